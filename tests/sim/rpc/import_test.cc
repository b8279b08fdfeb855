// SPDX-License-Identifier: GPL-2.0
// The life of an import: connecting, failing over, losing the server, recovery, eviction; and of requests meanwhile.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mm.h>

#include <floor.h>

#include "tests/sim/rpc/rpc_world.h"

namespace {

class RpcImportTest : public testing::TestWithParam<uint64_t> {
protected:
    void SetUp() override { floor_init(GetParam()); }
    void TearDown() override
    {
        EXPECT_EQ(0u, floor_warn_count());
        EXPECT_EQ(0u, floor_fini());
    }

    void Run(const std::function<void(World&)>& body, unsigned int clients = 1)
    {
        ASSERT_EQ(0, FloorRun([&] {
            World world(GetParam(), clients);
            body(world);
        }));
    }
};

INSTANTIATE_TEST_SUITE_P(Seeds, RpcImportTest, testing::Range<uint64_t>(0, 12));

// A call that runs in a fiber of its own.
class Async {
public:
    explicit Async(std::function<int()> fn) : fn_(std::move(fn))
    {
        init_completion(&done_);
        kthread_run(Main, this, "async");
    }
    ~Async() { Result(); }
    bool IsDone() { return completion_done(&done_); }
    int Result()
    {
        if (!waited_)
            wait_for_completion(&done_);
        waited_ = true;
        return result_;
    }

private:
    static int Main(void *arg)
    {
        auto *self = static_cast<Async *>(arg);

        self->result_ = self->fn_();
        complete(&self->done_);
        return 0;
    }

    std::function<int()> fn_;
    completion done_;
    int result_ = 0;
    bool waited_ = false;
};

TEST_P(RpcImportTest, ConnectsAndDisconnects)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        EXPECT_EQ(IMP_FULL, w.client().state());
        EXPECT_EQ(0u, rpc_import_vendor(w.client().imp));
        World::Sleep(10);
        EXPECT_EQ(1u, w.client().Count(IMP_EVENT_ACTIVE));
        EXPECT_EQ(0, w.Read());
        w.Close();
        EXPECT_EQ(1u, w.server.disconnects);
    });
}

TEST_P(RpcImportTest, RequestsWaitForTheConnection)
{
    Run([](World& w) {
        w.net.Cut(kServerNode, kClientNode, true);
        w.Connect();
        Async call([&] { return w.Read(); });
        World::Sleep(3000);
        EXPECT_FALSE(call.IsDone());
        EXPECT_EQ(-ENOTCONN, w.Read(0, RPC_NO_DELAY));
        w.net.Cut(kServerNode, kClientNode, false);
        EXPECT_EQ(0, call.Result());
    });
}

TEST_P(RpcImportTest, FindsTheNodeThatHasTheTarget)
{
    Run([](World& w) {
        w.Connect(0, 0, { SimNet::Nid(kOtherNode), SimNet::Nid(kServerNode) });
        EXPECT_EQ(0, w.Wait());
        EXPECT_EQ(0, w.Read());
    });
}

TEST_P(RpcImportTest, TellsWhoWaitsThatItIsRefused)
{
    Run([](World& w) {
        w.server.connect_error = -EACCES;
        w.Connect();
        EXPECT_EQ(-EACCES, w.Wait());
        // It goes on trying.
        w.server.connect_error = 0;
        World::Sleep(30000);
        EXPECT_EQ(0, w.Wait());
    });
}

TEST_P(RpcImportTest, WaitsForABusyServer)
{
    Run([](World& w) {
        w.server.connect_error = -EBUSY;
        w.Connect();
        EXPECT_EQ(-EBUSY, w.Wait(0, 5));
        EXPECT_LE(3u, w.server.connects);
        w.server.connect_error = 0;
        EXPECT_EQ(0, w.Wait());
    });
}

TEST_P(RpcImportTest, AServerThatGrantsMoreThanAskedIsRefused)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        w.client().imp->ask.flags = 0;
        w.client().imp->conn.data.flags = cpu_to_le64(CONN_FID);
        rpc_connected conn = {};
        conn.handle = 1;
        conn.data.flags = cpu_to_le64(CONN_FID);
        OnNode on(kClientNode);
        enum rpc_import_state before = w.client().state();
        w.client().imp->conn = conn;
        w.client().imp->state = IMP_CONNECTING;
        rpc_connect_result(w.client().imp);
        EXPECT_EQ(IMP_DISCON, w.client().state());
        EXPECT_EQ(-EPROTO, w.client().imp->connect_error);
        w.client().imp->state = before;
    });
}

TEST_P(RpcImportTest, PingsOnlyWhenIdle)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        World::Sleep(21000); // timeout 20 s, so every 5 s
        EXPECT_LE(3u, w.server.pings);
        EXPECT_GE(5u, w.server.pings);
        unsigned int before = w.server.pings;
        for (int i = 0; i < 10; i++) {
            EXPECT_EQ(0, w.Read());
            World::Sleep(2000);
        }
        EXPECT_GE(before + 1, w.server.pings);
    });
}

TEST_P(RpcImportTest, SurvivesAPartition)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        EXPECT_EQ(0, w.Modify(1));
        w.net.Cut(kServerNode, kClientNode, true);
        Async call([&] { return w.Modify(2); });
        World::Sleep(120000);
        EXPECT_FALSE(call.IsDone());
        EXPECT_NE(IMP_FULL, w.client().state());
        EXPECT_EQ(1u, w.client().Count(IMP_EVENT_DISCON));
        w.net.Cut(kServerNode, kClientNode, false);
        EXPECT_EQ(0, call.Result());
        EXPECT_EQ(1u, w.server.done[2]);
        EXPECT_EQ(0u, w.client().Count(IMP_EVENT_EVICTED));
        EXPECT_TRUE(w.server.replayed.empty());
    });
}

TEST_P(RpcImportTest, IsEvictedByAServerThatForgot)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        u32 generation = rpc_import_generation(w.client().imp);
        EXPECT_EQ(0, w.Modify(1));
        w.RestartServer(false);
        EXPECT_EQ(-EIO, w.Modify(2)); // -ENOTCONN from the server, then evicted
        EXPECT_EQ(0, w.Wait());
        EXPECT_EQ(1u, w.client().Count(IMP_EVENT_EVICTED));
        EXPECT_NE(generation, rpc_import_generation(w.client().imp));
        EXPECT_EQ(0u, w.server.done[2]);
        EXPECT_EQ(0, w.Modify(3));
        EXPECT_TRUE(list_empty(&w.client().imp->replay) == false);
    });
}

// A server that lost its power and is back has no memory of the connection below; its first word says so.
TEST_P(RpcImportTest, IsConnectedAtOnceWhenTheServerHasRestarted)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        w.Close();
        w.net.NewLife(kServerNode);
        const u64 before = rpc_now_ms();
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        EXPECT_LT(rpc_now_ms() - before, 500u);
    });
}

// A server that was off for long is found soon after it is back, even if the first question comes before it listens.
TEST_P(RpcImportTest, FindsAServerSoonThatWasOffForLong)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        w.net.Cut(kServerNode, kClientNode, true);
        Async call([&] { return w.Modify(1); });
        World::Sleep(200000);
        w.net.faults.loss = 1;
        w.net.Cut(kServerNode, kClientNode, false);
        World::Sleep(4500);
        w.net.faults.loss = 0;
        const u64 before = rpc_now_ms();
        EXPECT_EQ(0, call.Result());
        EXPECT_LT(rpc_now_ms() - before, 10000u);
    });
}

// Nobody answers: the connection may be one that waits ever longer before it sends again.
TEST_P(RpcImportTest, UnansweredConnectCallsTheConnectionIntoQuestion)
{
    Run([](World& w) {
        w.net.faults.loss = 1;
        w.Connect();
        World::Sleep(4000);
        EXPECT_EQ(0u, w.net.doubts());
        World::Sleep(2000);
        EXPECT_EQ(1u, w.net.doubts());
        w.net.faults.loss = 0;
        EXPECT_EQ(0, w.Wait());
    });
}

TEST_P(RpcImportTest, RequestsInABrokenConnectionAreSentAgainAtOnce)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        EXPECT_EQ(0, w.Modify(1));
        w.net.NewLife(kServerNode); // it is the network only: the server knows us
        const u64 before = rpc_now_ms();
        EXPECT_EQ(0, w.Modify(2));
        EXPECT_LT(rpc_now_ms() - before, 500u);
        EXPECT_EQ(1u, w.server.done[2]);
        EXPECT_EQ(0u, w.client().Count(IMP_EVENT_EVICTED));
    });
}

// A device that stops waits for whoever is failing one of its exports already: its parts are needed for that.
TEST_P(RpcImportTest, StoppingServerWaitsForAnExportThatIsFailing)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        OnNode on(kServerNode);
        obd_export *exp = export_find_client(w.server.dev, w.client().dev->uuid);
        ASSERT_TRUE(exp);
        w.server.disconnect_ms = 5000;
        Async other([&] {
            export_fail(exp, true);
            return 0;
        });
        World::Sleep(100);
        const u64 before = rpc_now_ms();
        Async all([&] {
            export_fail_all(w.server.dev, false);
            return 0;
        });
        World::Sleep(4000);
        EXPECT_FALSE(all.IsDone());
        EXPECT_FALSE(other.IsDone());
        export_put(exp);
        EXPECT_EQ(0, all.Result());
        EXPECT_EQ(0, other.Result());
        EXPECT_LT(rpc_now_ms() - before, 6000u);
        w.server.disconnect_ms = 0;
    });
}

TEST_P(RpcImportTest, ReplaysWhatWasNotCommitted)
{
    Run([](World& w) {
        rpc_request *open = nullptr;

        w.client().replay_locks = true;
        w.Connect(0, CONN_MULTIMODRPCS);
        EXPECT_EQ(0, w.Wait());
        EXPECT_EQ(0, w.Modify(1));                   // transno 101
        EXPECT_EQ(0, w.Modify(2, 0, 0, true, &open)); // 102, kept
        EXPECT_EQ(0, w.Modify(3));                   // 103
        w.server.committed = 103;
        EXPECT_EQ(0, w.Modify(4));                   // 104
        EXPECT_EQ(0, w.Modify(5));                   // 105
        w.server.hold_final = true;
        w.RestartServer(true);
        Async call([&] { return w.Modify(6); });
        World::Sleep(15000);
        EXPECT_EQ((std::vector<u64>{ 102, 104, 105 }), w.server.replayed);
        EXPECT_EQ(1u, w.server.lock_replays);
        EXPECT_EQ(IMP_REPLAY_WAIT, w.client().state());
        EXPECT_FALSE(call.IsDone());
        w.ReleaseFinal();
        EXPECT_EQ(0, call.Result());
        EXPECT_EQ(1u, w.server.done[6]);
        EXPECT_EQ(0u, w.client().Count(IMP_EVENT_EVICTED));
        OnNode on(kClientNode);
        rpc_drop_from_replay(open);
        rpc_put(open);
    });
}

TEST_P(RpcImportTest, GoesOnWithReplayAfterAPartition)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        for (u64 v = 1; v <= 5; v++)
            EXPECT_EQ(0, w.Modify(v));
        w.server.delay_ms = 2000;
        w.RestartServer(true);
        Async call([&] { return w.Read(); });
        World::Sleep(5000);
        w.net.Cut(kServerNode, kClientNode, true);
        World::Sleep(100000);
        w.net.Cut(kServerNode, kClientNode, false);
        EXPECT_EQ(0, call.Result());
        for (u64 v = 1; v <= 5; v++)
            EXPECT_EQ(1u, w.server.done[v]) << v;
        EXPECT_EQ(0u, w.client().Count(IMP_EVENT_EVICTED));
    });
}

// The server knows the client when it asks again, but the client has replayed nothing to this life of it.
TEST_P(RpcImportTest, ReplaysAllAfterTheAnswerToItsConnectWasLost)
{
    Run([](World& w) {
        rpc_request *open = nullptr;

        w.server.by_name = true;
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        EXPECT_EQ(0, w.Modify(1, 0, 0, true, &open)); // 101, kept
        EXPECT_EQ(0, w.Modify(2));                    // 102
        w.RestartServer(true);
        EXPECT_EQ(0, w.Read());
        EXPECT_EQ((std::vector<u64>{ 101, 102 }), w.server.replayed);
        w.server.committed = 102;
        w.server.replayed.clear();
        w.server.lost_connects = 1;
        w.RestartServer(true);
        EXPECT_EQ(0, w.Read());
        EXPECT_EQ(0u, w.server.lost_connects);
        EXPECT_EQ((std::vector<u64>{ 101 }), w.server.replayed);
        EXPECT_EQ(0u, w.client().Count(IMP_EVENT_EVICTED));
        OnNode on(kClientNode);
        rpc_drop_from_replay(open);
        rpc_put(open);
    });
}

TEST_P(RpcImportTest, ReplayListIsTrimmedByCommits)
{
    Run([](World& w) {
        rpc_request *open = nullptr;
        rpc_import *imp;

        w.Connect();
        EXPECT_EQ(0, w.Wait());
        imp = w.client().imp;
        EXPECT_EQ(0, w.Modify(1, 0, 0, true, &open));
        EXPECT_EQ(0, w.Modify(2));
        EXPECT_FALSE(list_empty(&imp->replay));
        w.server.committed = w.server.transno;
        EXPECT_EQ(0, w.Read());
        EXPECT_TRUE(list_empty(&imp->replay));
        EXPECT_FALSE(list_empty(&imp->committed));
        OnNode on(kClientNode);
        rpc_drop_from_replay(open);
        EXPECT_TRUE(list_empty(&imp->committed));
        rpc_put(open);
    });
}

TEST_P(RpcImportTest, SlotsBoundModifyingRequests)
{
    for (bool multi : { false, true }) {
        Run([&](World& w) {
            std::vector<std::unique_ptr<Async>> calls;

            w.server.delay_ms = 100;
            w.server.maxmodrpcs = 3;
            w.Connect(0, multi ? CONN_MULTIMODRPCS : 0);
            EXPECT_EQ(0, w.Wait());
            for (u64 v = 1; v <= 10; v++)
                calls.push_back(std::make_unique<Async>([&w, v] { return w.Modify(v); }));
            for (auto& call : calls)
                EXPECT_EQ(0, call->Result());
            EXPECT_EQ(multi ? 3u : 1u, w.server.most_running);
            for (u16 tag : w.server.tags) {
                EXPECT_GE(multi ? 3 : 0, tag);
                EXPECT_LE(multi ? 1 : 0, tag);
            }
            EXPECT_EQ(10u, w.server.tags.size());
        });
        if (!multi) {
            TearDown();
            SetUp();
        }
    }
}

TEST_P(RpcImportTest, InProgressIsTriedAgainWithAnotherXid)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        w.server.in_progress = 3;
        u64 before = w.client().imp->last_xid;
        EXPECT_EQ(0, w.Modify(1));
        EXPECT_EQ(1u, w.server.done[1]);
        EXPECT_LE(before + 4 * RPC_XID_STEP, w.client().imp->last_xid);
    });
}

unsigned int again_left;

bool SaysAgain(rpc_request *req)
{
    EXPECT_TRUE(rpc_rep_buf(req, WF_STATFS, nullptr));
    return again_left && again_left--;
}

// The operation's own result may stand in another place than the status.
TEST_P(RpcImportTest, WhoKnowsTheReplyMayHaveItTriedAgain)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        OnNode on(kClientNode);
        rpc_request *req = rpc_new(w.client().imp, &fmt_statfs, OP_MDS_STATFS);
        EXPECT_EQ(0, rpc_pack(req));
        rpc_set_again(req, SaysAgain);
        again_left = 2;
        const u64 before = rpc_now_ms();
        EXPECT_EQ(0, rpc_call(req));
        EXPECT_LE(before + 2 * RPC_RETRY_MS, rpc_now_ms());
        EXPECT_EQ(3u, w.server.reads);
        rpc_put(req);
    });
}

TEST_P(RpcImportTest, LastXidTellsWhatIsAnswered)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        EXPECT_EQ(0, w.Modify(1));
        u64 first = w.client().imp->last_xid;
        EXPECT_EQ(0, w.Modify(2));
        EXPECT_LE(first, w.server.last_xid);
        EXPECT_LT(w.server.last_xid, w.client().imp->last_xid);
    });
}

TEST_P(RpcImportTest, EarlyRepliesKeepAClientWaiting)
{
    Run([](World& w) {
        w.Connect(0, CONN_AT);
        EXPECT_EQ(0, w.Wait());
        w.server.delay_ms = 200000;
        EXPECT_EQ(0, w.Modify(1));
        EXPECT_EQ(1u, w.server.done[1]);
        EXPECT_EQ(1u, w.server.connects);
        EXPECT_EQ(0u, w.client().Count(IMP_EVENT_DISCON));
    });
}

TEST_P(RpcImportTest, ASlowRequestIsNotDoneTwiceWithoutEarlyReplies)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        w.server.delay_ms = 45000; // the client gives up after 20 s and asks again
        EXPECT_EQ(0, w.Modify(1));
        EXPECT_EQ(1u, w.server.done[1]);
        EXPECT_LE(2u, w.server.connects);
    });
}

TEST_P(RpcImportTest, KilledCallsEnd)
{
    Run([](World& w) {
        task_struct *task = nullptr;

        w.Connect();
        EXPECT_EQ(0, w.Wait());
        w.net.Cut(kServerNode, kClientNode, true);
        Async call([&] {
            task = floor_current;
            return w.Read();
        });
        World::Sleep(1000);
        EXPECT_FALSE(call.IsDone());
        floor_set_signal(task);
        EXPECT_EQ(-EINTR, call.Result());
        w.net.Cut(kServerNode, kClientNode, false);
    });
}

TEST_P(RpcImportTest, InactiveImportsRefuseEverything)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        w.server.delay_ms = 5000;
        Async call([&] { return w.Read(); });
        World::Sleep(1000);
        {
            OnNode on(kClientNode);
            rpc_import_set_active(w.client().imp, false);
        }
        EXPECT_EQ(-EIO, call.Result());
        EXPECT_EQ(-EIO, w.Read());
        w.server.delay_ms = 0;
        {
            OnNode on(kClientNode);
            rpc_import_set_active(w.client().imp, true);
        }
        EXPECT_EQ(0, w.Wait());
        EXPECT_EQ(1u, w.client().Count(IMP_EVENT_EVICTED));
        EXPECT_EQ(0, w.Read());
    });
}

TEST_P(RpcImportTest, ClosingFailsWhatWaits)
{
    Run([](World& w) {
        w.net.Cut(kServerNode, kClientNode, true);
        w.Connect();
        Async call([&] { return w.Read(); });
        World::Sleep(1000);
        w.Close(0, true);
        EXPECT_EQ(-ESHUTDOWN, call.Result());
    });
}

TEST_P(RpcImportTest, ServersCallBack)
{
    Run([](World& w) {
        w.Connect();
        EXPECT_EQ(0, w.Wait());
        EXPECT_EQ(0, w.CallBack());
        EXPECT_EQ(1u, w.client().called_back);
        w.net.Cut(kServerNode, kClientNode, true);
        EXPECT_GT(0, w.CallBack());
        w.net.Cut(kServerNode, kClientNode, false);
        EXPECT_EQ(0, w.CallBack());
    });
}

// Memory of @len bytes that starts at @skip in its first page, with a pattern.
struct Memory {
    std::vector<page *> pages;
    std::vector<bio_vec> bv;
    std::vector<char> bytes;

    Memory(u32 len, u32 skip)
    {
        for (u32 left = len; left;) {
            u32 n = std::min<u32>(left, PAGE_SIZE - skip);
            page *pg = alloc_page(GFP_KERNEL);
            char *p = static_cast<char *>(page_address(pg));

            for (u32 i = 0; i < n; i++) {
                p[skip + i] = static_cast<char>((bytes.size() * 31) >> 3);
                bytes.push_back(p[skip + i]);
            }
            bio_vec v = {};
            v.bv_page = pg;
            v.bv_len = n;
            v.bv_offset = skip;
            bv.push_back(v);
            pages.push_back(pg);
            left -= n;
            skip = 0;
        }
    }
    char At(size_t i) const { return static_cast<char *>(page_address(pages[i / PAGE_SIZE]))[i % PAGE_SIZE]; }
    ~Memory()
    {
        for (page *pg : pages)
            __free_page(pg);
    }
};

TEST_P(RpcImportTest, BulkDataComesOverWhole)
{
    Run([](World& w) {
        w.Connect(0, CONN_BRW_SIZE | (GetParam() % 2 ? CONN_BULK_MBITS : 0));
        EXPECT_EQ(0, w.Wait());
        for (u32 len : { 1u, 4096u, 70000u, 1u << 20, 4u << 20 }) {
            Memory m(len, 0);
            EXPECT_EQ((int)len, w.Bulk(true, m.bv, len));
            EXPECT_TRUE(m.bytes == w.server.written);
        }
        Memory odd((2u << 20) + 5, 300);
        EXPECT_EQ((int)odd.bytes.size(), w.Bulk(true, odd.bv, odd.bytes.size()));
        EXPECT_TRUE(odd.bytes == w.server.written);
    });
}

TEST_P(RpcImportTest, ReadersGetWhatThereIs)
{
    Run([](World& w) {
        w.Connect(0, CONN_BRW_SIZE | CONN_BULK_MBITS);
        EXPECT_EQ(0, w.Wait());
        for (u32 give : { 0u, 5u, 1u << 20, (2u << 20) + 9, 3u << 20 }) {
            Memory m(3u << 20, 0);
            w.server.give = give;
            EXPECT_EQ((int)give, w.Bulk(false, m.bv, m.bytes.size()));
            size_t same = 0;
            for (size_t i = 0; i < give; i++)
                same += m.At(i) == w.server.written[i];
            EXPECT_EQ(give, same);
            if (give < m.bytes.size()) {
                EXPECT_EQ(m.bytes[give], m.At(give));
            }
        }
    });
}

TEST_P(RpcImportTest, BulkDataSurvivesLoss)
{
    Run([](World& w) {
        w.Connect(0, CONN_BRW_SIZE | CONN_AT | (GetParam() % 2 ? CONN_BULK_MBITS : 0));
        EXPECT_EQ(0, w.Wait());
        w.net.faults.loss = 0.1;
        for (int i = 0; i < 5; i++) {
            Memory m((3u << 20) + 77, 40);
            EXPECT_EQ((int)m.bytes.size(), w.Bulk(true, m.bv, m.bytes.size()));
            EXPECT_TRUE(m.bytes == w.server.written);
        }
        w.net.faults.loss = 0;
    });
}

} // namespace
