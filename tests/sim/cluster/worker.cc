// SPDX-License-Identifier: GPL-2.0
#include "tests/sim/cluster/worker.h"

#include <algorithm>

#include <linux/stat.h>

namespace {

constexpr uint64_t kMaxFile = 300000;

int ListOwn(SimClient &client, const Model &model, std::vector<std::string> *names) {
    const int rc = client.List(model.path, names);
    const auto others = [&](const std::string &name) { return name.compare(0, model.prefix.size(), model.prefix) != 0; };
    names->erase(std::remove_if(names->begin(), names->end(), others), names->end());
    return rc;
}

}  // namespace

void Worker::Run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFatalFailure(); i++)
        Step();
}

void Worker::Step() {
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

void Worker::Create() {
    const std::string name = NewName();
    const bool known = model_.files.count(name) || model_.dirs.count(name);
    ASSERT_EQ(known ? -EEXIST : 0, client_.Create(Path(name), static_cast<int>(Below(3)) - 1)) << Path(name);
    if (!known)
        model_.files[name];
}

void Worker::Write() {
    const std::string name = AnyFile();
    std::string &content = model_.files[name];
    const uint64_t at = Below(kMaxFile);
    const std::string data(1 + Below(Below(2) ? 100 : 70000), static_cast<char>('a' + Below(26)));
    ASSERT_EQ(0, client_.Write(Path(name), at, data)) << Path(name);
    content.resize(std::max<uint64_t>(content.size(), at + data.size()));
    content.replace(at, data.size(), data);
}

void Worker::Read() {
    const std::string name = AnyFile();
    const std::string &content = model_.files[name];
    const uint64_t at = Below(kMaxFile), length = Below(100000);
    std::string data;
    ASSERT_EQ(0, client_.Read(Path(name), at, length, &data)) << Path(name);
    ASSERT_TRUE(data == (at < content.size() ? content.substr(at, length) : "")) << Path(name) << " at " << at;
}

void Worker::Truncate() {
    const std::string name = AnyFile();
    const uint64_t size = Below(kMaxFile);
    ASSERT_EQ(0, client_.Truncate(Path(name), size)) << Path(name);
    model_.files[name].resize(size);
}

void Worker::Unlink() {
    const std::string name = AnyFile();
    ASSERT_EQ(0, client_.Unlink(Path(name))) << Path(name);
    model_.files.erase(name);
}

void Worker::Rename() {
    const std::string from = AnyFile(), to = NewName();
    const bool directory = model_.dirs.count(to);
    ASSERT_EQ(directory ? -EISDIR : 0, client_.Rename(Path(from), Path(to))) << Path(from) << " to " << to;
    if (directory || from == to)
        return;
    model_.files[to] = model_.files[from];
    model_.files.erase(from);
}

void Worker::Directory() {
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

void Worker::List() {
    std::vector<std::string> names;
    std::set<std::string> wanted = model_.dirs;
    for (const auto &[name, content] : model_.files)
        wanted.insert(name);
    ASSERT_EQ(0, ListOwn(client_, model_, &names));
    ASSERT_EQ(wanted, std::set<std::string>(names.begin(), names.end()));
    ASSERT_EQ(wanted.size(), names.size());
}

void Check(SimClient &client, const Model &model) {
    std::vector<std::string> names;

    ASSERT_EQ(0, ListOwn(client, model, &names));
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

void Prepare(SimCluster *c, std::vector<Model> *models) {
    models->resize(c->clients());
    for (unsigned int i = 0; i < c->clients(); i++) {
        (*models)[i].path = "/c" + std::to_string(i);
        ASSERT_EQ(0, c->client(i).Mkdir((*models)[i].path));
    }
}

void CheckAll(SimCluster *c, const std::vector<Model> &models) {
    for (unsigned int i = 0; i < models.size(); i++)
        Check(c->client(i), models[(i + 1) % models.size()]);
}

SimOptions OptionsOf(uint64_t seed) {
    std::mt19937_64 random(seed);
    SimOptions o;

    o.seed = seed;
    o.osts = 1 + random() % 3;
    o.clients = 1 + random() % 3;
    o.preempt_odds = random() % 2 ? 0 : 20;
    o.faults.delay_min_us = 10;
    o.faults.delay_max_us = 10 + random() % 2000;
    return o;
}
