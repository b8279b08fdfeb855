// SPDX-License-Identifier: GPL-2.0
// A message from the network: checked, then every buffer of every format looked at.
#include "tests/fuzz/fuzz.h"

#include <asm/byteorder.h>

extern "C" {
#include "obd/wire/wire.h"
}

static const wire_format *const kFormats[] = {&fmt_connect, &fmt_intent_open, &fmt_reint_rename, &fmt_ost_write, &fmt_lock_cancel};

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    std::unique_ptr<uint8_t[]> bytes(new uint8_t[size]);
    memcpy(bytes.get(), data, size);
    auto *msg = reinterpret_cast<wire_msg *>(bytes.get());

    if (wire_msg_check(msg, size) <= 0)
        return 0;
    for (const wire_format *f : kFormats) {
        for (unsigned int i = 0; i < f->nr_req; i++) {
            const uint32_t len = wire_msg_buflen(msg, i);
            auto *buf = static_cast<uint8_t *>(wire_msg_buf(msg, i, wire_fields[f->req[i]].size));
            Check(!buf || (buf >= bytes.get() && buf + len <= bytes.get() + size));
            const char *text = wire_str(msg, i, true);
            Check(!text || strlen(text) < len);
        }
    }
    Check(wire_msg_body(msg) != nullptr);
    return 0;
}
