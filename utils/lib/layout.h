// SPDX-License-Identifier: GPL-2.0
// Layouts of striped files as the extended attribute "lustre.lov" holds them, in little-endian order.
#ifndef SHEEN_UTILS_LAYOUT_H
#define SHEEN_UTILS_LAYOUT_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"

namespace sheen {

inline constexpr const char *kLayoutXattr = "lustre.lov";

inline constexpr uint32_t kPatternRaid0 = 1;
inline constexpr uint32_t kMinStripeSize = 65536;  // bytes, also what sizes are multiples of
inline constexpr uint16_t kAllStripes = 0xffff;
inline constexpr uint16_t kAnyOffset = 0xffff;

struct StripeObject {
    uint64_t id = 0;
    uint64_t group = 0;  // sequence
    uint32_t generation = 0;
    uint32_t index = 0;  // OST
};

struct Layout {
    uint32_t pattern = kPatternRaid0;
    uint64_t object_id = 0, object_group = 0;
    uint32_t stripe_size = 0;                    // bytes, 0: default
    uint16_t stripe_count = 0;                   // 0: default, kAllStripes: all OSTs
    uint16_t offset_or_generation = kAnyOffset;  // first OST in a request, generation of the layout in an answer
    std::string pool;                            // only in the v3 format
    std::vector<StripeObject> objects;
};

/// Reads either format; the length is checked against the number of objects.  Templates (directories, requests) have no
/// objects whatever their stripe count.
Result<Layout> ParseLayout(std::string_view bytes);

/// The v1 format, or v3 when there is a pool, without objects: what a user asks for.
std::string LayoutRequest(const Layout &layout);

/// "raid0", or the pattern in hexadecimal.
std::string PatternName(uint32_t pattern);

/// FID of an object in the text form users know, e.g. "0x100000000:0x2:0x0".
std::string ObjectFid(const StripeObject &object);

}  // namespace sheen

#endif
