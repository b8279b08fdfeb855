// SPDX-License-Identifier: GPL-2.0
// Many names, or many sizes, asked for in one message; and how many requests a client has sent.
#include "tests/sim/cluster/cluster.h"

#include "tests/sim/cluster/node_scope.h"

#include <floor.h>

#include <cstring>

#include <linux/stat.h>

extern "C" {
#include "obd/class/negotiate.h"
}

namespace {

class SimBatchTest : public SimTest {};

// What a client has sent to a target.
uint64_t Sent(SimClient &client, rpc_import *imp, uint32_t opc) {
    NodeScope scope(client.node());
    rpc_stats stats;

    EXPECT_EQ(0, rpc_device_stats(rpc_import_dev(imp), &stats));
    for (unsigned int i = 0; i < stats.nr_counts; i++)
        if (stats.counts[i].opc == opc)
            return stats.counts[i].sent;
    return 0;
}

struct Found {
    int rc = 0;
    struct fid fid = {};
    uint32_t mode = 0;
    struct fid object = {};
    unsigned int ost = 0;
    bool locked = false;
};

bool Locked(SimClient &client, const struct fid &fid) {
    ldlm_enqueue what = {};

    what.type = LDLM_IBITS;
    what.mode = LCK_PR;
    what.policy.ibits = IBIT_LOOKUP | IBIT_UPDATE | IBIT_LAYOUT;
    ldlm_fid_res(&fid, &what.res);
    ldlm_lock *lock = ldlm_match(mdc_namespace(client.mdc()), &what);
    if (lock)
        ldlm_decref(lock, LCK_PR);
    return lock;
}

Found Take(SimClient &client, mdc_named *named) {
    Found found;
    lov_layout *layout;

    found.rc = named->rc;
    if (!found.rc) {
        mdc_fid_get(&named->reply.body->fid1, &found.fid);
        found.mode = le32_to_cpu(named->reply.body->mode);
        if (named->reply.layout && !lov_layout_parse(named->reply.layout, named->reply.layout_len, &layout, nullptr)) {
            found.object = layout->stripes[0].fid;
            found.ost = layout->stripes[0].ost_idx;
            lov_layout_free(layout);
        }
    }
    mdc_reply_put(&named->reply);
    found.locked = !found.rc && Locked(client, found.fid);
    return found;
}

std::vector<Found> Look(SimClient &client, const std::string &path, const std::vector<std::string> &names) {
    SimStat dir;
    EXPECT_EQ(0, client.Stat(path, &dir));
    NodeScope scope(client.node());
    const mdc_cred root = {0, 0, {~0u, ~0u}, ~0u, nullptr, 0};
    std::vector<mdc_named> named(names.size());
    std::vector<Found> found;

    for (size_t i = 0; i < names.size(); i++)
        named[i] = {names[i].data(), names[i].size(), 0, {}};
    EXPECT_EQ(0, mdc_lookup_batch(client.mdc(), &dir.fid, named.data(), named.size(), &root));
    for (mdc_named &n : named)
        found.push_back(Take(client, &n));
    return found;
}

// Sizes by object; negative: why not.
std::vector<int64_t> Sizes(SimClient &client, unsigned int ost, const std::vector<Found> &found) {
    NodeScope scope(client.node());
    std::vector<osc_look> looks;
    std::vector<int64_t> sizes;

    for (const Found &f : found)
        looks.push_back({.obj = f.object, .data = nullptr, .rc = 0, .lvb = {}});
    EXPECT_EQ(0, osc_glimpse_batch(client.osc(ost), looks.data(), looks.size()));
    for (const osc_look &look : looks)
        sizes.push_back(look.rc ? look.rc : static_cast<int64_t>(le64_to_cpu(look.lvb.size)));
    return sizes;
}

void GiveUp(SimClient &client) {
    client.Forget();
    NodeScope scope(client.node());
    ldlm_cancel_unused(mdc_namespace(client.mdc()));
    ldlm_cancel_unused(osc_namespace(client.osc(0)));
}

std::vector<std::string> Names(unsigned int nr) {
    std::vector<std::string> names;
    for (unsigned int i = 0; i < nr; i++)
        names.push_back("f" + std::to_string(i));
    return names;
}

void Fill(SimClient &client, unsigned int nr) {
    ASSERT_EQ(0, client.Mkdir("/d"));
    for (unsigned int i = 0; i < nr; i++) {
        const std::string path = "/d/f" + std::to_string(i);
        ASSERT_EQ(0, client.Create(path));
        ASSERT_EQ(0, client.Write(path, 0, std::string(i, 'x')));
    }
}

TEST_F(SimBatchTest, ManyNamesAndSizesInOneMessageEach) {
    RunSim({.clients = 2}, [](SimCluster &c) {
        SimClient &cl = c.client(1);
        SimStat st;
        std::vector<std::string> names = Names(120);

        Fill(c.client(0), 120);
        GiveUp(c.client(0));
        names.push_back("missing");
        ASSERT_EQ(0, cl.Stat("/d", &st));
        const uint64_t single = Sent(cl, mdc_import(cl.mdc()), OP_LDLM_ENQUEUE);
        std::vector<Found> found = Look(cl, "/d", names);
        EXPECT_EQ(1u, Sent(cl, mdc_import(cl.mdc()), OP_SHEEN_BATCH));
        EXPECT_LE(Sent(cl, mdc_import(cl.mdc()), OP_LDLM_ENQUEUE), single + 1);  // Stat() in Look()
        EXPECT_EQ(-ENOENT, found.back().rc);
        found.pop_back();
        for (const Found &f : found) {
            EXPECT_EQ(0, f.rc);
            EXPECT_EQ(S_IFREG | 0644u, f.mode);
            EXPECT_TRUE(f.locked);
        }
        const std::vector<int64_t> sizes = Sizes(cl, 0, found);
        EXPECT_EQ(1u, Sent(cl, osc_import(cl.osc(0)), OP_SHEEN_BATCH));
        for (size_t i = 0; i < sizes.size(); i++)
            EXPECT_EQ(static_cast<int64_t>(i), sizes[i]);
        // The locks are as good as any: who changes something is waited for, and takes them away.
        ASSERT_EQ(0, c.client(0).Chmod("/d/f7", 0600));
        EXPECT_FALSE(Locked(cl, found[7].fid));
        EXPECT_TRUE(Locked(cl, found[8].fid));
        ASSERT_EQ(0, c.client(0).Write("/d/f8", 0, "more than it had"));
        ASSERT_EQ(0, cl.Stat("/d/f8", &st));
        EXPECT_EQ(16u, st.size);
        EXPECT_FALSE(floor_log_contains("evict"));
    });
}

TEST_F(SimBatchTest, NothingIsWaitedFor) {
    RunSim({.clients = 2}, [](SimCluster &c) {
        SimClient &cl = c.client(1);
        const std::vector<std::string> names = Names(4);
        union ldlm_policy policy = {};
        ldlm_res_id res;
        ldlm_lock *lock;

        Fill(c.client(0), 4);
        GiveUp(c.client(0));
        // An object that another client has in its cache: its size is not asked for there.
        ASSERT_EQ(0, c.client(0).Write("/d/f2", 0, "dirty"));
        std::vector<Found> found = Look(cl, "/d", names);
        const std::vector<int64_t> sizes = Sizes(cl, 0, found);
        EXPECT_EQ((std::vector<int64_t>{0, 1, -EAGAIN, 3}), sizes);
        SimStat st;
        ASSERT_EQ(0, cl.Stat("/d/f2", &st));
        EXPECT_EQ(5u, st.size);

        // A file that the MDS is at.
        GiveUp(cl);
        policy.ibits = IBIT_UPDATE;
        ldlm_fid_res(&found[1].fid, &res);
        {
            NodeScope scope(SimCluster::kMdsNode);
            obd_device *mdt = obd_find("sheen-MDT0000");
            ASSERT_EQ(0, ldlm_server_lock(mdt->ns, LDLM_IBITS, &res, LCK_EX, &policy, &lock));
            obd_put(mdt);
        }
        found = Look(cl, "/d", names);
        EXPECT_EQ(0, found[0].rc);
        EXPECT_EQ(-EAGAIN, found[1].rc);
        EXPECT_EQ(0, found[2].rc);
        {
            NodeScope scope(SimCluster::kMdsNode);
            ldlm_server_unlock(lock, LCK_EX);
        }
        EXPECT_EQ(0, Look(cl, "/d", {"f1"})[0].rc);
    });
}

TEST_F(SimBatchTest, ServersMayRestartAndMessagesGetLost) {
    for (uint64_t seed : Seeds(10)) {
        RunSim({.seed = seed, .clients = 2}, [](SimCluster &c) {
            const std::vector<std::string> names = Names(30);
            SimStat st;

            Fill(c.client(0), 30);
            GiveUp(c.client(0));
            ASSERT_EQ(0, c.client(1).Stat("/d", &st));
            c.net.faults = {.loss = 0.1, .duplicate = 0.1, .delay_min_us = 50, .delay_max_us = 3000};
            c.Parallel([&](SimClient &cl, unsigned int nr) {
                if (!nr) {
                    c.PowerOffMds();
                    SimCluster::Sleep(2000);
                    c.PowerOnMds();
                    return;
                }
                for (int i = 0; i < 5; i++) {
                    SimCluster::Sleep(500);
                    const std::vector<Found> found = Look(cl, "/d", names);
                    for (const Found &f : found)
                        EXPECT_EQ(0, f.rc);
                    Sizes(cl, 0, found);
                }
            });
            c.net.faults = {};
            // No lock that nobody knows of is in the way.
            for (int i = 0; i < 30; i++) {
                ASSERT_EQ(0, c.client(0).Chmod("/d/f" + std::to_string(i), 0600));
                ASSERT_EQ(0, c.client(0).Truncate("/d/f" + std::to_string(i), 1000));
            }
            EXPECT_FALSE(floor_log_contains("is evicted"));
        });
    }
}

// A batch with these bytes; what comes back, or the error.
int Raw(SimClient &client, const std::string &bytes, std::string *answer = nullptr) {
    NodeScope scope(client.node());
    rpc_request *req = rpc_new(mdc_import(client.mdc()), &fmt_sheen_batch, OP_SHEEN_BATCH);
    uint32_t len;

    rpc_req_len(req, WF_SUBS, bytes.size());
    rpc_rep_len(req, WF_SUBS, 4096);
    EXPECT_EQ(0, rpc_pack(req));
    memcpy(rpc_req_buf(req, WF_SUBS), bytes.data(), bytes.size());
    const int rc = rpc_call(req);
    const void *rep = rpc_rep_buf(req, WF_SUBS, &len);
    if (!rc && answer && rep)
        answer->assign(static_cast<const char *>(rep), len);
    rpc_put(req);
    return rc;
}

std::string Sub(uint32_t len, const std::string &message) {
    const wire_sub head = {cpu_to_le32(len), 0};
    std::string bytes(reinterpret_cast<const char *>(&head), sizeof(head));
    bytes += message;
    bytes.resize((bytes.size() + 7) & ~size_t{7});
    return bytes;
}

std::string Ping(uint32_t opc) {
    const uint32_t lens[] = {sizeof(wire_body)};
    std::string bytes(wire_msg_size(1, lens), 0);
    auto *msg = reinterpret_cast<wire_msg *>(bytes.data());

    wire_msg_init(msg, 1, lens);
    wire_msg_body(msg)->type = cpu_to_le32(WIRE_MSG_REQUEST);
    wire_msg_body(msg)->opc = cpu_to_le32(opc);
    return bytes;
}

TEST_F(SimBatchTest, NonsenseIsRefused) {
    RunSim({}, [](SimCluster &c) {
        SimClient &cl = c.client();
        const std::string ping = Ping(OP_OBD_PING), enqueue = Ping(OP_LDLM_ENQUEUE);
        std::string answer, many;

        EXPECT_EQ(-EPROTO, Raw(cl, ""));
        EXPECT_EQ(-EPROTO, Raw(cl, "abc"));
        EXPECT_EQ(-EPROTO, Raw(cl, Sub(0, "")));
        EXPECT_EQ(-EPROTO, Raw(cl, Sub(100, "short")));
        EXPECT_EQ(-EPROTO, Raw(cl, Sub(~0u, "short")));
        for (unsigned int i = 0; i <= RPC_BATCH_MAX; i++)
            many += Sub(1, "x");
        EXPECT_EQ(-EPROTO, Raw(cl, many));
        // What is no message, no enqueue, or an enqueue of nothing spoils nothing for the others.
        ASSERT_EQ(0, Raw(cl, Sub(5, "hello") + Sub(ping.size(), ping) + Sub(enqueue.size(), enqueue) + Sub(5, "hello"),
                         &answer));
        ASSERT_GE(answer.size(), 4 * sizeof(wire_sub));
        auto status = [&](size_t at) {
            wire_sub head;
            memcpy(&head, answer.data() + at, sizeof(head));
            return head.len ? 0 : static_cast<int>(le32_to_cpu(head.status));
        };
        EXPECT_EQ(-EPROTO, status(0));
        EXPECT_EQ(-EOPNOTSUPP, status(8));
        EXPECT_EQ(0, status(16));
        EXPECT_EQ(-EPROTO, status(answer.size() - 8));
    });
}

TEST_F(SimBatchTest, OnlyThoseWhoKnowItAreAsked) {
    RunSim({}, [](SimCluster &c) {
        SimClient &cl = c.client();

        EXPECT_TRUE(rpc_batch_possible(mdc_import(cl.mdc())));
        EXPECT_TRUE(rpc_batch_possible(osc_import(cl.osc(0))));
        cl.Unmount();
        obd_vendor_on = false;
        ASSERT_EQ(0, cl.Mount());
        obd_vendor_on = true;
        EXPECT_FALSE(rpc_batch_possible(mdc_import(cl.mdc())));
        EXPECT_EQ(-EOPNOTSUPP, Raw(cl, Sub(1, "x")));
    });
}

TEST_F(SimBatchTest, PagesAreKeptUntilTheyAreCommitted) {
    RunSim({}, [](SimCluster &c) {
        SimClient &cl = c.client();
        rpc_stats stats;
        auto held = [&] {
            NodeScope scope(cl.node());
            EXPECT_EQ(0, rpc_device_stats(rpc_import_dev(osc_import(cl.osc(0))), &stats));
            return stats.held_pages;
        };

        ASSERT_EQ(0, cl.Create("/f"));
        ASSERT_EQ(0, cl.Write("/f", 0, std::string(10 * PAGE_SIZE, 'x')));
        EXPECT_EQ(0u, held());
        ASSERT_EQ(0, cl.Flush());
        EXPECT_EQ(10u, held());
        EXPECT_EQ(IMP_FULL, stats.state);
        ASSERT_EQ(0, cl.Sync());
        EXPECT_EQ(0u, held());
    });
}

}  // namespace
