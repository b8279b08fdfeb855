// SPDX-License-Identifier: GPL-2.0
// The commands of lmc: each adds one object to a configuration.
#ifndef SHEEN_UTILS_LMC_EDITOR_H
#define SHEEN_UTILS_LMC_EDITOR_H

#include <string>
#include <vector>

#include "lib/config_db.h"

namespace sheen::lmc {

/// One command, as parsed from a command line or a line of a batch file.  Empty means that the option was not given.
struct Options {
    // What to do, and with which files.
    std::string add;
    std::string merge, input, output, batch;
    std::string unsupported;  // first of the options that name a command this version does not have
    bool verbose = false;
    bool reference = false;

    // Exchange with a directory.
    std::string export_ldif, import_ldif, load_ldap, ldapurl, config, binddn, pwfile;

    // Nodes and networks.
    std::string node, timeout, upcall, lustre_upcall, portals_upcall, group_upcall, ptldebug, subsystem;
    bool router = false, nonet = false;
    std::string nid, nettype, cluster_id, port, tcpbuf, irq_affinity;
    std::vector<std::string> hostaddr;

    // Targets and their devices.
    std::string mds, ost, lov, mdsuuid, ostuuid, osdtype, group;
    std::string dev, size, fstype, backdev, backfstype, journal_size, inode_size, mkfsoptions, mountfsoptions, nspath,
        quota;
    std::string root_squash;
    std::vector<std::string> no_root_squash;
    bool format = false, failover = false, failout = false;
    std::string stripe_sz, stripe_cnt, stripe_pattern;

    // Mounts.
    std::string path, filesystem, clientoptions;

    // Routes.
    std::string gw, lo, hi, tgt, gateway_cluster_id, target_cluster_id;
};

/// Exit code for a network type that nobody knows.
inline constexpr int kUnknownNettype = 2;

/// Parses one command.  A request for help or the reference is answered by @help.
Result<Options> ParseCommand(const std::vector<std::string> &arguments, std::string *help);

/// Adds the objects of one command to @db; notes for the user go to @notes.  On failure @db may hold a part of them.
Result<> Apply(const Options &options, ConfigDb *db, std::vector<std::string> *notes);

/// Runs the lines of a batch file.  The error names the line.
Result<> ApplyBatch(const std::string &text, ConfigDb *db, std::vector<std::string> *notes);

/// Summary of object types and their options.
std::string Reference();

}  // namespace sheen::lmc

#endif
