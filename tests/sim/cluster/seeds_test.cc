// SPDX-License-Identifier: GPL-2.0
// Random work by several clients on random clusters with random faults, a seed each. Every client keeps a model of its
// own directory and compares all that it sees; at the end another client compares everything.
#include "tests/sim/cluster/worker.h"

#include <random>
#include <set>

#include <linux/stat.h>

#include <floor.h>

namespace {

class SimSeedsTest : public SimTest {
protected:
    static void Work(SimCluster &c, std::vector<Model> *models, uint64_t seed, int steps) {
        c.Parallel([&](SimClient &client, unsigned int index) {
            Worker(&client, &(*models)[index], seed * 100 + index).Run(steps);
        });
    }
};

TEST_F(SimSeedsTest, RandomWork) {
    for (const uint64_t seed : Seeds(30)) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        RunSim(OptionsOf(seed), [&](SimCluster &c) {
            std::vector<Model> models;
            Prepare(&c, &models);
            Work(c, &models, seed, 40);
            CheckAll(&c, models);
        });
        if (HasFailure())
            break;
    }
}

TEST_F(SimSeedsTest, RandomWorkOnABadNetwork) {
    for (const uint64_t seed : Seeds(30)) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        SimOptions options = OptionsOf(seed);
        options.faults.loss = 0.01;
        options.faults.duplicate = 0.01;
        RunSim(options, [&](SimCluster &c) {
            std::vector<Model> models;
            Prepare(&c, &models);
            Work(c, &models, seed, 40);
            CheckAll(&c, models);
        });
        if (HasFailure())
            break;
    }
}

// Servers lose power between two bursts of work; what was synced is there.
TEST_F(SimSeedsTest, RandomWorkAndPowerCuts) {
    for (const uint64_t seed : Seeds(30)) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const SimOptions options = OptionsOf(seed);
        RunSim(options, [&](SimCluster &c) {
            std::vector<Model> models;
            Prepare(&c, &models);
            for (unsigned int round = 0; round < 3; round++) {
                Work(c, &models, seed * 10 + round, 20);
                for (unsigned int i = 0; i < c.clients(); i++)
                    ASSERT_EQ(0, c.client(i).Sync());
                for (unsigned int i = 0; i < c.clients(); i++)
                    c.client(i).Unmount();
                const bool mds = (seed + round) % 3 == 0;
                const unsigned int ost = (seed + round) % options.osts;
                mds ? c.PowerOffMds() : c.PowerOffOst(ost);
                mds ? c.PowerOnMds() : c.PowerOnOst(ost);
                for (unsigned int i = 0; i < c.clients(); i++)
                    ASSERT_EQ(0, c.client(i).Mount());
                CheckAll(&c, models);
            }
        });
        if (HasFailure())
            break;
    }
}

// The MDS loses power under load, and the last client stays away after that.
class SimAwayTest : public SimSeedsTest {
protected:
    // The first two clients work while the third meddles and goes away.
    void Run(uint64_t seed, const std::function<void(SimClient &, unsigned int)> &work,
             const std::function<void(SimCluster &)> &check) {
        SimOptions options = OptionsOf(seed);
        std::mt19937_64 random(seed);

        options.clients = 3;
        RunSim(options, [&](SimCluster &c) {
            ASSERT_EQ(0, c.client(0).Mkdir("/m"));
            c.Parallel([&](SimClient &client, unsigned int index) {
                index == 2 ? GoAway(&c, &client, &random) : work(client, index);
            });
            EXPECT_FALSE(floor_log_contains("evicted by"));
            EXPECT_TRUE(floor_log_contains("2 of 3 clients are back"));
            ComeBack(&c);
            if (!HasFailure())
                check(c);
        });
    }

    // Names that others want, too, whatever becomes of it; the errors that may come of that.
    static void Meddle(SimClient *client, std::mt19937_64 *random) {
        static const std::set<int> kUsual = {0,          -ENOENT, -EEXIST, -EISDIR, -ENOTDIR, -ENOTEMPTY,
                                            -ESTALE,    -EINVAL, -EACCES, -EPERM,  -ENODATA};
        const auto name = [random] {
            const std::string dir = (*random)() % 3 ? "/m/" : "/m/n" + std::to_string((*random)() % 6) + "/";
            return dir + "n" + std::to_string((*random)() % 6);
        };
        const std::string from = name(), to = name();
        int rc = 0;

        switch ((*random)() % 9) {
            case 0:
                rc = client->Create(from);
                break;
            case 1:
                rc = client->Mkdir(from);
                break;
            case 2:
                rc = client->Rename(from, to, (*random)() % 4 ? 0 : EXTRA_RENAME_EXCHANGE);
                break;
            case 3:
                rc = client->Link(from, to);
                break;
            case 4:
                rc = client->Unlink(from);
                break;
            case 5:
                rc = client->Rmdir(from);
                break;
            case 6:
                rc = client->Chmod(from, 0700 + (*random)() % 8);
                break;
            case 7:
                rc = client->SetXattr(from, "user.a", std::to_string((*random)()));
                break;
            case 8:
                rc = client->Write(from, 0, from);
                break;
        }
        const bool away = client->node() == SimCluster::ClientNode(2);
        EXPECT_TRUE(away || kUsual.count(rc)) << from << " " << to << ": " << rc;
    }

    static void Away(SimCluster *c, bool cut) {
        c->net.Cut(SimCluster::kMdsNode, SimCluster::ClientNode(2), cut);
    }

    // Works for a while, is cut off, and the MDS stops, perhaps once more while it recovers.
    static void GoAway(SimCluster *c, SimClient *client, std::mt19937_64 *random) {
        for (unsigned int i = (*random)() % 60; i; i--)
            Meddle(client, random);
        for (unsigned int stops = 1 + (*random)() % 2; stops; stops--) {
            c->PowerOffMds();
            SimCluster::Sleep((*random)() % 3000);
            c->PowerOnMds();
            Away(c, true);
            SimCluster::Sleep((*random)() % 90000);
        }
    }

    static void ComeBack(SimCluster *c) {
        SimStat st;

        Away(c, false);
        SimCluster::Sleep(150000);
        for (int i = 0; i < 3 && c->client(2).Stat("/", &st); i++)
            SimCluster::Sleep(1000);
        ASSERT_EQ(0, c->client(2).Stat("/", &st));
    }

    // All see the same below a directory.
    static void ExpectSame(SimCluster *c, const std::string &dir) {
        std::vector<std::string> names[3];

        for (unsigned int i = 0; i < 3; i++) {
            ASSERT_EQ(0, c->client(i).List(dir, &names[i])) << dir;
            ASSERT_EQ(names[0], names[i]) << dir << " of client " << i;
        }
        for (const std::string &name : names[0]) {
            const std::string path = dir + "/" + name;
            SimStat st[3];
            std::string value[3], data[3];
            int rc[3];
            for (unsigned int i = 0; i < 3; i++) {
                ASSERT_EQ(0, c->client(i).Stat(path, &st[i])) << path;
                rc[i] = c->client(i).GetXattr(path, "user.a", &value[i]);
                if (S_ISREG(st[i].mode)) {
                    ASSERT_EQ(0, c->client(i).Read(path, 0, 100, &data[i])) << path;
                }
                ASSERT_TRUE(fid_eq(&st[0].fid, &st[i].fid)) << path;
                ASSERT_EQ(st[0].mode, st[i].mode) << path;
                ASSERT_EQ(st[0].nlink, st[i].nlink) << path;
                ASSERT_EQ(rc[0], rc[i]) << path;
                ASSERT_EQ(value[0], value[i]) << path;
                ASSERT_EQ(data[0], data[i]) << path;
            }
            if (S_ISDIR(st[0].mode))
                ExpectSame(c, path);
        }
    }
};

// Also in a directory that all share, names are everybody's own.
TEST_F(SimAwayTest, TheOthersLoseNothingOfTheirs) {
    for (const uint64_t seed : Seeds(30)) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::vector<Model> models(2);
        for (unsigned int i = 0; i < 2; i++)
            models[i] = {.path = "/m", .prefix = std::to_string(i)};
        Run(
            seed,
            [&](SimClient &client, unsigned int index) {
                Worker(&client, &models[index], seed * 100 + index).Run(60);
            },
            [&](SimCluster &c) {
                EXPECT_FALSE(floor_log_contains("what it followed on is lost"));
                for (unsigned int i = 0; i < 3; i++)
                    for (const Model &model : models)
                        Check(c.client(i), model);
            });
        if (HasFailure())
            break;
    }
}

// All do things to the same names: whatever becomes of that, they see the same afterwards.
TEST_F(SimAwayTest, AllSeeTheSame) {
    for (const uint64_t seed : Seeds(30)) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Run(
            seed,
            [&](SimClient &client, unsigned int index) {
                std::mt19937_64 random(seed * 100 + index);
                for (int i = 0; i < 80; i++) {
                    Meddle(&client, &random);
                    SimCluster::Sleep(random() % 100);
                }
            },
            [&](SimCluster &c) { ExpectSame(&c, "/m"); });
        if (HasFailure())
            break;
    }
}

}  // namespace
