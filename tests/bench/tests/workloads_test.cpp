// SPDX-License-Identifier: GPL-2.0
// The rows in a folder of the host's own file system: each does its work, also after every other one.
#include "workloads.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "rows.h"

namespace sheen::bench {
namespace {

namespace fs = std::filesystem;

class WorkloadsTest : public ::testing::Test {
protected:
    WorkloadsTest() {
        std::string name = fs::temp_directory_path() / "bench-XXXXXX";
        folder_ = mkdtemp(name.data());
        const std::string archive = folder_ / "archive.tar";
        std::ofstream(folder_ / "one") << "text\n";
        if (std::system(("tar -C " + folder_.string() + " -cf " + archive + " one").c_str()) != 0)
            throw std::runtime_error("tar");
        sizes_ = {20, 2, 30, 3, 1, archive};
        workloads_ = workloads(folder_, sizes_);
    }
    ~WorkloadsTest() override { fs::remove_all(folder_); }

    // As the harness does a row.
    double run(const std::string &row) {
        Workload &workload = *workloads_.at(row);
        workload.prepare();
        workload.warm();
        return workload.run();
    }

    std::size_t names() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder_ / "names"), fs::directory_iterator()));
    }

    fs::path folder_;
    Sizes sizes_;
    Workloads workloads_;
};

TEST_F(WorkloadsTest, ThereIsOneForEachRow) {
    EXPECT_EQ(workloads_.size(), all_rows().size());
    for (const Row &row : all_rows())
        EXPECT_TRUE(workloads_.count(row.name)) << row.name;
}

TEST_F(WorkloadsTest, NamesComeAndGo) {
    EXPECT_EQ(run("create"), 20);
    EXPECT_EQ(names(), 20u);
    EXPECT_EQ(run("create"), 20);
    EXPECT_EQ(run("stat-warm"), 20 * 3);
    EXPECT_EQ(run("rename"), 20);
    EXPECT_TRUE(fs::exists(folder_ / "names/b19"));
    EXPECT_EQ(run("rename"), 20);
    EXPECT_TRUE(fs::exists(folder_ / "names/a19"));
    EXPECT_EQ(run("unlink"), 20);
    EXPECT_EQ(names(), 0u);
    EXPECT_EQ(run("rmdir"), 20);
    EXPECT_EQ(names(), 0u);
    EXPECT_EQ(run("mkdir"), 20);
    EXPECT_TRUE(fs::is_directory(folder_ / "names/d0"));
    EXPECT_EQ(run("readdir"), 20);
}

TEST_F(WorkloadsTest, BigFileIsWrittenAndRead) {
    EXPECT_EQ(run("read-warm"), 3.0 * (2 << 20));
    EXPECT_EQ(fs::file_size(folder_ / "big"), 2u << 20);
    EXPECT_EQ(run("random-read"), 30);
    EXPECT_EQ(run("random-write"), 30);
    EXPECT_EQ(fs::file_size(folder_ / "big"), 2u << 20);
    EXPECT_EQ(run("write"), 2 << 20);
}

TEST_F(WorkloadsTest, ArchiveIsExtracted) {
    EXPECT_EQ(run("tar"), 1);
    EXPECT_TRUE(fs::exists(folder_ / "tree/one"));
}

TEST_F(WorkloadsTest, WhatFailsSaysWhere) {
    run("create");
    fs::remove(folder_ / "names/a7");
    try {
        workloads_.at("unlink")->run();
        FAIL();
    } catch (const std::exception &error) {
        EXPECT_NE(std::string(error.what()).find("names/a7"), std::string::npos) << error.what();
    }
    EXPECT_THROW(workloads_.at("readdir")->run(), std::exception);
}

}  // namespace
}  // namespace sheen::bench
