// SPDX-License-Identifier: GPL-2.0
// Variables per simulated node, and who inherits the node.
#include <gtest/gtest.h>

#include <vector>

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include <floor.h>
#include <floor_node.h>

namespace {

struct Counters {
    int hits;
    work_struct work;
    timer_list timer;
    rcu_head rcu;
};

DEFINE_NODE_VAR(Counters, counters);
DEFINE_NODE_VAR(int, inits);

int Hit()
{
    return ++node_var(counters)->hits;
}

TEST(NodeTest, ThreadsWorkTimersAndRcuStayOnTheirNode)
{
    floor_init(5);
    EXPECT_EQ(0, FloorRun([] {
        for (unsigned int node = 0; node < 4; node++) {
            floor_set_node(node);
            EXPECT_EQ(0, node_var(counters)->hits);
            for (unsigned int i = 0; i < node; i++)
                kthread_run([](void *) -> int { msleep(1); return Hit() > 0; }, nullptr, "k");
            Counters *c = node_var(counters);
            INIT_WORK(&c->work, [](work_struct *) { Hit(); });
            schedule_work(&c->work);
            timer_setup(&c->timer, [](timer_list *) { Hit(); }, 0);
            mod_timer(&c->timer, jiffies + 5);
            call_rcu(&c->rcu, [](rcu_head *) { Hit(); });
        }
        msleep(100);
        for (unsigned int node = 0; node < 4; node++) {
            floor_set_node(node);
            EXPECT_EQ(static_cast<int>(node) + 3, node_var(counters)->hits);
        }
        floor_node_forget(2);
        floor_set_node(2);
        EXPECT_EQ(0, node_var(counters)->hits);
        EXPECT_EQ(2u, floor_set_node(0));
        EXPECT_EQ(3, counters.hits);
    }));
    EXPECT_EQ(0u, floor_fini());
    EXPECT_EQ(0, node_var(counters)->hits);
}

int Up()
{
    ++*node_var(inits);
    return 0;
}

void Down()
{
    --*node_var(inits);
}

TEST(NodeTest, ModulesComeUpOncePerNode)
{
    floor_init(0);
    floor_register_module("here", Up, Down);
    for (unsigned int node : {0u, 1u, 2u}) {
        floor_set_node(node);
        EXPECT_EQ(0, floor_modules_init());
        EXPECT_EQ(0, floor_modules_init());
        EXPECT_EQ(1, *node_var(inits));
    }
    floor_modules_exit();
    EXPECT_EQ(0, *node_var(inits));
    floor_set_node(1);
    EXPECT_EQ(1, *node_var(inits));
    EXPECT_EQ(0u, floor_fini());
}

}  // namespace
