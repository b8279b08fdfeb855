// SPDX-License-Identifier: GPL-2.0
// Requests, replies and callbacks: every buffer by its format.
#ifndef SHEEN_UTILS_DECODE_MESSAGE_H
#define SHEEN_UTILS_DECODE_MESSAGE_H

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/decode/value.h"

struct wire_format;

namespace sheen::decode {

/// What has to be known of a request to read its reply and its bulk data.
struct Request {
    const wire_format *format = nullptr;
    uint32_t opc = 0;
    uint64_t mbits = 0;
};

/// Does this begin like a message?
bool IsMessage(std::string_view bytes);

/// Is it a request (or a callback)?
bool IsRequest(std::string_view bytes);

/// The request in a message.
Request ReadRequest(std::string_view bytes);

/// Decodes a message; the one that it answers is in @request if that is known.
Value DecodeMessage(std::string_view bytes, const Request &request);

/// A few words: "request MDS_GETATTR", "reply to OST_READ, error 5".
std::string Summary(std::string_view bytes, const Request &request);

}  // namespace sheen::decode

#endif
