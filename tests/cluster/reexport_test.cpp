// SPDX-License-Identifier: GPL-2.0
// A client exports the file system with the kernel's NFS server: file handles lead back to files and directories.
#include "nfs_server.h"
#include "posix_fixture.h"

namespace sheen::vm {
namespace {

// client1 has mounted Sheen and exports it, client2 has mounted that at the same place.
class ReexportTest : public PosixFixture {
protected:
    void start_and_mount() {
        start();
        files_->mount("client1");
        give_probe("client1");
        give_probe("client2");
        nfs_ = std::make_unique<NfsServer>(node("client1"), node("client2"));
        nfs_->start(Network::data_address(4), Network::data_address(5));
        nfs_->export_folder(FileSystem::kMountPoint, NfsServer::Promise::kSync);
        nfs_->mount(FileSystem::kMountPoint);
    }

    void unmount_and_stop() {
        node("client2").must(std::string("umount ") + FileSystem::kMountPoint);
        nfs_->stop();
        files_->unmount("client1");
        files_->stop();
    }

    // The server has to find by their handles what the NFS client has open or has looked up.
    void forget() { node("client1").must("echo 3 > /proc/sys/vm/drop_caches"); }

    void check_tree() {
        on("client2", "cp -a /etc tree");
        EXPECT_EQ(on("client1", "tar --sort=name -C tree -c . | sha256sum"),
                  node("client2").must("tar --sort=name -C /etc -c . | sha256sum"));
        on("client2",
           "mv tree/passwd tree/renamed && ln tree/renamed tree/hard && ln -s renamed tree/soft && "
           "mkdir tree/a tree/b && mv tree/a tree/b && rmdir tree/b/a");
        on("client1",
           "cmp /etc/passwd tree/hard && cmp /etc/passwd tree/soft && test -d tree/b && ! test -e tree/a && "
           "! test -e tree/passwd");
        on("client2", "rm -r tree && ! test -e tree");
        on("client1", "! test -e tree");
        on("client1", "mkdir many && cd many && touch $(seq 1500)");
        EXPECT_EQ(on("client2", "ls many | wc -l && ls many | sort -n | tail -1"), "1500\n1500\n");
    }

    void check_handles() {
        on("client1", "mkdir -p d/e/f && echo deep > d/e/f/file && echo two > d/two");
        on("client2",
           "(exec 3< d/e/f/file 4< d/two; cd d/e/f; touch /tmp/open; until [ -e /tmp/go ]; do sleep 0.1; "
           "done; cat <&3; cat file; cat <&4; touch /tmp/done) > /tmp/seen 2>&1 & "
           "until [ -e /tmp/open ]; do sleep 0.1; done");
        forget();
        on("client1", "mv d/e moved && rm d/two && echo new > d/two");
        forget();
        on("client2", "echo 3 > /proc/sys/vm/drop_caches; touch /tmp/go; until [ -e /tmp/done ]; do sleep 0.1; done");
        // The server of version 4 has the file open as long as its client, so that it lives on without a name.
        EXPECT_EQ(node("client2").must("cat /tmp/seen"), "deep\ndeep\ntwo\n");
        EXPECT_EQ(on("client1", "cat moved/f/file"), "deep\n");
    }

    void check_locks() {
        start_probe("client1", "open 0 locked rw+creat , lock 0 w 0 10 , note /tmp/held , wait /tmp/release");
        node("client1").must("until [ -e /tmp/held ]; do sleep 0.1; done");
        EXPECT_EQ(probe("client2", "open 0 locked rw , lock 0 w 5 1 , lock 0 w 10 5"),
                  "open ok\nlock EAGAIN\nlock 0\n");
        node("client1").must("touch /tmp/release; while pidof probe > /dev/null; do sleep 0.1; done");
        EXPECT_EQ(probe("client2", "open 0 locked rw , lock 0 w 5 1"), "open ok\nlock 0\n");
    }

    std::unique_ptr<NfsServer> nfs_;
};

TEST_F(ReexportTest, NfsClientUsesIt) {
    start_and_mount();
    check_tree();
    check_handles();
    check_locks();
    on("client2", "head -c 20000000 /dev/urandom > big && sync big");
    forget();
    EXPECT_EQ(on("client1", "sha256sum < big"), on("client2", "sha256sum < big"));
    unmount_and_stop();
}

}  // namespace
}  // namespace sheen::vm
