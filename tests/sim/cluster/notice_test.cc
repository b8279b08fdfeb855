// SPDX-License-Identifier: GPL-2.0
// Targets that come back tell the MGS, and it tells the clients: nobody waits for his next attempt to connect.
#include "tests/sim/cluster/cluster.h"

#include <algorithm>
#include <set>

#include <linux/bvec.h>
#include <linux/mm.h>

#include "tests/sim/cluster/node_scope.h"

#include <floor.h>

extern "C" {
#include "obd/wire/nidtbl.h"
}

namespace {

constexpr int64_t kAtOnceMs = 300;      // to hear of it, connect, and recover
constexpr unsigned int kPhases = 4;     // at which an OST comes back, between two attempts of its clients
constexpr unsigned int kPhaseMs = 1100;

class SimNoticeTest : public SimTest {
protected:
    static rpc_import *ImportOf(SimClient &client, unsigned int ost) { return osc_import(client.osc(ost)); }

    // How long it takes until a client is connected; -1: it is not in this time.
    static int64_t MsUntilConnected(rpc_import *imp, int64_t limit_ms = 60000) {
        const ktime_t start = ktime_get();
        for (;;) {
            const int64_t ms = ktime_ms_delta(ktime_get(), start);
            if (rpc_import_state(imp) == IMP_FULL)
                return ms;
            if (ms > limit_ms)
                return -1;
            SimCluster::Sleep(10);
        }
    }

    // The longest time for which a client that tries to reach an OST misses it after its start.
    static int64_t LongestMsOfReturn(SimCluster &c) {
        int64_t longest = 0;
        EXPECT_EQ(0, c.client().Create("/f"));
        for (unsigned int phase = 0; phase < kPhases; phase++) {
            std::string data;
            EXPECT_EQ(0, c.client().Write("/f", 0, "before"));
            EXPECT_EQ(0, c.client().Flush());
            c.PowerOffOst(0);
            Lose(c.client(), 0);
            SimCluster::Sleep(30000 + phase * kPhaseMs);
            EXPECT_NE(IMP_FULL, rpc_import_state(ImportOf(c.client(), 0)));
            c.PowerOnOst(0);
            longest = std::max(longest, MsUntilConnected(ImportOf(c.client(), 0)));
            c.client().Forget();
            EXPECT_EQ(0, c.client().Read("/f", 0, 6, &data));
            EXPECT_EQ("before", data);
        }
        EXPECT_FALSE(floor_log_contains("evicted by"));
        return longest;
    }

    // The client sees now that the OST is gone.
    static void Lose(SimClient &client, unsigned int ost) {
        NodeScope scope(client.node());
        rpc_import_recover(ImportOf(client, ost), LNET_NID_ANY);
    }
};

TEST_F(SimNoticeTest, ClientsConnectAtOnceWhenTold) {
    for (const uint64_t seed : Seeds(3)) {
        RunSim({.seed = seed}, [](SimCluster &c) { EXPECT_LT(LongestMsOfReturn(c), kAtOnceMs); });
        // What it would be otherwise.
        RunSim({.seed = seed, .announce = false}, [](SimCluster &c) { EXPECT_GT(LongestMsOfReturn(c), 1000); });
    }
}

// Also one that has not noticed anything, and that the others would have to wait for until its next ping.
TEST_F(SimNoticeTest, IdleClientsHearThatTheirConnectionIsVoid) {
    for (const uint64_t seed : Seeds(3)) {
        RunSim({.seed = seed, .clients = 3}, [this](SimCluster &c) {
            ASSERT_EQ(0, c.client(0).Create("/f"));
            ASSERT_EQ(0, c.client(0).Write("/f", 0, "before"));
            ASSERT_EQ(0, c.client(0).Flush());
            SimCluster::Sleep(2000);
            c.PowerOffOst(0);
            SimCluster::Sleep(1000);
            EXPECT_EQ(IMP_FULL, rpc_import_state(ImportOf(c.client(2), 0)));
            c.PowerOnOst(0);
            const ktime_t start = ktime_get();
            ASSERT_EQ(0, c.client(1).Write("/f", 0, "after!"));
            ASSERT_EQ(0, c.client(1).Flush());
            EXPECT_LT(ktime_ms_delta(ktime_get(), start), kAtOnceMs);
            ExpectFile(c.client(2), "/f", "after!");
            EXPECT_TRUE(floor_log_contains("recovery is over"));
            EXPECT_FALSE(floor_log_contains("evicted"));
        });
    }
}

// At the other home, even while a client asks at the first one, which does not answer.
TEST_F(SimNoticeTest, ClientsGoWhereTheTargetIs) {
    for (const uint64_t seed : Seeds(3)) {
        RunSim({.seed = seed, .pairs = true}, [](SimCluster &c) {
            c.PowerOffOst(0);
            Lose(c.client(), 0);
            c.MoveOst(0);
            SimCluster::Sleep(30000);
            c.PowerOnOst(0);
            const int64_t ms = MsUntilConnected(ImportOf(c.client(), 0));
            EXPECT_GE(ms, 0);
            EXPECT_LT(ms, kAtOnceMs);
        });
    }
}

// Who does not hear it finds the target by himself; those who do not answer the MGS hold nobody else up.
TEST_F(SimNoticeTest, ALostNoticeDoesNoHarm) {
    for (const uint64_t seed : Seeds(3)) {
        RunSim({.seed = seed, .clients = 2}, [this](SimCluster &c) {
            ASSERT_EQ(0, c.client(0).Create("/f"));
            c.net.Cut(SimCluster::kMdsNode, c.client(1).node(), true);
            c.PowerOffOst(0);
            Lose(c.client(0), 0);
            Lose(c.client(1), 0);
            SimCluster::Sleep(30000);
            c.PowerOnOst(0);
            // In recovery, and so connected, or already through it.
            SimCluster::Sleep(kAtOnceMs);
            EXPECT_LE(IMP_REPLAY, rpc_import_state(ImportOf(c.client(0), 0)));
            EXPECT_LE(0, MsUntilConnected(ImportOf(c.client(1), 0)));
            c.net.Cut(SimCluster::kMdsNode, c.client(1).node(), false);
            SimCluster::Sleep(120000);
            ASSERT_EQ(0, c.client(1).Write("/f", 0, "later"));
            ExpectFile(c.client(0), "/f", "later");
            EXPECT_FALSE(floor_log_contains("evicted by ost"));
        });
    }
}

// A restarted MGS knows nothing, and its clients take their locks anew.
TEST_F(SimNoticeTest, ARestartedMgsTellsAsBefore) {
    for (const uint64_t seed : Seeds(3)) {
        RunSim({.seed = seed, .pairs = true}, [](SimCluster &c) {
            c.PowerOffMds();
            c.MoveMds();
            c.PowerOnMds();
            ASSERT_EQ(0, c.client().Mkdir("/dir"));
            SimCluster::Sleep(40000);
            EXPECT_LT(LongestMsOfReturn(c), kAtOnceMs);
        });
    }
}

// An OST that starts before the MGS does not wait for it, and tells it later; one that stops first stops at once.
TEST_F(SimNoticeTest, TargetsDoNotNeedTheMgs) {
    RunSim({.seed = 1, .osts = 2}, [this](SimCluster &c) {
        ASSERT_EQ(0, c.client().Create("/f", -1));
        c.PowerOffMds();
        c.PowerOffOst(0);
        c.PowerOffOst(1);
        ktime_t start = ktime_get();
        c.PowerOnOst(0);
        c.PowerOnOst(1);
        SimCluster::Sleep(3000);
        c.RestartOst(1, SimCluster::kKeepClients);
        EXPECT_LT(ktime_ms_delta(ktime_get(), start), 4000);
        SimCluster::Sleep(60000);
        c.PowerOnMds();
        ASSERT_EQ(0, c.client().Write("/f", 0, std::string(200000, 'x')));
        ExpectFile(c.client(), "/f", std::string(200000, 'x'));
    });
}

// Old news, and news of what nobody knows: no connection is given up for them.
TEST_F(SimNoticeTest, AStaleNoticeDoesNoHarm) {
    RunSim({.seed = 1}, [](SimCluster &c) {
        rpc_import *imp = ImportOf(c.client(), 0);
        NodeScope scope(c.client().node());
        const uint32_t instance = le32_to_cpu(rpc_import_granted(imp)->instance);
        const lnet_nid_t there = SimNet::Nid(SimCluster::OstNode(0)), elsewhere = SimNet::Nid(77);
        const auto expect_connected = [&] {
            SimCluster::Sleep(5);
            EXPECT_EQ(IMP_FULL, rpc_import_state(imp));
            EXPECT_FALSE(floor_log_contains("was lost"));
        };

        EXPECT_NE(0u, instance);
        rpc_target_is_up("ost0_UUID", &there, 1, instance);
        expect_connected();
        rpc_target_is_up("ost0_UUID", &there, 1, instance - 1);
        expect_connected();
        rpc_target_is_up("ost0_UUID", &elsewhere, 1, instance + 1);
        expect_connected();
        rpc_target_is_up("ost7_UUID", &there, 1, instance + 1);
        expect_connected();
        // A lie costs a connect, and nothing else.
        rpc_target_is_up("ost0_UUID", &there, 1, instance + 1);
        EXPECT_EQ(0, rpc_import_wait(imp, 10));
        EXPECT_EQ(0, c.client().Create("/f"));
        EXPECT_EQ(0, c.client().Write("/f", 0, "fine"));
        EXPECT_EQ(0, c.client().Sync());
        EXPECT_FALSE(floor_log_contains("evicted"));
    });
}

// ---- what the MGS says, message by message ----

// A target of file system "other" on node 5 says that it is up.
int Announce(SimClient &client, const char *fsname, unsigned int index, uint32_t instance, lnet_nid_t nid) {
    rpc_request *req = rpc_new(client.mgs(), &fmt_mgs_target_reg, OP_MGS_TARGET_REG);
    EXPECT_EQ(0, rpc_pack(req));
    auto *info = static_cast<wire_target_info *>(rpc_req_buf(req, WF_TARGET_INFO));
    info->index = cpu_to_le32(index);
    info->flags = cpu_to_le32(TARGET_TYPE_OST);
    info->instance = cpu_to_le32(instance);
    snprintf(info->fsname, sizeof(info->fsname), "%s", fsname);
    snprintf(info->uuid, sizeof(info->uuid), "u%u", index);
    info->nids[0] = cpu_to_le64(nid);
    info->nid_count = cpu_to_le32(1);
    const int rc = rpc_call(req);
    rpc_put(req);
    return rc;
}

struct Table {
    int rc;
    uint64_t offset, size;
    std::vector<nidtbl_entry> entries;
};

Table ReadTable(SimClient &client, const char *name, uint64_t from, uint8_t nid_size = 0,
                uint16_t type = CONFIG_TYPE_RECOVER, uint8_t bits = 12) {
    constexpr unsigned int kPages = 4;
    rpc_request *req = rpc_new(client.mgs(), &fmt_mgs_config_read, OP_MGS_CONFIG_READ);
    page *pages[kPages];
    bio_vec bv[kPages];
    Table table = {};

    for (unsigned int i = 0; i < kPages; i++) {
        pages[i] = alloc_page(GFP_KERNEL);
        bvec_set_page(&bv[i], pages[i], PAGE_SIZE, 0);
    }
    EXPECT_EQ(0, rpc_pack(req));
    EXPECT_EQ(0, rpc_bulk(req, false, PORTAL_MGS_BULK, bv, kPages, kPages * PAGE_SIZE));
    auto *body = static_cast<wire_config_body *>(rpc_req_buf(req, WF_CONFIG_BODY));
    snprintf(body->name, sizeof(body->name), "%s", name);
    body->offset = cpu_to_le64(from);
    body->type = cpu_to_le16(type);
    body->nid_size = nid_size;
    body->unit_bits = bits;
    body->units = cpu_to_le32(kPages);
    table.rc = rpc_call(req);
    if (!table.rc) {
        auto *res = static_cast<wire_config_res *>(rpc_rep_buf(req, WF_CONFIG_RES, nullptr));
        table.offset = le64_to_cpu(res->offset);
        table.size = le64_to_cpu(res->size);
        nidtbl_entry entry;
        u32 off = 0;
        while (nidtbl_next(page_address(pages[0]), rpc_bulk_moved(req), &off, &entry) > 0)
            table.entries.push_back(entry);
        EXPECT_EQ(off, rpc_bulk_moved(req));
    }
    rpc_put(req);
    for (page *p : pages)
        put_page(p);
    return table;
}

TEST_F(SimNoticeTest, TheTableGrowsAndComesInPieces) {
    RunSim({.seed = 1}, [](SimCluster &c) {
        constexpr unsigned int kOsts = 300;
        const lnet_nid_t nid = SimNet::Nid(5);
        std::string text = "sheen-config 1\nfsname other\nlov l 65536 1 -1 0\nmdt 0 m 10.0.0.4@tcp\n", why;
        for (unsigned int i = 0; i < kOsts; i++)
            text += "ost " + std::to_string(i) + " u" + std::to_string(i) + " 10.0.0.4@tcp 10.0.0.9@tcp,10.0.0.5@tcp\n";
        {
            NodeScope scope(SimCluster::kMdsNode);
            ASSERT_EQ(0, SimCluster::DeviceOp("MGS", "conf_set", {"other", text}, &why)) << why;
        }
        NodeScope scope(c.client().node());

        // Nobody has come up yet: a version all the same, and no entries.
        Table table = ReadTable(c.client(), "other-cliir", 1);
        ASSERT_EQ(0, table.rc);
        const uint64_t first = table.size;
        EXPECT_EQ(table.offset, table.size);
        EXPECT_LE(2u, first);
        EXPECT_TRUE(table.entries.empty());

        EXPECT_EQ(-ENOENT, Announce(c.client(), "nothing", 0, 1, nid));
        EXPECT_EQ(-ENOENT, Announce(c.client(), "other", kOsts, 1, nid));
        EXPECT_EQ(-ENOENT, Announce(c.client(), "other", 0, 1, SimNet::Nid(77)));
        EXPECT_EQ(-EPROTO, Announce(c.client(), "other", 0, 0, nid));
        for (unsigned int i = 0; i < kOsts; i++)
            ASSERT_EQ(0, Announce(c.client(), "other", i, 7, nid));
        ASSERT_EQ(0, Announce(c.client(), "other", 3, 8, nid));

        for (const uint8_t nid_size : {0, 20}) {
            std::set<uint32_t> seen;
            uint64_t version = first;
            unsigned int pieces = 0;
            do {
                table = ReadTable(c.client(), "other-cliir", version + 1, nid_size);
                ASSERT_EQ(0, table.rc);
                for (const nidtbl_entry &entry : table.entries) {
                    EXPECT_LT(version, entry.version);
                    version = entry.version;
                    EXPECT_EQ(entry.index == 3 ? 8u : 7u, entry.instance);
                    EXPECT_FALSE(entry.is_mdt);
                    ASSERT_EQ(2u, entry.nr_nids) << "all NIDs of its home, as the log has them";
                    EXPECT_EQ(SimNet::Nid(9), entry.nids[0]);
                    EXPECT_EQ(SimNet::Nid(5), entry.nids[1]);
                    seen.insert(entry.index);
                }
                EXPECT_EQ(version, table.offset);
                pieces++;
            } while (table.offset < table.size);
            EXPECT_LT(1u, pieces);
            EXPECT_EQ(kOsts, seen.size());
            EXPECT_EQ(first + kOsts + 1, table.size);
        }
        // Only what is new.
        table = ReadTable(c.client(), "other-cliir", table.size);
        ASSERT_EQ(1u, table.entries.size());
        EXPECT_EQ(3u, table.entries[0].index);
        table = ReadTable(c.client(), "other-cliir", table.size + 1);
        EXPECT_EQ(0, table.rc);
        EXPECT_TRUE(table.entries.empty());
        EXPECT_EQ(table.offset, table.size);

        EXPECT_EQ(-EOPNOTSUPP, ReadTable(c.client(), "other-cliir", 1, 0, 4).rc);
        EXPECT_EQ(-ENOENT, ReadTable(c.client(), "other-mdtir", 1).rc);
        EXPECT_EQ(-ENOENT, ReadTable(c.client(), "-cliir", 1).rc);
        EXPECT_EQ(-ENOENT, ReadTable(c.client(), "nothing-cliir", 1).rc);
        EXPECT_EQ(-EPROTO, ReadTable(c.client(), "other-cliir", 1, 0, CONFIG_TYPE_RECOVER, 11).rc);
    });
}

}  // namespace
