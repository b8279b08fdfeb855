// SPDX-License-Identifier: GPL-2.0
// Test bodies that run as a fiber of the user-space floor, and leave nothing behind.
#ifndef SHEEN_TESTS_UNIT_FLOOR_TEST_H
#define SHEEN_TESTS_UNIT_FLOOR_TEST_H

#include <gtest/gtest.h>

#include <floor.h>

class FloorTest : public testing::Test {
protected:
    template <class F>
    void Run(F body, uint64_t seed = 0) {
        floor_init(seed);
        EXPECT_EQ(0, FloorRun([&] { body(); }));
        EXPECT_EQ(0u, floor_warn_count());
        EXPECT_EQ(0u, floor_fini());
    }
};

#endif
