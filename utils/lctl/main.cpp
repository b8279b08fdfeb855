// SPDX-License-Identifier: GPL-2.0
// lctl: talks to the kernel modules, one command at a time.
#include <unistd.h>
#include <cstdio>

#include <fmt/format.h>

#include "lctl/lctl.h"
#include "lib/strings.h"

namespace {

constexpr int kMaxExitCode = 125;  // above it shells report signals

constexpr const char *kHelp =
    "Usage: lctl [--json] [--device DEVICE] [--ignore_errors] COMMAND [ARGUMENT...]\n"
    "       lctl [--json]              commands from the terminal or from standard input\n"
    "\n"
    "Options:\n"
    "  -h, --help        this text\n"
    "  --json            lists in JSON\n"
    "  --device DEVICE   the device for the command: number or name\n"
    "  --ignore_errors   go on after errors in a script\n"
    "\n"
    "Commands:\n";

constexpr const char *kExample =
    "\n"
    "Example:\n"
    "  lctl network up 'tcp(eth0)'\n"
    "  lctl ping mds1@tcp\n"
    "  lctl --json device_list\n"
    "  tcpdump -i eth0 -s 0 -w mount.pcap port 988; lctl decode mount.pcap\n";

int ExitCode(const sheen::Result<> &done) {
    if (done)
        return 0;
    int code = done.error().code;
    return code > 0 && code <= kMaxExitCode ? code : 1;
}

}  // namespace

int main(int argc, char **argv) {
    sheen::lctl::Session session;
    int first = 1;

    for (; first < argc; first++) {
        std::string_view word = argv[first];
        if (word == "--json") {
            session.json = true;
        } else if (word == "--ignore_errors" || word == "--ignore-errors") {
            session.ignore_errors = true;
        } else if (word == "--help" || word == "-h") {
            fmt::print("{}{}{}", kHelp, sheen::lctl::HelpText(), kExample);
            return 0;
        } else {
            break;
        }
    }
    if (first == argc)
        return ExitCode(sheen::lctl::RunStream(&session, stdin, isatty(STDIN_FILENO)));
    sheen::lctl::Words words(argv + first, argv + argc);
    // Options may also follow the command.
    std::erase_if(words, [&](const std::string &word) {
        session.json = session.json || word == "--json";
        return word == "--json";
    });
    sheen::Result<> done = sheen::lctl::RunCommand(&session, words, false);
    fflush(stdout);
    if (!done)
        fmt::print(stderr, "{}\n", done.error().Line("lctl"));
    return ExitCode(done);
}
