// SPDX-License-Identifier: GPL-2.0
// Advisory locks against a naive model: for every byte, who holds it how.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "tests/unit/dlm/fake_rpc.h"

namespace {

constexpr int kBytes = 24;
constexpr int kOwners = 4;
constexpr u64 kOpens = 1000;  // owners from here on are open files

struct Rng {
    u64 state;
    u32 operator()(u32 n)
    {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return (state >> 33) % n;
    }
};

class FlockTest : public testing::TestWithParam<u64> {
protected:
    void SetUp() override
    {
        floor_init(0);
        ldlm_handles_init();
        server_ = std::make_unique<fake::Server>("mdt0", &ops_);
        exp_.dev = &server_->dev;
        refcount_set(&exp_.refs, 1 << 20);
        exp_.failed = false;
        exp_.imp_rev = &reverse_;
        spin_lock_init(&exp_.lock);
        INIT_LIST_HEAD(&exp_.locks);
        for (int i = 0; i < 3; i++) {
            const ldlm_res_id id = {{u64(i + 1), 2, 0, LDLM_FLOCK}};
            res_[i] = ldlm_resource_find(server_->ns, &id, LDLM_FLOCK, true);
        }
    }

    void TearDown() override
    {
        for (auto *res : res_)
            ldlm_resource_put(res);
        server_->Stop();
        ldlm_handles_exit();
        EXPECT_EQ(0u, floor_warn_count());
        EXPECT_EQ(0u, floor_fini());
    }

    // One request; completions of others are counted instead of sent.
    int Ask(int file, u64 owner, ldlm_mode mode, u64 start, u64 end, u32 flags = 0,
            ldlm_lock **out = nullptr)
    {
        ldlm_policy p{};
        p.flock = {start, end, owner, owner < kOpens ? u32(owner) : LDLM_NO_PID};
        ldlm_lock *lock = ldlm_lock_new(res_[file], mode, &p);
        ldlm_server_attach(lock, &exp_, ++remote_);
        lock->st->req_flags = flags;
        ldlm_work work;
        ldlm_work_init(&work);
        ldlm_res_lock(res_[file]);
        int rc = ldlm_queue_enqueue(lock, &work);
        ldlm_res_unlock(res_[file]);
        Settle(&work);
        if (out)
            *out = ldlm_lock_get(lock);
        if (rc < 0 || flags & LDLM_FL_TEST_LOCK)
            Kill(lock);
        ldlm_lock_put(lock);
        return rc;
    }

    void Settle(ldlm_work *work)
    {
        while (!list_empty(&work->cp)) {
            auto *st = list_first_entry(&work->cp, ldlm_lock_state, cp_link);
            list_del_init(&st->cp_link);
            st->error ? deadlocks_++ : completions_++;
            ldlm_lock_put(st->lock);
        }
        ldlm_work_run(work);
    }

    void Kill(ldlm_lock *lock)
    {
        ldlm_work work;
        ldlm_work_init(&work);
        ldlm_server_kill(lock, &work);
        Settle(&work);
    }

    void Clear()
    {
        for (auto *res : res_) {
            u64 seq = 0;
            while (ldlm_lock *lock = ldlm_resource_next(res, &seq)) {
                Kill(lock);
                ldlm_lock_put(lock);
            }
        }
    }

    unsigned Count(list_head *queue)
    {
        unsigned n = 0;
        list_head *pos;
        list_for_each(pos, queue)
            n++;
        return n;
    }

    ldlm_server_ops ops_{};
    std::unique_ptr<fake::Server> server_;
    rpc_import reverse_;
    obd_export exp_{};
    ldlm_resource *res_[3] = {};
    u64 remote_ = 0;
    int completions_ = 0;
    int deadlocks_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Seeds, FlockTest, testing::Range<u64>(1, 20));

struct Model {
    ldlm_mode held[kOwners][kBytes] = {};

    bool Conflicts(int owner, ldlm_mode mode, int start, int end) const
    {
        for (int o = 0; o < kOwners; o++)
            for (int b = start; o != owner && b <= end; b++)
                if (held[o][b] == LCK_PW || (held[o][b] && mode == LCK_PW))
                    return true;
        return false;
    }

    void Set(int owner, ldlm_mode mode, int start, int end)
    {
        for (int b = start; b <= end; b++)
            held[owner][b] = mode == LCK_NL ? ldlm_mode(0) : mode;
    }

    // Maximal runs of one mode: what a table of locks without overlaps must hold.
    unsigned Runs() const
    {
        unsigned n = 0;
        for (auto &row : held)
            for (int b = 0; b < kBytes; b++)
                n += row[b] && (!b || row[b - 1] != row[b]);
        return n;
    }
};

TEST_P(FlockTest, AgreesWithByteMap)
{
    Rng rnd{GetParam()};
    Model model;
    const ldlm_mode modes[] = {LCK_PR, LCK_PW, LCK_NL};

    for (int i = 0; i < 3000; i++) {
        int owner = rnd(kOwners), start = rnd(kBytes), end = start + rnd(kBytes - start);
        ldlm_mode mode = modes[rnd(3)];
        bool conflict = mode != LCK_NL && model.Conflicts(owner, mode, start, end);
        if (rnd(8) == 0 && mode != LCK_NL) {
            ldlm_lock *probe;
            ASSERT_EQ(0, Ask(0, owner + 1, mode, start, end, LDLM_FL_TEST_LOCK, &probe));
            ASSERT_EQ(conflict, probe->req_mode != LCK_NL);
            // The first of all that are in the way.
            u64 first = ~0ULL;
            ldlm_lock_state *st;
            list_for_each_entry(st, &res_[0]->granted, queue_link) {
                const ldlm_flock &f = st->lock->policy.flock;
                if (f.owner != u64(owner + 1) && f.start <= u64(end) && f.end >= u64(start) &&
                    (mode == LCK_PW || st->lock->granted_mode == LCK_PW))
                    first = std::min(first, f.start);
            }
            if (conflict) {
                ASSERT_EQ(first, probe->policy.flock.start);
            }
            ldlm_lock_put(probe);
            continue;
        }
        int rc = Ask(0, owner + 1, mode, start, end, LDLM_FL_BLOCK_NOWAIT);
        ASSERT_EQ(conflict ? -EAGAIN : 0, rc);
        if (!conflict)
            model.Set(owner, mode, start, end);

        Model table;
        ldlm_lock_state *st;
        list_for_each_entry(st, &res_[0]->granted, queue_link) {
            auto &f = st->lock->policy.flock;
            ASSERT_LE(f.start, f.end);
            table.Set(f.owner - 1, st->lock->granted_mode, f.start, f.end);
        }
        ASSERT_EQ(0, memcmp(&model, &table, sizeof(model)));
        ASSERT_EQ(model.Runs(), Count(&res_[0]->granted));
    }
    Clear();
}

TEST_P(FlockTest, WaitersAreGrantedWhenFree)
{
    EXPECT_EQ(0, Ask(0, 1, LCK_PW, 0, 9));
    EXPECT_EQ(1, Ask(0, 2, LCK_PW, 5, 15));
    EXPECT_EQ(1, Ask(0, 3, LCK_PR, 0, 2));
    EXPECT_EQ(0, Ask(0, 1, LCK_NL, 0, 4));
    EXPECT_EQ(1, completions_);
    EXPECT_EQ(0, Ask(0, 1, LCK_NL, 0, ~0ULL));
    EXPECT_EQ(2, completions_);
    Clear();
}

TEST_P(FlockTest, DeadlockOfTwoIsRefused)
{
    EXPECT_EQ(0, Ask(0, 1, LCK_PW, 0, 0));
    EXPECT_EQ(0, Ask(0, 2, LCK_PW, 1, 1));
    EXPECT_EQ(1, Ask(0, 1, LCK_PW, 1, 1));
    EXPECT_EQ(-EDEADLK, Ask(0, 2, LCK_PW, 0, 0));
    Clear();
}

TEST_P(FlockTest, OpenFilesWaitInCircles)
{
    const u64 x = kOpens, y = kOpens + 1;
    EXPECT_EQ(0, Ask(0, x, LCK_PW, 0, 0));
    EXPECT_EQ(0, Ask(0, y, LCK_PW, 1, 1));
    EXPECT_EQ(0, Ask(0, 1, LCK_PW, 2, 2));
    EXPECT_EQ(1, Ask(0, x, LCK_PW, 1, 1));
    EXPECT_EQ(1, Ask(0, y, LCK_PW, 0, 0));
    EXPECT_EQ(1, Ask(0, x, LCK_PW, 2, 2));
    EXPECT_EQ(1, Ask(0, 1, LCK_PW, 0, 0));
    EXPECT_EQ(0, Ask(0, y, LCK_NL, 1, 1));
    EXPECT_EQ(1, completions_);
    EXPECT_EQ(0, deadlocks_);
    Clear();
}

TEST_P(FlockTest, DeadlockOverThreeFilesIsRefused)
{
    EXPECT_EQ(0, Ask(0, 1, LCK_PW, 0, 0));
    EXPECT_EQ(0, Ask(1, 2, LCK_PR, 0, 0));
    EXPECT_EQ(0, Ask(2, 3, LCK_PW, 0, 0));
    EXPECT_EQ(1, Ask(1, 1, LCK_PW, 0, 0));
    EXPECT_EQ(1, Ask(2, 2, LCK_PW, 0, 0));
    EXPECT_EQ(1, Ask(0, 4, LCK_PW, 0, 0));
    EXPECT_EQ(-EDEADLK, Ask(0, 3, LCK_PW, 0, 0));
    EXPECT_EQ(0, deadlocks_);
    Clear();
}

// With random blocking requests: afterwards no cycle of waiting owners exists, and nobody waits without a reason.
TEST_P(FlockTest, RandomWaitsNeverDeadlock)
{
    Rng rnd{GetParam() * 77};
    const ldlm_mode modes[] = {LCK_PR, LCK_PW, LCK_NL};
    int refused = 0;

    for (int i = 0; i < 600; i++) {
        int start = rnd(6), end = start + rnd(6 - start);
        refused += Ask(rnd(3), 1 + rnd(6), modes[rnd(3)], start, end) == -EDEADLK;
        ldlm_lock_state *st;
        list_for_each_entry(st, &server_->ns->flock_waiting, flock_link) {
            ASSERT_FALSE(ldlm_flock_deadlock(server_->ns, st->lock));
            ASSERT_TRUE(ldlm_flock_conflict(st->lock->res, st->lock));
        }
    }
    EXPECT_GT(refused, 0);
    Clear();
}

}  // namespace
