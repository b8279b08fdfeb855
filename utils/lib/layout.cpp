// SPDX-License-Identifier: GPL-2.0
#include "lib/layout.h"

#include <cerrno>
#include <cstring>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace sheen {

namespace {

constexpr uint32_t kMagicV1 = 0x0bd10bd0;
constexpr uint32_t kMagicV3 = 0x0bd30bd0;
constexpr uint32_t kMagicComposite = 0x0bd60bd0;
constexpr size_t kSizeV1 = 32;
constexpr size_t kSizeV3 = 48;
constexpr size_t kPoolSize = 16;
constexpr size_t kObjectSize = 24;

/// Objects that old OSTs numbered without sequences belong to sequence 0 of OST n, written 0x1_000n_0000 in a FID.
constexpr uint64_t kFirstIdifSequence = 0x100000000;

/// Objects with a FID of their own: sequence, then object id and version.  Smaller numbers are old ids: id, then sequence.
constexpr uint64_t kFirstNormalSequence = 0x200000400;

template <class T>
T Get(std::string_view bytes, size_t offset) {
    static_assert(std::is_unsigned_v<T>);
    T value = 0;

    for (size_t i = 0; i < sizeof(T); i++)
        value = static_cast<T>(value | static_cast<T>(static_cast<uint8_t>(bytes[offset + i])) << (8 * i));
    return value;
}

template <class T>
void Put(std::string *bytes, T value) {
    for (size_t i = 0; i < sizeof(T); i++)
        bytes->push_back(static_cast<char>(value >> (8 * i) & 0xff));
}

}  // namespace

Result<Layout> ParseLayout(std::string_view bytes) {
    Layout layout;

    if (bytes.size() < kSizeV1)
        return Error{EPROTO, fmt::format("layout of {} bytes is too short", bytes.size()), ""};
    uint32_t magic = Get<uint32_t>(bytes, 0);
    if (magic == kMagicComposite)
        return Error{EOPNOTSUPP, "composite layouts are not supported in this version", ""};
    if (magic != kMagicV1 && magic != kMagicV3)
        return Error{EPROTO, fmt::format("layout has unknown magic {:#x}", magic), ""};
    size_t header = magic == kMagicV3 ? kSizeV3 : kSizeV1;
    if (bytes.size() < header)
        return Error{EPROTO, fmt::format("layout of {} bytes is too short", bytes.size()), ""};
    layout.pattern = Get<uint32_t>(bytes, 4);
    layout.object_id = Get<uint64_t>(bytes, 8);
    layout.object_group = Get<uint64_t>(bytes, 16);
    layout.stripe_size = Get<uint32_t>(bytes, 24);
    layout.stripe_count = Get<uint16_t>(bytes, 28);
    layout.offset_or_generation = Get<uint16_t>(bytes, 30);
    if (magic == kMagicV3) {
        layout.pool = bytes.substr(kSizeV1, kPoolSize);
        layout.pool.resize(strnlen(layout.pool.c_str(), kPoolSize));
    }
    if (bytes.size() == header)
        return layout;
    if (bytes.size() < header + layout.stripe_count * kObjectSize)
        return Error{EPROTO,
                     fmt::format("layout of {} bytes is too short for {} objects", bytes.size(), layout.stripe_count),
                     ""};
    for (size_t i = 0; i < layout.stripe_count; i++) {
        size_t offset = header + i * kObjectSize;
        uint64_t id = Get<uint64_t>(bytes, offset);
        uint64_t group = Get<uint64_t>(bytes, offset + 8);
        if (id >= kFirstNormalSequence)
            std::swap(id, group);
        layout.objects.push_back(
            {id, group, Get<uint32_t>(bytes, offset + 16), Get<uint32_t>(bytes, offset + 20)});
    }
    return layout;
}

std::string LayoutRequest(const Layout &layout) {
    std::string bytes;

    Put<uint32_t>(&bytes, layout.pool.empty() ? kMagicV1 : kMagicV3);
    Put<uint32_t>(&bytes, layout.pattern);
    Put<uint64_t>(&bytes, layout.object_id);
    Put<uint64_t>(&bytes, layout.object_group);
    Put<uint32_t>(&bytes, layout.stripe_size);
    Put<uint16_t>(&bytes, layout.stripe_count);
    Put<uint16_t>(&bytes, layout.offset_or_generation);
    if (!layout.pool.empty()) {
        std::string pool = layout.pool;
        pool.resize(kPoolSize);
        bytes += pool;
    }
    return bytes;
}

std::string PatternName(uint32_t pattern) {
    // A directory's template may leave it open, which means the same.
    return pattern == kPatternRaid0 || pattern == 0 ? "raid0" : fmt::format("{:#x}", pattern);
}

std::string ObjectFid(const StripeObject &object) {
    if (object.group == 0)
        return fmt::format("{:#x}:{:#x}:{:#x}",
                           kFirstIdifSequence | static_cast<uint64_t>(object.index) << 16 | (object.id >> 32 & 0xffff),
                           object.id & 0xffffffff, 0);
    return fmt::format("{:#x}:{:#x}:{:#x}", object.group, object.id & 0xffffffff, object.id >> 32);
}

}  // namespace sheen
