// SPDX-License-Identifier: GPL-2.0
#include "lib/decode/stream.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/decode/layout.h"
#include "lib/decode/record.h"
#include "lib/decode/wire.h"

namespace sheen::decode {

namespace {

constexpr size_t kMaxPending = 64 << 20;       // bytes out of order; more are dropped
constexpr size_t kMaxSegments = 4096;          // and the segments that they came in
constexpr size_t kMaxPayload = (1 << 20) + 4096;  // bytes of an LNet message, and some more
constexpr uint32_t kWindow = 1u << 30;         // a segment farther ahead is none of this stream

}  // namespace

// ---- segments ----

std::string Reassembly::Add(uint32_t sequence, bool syn, std::string_view bytes) {
    std::string ready;

    if (syn) {
        // A new connection between the same ports.
        *this = {};
        sequence++;
        next_ = sequence;
        started_ = true;
    }
    if (bytes.empty())
        return ready;
    if (!started_) {
        next_ = sequence;
        started_ = true;
    }
    const auto behind = static_cast<uint32_t>(next_ - sequence);
    if (behind && behind < kWindow)
        bytes.remove_prefix(std::min<size_t>(behind, bytes.size()));
    else if (behind && static_cast<uint32_t>(sequence - next_) < kWindow) {
        Keep(sequence, bytes);
        return ready;
    } else if (behind) {
        return ready;
    }
    ready = bytes;
    next_ += static_cast<uint32_t>(bytes.size());
    // Some that came too early may follow now.
    for (bool found = true; found;) {
        found = false;
        for (auto it = later_.begin(); it != later_.end(); ++it) {
            const auto known = static_cast<uint32_t>(next_ - it->first);
            if (known >= kWindow)
                continue;
            const std::string_view rest = std::string_view(it->second).substr(std::min<size_t>(known, it->second.size()));
            ready += rest;
            next_ += static_cast<uint32_t>(rest.size());
            pending_ -= it->second.size();
            later_.erase(it);
            found = true;
            break;
        }
    }
    return ready;
}

// A segment that comes too early; of two from the same byte on, the longer one is kept.
void Reassembly::Keep(uint32_t sequence, std::string_view bytes) {
    std::string *kept = nullptr;

    if (const auto found = later_.find(sequence); found != later_.end())
        kept = &found->second;
    if (pending_ + bytes.size() > kMaxPending || (!kept && later_.size() >= kMaxSegments))
        return;
    if (!kept)
        kept = &later_[sequence];
    if (kept->size() < bytes.size()) {
        pending_ += bytes.size() - kept->size();
        *kept = bytes;
    }
}

// ---- messages ----

void SocketStream::Add(std::string_view bytes) {
    buffer_ += bytes;
    size_t at = 0;

    while (!lost_ && at < buffer_.size()) {
        const size_t used = Next(std::string_view(buffer_).substr(at));
        if (!used)
            break;
        at += used;
    }
    buffer_.erase(0, at);
    // Kept only to tell of it; the first bytes will do.
    if (lost_ && buffer_.size() > kMaxPayload)
        buffer_.resize(kMaxPayload);
}

void SocketStream::Finish() {
    if (buffer_.empty())
        return;
    Value rest = Group("rest");
    rest.Add(Unknown(buffer_));
    sink_(lost_ ? "not LNet: the connection is not followed further" : "the beginning of a message", std::move(rest), buffer_);
    buffer_.clear();
}

// Returns the bytes of the thing at the front, 0 when it has not arrived in full.
size_t SocketStream::Next(std::string_view bytes) {
    if (bytes.size() < 4)
        return 0;
    const uint64_t first = ReadNumber(bytes.substr(0, 4));
    if (!begun_ && first == LNET_WIRE_ACCEPTOR_MAGIC) {
        if (bytes.size() < sizeof(lnet_wire_accept))
            return 0;
        const std::string_view whole = Take(&bytes, sizeof(lnet_wire_accept));
        std::string_view rest = whole;
        sink_("acceptor request", DecodeStruct(kAccept, "accept", &rest), whole);
        return whole.size();
    }
    if (!begun_ && first == LNET_WIRE_HELLO_MAGIC)
        return NextHello(bytes);
    if (first == LNET_WIRE_SOCK_NOOP || first == LNET_WIRE_SOCK_LNET)
        return NextMessage(bytes);
    lost_ = true;
    return 0;
}

size_t SocketStream::NextHello(std::string_view bytes) {
    if (bytes.size() < sizeof(lnet_wire_hello))
        return 0;
    const uint64_t ips = ReadNumber(bytes.substr(offsetof(lnet_wire_hello, nr_ips), 4));
    if (ips > LNET_WIRE_HELLO_IPS_MAX) {
        lost_ = true;
        return 0;
    }
    const size_t size = sizeof(lnet_wire_hello) + 4 * ips;
    if (bytes.size() < size)
        return 0;
    std::string_view rest = bytes.substr(0, size);
    Value hello = DecodeStruct(kHello, "hello", &rest);
    if (ips)
        hello.Add(DecodeNumbers("ips", rest));
    begun_ = true;
    sink_("hello", std::move(hello), bytes.substr(0, size));
    return size;
}

size_t SocketStream::NextMessage(std::string_view bytes) {
    if (bytes.size() < sizeof(lnet_wire_sock))
        return 0;
    std::string_view rest = bytes;
    Value group = Group("noop"), sock = DecodeStruct(kSock, "sock", &rest);
    std::string summary;

    if (ReadNumber(bytes.substr(0, 4)) == LNET_WIRE_SOCK_NOOP) {
        group.Add(std::move(sock));
        begun_ = true;
        sink_("NOOP", std::move(group), bytes.substr(0, sizeof(lnet_wire_sock)));
        return sizeof(lnet_wire_sock);
    }
    if (rest.size() < sizeof(lnet_wire_hdr))
        return 0;
    const size_t payload = ReadNumber(rest.substr(offsetof(lnet_wire_hdr, payload_length), 4));
    if (payload > kMaxPayload) {
        lost_ = true;
        return 0;
    }
    const size_t size = sizeof(lnet_wire_sock) + sizeof(lnet_wire_hdr) + payload;
    if (bytes.size() < size)
        return 0;
    const std::string_view header = Take(&rest, sizeof(lnet_wire_hdr));
    group = conversation_->Decode(header, rest.substr(0, payload), &summary);
    group.members.insert(group.members.begin(), std::move(sock));
    begun_ = true;
    sink_(std::move(summary), std::move(group), bytes.substr(0, size));
    return size;
}

}  // namespace sheen::decode
