// SPDX-License-Identifier: GPL-2.0
// A layout, from a server or a disk, and arithmetic with what it says.
#include "tests/fuzz/fuzz.h"

extern "C" {
#include "obd/lov/lov.h"
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    std::unique_ptr<uint8_t[]> bytes(new uint8_t[size]);
    memcpy(bytes.get(), data, size);
    lov_layout *lay;

    if (lov_layout_parse(bytes.get(), size, &lay))
        return 0;
    Check(lay->stripe_count > 0 && lay->stripe_size > 0);
    for (u64 off : {u64{0}, u64{lay->stripe_size} - 1, u64{lay->stripe_size}, u64{1} << 40}) {
        const u32 stripe = lov_stripe_of(lay, off);
        Check(stripe < lay->stripe_count);
        Check(lov_file_offset(lay, stripe, lov_obj_offset(lay, off)) == off);
    }
    lov_layout_free(lay);
    return 0;
}
