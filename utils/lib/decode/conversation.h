// SPDX-License-Identifier: GPL-2.0
// LNet messages, and what has to be known of earlier ones to read them.
#ifndef SHEEN_UTILS_DECODE_CONVERSATION_H
#define SHEEN_UTILS_DECODE_CONVERSATION_H

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "lib/decode/message.h"
#include "lib/decode/value.h"

namespace sheen::decode {

/// All nodes of a capture.
class Conversation {
public:
    /// Decodes an LNet message: its header and what follows.
    Value Decode(std::string_view header, std::string_view payload, std::string *summary);

private:
    // A request by who asked, who was asked, and its number; or a GET by who sent it and its handle.
    using Key = std::tuple<uint64_t, uint64_t, uint64_t>;

    Value DecodePut(std::string_view header, std::string_view payload, std::string *summary);
    Value DecodeGet(std::string_view header, std::string *summary);
    Value DecodeReply(std::string_view header, std::string_view payload, std::string *summary);
    Value DecodePayload(std::string_view payload, uint64_t portal, const Request *request, std::string *summary);
    Value DecodeRpc(std::string_view payload, uint64_t from, uint64_t to, uint64_t bits, std::string *summary);
    const Request *Find(uint64_t client, uint64_t server, uint64_t bits) const;

    std::map<Key, Request> requests_;
    std::map<Key, uint64_t> gets_;  // portals
};

}  // namespace sheen::decode

#endif
