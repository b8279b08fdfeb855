// SPDX-License-Identifier: GPL-2.0
// Many clients, a bad network, a server that restarts: every operation is done once, and every call ends.
#include <gtest/gtest.h>

#include <memory>
#include <random>

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>

#include <floor.h>

#include "tests/sim/rpc/rpc_world.h"

namespace {

constexpr unsigned int kClients = 3;
constexpr unsigned int kThreads = 3; // per client
constexpr unsigned int kCalls = 15;  // per thread

struct Caller {
    World *world = nullptr;
    unsigned int client = 0;
    u64 first = 0;
    int failed = 0;
    completion done;
};

int CallerMain(void *arg)
{
    auto *c = static_cast<Caller *>(arg);

    for (u64 i = 0; i < kCalls; i++) {
        if (c->world->Modify(c->first + i, c->client))
            c->failed++;
        msleep(10);
    }
    complete(&c->done);
    return 0;
}

class RpcFaultTest : public testing::TestWithParam<uint64_t> {
protected:
    void SetUp() override { floor_init(GetParam()); }
    void TearDown() override
    {
        EXPECT_EQ(0u, floor_warn_count());
        EXPECT_EQ(0u, floor_fini());
    }

    static std::vector<std::unique_ptr<Caller>> StartCallers(World& w)
    {
        std::vector<std::unique_ptr<Caller>> callers;

        for (unsigned int i = 0; i < kClients * kThreads; i++) {
            auto c = std::make_unique<Caller>();
            c->world = &w;
            c->client = i % kClients;
            c->first = 1000 * (i + 1);
            init_completion(&c->done);
            kthread_run(CallerMain, c.get(), "caller%u", i);
            callers.push_back(std::move(c));
        }
        return callers;
    }

    static void CheckDoneOnce(World& w, const std::vector<std::unique_ptr<Caller>>& callers)
    {
        for (auto& c : callers) {
            wait_for_completion(&c->done);
            EXPECT_EQ(0, c->failed);
            for (u64 i = 0; i < kCalls; i++)
                EXPECT_EQ(1u, w.server.done[c->first + i]) << c->first + i;
        }
    }
};

INSTANTIATE_TEST_SUITE_P(Seeds, RpcFaultTest, testing::Range<uint64_t>(1, 31));

TEST_P(RpcFaultTest, LossIsMadeUpForExactlyOnce)
{
    ASSERT_EQ(0, FloorRun([] {
        World w(GetParam(), kClients);

        w.net.faults.delay_max_us = 20000;
        for (unsigned int i = 0; i < kClients; i++)
            w.Connect(i, (GetParam() % 2 ? CONN_AT : 0) | (GetParam() % 3 ? CONN_MULTIMODRPCS : 0));
        for (unsigned int i = 0; i < kClients; i++)
            EXPECT_EQ(0, w.Wait(i));
        w.net.faults.loss = 0.05;
        w.net.faults.duplicate = 0.05;
        w.server.delay_ms = 5;
        auto callers = StartCallers(w);
        CheckDoneOnce(w, callers);
        w.net.faults.loss = 0;
        for (unsigned int i = 0; i < kClients; i++)
            EXPECT_EQ(0u, w.client(i).Count(IMP_EVENT_EVICTED));
    }));
}

TEST_P(RpcFaultTest, PartitionsComeAndGo)
{
    ASSERT_EQ(0, FloorRun([] {
        World w(GetParam(), kClients);
        std::mt19937_64 random(GetParam());

        for (unsigned int i = 0; i < kClients; i++)
            w.Connect(i, CONN_AT | CONN_MULTIMODRPCS);
        for (unsigned int i = 0; i < kClients; i++)
            EXPECT_EQ(0, w.Wait(i));
        auto callers = StartCallers(w);
        for (int round = 0; round < 6; round++) {
            unsigned int node = kClientNode + random() % kClients;

            msleep(random() % 100);
            w.net.Cut(kServerNode, node, true);
            msleep(random() % 90000);
            w.net.Cut(kServerNode, node, false);
        }
        CheckDoneOnce(w, callers);
    }));
}

// Kernel code may lose the CPU and find no memory anywhere; calls may fail then, but must end, and nothing may leak.
TEST_P(RpcFaultTest, NoMemoryIsNoDisaster)
{
    ASSERT_EQ(0, FloorRun([] {
        World w(GetParam(), kClients);

        floor_set_preempt_odds(10);
        for (unsigned int i = 0; i < kClients; i++)
            w.Connect(i, CONN_AT | CONN_MULTIMODRPCS);
        for (unsigned int i = 0; i < kClients; i++)
            EXPECT_EQ(0, w.Wait(i));
        w.net.faults.loss = 0.02;
        floor_fail_alloc_odds(200);
        auto callers = StartCallers(w);
        for (auto& c : callers)
            wait_for_completion(&c->done);
        floor_fail_alloc_odds(0);
        w.net.faults.loss = 0;
        for (auto& c : callers) {
            for (u64 i = 0; i < kCalls; i++)
                EXPECT_GE(1u, w.server.done[c->first + i]) << c->first + i;
        }
    }));
}

// A server that recovers gets back what it had not committed, in order, and nothing is done twice.
TEST_P(RpcFaultTest, RestartsAreRecoveredFrom)
{
    ASSERT_EQ(0, FloorRun([] {
        World w(GetParam(), 1);
        std::vector<std::unique_ptr<Caller>> callers;

        w.net.faults.delay_max_us = 5000;
        w.Connect(0, CONN_AT | CONN_MULTIMODRPCS);
        EXPECT_EQ(0, w.Wait());
        for (unsigned int i = 0; i < kThreads; i++) {
            auto c = std::make_unique<Caller>();
            c->world = &w;
            c->first = 1000 * (i + 1);
            init_completion(&c->done);
            kthread_run(CallerMain, c.get(), "caller%u", i);
            callers.push_back(std::move(c));
        }
        msleep(60);
        // What it has done last is gone.
        u64 lost_after = (w.server.transno + 100) / 2;
        w.server.committed = lost_after;
        w.server.replayed.clear();
        w.RestartServer(true);
        for (auto& c : callers) {
            wait_for_completion(&c->done);
            EXPECT_EQ(0, c->failed);
            for (u64 i = 0; i < kCalls; i++)
                EXPECT_EQ(1u, w.server.done[c->first + i]) << c->first + i;
        }
        EXPECT_TRUE(std::is_sorted(w.server.replayed.begin(), w.server.replayed.end()));
        for (u64 transno : w.server.replayed)
            EXPECT_LT(lost_after, transno);
        EXPECT_EQ(0u, w.client().Count(IMP_EVENT_EVICTED));
    }));
}

} // namespace
