/* SPDX-License-Identifier: GPL-2.0 */
// Two servers that can reach each other's disks, and a client that copies files all the time.
#pragma once

#include <chrono>
#include <thread>

#include "file_system_fixture.h"

namespace sheen::vm {

class PairTest : public FileSystemTest {
protected:
    void start_client() {
        lconf("client1", "");
        node("client1").must("mkdir -p /mnt/tree && mount -r /dev/disk/by-id/virtio-tree /mnt/tree");
    }

    // Copies the files again and again, into folders of their own, until finish_copies().
    void start_copies() {
        on("client1", std::string("(i=0; s=0; until [ -e /tmp/enough ] || [ $s != 0 ]; do i=$((i + 1)); "
                                  "stdbuf -oL cp -av ") +
                          kPart + " copy$i >> /tmp/copied 2>> /tmp/errors; s=$?; done; sync; " +
                          "echo $s > /tmp/status) > /dev/null 2>&1 < /dev/null &");
    }

    int copied() { return std::stoi(node("client1").must("cat /tmp/copied 2> /dev/null | wc -l")); }

    // So many names more than there are now.
    void wait_for_more(int names) {
        const int wanted = copied() + names;
        const auto deadline = std::chrono::steady_clock::now() + kCopyLimit;
        while (copied() < wanted) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline) << copied() << " names were copied";
            ASSERT_FALSE(node("client1").run("test -e /tmp/status").ok()) << node("client1").must("cat /tmp/errors");
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }

    std::string finish_copies() {
        node("client1").must("touch /tmp/enough");
        const auto deadline = std::chrono::steady_clock::now() + kCopyLimit;
        while (!node("client1").run("test -e /tmp/status").ok() && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(std::chrono::milliseconds(500));
        return node("client1").run("cat /tmp/status").text;
    }

    // All that was copied is there, and nothing was lost on the way.
    void expect_copies() {
        EXPECT_EQ(node("client1").must("cat /tmp/errors"), "");
        node("client1").must("echo 3 > /proc/sys/vm/drop_caches");
        EXPECT_EQ(on("client1", std::string("for d in copy*; do diff -r ") + kPart + " $d; done"), "");
    }

private:
    static constexpr char kPart[] = "/mnt/tree/arch/mips";
    static constexpr auto kCopyLimit = std::chrono::minutes(5);
};

}  // namespace sheen::vm
