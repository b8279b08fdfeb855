// SPDX-License-Identifier: GPL-2.0
// Servers and a client on one machine, on loop devices, as the README describes it.
#include "cluster_fixture.h"
#include "file_system.h"

namespace sheen::vm {
namespace {

constexpr char kConfigure[] = R"(set -e
mkfs.ext4 -q /dev/disk/by-id/virtio-data && mount /dev/disk/by-id/virtio-data /mnt && cd /mnt
lmc -o sheen.xml --add net --node here --nid mds1 --nettype tcp
lmc -m sheen.xml --add mds --node here --mds meta --fstype ext4 --dev /mnt/mdt --size 200000
lmc -m sheen.xml --add lov --lov vol --mds meta --stripe_sz 1048576 --stripe_cnt 2 --stripe_pattern 0
lmc -m sheen.xml --add ost --node here --ost data1 --lov vol --fstype ext4 --dev /mnt/ost1 --size 400000
lmc -m sheen.xml --add ost --node here --ost data2 --lov vol --fstype ext4 --dev /mnt/ost2 --size 400000
lmc -m sheen.xml --add mtpt --node here --path /mnt/sheen --mds meta --lov vol
)";

class OneMachineTest : public ClusterTest {};

TEST_F(OneMachineTest, ServersAndClientOnLoopDevices) {
    boot({"mds1"});
    Node &here = node("mds1");
    const std::string modules = here.must("modprobe ext4 && modprobe loop && lsmod | cut -d' ' -f1 | sort");
    here.must("mkdir -p /mnt/sheen");
    here.must(kConfigure);
    here.must("lconf --reformat --node here /mnt/sheen.xml");
    here.must("cd /mnt/sheen && mkdir d && for i in $(seq 100); do echo $i > d/$i; done && rm d/1 && mv d/2 d/two && "
              "head -c 50000000 /dev/urandom > /mnt/big && cp /mnt/big big && sync big && cmp /mnt/big big");
    here.must("umount /mnt/sheen && mount -t lustre mds1@tcp:/sheen /mnt/sheen && cmp /mnt/big /mnt/sheen/big");
    here.must("lconf --cleanup --node here /mnt/sheen.xml");
    here.must("lconf --write_conf --node here /mnt/sheen.xml");
    here.must("lconf --node here /mnt/sheen.xml && cmp /mnt/big /mnt/sheen/big");
    EXPECT_EQ(here.must("cd /mnt/sheen/d && ls | wc -l && cat two 100"), "99\n2\n100\n");
    here.must("lconf --cleanup --node here /mnt/sheen.xml");
    EXPECT_EQ(here.must("lsmod | cut -d' ' -f1 | sort"), modules);
    EXPECT_EQ(here.must("losetup -a"), "");
    here.must("umount /mnt");
}

}  // namespace
}  // namespace sheen::vm
