// SPDX-License-Identifier: GPL-2.0
// Text, numbers, checksums, memory, iterators.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <linux/crc-t10dif.h>
#include <linux/crc32c.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/uio.h>
#include <linux/unaligned.h>
#include <linux/uuid.h>
#include <linux/zutil.h>

#include <floor.h>

namespace {

template <class... Args>
std::string Format(const char *fmt, Args... args)
{
    char buf[256];
    const int len = floor_snprintf(buf, sizeof(buf), fmt, args...);

    EXPECT_EQ(static_cast<size_t>(len), strlen(buf));
    return buf;
}

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

TEST(PrintfTest, PlainAndKernelFormats)
{
    const char *volatile none = nullptr;  // volatile: or the compiler complains
    const u8 bytes[] = {0xde, 0xad, 0x01};
    const u8 ip[] = {10, 0, 0, 7};
    const uuid_t uuid = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff}};

    EXPECT_EQ("a 42 -7 0x2a ff 100%", Format("%c %d %i %#x %x 100%%", 'a', 42, -7, 42, 255));
    EXPECT_EQ("18446744073709551615 -1 9", Format("%llu %ld %zu", ~0ull, -1l, size_t{9}));
    EXPECT_EQ("[  ab] [ab  ] [a]", Format("[%4s] [%-4s] [%.1s]", "ab", "ab", "ab"));
    EXPECT_EQ("[007] [   5] [5    ]", Format("[%03d] [%*d] [%-*d]", 7, 4, 5, 5, 5));
    EXPECT_EQ("255 -1", Format("%hhu %hd", 255, -1));
    EXPECT_EQ("(null) (null)", Format("%s %p", none, nullptr));
    EXPECT_EQ("de ad 01", Format("%*ph", 3, bytes));
    EXPECT_EQ("dead01", Format("%*phN", 3, bytes));
    EXPECT_EQ("10.0.0.7", Format("%pI4", ip));
    EXPECT_EQ("-ENOENT", Format("%pe", ERR_PTR(-ENOENT)));
    EXPECT_EQ("00010203-0405-0607-0809-0a0b0c0d0eff", Format("%pUb", &uuid));
    EXPECT_EQ("03020100-0504-0706-0809-0A0B0C0D0EFF", Format("%pUL", &uuid));
    EXPECT_EQ("(____ptrval____)", Format("%p", &uuid));
}

TEST(PrintfTest, TruncationCountsAsTheKernelDoes)
{
    char buf[5];

    EXPECT_EQ(8, floor_snprintf(buf, sizeof(buf), "%s", "12345678"));
    EXPECT_STREQ("1234", buf);
    EXPECT_EQ(4, scnprintf(buf, sizeof(buf), "%d", 12345678));
    EXPECT_STREQ("1234", buf);
    EXPECT_EQ(0, scnprintf(buf, 0, "x"));
}

TEST(PrintkTest, RingKeepsMessages)
{
    floor_init(0);
    pr_info("first %d\n", 1);
    pr_err("second\nthird\n");
    EXPECT_TRUE(floor_log_contains("first 1"));
    EXPECT_EQ(1u, floor_log_count("third"));
    EXPECT_FALSE(floor_log_contains("fourth"));
    for (int i = 0; i < 30; i++)
        pr_warn_ratelimited("flood\n");
    EXPECT_EQ(10u, floor_log_count("flood"));
    floor_log_clear();
    EXPECT_FALSE(floor_log_contains("first"));
    floor_set_console_level(8);
    testing::internal::CaptureStderr();
    EXPECT_TRUE(WARN_ON(1 == 1));
    EXPECT_NE(std::string::npos, testing::internal::GetCapturedStderr().find("1 == 1"));
    floor_set_console_level(0);
    EXPECT_EQ(1u, floor_warn_count());
    EXPECT_EQ(0u, floor_fini());
}

TEST(StringTest, Numbers)
{
    u64 u;
    int i;
    u8 b;
    bool yes;

    EXPECT_EQ(0, kstrtou64("0x1f\n", 0, &u));
    EXPECT_EQ(31u, u);
    EXPECT_EQ(0, kstrtou64("18446744073709551615", 10, &u));
    EXPECT_EQ(~0ull, u);
    EXPECT_EQ(-ERANGE, kstrtou64("18446744073709551616", 10, &u));
    EXPECT_EQ(-EINVAL, kstrtou64("12x", 10, &u));
    EXPECT_EQ(-EINVAL, kstrtou64("", 10, &u));
    EXPECT_EQ(-EINVAL, kstrtou64("-1", 10, &u));
    EXPECT_EQ(0, kstrtoint("-2147483648", 10, &i));
    EXPECT_EQ(INT_MIN, i);
    EXPECT_EQ(-ERANGE, kstrtoint("2147483648", 10, &i));
    EXPECT_EQ(0, kstrtou8("0377", 0, &b));
    EXPECT_EQ(255, b);
    EXPECT_EQ(-ERANGE, kstrtou8("256", 10, &b));
    EXPECT_EQ(0, kstrtobool("on", &yes));
    EXPECT_TRUE(yes);
    EXPECT_EQ(0, kstrtobool("N", &yes));
    EXPECT_FALSE(yes);
    EXPECT_EQ(-EINVAL, kstrtobool("maybe", &yes));
    EXPECT_EQ(4ull << 20, memparse("4M", nullptr));
}

TEST(StringTest, Copies)
{
    char buf[4], text[] = "  pad me  ";

    EXPECT_EQ(2, strscpy(buf, "ab", sizeof(buf)));
    EXPECT_EQ(-E2BIG, strscpy(buf, "abcdef", sizeof(buf)));
    EXPECT_STREQ("abc", buf);
    EXPECT_STREQ("pad me", strim(text));
    EXPECT_TRUE(sysfs_streq("a\n", "a"));
    EXPECT_EQ(nullptr, memchr_inv("\1\1\1", 1, 3));
    EXPECT_STREQ("base", kbasename("/some/base"));
    char *dup = kasprintf(GFP_KERNEL, "%s-%d", "x", 5);
    EXPECT_STREQ("x-5", dup);
    kfree(dup);
}

TEST(ByteorderTest, SwapsAndUnaligned)
{
    u8 buf[9] = {0};
    __le64 le = cpu_to_le64(5);

    le64_add_cpu(&le, 7);
    EXPECT_EQ(12u, le64_to_cpu(le));
    EXPECT_EQ(0x12345678u, be32_to_cpu(cpu_to_be32(0x12345678)));
    put_unaligned_le64(0x0102030405060708ull, buf + 1);
    EXPECT_EQ(8, buf[1]);
    EXPECT_EQ(0x0807060504030201ull, get_unaligned_be64(buf + 1));
    EXPECT_EQ(0x0201u, swab16(0x0102));
    u64 n = 1000000007;
    EXPECT_EQ(7u, do_div(n, 1000));
    EXPECT_EQ(1000000u, n);
}

TEST(CrcTest, KnownVectors)
{
    const auto *p = reinterpret_cast<const unsigned char *>("123456789");

    EXPECT_EQ(0xcbf43926u, ~crc32_le(~0u, p, 9));
    EXPECT_EQ(0xe3069283u, ~crc32c(~0u, p, 9));
    EXPECT_EQ(0xd0dbu, crc_t10dif(p, 9));
    EXPECT_EQ(0x091e01deu, zlib_adler32(1, p, 9));
    std::vector<unsigned char> big(100000, 0xff);
    unsigned long split = zlib_adler32(1, big.data(), 70000);
    split = zlib_adler32(split, big.data() + 70000, 30000);
    EXPECT_EQ(zlib_adler32(1, big.data(), 100000), split);
}

TEST(UuidTest, TextAndBack)
{
    uuid_t a, b;
    char text[UUID_STRING_LEN + 1];

    floor_init(3);
    uuid_gen(&a);
    floor_snprintf(text, sizeof(text), "%pUb", &a);
    EXPECT_EQ(0, uuid_parse(text, &b));
    EXPECT_TRUE(uuid_equal(&a, &b));
    EXPECT_EQ('4', text[14]);
    EXPECT_EQ(-EINVAL, uuid_parse("not a uuid", &b));
    floor_init(3);
    uuid_gen(&b);
    EXPECT_TRUE(uuid_equal(&a, &b));
}

TEST(SlabTest, CountsFailsAndForgetsNothing)
{
    floor_init(0);
    void *p = kmalloc(100, GFP_KERNEL), *q = kzalloc(50, GFP_ATOMIC);
    EXPECT_EQ(2u, floor_live_allocs());
    EXPECT_EQ(150u, floor_live_bytes());
    EXPECT_EQ(nullptr, memchr_inv(q, 0, 50));
    EXPECT_NE(0, *static_cast<u8 *>(p));
    floor_fail_alloc_after(1);
    void *r = kmalloc(1, GFP_KERNEL);
    EXPECT_NE(nullptr, r);
    EXPECT_EQ(nullptr, kmalloc(1, GFP_KERNEL));
    EXPECT_EQ(nullptr, kcalloc(SIZE_MAX / 2, 4, GFP_KERNEL));
    r = krealloc(r, 1000, GFP_KERNEL);
    EXPECT_EQ(1000u, ksize(r));
    kfree(r);
    kfree(p);
    kfree(q);
    kfree(nullptr);
    kfree(kmalloc(0, GFP_KERNEL));
    kmem_cache *cache = kmem_cache_create("things", 64, 64, 0, nullptr);
    void *obj = kmem_cache_zalloc(cache, GFP_KERNEL);
    EXPECT_TRUE(IS_ALIGNED(reinterpret_cast<unsigned long>(obj), 64));
    kmem_cache_free(cache, obj);
    kmem_cache_destroy(cache);
    EXPECT_EQ(0u, floor_warn_count());
    p = kmalloc(1, GFP_KERNEL);
    testing::internal::CaptureStderr();
    EXPECT_EQ(1u, floor_fini());
    EXPECT_NE(std::string::npos, testing::internal::GetCapturedStderr().find("not freed"));
    std::free(p);
}

TEST(SlabTest, ManyObjects)
{
    floor_init(0);
    std::mt19937 rng(4);
    std::vector<void *> live;
    for (int step = 0; step < 50000; step++) {
        if (live.empty() || rng() % 5 > 1) {
            live.push_back(kmalloc(1 + rng() % 64, GFP_KERNEL));
        } else {
            std::swap(live[rng() % live.size()], live.back());
            kfree(live.back());
            live.pop_back();
        }
        ASSERT_EQ(live.size(), floor_live_allocs());
    }
    for (void *p : live)
        kfree(p);
    EXPECT_EQ(0u, floor_fini());
}

TEST(IovIterTest, RandomWalksAgreeWithAFlatBuffer)
{
    floor_init(0);
    std::mt19937 rng(11);

    for (int round = 0; round < 200; round++) {
        std::vector<page *> pages;
        std::vector<bio_vec> bvecs;
        std::vector<kvec> kvecs;
        std::string flat;

        for (size_t n = 1 + rng() % 6; n > 0; n--) {
            page *p = alloc_page(GFP_KERNEL | __GFP_ZERO);
            const u32 off = rng() % 4000, len = rng() % (PAGE_SIZE - off);
            pages.push_back(p);
            bvecs.push_back({p, len, off});
            kvecs.push_back({static_cast<char *>(page_address(p)) + off, len});
            for (u32 i = 0; i < len; i++)
                flat += static_cast<char>(rng());
        }
        iov_iter to, from;
        size_t done = 0;
        iov_iter_bvec(&to, ITER_DEST, bvecs.data(), bvecs.size(), flat.size());
        while (done < flat.size()) {
            const size_t n = std::min<size_t>(rng() % 3000, flat.size() - done);
            ASSERT_EQ(n, copy_to_iter(flat.data() + done, n, &to));
            done += n;
        }
        EXPECT_EQ(0u, iov_iter_count(&to));
        EXPECT_EQ(0u, copy_to_iter("x", 1, &to));

        std::string back(flat.size(), '\0');
        iov_iter_kvec(&from, ITER_SOURCE, kvecs.data(), kvecs.size(), flat.size());
        const size_t skip = flat.empty() ? 0 : rng() % flat.size();
        iov_iter_advance(&from, skip);
        iov_iter_revert(&from, skip);
        EXPECT_FALSE(copy_from_iter_full(back.data(), back.size() + 1, &from));
        EXPECT_TRUE(copy_from_iter_full(back.data(), back.size(), &from));
        EXPECT_EQ(flat, back);
        iov_iter_revert(&from, flat.size() - skip);
        iov_iter_truncate(&from, 100);
        const size_t want = std::min<size_t>(100, flat.size() - skip);
        std::string part(want, '\0');
        EXPECT_EQ(want, copy_from_iter(part.data(), 1000, &from));
        EXPECT_EQ(flat.substr(skip, want), part);
        for (page *p : pages)
            put_page(p);
    }
    EXPECT_EQ(0u, floor_warn_count());
    EXPECT_EQ(0u, floor_fini());
}

TEST(SortTest, Sorts)
{
    std::mt19937 rng(2);
    std::vector<int> v(1000), w;

    for (int &x : v)
        x = static_cast<int>(rng() % 500);
    w = v;
    sort(v.data(), v.size(), sizeof(int),
         [](const void *a, const void *b) {
             return *static_cast<const int *>(a) - *static_cast<const int *>(b);
         },
         nullptr);
    std::sort(w.begin(), w.end());
    EXPECT_EQ(w, v);
}

TEST(SeqFileTest, CollectsText)
{
    char *text = floor_seq_text(
        [](seq_file *m, void *) {
            seq_printf(m, "%d:", 5);
            for (int i = 0; i < 1000; i++)
                seq_putc(m, 'x');
            seq_puts(m, "end\n");
            return 0;
        },
        nullptr);

    ASSERT_NE(nullptr, text);
    EXPECT_EQ("5:" + std::string(1000, 'x') + "end\n", text);
    std::free(text);
}

TEST(CredTest, IdsAndCapabilities)
{
    floor_init(0);
    EXPECT_TRUE(capable(CAP_SYS_ADMIN));
    floor_set_ids(500, 600);
    EXPECT_EQ(500u, from_kuid(&init_user_ns, current_fsuid()));
    EXPECT_EQ(600u, from_kgid(&init_user_ns, current_fsgid()));
    EXPECT_FALSE(capable(CAP_SYS_ADMIN));
    EXPECT_EQ(0u, floor_fini());
    EXPECT_TRUE(capable(CAP_SYS_ADMIN));
}

}  // namespace
