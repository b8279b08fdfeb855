/* SPDX-License-Identifier: GPL-2.0 */
// What the harness and the agent inside a node say to each other. One TCP connection carries one
// command: the harness opens it, sends one kExec or kShell frame and then input; the agent answers
// with output frames and ends with kExit. When the connection breaks, the agent kills the command.
#pragma once

#include <array>
#include <cstdint>

namespace sheen::vm {

enum class FrameType : std::uint8_t {
    kExec = 'X',      // to agent: a shell command, run with pipes
    kShell = 'T',     // to agent: a shell command, run on a terminal of its own
    kStdin = 'I',     // to agent: bytes for the command's standard input
    kStdinEnd = 'E',  // to agent: end of standard input, no payload
    kWindow = 'W',    // to agent: two 16-bit little-endian numbers, rows and columns
    kStdout = 'O',    // to harness: bytes the command wrote
    kStderr = 'R',    // to harness: bytes the command wrote as errors
    kExit = 'S',      // to harness: 32-bit little-endian exit status (128 + signal if killed)
};

constexpr std::size_t kFrameHeaderBytes = 5;          // type, 32-bit little-endian length
constexpr std::uint32_t kMaxFramePayload = 1U << 20;  // bytes; anything longer ends the session
constexpr std::uint16_t kAgentPort = 7700;

// Printed on the console by the agent, one line each; the harness waits for them.
constexpr char kReadyMark[] = "sheen-agent: ready";
constexpr char kFailedMark[] = "sheen-agent: failed:";
constexpr char kProbeMark[] = "sheen-agent: this kernel boots";

inline void put_le32(std::uint8_t *to, std::uint32_t value) {
    for (int i = 0; i < 4; ++i)
        to[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

inline std::uint32_t get_le32(const std::uint8_t *from) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
        value |= static_cast<std::uint32_t>(from[i]) << (8 * i);
    return value;
}

inline std::array<std::uint8_t, kFrameHeaderBytes> frame_header(FrameType type, std::uint32_t length) {
    std::array<std::uint8_t, kFrameHeaderBytes> header{};
    header[0] = static_cast<std::uint8_t>(type);
    put_le32(&header[1], length);
    return header;
}

}  // namespace sheen::vm
