// SPDX-License-Identifier: GPL-2.0
// What lconf is going to do on a node, as a list of steps that is made before any of them is taken.
#ifndef SHEEN_UTILS_LCONF_PLAN_H
#define SHEEN_UTILS_LCONF_PLAN_H

#include <cstdint>
#include <string>
#include <vector>

#include "lconf/options.h"
#include "lib/config_db.h"

namespace sheen::lconf {

/// Levels of services: a start goes up, a stop goes down.
enum Level {
    kLevelNetwork = 5,
    kLevelLdlm = 20,
    kLevelOsd = 30,
    kLevelMdsdev = 40,
    kLevelMountpoint = 70,
};

/// Storage of one target.
struct Storage {
    std::string path;    // block device, or file that a loop device is made for
    std::string fstype;  // as the kernel knows it
    std::string label;   // name of the target, as far as it fits
    bool is_mdt = false;
    bool shared = false;  // several nodes can reach it: only one may mount it
    int64_t size_kb = 0;
    std::vector<std::string> mkfs;  // command without the device
    bool reformat = false;

    /// Files are told from devices by their path, so that a plan reads the same on every host.
    bool IsFile() const { return !path.starts_with("/dev/"); }
};

enum class Action {
    kCheckStorage,  // storage, words: devices that use it when they run
    kLoadModule,    // name
    kUnloadModule,  // name
    kNetworkUp,     // words: networks, with host names
    kNetworkDown,
    kOpenStorage,    // storage: a loop device for a file
    kCloseStorage,   // storage
    kFormat,         // storage
    kAttach,         // words: type, name, uuid
    kSetup,          // name, words: arguments; the storage is the first of them
    kCleanup,        // name, flags
    kDetach,         // name
    kOperate,        // name, words: operation
    kSetConf,        // name: file system, text
    kCheckConf,      // name: file system, text
    kMakeDirectory,  // name
    kMount,          // name: mount point, words: source, options
    kUnmount,        // name: mount point, flags
};

/// When a step is taken at all.
enum class Only {
    kAlways,
    kDevicePresent,   // the device "name" exists
    kLastOfType,      // the device "name" exists and none of type "type" does
    kNoDeviceOfType,  // no device of type "type" exists
    kNoDevices,       // no device exists
};

struct Step {
    Action action;
    std::string name = {};
    std::vector<std::string> words = {};
    std::string text = {};
    std::string type = {};
    uint32_t flags = 0;
    Storage storage = {};
    Only only = Only::kAlways;
};

/// Steps that belong together.
struct Block {
    std::string what = {};    // for messages, e.g. "ost data0"
    std::string device = {};  // when this device is up the block is done already
    std::string mount = {};   // when this is mounted the block is done already
    bool helper = false;      // not worth a message when done already
    bool at_once = false;     // its device is set up together with those of its neighbours that say so, too
    std::vector<Step> steps = {};
};

struct Plan {
    std::string node;
    bool cleanup = false;       // go on after errors
    bool unwind = false;        // take back at the end what this run has started
    std::vector<Block> checks;  // executed before everything else, changes nothing
    std::vector<Block> blocks;
    std::vector<std::string> notes;
};

/// Makes the plan.  @hostnames are the names that this host is known by, for when there is no --node.
Result<Plan> MakePlan(const ConfigDb &db, const Options &options, const std::vector<std::string> &hostnames);

/// A step in the form of a command of lctl, or of the shell with "$ " in front; may have several lines.
std::string Describe(const Step &step);

}  // namespace sheen::lconf

#endif
