// SPDX-License-Identifier: GPL-2.0
// What the fuzzers share: the floor comes up once.
#ifndef SHEEN_TESTS_FUZZ_FUZZ_H
#define SHEEN_TESTS_FUZZ_FUZZ_H

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <floor.h>

inline void Check(bool fine) {
    if (!fine)
        abort();
}

extern "C" int LLVMFuzzerInitialize(int *, char ***) {
    floor_init(0);
    floor_set_console_level(0);
    return 0;
}

#endif
