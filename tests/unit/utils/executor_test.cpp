// SPDX-License-Identifier: GPL-2.0
// How lconf behaves on a machine where things are running already, or fail.
#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

#include <gtest/gtest.h>

#include "cluster.h"
#include "lconf/executor.h"
#include "lconf/machine.h"
#include "lconf/options.h"
#include "lconf/plan.h"

namespace sheen {
namespace {

/// A machine in memory.  The step that matches fail_at fails, in the form "setup data0".
class FakeMachine : public lconf::Machine {
public:
    std::string fail_at;
    std::set<std::string> modules, mounts, loops;
    std::vector<Device> devices;
    bool network = false;
    std::vector<std::string> formatted;
    std::string conf;

    bool ModuleLoaded(const std::string &name) override { return modules.contains(name); }
    Result<> LoadModule(const std::string &name) override {
        return Try("load " + name, [&] { modules.insert(name); });
    }
    Result<> UnloadModule(const std::string &name) override {
        return Try("unload " + name, [&] { modules.erase(name); });
    }
    bool NetworkIsUp() override { return network; }
    Result<> NetworkUp(const std::string &) override {
        return Try("network up", [&] { network = true; });
    }
    Result<> NetworkDown() override {
        return Try("network down", [&] { network = false; });
    }
    Result<> CheckStorage(const lconf::Storage &storage) override {
        return Try("check " + storage.path, [] {});
    }
    Result<std::string> OpenStorage(const lconf::Storage &storage, bool *made) override {
        *made = loops.insert(storage.path).second;
        return std::string("/dev/loop7");
    }
    Result<> CloseStorage(const lconf::Storage &storage) override {
        loops.erase(storage.path);
        return {};
    }
    Result<> Format(const lconf::Storage &storage, const std::string &device) override {
        return Try("format " + storage.path, [&] { formatted.push_back(device); });
    }
    Result<std::vector<Device>> Devices() override { return devices; }
    Result<> Attach(const std::string &type, const std::string &name, const std::string &uuid) override {
        return Try("attach " + name, [&] { devices.push_back({0, "AT", type, name, uuid, 1}); });
    }
    Result<> Setup(const std::string &name, const std::vector<std::string> &arguments) override {
        std::unique_lock lock(meeting_->mutex);
        last_setup = arguments;
        // An OST of st0 is not ready before the other one is begun.
        if (name.starts_with("data") && wait_for_both) {
            meeting_->begun++;
            meeting_->both.notify_all();
            together = meeting_->both.wait_for(lock, std::chrono::seconds(10), [&] { return meeting_->begun == 2; });
        }
        return Try("setup " + name, [&] { Find(name)->status = "UP"; });
    }
    Result<> Cleanup(const std::string &name, uint32_t) override {
        return Try("cleanup " + name, [&] { Find(name)->status = "AT"; });
    }
    Result<> Detach(const std::string &name) override {
        return Try("detach " + name, [&] { devices.erase(Find(name)); });
    }
    Result<> Operate(const std::string &, const std::string &) override { return {}; }
    Result<> SetConf(const std::string &, const std::string &text) override {
        return Try("set conf", [&] { conf = text; });
    }
    Result<> CheckConf(const std::string &, const std::string &text) override {
        return conf == text ? Result<>() : Error{ENOENT, "no configuration", ""};
    }
    bool IsMounted(const std::string &path) override { return mounts.contains(path); }
    Result<> MakeDirectory(const std::string &) override { return {}; }
    Result<> Mount(const std::string &, const std::string &path, const std::string &) override {
        return Try("mount " + path, [&] { mounts.insert(path); });
    }
    Result<> Unmount(const std::string &path, bool) override {
        return Try("unmount " + path, [&] { mounts.erase(path); });
    }

    bool IsEmpty() const { return modules.empty() && mounts.empty() && devices.empty() && loops.empty() && !network; }
    bool IsUp(const std::string &name) {
        auto device = Find(name);
        return device != devices.end() && device->status == "UP";
    }

    std::vector<std::string> last_setup;
    bool wait_for_both = false, together = false;

private:
    struct Meeting {
        std::mutex mutex;
        std::condition_variable both;
        int begun = 0;
    };
    std::unique_ptr<Meeting> meeting_ = std::make_unique<Meeting>();

    std::vector<Device>::iterator Find(const std::string &name) {
        return std::find_if(devices.begin(), devices.end(), [&](const Device &d) { return d.name == name; });
    }
    template <class Action>
    Result<> Try(const std::string &what, Action action) {
        if (what == fail_at)
            return Error{EIO, "made to fail", ""};
        action();
        return {};
    }
};

class Executor : public testing::Test {
protected:
    Result<> Run(std::vector<std::string> arguments) {
        std::string help;

        arguments.push_back("demo.xml");
        Result<lconf::Options> options = lconf::ParseOptions(arguments, &help);
        if (!options)
            return options.error();
        Result<lconf::Plan> plan = lconf::MakePlan(db_, *options, {"somewhere"});
        if (!plan)
            return plan.error();
        lconf::Executor executor(
            &machine_, [](const std::string &) {}, false, false);
        return executor.Run(*plan);
    }

    ConfigDb db_ = test::Build(std::string(test::kSmallCluster) +
                               "--add ost --node st0 --ost data2 --lov vol --dev /tmp/data2 --size 100000\n");
    FakeMachine machine_;
};

TEST_F(Executor, StartAndStopOfAnOss) {
    ASSERT_TRUE(Run({"--node", "st0", "--reformat"}));
    EXPECT_TRUE(machine_.IsUp("data0"));
    EXPECT_TRUE(machine_.IsUp("data2"));
    EXPECT_TRUE(machine_.IsUp("OSS"));
    EXPECT_EQ(machine_.formatted, (std::vector<std::string>{"/dev/sdb1", "/dev/loop7"}));
    ASSERT_TRUE(Run({"--node", "st0", "-d"}));
    EXPECT_TRUE(machine_.IsEmpty());
    EXPECT_TRUE(Run({"--node", "st0", "-d"})) << "stopping twice is harmless";
}

// A disk whose node has lost its power takes its time: those of a node do so at once.
TEST_F(Executor, OstsAreSetUpTogether) {
    machine_.wait_for_both = true;
    ASSERT_TRUE(Run({"--node", "st0", "--reformat"}));
    EXPECT_TRUE(machine_.together);
    EXPECT_TRUE(machine_.IsUp("data0"));
    EXPECT_TRUE(machine_.IsUp("data2"));
}

TEST_F(Executor, SecondStartChangesNothing) {
    ASSERT_TRUE(Run({"--node", "st0"}));
    size_t devices = machine_.devices.size();
    Result<> again = Run({"--node", "st0"});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, EALREADY);
    EXPECT_NE(again.error().what.find("already set up"), std::string::npos);
    EXPECT_EQ(machine_.devices.size(), devices);
    EXPECT_TRUE(machine_.network);
}

TEST_F(Executor, WhatIsMissingIsAdded) {
    ASSERT_TRUE(Run({"--node", "st0", "--group", "data0"}));
    EXPECT_FALSE(machine_.IsUp("data2"));
    EXPECT_TRUE(Run({"--node", "st0"}));
    EXPECT_TRUE(machine_.IsUp("data2"));
}

TEST_F(Executor, AFailedStartLeavesThingsAsTheyWere) {
    for (const char *step : {"check /tmp/data2", "load ost", "network up", "attach data0", "setup data2", "attach OSS",
                             "setup OSS", "format /dev/sdb1"}) {
        machine_ = FakeMachine();
        machine_.fail_at = step;
        Result<> done = Run({"--node", "st0", "--reformat"});
        ASSERT_FALSE(done) << step;
        EXPECT_EQ(done.error().code, EIO);
        EXPECT_TRUE(machine_.IsEmpty()) << step;
    }
}

TEST_F(Executor, AFailedStartKeepsWhatWasRunningBefore) {
    ASSERT_TRUE(Run({"--node", "st0", "--group", "data0"}));
    machine_.fail_at = "setup data2";
    EXPECT_FALSE(Run({"--node", "st0"}));
    EXPECT_TRUE(machine_.IsUp("data0"));
    EXPECT_TRUE(machine_.IsUp("OSS"));
    EXPECT_TRUE(machine_.network);
}

TEST_F(Executor, RunningTargetsAreNotFormatted) {
    ASSERT_TRUE(Run({"--node", "st0"}));
    Result<> done = Run({"--node", "st0", "--reformat"});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, EBUSY);
    EXPECT_TRUE(machine_.formatted.empty());
}

TEST_F(Executor, AnMdsWithoutConfigurationDoesNotStart) {
    EXPECT_EQ(Run({"--node", "md0"}).error().code, ENOENT);
    EXPECT_TRUE(machine_.IsEmpty());
    ASSERT_TRUE(Run({"--node", "md0", "--write_conf"}));
    EXPECT_TRUE(machine_.IsEmpty()) << "write_conf only describes";
    EXPECT_TRUE(Run({"--node", "md0"}));
    EXPECT_TRUE(machine_.IsUp("meta"));
    machine_.conf = "old";
    ASSERT_TRUE(Run({"--node", "md0", "--write_conf"})) << "also while it runs";
    EXPECT_NE(machine_.conf, "old");
    EXPECT_TRUE(machine_.IsUp("meta"));
    EXPECT_TRUE(machine_.IsUp("MGS"));
}

TEST_F(Executor, AnMdsJoinsItsRunningMgs) {
    ASSERT_TRUE(Run({"--node", "md0", "--write_conf"}));
    machine_.devices.push_back({0, "UP", "mgs", "MGS", "MGS_UUID", 1});
    machine_.fail_at = "check /dev/sdb1";  // what a mounted disk answers
    EXPECT_FALSE(Run({"--node", "md0", "--reformat"}));
    EXPECT_TRUE(machine_.formatted.empty());
    EXPECT_TRUE(Run({"--node", "md0"}));
    EXPECT_TRUE(machine_.IsUp("meta"));
}

TEST_F(Executor, AStopGoesOnAfterErrorsAndReturnsTheFirst) {
    ASSERT_TRUE(Run({"--node", "st0"}));
    machine_.fail_at = "cleanup data0";
    Result<> done = Run({"--node", "st0", "-d"});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, EIO);
    EXPECT_FALSE(machine_.IsUp("data2"));
    EXPECT_TRUE(machine_.IsUp("OSS")) << "a target still needs it";
    EXPECT_TRUE(machine_.network) << "a device is left";
    machine_.fail_at = "";
    ASSERT_TRUE(Run({"--node", "st0", "-d"}));
    EXPECT_TRUE(machine_.IsEmpty());
}

TEST_F(Executor, AHalfStartedTargetIsFinishedOrRemoved) {
    machine_.devices.push_back({0, "AT", "obdfilter", "data0", "data0_UUID", 1});
    ASSERT_TRUE(Run({"--node", "st0"}));
    EXPECT_TRUE(machine_.IsUp("data0"));
    ASSERT_TRUE(Run({"--node", "st0", "-d"}));
    machine_.devices.push_back({0, "AT", "obdfilter", "data0", "data0_UUID", 1});
    ASSERT_TRUE(Run({"--node", "st0", "-d"}));
    EXPECT_TRUE(machine_.IsEmpty());
}

TEST_F(Executor, ClientsMountOnce) {
    ASSERT_TRUE(Run({"--node", "client"}));
    EXPECT_TRUE(machine_.mounts.contains("/mnt/demo"));
    EXPECT_EQ(Run({"--node", "client"}).error().code, EALREADY);
    ASSERT_TRUE(Run({"--node", "client", "-d"}));
    EXPECT_TRUE(machine_.IsEmpty());
}

TEST_F(Executor, LoopDevicesReplaceFiles) {
    ASSERT_TRUE(Run({"--node", "st0", "--group", "data2"}));
    machine_.devices.erase(std::remove_if(machine_.devices.begin(), machine_.devices.end(),
                                          [](const Device &d) { return d.name == "OSS"; }),
                           machine_.devices.end());
    machine_.last_setup.clear();
    ASSERT_TRUE(Run({"--node", "st0", "-d"}));
    machine_.fail_at = "setup data2";
    EXPECT_FALSE(Run({"--node", "st0", "--group", "data2"}));
    ASSERT_FALSE(machine_.last_setup.empty());
    EXPECT_EQ(machine_.last_setup[0], "/dev/loop7");
}

}  // namespace
}  // namespace sheen
