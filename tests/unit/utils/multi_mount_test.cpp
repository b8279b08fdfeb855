// SPDX-License-Identifier: GPL-2.0
// What disks say of who has them mounted.
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "lconf/multi_mount.h"
#include "lconf/storage.h"

namespace sheen::lconf {
namespace {

class MultiMountTest : public ::testing::Test {
protected:
    static constexpr size_t kBlock = 9;  // where the block of the protection lies

    void SetUp() override { path_ = std::filesystem::temp_directory_path() / ("mmp-" + std::to_string(getpid())); }
    void TearDown() override { std::filesystem::remove(path_); }

    template <class T>
    void Put(size_t at, T value) {
        memcpy(&disk_[at], &value, sizeof(value));
    }

    /// As mke2fs and the kernel lay it out.
    void Write(uint32_t block_size, uint32_t sequence, const std::string &node, uint32_t incompat = 0x100) {
        size_t block = kBlock * block_size;
        disk_.assign(16 * 4096, 0);
        Put<uint16_t>(1024 + 56, 0xef53);
        Put<uint32_t>(1024 + 24, block_size == 1024 ? 0 : 2);
        Put<uint32_t>(1024 + 96, incompat);
        Put<uint16_t>(1024 + 0x166, 1);
        Put<uint64_t>(1024 + 0x168, kBlock);
        memcpy(&disk_[1024 + 120], "data0", 5);
        Put<uint32_t>(block, 0x004d4d50);
        Put<uint32_t>(block + 4, sequence);
        memcpy(&disk_[block + 16], node.data(), node.size());
        Put<uint16_t>(block + 112, 7);
        Save();
    }
    void Save() { std::ofstream(path_, std::ios::binary).write(disk_.data(), disk_.size()); }

    static constexpr uint32_t kClean = 0xff4d4d50;
    std::string path_, disk_;
};

TEST_F(MultiMountTest, TellsWhoHasADisk) {
    for (uint32_t block_size : {1024, 4096}) {
        Write(block_size, 17, "st0");
        Result<MultiMount> found = ReadMultiMount(path_);
        ASSERT_TRUE(found) << found.error().what;
        EXPECT_TRUE(found->present);
        EXPECT_TRUE(found->Held());
        EXPECT_EQ(found->node, "st0");
        EXPECT_EQ(found->Patience(), 15u);
        Write(block_size, kClean, "st0");
        EXPECT_FALSE(ReadMultiMount(path_)->Held());
    }
}

TEST_F(MultiMountTest, DisksWithoutItAndDamagedOnes) {
    Write(4096, 17, "st0", 0);
    EXPECT_FALSE(ReadMultiMount(path_)->present);
    EXPECT_FALSE(ReadMultiMount(path_)->Held());
    Write(4096, 17, "st0");
    Put<uint32_t>(kBlock * 4096, 0);
    Save();
    EXPECT_FALSE(ReadMultiMount(path_));
    Put<uint64_t>(1024 + 0x168, 1ull << 60);
    Save();
    EXPECT_FALSE(ReadMultiMount(path_));
    disk_.assign(100, 0);
    Save();
    EXPECT_FALSE(ReadMultiMount(path_)->present);
}

// A disk that changes is in use; of one that was left by a power cut, or by this node, that cannot be said.
TEST_F(MultiMountTest, OnlyADiskThatChangesIsMountedElsewhere) {
    Write(4096, kClean, "st0");
    EXPECT_TRUE(CheckNotMountedElsewhere(path_, "st1"));
    Write(4096, 17, "st0");
    EXPECT_TRUE(CheckNotMountedElsewhere(path_, "st0"));
    std::thread other([this] {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        Write(4096, 18, "st0");
    });
    Result<> done = CheckNotMountedElsewhere(path_, "st1");
    other.join();
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().what.find("node st0 has it mounted"), std::string::npos);
}

// What two nodes can reach is not started without it.
TEST_F(MultiMountTest, PairsNeedIt) {
    Storage storage;

    storage.path = path_;
    storage.fstype = "ext4";
    storage.label = "data0";
    storage.shared = true;
    Write(4096, kClean, "st0");
    EXPECT_TRUE(CheckStorage(storage));
    Write(4096, kClean, "st0", 0);
    Result<> done = CheckStorage(storage);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().hint.find("tune2fs -O mmp"), std::string::npos);
    storage.shared = false;
    EXPECT_TRUE(CheckStorage(storage));
}

}  // namespace
}  // namespace sheen::lconf
