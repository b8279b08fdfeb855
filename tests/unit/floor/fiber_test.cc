// SPDX-License-Identifier: GPL-2.0
// Fibers, virtual time, determinism, and how the floor reports what goes wrong.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timer.h>

#include <floor.h>

namespace {

class FiberTest : public testing::Test {
protected:
    void SetUp() override { floor_init(0); }
    void TearDown() override
    {
        EXPECT_EQ(0u, floor_warn_count());
        EXPECT_EQ(0u, floor_fini());
    }
};

TEST_F(FiberTest, TimeJumpsToTheNextTimer)
{
    EXPECT_EQ(0, FloorRun([] {
        const uint64_t start = floor_now_ns();
        const unsigned long j = jiffies;

        msleep(60000);
        EXPECT_EQ(60ull * NSEC_PER_SEC, floor_now_ns() - start);
        EXPECT_EQ(60ul * HZ, jiffies - j);
        usleep_range(5, 10);
        EXPECT_EQ(60ull * NSEC_PER_SEC + 5000, floor_now_ns() - start);
        EXPECT_EQ(floor_now_ns() / NSEC_PER_SEC, (uint64_t)ktime_get_seconds());
    }));
}

TEST_F(FiberTest, ThreadsRunStopAndReturnTheirResult)
{
    static int turns;

    turns = 0;
    EXPECT_EQ(0, FloorRun([] {
        task_struct *t = kthread_run(
            [](void *) -> int {
                while (!kthread_should_stop()) {
                    turns++;
                    msleep(10);
                }
                return 42;
            },
            nullptr, "turner/%d", 7);
        EXPECT_STREQ("turner/7", t->comm);
        msleep(95);
        EXPECT_EQ(42, kthread_stop(t));
    }));
    EXPECT_EQ(10, turns);
}

TEST_F(FiberTest, ThreadStoppedBeforeItRan)
{
    EXPECT_EQ(0, FloorRun([] {
        task_struct *t = kthread_create([](void *) -> int { return 0; }, nullptr, "never");
        EXPECT_EQ(-EINTR, kthread_stop(t));
    }));
}

TEST_F(FiberTest, WaitEventTimeoutTellsWhatIsLeft)
{
    struct Shared {
        wait_queue_head_t wq;
        bool ready = false;
    } s;

    init_waitqueue_head(&s.wq);
    EXPECT_EQ(0, FloorRun([&s] {
        EXPECT_EQ(0, wait_event_timeout(s.wq, s.ready, 10));
        EXPECT_EQ(0, wait_event_timeout(s.wq, s.ready, 0));
        kthread_run(
            [](void *arg) -> int {
                auto *shared = static_cast<Shared *>(arg);
                schedule_timeout_uninterruptible(4);
                shared->ready = true;
                wake_up(&shared->wq);
                return 0;
            },
            &s, "waker");
        EXPECT_EQ(6, wait_event_timeout(s.wq, s.ready, 10));
        EXPECT_EQ(10, wait_event_timeout(s.wq, s.ready, 10));
        EXPECT_EQ(1, wait_event_idle_timeout(s.wq, s.ready, 0));
        EXPECT_EQ(0, wait_event_interruptible(s.wq, s.ready));
    }));
}

TEST_F(FiberTest, SignalsEndOnlyTheWaitsTheyMay)
{
    EXPECT_EQ(0, FloorRun([] {
        wait_queue_head_t wq;
        auto interrupt = [](void *arg) -> int {
            msleep(8);
            floor_send_signal(static_cast<task_struct *>(arg), SIGINT);
            msleep(8);
            floor_set_signal(static_cast<task_struct *>(arg));
            return 0;
        };

        init_waitqueue_head(&wq);
        kthread_run(interrupt, floor_current, "killer");
        const unsigned long start = jiffies;
        EXPECT_EQ(-ERESTARTSYS, wait_event_interruptible(wq, false));
        EXPECT_EQ(2u, jiffies - start);
        EXPECT_EQ(-ERESTARTSYS, wait_event_killable(wq, false));
        EXPECT_EQ(4u, jiffies - start);
        EXPECT_EQ(0, wait_event_timeout(wq, false, 3));
        EXPECT_TRUE(fatal_signal_pending(floor_current));
        floor_clear_signal(floor_current);
        EXPECT_EQ(0, wait_event_killable_timeout(wq, false, 2));
    }));
}

TEST_F(FiberTest, TimersFireInOrderAndCanBeMoved)
{
    struct Ticker {
        timer_list timer;
        std::vector<std::string> *log;
        const char *name;
    };
    std::vector<std::string> log;
    Ticker a, b, c;

    EXPECT_EQ(0, FloorRun([&] {
        auto fire = [](timer_list *t) {
            Ticker *k = from_timer(k, t, timer);
            EXPECT_TRUE(in_softirq());
            k->log->push_back(k->name);
        };
        for (auto [ticker, name] : {std::pair{&a, "a"}, {&b, "b"}, {&c, "c"}}) {
            timer_setup(&ticker->timer, fire, 0);
            ticker->log = &log;
            ticker->name = name;
        }
        EXPECT_EQ(0, mod_timer(&a.timer, jiffies + 30));
        mod_timer(&b.timer, jiffies + 10);
        mod_timer(&c.timer, jiffies + 10);
        EXPECT_EQ(1, mod_timer(&a.timer, jiffies + 5));
        schedule_timeout_uninterruptible(5);
        EXPECT_FALSE(timer_pending(&a.timer));
        EXPECT_EQ(1, del_timer_sync(&c.timer));
        EXPECT_EQ(0, del_timer_sync(&c.timer));
        schedule_timeout_uninterruptible(50);
    }));
    EXPECT_EQ((std::vector<std::string>{"a", "b"}), log);
}

TEST_F(FiberTest, BusyFibersLetTimeCreep)
{
    EXPECT_EQ(0, FloorRun([] {
        const unsigned long end = jiffies + 2;
        while (time_before(jiffies, end))
            cond_resched();
    }));
}

TEST_F(FiberTest, RcuCallbacksWaitForIdle)
{
    struct Node {
        rcu_head rcu;
        bool *freed;
    };
    bool freed = false;

    EXPECT_EQ(0, FloorRun([&freed] {
        auto *n = static_cast<Node *>(kmalloc(sizeof(Node), GFP_KERNEL));
        auto *m = static_cast<Node *>(kmalloc(sizeof(Node), GFP_KERNEL));
        n->freed = &freed;
        call_rcu(&n->rcu, [](rcu_head *head) {
            Node *node = container_of(head, Node, rcu);
            *node->freed = true;
            kfree(node);
        });
        kfree_rcu(m, rcu);
        EXPECT_FALSE(freed);
        rcu_barrier();
        EXPECT_TRUE(freed);
        EXPECT_EQ(0u, floor_live_allocs());
    }));
}

TEST_F(FiberTest, LeftoversAreCounted)
{
    static completion never;

    init_completion(&never);
    EXPECT_EQ(1, FloorRun([] {
        kthread_run(
            [](void *) -> int {
                wait_for_completion(&never);
                return 0;
            },
            nullptr, "left");
    }));
    floor_allow_leftovers(true);
    EXPECT_EQ(0, FloorRun([] {}));
}

// A small crowd whose interleaving depends on the seed only.
std::string Crowd(uint64_t seed)
{
    struct Member {
        int id;
        std::string *log;
    };
    std::string log;
    std::vector<Member> members;

    floor_init(seed);
    for (int i = 0; i < 8; i++)
        members.push_back({i, &log});
    EXPECT_EQ(0, FloorRun([&members] {
        for (Member &m : members)
            kthread_run(
                [](void *arg) -> int {
                    auto *me = static_cast<Member *>(arg);
                    for (int i = 0; i < 20; i++) {
                        *me->log += static_cast<char>('a' + me->id);
                        if (get_random_u32_below(3))
                            yield();
                        else
                            msleep(get_random_u32_below(20));
                    }
                    return 0;
                },
                &m, "member%d", m.id);
        msleep(1000);
    }));
    return log + std::to_string(floor_trace_hash());
}

TEST_F(FiberTest, SameSeedSameTrace)
{
    EXPECT_EQ(Crowd(1), Crowd(1));
    EXPECT_EQ(Crowd(77), Crowd(77));
    EXPECT_NE(Crowd(1), Crowd(2));
    EXPECT_EQ(Crowd(0), Crowd(0));
    EXPECT_EQ("abcdefgh", Crowd(0).substr(0, 8));
}

TEST_F(FiberTest, ThousandsOfFibers)
{
    static int done;

    done = 0;
    EXPECT_EQ(0, FloorRun([] {
        for (int i = 0; i < 5000; i++)
            kthread_run(
                [](void *) -> int {
                    msleep(get_random_u32_below(1000));
                    done++;
                    return 0;
                },
                nullptr, "f%d", i);
        msleep(2000);
    }));
    EXPECT_EQ(5000, done);
}

using FiberDeathTest = FiberTest;

TEST_F(FiberDeathTest, DeadlockIsReported)
{
    EXPECT_DEATH(
        {
            int rc = FloorRun([] {
                completion never;
                init_completion(&never);
                wait_for_completion(&never);
            });
            (void)rc;
        },
        "deadlock: nothing can run(.|\n)*main.*try_wait_for_completion");
}

TEST_F(FiberDeathTest, SleepWithASpinLockHeld)
{
    EXPECT_DEATH(
        {
            int rc = FloorRun([] {
                DEFINE_SPINLOCK(lock);
                spin_lock(&lock);
                msleep(1);
            });
            (void)rc;
        },
        "may sleep in atomic context");
}

TEST_F(FiberDeathTest, SleepInRcuReadSection)
{
    EXPECT_DEATH(
        {
            int rc = FloorRun([] {
                rcu_read_lock();
                schedule_timeout_uninterruptible(1);
            });
            (void)rc;
        },
        "sleeps in atomic context");
}

TEST_F(FiberDeathTest, EndlessWaitHitsTheTimeLimit)
{
    EXPECT_DEATH(
        {
            int rc = FloorRun([] {
                for (;;)
                    ssleep(60);
            });
            (void)rc;
        },
        "limit of virtual time");
}

}  // namespace
