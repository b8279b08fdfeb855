// SPDX-License-Identifier: GPL-2.0
#include "lib/decode/capture.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/decode/record.h"

namespace sheen::decode {

namespace {

constexpr uint16_t kPort = 988;
constexpr uint16_t kTypeIp = 0x0800;
constexpr uint16_t kTypeVlan = 0x8100;
constexpr uint8_t kProtocolTcp = 6;
constexpr size_t kMaxFlows = 4096;

// In network byte order; 0 beyond the end.
uint32_t Big(std::string_view bytes, size_t at, size_t size) {
    uint32_t number = 0;
    for (size_t i = at; i < at + size && i < bytes.size(); i++)
        number = number << 8 | static_cast<unsigned char>(bytes[i]);
    return number;
}

// The IP packet in a packet, empty when there is none.
std::string_view IpPacket(Link link, std::string_view packet) {
    size_t type_at = 0, head = 0;

    switch (link) {
    case Link::kEthernet:
        type_at = 12;
        head = 14;
        if (Big(packet, type_at, 2) == kTypeVlan) {
            type_at += 4;
            head += 4;
        }
        break;
    case Link::kLinux:
        type_at = 14;
        head = 16;
        break;
    case Link::kLinux2:
        type_at = 0;
        head = 20;
        break;
    case Link::kIp:
        return packet;
    }
    if (packet.size() < head || Big(packet, type_at, 2) != kTypeIp)
        return {};
    return packet.substr(head);
}

std::string Address(uint32_t address, uint16_t port) {
    return fmt::format("{}.{}.{}.{}:{}", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255, port);
}

}  // namespace

void Capture::Add(Link link, int64_t microseconds, std::string_view packet, size_t whole) {
    if (!begun_) {
        begun_ = true;
        start_ = microseconds;
    }
    now_ = microseconds - start_;
    faults_.cut += packet.size() < whole;
    AddIp(IpPacket(link, packet));
}

void Capture::AddIp(std::string_view packet) {
    constexpr size_t kMinimum = 20;

    if (packet.size() < kMinimum || Big(packet, 0, 1) >> 4 != 4 || Big(packet, 9, 1) != kProtocolTcp)
        return;
    const size_t head = (Big(packet, 0, 1) & 15) * 4, fragment = Big(packet, 6, 2);
    constexpr size_t kMoreOrOffset = 0x3fff;
    if (fragment & kMoreOrOffset) {
        faults_.fragments++;
        return;
    }
    // Offloading leaves the length of large packets empty. Short ones are filled up on Ethernet.
    const size_t length = Big(packet, 2, 2);
    if (length)
        packet = packet.substr(0, length);
    if (head < kMinimum || head > packet.size())
        return;
    AddTcp(Big(packet, 12, 4), Big(packet, 16, 4), packet.substr(head));
}

// A direction of a connection between two ports; a new connection takes the place of an old one.
Capture::Direction *Capture::Find(const Flow &flow, bool syn) {
    const auto found = flows_.find(flow);

    if (found != flows_.end() && !syn)
        return &found->second;
    if (found == flows_.end() && flows_.size() >= kMaxFlows)
        return nullptr;
    Direction *direction = &flows_[flow];
    if (direction->stream)
        direction->stream->Finish();
    const auto [from, from_port, to, to_port] = flow;
    const std::string from_text = Address(from, from_port), to_text = Address(to, to_port);
    direction->stream = std::make_unique<SocketStream>(
        &conversation_, [this, from_text, to_text](std::string summary, Value value, std::string_view bytes) {
            Message message;
            message.number = ++number_;
            message.microseconds = now_;
            message.from = from_text;
            message.to = to_text;
            message.summary = std::move(summary);
            message.value = std::move(value);
            message.bytes = bytes;
            sink_(message);
        });
    return direction;
}

void Capture::AddTcp(uint32_t from, uint32_t to, std::string_view segment) {
    constexpr size_t kMinimum = 20;
    constexpr uint32_t kSyn = 2;

    if (segment.size() < kMinimum)
        return;
    const auto from_port = static_cast<uint16_t>(Big(segment, 0, 2)), to_port = static_cast<uint16_t>(Big(segment, 2, 2));
    const size_t head = (Big(segment, 12, 1) >> 4) * 4;
    const bool syn = Big(segment, 13, 1) & kSyn;
    if (head < kMinimum || head > segment.size() || (from_port != kPort && to_port != kPort))
        return;
    if (Direction *direction = Find({from, from_port, to, to_port}, syn))
        direction->stream->Add(direction->reassembly.Add(Big(segment, 4, 4), syn, segment.substr(head)));
}

CaptureFaults Capture::Finish() {
    for (auto &[flow, direction] : flows_) {
        direction.stream->Finish();
        faults_.missing += direction.reassembly.pending();
    }
    return faults_;
}

}  // namespace sheen::decode
