// SPDX-License-Identifier: GPL-2.0
// A chunk of a configuration log.
#include "tests/fuzz/fuzz.h"

extern "C" {
#include "obd/llog/llog.h"
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    std::unique_ptr<uint8_t[]> bytes(new uint8_t[size]);
    memcpy(bytes.get(), data, size);
    u32 offset = 0, len;
    bool broken;

    while (const wire_llog_rec *rec = llog_rec_next(bytes.get(), size, &offset, &broken)) {
        const wire_cfg *cfg = llog_cfg_check(rec);
        for (unsigned int i = 0; cfg && i < 10; i++) {
            auto *buf = static_cast<const uint8_t *>(llog_cfg_buf(cfg, i, &len));
            Check(!buf || (buf >= bytes.get() && buf + len <= bytes.get() + offset));
        }
    }
    return 0;
}
