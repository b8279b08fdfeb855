// SPDX-License-Identifier: GPL-2.0
// A stock client (client1) and Sheen's (client2) use the same files at the same time.
#include "interop_fixture.h"

namespace sheen::vm {
namespace {

using MixedClientsTest = InteropTest;

constexpr int kRounds = 20;

TEST_F(MixedClientsTest, SeeEachOthersWorkAtOnce) {
    start_with(FileSystem::clients(), {"client1"});
    // Each continues what the other wrote, in its cache still, over both stripes.
    on("client1", "lfs setstripe -c 2 -S 65536 turns && mkdir names");
    std::string expected;
    for (int i = 0; i < kRounds; ++i) {
        const std::string line = std::to_string(i) + std::string(9999, 'a' + i % 26),
                          client = i % 2 ? "client2" : "client1";
        const std::string other = i % 2 ? "client1" : "client2", number = std::to_string(i);
        expected += line + "\n";
        on(client, "echo " + line + " >> turns && echo " + number + " > names/" + number);
        EXPECT_EQ(on(other, "stat -c %s turns; cat names/" + number),
                  std::to_string(expected.size()) + "\n" + number + "\n");
    }
    EXPECT_EQ(on("client1", "cat turns"), expected);
    EXPECT_EQ(on("client2", "cat turns"), expected);

    on("client2", "for i in names/*; do mv $i $i.moved; done; chmod 640 names/*; truncate -s 5 turns");
    EXPECT_EQ(on("client1", "ls names | grep -c moved; stat -c %a names/3.moved; cat turns"), "20\n640\n0aaaa");
    on("client1", "rm names/1*; setfattr -n user.color -v red turns");
    EXPECT_EQ(on("client2", "ls names | wc -l; getfattr --only-values -n user.color turns"), "9\nred");

    check_cached_and_direct();
    check_mappings();
    check_appends();
    check_record_locks();
    check_flock();
    check_access_lists();
    for (const std::string &client : FileSystem::clients())
        files_->unmount(client);
    unload_stock_client(node("client1"));
    files_->stop_servers();
}

}  // namespace
}  // namespace sheen::vm
