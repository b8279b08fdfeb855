// SPDX-License-Identifier: GPL-2.0
// Many seeds of a bad network: whatever it does, every MD gets exactly one last event and nothing is left over.
#include "tests/unit/lnet/lnet_fixture.h"

#include <linux/kthread.h>

namespace {

constexpr u32 kPortal = 20;
constexpr unsigned int kNodes = 3;
constexpr int kOps = 60;

class LnetFaultTest : public LnetTest, public testing::WithParamInterface<uint64_t> {
protected:
    // Starts operations of all kinds from node 1, with pauses in between.
    void SendTraffic(std::vector<std::unique_ptr<TestMd>> *mds, std::mt19937_64 *random) {
        for (int i = 0; i < kOps; i++) {
            const u32 len = (*random)() % 3 ? (*random)() % 200 : 100000;
            auto md = std::make_unique<TestMd>(len, 's');
            const lnet_nid_t to = SimNet::Nid(1 + (*random)() % kNodes);
            if (md->Bind())
                break;
            lnet_md_hold(md->md);
            const int rc = (*random)() % 2 ? lnet_put(md->md, to, kPortal, 1, 0, 0, (*random)() % 2, true)
                                           : lnet_get(md->md, to, kPortal, 1, 0, true);
            const bool abandon = (*random)() % 8 == 0;
            if (rc || abandon)
                lnet_md_unlink(md->md);
            lnet_md_drop(md->md);
            mds->push_back(std::move(md));
            if ((*random)() % 4 == 0)
                msleep((*random)() % 50);
        }
    }

    static void CheckAllGone(const std::vector<std::unique_ptr<TestMd>> &mds) {
        for (const auto &md : mds) {
            EXPECT_TRUE(md->gone);
            EXPECT_LE(md->events.size(), 3u);
        }
    }
};

TEST_P(LnetFaultTest, EveryMdEnds) {
    std::mt19937_64 random(GetParam());
    Run(
        kNodes,
        [&] {
            net->faults = {.loss = 0.1, .duplicate = 0.2, .broken = 0.1, .delay_min_us = 0, .delay_max_us = 20000};
            std::vector<std::unique_ptr<TestMd>> targets, mds;
            for (unsigned int node = 1; node <= kNodes; node++) {
                targets.push_back(std::make_unique<TestMd>(1000, 't'));
                On(node, [&] {
                    ASSERT_EQ(0, targets.back()->Attach(kPortal, 1, LNET_MD_PUT | LNET_MD_GET | LNET_MD_TRUNCATE));
                });
            }
            SendTraffic(&mds, &random);
            net->Cut(1, 2, true);
            SendTraffic(&mds, &random);
            msleep(1 + random() % 60000);
            net->Cut(1, 2, false);
            SendTraffic(&mds, &random);
            msleep(120000);
            CheckAllGone(mds);
            for (unsigned int node = 1; node <= kNodes; node++)
                On(node, [&] { lnet_md_unlink(targets[node - 1]->md); });
            CheckAllGone({});
            for (const auto &md : targets)
                EXPECT_TRUE(md->gone);
        },
        GetParam());
}

TEST_P(LnetFaultTest, TeardownWithTrafficInFlight) {
    std::mt19937_64 random(GetParam());
    Run(
        kNodes,
        [&] {
            net->faults = {.loss = 0.1, .duplicate = 0.1, .broken = 0, .delay_min_us = 0, .delay_max_us = 30000};
            std::vector<std::unique_ptr<TestMd>> mds;
            auto target = std::make_unique<TestMd>(1000);
            ASSERT_EQ(0, target->Attach(kPortal, 1, LNET_MD_PUT | LNET_MD_GET | LNET_MD_TRUNCATE));
            if (random() % 2)
                net->Cut(1, 3, true);
            SendTraffic(&mds, &random);
            lnet_report why = {};
            EXPECT_EQ(0, lnet_net_down(&why));
            CheckAllGone(mds);
            lnet_md_unlink(target->md);
            EXPECT_TRUE(target->gone);
            if (random() % 2) {
                EXPECT_EQ(0, lnet_net_up("tcp(10.0.0.1)", &why));
            }
        },
        GetParam());
}

INSTANTIATE_TEST_SUITE_P(Seeds, LnetFaultTest, testing::Range<uint64_t>(1, 101));

}  // namespace
