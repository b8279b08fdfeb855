// SPDX-License-Identifier: GPL-2.0
// The command line of lconf.
#ifndef SHEEN_UTILS_LCONF_OPTIONS_H
#define SHEEN_UTILS_LCONF_OPTIONS_H

#include <map>
#include <string>
#include <vector>

#include "lib/result.h"

namespace sheen::lconf {

struct Options {
    std::string file;     // XML
    std::string ldapurl;  // server that has the configuration, in place of a file
    std::string config;   // name of the file system; derived from the file when not given
    std::string node;
    bool verbose = false, noexec = false;
    bool cleanup = false, force = false, failover = false;
    bool reformat = false, write_conf = false, old_conf = false, abort_recovery = false;
    bool nomod = false, nosetup = false;
    int minlevel = 0, maxlevel = 100;
    int timeout = 0;  // seconds, 0: as in the configuration
    std::string group, service;
    std::vector<std::string> select;            // as given: svc=node[,svc=node...]
    std::map<std::string, std::string> chosen;  // the same, parsed: target name -> node name
    std::vector<std::string> inactive;          // uuids of OSTs
    std::string mkfsoptions, clientoptions;
    std::string unsupported;

    /// Where the configuration comes from, for messages.
    std::string Source() const { return ldapurl.empty() ? file : config + " at " + ldapurl; }
};

/// Parses and checks a command line.  A request for help is answered by @help.
Result<Options> ParseOptions(const std::vector<std::string> &arguments, std::string *help);

}  // namespace sheen::lconf

#endif
