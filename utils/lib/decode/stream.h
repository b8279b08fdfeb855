// SPDX-License-Identifier: GPL-2.0
// One direction of a connection: segments in any order to a stream of bytes, and that to LNet messages.
#ifndef SHEEN_UTILS_DECODE_STREAM_H
#define SHEEN_UTILS_DECODE_STREAM_H

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "lib/decode/conversation.h"
#include "lib/decode/value.h"

namespace sheen::decode {

/// Puts TCP segments in order.
class Reassembly {
public:
    /// A segment has come; returns the bytes that are in order now.
    std::string Add(uint32_t sequence, bool syn, std::string_view bytes);
    /// Bytes that came after some that never did.
    size_t pending() const { return pending_; }

private:
    void Keep(uint32_t sequence, std::string_view bytes);

    bool started_ = false;
    uint32_t next_ = 0;
    size_t pending_ = 0;
    std::map<uint32_t, std::string> later_;  // segments that came too early, by the number of their first byte
};

/// Cuts a stream into what is sent on a socket: acceptor request, hello, messages.
class SocketStream {
public:
    /// @bytes: a whole thing, as it was sent
    using Sink = std::function<void(std::string summary, Value value, std::string_view bytes)>;

    SocketStream(Conversation *conversation, Sink sink) : conversation_(conversation), sink_(std::move(sink)) {}

    void Add(std::string_view bytes);
    /// Nothing more comes: what is left is told of, too.
    void Finish();

private:
    size_t Next(std::string_view bytes);
    size_t NextHello(std::string_view bytes);
    size_t NextMessage(std::string_view bytes);

    Conversation *conversation_;
    Sink sink_;
    std::string buffer_;
    bool begun_ = false;  // a message has come: nothing else does after it
    bool lost_ = false;   // what comes is no message
};

}  // namespace sheen::decode

#endif
