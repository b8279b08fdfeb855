// SPDX-License-Identifier: GPL-2.0
// A table of targets, as the MGS sends it.
#include "tests/fuzz/fuzz.h"

extern "C" {
#include "obd/wire/nidtbl.h"
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    std::unique_ptr<uint8_t[]> bytes(new uint8_t[size]);
    memcpy(bytes.get(), data, size);
    nidtbl_entry entry;
    u32 offset = 0, before = 0;

    while (nidtbl_next(bytes.get(), size, &offset, &entry) > 0) {
        Check(offset > before && offset <= size && entry.nr_nids <= NIDTBL_MAX_NIDS);
        before = offset;
    }
    return 0;
}
