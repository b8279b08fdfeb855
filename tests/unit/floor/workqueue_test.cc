// SPDX-License-Identifier: GPL-2.0
// Work items, delayed work, flushing and cancelling.
#include <gtest/gtest.h>

#include <string>

#include <linux/delay.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <floor.h>

namespace {

class WorkqueueTest : public testing::TestWithParam<uint64_t> {
protected:
    void SetUp() override { floor_init(GetParam()); }
    void TearDown() override
    {
        EXPECT_EQ(0u, floor_warn_count());
        EXPECT_EQ(0u, floor_fini());
    }
};

INSTANTIATE_TEST_SUITE_P(Seeds, WorkqueueTest, testing::Range<uint64_t>(0, 20));

struct Item {
    work_struct work;
    delayed_work dwork;
    std::string *log;
    char name;
    int running;
    int runs;
    unsigned int sleep_ms;
    int requeue;
    workqueue_struct *wq;
};

void RunItem(Item *it)
{
    EXPECT_EQ(0, it->running++);
    if (it->sleep_ms)
        msleep(it->sleep_ms);
    if (it->log)
        *it->log += it->name;
    it->runs++;
    it->running--;
}

void Work(work_struct *w)
{
    Item *it = container_of(w, Item, work);

    RunItem(it);
    if (it->requeue > 0 && it->requeue--)
        queue_work(it->wq, w);
}

void Delayed(work_struct *w)
{
    Item *it = container_of(to_delayed_work(w), Item, dwork);

    RunItem(it);
    if (it->requeue > 0 && it->requeue--)
        queue_delayed_work(it->wq, &it->dwork, 2);
}

void Prepare(Item *it, std::string *log = nullptr, char name = '-')
{
    *it = Item{};
    it->log = log;
    it->name = name;
    it->wq = system_wq;
    INIT_WORK(&it->work, Work);
    INIT_DELAYED_WORK(&it->dwork, Delayed);
}

TEST_P(WorkqueueTest, OrderedQueueKeepsOrder)
{
    std::string log;
    Item items[6];

    EXPECT_EQ(0, FloorRun([&] {
        workqueue_struct *wq = alloc_ordered_workqueue("ordered%d", 0, 1);
        for (int i = 0; i < 6; i++) {
            Prepare(&items[i], &log, static_cast<char>('a' + i));
            items[i].sleep_ms = get_random_u32_below(5);
            EXPECT_TRUE(queue_work(wq, &items[i].work));
            EXPECT_FALSE(i == 5 && queue_work(wq, &items[i].work));
        }
        flush_workqueue(wq);
        EXPECT_EQ("abcdef", log);
        destroy_workqueue(wq);
    }));
}

TEST_P(WorkqueueTest, ItemsOfAnUnboundQueueOverlapButNeverWithThemselves)
{
    Item items[10];

    EXPECT_EQ(0, FloorRun([&] {
        workqueue_struct *wq = alloc_workqueue("wide", WQ_UNBOUND, 0);
        const unsigned long start = jiffies;
        for (Item &it : items) {
            Prepare(&it);
            it.sleep_ms = 100;
            queue_work(wq, &it.work);
        }
        msleep(50);
        for (Item &it : items)
            EXPECT_TRUE(queue_work(wq, &it.work));
        flush_workqueue(wq);
        EXPECT_EQ(50u, jiffies - start);
        for (Item &it : items)
            EXPECT_EQ(2, it.runs);
        destroy_workqueue(wq);
    }));
}

TEST_P(WorkqueueTest, DelayedWorkMovesAndFlushes)
{
    Item it;

    EXPECT_EQ(0, FloorRun([&] {
        Prepare(&it);
        EXPECT_TRUE(schedule_delayed_work(&it.dwork, 100));
        EXPECT_FALSE(schedule_delayed_work(&it.dwork, 1));
        EXPECT_TRUE(delayed_work_pending(&it.dwork));
        schedule_timeout_uninterruptible(50);
        EXPECT_EQ(0, it.runs);
        EXPECT_TRUE(mod_delayed_work(system_wq, &it.dwork, 10));
        schedule_timeout_uninterruptible(11);
        EXPECT_EQ(1, it.runs);
        EXPECT_FALSE(mod_delayed_work(system_wq, &it.dwork, 1000));
        EXPECT_TRUE(flush_delayed_work(&it.dwork));
        EXPECT_EQ(2, it.runs);
        EXPECT_TRUE(queue_delayed_work(system_wq, &it.dwork, 0));
        EXPECT_TRUE(flush_work(&it.dwork.work));
        EXPECT_EQ(3, it.runs);
        schedule_delayed_work(&it.dwork, 5);
        EXPECT_TRUE(cancel_delayed_work(&it.dwork));
        EXPECT_FALSE(cancel_delayed_work_sync(&it.dwork));
        schedule_timeout_uninterruptible(20);
        EXPECT_EQ(3, it.runs);
    }));
}

TEST_P(WorkqueueTest, CancelSyncBeatsSelfRequeue)
{
    Item it, delayed;

    EXPECT_EQ(0, FloorRun([&] {
        Prepare(&it);
        it.requeue = 1000000;
        it.sleep_ms = 3;
        queue_work(system_wq, &it.work);
        Prepare(&delayed);
        delayed.requeue = 1000000;
        delayed.sleep_ms = 3;
        schedule_delayed_work(&delayed.dwork, 1);
        msleep(100);
        cancel_work_sync(&it.work);
        cancel_delayed_work_sync(&delayed.dwork);
        EXPECT_EQ(0, it.running);
        EXPECT_EQ(0, delayed.running);
        const int runs = it.runs, druns = delayed.runs;
        msleep(100);
        EXPECT_EQ(runs, it.runs);
        EXPECT_EQ(druns, delayed.runs);
        EXPECT_FALSE(work_pending(&it.work));
        EXPECT_GT(runs, 10);
        EXPECT_GT(druns, 5);
    }));
}

TEST_P(WorkqueueTest, FlushWaitsForTheInstanceItSaw)
{
    Item it;

    EXPECT_EQ(0, FloorRun([&] {
        Prepare(&it);
        it.requeue = 1000000;
        it.sleep_ms = 5;
        queue_work(system_wq, &it.work);
        EXPECT_TRUE(flush_work(&it.work));
        EXPECT_GE(it.runs, 1);
        EXPECT_LE(it.runs, 2);
        it.requeue = 0;
        cancel_work_sync(&it.work);
        EXPECT_FALSE(flush_work(&it.work));
    }));
}

TEST_P(WorkqueueTest, ItemMayFreeItself)
{
    EXPECT_EQ(0, FloorRun([] {
        for (int i = 0; i < 20; i++) {
            auto *w = static_cast<work_struct *>(kmalloc(sizeof(work_struct), GFP_KERNEL));
            INIT_WORK(w, [](work_struct *self) {
                EXPECT_EQ(self, current_work());
                kfree(self);
            });
            schedule_work(w);
        }
        flush_scheduled_work();
        EXPECT_EQ(0u, floor_live_allocs());
    }));
}

}  // namespace
