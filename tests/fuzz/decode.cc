// SPDX-License-Identifier: GPL-2.0
// Captured traffic. The first byte says how the rest is taken: as packets of a link layer, or as the two directions of a
// connection. Then pieces: two bytes of length, their highest bit the direction, and so many bytes.
#include "tests/fuzz/fuzz.h"

#include <string_view>

#include "lib/decode/capture.h"
#include "lib/decode/stream.h"

namespace {

using namespace sheen::decode;

constexpr uint8_t kStreams = 4;  // less: packets of that link layer

struct Pieces {
    std::string_view rest;

    bool Next(std::string_view *piece, bool *back) {
        if (rest.size() < 2)
            return false;
        const uint64_t head = ReadNumber(rest.substr(0, 2));
        rest.remove_prefix(2);
        *back = head & 0x8000;
        *piece = rest.substr(0, head & 0x7fff);
        rest.remove_prefix(piece->size());
        return true;
    }
};

// Whatever it is, it can be shown, and is what was sent.
void CheckValue(const Value &value, std::string_view bytes) {
    Check(Encode(value) == bytes);
    Check(!Show(value, 0).empty());
    Check(!Json(value).dump().empty());
}

void AsStreams(Pieces pieces) {
    Conversation conversation;
    const auto sink = [](const std::string &, const Value &value, std::string_view bytes) { CheckValue(value, bytes); };
    SocketStream there(&conversation, sink), back(&conversation, sink);
    std::string_view piece;
    bool is_back;

    while (pieces.Next(&piece, &is_back))
        (is_back ? back : there).Add(piece);
    there.Finish();
    back.Finish();
}

void AsPackets(Link link, Pieces pieces) {
    Capture capture([](const Message &message) { CheckValue(message.value, message.bytes); });
    std::string_view piece;
    bool ignored;
    int64_t now = 0;

    while (pieces.Next(&piece, &ignored))
        capture.Add(link, now++, piece, piece.size());
    capture.Finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);

    if (bytes.empty())
        return 0;
    if (data[0] < kStreams)
        AsPackets(static_cast<Link>(data[0]), {bytes.substr(1)});
    else
        AsStreams({bytes.substr(1)});
    return 0;
}
