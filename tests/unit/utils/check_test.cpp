// SPDX-License-Identifier: GPL-2.0
// The cross-check of targets, on folders that look like their disks.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "lib/check.h"

namespace sheen {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kSequence = 0x200000400, kOst = 0x100000000000;

void Put(std::string *bytes, uint64_t value, int size) {
    for (int i = 0; i < size; i++)
        bytes->push_back(static_cast<char>(value >> 8 * i & 0xff));
}

class CheckTest : public ::testing::Test {
protected:
    void SetUp() override {
        root_ = fs::temp_directory_path() / fmt::format("sheen-check-{}", getpid());
        fs::remove_all(root_);
        for (const char *folder : {"mdt/ROOT/dir", "mdt/PENDING"})
            fs::create_directories(root_ / folder);
    }
    void TearDown() override { fs::remove_all(root_); }

    // A file with objects on OST 0 and 1 in turn.
    void AddFile(const std::string &path, uint32_t number, const std::vector<uint64_t> &objects) {
        std::string fid, layout;

        std::ofstream(root_ / "mdt" / path) << "";
        Put(&fid, 1, 4);
        Put(&fid, number, 4);
        Put(&fid, kSequence, 8);
        attributes_[root_ / "mdt" / path]["trusted.sheen.fid"] = fid;
        Put(&layout, 0x0bd10bd0, 4);
        Put(&layout, 1, 4);
        Put(&layout, number, 8);
        Put(&layout, kSequence, 8);
        Put(&layout, 1 << 20, 4);
        Put(&layout, objects.size(), 2);
        Put(&layout, 0, 2);
        for (size_t i = 0; i < objects.size(); i++) {
            Put(&layout, kOst + i % 2, 8);
            Put(&layout, objects[i], 8);
            Put(&layout, 0, 4);
            Put(&layout, i % 2, 4);
        }
        attributes_[root_ / "mdt" / path]["trusted.lov"] = layout;
    }

    void AddObject(unsigned int ost, unsigned int object) {
        const fs::path folder = root_ / fmt::format("ost{}/O/{:x}/d{}", ost, kOst + ost, object % 32);
        fs::create_directories(folder);
        std::ofstream(folder / std::to_string(object)) << "";
    }

    CheckReport Check(const std::vector<std::string> &targets) {
        TargetLists lists;
        for (const std::string &target : targets) {
            Result<std::string> text = ListTarget(root_ / target, [this](const std::string &path, const char *name) {
                return attributes_[path].count(name) ? attributes_[path][name] : "";
            });
            EXPECT_TRUE(text) << text.error().what;
            EXPECT_TRUE(AddTargetList(&lists, *text));
        }
        return CompareTargets(lists);
    }

    fs::path root_;
    std::map<std::string, std::map<std::string, std::string>> attributes_;
};

TEST_F(CheckTest, WhatFitsIsClean) {
    AddFile("ROOT/one", 1, {1});
    AddFile("ROOT/dir/two\nlines", 2, {2, 1});
    fs::create_hard_link(root_ / "mdt/ROOT/one", root_ / "mdt/ROOT/dir/again");
    attributes_[root_ / "mdt/ROOT/dir/again"] = attributes_[root_ / "mdt/ROOT/one"];
    AddFile("PENDING/200000400-3-0", 3, {3});
    AddFile("ROOT/empty", 4, {});
    for (unsigned int object : {1, 2, 3, 4, 5})
        AddObject(0, object);
    AddObject(1, 1);
    const CheckReport report = Check({"mdt", "ost0", "ost1"});
    EXPECT_TRUE(report.clean());
    EXPECT_EQ(report.files, 4u);
    EXPECT_EQ(report.objects, 6u);
    EXPECT_EQ(report.stock, 2u);
}

TEST_F(CheckTest, FindsWhatIsMissingNamelessAndShared) {
    AddFile("ROOT/dir/lost", 1, {1, 1});
    AddFile("ROOT/shared", 2, {3, 1});
    AddFile("ROOT/kept", 3, {5});
    for (unsigned int object : {2, 3, 5, 6})
        AddObject(0, object);
    AddObject(1, 1);
    const CheckReport report = Check({"mdt", "ost0", "ost1"});
    ASSERT_EQ(report.missing.size(), 1u);
    EXPECT_EQ(report.missing[0].fid, "0x200000400:0x1:0x0");
    EXPECT_EQ(report.missing[0].path, "ROOT/dir/lost");
    EXPECT_EQ(report.missing[0].object, "0x100000000000:0x1:0x0");
    EXPECT_EQ(report.nameless, std::vector<std::string>{"0x100000000000:0x2:0x0"});
    EXPECT_EQ(report.shared, std::vector<std::string>{"0x100000000001:0x1:0x0"});
    EXPECT_EQ(report.stock, 1u);
}

// What was used last and removed is known to the metadata server, as is what it is about to destroy.
TEST_F(CheckTest, KnowsWhatTheServerHasNoted) {
    std::string used, dead;

    AddFile("ROOT/one", 1, {1});
    for (unsigned int object : {1, 2, 3, 4})
        AddObject(0, object);
    Put(&used, 3, 8);
    Put(&dead, 0, 16);
    Put(&dead, 1, 4);
    Put(&dead, 2, 4);
    Put(&dead, 0, 8);
    std::ofstream(root_ / "mdt/lov_objid") << used;
    std::ofstream(root_ / "mdt/dead_objects") << dead;
    const CheckReport report = Check({"mdt", "ost0"});
    EXPECT_EQ(report.nameless, std::vector<std::string>{"0x100000000000:0x3:0x0"});
    EXPECT_EQ(report.stock, 1u);
}

// An OST whose list is not there says nothing against a file.
TEST_F(CheckTest, LooksOnlyWhereItHasAList) {
    AddFile("ROOT/one", 1, {1, 1});
    AddObject(0, 1);
    EXPECT_TRUE(Check({"mdt", "ost0"}).clean());
}

TEST_F(CheckTest, RefusesWhatIsNoListAndNoTarget) {
    TargetLists lists;

    EXPECT_FALSE(ListTarget(root_));
    EXPECT_FALSE(AddTargetList(&lists, ""));
    EXPECT_FALSE(AddTargetList(&lists, "something\n"));
    EXPECT_FALSE(AddTargetList(&lists, "sheen-check 1\nobject\n"));
    EXPECT_FALSE(AddTargetList(&lists, "sheen-check 1\nfile 0x1:0x1:0x0\n"));
    EXPECT_FALSE(AddTargetList(&lists, "sheen-check 1\nwhat 0x1:0x1:0x0\n"));
}

}  // namespace
}  // namespace sheen
