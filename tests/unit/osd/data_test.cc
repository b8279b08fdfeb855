// SPDX-License-Identifier: GPL-2.0
// Objects of an OST.
#include "store.h"

#include <random>

#include <linux/falloc.h>

namespace {

constexpr u64 kSeq = 0x100000000000ULL;

class DataTest : public StoreTest {
protected:
    // Writes bytes from pages whose data begins at "shift".
    int Write(osd_object *obj, u64 offset, const std::string &bytes, unsigned int shift = 0)
    {
        std::vector<bio_vec> bv;

        for (size_t at = 0; at < bytes.size();) {
            unsigned int from = bv.empty() ? shift : 0;
            size_t n = std::min<size_t>(bytes.size() - at, PAGE_SIZE - from);
            struct page *page = alloc_page(GFP_KERNEL);

            memcpy(static_cast<char *>(page_address(page)) + from, bytes.data() + at, n);
            bv.push_back({page, unsigned(n), from});
            at += n;
        }
        int rc = osd_data_write(obj, offset, bytes.size(), bv.data(), bv.size());
        for (bio_vec &v : bv)
            put_page(v.bv_page);
        return rc;
    }

    std::string Read(osd_object *obj, u64 offset, u32 len)
    {
        std::vector<bio_vec> bv(len / PAGE_SIZE + 2);
        std::string bytes;
        u32 got;
        int n = osd_data_read_get(obj, offset, len, bv.data(), bv.size(), &got);

        EXPECT_GE(n, 0);
        for (int i = 0; i < n; i++)
            bytes.append(static_cast<char *>(page_address(bv[i].bv_page)) + bv[i].bv_offset,
                         bv[i].bv_len);
        EXPECT_EQ(got, bytes.size());
        osd_data_read_put(bv.data(), n);
        return bytes;
    }

    u32 Last()
    {
        u32 last = 99999;

        EXPECT_EQ(0, osd_data_last(dev, kSeq, &last));
        return last;
    }

    osd_object *Find(u32 oid)
    {
        struct fid fid = {kSeq, oid, 0};
        osd_object *obj = nullptr;

        osd_object_find(dev, &fid, &obj);
        return obj;
    }
};

TEST_F(DataTest, CreateDestroyLast)
{
    Run(
        [&] {
            struct fid fid = {kSeq, 5, 0};

            EXPECT_EQ(0u, Last());
            EXPECT_EQ(0, osd_data_create(dev, kSeq, 1, 40));
            EXPECT_EQ(0, osd_data_create(dev, kSeq, 30, 50));
            EXPECT_EQ(-EINVAL, osd_data_create(dev, kSeq, 5, 4));
            EXPECT_EQ(50u, Last());
            EXPECT_EQ(0, osd_data_destroy(dev, &fid));
            EXPECT_EQ(0, osd_data_destroy(dev, &fid));
            EXPECT_EQ(nullptr, Find(5));
            EXPECT_EQ(nullptr, Find(51));
            osd_object *obj;
            EXPECT_EQ(-EOPNOTSUPP, osd_root(dev, &obj));
        },
        OSD_OST);
}

TEST_F(DataTest, ReadsWhatWasWritten)
{
    Run(
        [&] {
            std::mt19937 random(1);
            std::string image;

            ASSERT_EQ(0, osd_data_create(dev, kSeq, 1, 1));
            osd_object *obj = Find(1);
            ASSERT_NE(nullptr, obj);
            for (int i = 0; i < 200; i++) {
                size_t offset = random() % 100000, len = random() % 20000 + 1;
                std::string bytes(len, char('a' + i % 26));

                if (i % 5 == 4) {
                    u64 end = offset + len - 1;
                    ASSERT_EQ(0, osd_data_punch(obj, offset, end));
                    for (u64 at = offset; at <= end && at < image.size(); at++)
                        image[at] = 0;
                } else if (i % 31 == 30) {
                    ASSERT_EQ(0, osd_data_punch(obj, offset, ~0ULL));
                    image.resize(offset);
                } else {
                    ASSERT_EQ(0, Write(obj, offset, bytes, offset % PAGE_SIZE));
                    if (image.size() < offset + len)
                        image.resize(offset + len);
                    image.replace(offset, len, bytes);
                }
                ASSERT_EQ(image, Read(obj, 0, 200000));
                size_t at = random() % 120000;
                ASSERT_EQ(at < image.size() ? image.substr(at, 5000) : "", Read(obj, at, 5000));
            }
            osd_object_put(obj);
        },
        OSD_OST);
}

TEST_F(DataTest, PagesInFlightDoNotChange)
{
    Run(
        [&] {
            struct bio_vec bv;
            u32 got;

            ASSERT_EQ(0, osd_data_create(dev, kSeq, 1, 1));
            osd_object *obj = Find(1);
            ASSERT_EQ(0, Write(obj, 0, "before"));
            ASSERT_EQ(1, osd_data_read_get(obj, 0, 100, &bv, 1, &got));
            EXPECT_EQ(6u, got);
            ASSERT_EQ(0, Write(obj, 0, "after!"));
            EXPECT_EQ(0, memcmp(page_address(bv.bv_page), "before", 6));
            osd_data_read_put(&bv, 1);
            EXPECT_EQ("after!", Read(obj, 0, 100));
            osd_object_put(obj);
        },
        OSD_OST);
}

TEST_F(DataTest, SyncedDataSurvives)
{
    Run(
        [&] {
            ASSERT_EQ(0, osd_data_create(dev, kSeq, 1, 10));
            osd_object *obj = Find(3);
            struct osd_attr attr = {};
            char buf[16];

            attr.uid = 5;
            ASSERT_EQ(0, Write(obj, 10000, "hello"));
            ASSERT_EQ(0, osd_data_attr_set(obj, &attr, OSD_A_UID));
            ASSERT_EQ(0, osd_data_xattr_set(obj, "trusted.fid", "owner", 5));
            ASSERT_EQ(0, osd_data_sync(obj));
            ASSERT_EQ(0, Write(obj, 10000, "HELLO"));
            ASSERT_EQ(0, osd_data_create(dev, kSeq, 11, 20));
            osd_object_put(obj);
            Crash(OSD_OST);
            EXPECT_EQ(10u, Last());
            obj = Find(3);
            EXPECT_EQ("hello", Read(obj, 10000, 100));
            EXPECT_EQ(std::string(100, '\0'), Read(obj, 5000, 100));
            ASSERT_EQ(0, osd_attr_get(obj, &attr));
            EXPECT_EQ(5u, attr.uid);
            EXPECT_EQ(10005u, attr.size);
            EXPECT_EQ(8u, attr.blocks);
            EXPECT_EQ(5, osd_xattr_get(obj, "trusted.fid", buf, sizeof(buf)));
            osd_object_put(obj);
        },
        OSD_OST);
}

TEST_F(DataTest, SpaceHolesAndExtents)
{
    Run(
        [&] {
            constexpr int kKeep = FALLOC_FL_KEEP_SIZE;
            struct osd_extent ext[4];
            struct osd_attr attr;
            u64 pos;

            ASSERT_EQ(0, osd_data_create(dev, kSeq, 1, 1));
            osd_object *obj = Find(1);
            EXPECT_EQ(-ENXIO, osd_data_seek(obj, 0, true, &pos));
            EXPECT_EQ(0, osd_data_extents(obj, 0, ~0ULL, ext, 4));
            ASSERT_EQ(0, Write(obj, 8192, std::string(5000, 'x')));
            ASSERT_EQ(0, Write(obj, 40960, "y"));
            ASSERT_EQ(0, osd_data_seek(obj, 100, false, &pos));
            EXPECT_EQ(8192u, pos);
            ASSERT_EQ(0, osd_data_seek(obj, 9000, true, &pos));
            EXPECT_EQ(16384u, pos);
            ASSERT_EQ(0, osd_data_seek(obj, 40960, true, &pos));
            EXPECT_EQ(40961u, pos);
            EXPECT_EQ(-ENXIO, osd_data_seek(obj, 40961, false, &pos));
            EXPECT_EQ(2, osd_data_extents(obj, 0, ~0ULL, nullptr, 0));
            ASSERT_EQ(1, osd_data_extents(obj, 10000, 40960, ext, 4));
            EXPECT_EQ(8192u, ext[0].logical);
            EXPECT_EQ(8192u, ext[0].length);

            EXPECT_EQ(-EINVAL, osd_data_fallocate(obj, 0, 5, 5));
            EXPECT_EQ(-EFBIG, osd_data_fallocate(obj, 0, 0, ~0ULL));
            ASSERT_EQ(0, osd_data_fallocate(obj, kKeep, 40000, 50000));
            ASSERT_EQ(0, osd_attr_get(obj, &attr));
            EXPECT_EQ(40961u, attr.size);
            ASSERT_EQ(2, osd_data_extents(obj, 0, ~0ULL, ext, 4));
            EXPECT_EQ(16384u, ext[1].length);
            ASSERT_EQ(0, osd_data_fallocate(obj, 0, 40000, 50000));
            ASSERT_EQ(0, osd_data_fallocate(obj, FALLOC_FL_PUNCH_HOLE | kKeep, 8200, 13000));
            EXPECT_EQ(std::string(8, 'x') + std::string(4800, 0) + std::string(192, 'x'), Read(obj, 8192, 5000));
            ASSERT_EQ(0, osd_data_fallocate(obj, FALLOC_FL_ZERO_RANGE, 40960, 60000));
            EXPECT_EQ(std::string(19040, 0), Read(obj, 40960, 100000));
            ASSERT_EQ(0, mem_disk_set_size("disk", 30 * 4096));
            EXPECT_EQ(-ENOSPC, osd_data_fallocate(obj, kKeep, 0, 100 * 4096));
            osd_object_put(obj);
        },
        OSD_OST);
}

TEST_F(DataTest, FullDiskSaysSo)
{
    Run(
        [&] {
            struct osd_statfs st;

            ASSERT_EQ(0, mem_disk_set_size("disk", 64 * 4096));
            ASSERT_EQ(0, osd_data_create(dev, kSeq, 1, 4));
            osd_object *obj = Find(1);
            EXPECT_EQ(-ENOSPC, Write(obj, 0, std::string(100 * 4096, 'x')));
            ASSERT_EQ(0, osd_statfs(dev, &st));
            EXPECT_EQ(64u, st.blocks);
            EXPECT_EQ(0u, st.bavail);
            EXPECT_EQ(-ENOSPC, osd_data_create(dev, kSeq, 5, 6));
            ASSERT_EQ(0, osd_data_punch(obj, 0, ~0ULL));
            EXPECT_EQ(0, osd_data_create(dev, kSeq, 5, 6));
            EXPECT_EQ(-EFBIG, Write(obj, ~0ULL - 10, "x"));
            osd_object_put(obj);
        },
        OSD_OST);
}

} // namespace
