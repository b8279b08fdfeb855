// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/floor_test.h"

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <asm/byteorder.h>
#include <linux/types.h>

extern "C" {
#include "obd/llog/llog.h"
}

namespace {

class LlogTest : public FloorTest {};

struct Record {
    u32 index;
    u32 command;
    std::string text;
};

// All records of an image as a reader of its bytes sees them.
std::vector<Record> Records(const llog_image *log) {
    std::vector<Record> records;

    for (u32 c = 0; c < log->nr_chunks; c++) {
        u32 offset = 0;
        bool broken;
        while (const wire_llog_rec *rec = llog_rec_next(log->chunks + c * LLOG_CHUNK_SIZE, LLOG_CHUNK_SIZE, &offset, &broken)) {
            const wire_cfg *cfg = llog_cfg_check(rec);
            u32 len;
            EXPECT_NE(nullptr, cfg);
            const void *text = llog_cfg_buf(cfg, 1, &len);
            records.push_back({le32_to_cpu(rec->index), le32_to_cpu(cfg->command),
                               text ? std::string(static_cast<const char *>(text), len - 1) : ""});
        }
        EXPECT_FALSE(broken);
    }
    return records;
}

int Add(llog_image *log, const std::string &text) {
    const char *const strs[] = {"device", text.c_str()};
    return llog_add_strs(log, LCFG_ATTACH, 0, 2, strs);
}

TEST_F(LlogTest, RecordsComeBackOverManyChunks) {
    Run([] {
        std::mt19937_64 random(1);
        for (int round = 0; round < 30; round++) {
            llog_image *log = llog_image_new("config_uuid");
            std::vector<std::string> texts;
            for (int i = 0; i < 200; i++) {
                texts.push_back(std::string(random() % 700, static_cast<char>('a' + i % 26)));
                ASSERT_EQ(0, Add(log, texts.back()));
            }
            llog_finish(log);
            const std::vector<Record> records = Records(log);
            ASSERT_EQ(texts.size(), records.size());
            EXPECT_LT(2u, log->nr_chunks);
            for (size_t i = 0; i < texts.size(); i++) {
                EXPECT_EQ(texts[i], records[i].text);
                EXPECT_LT(i ? records[i - 1].index : 0, records[i].index);
                const u32 index = records[i].index;
                EXPECT_TRUE(log->hdr.bitmap[index / 8] & 1u << index % 8);
                const int chunk = llog_chunk_of(log, index);
                ASSERT_LE(0, chunk);
                EXPECT_LE(log->first_index[chunk], index);
            }
            EXPECT_EQ(-ENOENT, llog_chunk_of(log, log->last_index + 1));
            EXPECT_EQ(log->last_index + 1, le32_to_cpu(log->hdr.count));
            EXPECT_EQ(log->last_index, le32_to_cpu(log->hdr.tail.index));
            llog_image_free(log);
        }
    });
}

// Every byte of a chunk but the last one's belongs to a record, padding included, and none crosses its end.
TEST_F(LlogTest, ChunksAreFilledToTheLastByte) {
    Run([] {
        std::mt19937_64 random(2);
        llog_image *log = llog_image_new("config_uuid");
        for (int i = 0; i < 3000; i++)
            ASSERT_EQ(0, Add(log, std::string(random() % 300, 'x')));
        llog_finish(log);
        u32 index = 1;
        for (u32 c = 0; c < log->nr_chunks; c++) {
            const u8 *chunk = log->chunks + c * LLOG_CHUNK_SIZE;
            const u32 end = c + 1 == log->nr_chunks ? log->used : LLOG_CHUNK_SIZE;
            u32 at = 0;
            EXPECT_EQ(index, log->first_index[c]);
            while (at < end) {
                const auto *rec = reinterpret_cast<const wire_llog_rec *>(chunk + at);
                ASSERT_EQ(index++, le32_to_cpu(rec->index));
                ASSERT_LE(24u, le32_to_cpu(rec->len));
                at += le32_to_cpu(rec->len);
            }
            ASSERT_EQ(end, at);
        }
        EXPECT_EQ(log->last_index + 1, index);
        llog_image_free(log);
    });
}

TEST_F(LlogTest, LimitsAreErrors) {
    Run([] {
        llog_image *log = llog_image_new("config_uuid");
        const char *const nine[9] = {};
        EXPECT_EQ(-EFBIG, llog_add_strs(log, LCFG_ATTACH, 0, 9, nine));
        EXPECT_EQ(-EFBIG, Add(log, std::string(LLOG_CHUNK_SIZE, 'x')));
        llog_image_free(log);
    });
}

TEST_F(LlogTest, ExhaustedMemoryIsAnError) {
    Run([] {
        for (int n = 0; n < 6; n++) {
            floor_fail_alloc_after(n);
            llog_image *log = llog_image_new("config_uuid");
            int rc = 0;
            for (int i = 0; log && !rc && i < 100; i++)
                rc = Add(log, std::string(200, 'x'));
            floor_fail_alloc_after(-1);
            EXPECT_TRUE(!log || rc == 0 || rc == -ENOMEM);
            llog_image_free(log);
        }
    });
}

// Bytes from a peer: whatever they are, all reading stays inside.
TEST_F(LlogTest, HostileBytes) {
    Run([] {
        std::mt19937_64 random(3);
        llog_image *log = llog_image_new("config_uuid");
        for (int i = 0; i < 20; i++)
            ASSERT_EQ(0, Add(log, std::string(i * 10, 'x')));
        llog_add_marker(log, 1, MARKER_START, 0, "target", "comment");
        llog_finish(log);
        int seen = 0;
        for (int i = 0; i < 50000; i++) {
            const u32 len = random() % 3 ? LLOG_CHUNK_SIZE : random() % LLOG_CHUNK_SIZE;
            std::unique_ptr<u8[]> chunk(new u8[len ? len : 1]);
            memcpy(chunk.get(), log->chunks, len);
            for (int k = random() % 6; k > 0 && len >= 4; k--) {
                static const u32 kNumbers[] = {0, 1, 8, 23, 0xffffffff, 0xfffffff8, 8192, 0x7fffffff};
                const u32 at = random() % std::min<u32>(len - 3, 3000) & ~3u;
                const u32 value = random() % 2 ? kNumbers[random() % 8] : random();
                memcpy(chunk.get() + at, &value, 4);
            }
            u32 offset = 0;
            bool broken;
            while (const wire_llog_rec *rec = llog_rec_next(chunk.get(), len, &offset, &broken)) {
                ASSERT_LE(offset, len);
                const wire_cfg *cfg = llog_cfg_check(rec);
                for (u32 b = 0; cfg && b < 10; b++) {
                    u32 n;
                    const void *buf = llog_cfg_buf(cfg, b, &n);
                    if (buf) {
                        const u8 *first = static_cast<const u8 *>(buf);
                        ASSERT_LE(chunk.get(), first);
                        ASSERT_LE(first + n, chunk.get() + offset);
                        seen++;
                    }
                }
            }
        }
        EXPECT_LT(10000, seen);
        llog_image_free(log);
    });
}

}  // namespace
