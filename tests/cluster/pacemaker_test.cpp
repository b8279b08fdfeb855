// SPDX-License-Identifier: GPL-2.0
// Pacemaker runs the targets of two servers that can reach each other's disks, with the resource agent.
#include <fmt/format.h>

#include "pair_fixture.h"

namespace sheen::vm {
namespace {

using namespace std::chrono_literals;

constexpr auto kDecision = 5min;  // of emulated machines that start shell scripts all the time

// Both nodes are enough for a quorum of two, and one that is alone goes on: multi-mount protection keeps the other from
// the disks.
constexpr char kCorosync[] = R"(totem {
  version: 2
  cluster_name: sheen
  transport: udpu
  token: 20000
}
nodelist {
  node {
    ring0_addr: mds1
    name: mds1
    nodeid: 1
  }
  node {
    ring0_addr: oss1
    name: oss1
    nodeid: 2
  }
}
quorum {
  provider: corosync_votequorum
  two_node: 1
  wait_for_all: 0
}
logging {
  to_logfile: yes
  logfile: /var/log/corosync.log
  to_syslog: no
}
)";

// A resource that would rather be where its disk is.
constexpr char kPrimitive[] = R"(<primitive id="{0}" class="ocf" provider="sheen" type="Target">
  <instance_attributes id="{0}-parameters">
    <nvpair id="{0}-target" name="target" value="{0}"/>
    <nvpair id="{0}-config" name="config" value="/etc/lustre/sheen.xml"/>
  </instance_attributes>
  <operations>
    <op id="{0}-start" name="start" interval="0" timeout="300s"/>
    <op id="{0}-stop" name="stop" interval="0" timeout="300s"/>
    <op id="{0}-monitor" name="monitor" interval="20s" timeout="120s"/>
  </operations>
</primitive>
)";
constexpr char kConstraint[] = R"(<rsc_location id="{0}-home" rsc="{0}" node="{1}" score="100"/>)";

class PacemakerTest : public PairTest {
protected:
    void SetUp() override {
        more_packages_ = "packages.pacemaker";
        memory_mib_ = 900;
    }

    void put(const std::string &name, const std::string &path, const std::string &text) {
        node(name).must(fmt::format("mkdir -p \"$(dirname {0})\" && cat > {0} <<'END'\n{1}\nEND", path, text));
    }

    void start_manager(const std::string &name) {
        Node &here = node(name);
        put(name, "/etc/corosync/corosync.conf", kCorosync);
        here.must(
            "mkdir -p /usr/lib/ocf/resource.d/sheen /var/log/pacemaker /var/log/cluster && "
            "ln -sf /host/config/ocf/Target /usr/lib/ocf/resource.d/sheen/Target && "
            "(setsid corosync; setsid pacemakerd) < /dev/null > /dev/null 2>&1 &");
    }

    void configure_manager() {
        wait_until("mds1", "crm_mon -1 | grep -q 'Online:.*mds1.*oss1'");
        Node &here = node("mds1");
        here.must("crm_attribute -n stonith-enabled -v false && crm_attribute -n no-quorum-policy -v ignore");
        for (const auto &[target, home] : {std::pair("meta", "mds1"), std::pair("data1", "oss1")}) {
            put("mds1", "/tmp/resource.xml", fmt::format(kPrimitive, target));
            put("mds1", "/tmp/constraint.xml", fmt::format(kConstraint, target, home));
            here.must(
                "cibadmin -C -o resources -x /tmp/resource.xml && cibadmin -C -o constraints -x /tmp/constraint.xml");
        }
    }

    // Until a command of a node succeeds.
    void wait_until(const std::string &name, const std::string &what) {
        const auto deadline = std::chrono::steady_clock::now() + kDecision;
        while (!node(name).run(what).ok()) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline)
                << what << "\n"
                << node(name).run("crm_mon -1 -A -f 2>&1; tail -n 60 /var/log/pacemaker/pacemaker.log").text;
            std::this_thread::sleep_for(1s);
        }
    }

    // A node loses its power: the other one runs its target until it is back.
    void moves(const std::string &target, const std::string &home, const std::string &other) {
        node(home).power_cut();
        wait_for_target(target, other);
        wait_for_more(30);
        boot_again(home);
        start_manager(home);
        wait_for_target(target, home);
        wait_for_more(30);
    }

    // Pacemaker says so, and so does the node.
    void wait_for_target(const std::string &target, const std::string &name) {
        wait_until(name,
                   fmt::format("crm_resource -r {0} -W | grep -q 'running on: {1}' && lctl dl | grep -q ' UP .* {0} '",
                               target, name));
    }
};

TEST_F(PacemakerTest, TargetsMoveWithPowerCutsAndComeBack) {
    start_pair();
    lconf("oss1", "--cleanup");
    lconf("mds1", "--cleanup");
    start_manager("mds1");
    start_manager("oss1");
    configure_manager();
    wait_for_target("meta", "mds1");
    wait_for_target("data1", "oss1");
    start_client();
    start_copies();
    wait_for_more(60);

    moves("meta", "mds1", "oss1");
    if (std::getenv("SHEEN_FULL"))
        moves("data1", "oss1", "mds1");

    EXPECT_EQ(finish_copies(), "0\n");
    expect_copies();
    EXPECT_EQ(node("client1").must("dmesg | grep -c 'evicted by' || true"), "0\n");
    lconf("client1", "--cleanup");
}

}  // namespace
}  // namespace sheen::vm
