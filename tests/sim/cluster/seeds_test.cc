// SPDX-License-Identifier: GPL-2.0
// Random work by several clients on random clusters with random faults, a seed each. Every client keeps a model of its
// own directory and compares all that it sees; at the end another client compares everything.
#include "tests/sim/cluster/cluster.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <linux/stat.h>

namespace {

constexpr uint64_t kMaxFile = 300000;

// What a directory has to hold.
struct Model {
    std::string path;
    std::map<std::string, std::string> files;
    std::set<std::string> dirs;
};

class Worker {
public:
    Worker(SimClient *client, Model *model, uint64_t seed) : client_(*client), model_(*model), random_(seed) {}

    void Run(int steps) {
        for (int i = 0; i < steps && !testing::Test::HasFatalFailure(); i++)
            Step();
    }

private:
    uint64_t Below(uint64_t n) { return random_() % n; }
    std::string Path(const std::string &name) const { return model_.path + "/" + name; }
    std::string NewName() { return "n" + std::to_string(Below(40)); }
    std::string AnyFile() { return std::next(model_.files.begin(), Below(model_.files.size()))->first; }

    void Step() {
        const unsigned int what = Below(12);

        if (what < 2 || model_.files.empty())
            Create();
        else if (what < 5)
            Write();
        else if (what < 7)
            Read();
        else if (what == 7)
            Truncate();
        else if (what == 8)
            Unlink();
        else if (what == 9)
            Rename();
        else if (what == 10)
            Directory();
        else
            List();
        if (Below(20) == 0)
            SimCluster::Sleep(Below(3000));
    }

    void Create() {
        const std::string name = NewName();
        const bool known = model_.files.count(name) || model_.dirs.count(name);
        ASSERT_EQ(known ? -EEXIST : 0, client_.Create(Path(name), static_cast<int>(Below(3)) - 1)) << Path(name);
        if (!known)
            model_.files[name];
    }
    void Write() {
        const std::string name = AnyFile();
        std::string &content = model_.files[name];
        const uint64_t at = Below(kMaxFile);
        const std::string data(1 + Below(Below(2) ? 100 : 70000), static_cast<char>('a' + Below(26)));
        ASSERT_EQ(0, client_.Write(Path(name), at, data)) << Path(name);
        content.resize(std::max<uint64_t>(content.size(), at + data.size()));
        content.replace(at, data.size(), data);
    }
    void Read() {
        const std::string name = AnyFile();
        const std::string &content = model_.files[name];
        const uint64_t at = Below(kMaxFile), length = Below(100000);
        std::string data;
        ASSERT_EQ(0, client_.Read(Path(name), at, length, &data)) << Path(name);
        ASSERT_TRUE(data == (at < content.size() ? content.substr(at, length) : "")) << Path(name) << " at " << at;
    }
    void Truncate() {
        const std::string name = AnyFile();
        const uint64_t size = Below(kMaxFile);
        ASSERT_EQ(0, client_.Truncate(Path(name), size)) << Path(name);
        model_.files[name].resize(size);
    }
    void Unlink() {
        const std::string name = AnyFile();
        ASSERT_EQ(0, client_.Unlink(Path(name))) << Path(name);
        model_.files.erase(name);
    }
    void Rename() {
        const std::string from = AnyFile(), to = NewName();
        const bool directory = model_.dirs.count(to);
        ASSERT_EQ(directory ? -EISDIR : 0, client_.Rename(Path(from), Path(to))) << Path(from) << " to " << to;
        if (directory || from == to)
            return;
        model_.files[to] = model_.files[from];
        model_.files.erase(from);
    }
    void Directory() {
        const std::string name = NewName();
        if (model_.dirs.count(name)) {
            ASSERT_EQ(0, client_.Rmdir(Path(name))) << Path(name);
            model_.dirs.erase(name);
        } else {
            const bool known = model_.files.count(name);
            ASSERT_EQ(known ? -EEXIST : 0, client_.Mkdir(Path(name))) << Path(name);
            if (!known)
                model_.dirs.insert(name);
        }
    }
    void List() {
        std::vector<std::string> names;
        std::set<std::string> wanted = model_.dirs;
        for (const auto &[name, content] : model_.files)
            wanted.insert(name);
        ASSERT_EQ(0, client_.List(model_.path, &names));
        ASSERT_EQ(wanted, std::set<std::string>(names.begin(), names.end()));
        ASSERT_EQ(wanted.size(), names.size());
    }

    SimClient &client_;
    Model &model_;
    std::mt19937_64 random_;
};

void Check(SimClient &client, const Model &model) {
    std::vector<std::string> names;

    ASSERT_EQ(0, client.List(model.path, &names));
    EXPECT_EQ(model.files.size() + model.dirs.size(), names.size());
    for (const auto &[name, content] : model.files) {
        const std::string path = model.path + "/" + name;
        std::string data;
        SimStat st;
        ASSERT_EQ(0, client.Stat(path, &st)) << path;
        EXPECT_EQ(content.size(), st.size) << path;
        ASSERT_EQ(0, client.Read(path, 0, 2 * kMaxFile, &data)) << path;
        EXPECT_TRUE(content == data) << path;
    }
    for (const std::string &name : model.dirs) {
        SimStat st;
        ASSERT_EQ(0, client.Stat(model.path + "/" + name, &st)) << name;
        EXPECT_TRUE(S_ISDIR(st.mode)) << name;
    }
}

SimOptions OptionsOf(uint64_t seed, bool faults) {
    std::mt19937_64 random(seed);
    SimOptions o;

    o.seed = seed;
    o.osts = 1 + random() % 3;
    o.clients = 1 + random() % 3;
    o.preempt_odds = random() % 2 ? 0 : 20;
    o.faults.delay_min_us = 10;
    o.faults.delay_max_us = 10 + random() % 2000;
    if (faults) {
        o.faults.loss = 0.01;
        o.faults.duplicate = 0.01;
    }
    return o;
}

class SimSeedsTest : public SimTest {
protected:
    static void Work(SimCluster &c, std::vector<Model> *models, uint64_t seed, int steps) {
        c.Parallel([&](SimClient &client, unsigned int index) {
            Worker(&client, &(*models)[index], seed * 100 + index).Run(steps);
        });
    }
    static void Prepare(SimCluster &c, std::vector<Model> *models) {
        models->resize(c.clients());
        for (unsigned int i = 0; i < c.clients(); i++) {
            (*models)[i].path = "/c" + std::to_string(i);
            ASSERT_EQ(0, c.client(i).Mkdir((*models)[i].path));
        }
    }
    // Each looks at what another one has made.
    static void CheckAll(SimCluster &c, const std::vector<Model> &models) {
        for (unsigned int i = 0; i < c.clients(); i++)
            Check(c.client(i), models[(i + 1) % models.size()]);
    }
};

TEST_F(SimSeedsTest, RandomWork) {
    for (const uint64_t seed : Seeds(30)) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        RunSim(OptionsOf(seed, false), [&](SimCluster &c) {
            std::vector<Model> models;
            Prepare(c, &models);
            Work(c, &models, seed, 40);
            CheckAll(c, models);
        });
        if (HasFailure())
            break;
    }
}

TEST_F(SimSeedsTest, RandomWorkOnABadNetwork) {
    for (const uint64_t seed : Seeds(30)) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        RunSim(OptionsOf(seed, true), [&](SimCluster &c) {
            std::vector<Model> models;
            Prepare(c, &models);
            Work(c, &models, seed, 40);
            CheckAll(c, models);
        });
        if (HasFailure())
            break;
    }
}

// Servers lose power between two bursts of work; what was synced is there.
TEST_F(SimSeedsTest, RandomWorkAndPowerCuts) {
    for (const uint64_t seed : Seeds(30)) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const SimOptions options = OptionsOf(seed, false);
        RunSim(options, [&](SimCluster &c) {
            std::vector<Model> models;
            Prepare(c, &models);
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
                CheckAll(c, models);
            }
        });
        if (HasFailure())
            break;
    }
}

}  // namespace
