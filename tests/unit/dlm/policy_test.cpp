// SPDX-License-Identifier: GPL-2.0
// The decisions of a lock server, without requests: modes, ranges, bits, queues.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/unit/dlm/fake_rpc.h"

namespace {

constexpr u64 kEof = ~0ULL;
const ldlm_mode kModes[] = {LCK_EX, LCK_PW, LCK_PR, LCK_CW, LCK_CR, LCK_NL, LCK_GROUP};

TEST(Modes, CompatibilityMatrix)
{
    // Rows and columns: EX PW PR CW CR NL GROUP.
    const char *table[] = {
        ".....x.", "....xx.", "..x.xx.", "...xxx.", ".xxxxx.", "xxxxxxx", ".....xx",
    };
    for (int a = 0; a < 7; a++)
        for (int b = 0; b < 7; b++) {
            EXPECT_EQ(table[a][b] == 'x', ldlm_compatible(kModes[a], kModes[b]))
                << ldlm_mode_name(kModes[a]) << " " << ldlm_mode_name(kModes[b]);
            EXPECT_EQ(ldlm_compatible(kModes[a], kModes[b]), ldlm_compatible(kModes[b], kModes[a]));
        }
}

TEST(Modes, OnlySingleBitsAreModes)
{
    int valid = 0;
    for (u32 m = 0; m < 1024; m++)
        valid += ldlm_mode_valid(m);
    EXPECT_EQ(7, valid);
    EXPECT_FALSE(ldlm_mode_valid(3));
}

TEST(Modes, CoverIncludesWeaker)
{
    EXPECT_TRUE(ldlm_mode_covers(LCK_PW, LCK_PR));
    EXPECT_TRUE(ldlm_mode_covers(LCK_PW, LCK_CW));
    EXPECT_TRUE(ldlm_mode_covers(LCK_PR, LCK_CR));
    EXPECT_TRUE(ldlm_mode_covers(LCK_EX, LCK_PW));
    EXPECT_FALSE(ldlm_mode_covers(LCK_PR, LCK_PW));
    EXPECT_FALSE(ldlm_mode_covers(LCK_PR, LCK_CW));
    EXPECT_FALSE(ldlm_mode_covers(LCK_CW, LCK_PR));
    EXPECT_FALSE(ldlm_mode_covers(LCK_CR, LCK_PR));
    EXPECT_FALSE(ldlm_mode_covers(LCK_PW, LCK_GROUP));
    EXPECT_TRUE(ldlm_mode_covers(LCK_GROUP, LCK_GROUP));
}

class QueueTest : public testing::Test {
protected:
    void SetUp() override
    {
        floor_init(0);
        ldlm_handles_init();
        ldlm_work_init(&work_);
    }

    void TearDown() override
    {
        for (ldlm_lock *lock : locks_) {
            ldlm_res_lock(res_);
            ldlm_queue_del(lock);
            ldlm_res_unlock(res_);
            for (list_head *l : {&lock->st->bl_link, &lock->st->cp_link})
                if (!list_empty(l)) {
                    list_del_init(l);
                    ldlm_lock_put(lock);
                }
            spin_lock(&exp_.lock);
            list_del_init(&lock->st->exp_link);
            spin_unlock(&exp_.lock);
            ldlm_handle_del(lock);
            ldlm_lock_put(lock);
        }
        ldlm_resource_put(res_);
        server_->Stop();
        ldlm_handles_exit();
        EXPECT_EQ(0u, floor_warn_count());
        EXPECT_EQ(0u, floor_fini());
    }

    void Open(ldlm_type type)
    {
        server_ = std::make_unique<fake::Server>("ost0", &ops_);
        exp_.dev = &server_->dev;
        refcount_set(&exp_.refs, 1000);
        spin_lock_init(&exp_.lock);
        INIT_LIST_HEAD(&exp_.locks);
        const ldlm_res_id id = {{1, 2, 0, 0}};
        res_ = ldlm_resource_find(server_->ns, &id, type, true);
    }

    ldlm_lock *New(ldlm_mode mode, const ldlm_policy &policy)
    {
        ldlm_lock *lock = ldlm_lock_new(res_, mode, &policy);
        ldlm_server_attach(lock, &exp_, 77);
        locks_.push_back(lock);
        return lock;
    }

    int Enqueue(ldlm_lock *lock)
    {
        ldlm_res_lock(res_);
        int rc = ldlm_queue_enqueue(lock, &work_);
        ldlm_res_unlock(res_);
        return rc;
    }

    ldlm_lock *Extent(ldlm_mode mode, u64 start, u64 end, int expect)
    {
        ldlm_policy p{};
        p.extent.start = start;
        p.extent.end = end;
        ldlm_lock *lock = New(mode, p);
        EXPECT_EQ(expect, Enqueue(lock));
        return lock;
    }

    ldlm_lock *Bits(ldlm_mode mode, u64 bits, int expect)
    {
        ldlm_policy p{};
        p.ibits = bits;
        ldlm_lock *lock = New(mode, p);
        EXPECT_EQ(expect, Enqueue(lock));
        return lock;
    }

    void Release(ldlm_lock *lock)
    {
        ldlm_res_lock(res_);
        ldlm_queue_del(lock);
        ldlm_queue_reprocess(res_, &work_);
        ldlm_res_unlock(res_);
    }

    bool CalledBack(ldlm_lock *lock) { return !list_empty(&lock->st->bl_link); }
    bool Completed(ldlm_lock *lock) { return !list_empty(&lock->st->cp_link); }

    ldlm_server_ops ops_{};
    std::unique_ptr<fake::Server> server_;
    obd_export exp_{};
    ldlm_resource *res_ = nullptr;
    ldlm_work work_;
    std::vector<ldlm_lock *> locks_;
};

void ExpectRange(const ldlm_lock *lock, u64 start, u64 end)
{
    EXPECT_EQ(start, lock->policy.extent.start);
    EXPECT_EQ(end, lock->policy.extent.end);
}

TEST_F(QueueTest, FirstExtentGrowsToEverything)
{
    Open(LDLM_EXTENT);
    ExpectRange(Extent(LCK_PW, 4096, 8191, 0), 0, kEof);
}

TEST_F(QueueTest, ExtentGrowsUpToNeighbours)
{
    Open(LDLM_EXTENT);
    ldlm_lock *low = Extent(LCK_PW, 0, 4095, 0);
    ldlm_lock *high = Extent(LCK_PW, 1 << 20, (1 << 20) + 4095, 1);
    EXPECT_TRUE(CalledBack(low));
    Release(low);
    EXPECT_TRUE(Completed(high));
    ExpectRange(high, 0, kEof);

    // Two that were given small ranges leave room for a third between them.
    high->policy.extent.start = 1 << 20;
    low = Extent(LCK_PW, 0, 4095, 0);
    ExpectRange(low, 0, (1 << 20) - 1);
    low->policy.extent.end = 4095;
    ldlm_lock *mid = Extent(LCK_PW, 65536, 69631, 0);
    ExpectRange(mid, 4096, (1 << 20) - 1);
}

TEST_F(QueueTest, ReadersDoNotLimitReaders)
{
    Open(LDLM_EXTENT);
    Extent(LCK_PR, 0, 4095, 0);
    ExpectRange(Extent(LCK_PR, 8192, 12287, 0), 0, kEof);
}

TEST_F(QueueTest, ContentionLimitsGrowth)
{
    Open(LDLM_EXTENT);
    for (u64 i = 0; i < 5; i++) {
        ldlm_lock *l = Extent(LCK_PW, i << 40, (i << 40) + 4095, 0);
        l->policy.extent.start = i << 40;
        l->policy.extent.end = (i << 40) + 4095;
    }
    ExpectRange(Extent(LCK_PW, 1ULL << 50, (1ULL << 50) + 4095, 0), 1ULL << 50, kEof);
    locks_.back()->policy.extent.end = (1ULL << 50) + 4095;
    for (u64 i = 10; i < 40; i++) {
        ldlm_lock *l = Extent(LCK_PW, i << 40, (i << 40) + 4095, 0);
        l->policy.extent.end = (i << 40) + 4095;
    }
    ExpectRange(Extent(LCK_PW, 1ULL << 51, (1ULL << 51) + 4095, 0), 1ULL << 51,
                (1ULL << 51) + (32 << 20) - 1);
}

TEST_F(QueueTest, GroupsOfOneNumberGetAlong)
{
    Open(LDLM_EXTENT);
    ldlm_policy p{};
    p.extent.end = kEof;
    p.extent.gid = 5;
    EXPECT_EQ(0, Enqueue(New(LCK_GROUP, p)));
    EXPECT_EQ(0, Enqueue(New(LCK_GROUP, p)));
    p.extent.gid = 6;
    EXPECT_EQ(1, Enqueue(New(LCK_GROUP, p)));
}

TEST_F(QueueTest, WaitingWriterIsNotStarved)
{
    Open(LDLM_EXTENT);
    ldlm_lock *r1 = Extent(LCK_PR, 0, 4095, 0);
    ldlm_lock *w = Extent(LCK_PW, 0, 4095, 1);
    ldlm_lock *r2 = Extent(LCK_PR, 0, 4095, 1);
    EXPECT_TRUE(CalledBack(r1));
    Release(r1);
    EXPECT_TRUE(Completed(w));
    EXPECT_FALSE(Completed(r2));
    // The new holder hears at once that somebody waits.
    EXPECT_TRUE(CalledBack(w));
    Release(w);
    EXPECT_TRUE(Completed(r2));
}

TEST_F(QueueTest, HolderIsCalledBackOnce)
{
    Open(LDLM_EXTENT);
    ldlm_lock *holder = Extent(LCK_PW, 0, 4095, 0);
    Extent(LCK_PW, 0, 4095, 1);
    Extent(LCK_PR, 0, 4095, 1);
    unsigned n = 0;
    list_head *pos;
    list_for_each(pos, &work_.bl)
        n++;
    EXPECT_EQ(1u, n);
    EXPECT_EQ(LCK_PW, holder->st->blocker.req_mode);
}

TEST_F(QueueTest, NoWaitIsRefused)
{
    Open(LDLM_EXTENT);
    Extent(LCK_PW, 0, 4095, 0);
    ldlm_policy p{};
    p.extent.end = 4095;
    ldlm_lock *lock = New(LCK_PW, p);
    lock->st->req_flags = LDLM_FL_BLOCK_NOWAIT;
    EXPECT_EQ(-EAGAIN, Enqueue(lock));
}

TEST_F(QueueTest, BitsConflictOnlyWhenShared)
{
    Open(LDLM_IBITS);
    ldlm_lock *a = Bits(LCK_PR, IBIT_LOOKUP | IBIT_UPDATE, 0);
    Bits(LCK_EX, IBIT_LAYOUT, 0);
    ldlm_lock *b = Bits(LCK_EX, IBIT_UPDATE, 1);
    EXPECT_TRUE(CalledBack(a));
    Bits(LCK_PR, IBIT_LOOKUP, 0);
    Release(a);
    EXPECT_TRUE(Completed(b));
}

TEST_F(QueueTest, GlimpseAsksTheHighestWriter)
{
    Open(LDLM_EXTENT);
    EXPECT_EQ(nullptr, ldlm_glimpse_pick(res_, kEof));
    ldlm_lock *a = Extent(LCK_PW, 0, 4095, 0);
    a->policy.extent.end = 4095;
    ldlm_lock *b = Extent(LCK_PW, 1 << 20, 2 << 20, 0);
    b->policy.extent = {1 << 20, 2 << 20, 0};
    ldlm_lock *c = Extent(LCK_PR, 4 << 20, 5 << 20, 0);
    EXPECT_EQ(LCK_PR, c->granted_mode);
    EXPECT_EQ(b, ldlm_glimpse_pick(res_, kEof));
    EXPECT_EQ(a, ldlm_glimpse_pick(res_, b->policy.extent.end));
    EXPECT_EQ(nullptr, ldlm_glimpse_pick(res_, a->policy.extent.end));
}

// What is granted never conflicts, and nobody is overtaken by a request that came later and conflicts with him.
TEST_F(QueueTest, RandomRequestsStayConsistent)
{
    Open(LDLM_EXTENT);
    u32 seed = 1;
    auto rnd = [&seed](u32 n) { return (seed = seed * 1664525 + 1013904223) / 65536 % n; };
    std::vector<ldlm_lock *> granted;
    for (int i = 0; i < 2000; i++) {
        if (rnd(2) || granted.empty()) {
            ldlm_policy p{};
            p.extent.start = rnd(100);
            p.extent.end = p.extent.start + rnd(30);
            Enqueue(New(kModes[rnd(6)], p));
        } else {
            Release(granted[rnd(granted.size())]);
        }
        granted.clear();
        ldlm_lock_state *st, *other;
        list_for_each_entry(st, &res_->granted, queue_link) {
            granted.push_back(st->lock);
            list_for_each_entry(other, &res_->granted, queue_link)
                ASSERT_TRUE(other == st ||
                            !ldlm_locks_conflict(LDLM_EXTENT, st->lock, other->lock));
        }
        list_for_each_entry(st, &res_->waiting, queue_link)
            ASSERT_TRUE(ldlm_queue_conflicts(&res_->granted, st->lock, nullptr) ||
                        ldlm_queue_conflicts(&res_->waiting, st->lock, st->lock));
    }
}

wire_ost_lvb Lvb(u64 size, s64 atime, s64 mtime, s64 ctime, u32 ctime_ns = 0)
{
    wire_ost_lvb lvb{};
    lvb.size = size;
    lvb.atime = atime;
    lvb.mtime = mtime;
    lvb.ctime = ctime;
    lvb.ctime_ns = ctime_ns;
    return lvb;
}

TEST(Merge, LaterChangeSetsTimesBack)
{
    wire_ost_lvb lvb = Lvb(10, 50, 60, 70);
    const wire_ost_lvb set_back = Lvb(5, 1, 2, 70, 1);
    ldlm_lvb_merge(&lvb, &set_back);
    EXPECT_EQ(lvb.size, 10u);
    EXPECT_EQ(lvb.atime, 1u);
    EXPECT_EQ(lvb.mtime, 2u);
    EXPECT_EQ(lvb.ctime, 70u);
    EXPECT_EQ(lvb.ctime_ns, 1u);
}

TEST(Merge, EarlierChangeSaysNothingOfMtime)
{
    wire_ost_lvb lvb = Lvb(10, 50, 60, 70);
    const wire_ost_lvb old = Lvb(20, 55, 65, 69);
    ldlm_lvb_merge(&lvb, &old);
    EXPECT_EQ(lvb.size, 20u);
    EXPECT_EQ(lvb.atime, 55u);
    EXPECT_EQ(lvb.mtime, 60u);
    EXPECT_EQ(lvb.ctime, 70u);
}

TEST(Merge, AccessTimeNotKnownCountsForNothing)
{
    wire_ost_lvb lvb = Lvb(10, 50, 60, 70);
    const wire_ost_lvb unknown = Lvb(10, 0, 0, 80);
    ldlm_lvb_merge(&lvb, &unknown);
    EXPECT_EQ(lvb.atime, 50u);
    EXPECT_EQ(lvb.mtime, 0u) << "who has changed it knows that: it was set so";
    EXPECT_EQ(lvb.ctime, 80u);
}

}  // namespace
