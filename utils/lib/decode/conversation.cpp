// SPDX-License-Identifier: GPL-2.0
#include "lib/decode/conversation.h"

#include <fmt/format.h>

#include "lib/decode/layout.h"
#include "lib/decode/record.h"
#include "lib/decode/wire.h"

namespace sheen::decode {

namespace {

constexpr size_t kMaxRemembered = 65536;  // requests, and GETs; forgotten all at once beyond
constexpr uint64_t kBulkPartsMask = 63;   // low bits of match bits number the parts of bulk data

uint64_t At(std::string_view header, size_t offset, size_t size) {
    return ReadNumber(header.substr(offset, size));
}

uint64_t Source(std::string_view header) {
    return At(header, offsetof(lnet_wire_hdr, src_nid), 8);
}

uint64_t Target(std::string_view header) {
    return At(header, offsetof(lnet_wire_hdr, dst_nid), 8);
}

// A handle is told apart by both of its halves.
uint64_t Handle(std::string_view header) {
    constexpr size_t kAt = offsetof(lnet_wire_hdr, put);
    return At(header, kAt, 8) * 0x9e3779b97f4a7c15 ^ At(header, kAt + 8, 8);
}

std::string PortalText(uint64_t portal) {
    const std::string name = kPortals.Of(portal);
    return name.empty() ? fmt::format("portal {}", portal) : fmt::format("portal {} {}", portal, name);
}

template <class Map>
void Remember(Map *map, const typename Map::key_type &key, const typename Map::mapped_type &value) {
    if (map->size() >= kMaxRemembered)
        map->clear();
    (*map)[key] = value;
}

Value DecodePing(std::string_view bytes) {
    Value ping = DecodeStruct(kPing, "ping", &bytes);
    ping.Add(DecodeArray(kNiStatus, "nis", &bytes));
    AddRest(&ping, bytes);
    return ping;
}

Value Header(const Layout &layout, std::string_view header) {
    return DecodeStruct(layout, "lnet", &header);
}

}  // namespace

const Request *Conversation::Find(uint64_t client, uint64_t server, uint64_t bits) const {
    const auto found = requests_.find({client, server, bits});
    return found == requests_.end() ? nullptr : &found->second;
}

Value Conversation::DecodeRpc(std::string_view payload, uint64_t from, uint64_t to, uint64_t bits, std::string *summary) {
    Request request = ReadRequest(payload);

    if (IsRequest(payload)) {
        Remember(&requests_, {from, to, bits}, request);
        // Bulk data comes with match bits of its own.
        if (request.mbits)
            Remember(&requests_, {from, to, request.mbits | kBulkPartsMask}, request);
    } else if (const Request *asked = Find(to, from, bits); asked && asked->opc == request.opc) {
        request = *asked;
    }
    *summary += ", " + Summary(payload, request);
    return DecodeMessage(payload, request);
}

// Data that is no message. @request: what it belongs to, or nullptr.
Value Conversation::DecodePayload(std::string_view payload, uint64_t portal, const Request *request, std::string *summary) {
    if (portal == LNET_WIRE_PORTAL_PING)
        return DecodePing(payload);
    *summary += fmt::format(", {} bytes of data", payload.size());
    if (request && request->opc == OP_MDS_READPAGE)
        return DecodeDirectory("directory", payload);
    if (request && request->opc == OP_MGS_CONFIG_READ)
        return DecodeNidTable("nid_table", payload);
    return Bytes("data", payload);
}

Value Conversation::DecodePut(std::string_view header, std::string_view payload, std::string *summary) {
    const uint64_t portal = At(header, offsetof(lnet_wire_hdr, put) + offsetof(lnet_wire_put, portal), 4);
    const uint64_t bits = At(header, offsetof(lnet_wire_hdr, put) + offsetof(lnet_wire_put, match_bits), 8);
    Value group = Group("put");

    *summary += fmt::format("PUT to {}, bits {}", PortalText(portal), bits);
    group.Add(Header(kLnetPut, header));
    if (payload.empty())
        return group;
    if (IsMessage(payload))
        group.Add(DecodeRpc(payload, Source(header), Target(header), bits, summary));
    else
        group.Add(DecodePayload(payload, portal, Find(Target(header), Source(header), bits | kBulkPartsMask), summary));
    return group;
}

Value Conversation::DecodeGet(std::string_view header, std::string *summary) {
    const uint64_t portal = At(header, offsetof(lnet_wire_hdr, get) + offsetof(lnet_wire_get, portal), 4);
    const uint64_t bits = At(header, offsetof(lnet_wire_hdr, get) + offsetof(lnet_wire_get, match_bits), 8);
    Value group = Group("get");

    Remember(&gets_, {Source(header), Target(header), Handle(header)}, portal);
    *summary += fmt::format("GET from {}, bits {}", PortalText(portal), bits);
    group.Add(Header(kLnetGet, header));
    return group;
}

Value Conversation::DecodeReply(std::string_view header, std::string_view payload, std::string *summary) {
    const auto found = gets_.find({Target(header), Source(header), Handle(header)});
    Value group = Group("reply");

    *summary += "REPLY";
    group.Add(Header(kLnetReply, header));
    if (found != gets_.end()) {
        *summary += " to a GET from " + PortalText(found->second);
        group.Add(DecodePayload(payload, found->second, nullptr, summary));
        gets_.erase(found);
    } else {
        group.Add(Bytes("data", payload));
    }
    return group;
}

Value Conversation::Decode(std::string_view header, std::string_view payload, std::string *summary) {
    Value group;

    switch (At(header, offsetof(lnet_wire_hdr, type), 4)) {
    case LNET_WIRE_PUT:
        return DecodePut(header, payload, summary);
    case LNET_WIRE_GET:
        group = DecodeGet(header, summary);
        break;
    case LNET_WIRE_REPLY:
        return DecodeReply(header, payload, summary);
    case LNET_WIRE_ACK:
        *summary += "ACK";
        group = Group("ack");
        group.Add(Header(kLnetAck, header));
        break;
    default:
        *summary += "an LNet message of a type that is not known";
        group = Group("lnet");
        group.Add(Unknown(header));
        break;
    }
    // These have no payload.
    AddRest(&group, payload);
    return group;
}

}  // namespace sheen::decode
