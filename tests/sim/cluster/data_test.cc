// SPDX-License-Identifier: GPL-2.0
// Data striped over two OSTs, and two clients that take it from each other.
#include "tests/sim/cluster/cluster.h"

#include <random>

#include <linux/mm.h>

#include <floor.h>

#include "tests/sim/cluster/node_scope.h"

namespace {

class SimDataTest : public SimTest {};

TEST_F(SimDataTest, WriteAndReadBackStriped) {
    RunSim({.seed = 1, .osts = 2}, [](SimCluster &c) {
        std::mt19937_64 random(1);
        SimClient &cl = c.client();
        const std::string content = Random(&random, 1500001);
        SimStat st;

        ASSERT_EQ(0, cl.Create("/f", -1));
        ASSERT_EQ(0, cl.Stat("/f", &st));
        EXPECT_EQ(2u, st.stripes);
        ASSERT_EQ(0, cl.Write("/f", 0, content));
        ExpectFile(cl, "/f", content);
        // From the OSTs, after all that was cached is gone.
        cl.Unmount();
        ASSERT_EQ(0, cl.Mount());
        ExpectFile(cl, "/f", content);
    });
}

TEST_F(SimDataTest, HolesReadAsZeros) {
    RunSim({.seed = 2, .osts = 2}, [](SimCluster &c) {
        SimClient &cl = c.client();
        std::string content(500000, 0), data;

        ASSERT_EQ(0, cl.Create("/f", -1));
        ASSERT_EQ(0, cl.Write("/f", 499990, "0123456789"));
        content.replace(499990, 10, "0123456789");
        ExpectFile(cl, "/f", content);
        ASSERT_EQ(0, cl.Write("/f", 70000, "abc"));
        content.replace(70000, 3, "abc");
        ASSERT_EQ(0, cl.Sync());
        ExpectFile(cl, "/f", content);
        ASSERT_EQ(0, cl.Read("/f", 500000, 10, &data));
        EXPECT_EQ("", data);
    });
}

TEST_F(SimDataTest, TruncateCutsAndExtends) {
    RunSim({.seed = 3, .osts = 2, .clients = 2}, [](SimCluster &c) {
        std::mt19937_64 random(3);
        std::string content = Random(&random, 300000);

        ASSERT_EQ(0, c.client(0).Create("/f", -1));
        ASSERT_EQ(0, c.client(0).Write("/f", 0, content));
        for (const uint64_t size : {250001, 65536, 65535, 200000, 1, 0}) {
            SimClient &other = c.client(size % 2);
            content.resize(size);
            ASSERT_EQ(0, other.Truncate("/f", size));
            ExpectFile(c.client(0), "/f", content);
            ExpectFile(c.client(1), "/f", content);
        }
    });
}

TEST_F(SimDataTest, SecondClientSeesTheFirstOnesWrites) {
    RunSim({.seed = 4, .osts = 2, .clients = 2}, [](SimCluster &c) {
        std::mt19937_64 random(4);
        std::string content = Random(&random, 400000);

        ASSERT_EQ(0, c.client(0).Create("/f", -1));
        ASSERT_EQ(0, c.client(0).Write("/f", 0, content));
        ExpectFile(c.client(1), "/f", content);
        for (int i = 0; i < 20; i++) {
            const std::string part = Random(&random, 1 + random() % 100000);
            const uint64_t at = random() % (content.size() - part.size());
            content.replace(at, part.size(), part);
            ASSERT_EQ(0, c.client(i % 2).Write("/f", at, part));
            ExpectFile(c.client((i + 1) % 2), "/f", content);
        }
    });
}

// The size is asked from who writes, without taking the lock away.
TEST_F(SimDataTest, GlimpseLeavesTheWriterItsLock) {
    RunSim({.seed = 5, .osts = 2, .clients = 2}, [](SimCluster &c) {
        SimStat st;
        u64 locks, unused, resources, locks_after;

        ASSERT_EQ(0, c.client(0).Create("/f", -1));
        ASSERT_EQ(0, c.client(0).Write("/f", 0, std::string(100000, 'x')));
        ldlm_namespace_counts(osc_namespace(c.client(0).osc(0)), &locks, &unused, &resources);
        EXPECT_LT(0u, locks);
        ASSERT_EQ(0, c.client(1).Stat("/f", &st));
        EXPECT_EQ(100000u, st.size);
        ldlm_namespace_counts(osc_namespace(c.client(0).osc(0)), &locks_after, &unused, &resources);
        EXPECT_EQ(locks, locks_after);
        ASSERT_EQ(0, c.client(0).Write("/f", 200000, "y"));
        ASSERT_EQ(0, c.client(1).Stat("/f", &st));
        EXPECT_EQ(200001u, st.size);
    });
}

// Whoever holds locks on a part of a file and asks for its size does not wait for one who waits for that part.
TEST_F(SimDataTest, ASizeIsToldWhileOthersWait) {
    RunSim({.seed = 8, .osts = 2, .clients = 3, .preempt_odds = 3}, [](SimCluster &c) {
        ASSERT_EQ(0, c.client(0).Create("/f", -1));
        ASSERT_EQ(0, c.client(0).Write("/f", 65536, "x"));
        c.Parallel([](SimClient &cl, unsigned int index) {
            struct fid fid;
            uint64_t handle;
            std::string data;
            ASSERT_EQ(0, cl.Open("/f", &handle, &fid));
            for (int i = 0; i < 40; i++) {
                EXPECT_EQ(0, index ? cl.Append(fid, "y") : cl.Read("/f", 65536, 1, &data));
            }
            EXPECT_EQ(0, cl.Close(fid, handle));
        });
        EXPECT_FALSE(floor_log_contains("evicted"));
    });
}

// A listing is kept under the directory's lock until somebody changes the directory.
TEST_F(SimDataTest, DirectoryLockKeepsAListingTrue) {
    RunSim({.seed = 6, .clients = 2}, [](SimCluster &c) {
        std::vector<std::string> names;

        ASSERT_EQ(0, c.client(0).Mkdir("/d"));
        ASSERT_EQ(0, c.client(0).Create("/d/a"));
        ASSERT_EQ(0, c.client(1).List("/d", &names));
        EXPECT_EQ(std::vector<std::string>({"a"}), names);
        const uint64_t reads = c.client(1).listings_read();
        ASSERT_EQ(0, c.client(1).List("/d", &names));
        EXPECT_EQ(reads, c.client(1).listings_read()) << "not from the cache";
        ASSERT_EQ(0, c.client(0).Create("/d/b"));
        ASSERT_EQ(0, c.client(1).List("/d", &names));
        EXPECT_EQ(2u, names.size());
        ASSERT_EQ(0, c.client(0).Unlink("/d/a"));
        ASSERT_EQ(0, c.client(1).List("/d", &names));
        EXPECT_EQ(std::vector<std::string>({"b"}), names);
        ASSERT_EQ(0, c.client(0).Rename("/d/b", "/d/c"));
        ASSERT_EQ(0, c.client(1).List("/d", &names));
        EXPECT_EQ(std::vector<std::string>({"c"}), names);
    });
}

struct Held {
    uint64_t bits = 0;
    int locks = 0;
};

static void CountLock(ldlm_lock *lock, void *arg) {
    Held *held = static_cast<Held *>(arg);
    held->bits |= lock->policy.ibits;
    held->locks++;
}

// What a client's locks on a file keep true.
static Held LocksOf(SimClient &cl, const struct fid &fid) {
    NodeScope scope(cl.node());
    ldlm_res_id res;
    Held held;
    ldlm_fid_res(&fid, &res);
    ldlm_resource_iterate(mdc_namespace(cl.mdc()), &res, CountLock, &held);
    return held;
}

// Who changes attributes gives up what the change makes untrue of his lock, and no more; the server knows.
TEST_F(SimDataTest, AChangeKeepsWhatElseALockCovers) {
    RunSim({.seed = 9, .clients = 2}, [](SimCluster &c) {
        SimClient &one = c.client(0), &two = c.client(1);
        const uint64_t names = IBIT_LOOKUP | IBIT_PERM;
        SimStat st;

        ASSERT_EQ(0, one.Create("/f"));
        ASSERT_EQ(0, one.Stat("/f", &st));
        ASSERT_EQ(0, two.Stat("/f", &st));
        EXPECT_EQ(names | IBIT_UPDATE | IBIT_XATTR, LocksOf(one, st.fid).bits & ~IBIT_LAYOUT);
        ASSERT_EQ(0, one.SetTimes("/f", {1, 1}, {2, 2}, {st.times.ctime.tv_sec + 1, 0}));
        EXPECT_EQ(names | IBIT_XATTR, LocksOf(one, st.fid).bits & ~IBIT_LAYOUT);
        EXPECT_EQ(0u, LocksOf(two, st.fid).bits);
        for (unsigned int mode = 0600; mode < 0620; mode++) {
            ASSERT_EQ(0, one.Chmod("/f", mode));
            EXPECT_EQ(0u, LocksOf(one, st.fid).bits & (names | IBIT_UPDATE));
            EXPECT_TRUE(LocksOf(one, st.fid).bits & IBIT_XATTR);
            ASSERT_EQ(0, two.Stat("/f", &st));
            EXPECT_EQ(mode, st.mode & 0777);
            ASSERT_EQ(0, one.Stat("/f", &st));
            EXPECT_EQ(mode, st.mode & 0777);
            EXPECT_LE(LocksOf(one, st.fid).locks, 2);
        }
        ASSERT_EQ(0, one.Chmod("/f", 0644));
        EXPECT_TRUE(LocksOf(one, st.fid).bits & IBIT_XATTR);
        ASSERT_EQ(0, two.SetXattr("/f", "user.a", "b"));
        EXPECT_EQ(0u, LocksOf(one, st.fid).bits & IBIT_XATTR) << "the server did not call back";
    });
}

// Two clients write pages of the same file at once: every page is one of them as a whole.
TEST_F(SimDataTest, PagesAreWholeUnderContention) {
    RunSim({.seed = 7, .osts = 2, .clients = 3}, [](SimCluster &c) {
        constexpr int kPages = 12;
        std::string data;

        ASSERT_EQ(0, c.client(0).Create("/f", -1));
        ASSERT_EQ(0, c.client(0).Truncate("/f", 0));
        c.Parallel([](SimClient &cl, unsigned int index) {
            std::mt19937_64 random(index);
            for (int i = 0; i < 60; i++) {
                const uint64_t page = random() % kPages;
                const std::string text(PAGE_SIZE, static_cast<char>('a' + index));
                ASSERT_EQ(0, cl.Write("/f", page * 16 * PAGE_SIZE, text));
                std::string got;
                const uint64_t other = random() % kPages;
                ASSERT_EQ(0, cl.Read("/f", other * 16 * PAGE_SIZE, PAGE_SIZE, &got));
                if (!got.empty()) {
                    EXPECT_EQ(std::string(got.size(), got[0]), got);
                }
            }
        });
    });
}

// Transfers that wait for their turn and then cannot be sent end one after the other, not one within the other.
TEST_F(SimDataTest, QueuedTransfersEndFlatWithoutMemory) {
    RunSim({.seed = 30}, [](SimCluster &c) {
        constexpr int kTransfers = 20000;
        NodeScope scope(c.client().node());
        struct osc *osc = c.client().osc(0);
        page *const memory = alloc_page(GFP_KERNEL);
        std::vector<osc_page> pages(kTransfers);
        std::vector<osc_io> transfers(kTransfers);
        int ended = 0;

        for (int i = 0; i < kTransfers; i++) {
            pages[i].page = memory;
            pages[i].len = PAGE_SIZE;
            transfers[i].osc = osc;
            transfers[i].obj = {FID_SEQ_OST(0), 1, 0};
            transfers[i].nr = 1;
            transfers[i].pages = &pages[i];
            transfers[i].done = [](osc_io *io, int, uint32_t) { ++*static_cast<int *>(io->arg); };
            transfers[i].arg = &ended;
            osc_submit(&transfers[i]);
        }
        floor_fail_alloc_odds(1);
        rpc_import_set_active(osc_import(osc), false);
        for (int i = 0; i < 100 && ended < kTransfers; i++)
            SimCluster::Sleep(100);
        floor_fail_alloc_odds(0);
        EXPECT_EQ(kTransfers, ended);
        rpc_import_set_active(osc_import(osc), true);
        put_page(memory);
    });
}

// A page of a file's first object as a stock client does direct I/O: without a lock, the server is to take one. Returns the
// bytes read, 0 for a write.
int DirectIo(SimClient &client, const std::string &path, bool write, std::string *data) {
    std::string ea;
    EXPECT_EQ(0, client.GetXattr(path, "trusted.lov", &ea));
    NodeScope scope(client.node());
    page *const memory = alloc_page(GFP_KERNEL);
    bio_vec piece = {memory, PAGE_SIZE, 0};
    rpc_request *req = rpc_new(osc_import(client.osc(0)), write ? &fmt_ost_write : &fmt_ost_read,
                               write ? OP_OST_WRITE : OP_OST_READ);

    rpc_set_portal(req, PORTAL_OST_IO);
    rpc_req_len(req, WF_NIOBUF, sizeof(wire_niobuf));
    if (write)
        rpc_rep_len(req, WF_RCS, sizeof(__le32));
    EXPECT_EQ(0, rpc_pack(req));
    EXPECT_EQ(0, rpc_bulk(req, write, PORTAL_OST_BULK, &piece, 1, PAGE_SIZE));
    auto *ioo = static_cast<wire_ioobj *>(rpc_req_buf(req, WF_IOOBJ));
    auto *nio = static_cast<wire_niobuf *>(rpc_req_buf(req, WF_NIOBUF));
    auto *oa = static_cast<wire_obdo *>(rpc_req_buf(req, WF_OBDO));
    ioo->id = oa->id = reinterpret_cast<const wire_lov_v1 *>(ea.data())->objects[0].id;
    ioo->bufcnt = cpu_to_le32(1);
    nio->len = cpu_to_le32(PAGE_SIZE);
    nio->flags = cpu_to_le32(BRW_SRVLOCK | (write ? BRW_SYNC : 0));
    oa->valid = cpu_to_le64(VALID_ID | VALID_GROUP);
    if (write)
        memcpy(page_address(memory), data->data(), PAGE_SIZE);
    const int rc = rpc_call(req);
    if (!write)
        data->assign(static_cast<char *>(page_address(memory)), PAGE_SIZE);
    rpc_put(req);
    put_page(memory);
    return rc;
}

TEST_F(SimDataTest, TheServerLocksForClientsWithoutALock) {
    RunSim({.seed = 32, .clients = 2}, [](SimCluster &c) {
        std::string page(PAGE_SIZE, 'a'), found;

        // What the other has in its cache is written back first.
        ASSERT_EQ(0, c.client(0).Create("/f"));
        ASSERT_EQ(0, c.client(0).Write("/f", 0, page));
        ASSERT_EQ(int(PAGE_SIZE), DirectIo(c.client(1), "/f", false, &found));
        EXPECT_EQ(page, found);
        // And dropped, so that it does not come over what is written now.
        ASSERT_EQ(0, c.client(0).Write("/f", 0, std::string(PAGE_SIZE, 'b')));
        page.assign(PAGE_SIZE, 'c');
        ASSERT_EQ(0, DirectIo(c.client(1), "/f", true, &page));
        ASSERT_EQ(0, c.client(0).Flush());
        ExpectFile(c.client(0), "/f", page);
        ExpectFile(c.client(1), "/f", page);
    });
}

// A write or read of @pieces pages of object 1 that says its data is in the message, where @inlined bytes are.
int ShortIo(SimClient &client, bool write, unsigned int pieces, uint32_t piece, uint32_t inlined) {
    NodeScope scope(client.node());
    rpc_request *req = rpc_new(osc_import(client.osc(0)), write ? &fmt_ost_write : &fmt_ost_read,
                               write ? OP_OST_WRITE : OP_OST_READ);

    rpc_set_portal(req, PORTAL_OST_IO);
    rpc_req_len(req, WF_NIOBUF, pieces * sizeof(wire_niobuf));
    if (write) {
        rpc_req_len(req, WF_SHORT_IO, inlined);
        rpc_rep_len(req, WF_RCS, pieces * sizeof(__le32));
    } else {
        rpc_rep_len(req, WF_SHORT_IO, inlined);
    }
    EXPECT_EQ(0, rpc_pack(req));
    auto *ioo = static_cast<wire_ioobj *>(rpc_req_buf(req, WF_IOOBJ));
    auto *nio = static_cast<wire_niobuf *>(rpc_req_buf(req, WF_NIOBUF));
    auto *oa = static_cast<wire_obdo *>(rpc_req_buf(req, WF_OBDO));
    oa->id.fid.seq = cpu_to_le64(FID_SEQ_OST(0));
    oa->id.fid.oid = cpu_to_le32(1);
    ioo->id = oa->id;
    ioo->bufcnt = cpu_to_le32(pieces);
    for (unsigned int i = 0; i < pieces; i++) {
        nio[i].offset = cpu_to_le64(uint64_t{i} * 2 * piece);
        nio[i].len = cpu_to_le32(piece);
    }
    oa->valid = cpu_to_le64(VALID_ID | VALID_GROUP | VALID_FLAGS);
    oa->flags = cpu_to_le32(OFL_SHORT_IO);
    const int rc = rpc_call(req);
    rpc_put(req);
    return rc;
}

TEST_F(SimDataTest, DataInTheMessageIsWhereItIsSaidToBe) {
    RunSim({.seed = 33}, [](SimCluster &c) {
        SimClient &cl = c.client();

        ASSERT_EQ(0, cl.Create("/f"));
        EXPECT_EQ(0, ShortIo(cl, true, 1, 3000, 3000));
        EXPECT_EQ(3000, ShortIo(cl, false, 1, 4000, 4000));
        // Too little, too much, nothing, in two pieces, more than fits.
        EXPECT_EQ(-EPROTO, ShortIo(cl, true, 1, 3000, 2999));
        EXPECT_EQ(-EPROTO, ShortIo(cl, true, 1, 3000, 3001));
        EXPECT_EQ(-EPROTO, ShortIo(cl, true, 1, 3000, 0));
        EXPECT_EQ(-EPROTO, ShortIo(cl, true, 2, 1000, 2000));
        EXPECT_EQ(-EPROTO, ShortIo(cl, true, 1, 65537, 65537));
        EXPECT_EQ(-EPROTO, ShortIo(cl, false, 2, 1000, 2000));
        EXPECT_EQ(-EPROTO, ShortIo(cl, false, 1, 65537, 65537));
    });
}

// The answer to a request that is nothing but its body.
int AskBare(rpc_import *imp, u32 opc, u32 portal) {
    rpc_request *req = rpc_new(imp, &fmt_ping, opc);

    EXPECT_EQ(0, rpc_pack(req));
    if (portal)
        rpc_set_portal(req, portal);
    const int rc = rpc_call(req);
    rpc_put(req);
    return rc;
}

// Servers look whether a buffer is there before they look into it.
TEST_F(SimDataTest, RequestsWithoutTheirBuffersAreRefused) {
    RunSim({.seed = 31}, [](SimCluster &c) {
        NodeScope scope(c.client().node());
        rpc_import *const ost = osc_import(c.client().osc(0)), *const mdt = mdc_import(c.client().mdc());

        for (u32 opc : {OP_OST_GETATTR, OP_OST_SETATTR, OP_OST_DESTROY, OP_OST_PUNCH, OP_OST_SYNC, OP_LDLM_ENQUEUE,
                        OP_LDLM_CANCEL})
            EXPECT_EQ(-EPROTO, AskBare(ost, opc, 0)) << opc;
        EXPECT_EQ(-EPROTO, AskBare(ost, OP_OST_CREATE, PORTAL_OST_CREATE));
        for (u32 opc : {OP_OST_READ, OP_OST_WRITE})
            EXPECT_EQ(-EPROTO, AskBare(ost, opc, PORTAL_OST_IO)) << opc;
        for (u32 opc : {OP_MDS_GETATTR, OP_MDS_GETATTR_NAME, OP_MDS_GETXATTR, OP_MDS_READPAGE, OP_MDS_CLOSE,
                        OP_MDS_REINT, OP_MDS_SYNC, OP_MDS_SET_INFO, OP_LDLM_ENQUEUE, OP_LDLM_CANCEL, OP_SEQ_QUERY,
                        OP_FLD_QUERY})
            EXPECT_EQ(-EPROTO, AskBare(mdt, opc, 0)) << opc;
        for (u32 opc : {OP_LLOG_CREATE, OP_LLOG_READ_HEADER, OP_LLOG_NEXT_BLOCK})
            EXPECT_EQ(-EPROTO, AskBare(c.client().mgs(), opc, 0)) << opc;
    });
}

}  // namespace
