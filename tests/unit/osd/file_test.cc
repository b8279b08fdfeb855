// SPDX-License-Identifier: GPL-2.0
// Small files of a server.
#include "store.h"

#include <linux/slab.h>

namespace {

using FileTest = StoreTest;

TEST_F(FileTest, ReplaceIsWholeAndDurable)
{
    Run([&] {
        char *buf;
        size_t len;

        EXPECT_EQ(-ENOENT, osd_file_load(dev, "CONFIGS/sheen", 100, &buf, &len));
        EXPECT_EQ(0, osd_file_replace(dev, "CONFIGS/sheen", "a long first text", 17));
        EXPECT_EQ(0, osd_file_replace(dev, "CONFIGS/sheen", "short", 5));
        Crash();
        ASSERT_EQ(0, osd_file_load(dev, "CONFIGS/sheen", 5, &buf, &len));
        EXPECT_EQ(5u, len);
        EXPECT_STREQ("short", buf);
        kvfree(buf);
        EXPECT_EQ(-EFBIG, osd_file_load(dev, "CONFIGS/sheen", 4, &buf, &len));
        EXPECT_EQ(0, osd_file_replace(dev, "empty", "", 0));
        ASSERT_EQ(0, osd_file_load(dev, "empty", 4, &buf, &len));
        EXPECT_EQ(0u, len);
        kvfree(buf);
    });
}

TEST_F(FileTest, RecordsStayWithinBounds)
{
    Run([&] {
        struct osd_file *file;
        char buf[100];

        ASSERT_EQ(0, osd_file_open(dev, "rec", 8000, &file));
        auto write = [&](u64 offset, size_t len) {
            return Trans({}, [&](osd_trans *th) {
                return osd_file_write(th, file, offset, std::string(len, 'z').data(), len);
            });
        };
        EXPECT_EQ(0, write(4096, 4096));
        EXPECT_EQ(-EINVAL, write(4095, 2));
        EXPECT_EQ(-EINVAL, write(8191, 2));
        EXPECT_EQ(-EINVAL, write(0, 4097));
        EXPECT_EQ(-EINVAL, write(0, 0));
        EXPECT_EQ(-EBUSY, osd_file_replace(dev, "rec", "x", 1));
        EXPECT_EQ(100, osd_file_read(file, 0, buf, 100));
        EXPECT_EQ(0, buf[0]);
        EXPECT_EQ(50, osd_file_read(file, 8142, buf, 100));
        EXPECT_EQ('z', buf[49]);
        EXPECT_EQ(0, osd_file_read(file, 8192, buf, 100));
        osd_file_close(file);
    });
}

} // namespace
