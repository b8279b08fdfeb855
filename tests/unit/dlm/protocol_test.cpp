// SPDX-License-Identifier: GPL-2.0
// Clients and a server together: grants, callbacks in every order, clients that do not answer, replay.
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>

#include "tests/unit/dlm/fake_rpc.h"

namespace {

constexpr u64 kEof = ~0ULL;
const ldlm_res_id kFile = {{0x200000401, 1, 0, 0}};
const ldlm_res_id kChild = {{0x200000401, 2, 0, 0}};

// What the test's callbacks know; there is one test at a time.
struct World {
    u64 disk_size = 0;
    u64 client_size = 0;        // what a glimpsed client answers; 0: nothing
    unsigned flush_ms = 0;
    int cancels = 0;
    int discards = 0;
    int intents = 0;
    ldlm_mode intent_mode = LCK_PR;
    u64 intent_bits = IBIT_LOOKUP;
};
World *world;

void OnCancel(ldlm_lock *, bool discard)
{
    world->cancels++;
    world->discards += discard;
    if (world->flush_ms)
        msleep(world->flush_ms);
    if (!discard && world->client_size > world->disk_size)
        world->disk_size = world->client_size;
}

int OnGlimpse(ldlm_lock *, wire_ost_lvb *lvb)
{
    if (!world->client_size)
        return -ENODATA;
    lvb->size = cpu_to_le64(world->client_size);
    return 0;
}

int OnLvbFill(obd_device *, const ldlm_res_id *, wire_ost_lvb *lvb)
{
    lvb->size = cpu_to_le64(world->disk_size);
    return 0;
}

ldlm_namespace *intent_ns;

// Takes a lock on the child for itself and hands it to the client.
int OnIntent(rpc_srv_req *req, ldlm_lock **lockp)
{
    ldlm_policy policy{};
    ldlm_lock *lock;

    world->intents++;
    policy.ibits = world->intent_bits;
    req->fmt = &fmt_intent;
    int rc = rpc_srv_pack(req);
    if (rc)
        return rc;
    *lockp = ldlm_server_resent(req);
    if (*lockp)
        return 0;
    rc = ldlm_server_lock(intent_ns, LDLM_IBITS, &kChild, world->intent_mode, &policy, &lock);
    if (rc)
        return rc;
    rc = ldlm_server_grant(lock, req, world->intent_mode);
    if (rc) {
        ldlm_server_unlock(lock, world->intent_mode);
        return rc;
    }
    *lockp = lock;
    return 0;
}

const ldlm_client_ops kClientOps = {OnCancel, nullptr, OnGlimpse};
const ldlm_server_ops kOstOps = {nullptr, OnLvbFill};
const ldlm_server_ops kMdsOps = {OnIntent, nullptr};

// A fiber beside the test's own.
class Fiber {
public:
    explicit Fiber(std::function<void()> fn) : fn_(std::move(fn))
    {
        init_completion(&done_);
        kthread_run(Main, this, "test");
    }
    void Join() { wait_for_completion(&done_); }
    bool Done() { return completion_done(&done_); }

private:
    static int Main(void *data)
    {
        auto *self = static_cast<Fiber *>(data);
        self->fn_();
        complete(&self->done_);
        return 0;
    }
    std::function<void()> fn_;
    completion done_;
};

class ProtocolTest : public testing::TestWithParam<u64> {
protected:
    void SetUp() override
    {
        floor_init(GetParam());
        world_ = World{};
        world = &world_;
        fake::SetResent(false);
        fake::SetPatience(11);
    }

    void TearDown() override
    {
        EXPECT_EQ(0u, floor_warn_count());
        EXPECT_EQ(0u, floor_fini());
    }

    // Runs a test's body on a fiber between start and stop of the node.
    template <class F>
    void Run(F fn)
    {
        EXPECT_EQ(0, FloorRun([&] {
                      ASSERT_EQ(0, ldlm_init());
                      fn();
                      ldlm_exit();
                  }));
    }

    static ldlm_enqueue Want(ldlm_mode mode, u64 start = 0, u64 end = kEof)
    {
        ldlm_enqueue what{};
        what.type = LDLM_EXTENT;
        what.mode = mode;
        what.res = kFile;
        what.policy.extent = {start, end, 0};
        return what;
    }

    static ldlm_lock *Get(fake::Client &c, const ldlm_enqueue &what)
    {
        ldlm_lock *lock = nullptr;
        EXPECT_EQ(0, ldlm_enqueue_call(c.ns, &c.forward, &what, &lock));
        return lock;
    }

    static u64 Locks(ldlm_namespace *ns)
    {
        u64 locks, unused, res;
        ldlm_namespace_counts(ns, &locks, &unused, &res);
        return locks;
    }

    // A glimpse of the file; the size in the reply, or -1 with a lock granted.
    static s64 Glimpse(fake::Client &c)
    {
        ldlm_enqueue what = Want(LCK_PR);
        rpc_request *req;
        ldlm_lock *lock;
        u32 len;
        s64 size = -1;

        what.flags = LDLM_FL_HAS_INTENT;
        EXPECT_EQ(0, ldlm_enqueue_new(c.ns, &c.forward, &what, &fmt_enqueue, &req, &lock));
        EXPECT_EQ(0, ldlm_enqueue_pack(req, lock));
        rpc_call(req);
        int rc = ldlm_enqueue_done(req, &lock);
        if (rc == ELDLM_LOCK_ABORTED) {
            auto *lvb = static_cast<wire_ost_lvb *>(rpc_rep_buf(req, WF_LVB, &len));
            if (lvb)
                size = le64_to_cpu(lvb->size);
        } else if (!rc) {
            ldlm_decref(lock, LCK_PR);
        }
        rpc_put(req);
        return size;
    }

    World world_;
};

INSTANTIATE_TEST_SUITE_P(Seeds, ProtocolTest, testing::Range<u64>(0, 12));

TEST_P(ProtocolTest, GrantedLockIsFoundAgain)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps);
        world->disk_size = 4711;
        ldlm_lock *l1 = Get(a, Want(LCK_PW, 0, 4095));
        EXPECT_EQ(kEof, l1->policy.extent.end);
        EXPECT_EQ(4711u, le64_to_cpu(l1->lvb.size));
        ldlm_lock *l2 = Get(a, Want(LCK_PR, 8192, 9000));
        EXPECT_EQ(l1, l2);
        EXPECT_EQ(1u, a.forward.sent[OP_LDLM_ENQUEUE]);
        ldlm_decref(l1, LCK_PW);
        ldlm_decref(l2, LCK_PR);
        EXPECT_EQ(1u, Locks(ost.ns));
        a.Stop();
        EXPECT_EQ(1, world->cancels);
        EXPECT_EQ(1u, a.forward.sent[OP_LDLM_CANCEL]);
        ost.Stop();
    });
}

TEST_P(ProtocolTest, ConflictTakesTheLockAway)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        world->client_size = 10000;
        world->flush_ms = 300;
        ldlm_decref(Get(a, Want(LCK_PW)), LCK_PW);
        ldlm_lock *l = Get(b, Want(LCK_PR));
        EXPECT_EQ(1, world->cancels);
        // The completion brings the size that the first client's flush left.
        EXPECT_EQ(10000u, le64_to_cpu(l->lvb.size));
        ldlm_decref(l, LCK_PR);
        EXPECT_EQ(1u, Locks(ost.ns));
        b.Stop();
        a.Stop();
        ost.Stop();
    });
}

TEST_P(ProtocolTest, UsedLockIsGivenBackAfterUse)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        ldlm_lock *la = Get(a, Want(LCK_PW));
        Fiber f([&] { ldlm_decref(Get(b, Want(LCK_PW)), LCK_PW); });
        msleep(5000);
        EXPECT_FALSE(f.Done());
        EXPECT_TRUE(la->flags & LOCKF_BLOCKED);
        // A lock that is wanted back is not given to new users.
        ldlm_enqueue what = Want(LCK_PW);
        EXPECT_EQ(nullptr, ldlm_match(a.ns, &what));
        ldlm_decref(la, LCK_PW);
        f.Join();
        b.Stop();
        a.Stop();
        ost.Stop();
    });
}

TEST_P(ProtocolTest, CompletionOvertakesReply)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        ldlm_decref(Get(a, Want(LCK_PW)), LCK_PW);
        b.forward.reply_ms = 2000;
        ldlm_lock *l = Get(b, Want(LCK_PW, 4096, 8191));
        EXPECT_EQ(LCK_PW, l->granted_mode);
        EXPECT_EQ(kEof, l->policy.extent.end);
        EXPECT_NE(0u, l->remote);
        ldlm_decref(l, LCK_PW);
        b.Stop();
        a.Stop();
        ost.Stop();
    });
}

TEST_P(ProtocolTest, BlockingCallbackOvertakesReply)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        a.forward.reply_ms = 2000;
        ldlm_lock *la = nullptr;
        Fiber f([&] { la = Get(a, Want(LCK_PW)); });
        msleep(100);
        Fiber g([&] { ldlm_decref(Get(b, Want(LCK_PW)), LCK_PW); });
        f.Join();
        EXPECT_TRUE(la->flags & LOCKF_BLOCKED);
        EXPECT_FALSE(g.Done());
        a.forward.reply_ms = 0;
        ldlm_decref(la, LCK_PW);
        g.Join();
        b.Stop();
        a.Stop();
        ost.Stop();
    });
}

TEST_P(ProtocolTest, HolderThatKeepsItIsEvicted)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        ldlm_lock *la = Get(a, Want(LCK_PW));
        u64 start = floor_now_ns();
        ldlm_decref(Get(b, Want(LCK_PW)), LCK_PW);
        u64 waited = (floor_now_ns() - start) / 1000000000;
        EXPECT_GE(waited, 50u);
        EXPECT_LE(waited, 53u);
        EXPECT_TRUE(a.exp->failed);
        EXPECT_TRUE(floor_log_contains("client 10.0.0.7@tcp (uuid a) is evicted: it did not give"));
        ldlm_client_evicted(a.ns);
        EXPECT_EQ(1, world->discards);
        ldlm_decref(la, LCK_PW);
        b.Stop();
        a.Stop(true);
        ost.Stop();
    });
}

// A client that waits long for its replies learns late that one was lost.
TEST_P(ProtocolTest, PatientClientHasMoreTime)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        ldlm_lock *la = Get(a, Want(LCK_PW));
        fake::SetPatience(60);
        Fiber f([&] { ldlm_decref(Get(b, Want(LCK_PW)), LCK_PW); });
        msleep(125 * 1000);
        EXPECT_FALSE(a.exp->failed);
        ldlm_decref(la, LCK_PW);
        f.Join();
        EXPECT_FALSE(a.exp->failed);
        a.Stop();
        b.Stop();
        ost.Stop();
    });
}

TEST_P(ProtocolTest, ReconnectedClientHasMoreTime)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        ldlm_lock *la = Get(a, Want(LCK_PW));
        Fiber f([&] { ldlm_decref(Get(b, Want(LCK_PW)), LCK_PW); });
        msleep(45 * 1000);
        ldlm_prolong_client(a.exp);
        msleep(45 * 1000);
        EXPECT_FALSE(a.exp->failed);
        ldlm_decref(la, LCK_PW);
        f.Join();
        EXPECT_FALSE(a.exp->failed);
        a.Stop();
        b.Stop();
        ost.Stop();
    });
}

TEST_P(ProtocolTest, DeadClientIsEvicted)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        ldlm_decref(Get(a, Want(LCK_PW)), LCK_PW);
        a.reverse.dead = true;
        ldlm_decref(Get(b, Want(LCK_PW)), LCK_PW);
        EXPECT_TRUE(a.exp->failed);
        // The callback was sent again while there was time.
        EXPECT_GE(a.reverse.sent[OP_LDLM_BL_CALLBACK], 5u);
        b.Stop();
        a.Stop(true);
        ost.Stop();
    });
}

TEST_P(ProtocolTest, LostCallbackIsSentAgain)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        ldlm_decref(Get(a, Want(LCK_PW)), LCK_PW);
        a.reverse.dead = true;
        Fiber f([&] { ldlm_decref(Get(b, Want(LCK_PW)), LCK_PW); });
        msleep(3000);
        a.reverse.dead = false;
        f.Join();
        EXPECT_FALSE(a.exp->failed);
        // The same for completions.
        b.reverse.dead = true;
        world->flush_ms = 0;
        Fiber g([&] { ldlm_decref(Get(a, Want(LCK_PW)), LCK_PW); });
        msleep(8000);
        b.reverse.dead = false;
        g.Join();
        EXPECT_FALSE(b.exp->failed);
        a.Stop();
        b.Stop();
        ost.Stop();
    });
}

TEST_P(ProtocolTest, InputOutputProlongs)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        ldlm_lock *la = Get(a, Want(LCK_PW));
        Fiber f([&] { ldlm_decref(Get(b, Want(LCK_PW)), LCK_PW); });
        const ldlm_extent ext = {0, 4095, 0};
        for (int i = 0; i < 6; i++) {
            msleep(30000);
            ldlm_prolong(a.exp, &kFile, &ext, nullptr);
        }
        EXPECT_FALSE(a.exp->failed);
        ldlm_decref(la, LCK_PW);
        f.Join();
        b.Stop();
        a.Stop();
        ost.Stop();
    });
}

TEST_P(ProtocolTest, GlimpseAsksTheWriter)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        world->disk_size = 100;
        ldlm_lock *la = Get(a, Want(LCK_PW));
        world->client_size = 777;
        EXPECT_EQ(777, Glimpse(b));
        EXPECT_FALSE(la->flags & LOCKF_BLOCKED);
        // A holder that has nothing to say: the disk's word counts.
        world->client_size = 0;
        EXPECT_EQ(100, Glimpse(b));
        ldlm_decref(la, LCK_PW);
        // It gives the lock up while it is asked.
        a.reverse.request_ms = 200;
        s64 size = -2;
        Fiber f([&] { size = Glimpse(b); });
        msleep(100);
        world->client_size = 888;
        ldlm_cancel_unused(a.ns);
        f.Join();
        EXPECT_EQ(888, size);
        // Nobody is in the way: a lock is granted.
        EXPECT_EQ(-1, Glimpse(b));
        b.Stop();
        a.Stop();
        ost.Stop();
    });
}

// Whoever writes back a part of its data meanwhile makes the server look at the object, which is smaller yet.
TEST_P(ProtocolTest, GlimpseKeepsTheAnswerOfTheWriter)
{
    floor_set_preempt_odds(4);
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        bool stop = false;
        world->disk_size = 5;
        world->client_size = 100;
        ldlm_decref(Get(a, Want(LCK_PW)), LCK_PW);
        Fiber writer([&] {
            while (!stop) {
                ldlm_lvb_update(ost.ns, &kFile);
                cond_resched();
            }
        });
        for (int i = 0; i < 200; i++)
            EXPECT_EQ(100, Glimpse(b));
        stop = true;
        writer.Join();
        b.Stop();
        a.Stop();
        ost.Stop();
    });
}

TEST_P(ProtocolTest, GlimpseOfDeadWriterEvictsIt)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        world->disk_size = 5;
        ldlm_decref(Get(a, Want(LCK_PW)), LCK_PW);
        a.reverse.dead = true;
        EXPECT_EQ(5, Glimpse(b));
        msleep(3000);
        EXPECT_TRUE(a.exp->failed);
        b.Stop();
        a.Stop(true);
        ost.Stop();
    });
}

TEST_P(ProtocolTest, ObjectThatGoesAwayIsNotFlushed)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps);
        ldlm_decref(Get(a, Want(LCK_PW)), LCK_PW);
        EXPECT_EQ(0, ldlm_server_discard(ost.ns, &kFile));
        EXPECT_EQ(1, world->discards);
        EXPECT_EQ(0u, Locks(ost.ns));
        a.Stop();
        ost.Stop();
    });
}

TEST_P(ProtocolTest, KilledWaiterLeavesNothing)
{
    Run([] {
        fake::Server ost("ost0", &kOstOps);
        fake::Client a(&ost, "a", &kClientOps), b(&ost, "b", &kClientOps);
        ldlm_lock *la = Get(a, Want(LCK_PW));
        int rc = 0;
        task_struct *task = nullptr;
        Fiber f([&] {
            ldlm_enqueue what = Want(LCK_PW);
            ldlm_lock *lock;
            task = floor_current;
            rc = ldlm_enqueue_call(b.ns, &b.forward, &what, &lock);
        });
        msleep(1000);
        floor_set_signal(task);
        f.Join();
        EXPECT_EQ(-EINTR, rc);
        msleep(1000);
        EXPECT_EQ(1u, Locks(ost.ns));
        EXPECT_EQ(0u, Locks(b.ns));
        ldlm_decref(la, LCK_PW);
        b.Stop();
        a.Stop();
        ost.Stop();
    });
}

// ---- inode locks ----

ldlm_enqueue WantBits(const ldlm_res_id &res, ldlm_mode mode, u64 bits)
{
    ldlm_enqueue what{};
    what.type = LDLM_IBITS;
    what.mode = mode;
    what.res = res;
    what.policy.ibits = bits;
    return what;
}

ldlm_lock *Intent(fake::Client &c, int expect = 0)
{
    ldlm_enqueue what = WantBits(kFile, LCK_CR, IBIT_LOOKUP);
    rpc_request *req;
    ldlm_lock *lock;

    what.flags = LDLM_FL_HAS_INTENT;
    EXPECT_EQ(0, ldlm_enqueue_new(c.ns, &c.forward, &what, &fmt_intent, &req, &lock));
    EXPECT_EQ(0, ldlm_enqueue_pack(req, lock));
    rpc_call(req);
    EXPECT_EQ(expect, ldlm_enqueue_done(req, &lock));
    rpc_put(req);
    return lock;
}

TEST_P(ProtocolTest, IntentLockIsOnTheChild)
{
    Run([] {
        fake::Server mds("mdt0", &kMdsOps);
        fake::Client a(&mds, "a", &kClientOps);
        intent_ns = mds.ns;
        ldlm_lock *l = Intent(a);
        EXPECT_EQ(kChild.name[1], ldlm_lock_res(l)->name[1]);
        EXPECT_EQ(LCK_PR, l->granted_mode);
        ldlm_enqueue what = WantBits(kChild, LCK_CR, IBIT_LOOKUP);
        // Others have to wait until what came with it has been taken in.
        EXPECT_EQ(nullptr, ldlm_match(a.ns, &what));
        EXPECT_FALSE(ldlm_covered(a.ns, &what, false));
        EXPECT_TRUE(ldlm_covered(a.ns, &what, true));
        ldlm_decref(l, LCK_PR);
        EXPECT_TRUE(ldlm_covered(a.ns, &what, false));
        ldlm_lock *m = ldlm_match(a.ns, &what);
        EXPECT_EQ(l, m);
        ldlm_decref(m, LCK_CR);
        // The same again: the older lock goes on, the new one goes back without the owner's hearing of it.
        ldlm_lock *n = Intent(a);
        EXPECT_EQ(l, n);
        ldlm_decref(n, n->granted_mode);
        msleep(1000);
        EXPECT_EQ(0, world->cancels);
        EXPECT_EQ(1u, Locks(mds.ns));
        a.Stop();
        mds.Stop();
    });
}

TEST_P(ProtocolTest, AResentIntentIsAnsweredWithTheSameLock)
{
    Run([] {
        fake::Server mds("mdt0", &kMdsOps);
        fake::Client a(&mds, "a", &kClientOps);
        intent_ns = mds.ns;
        ldlm_enqueue what = WantBits(kFile, LCK_CR, IBIT_LOOKUP);
        what.flags = LDLM_FL_HAS_INTENT;
        world->intent_mode = LCK_EX;
        rpc_request *req;
        ldlm_lock *lock;
        ASSERT_EQ(0, ldlm_enqueue_new(a.ns, &a.forward, &what, &fmt_intent, &req, &lock));
        ASSERT_EQ(0, ldlm_enqueue_pack(req, lock));
        rpc_call(req);      // the reply is lost, or comes late
        const auto handle = [&req] { return static_cast<wire_lock_rep *>(rpc_rep_buf(req, WF_LOCK_REP, nullptr))->handle; };
        const __le64 first = handle();
        free(req->repmsg);
        req->repmsg = nullptr;
        fake::SetResent(true);
        rpc_call(req);
        EXPECT_EQ(first, handle());
        EXPECT_EQ(0, ldlm_enqueue_done(req, &lock));
        rpc_put(req);
        EXPECT_EQ(2, world->intents);
        EXPECT_EQ(1u, Locks(mds.ns));
        ldlm_decref(lock, lock->granted_mode);
        a.Stop();
        mds.Stop();
    });
}

TEST_P(ProtocolTest, ServerLockCallsClientsBack)
{
    Run([] {
        fake::Server mds("mdt0", &kMdsOps);
        fake::Client a(&mds, "a", &kClientOps), b(&mds, "b", &kClientOps);
        ldlm_decref(Get(a, WantBits(kFile, LCK_PR, IBIT_UPDATE)), LCK_PR);
        ldlm_decref(Get(b, WantBits(kFile, LCK_PR, IBIT_UPDATE)), LCK_PR);
        ldlm_policy p{};
        p.ibits = IBIT_UPDATE;
        ldlm_lock *l;
        ASSERT_EQ(0, ldlm_server_lock(mds.ns, LDLM_IBITS, &kFile, LCK_EX, &p, &l));
        EXPECT_EQ(2, world->cancels);
        // A client waits for the operation, not for a callback.
        Fiber f([&] { ldlm_decref(Get(a, WantBits(kFile, LCK_PR, IBIT_UPDATE)), LCK_PR); });
        msleep(1000);
        EXPECT_FALSE(f.Done());
        ldlm_server_unlock(l, LCK_EX);
        f.Join();
        // An unused client lock with other bits stays.
        ldlm_cancel_resource(a.ns, &kFile, IBIT_LOOKUP);
        EXPECT_EQ(2, world->cancels);
        ldlm_cancel_resource(a.ns, &kFile, IBIT_UPDATE);
        EXPECT_EQ(3, world->cancels);
        b.Stop();
        a.Stop();
        mds.Stop();
    });
}

TEST_P(ProtocolTest, ServerLockThatOthersHoldForLongIsToBeTriedAgain)
{
    Run([] {
        fake::Server mds("mdt0", &kMdsOps);
        ldlm_policy p{};
        p.ibits = IBIT_UPDATE;
        ldlm_lock *held, *wanted;
        ASSERT_EQ(0, ldlm_server_lock(mds.ns, LDLM_IBITS, &kFile, LCK_EX, &p, &held));
        EXPECT_EQ(-EINPROGRESS, ldlm_server_lock(mds.ns, LDLM_IBITS, &kFile, LCK_PR, &p, &wanted));
        ldlm_server_unlock(held, LCK_EX);
        EXPECT_EQ(0, ldlm_server_lock(mds.ns, LDLM_IBITS, &kFile, LCK_PR, &p, &wanted));
        ldlm_server_unlock(wanted, LCK_PR);
        mds.Stop();
    });
}

TEST_P(ProtocolTest, HandedOverLockIsCalledBack)
{
    Run([] {
        fake::Server mds("mdt0", &kMdsOps);
        fake::Client a(&mds, "a", &kClientOps), b(&mds, "b", &kClientOps);
        intent_ns = mds.ns;
        world->intent_mode = LCK_EX;
        a.forward.reply_ms = 1000;
        ldlm_lock *la = nullptr;
        Fiber f([&] { la = Intent(a); });
        msleep(100);
        Fiber g([&] { ldlm_decref(Get(b, WantBits(kChild, LCK_PR, IBIT_LOOKUP)), LCK_PR); });
        f.Join();
        EXPECT_FALSE(g.Done());
        a.forward.reply_ms = 0;
        ldlm_decref(la, la->granted_mode);
        g.Join();
        b.Stop();
        a.Stop();
        mds.Stop();
    });
}

TEST_P(ProtocolTest, BadRequestsAreRefused)
{
    Run([] {
        fake::Server mds("mdt0", &kMdsOps), ost("ost0", &kOstOps);
        fake::Client a(&mds, "a", &kClientOps), b(&ost, "b", &kClientOps);
        auto refuse = [](fake::Client &c, const ldlm_enqueue &what) {
            ldlm_lock *lock;
            EXPECT_EQ(-EPROTO, ldlm_enqueue_call(c.ns, &c.forward, &what, &lock));
        };
        refuse(a, Want(LCK_PR));                            // extents on an MDT
        refuse(b, WantBits(kFile, LCK_PR, IBIT_LOOKUP));    // bits on an OST
        refuse(a, WantBits(kFile, ldlm_mode(3), IBIT_LOOKUP));
        refuse(a, WantBits(kFile, LCK_PR, 0));
        refuse(a, WantBits({}, LCK_PR, IBIT_LOOKUP));
        refuse(b, Want(LCK_PR, 10, 9));
        EXPECT_EQ(0u, Locks(mds.ns) + Locks(ost.ns));
        b.Stop();
        a.Stop();
        ost.Stop();
        mds.Stop();
    });
}

// A request may bring along the handles of locks that its client gives up.
TEST_P(ProtocolTest, CancelsRideAlong)
{
    Run([] {
        fake::Server mds("mdt0", &kMdsOps);
        fake::Client a(&mds, "a", &kClientOps);
        ldlm_lock *l = Get(a, WantBits(kFile, LCK_PR, IBIT_UPDATE));
        alignas(8) u8 mem[sizeof(wire_lock_req) + 16] = {};
        auto *lr = reinterpret_cast<wire_lock_req *>(mem);
        lr->handle[0] = cpu_to_le64(l->remote);
        lr->handle[1] = cpu_to_le64(l->remote + 16);    // nobody's
        EXPECT_EQ(2, (lr->count = cpu_to_le32(2), ldlm_req_handles(lr, sizeof(mem))));
        EXPECT_EQ(-EPROTO, (lr->count = cpu_to_le32(3), ldlm_req_handles(lr, sizeof(mem))));
        EXPECT_EQ(-EPROTO, (lr->count = cpu_to_le32(~0u), ldlm_req_handles(lr, sizeof(mem))));
        EXPECT_EQ(-EPROTO, ldlm_req_handles(lr, sizeof(*lr)));
        ldlm_server_cancel_list(a.exp, lr->handle, 2);
        EXPECT_EQ(0u, Locks(mds.ns));
        ldlm_decref(l, LCK_PR);
        a.Stop();
        mds.Stop();
    });
}

// ---- the cache ----

TEST_P(ProtocolTest, CacheIsBounded)
{
    Run([] {
        fake::Server mds("mdt0", &kMdsOps);
        fake::Client a(&mds, "a", &kClientOps);
        ldlm_lru_set(a.ns, 10, 600);
        for (u64 i = 1; i <= 300; i++)
            ldlm_decref(Get(a, WantBits({{i, 1, 0, 0}}, LCK_PR, IBIT_LOOKUP)), LCK_PR);
        msleep(1000);
        EXPECT_EQ(10u, Locks(a.ns));
        EXPECT_EQ(10u, Locks(mds.ns));
        EXPECT_LT(a.forward.sent[OP_LDLM_CANCEL], 20u);
        msleep(800 * 1000);
        EXPECT_EQ(0u, Locks(mds.ns));
        a.Stop();
        mds.Stop();
    });
}

// A lock that nobody uses, but that is looked for, is not the oldest.
TEST_P(ProtocolTest, CacheKeepsWhatIsLookedFor)
{
    Run([] {
        fake::Server mds("mdt0", &kMdsOps);
        fake::Client a(&mds, "a", &kClientOps);
        const auto want = [](u64 i) { return WantBits({{i, 1, 0, 0}}, LCK_PR, IBIT_LOOKUP); };
        const auto covered = [&](u64 i) {
            const ldlm_enqueue what = want(i);
            return ldlm_covered(a.ns, &what, false);
        };
        ldlm_lru_set(a.ns, 10, 600);
        for (u64 i = 1; i <= 10; i++)
            ldlm_decref(Get(a, want(i)), LCK_PR);
        EXPECT_TRUE(covered(1));
        EXPECT_FALSE(covered(11));
        ldlm_decref(Get(a, want(11)), LCK_PR);
        msleep(1000);
        EXPECT_EQ(10u, Locks(a.ns));
        EXPECT_TRUE(covered(1));
        EXPECT_FALSE(covered(2));
        EXPECT_TRUE(covered(11));
        a.Stop();
        mds.Stop();
    });
}

TEST_P(ProtocolTest, CacheGivesWayWhenMemoryIsShort)
{
    Run([] {
        fake::Server mds("mdt0", &kMdsOps);
        fake::Client a(&mds, "a", &kClientOps), b(&mds, "b", &kClientOps);
        for (u64 i = 1; i <= 90; i++)
            ldlm_decref(Get(i % 3 ? a : b, WantBits({{i, 1, 0, 0}}, LCK_PR, IBIT_LOOKUP)), LCK_PR);
        ldlm_lock *used = Get(a, WantBits(kFile, LCK_PR, IBIT_LOOKUP));
        EXPECT_EQ(90u, ldlm_cache_count());
        // Of each its part, and the oldest.
        EXPECT_EQ(30u, ldlm_cache_shrink(30));
        EXPECT_EQ(60u, ldlm_cache_count());
        msleep(1000);
        EXPECT_EQ(41u, Locks(a.ns));
        EXPECT_EQ(20u, Locks(b.ns));
        EXPECT_EQ(61u, Locks(mds.ns));
        EXPECT_EQ(30, world->cancels);
        const ldlm_enqueue young = WantBits({{89, 1, 0, 0}}, LCK_PR, IBIT_LOOKUP);
        ldlm_lock *kept = ldlm_match(a.ns, &young);
        ASSERT_NE(nullptr, kept);
        ldlm_decref(kept, LCK_PR);
        // One that is used is no part of the cache.
        EXPECT_EQ(60u, ldlm_cache_shrink(1000));
        EXPECT_EQ(0u, ldlm_cache_shrink(1000));
        msleep(1000);
        EXPECT_EQ(1u, Locks(mds.ns));
        ldlm_decref(used, LCK_PR);
        a.Stop();
        b.Stop();
        EXPECT_EQ(0u, ldlm_cache_count());
        mds.Stop();
    });
}

// ---- recovery ----

TEST_P(ProtocolTest, LocksSurviveARestartOfTheServer)
{
    Run([] {
        auto mds = std::make_unique<fake::Server>("mdt0", &kMdsOps);
        fake::Client a(mds.get(), "a", &kClientOps), b(mds.get(), "b", &kClientOps);
        ldlm_lock *la = Get(a, WantBits(kFile, LCK_EX, IBIT_UPDATE));
        ldlm_decref(Get(a, WantBits(kChild, LCK_PR, IBIT_LOOKUP)), LCK_PR);
        ldlm_lock *lb = nullptr;
        Fiber f([&] { lb = Get(b, WantBits(kFile, LCK_PR, IBIT_UPDATE)); });
        msleep(1000);

        fake::Server fresh("mdt0", &kMdsOps);
        b.Reconnect(&fresh);
        a.Reconnect(&fresh);
        mds->Stop();
        ldlm_server_recovering(fresh.ns);
        // He who waits comes first and must not be granted what the other still holds.
        EXPECT_EQ(0, ldlm_client_replay(b.ns, &b.forward));
        EXPECT_EQ(0, ldlm_client_replay(a.ns, &a.forward));
        EXPECT_EQ(3u, Locks(fresh.ns));
        ldlm_server_recovered(fresh.ns);
        msleep(1000);
        EXPECT_FALSE(f.Done());
        ldlm_decref(la, LCK_EX);
        f.Join();
        EXPECT_EQ(LCK_PR, lb->granted_mode);
        ldlm_decref(lb, LCK_PR);
        a.Stop();
        b.Stop();
        EXPECT_EQ(0u, Locks(fresh.ns));
        fresh.Stop();
    });
}

TEST_P(ProtocolTest, ClientThatGoesInRecoveryLetsNobodyOn)
{
    Run([] {
        auto mds = std::make_unique<fake::Server>("mdt0", &kMdsOps);
        fake::Client a(mds.get(), "a", &kClientOps), b(mds.get(), "b", &kClientOps);
        fake::Client c(mds.get(), "c", &kClientOps);
        ldlm_lock *la = Get(a, WantBits(kFile, LCK_EX, IBIT_UPDATE));
        ldlm_decref(Get(c, WantBits(kFile, LCK_PR, IBIT_LOOKUP)), LCK_PR);
        ldlm_lock *lb = nullptr;
        Fiber f([&] { lb = Get(b, WantBits(kFile, LCK_PR, IBIT_UPDATE)); });
        msleep(1000);

        fake::Server fresh("mdt0", &kMdsOps);
        b.Reconnect(&fresh);
        a.Reconnect(&fresh);
        c.Reconnect(&fresh);
        mds->Stop();
        ldlm_server_recovering(fresh.ns);
        EXPECT_EQ(0, ldlm_client_replay(b.ns, &b.forward));
        EXPECT_EQ(0, ldlm_client_replay(c.ns, &c.forward));
        c.Stop();
        EXPECT_EQ(0, ldlm_client_replay(a.ns, &a.forward));
        ldlm_server_recovered(fresh.ns);
        msleep(1000);
        EXPECT_FALSE(f.Done());
        ldlm_decref(la, LCK_EX);
        f.Join();
        ldlm_decref(lb, LCK_PR);
        a.Stop();
        b.Stop();
        EXPECT_EQ(0u, Locks(fresh.ns));
        fresh.Stop();
    });
}

TEST_P(ProtocolTest, EvictedClientLosesEverything)
{
    Run([] {
        fake::Server mds("mdt0", &kMdsOps);
        fake::Client a(&mds, "a", &kClientOps), b(&mds, "b", &kClientOps);
        ldlm_lock *lb = Get(b, WantBits(kChild, LCK_EX, IBIT_UPDATE));
        ldlm_lock *la = Get(a, WantBits(kFile, LCK_PR, IBIT_UPDATE));
        ldlm_decref(Get(a, WantBits(kFile, LCK_PR, IBIT_LOOKUP)), LCK_PR);
        int rc = 0;
        Fiber f([&] {
            ldlm_enqueue what = WantBits(kChild, LCK_PR, IBIT_UPDATE);
            ldlm_lock *lock;
            rc = ldlm_enqueue_call(a.ns, &a.forward, &what, &lock);
        });
        msleep(100);
        export_fail(a.exp, true);
        ldlm_client_evicted(a.ns);
        f.Join();
        EXPECT_EQ(-EIO, rc);
        EXPECT_EQ(2, world->discards);
        EXPECT_TRUE(la->flags & LOCKF_FAILED);
        ldlm_enqueue what = WantBits(kFile, LCK_PR, IBIT_UPDATE);
        EXPECT_EQ(nullptr, ldlm_match(a.ns, &what));
        ldlm_decref(la, LCK_PR);
        EXPECT_EQ(0u, Locks(a.ns));
        ldlm_decref(lb, LCK_EX);
        a.Stop();
        b.Stop();
        mds.Stop();
    });
}

// ---- advisory locks ----

int Flock(fake::Client &c, u64 owner, ldlm_mode mode, u64 start, u64 end, u32 flags = 0,
          ldlm_flock *in_way = nullptr)
{
    ldlm_enqueue what{};
    ldlm_lock *lock;

    what.type = LDLM_FLOCK;
    what.mode = mode;
    what.res = {{kFile.name[0], kFile.name[1], 0, LDLM_FLOCK}};
    what.policy.flock = {start, end, owner, u32(owner)};
    what.flags = flags;
    int rc = ldlm_enqueue_call(c.ns, &c.forward, &what, &lock);
    if (rc)
        return rc;
    if (in_way) {
        *in_way = lock->policy.flock;
        rc = lock->req_mode;
    }
    ldlm_decref(lock, mode);
    return rc;
}

TEST_P(ProtocolTest, FlockAcrossClients)
{
    Run([] {
        fake::Server mds("mdt0", &kMdsOps);
        fake::Client a(&mds, "a", &kClientOps), b(&mds, "b", &kClientOps);
        ldlm_flock in_way;
        EXPECT_EQ(0, Flock(a, 1, LCK_PW, 0, 99));
        EXPECT_EQ(0, Flock(a, 1, LCK_PR, 40, 49));      // splits
        EXPECT_EQ(Locks(mds.ns), Locks(a.ns));
        EXPECT_EQ(-EAGAIN, Flock(b, 1, LCK_PR, 0, 10, LDLM_FL_BLOCK_NOWAIT));
        EXPECT_EQ(0, Flock(b, 1, LCK_PR, 40, 49, LDLM_FL_BLOCK_NOWAIT));
        EXPECT_EQ(LCK_PW, Flock(b, 1, LCK_PR, 50, 60, LDLM_FL_TEST_LOCK, &in_way));
        EXPECT_EQ(50u, in_way.start);
        EXPECT_EQ(99u, in_way.end);
        EXPECT_EQ(LCK_NL, Flock(b, 1, LCK_PR, 200, 300, LDLM_FL_TEST_LOCK, &in_way));
        int rc = -1;
        Fiber f([&] { rc = Flock(b, 1, LCK_PW, 0, 10); });
        msleep(1000);
        EXPECT_FALSE(f.Done());
        EXPECT_EQ(-EDEADLK, Flock(a, 1, LCK_PW, 40, 49));
        EXPECT_EQ(0, Flock(a, 1, LCK_NL, 0, kEof));
        f.Join();
        EXPECT_EQ(0, rc);
        EXPECT_EQ(0u, Locks(a.ns));
        EXPECT_EQ(0, Flock(b, 1, LCK_NL, 0, kEof));
        EXPECT_EQ(0u, Locks(b.ns));
        EXPECT_EQ(0u, Locks(mds.ns));
        // What a client holds when it goes is free for others.
        EXPECT_EQ(0, Flock(a, 1, LCK_PW, 0, 99));
        Fiber g([&] { rc = Flock(b, 1, LCK_PW, 0, 10); });
        msleep(100);
        export_fail(a.exp, true);
        g.Join();
        EXPECT_EQ(0, rc);
        a.Stop(true);
        b.Stop();
        mds.Stop();
    });
}

// ---- all at once ----

TEST_P(ProtocolTest, NoTwoConflictingLocksAreEverHeld)
{
    Run([this] {
        constexpr int kClients = 5, kRounds = 60, kBlocks = 16;
        fake::Server ost("ost0", &kOstOps);
        std::vector<std::unique_ptr<fake::Client>> clients;
        for (int i = 0; i < kClients; i++)
            clients.push_back(std::make_unique<fake::Client>(&ost, "c", &kClientOps));
        int readers[kBlocks] = {}, writers[kBlocks] = {};
        u64 state = GetParam() * 1000 + 1;
        auto rnd = [&state](u32 n) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            return u32(state >> 33) % n;
        };
        auto body = [&](fake::Client *c) {
            for (int i = 0; i < kRounds; i++) {
                c->forward.request_ms = rnd(4) * 10;
                c->forward.reply_ms = rnd(4) * 50;
                c->reverse.request_ms = rnd(4) * 20;
                c->reverse.reply_ms = rnd(3) * 10;
                world->flush_ms = rnd(30);
                u64 first = rnd(kBlocks), last = first + rnd(kBlocks - first);
                bool write = rnd(2);
                ldlm_mode mode = write ? LCK_PW : LCK_PR;
                if (rnd(10) == 0) {
                    Glimpse(*c);
                    continue;
                }
                ldlm_lock *l = Get(*c, Want(mode, first * 4096, last * 4096 + 4095));
                for (u64 b = first; b <= last; b++) {
                    EXPECT_EQ(0, writers[b]);
                    EXPECT_TRUE(!write || !readers[b]);
                    (write ? writers : readers)[b]++;
                }
                msleep(rnd(40));
                for (u64 b = first; b <= last; b++)
                    (write ? writers : readers)[b]--;
                ldlm_decref(l, mode);
            }
        };
        std::vector<std::unique_ptr<Fiber>> fibers;
        for (auto &c : clients)
            fibers.push_back(std::make_unique<Fiber>([&, p = c.get()] { body(p); }));
        for (auto &f : fibers)
            f->Join();
        for (auto &c : clients) {
            EXPECT_FALSE(c->exp->failed);
            c->Stop();
        }
        EXPECT_EQ(0u, Locks(ost.ns));
        ost.Stop();
    });
}


/* ---- locks of programs ---- */

int Flock(fake::Client &c, ldlm_mode mode, u64 owner, u64 start = 0, u64 end = kEof, u32 flags = 0)
{
    ldlm_enqueue what{};
    what.type = LDLM_FLOCK;
    what.mode = mode;
    what.res = {{0x200000401, 1, 0, LDLM_FLOCK}};
    what.policy.flock = {start, end, owner, u32(owner)};
    what.flags = flags;
    int rc = ldlm_flock_call(c.ns, &c.forward, &what);
    if (!rc && flags & LDLM_FL_TEST_LOCK)
        rc = what.mode == LCK_NL ? 0 : int(what.policy.flock.pid);
    return rc;
}

TEST_P(ProtocolTest, FlockWaitsForTheOtherClient)
{
    Run([] {
        fake::Server mdt("mdt0", &kMdsOps);
        fake::Client a(&mdt, "a", &kClientOps), b(&mdt, "b", &kClientOps);
        EXPECT_EQ(0, Flock(a, LCK_PW, 7, 0, 9));
        EXPECT_EQ(-EAGAIN, Flock(b, LCK_PR, 7, 5, 5, LDLM_FL_BLOCK_NOWAIT));
        EXPECT_EQ(7, Flock(b, LCK_PR, 7, 5, 5, LDLM_FL_TEST_LOCK));
        EXPECT_EQ(0, Flock(b, LCK_PR, 7, 10, 10, LDLM_FL_TEST_LOCK));
        int rc = 1;
        Fiber waiter([&] { rc = Flock(b, LCK_PW, 8, 0, 3); });
        msleep(1000);
        EXPECT_FALSE(waiter.Done());
        EXPECT_EQ(0, Flock(a, LCK_NL, 7, 0, 4));
        waiter.Join();
        EXPECT_EQ(0, rc);
        EXPECT_EQ(8, Flock(a, LCK_PR, 7, 0, 0, LDLM_FL_TEST_LOCK));
        EXPECT_EQ(7, Flock(b, LCK_PR, 8, 5, 20, LDLM_FL_TEST_LOCK));
        // A client that goes leaves nothing behind.
        a.Stop();
        EXPECT_EQ(0, Flock(b, LCK_PW, 8, 0, kEof, LDLM_FL_BLOCK_NOWAIT));
        b.Stop();
        mdt.Stop();
    });
}

// A wait that a signal ends leaves to the owner what he had, and nothing else, granted or not.
TEST_P(ProtocolTest, InterruptedFlockKeepsWhatWasHeld)
{
    for (const bool granted : {false, true}) {
        Run([granted] {
            fake::Server mdt("mdt0", &kMdsOps);
            fake::Client a(&mdt, "a", &kClientOps), b(&mdt, "b", &kClientOps);
            EXPECT_EQ(0, Flock(a, LCK_PR, 1, 5, 9));
            EXPECT_EQ(0, Flock(b, LCK_PR, 2, 0, 9));
            int rc = 1;
            task_struct *task = nullptr;
            Fiber waiter([&] {
                task = floor_current;
                rc = Flock(a, LCK_PW, 1, 0, 19);
                // As a program that goes on at once.
                floor_clear_signal(task);
                EXPECT_EQ(0, Flock(a, LCK_PW, 1, 30, 39));
            });
            msleep(1000);
            a.reverse.request_ms = 1000;  // of the news that the lock is granted
            EXPECT_EQ(0, granted ? Flock(b, LCK_NL, 2, 0, 9) : 0);
            msleep(100);
            floor_set_signal(task);
            waiter.Join();
            EXPECT_EQ(-ERESTARTSYS, rc);
            msleep(5000);
            EXPECT_EQ(0, Flock(b, LCK_NL, 2, 0, 9));
            EXPECT_EQ(-EAGAIN, Flock(b, LCK_PW, 2, 5, 5, LDLM_FL_BLOCK_NOWAIT));
            EXPECT_EQ(-EAGAIN, Flock(b, LCK_PW, 2, 9, 9, LDLM_FL_BLOCK_NOWAIT));
            EXPECT_EQ(-EAGAIN, Flock(b, LCK_PW, 2, 30, 39, LDLM_FL_BLOCK_NOWAIT));
            EXPECT_EQ(0, Flock(b, LCK_PR, 2, 0, 9, LDLM_FL_BLOCK_NOWAIT));
            EXPECT_EQ(0, Flock(b, LCK_PW, 2, 0, 4, LDLM_FL_BLOCK_NOWAIT));
            EXPECT_EQ(0, Flock(b, LCK_PW, 2, 10, 29, LDLM_FL_BLOCK_NOWAIT));
            a.Stop();
            b.Stop();
            EXPECT_EQ(0u, Locks(mdt.ns));
            mdt.Stop();
        });
    }
}

TEST_P(ProtocolTest, FlockDeadlockOfTwoClientsIsRefused)
{
    Run([] {
        fake::Server mdt("mdt0", &kMdsOps);
        fake::Client a(&mdt, "a", &kClientOps), b(&mdt, "b", &kClientOps);
        EXPECT_EQ(0, Flock(a, LCK_PW, 1, 0, 0));
        EXPECT_EQ(0, Flock(b, LCK_PW, 1, 1, 1));
        int rc = 1;
        Fiber waiter([&] { rc = Flock(a, LCK_PW, 1, 1, 1); });
        msleep(1000);
        EXPECT_EQ(-EDEADLK, Flock(b, LCK_PW, 1, 0, 0));
        EXPECT_EQ(0, Flock(b, LCK_NL, 1));
        waiter.Join();
        EXPECT_EQ(0, rc);
        a.Stop();
        b.Stop();
        mdt.Stop();
    });
}

TEST_P(ProtocolTest, FlockOfAnEvictedClientIsFree)
{
    Run([] {
        fake::Server mdt("mdt0", &kMdsOps);
        fake::Client a(&mdt, "a", &kClientOps), b(&mdt, "b", &kClientOps);
        EXPECT_EQ(0, Flock(a, LCK_PW, 1));
        int rc = 1;
        Fiber waiter([&] { rc = Flock(b, LCK_PW, 1); });
        msleep(1000u * obd_timeout());
        EXPECT_FALSE(waiter.Done());
        export_fail(a.exp, true);
        waiter.Join();
        EXPECT_EQ(0, rc);
        a.Stop(true);
        b.Stop();
        mdt.Stop();
    });
}

TEST_P(ProtocolTest, FlockSurvivesARestartOfTheServer)
{
    Run([] {
        fake::Server mdt("mdt0", &kMdsOps);
        fake::Client a(&mdt, "a", &kClientOps);
        EXPECT_EQ(0, Flock(a, LCK_PW, 1, 0, 99));
        EXPECT_EQ(0, Flock(a, LCK_NL, 1, 40, 49));
        fake::Server again("mdt0", &kMdsOps);
        a.Reconnect(&again);
        EXPECT_EQ(0, ldlm_client_replay(a.ns, &a.forward));
        fake::Client b(&again, "b", &kClientOps);
        EXPECT_EQ(-EAGAIN, Flock(b, LCK_PW, 1, 39, 39, LDLM_FL_BLOCK_NOWAIT));
        EXPECT_EQ(0, Flock(b, LCK_PW, 1, 40, 49, LDLM_FL_BLOCK_NOWAIT));
        EXPECT_EQ(-EAGAIN, Flock(b, LCK_PW, 1, 50, 50, LDLM_FL_BLOCK_NOWAIT));
        a.Stop();
        b.Stop();
        again.Stop();
        mdt.Stop();
    });
}

}  // namespace
