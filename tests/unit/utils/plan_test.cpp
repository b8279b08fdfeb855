// SPDX-License-Identifier: GPL-2.0
// What lconf would do, as --noexec prints it.
#include <string>

#include <gtest/gtest.h>

#include "cluster.h"
#include "lconf/executor.h"
#include "lconf/machine.h"
#include "lconf/options.h"
#include "lconf/plan.h"

namespace sheen {
namespace {

/// What --noexec prints for a command line, or the error.
std::string NoExec(const std::string &batch, std::vector<std::string> arguments) {
    ConfigDb db = test::Build(batch);
    std::string help, out;

    arguments.push_back("demo.xml");
    Result<lconf::Options> options = lconf::ParseOptions(arguments, &help);
    if (!options)
        return options.error().what;
    Result<lconf::Plan> plan = lconf::MakePlan(db, *options, {"somewhere"});
    if (!plan)
        return plan.error().what;
    std::unique_ptr<lconf::Machine> machine = lconf::PretendedMachine(options->cleanup);
    lconf::Executor executor(
        machine.get(), [&](const std::string &line) { out += line + "\n"; }, true, true);
    Result<> done = executor.Run(*plan);
    return done ? out : done.error().what;
}

std::string Small(std::vector<std::string> arguments) {
    return NoExec(test::kSmallCluster, std::move(arguments));
}

TEST(Plan, FirstStartOfAnOst) {
    EXPECT_EQ(Small({"--node", "st0", "--reformat"}),
              "+ $ modprobe lnet\n"
              "+ $ modprobe ksocklnd\n"
              "+ $ modprobe obd\n"
              "+ $ modprobe osd_ext4\n"
              "+ $ modprobe ost\n"
              "+ network up tcp(st0)\n"
              "+ attach ost OSS OSS_UUID\n"
              "+ cfg_device OSS\n"
              "+ setup\n"
              "+ $ mkfs.ext4 -F -q -L data0 -E lazy_itable_init=1 -I 512 -i 16384 /dev/sdb1\n"
              "+ attach obdfilter data0 data0_UUID\n"
              "+ cfg_device data0\n"
              "+ setup /dev/sdb1 ext4 f demo 0 md0@tcp\n");
}

TEST(Plan, NormalStartOfTheMds) {
    EXPECT_EQ(Small({"--node", "md0"}),
              "+ $ modprobe lnet\n"
              "+ $ modprobe ksocklnd\n"
              "+ $ modprobe obd\n"
              "+ $ modprobe osd_ext4\n"
              "+ $ modprobe mds\n"
              "+ network up tcp(md0)\n"
              "+ attach mgs MGS MGS_UUID\n"
              "+ cfg_device MGS\n"
              "+ setup /dev/sdb1 ext4\n"
              "+ read_conf demo\n"
              "+ attach mdt MDT MDT_UUID\n"
              "+ cfg_device MDT\n"
              "+ setup\n"
              "+ attach mds meta meta_UUID\n"
              "+ cfg_device meta\n"
              "+ setup /dev/sdb1 ext4 f demo 0 md0@tcp\n");
}

// Whoever says nothing wants his programs to wait.
TEST(Plan, OnlyFailoutTargetsGiveErrors) {
    const std::string batch =
        std::string(test::kSmallCluster) + "--add ost --node st0 --ost more --lov vol --dev /dev/sdd ";

    EXPECT_NE(NoExec(batch + "--failout\n", {"--node", "st0"}).find("setup /dev/sdd ext4 n demo 2"), std::string::npos);
    EXPECT_NE(NoExec(batch + "--failover\n", {"--node", "st0"}).find("setup /dev/sdd ext4 f demo 2"),
              std::string::npos);
    EXPECT_NE(NoExec(batch + "\n", {"--node", "st0"}).find("setup /dev/sdd ext4 f demo 2"), std::string::npos);
}

// It is there before the first client is, and only at the MDS.
TEST(Plan, RootSquashGoesWithTheSetupOfTheMds) {
    std::string batch = test::kSmallCluster, line = "--mds meta --fstype ext3";
    size_t at = batch.find(line);

    batch.insert(at + line.size(), " --root_squash 99:99 --no_root_squash md0 --no_root_squash 10.0.0.5@tcp1");
    EXPECT_NE(
        NoExec(batch, {"--node", "md0"}).find("+ setup /dev/sdb1 ext4 f demo 0 md0@tcp 99:99 md0@tcp 10.0.0.5@tcp1\n"),
        std::string::npos);
    EXPECT_NE(NoExec(batch, {"--node", "st0"}).find("+ setup /dev/sdb1 ext4 f demo 0 md0@tcp\n"), std::string::npos);
}

TEST(Plan, WriteConfTakesBackWhatItStarted) {
    EXPECT_EQ(Small({"--node", "md0", "--write_conf", "--nomod"}),
              "+ network up tcp(md0)\n"
              "+ attach mgs MGS MGS_UUID\n"
              "+ cfg_device MGS\n"
              "+ setup /dev/sdb1 ext4\n"
              "+ write_conf demo -\n"
              "+   sheen-config 1\n"
              "+   fsname demo\n"
              "+   lov vol_UUID 1048576 -1 -1 0\n"
              "+   mdt 0 meta_UUID md0@tcp\n"
              "+   ost 0 data0_UUID st0@tcp\n"
              "+   ost 1 data1_UUID st1@tcp\n"
              "+ cfg_device MGS\n"
              "+ cleanup\n"
              "+ detach\n"
              "+ network down\n");
    EXPECT_EQ(Small({"--node", "st0", "--write_conf"}), "");
}

TEST(Plan, ReformatOfTheMdsWritesTheConfigurationAndStarts) {
    std::string plan = Small({"--node", "md0", "--reformat"});
    size_t format = plan.find("mkfs.ext4"), conf = plan.find("+ write_conf demo"), start = plan.find("attach mds");

    EXPECT_LT(format, conf);
    EXPECT_LT(conf, start);
    EXPECT_NE(start, std::string::npos);
    EXPECT_EQ(plan.find("read_conf"), std::string::npos);
    EXPECT_NE(plan.find("-I 1024 -i 4096"), std::string::npos);
}

TEST(Plan, Client) {
    EXPECT_EQ(Small({"--node", "client", "--nomod", "--inactive", "data1_UUID"}),
              "+ network up tcp\n"
              "+ $ mkdir -p /mnt/demo\n"
              "+ $ mount -t lustre -o exclude=data1_UUID md0@tcp:/demo /mnt/demo\n");
}

TEST(Plan, CleanupIsTheReverse) {
    EXPECT_EQ(Small({"-d", "--failover", "--node", "md0"}),
              "+ cfg_device meta\n"
              "+ cleanup force failover\n"
              "+ detach\n"
              "+ cfg_device MDT\n"
              "+ cleanup\n"
              "+ detach\n"
              "+ cfg_device MGS\n"
              "+ cleanup force\n"
              "+ detach\n"
              "+ network down\n"
              "+ $ rmmod mds\n"
              "+ $ rmmod osd_ext4\n"
              "+ $ rmmod obd\n"
              "+ $ rmmod ksocklnd\n"
              "+ $ rmmod lnet\n");
    EXPECT_EQ(Small({"-d", "-f", "--node", "client", "--nomod"}), "+ $ umount -f /mnt/demo\n+ network down\n");
}

TEST(Plan, LevelsLimitTheServices) {
    EXPECT_EQ(Small({"--node", "st0", "--maxlevel", "20"}),
              "+ $ modprobe lnet\n+ $ modprobe ksocklnd\n+ $ modprobe obd\n+ network up tcp(st0)\n");
    EXPECT_EQ(Small({"--node", "client", "--minlevel", "70"}),
              "+ $ modprobe lustre\n+ $ mkdir -p /mnt/demo\n+ $ mount -t lustre md0@tcp:/demo /mnt/demo\n");
    EXPECT_EQ(Small({"--node", "client", "--nosetup", "--minlevel", "20"}), "+ $ modprobe obd\n+ $ modprobe lustre\n");
}

const std::string kPair =
    std::string(test::kSmallCluster) + "--add ost --node st1 --ost data0 --group g --failover --dev /dev/sdc\n";

TEST(Plan, OnlyTheActiveHomeStarts) {
    std::vector<std::string> base = {"--nomod", "--minlevel", "30", "--node"};
    auto with = [&](std::vector<std::string> more) {
        std::vector<std::string> all = base;
        all.insert(all.end(), more.begin(), more.end());
        return NoExec(kPair, all);
    };

    EXPECT_NE(with({"st0"}).find("setup /dev/sdb1 ext4 f demo 0"), std::string::npos);
    EXPECT_EQ(with({"st1"}).find("data0"), std::string::npos);
    EXPECT_NE(with({"st1", "--select", "data0=st1"}).find("setup /dev/sdc ext4 f demo 0"), std::string::npos);
    EXPECT_EQ(with({"st0", "--select", "data0=st1"}).find("data0"), std::string::npos);
    EXPECT_EQ(with({"st1", "--group", "g"}), "");
    EXPECT_NE(with({"st1", "--service", "g"}).find("attach obdfilter data0"), std::string::npos);
    EXPECT_EQ(with({"st1", "--service", "g"}).find("data1"), std::string::npos);
    EXPECT_NE(with({"st1", "--select", "data0=nowhere"}).find("no such node"), std::string::npos);
    EXPECT_NE(with({"st1", "--select", "data0=md0"}).find("data0 has no device on md0"), std::string::npos);
}

TEST(Plan, AMetadataTargetMovesWithItsMgs) {
    auto with = [](std::vector<std::string> arguments) {
        arguments.push_back("--nomod");
        return NoExec(test::kPairs, std::move(arguments));
    };

    EXPECT_EQ(with({"--node", "md1"}), "+ network up tcp(md1)\n");
    EXPECT_EQ(with({"--node", "md1", "--select", "meta=md1"}),
              "+ network up tcp(md1)\n"
              "+ attach mgs MGS MGS_UUID\n"
              "+ cfg_device MGS\n"
              "+ setup /dev/sdb1 ext4\n"
              "+ read_conf demo\n"
              "+ attach mdt MDT MDT_UUID\n"
              "+ cfg_device MDT\n"
              "+ setup\n"
              "+ attach mds meta meta_UUID\n"
              "+ cfg_device meta\n"
              "+ setup /dev/sdb1 ext4 f demo 0 md1@tcp\n");
    EXPECT_EQ(with({"--node", "md0", "--select", "meta=md1"}), "+ network up tcp(md0)\n");
    EXPECT_NE(with({"--node", "client"}).find("mount -t lustre md0@tcp:md1@tcp:/demo /mnt/demo"), std::string::npos);
    // Whatever runs there is given up, also what is not active there by the configuration.
    EXPECT_NE(with({"--node", "md1", "-d", "--failover"}).find("cfg_device meta\n+ cleanup force failover\n"),
              std::string::npos);
    // The disk of a pair is formatted once.
    EXPECT_EQ(with({"--node", "st0", "--reformat"}).find("/dev/sdc1"), std::string::npos);
    EXPECT_EQ(with({"--node", "md1", "--reformat"}).find("mkfs"), std::string::npos);
    EXPECT_NE(with({"--node", "st1", "-d", "--failover", "--group", "data0"}).find("cfg_device data0"),
              std::string::npos);
    EXPECT_EQ(with({"--node", "st1", "-d", "--failover", "--group", "data0"}).find("cfg_device data1"),
              std::string::npos);
}

// Neither two nodes that are told the same, nor one that comes back, can run a target that runs elsewhere.
TEST(Plan, PairsAreFormattedWithMultiMountProtection) {
    const std::string mmp =
        "mkfs.ext4 -F -q -L data0 -E lazy_itable_init=1 -I 512 -i 16384 -O mmp -E mmp_update_interval=1 ";

    EXPECT_NE(NoExec(test::kPairs, {"--node", "st0", "--reformat"}).find(mmp + "/dev/sdb1"), std::string::npos);
    // The second home alone says enough, --failover too, in case that it is yet to come.
    EXPECT_NE(NoExec(std::string(test::kSmallCluster) + "--add ost --node st1 --ost data0 --dev /dev/sdc\n",
                     {"--node", "st0", "--reformat"})
                  .find(mmp),
              std::string::npos);
    EXPECT_NE(NoExec("--add net --node st0 --nid st0 --nettype tcp\n--add mds --node st0 --mds data0\n"
                     "--add lov --lov l --mds data0\n--add ost --node st0 --ost o --lov l --failover --dev /dev/sdb\n",
                     {"--node", "st0", "--reformat", "--maxlevel", "30"})
                  .find("-O mmp"),
              std::string::npos);
    EXPECT_EQ(Small({"--node", "st0", "--reformat"}).find("mmp"), std::string::npos);
}

TEST(Plan, FilesGetLoopDevices) {
    std::string batch =
        "--add net --node n --nid n --nettype tcp\n"
        "--add mds --node n --mds m --dev '/tmp/my mdt' --size 100000\n"
        "--add lov --lov l --mds m\n"
        "--add ost --node n --ost o --lov l --dev /tmp/ost --size 200000 --journal_size 8 "
        "--inode_size 256 --mkfsoptions '-O ^huge_file'\n";
    std::string plan = NoExec(batch, {"--node", "n", "--reformat", "--mkfsoptions", "-b 4096"});

    EXPECT_NE(plan.find("+ $ truncate -s 200000K /tmp/ost\n+ $ losetup --find --show /tmp/ost\n"
                        "+ $ mkfs.ext4 -F -q -L o -E lazy_itable_init=1 -I 256 -i 16384 -J size=8 -O ^huge_file "
                        "-b 4096 /tmp/ost\n"),
              std::string::npos)
        << plan;
    EXPECT_NE(plan.find("losetup --find --show '/tmp/my mdt'"), std::string::npos) << plan;
    EXPECT_NE(NoExec(batch, {"--node", "n", "-d"}).find("losetup --detach /tmp/ost"), std::string::npos);
}

TEST(Plan, WhatCannotWorkIsRefused) {
    std::string base = test::kSmallCluster;

    EXPECT_EQ(Small({"-d", "--reformat"}), "--cleanup and --reformat exclude each other");
    EXPECT_EQ(Small({}), "no node somewhere or localhost in demo.xml");
    EXPECT_EQ(Small({"--node", "x"}), "no node x in demo.xml");
    EXPECT_EQ(Small({"--record"}), "--record: not supported in this version");
    EXPECT_NE(Small({"--config", "much-too-long"}).find("cannot be the name of a file system"), std::string::npos);
    EXPECT_NE(Small({"--node", "client", "--inactive", "x"}).find("no OST has this uuid"), std::string::npos);
    EXPECT_NE(NoExec(base + "--add ost --node st0 --ost lone --dev /dev/sdz\n", {"--node", "st0"})
                  .find("ost lone belongs to no lov"),
              std::string::npos);
    EXPECT_NE(NoExec(base + "--add ost --node st0 --ost x --lov vol --dev /dev/sdz --fstype xfs\n", {"--node", "st0"})
                  .find("xfs is not supported yet"),
              std::string::npos);
    EXPECT_NE(NoExec(base + "--add mds --node st0 --mds other --dev /dev/sdz\n", {"--node", "st0"})
                  .find("2 metadata targets"),
              std::string::npos);
    EXPECT_NE(NoExec(base + "--add net --node md0 --nid 5 --nettype elan\n", {"--node", "md0"})
                  .find("type elan is not supported"),
              std::string::npos);
}

}  // namespace
}  // namespace sheen
