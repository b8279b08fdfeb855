// SPDX-License-Identifier: GPL-2.0
// Where files have data, and disks that are full.
#include "tests/sim/cluster/cluster.h"

#include <cerrno>
#include <random>

#include <linux/falloc.h>
#include <linux/mm.h>

#include <floor.h>

#include "obd/osd/mem/mem.h"
#include "tests/sim/cluster/node_scope.h"

namespace {

constexpr uint64_t kUnit = 65536;  // of files made with "stripes"
constexpr int kKeep = FALLOC_FL_KEEP_SIZE, kPunch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

class SimSpaceTest : public SimTest {
protected:
    static uint64_t Seek(SimClient &client, const std::string &path, uint64_t from, bool hole) {
        uint64_t pos = 0;
        const int rc = client.Seek(path, from, hole, &pos);
        EXPECT_TRUE(!rc || rc == -ENXIO) << rc;
        return rc ? ~0ULL : pos;
    }
};

TEST_F(SimSpaceTest, HolesAndZeros) {
    RunSim({.seed = 40, .osts = 2, .clients = 2}, [](SimCluster &c) {
        std::mt19937_64 random(40);
        std::string content = Random(&random, 5 * kUnit + 777);

        ASSERT_EQ(0, c.client(0).Create("/f", -1));
        ASSERT_EQ(0, c.client(0).Write("/f", 0, content));
        for (int i = 0; i < 20; i++) {
            const uint64_t at = random() % content.size(), length = 1 + random() % (2 * kUnit);
            const int mode = i % 2 ? kPunch : FALLOC_FL_ZERO_RANGE;
            SimClient &one = c.client(random() % 2);

            ASSERT_EQ(0, one.Fallocate("/f", mode, at, length));
            if (mode != kPunch)
                content.resize(std::max<uint64_t>(content.size(), at + length));
            content.replace(at, std::min(length, content.size() - at), std::min(length, content.size() - at), 0);
            ExpectFile(c.client(0), "/f", content);
            ExpectFile(c.client(1), "/f", content);
            // Some of what the hole took is written again, by who has not made it.
            const std::string part = Random(&random, 1 + random() % kUnit);
            const uint64_t where = random() % content.size();
            if (where + part.size() > content.size())
                content.resize(where + part.size());
            content.replace(where, part.size(), part);
            ASSERT_EQ(0, c.client(i % 2).Write("/f", where, part));
        }
        ExpectFile(c.client(1), "/f", content);
    });
}

TEST_F(SimSpaceTest, SpaceIsSetAside) {
    RunSim({.seed = 41, .osts = 2, .clients = 2}, [](SimCluster &c) {
        std::vector<osd_extent> extents;
        SimStat st;
        bool last;

        ASSERT_EQ(0, c.client(0).Create("/f", -1));
        ASSERT_EQ(0, c.client(0).Fallocate("/f", kKeep, 0, 3 * kUnit));
        ASSERT_EQ(0, c.client(1).Stat("/f", &st));
        EXPECT_EQ(0u, st.size);
        ASSERT_EQ(0, c.client(1).Extents("/f", 0, ~0ULL >> 1, &extents, &last));
        uint64_t bytes = 0;
        for (const osd_extent &e : extents)
            bytes += e.length;
        EXPECT_EQ(3 * kUnit, bytes);
        EXPECT_TRUE(last);
        ASSERT_EQ(0, c.client(1).Fallocate("/f", 0, kUnit, 3 * kUnit + 5));
        ASSERT_EQ(0, c.client(0).Stat("/f", &st));
        EXPECT_EQ(4 * kUnit + 5, st.size);
        ExpectFile(c.client(0), "/f", std::string(4 * kUnit + 5, 0));
        EXPECT_EQ(-EOPNOTSUPP, c.client(0).Fallocate("/f", FALLOC_FL_COLLAPSE_RANGE, 0, kUnit));
    });
}

TEST_F(SimSpaceTest, DataAndHoles) {
    RunSim({.seed = 42, .osts = 2, .clients = 2}, [](SimCluster &c) {
        SimClient &other = c.client(1);

        ASSERT_EQ(0, c.client(0).Create("/f", -1));
        EXPECT_EQ(~0ULL, Seek(other, "/f", 0, false));
        EXPECT_EQ(~0ULL, Seek(other, "/f", 0, true));
        // Still in the first one's cache.
        ASSERT_EQ(0, c.client(0).Write("/f", 2 * kUnit + 8192, std::string(kUnit, 'x')));
        EXPECT_EQ(0u, Seek(other, "/f", 0, true));
        EXPECT_EQ(2 * kUnit + 8192, Seek(other, "/f", 0, false));
        EXPECT_EQ(3 * kUnit, Seek(other, "/f", 3 * kUnit, false));
        EXPECT_EQ(3 * kUnit + 8192, Seek(other, "/f", 2 * kUnit + 9000, true)) << "the end is a hole";
        EXPECT_EQ(~0ULL, Seek(other, "/f", 3 * kUnit + 8192, true));
        ASSERT_EQ(0, c.client(0).Truncate("/f", 10 * kUnit));
        EXPECT_EQ(~0ULL, Seek(other, "/f", 4 * kUnit, false));
        EXPECT_EQ(4 * kUnit, Seek(other, "/f", 4 * kUnit, true));
        ASSERT_EQ(0, other.Fallocate("/f", kPunch, 2 * kUnit, kUnit));
        EXPECT_EQ(3 * kUnit, Seek(c.client(0), "/f", 0, false));
    });
}

TEST_F(SimSpaceTest, ExtentsOfTheFile) {
    RunSim({.seed = 43, .osts = 2, .clients = 2}, [](SimCluster &c) {
        std::vector<osd_extent> extents;
        bool last;

        ASSERT_EQ(0, c.client(0).Create("/one", 1));
        ASSERT_EQ(0, c.client(0).Write("/one", 0, std::string(3 * kUnit, 'x')));
        ASSERT_EQ(0, c.client(1).Extents("/one", 0, ~0ULL >> 1, &extents, &last));
        ASSERT_EQ(1u, extents.size());
        EXPECT_EQ(3 * kUnit, extents[0].length);
        EXPECT_TRUE(last);
        // More of them than one answer has.
        ASSERT_EQ(0, c.client(0).Create("/many", -1));
        for (uint64_t i = 0; i < 300; i++)
            ASSERT_EQ(0, c.client(0).Write("/many", i * 8192, "x"));
        ASSERT_EQ(0, c.client(1).Extents("/many", 0, ~0ULL >> 1, &extents, &last));
        ASSERT_EQ(300u, extents.size());
        for (uint64_t i = 0; i < 300; i++)
            EXPECT_EQ(i * 8192, extents[i].logical);
        EXPECT_TRUE(last);
        ASSERT_EQ(0, c.client(1).Extents("/many", 8192, 3 * 8192, &extents, &last));
        EXPECT_EQ(2u, extents.size());
        EXPECT_FALSE(last);
    });
}

// A request of a stock client that leaves locking to the server.
TEST_F(SimSpaceTest, TheServerLocksForClientsWithoutALock) {
    RunSim({.seed = 44, .clients = 2}, [](SimCluster &c) {
        std::string ea;

        ASSERT_EQ(0, c.client(0).Create("/f"));
        ASSERT_EQ(0, c.client(0).Write("/f", 0, std::string(3 * PAGE_SIZE, 'x')));
        ASSERT_EQ(0, c.client(1).GetXattr("/f", "trusted.lov", &ea));
        NodeScope scope(c.client(1).node());
        rpc_import *const ost = osc_import(c.client(1).osc(0));
        wire_obdo oa = {};
        oa.id = reinterpret_cast<const wire_lov_v1 *>(ea.data())->objects[0].id;
        oa.valid = cpu_to_le64(VALID_ID | VALID_GROUP | VALID_FLAGS | VALID_SIZE | VALID_BLOCKS);
        oa.flags = cpu_to_le32(OFL_SRVLOCK);
        wire_obdo ask = oa;
        ask.size = cpu_to_le64(PAGE_SIZE);
        ask.mode = cpu_to_le32(SEEK_DATA);
        ASSERT_EQ(0, rpc_call_obdo(ost, OP_OST_SEEK, PORTAL_OST_REQUEST, 0, &ask, nullptr, &ask));
        EXPECT_EQ(PAGE_SIZE, le64_to_cpu(ask.size)) << "not written back first";
        ask = oa;
        ask.nlink = cpu_to_le32(kPunch);
        ask.size = cpu_to_le64(PAGE_SIZE);
        ask.blocks = cpu_to_le64(2 * PAGE_SIZE);
        ASSERT_EQ(0, rpc_call_obdo(ost, OP_OST_FALLOCATE, PORTAL_OST_IO, 0, &ask, nullptr, &ask));
        std::string content(3 * PAGE_SIZE, 'x');
        content.replace(PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, 0);
        ExpectFile(c.client(0), "/f", content);
        // What is broken is refused.
        ask = oa;
        ask.size = ask.blocks = cpu_to_le64(PAGE_SIZE);
        EXPECT_EQ(-EINVAL, rpc_call_obdo(ost, OP_OST_FALLOCATE, PORTAL_OST_IO, 0, &ask, nullptr, nullptr));
        ask.blocks = cpu_to_le64(~0ULL);
        EXPECT_EQ(-EFBIG, rpc_call_obdo(ost, OP_OST_FALLOCATE, PORTAL_OST_IO, 0, &ask, nullptr, nullptr));
        ask.valid = cpu_to_le64(VALID_ID);
        EXPECT_EQ(-EOPNOTSUPP, rpc_call_obdo(ost, OP_OST_FALLOCATE, PORTAL_OST_IO, 0, &ask, nullptr, nullptr));
        ask.mode = cpu_to_le32(SEEK_END);
        EXPECT_EQ(-EPROTO, rpc_call_obdo(ost, OP_OST_SEEK, PORTAL_OST_REQUEST, 0, &ask, nullptr, nullptr));
    });
}

// ---- full disks ----

// Writes until there is no space; how much was accepted, as a number of pieces.
uint64_t Fill(SimClient &client, const std::string &path, uint64_t piece) {
    for (uint64_t n = 0; n < 10000; n++) {
        const int rc = client.Write(path, n * piece, std::string(piece, static_cast<char>('a' + n % 26)));
        if (rc) {
            EXPECT_EQ(-ENOSPC, rc);
            return n;
        }
    }
    ADD_FAILURE() << "the disk does not fill up";
    return 0;
}

// "No space" is the answer to who writes; what was accepted is there, and other OSTs' files go on.
TEST_F(SimSpaceTest, FullOst) {
    RunSim({.seed = 50, .osts = 2, .clients = 2, .ost_bytes = {32 << 20}}, [](SimCluster &c) {
        std::string content, data;
        uint64_t filled;

        // Files of one stripe on either OST.
        std::vector<std::string> on[2];
        for (int i = 0; i < 6; i++) {
            const std::string name = "/f" + std::to_string(i);
            std::string ea;
            ASSERT_EQ(0, c.client(0).Create(name, 1));
            ASSERT_EQ(0, c.client(0).GetXattr(name, "trusted.lov", &ea));
            const auto *lov = reinterpret_cast<const wire_lov_v1 *>(ea.data());
            on[le32_to_cpu(lov->objects[0].idx)].push_back(name);
        }
        ASSERT_LE(2u, on[0].size());
        ASSERT_LE(1u, on[1].size());
        const std::string full = on[0][0], other = on[1][0];
        ASSERT_EQ(0, c.client(1).Fallocate(on[0][1], 0, 0, 16 << 20));
        filled = Fill(c.client(0), full, 10 * PAGE_SIZE);
        EXPECT_LT(200u, filled) << "most of the disk can be used";
        ASSERT_EQ(0, c.client(0).Sync()) << "what was accepted has its space";
        for (uint64_t n = 0; n < filled; n++)
            content += std::string(10 * PAGE_SIZE, static_cast<char>('a' + n % 26));
        c.client(0).Forget();
        ASSERT_EQ(0, c.client(1).Read(full, 0, content.size(), &data));
        EXPECT_TRUE(content == data);
        // What has space can be written again.
        ASSERT_EQ(0, c.client(1).Write(full, 0, std::string(PAGE_SIZE, '!')));
        ASSERT_EQ(0, c.client(1).Sync());
        EXPECT_EQ(-ENOSPC, c.client(0).Fallocate(full, kKeep, content.size(), 4 << 20));
        ASSERT_EQ(0, c.client(0).Write(other, 0, std::string(4 << 20, 'o')));
        ASSERT_EQ(0, c.client(0).Sync());
        // With space that somebody frees it works again, also in the cache.
        ASSERT_EQ(0, c.client(1).Unlink(on[0][1]));
        ASSERT_EQ(0, c.client(1).Truncate(full, 0));
        ASSERT_EQ(0, c.client(0).Write(full, 0, std::string(4 << 20, 'n')));
        ASSERT_EQ(0, c.client(0).Write(full, 4 << 20, std::string(4 << 20, 'n')));
        ASSERT_EQ(0, c.client(0).Sync());
        ExpectFile(c.client(1), full, std::string(8 << 20, 'n'));
    });
}

// Nor do those whose connection, or OST, goes and comes back.
TEST_F(SimSpaceTest, PromisesOutliveARestart) {
    for (const bool restart : {false, true}) {
        RunSim({.seed = 52, .clients = 2, .ost_bytes = {24 << 20}}, [restart](SimCluster &c) {
            const std::string content(12 << 20, 'd');
            uint64_t taken = 0;

            ASSERT_EQ(0, c.client(0).Create("/f"));
            ASSERT_EQ(0, c.client(1).Create("/g"));
            // Each write brings more promises than the connect has.
            for (int i = 0; i < 10; i++) {
                ASSERT_EQ(0, c.client(0).Write("/f", 0, std::string(PAGE_SIZE, 'd')));
                ASSERT_EQ(0, c.client(0).Flush());
            }
            ASSERT_EQ(0, c.client(0).Write("/f", 0, content));
            if (restart) {
                c.PowerOffOst(0);
                SimCluster::Sleep(3000);
                c.PowerOnOst(0);
            } else {
                NodeScope scope(c.client(0).node());
                ASSERT_EQ(0, rpc_import_recover(osc_import(c.client(0).osc(0)), LNET_NID_ANY));
            }
            SimCluster::Sleep(60000);
            while (!c.client(1).Fallocate("/g", 0, taken, 1 << 20))
                taken += 1 << 20;
            EXPECT_LT(0u, taken);
            EXPECT_EQ(0, c.client(0).Sync());
            ExpectFile(c.client(1), "/f", content);
        });
    }
}

// Clients that write at once never lose what they have in their caches.
TEST_F(SimSpaceTest, PromisesAreKept) {
    for (const uint64_t seed : Seeds(3)) {
        RunSim({.seed = seed, .clients = 3, .ost_bytes = {24 << 20}}, [](SimCluster &c) {
            std::vector<uint64_t> filled(c.clients());

            for (unsigned int i = 0; i < c.clients(); i++)
                ASSERT_EQ(0, c.client(i).Create("/f" + std::to_string(i)));
            ASSERT_EQ(0, c.client(0).Create("/large"));
            ASSERT_EQ(0, c.client(0).Fallocate("/large", 0, 0, 12 << 20));
            c.Parallel([&](SimClient &cl, unsigned int index) {
                filled[index] = Fill(cl, "/f" + std::to_string(index), (index + 1) * 3 * PAGE_SIZE);
                EXPECT_EQ(0, cl.Sync());
            });
            for (unsigned int i = 0; i < c.clients(); i++) {
                std::string content, data;
                for (uint64_t n = 0; n < filled[i]; n++)
                    content += std::string((i + 1) * 3 * PAGE_SIZE, static_cast<char>('a' + n % 26));
                ASSERT_EQ(0, c.client((i + 1) % 3).Read("/f" + std::to_string(i), 0, content.size(), &data));
                EXPECT_TRUE(content == data) << i;
            }
        });
    }
}

}  // namespace
