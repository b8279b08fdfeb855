// SPDX-License-Identifier: GPL-2.0
// Clients work while anything goes wrong at any moment, by a seed: servers lose power, also while they recover and more
// than one at once; connections are cut and mended; messages are lost, come twice, late and in any order. Nothing that was
// answered is lost or done twice, and nobody is evicted.
#include <atomic>

#include "tests/sim/cluster/worker.h"

#include <floor.h>

namespace {

// All of it by a seed, from a client that does nothing else.
class Trouble {
public:
    Trouble(SimCluster *c, const SimOptions &options) : c_(*c), osts_(options.osts), random_(options.seed * 7 + 3) {}

    void Once() {
        switch (Below(6)) {
            case 0:
                return PowerCut(true, false);
            case 1:
                return PowerCut(false, true);
            case 2:
                return PowerCut(true, true);
            case 3:
                return InRecovery();
            case 4:
                return Partition();
            case 5:
                return BadNetwork();
        }
    }

private:
    uint64_t Below(uint64_t n) { return random_() % n; }
    void Wait(uint64_t ms) { SimCluster::Sleep(Below(ms)); }

    void PowerCut(bool mds, bool ost) {
        const unsigned int index = Below(osts_);
        const bool ost_first = Below(2);

        if (mds)
            c_.PowerOffMds();
        if (ost)
            c_.PowerOffOst(index);
        Wait(3000);
        if (ost && ost_first)
            c_.PowerOnOst(index);
        if (mds)
            c_.PowerOnMds();
        if (ost && !ost_first)
            c_.PowerOnOst(index);
    }

    // The second cut comes at any step of the recovery from the first one.
    void InRecovery() {
        const bool mds = Below(2);
        const unsigned int index = Below(osts_);

        for (unsigned int stops = 2; stops; stops--) {
            mds ? c_.PowerOffMds() : c_.PowerOffOst(index);
            Wait(500);
            mds ? c_.PowerOnMds() : c_.PowerOnOst(index);
            Wait(1500);
        }
    }

    // Of a client, or the MDS, and a server; shorter than what costs a client its locks.
    void Partition() {
        const unsigned int from = Below(4) ? SimCluster::ClientNode(Below(c_.clients())) : SimCluster::kMdsNode;
        const unsigned int to =
            from == SimCluster::kMdsNode || Below(2) ? SimCluster::OstNode(Below(osts_)) : SimCluster::kMdsNode;

        c_.net.Cut(from, to, true);
        Wait(4000);
        c_.net.Cut(from, to, false);
    }

    void BadNetwork() {
        const SimFaults before = c_.net.faults;

        c_.net.faults.loss = 0.02;
        c_.net.faults.duplicate = 0.05;
        Wait(10000);
        c_.net.faults = before;
    }

    SimCluster &c_;
    const unsigned int osts_;
    std::mt19937_64 random_;
};

class SimStormTest : public SimTest {
protected:
    static constexpr int kSteps = 60;
};

TEST_F(SimStormTest, NothingIsLostAndNobodyEvicted) {
    for (const uint64_t seed : Seeds(30)) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        SimOptions options = OptionsOf(seed);
        options.clients++;
        RunSim(options, [&](SimCluster &c) {
            const unsigned int workers = options.clients - 1;
            std::atomic<unsigned int> working = workers;
            std::vector<Model> models;

            Prepare(&c, &models);
            models.pop_back();
            c.Parallel([&](SimClient &client, unsigned int index) {
                if (index < workers) {
                    Worker(&client, &models[index], seed * 100 + index).Run(kSteps);
                    working--;
                    return;
                }
                for (Trouble trouble(&c, options); working; SimCluster::Sleep(5000))
                    trouble.Once();
            });
            EXPECT_FALSE(floor_log_contains("evicted by"));
            EXPECT_FALSE(floor_log_contains("refused the replay"));
            CheckAll(&c, models);
            for (unsigned int i = 0; i < c.clients(); i++)
                c.client(i).Forget();
            CheckAll(&c, models);
        });
        if (HasFailure())
            break;
    }
}

}  // namespace
