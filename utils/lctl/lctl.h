// SPDX-License-Identifier: GPL-2.0
// The command processor of lctl.
#ifndef SHEEN_UTILS_LCTL_LCTL_H
#define SHEEN_UTILS_LCTL_LCTL_H

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/control.h"
#include "lib/result.h"

namespace sheen::lctl {

/// What commands share: the devices that were selected, the connections to the kernel, how to print.
struct Session {
    bool json = false;
    bool ignore_errors = false;
    bool quit = false;
    std::string cfg_device;  // by name, for attach, setup, cleanup and detach
    std::string device;      // by name, for operations

    /// Opened on first use and again after a module was reloaded.
    Result<LnetControl *> Lnet();
    Result<ObdControl *> Obd();
    /// The device that a number, a name, $name or %name stands for.
    Result<Device> FindDevice(std::string_view name);

    std::unique_ptr<LnetControl> lnet;
    std::unique_ptr<ObdControl> obd;
};

using Words = std::vector<std::string>;  // a command and its arguments

struct Command {
    const char *name;
    size_t min_arguments;
    size_t max_arguments;
    const char *usage;  // arguments
    const char *help;  // "": not supported, and not listed
    Result<> (*run)(Session *session, const Words &words);
};

inline constexpr size_t kAnyNumber = SIZE_MAX;

// Commands by subject; each array is a part of the table.
extern const std::vector<Command> kNetworkCommands;
extern const std::vector<Command> kDeviceCommands;
extern const std::vector<Command> kStatisticsCommands;
extern const std::vector<Command> kParameterCommands;
extern const std::vector<Command> kDebugCommands;
extern const std::vector<Command> kDecodeCommands;
extern const std::vector<Command> kCheckCommands;

/// Runs one command.  Full names only, or any unique prefix in any case when @abbreviate is set.
Result<> RunCommand(Session *session, const Words &words, bool abbreviate);

/// Reads commands from a stream.  Without a terminal it stops at the first error, unless errors are ignored; the first
/// error is what it returns either way.
Result<> RunStream(Session *session, FILE *input, bool interactive);

/// All commands with one line each.
std::string HelpText();

}  // namespace sheen::lctl

#endif
