// SPDX-License-Identifier: GPL-2.0
// Captured traffic, message by message.
#include <cerrno>
#include <cstdio>

#include <fmt/format.h>

#include "lctl/lctl.h"
#include "lib/decode/capture.h"

namespace sheen::lctl {

namespace {

using decode::CaptureFaults;
using decode::Message;

// Counts what a user should know of the decoding itself.
struct Tally {
    size_t messages = 0;
    size_t unknown = 0;    // with parts that are not known
    size_t different = 0;  // that do not encode to what was sent
};

void Count(const Message &message, Tally *tally) {
    tally->messages++;
    tally->unknown += CountUnknown(message.value) != 0;
    tally->different += !message.Same();
}

void PrintText(const Message &message) {
    fmt::print("{:>4} {:>4}.{:06} {} > {}: {}\n", message.number, message.microseconds / 1000000,
               message.microseconds % 1000000, message.from, message.to, message.summary);
    fmt::print("{}\n", Show(message.value, 5));
}

// An array, one element after the other, so that no file is too long.
void PrintJson(const Message &message) {
    nlohmann::ordered_json json = {{"number", message.number},   {"microseconds", message.microseconds},
                                   {"from", message.from},       {"to", message.to},
                                   {"summary", message.summary}, {message.value.name, Json(message.value)}};
    fmt::print("{}{}", message.number > 1 ? ",\n" : "[", json.dump(1));
}

void PrintTally(const Tally &tally, const CaptureFaults &faults) {
    fmt::print("{} messages\n", tally.messages);
    if (tally.unknown)
        fmt::print("{} of them have parts that are not known\n", tally.unknown);
    if (tally.different)
        fmt::print("{} of them are not shown in full\n", tally.different);
    if (faults.cut)
        fmt::print("{} packets were not captured in full; capture with -s 0\n", faults.cut);
    if (faults.fragments)
        fmt::print("{} IP fragments are left out\n", faults.fragments);
    if (faults.missing)
        fmt::print("{} bytes follow others that were not captured, and are left out\n", faults.missing);
}

Result<> Decode(Session *session, const Words &words) {
    Tally tally;
    const Result<CaptureFaults> faults = decode::DecodeFile(words[1], [&](const Message &message) {
        Count(message, &tally);
        if (session->json)
            PrintJson(message);
        else
            PrintText(message);
    });

    if (session->json)
        fmt::print("{}]\n", tally.messages ? "" : "[");
    if (!faults)
        return faults.error();
    if (!session->json)
        PrintTally(tally, *faults);
    return {};
}

}  // namespace

const std::vector<Command> kDecodeCommands = {
    {"decode", 1, 1, "FILE", "print the Lustre messages in a file that tcpdump -w has written", Decode},
};

}  // namespace sheen::lctl
