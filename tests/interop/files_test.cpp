// SPDX-License-Identifier: GPL-2.0
// Two stock clients use a Sheen file system.
#include <fmt/format.h>

#include <thread>

#include "interop_fixture.h"

namespace sheen::vm {
namespace {

class StockClientTest : public InteropTest {
protected:
    void start_stock() { start_with({"client1", "client2"}); }

    void check_statfs();
};

void StockClientTest::check_statfs() {
    const std::string text = on("client1", "lfs df");
    for (const char *target : {"sheen[MDT:0]", "sheen[OST:0]", "sheen[OST:1]", "filesystem_summary"})
        EXPECT_NE(text.find(target), std::string::npos) << target << " is not in:\n" << text;
    // Two disks of 2 GiB, without what ext4 needs.
    const long blocks = std::stol(on("client1", "stat -f -c '%b * %S' . | sed 's/.*/echo $((&))/' | sh"));
    EXPECT_GT(blocks, 3L << 30);
    EXPECT_LT(blocks, 4L << 30);
}

TEST_F(StockClientTest, CopiesComparesRemountsAndUnloads) {
    start_stock();
    check_tree();
    check_big_file();
    check_statfs();
    unmount_clients();
    files_->mount("client2");
    EXPECT_EQ(on("client2", "ls"), "big\ntree\n");
    expect_same(amount().tree, "client2", "/mnt/sheen/tree");
    files_->unmount("client2");
    for (const std::string &client : FileSystem::clients())
        unload_stock_client(node(client));
    files_->stop_servers();
}

TEST_F(StockClientTest, DoesWhatProgramsExpect) {
    start_stock();
    check_what_programs_expect();
    unmount_clients();
}

TEST_F(StockClientTest, ManyNamesAndAnIdleTime) {
    start_stock();
    check_many_names();
    std::this_thread::sleep_for(amount().idle);
    EXPECT_EQ(on_long("client2", "/root/probe list many"), fmt::format("list {} names, 0 again\n", amount().names));
    on_long("client1", "rm -r many && echo awake > f");
    EXPECT_EQ(on("client2", "ls; cat f"), "f\nawake\n");
    unmount_clients();
}

}  // namespace
}  // namespace sheen::vm
