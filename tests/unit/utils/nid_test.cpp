// SPDX-License-Identifier: GPL-2.0
// NIDs, what a client mounts, and the options of a mount.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include "cluster.h"
#include "lib/mount_source.h"
#include "lib/nid.h"
#include "mount/options.h"

namespace sheen {
namespace {

TEST(Nid, Parse) {
    struct {
        const char *text, *canonical;
    } good[] = {{"10.0.0.1@tcp", "10.0.0.1@tcp"},   {"md0", "md0@tcp"}, {"md0@tcp0", "md0@tcp"},
                {"a.b-c_d@tcp12", "a.b-c_d@tcp12"}, {"0@lo", "0@lo"},   {"x@tcp007", "x@tcp7"}};

    for (const auto &test : good) {
        Result<Nid> nid = ParseNid(test.text);
        ASSERT_TRUE(nid) << test.text;
        EXPECT_EQ(nid->Text(), test.canonical);
    }
    for (const char *bad : {"", "@tcp", "a b@tcp", "a@", "a@o2ib", "a@tcp65536", "a@tcpx", "a@b@tcp", "a@tcp1x"})
        EXPECT_FALSE(ParseNid(bad)) << bad;
    EXPECT_FALSE(ParseNid(std::string(300, 'a')));
}

TEST(Nid, Resolve) {
    EXPECT_EQ(*ResolveNid("st0@tcp3", test::FakeResolver), "10.0.0.2@tcp3");
    EXPECT_EQ(*ResolveNid("192.168.1.1", test::FakeResolver), "192.168.1.1@tcp");
    EXPECT_EQ(*ResolveNidList("md0,st0@tcp1:st1", test::FakeResolver), "10.0.0.1@tcp,10.0.0.2@tcp1:10.0.0.3@tcp");
    EXPECT_FALSE(ResolveNidList("md0,,st0", test::FakeResolver));
}

TEST(MountSource, Parse) {
    Result<MountSource> source = ParseMountSource("md0@tcp:st0@tcp:/sheen/", test::FakeResolver);

    ASSERT_TRUE(source) << source.error().what;
    EXPECT_EQ(source->Text(), "10.0.0.1@tcp:10.0.0.2@tcp:/sheen");
    EXPECT_EQ(source->fsname, "sheen");
    EXPECT_EQ(source->subdir, "");
    source = ParseMountSource("md0:/sheen/home/a,b//c/", test::FakeResolver);
    ASSERT_TRUE(source) << source.error().what;
    EXPECT_EQ(source->Text(), "10.0.0.1@tcp:/sheen/home/a,b//c");
    EXPECT_EQ(source->fsname, "sheen");
    EXPECT_EQ(source->subdir, "/home/a,b//c");
    for (const char *bad :
         {"", "sheen", ":/sheen", "md0@tcp:", "md0@tcp:/", "md0@tcp://a", "md0@tcp:/ninechars", "nobody@tcp:/sheen"})
        EXPECT_FALSE(ParseMountSource(bad, test::FakeResolver)) << bad;
}

TEST(MountOptions, Parse) {
    Result<mount::Options> options = mount::ParseOptions("ro,flock,noatime,_netdev,retry=3,user_xattr,defaults,rw");

    ASSERT_TRUE(options);
    EXPECT_EQ(options->flags, static_cast<unsigned long>(MS_NOATIME));
    EXPECT_EQ(options->data, "flock,user_xattr");
    EXPECT_EQ(options->retries, 3);
    EXPECT_FALSE(mount::ParseOptions("retry=x"));
    EXPECT_FALSE(mount::ParseOptions("retry"));
    EXPECT_TRUE(mount::ParseOptions(""));
}

}  // namespace
}  // namespace sheen
