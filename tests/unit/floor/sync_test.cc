// SPDX-License-Identifier: GPL-2.0
// Locks, wait queues, completions, reference counts.
#include <gtest/gtest.h>

#include <vector>

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/wait_bit.h>

#include <floor.h>

namespace {

class SyncTest : public testing::TestWithParam<uint64_t> {
protected:
    void SetUp() override { floor_init(GetParam()); }
    void TearDown() override
    {
        EXPECT_EQ(0u, floor_warn_count());
        EXPECT_EQ(0u, floor_fini());
    }
};

INSTANTIATE_TEST_SUITE_P(Seeds, SyncTest, testing::Range<uint64_t>(0, 20));

// Runs "count" fibers of the same function and waits for all of them.
void Together(int count, int (*fn)(void *), void *arg)
{
    std::vector<task_struct *> tasks;

    for (int i = 0; i < count; i++) {
        task_struct *t = kthread_create(fn, arg, "t%d", i);
        get_task_struct(t);
        tasks.push_back(t);
    }
    for (task_struct *t : tasks)
        wake_up_process(t);
    for (task_struct *t : tasks) {
        kthread_stop(t);
        put_task_struct(t);
    }
}

void MaybeSleep()
{
    if (get_random_u32_below(2))
        usleep_range(get_random_u32_below(1000), 2000);
    else
        cond_resched();
}

struct Guarded {
    mutex lock;
    rw_semaphore sem;
    semaphore slots;
    int inside = 0;
    int readers = 0;
    int total = 0;
};

int Wait(void *)
{
    // kthread_stop() must not come before the first run.
    return 0;
}

TEST_P(SyncTest, MutexExcludes)
{
    Guarded g;

    mutex_init(&g.lock);
    EXPECT_EQ(0, FloorRun([&g] {
        for (int i = 0; i < 10; i++)
            kthread_run(
                [](void *arg) -> int {
                    auto *g = static_cast<Guarded *>(arg);
                    for (int n = 0; n < 20; n++) {
                        mutex_lock(&g->lock);
                        lockdep_assert_held(&g->lock);
                        EXPECT_EQ(0, g->inside++);
                        MaybeSleep();
                        g->inside--;
                        g->total++;
                        mutex_unlock(&g->lock);
                    }
                    return 0;
                },
                &g, "m%d", i);
        ssleep(10);
    }));
    EXPECT_EQ(200, g.total);
    EXPECT_FALSE(mutex_is_locked(&g.lock));
}

TEST_P(SyncTest, RwsemSharesAndExcludes)
{
    Guarded g;

    init_rwsem(&g.sem);
    EXPECT_EQ(0, FloorRun([&g] {
        for (int i = 0; i < 12; i++)
            kthread_run(
                [](void *arg) -> int {
                    auto *g = static_cast<Guarded *>(arg);
                    for (int n = 0; n < 20; n++) {
                        if (get_random_u32_below(3)) {
                            down_read(&g->sem);
                            g->readers++;
                            EXPECT_EQ(0, g->inside);
                            MaybeSleep();
                            g->readers--;
                            up_read(&g->sem);
                        } else {
                            down_write(&g->sem);
                            EXPECT_EQ(0, g->inside++);
                            EXPECT_EQ(0, g->readers);
                            MaybeSleep();
                            g->inside--;
                            up_write(&g->sem);
                        }
                        g->total++;
                    }
                    return 0;
                },
                &g, "rw%d", i);
        ssleep(10);
    }));
    EXPECT_EQ(240, g.total);
}

TEST_P(SyncTest, SemaphoreCounts)
{
    Guarded g;

    sema_init(&g.slots, 3);
    EXPECT_EQ(0, FloorRun([&g] {
        for (int i = 0; i < 10; i++)
            kthread_run(
                [](void *arg) -> int {
                    auto *g = static_cast<Guarded *>(arg);
                    down(&g->slots);
                    EXPECT_LE(++g->inside, 3);
                    MaybeSleep();
                    g->inside--;
                    g->total++;
                    up(&g->slots);
                    return 0;
                },
                &g, "s%d", i);
        ssleep(1);
        EXPECT_EQ(0, down_trylock(&g.slots));
        down(&g.slots);
        down(&g.slots);
        EXPECT_EQ(-ETIME, down_timeout(&g.slots, 3));
    }));
    EXPECT_EQ(10, g.total);
}

TEST_P(SyncTest, KilledWaiterPassesTheMutexOn)
{
    Guarded g;

    mutex_init(&g.lock);
    EXPECT_EQ(0, FloorRun([&g] {
        auto killable = [](void *arg) -> int {
            auto *g = static_cast<Guarded *>(arg);
            int rc = mutex_lock_killable(&g->lock);
            g->total++;
            if (!rc)
                mutex_unlock(&g->lock);
            return rc;
        };
        mutex_lock(&g.lock);
        task_struct *victim = kthread_run(killable, &g, "victim");
        get_task_struct(victim);
        kthread_run(killable, &g, "next");
        msleep(5);
        floor_set_signal(victim);
        mutex_unlock(&g.lock);
        msleep(5);
        EXPECT_EQ(2, g.total);
        kthread_stop(victim);
        put_task_struct(victim);
    }));
}

TEST_P(SyncTest, ExclusiveWaitersWakeOneByOne)
{
    struct Shared {
        wait_queue_head_t wq;
        int tokens = 0;
        int taken = 0;
    } s;

    init_waitqueue_head(&s.wq);
    EXPECT_EQ(0, FloorRun([&s] {
        for (int i = 0; i < 5; i++)
            kthread_run(
                [](void *arg) -> int {
                    auto *s = static_cast<Shared *>(arg);
                    wait_event_idle_exclusive(s->wq, s->tokens > 0 && s->tokens-- > 0);
                    s->taken++;
                    return 0;
                },
                &s, "x%d", i);
        msleep(1);
        for (int i = 1; i <= 5; i++) {
            s.tokens++;
            EXPECT_EQ(1, wake_up(&s.wq));
            msleep(1);
            EXPECT_EQ(i, s.taken);
        }
        EXPECT_EQ(0, wake_up(&s.wq));
    }));
}

TEST_P(SyncTest, CompletionsCountAndStayDone)
{
    struct Shared {
        completion done;
        int passed = 0;
    } s;

    init_completion(&s.done);
    EXPECT_EQ(0, FloorRun([&s] {
        for (int i = 0; i < 4; i++)
            kthread_run(
                [](void *arg) -> int {
                    auto *s = static_cast<Shared *>(arg);
                    wait_for_completion(&s->done);
                    s->passed++;
                    return 0;
                },
                &s, "c%d", i);
        EXPECT_EQ(0u, wait_for_completion_timeout(&s.done, 5));
        complete(&s.done);
        complete(&s.done);
        msleep(1);
        EXPECT_EQ(2, s.passed);
        complete_all(&s.done);
        msleep(1);
        EXPECT_EQ(4, s.passed);
        wait_for_completion(&s.done);
        EXPECT_TRUE(completion_done(&s.done));
    }));
}

TEST_P(SyncTest, BitAndVariableWaits)
{
    static unsigned long word;
    static int var;

    word = 0;
    var = 0;
    EXPECT_EQ(0, FloorRun([] {
        set_bit(3, &word);
        kthread_run(
            [](void *) -> int {
                msleep(7);
                clear_and_wake_up_bit(3, &word);
                var = 5;
                wake_up_var(&var);
                return 0;
            },
            nullptr, "clearer");
        EXPECT_EQ(0, wait_on_bit(&word, 3, TASK_UNINTERRUPTIBLE));
        wait_var_event(&var, var == 5);
    }));
}

TEST_P(SyncTest, StoppedTogether)
{
    EXPECT_EQ(0, FloorRun([] { Together(50, Wait, nullptr); }));
}

TEST(KrefTest, LastPutReleases)
{
    struct Thing {
        kref ref;
        bool gone = false;
    } t;

    kref_init(&t.ref);
    kref_get(&t.ref);
    auto release = [](kref *ref) { container_of(ref, Thing, ref)->gone = true; };
    EXPECT_EQ(0, kref_put(&t.ref, release));
    EXPECT_EQ(1, kref_put(&t.ref, release));
    EXPECT_TRUE(t.gone);
    EXPECT_FALSE(kref_get_unless_zero(&t.ref));
}

TEST(LockDeathTest, MisuseStops)
{
    static DEFINE_SPINLOCK(lock);
    static DEFINE_MUTEX(mtx);

    floor_init(0);
    EXPECT_DEATH({ spin_lock(&lock); spin_lock(&lock); }, "twice.*lock");
    EXPECT_DEATH(spin_unlock(&lock), "foreign spin lock");
    EXPECT_DEATH({ mutex_lock(&mtx); mutex_lock(&mtx); }, "mutex twice");
    EXPECT_DEATH(lockdep_assert_held(&mtx), "does not hold");
}

}  // namespace
