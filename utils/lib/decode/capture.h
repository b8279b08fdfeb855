// SPDX-License-Identifier: GPL-2.0
// Captured packets, decoded.
#ifndef SHEEN_UTILS_DECODE_CAPTURE_H
#define SHEEN_UTILS_DECODE_CAPTURE_H

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "lib/decode/stream.h"
#include "lib/result.h"

namespace sheen::decode {

/// Something that was sent on a socket.
struct Message {
    size_t number = 0;        // in the capture, from 1
    int64_t microseconds = 0;  // since the first packet
    std::string from;         // address and port
    std::string to;
    std::string summary;
    Value value;
    std::string_view bytes;   // as sent; valid while the sink runs

    /// Does it encode to what was sent?
    bool Same() const { return Encode(value) == bytes; }
};

/// What was not decoded, and why.
struct CaptureFaults {
    size_t cut = 0;        // packets that were not captured in full
    size_t fragments = 0;  // IP packets in parts
    size_t missing = 0;    // bytes after others that were never captured
};

/// Link layers of captured packets.
enum class Link { kEthernet, kLinux, kLinux2, kIp };

/// Decodes packets in the order of their capture.
class Capture {
public:
    using Sink = std::function<void(const Message &)>;

    explicit Capture(Sink sink) : sink_(std::move(sink)) {}

    /// @whole: bytes that the packet had
    void Add(Link link, int64_t microseconds, std::string_view packet, size_t whole);
    /// After the last packet.
    CaptureFaults Finish();

private:
    using Flow = std::tuple<uint32_t, uint16_t, uint32_t, uint16_t>;  // addresses and ports
    struct Direction {
        Reassembly reassembly;
        std::unique_ptr<SocketStream> stream;
    };

    void AddIp(std::string_view packet);
    void AddTcp(uint32_t from, uint32_t to, std::string_view segment);
    Direction *Find(const Flow &flow, bool syn);

    Sink sink_;
    Conversation conversation_;
    std::map<Flow, Direction> flows_;
    CaptureFaults faults_;
    size_t number_ = 0;
    bool begun_ = false;
    int64_t start_ = 0;  // of the first packet
    int64_t now_ = 0;
};

/// Decodes a file of captured packets.
Result<CaptureFaults> DecodeFile(const std::string &path, const Capture::Sink &sink);

}  // namespace sheen::decode

#endif
