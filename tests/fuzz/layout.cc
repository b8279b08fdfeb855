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
    const char *why;

    if (lov_layout_parse(bytes.get(), size, &lay, &why))
        return 0;
    Check(lay->comp_count > 0 && lay->comps[0].start == 0);
    Check(lov_layout_equal(lay, lay) && lov_layout_extends(lay, lay));
    for (u32 i = 0; i < lay->comp_count; i++) {
        const u64 start = lay->comps[i].start;
        for (u64 off : {start, start + LOV_STRIPE_ALIGN - 1, start + (start >> 1)}) {
            const u32 stripe = lov_stripe_of(lay, off);
            Check(lov_unit_end(lay, off) > off || off > (u64)S64_MAX);
            if (stripe == LOV_NO_STRIPE)
                continue;
            Check(stripe < lay->stripe_count);
            Check(lov_file_offset(lay, stripe, lov_obj_offset(lay, off)) == off || off > (u64)S64_MAX);
        }
    }
    lov_layout_free(lay);
    return 0;
}
