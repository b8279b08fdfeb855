// SPDX-License-Identifier: GPL-2.0
// Rules of the protocol: numbers, match bits, portals, offsets, times.
#include <gtest/gtest.h>

#include <vector>

#include <linux/crc32.h>
#include <linux/list.h>
#include <linux/workqueue.h>

extern "C" {
#include "obd/rpc/internal.h"
}

namespace {

page *PageAt(uintptr_t n)
{
    return reinterpret_cast<page *>(n * 64);
}

std::vector<bio_vec> Pages(unsigned int count, u32 first_offset, u32 last_len)
{
    std::vector<bio_vec> bv;

    for (unsigned int i = 0; i < count; i++) {
        bio_vec v = {};
        v.bv_page = PageAt(i + 1);
        v.bv_offset = i ? 0 : first_offset;
        v.bv_len = (i + 1 == count ? last_len : RPC_WIRE_PAGE) - v.bv_offset;
        bv.push_back(v);
    }
    return bv;
}

u32 Total(const std::vector<bio_vec>& bv)
{
    u32 sum = 0;

    for (const bio_vec& v : bv)
        sum += v.bv_len;
    return sum;
}

struct Cut {
    int n = 0;
    std::vector<bio_vec> out;
    rpc_part parts[RPC_MAX_PARTS] = {};

    explicit Cut(const std::vector<bio_vec>& bv, u32 len, unsigned int max = RPC_MAX_PARTS)
        : out(bv.size() + max)
    {
        n = rpc_bulk_split(bv.data(), bv.size(), len, out.data(), parts, max);
    }
};

TEST(RpcXid, FirstIsAlignedAndGrowsWithTime)
{
    const u64 now = 1800000000;

    EXPECT_EQ(0u, rpc_first_xid(now) % RPC_XID_STEP);
    EXPECT_GT(rpc_first_xid(now + 1), rpc_first_xid(now) + 131071 * RPC_XID_STEP);
    EXPECT_LT(rpc_first_xid(now), 1ULL << 62);
}

TEST(RpcBulk, LowBitsCountTheParts)
{
    EXPECT_EQ(1u, rpc_bulk_count(0x1000, 4));
    EXPECT_EQ(4u, rpc_bulk_count(0x1003, 4));
    EXPECT_EQ(0x1000u, rpc_bulk_first(0x1003, 4));
    // With one part agreed on, low bits are no count.
    EXPECT_EQ(1u, rpc_bulk_count(0x1003, 1));
    EXPECT_EQ(0x1003u, rpc_bulk_first(0x1003, 1));
    // A client with steps of 64 is understood by whoever counts no more than it may send.
    EXPECT_EQ(2u, rpc_bulk_count(0x1041, 16));
    EXPECT_EQ(0x1040u, rpc_bulk_first(0x1041, 16));
}

TEST(RpcBulk, OneMebibyteIsOnePart)
{
    auto bv = Pages(256, 0, RPC_WIRE_PAGE);
    Cut cut(bv, Total(bv));

    ASSERT_EQ(1, cut.n);
    EXPECT_EQ(1u << 20, cut.parts[0].len);
    EXPECT_EQ(256u, cut.parts[0].nr);
}

TEST(RpcBulk, PartsHave256PagesHoweverFull)
{
    auto bv = Pages(513, 100, 50);
    Cut cut(bv, Total(bv));

    ASSERT_EQ(3, cut.n);
    EXPECT_EQ((1u << 20) - 100, cut.parts[0].len);
    EXPECT_EQ(1u << 20, cut.parts[1].len);
    EXPECT_EQ(50u, cut.parts[2].len);
    EXPECT_EQ(Total(bv), cut.parts[0].len + cut.parts[1].len + cut.parts[2].len);
}

TEST(RpcBulk, LargeEntriesAreCutWhereTheirPagesAre)
{
    bio_vec v = {};
    v.bv_page = PageAt(1);
    v.bv_offset = 512;
    v.bv_len = 3u << 20;
    Cut cut({ v }, v.bv_len);

    ASSERT_EQ(4, cut.n);
    EXPECT_EQ((1u << 20) - 512, cut.parts[0].len);
    EXPECT_EQ(1u << 20, cut.parts[0].bv->bv_offset + cut.parts[0].len);
    EXPECT_EQ(1u << 20, cut.parts[1].bv->bv_offset);
    EXPECT_EQ(512u, cut.parts[3].len);
}

TEST(RpcBulk, OnlyTheLengthAskedForIsTaken)
{
    auto bv = Pages(4, 0, RPC_WIRE_PAGE);
    Cut cut(bv, 5000);

    ASSERT_EQ(1, cut.n);
    EXPECT_EQ(2u, cut.parts[0].nr);
    EXPECT_EQ(5000u, cut.parts[0].len);
    EXPECT_EQ(0, Cut(bv, 0).n);
}

TEST(RpcBulk, RefusesTooMuch)
{
    auto bv = Pages(300, 0, RPC_WIRE_PAGE);

    EXPECT_EQ(-EINVAL, Cut(bv, Total(bv), 1).n);
    EXPECT_EQ(-EINVAL, Cut(bv, Total(bv) + 1).n);
}

TEST(RpcReply, PortalsFollowTheRequest)
{
    EXPECT_EQ(25u, rpc_reply_portal(26));
    for (u32 portal : { 28, 6, 7 })
        EXPECT_EQ(4u, rpc_reply_portal(portal));
    for (u32 portal : { 12, 23, 13, 30, 29 })
        EXPECT_EQ(10u, rpc_reply_portal(portal));
    EXPECT_EQ(18u, rpc_reply_portal(17));
    EXPECT_EQ(16u, rpc_reply_portal(15));
    EXPECT_EQ(0u, rpc_reply_portal(8));
}

TEST(RpcReply, OffsetFollowsTheRequestsFlagButNeverForConnects)
{
    wire_msg msg = {};

    EXPECT_EQ(0u, rpc_reply_offset(&msg, OP_OBD_PING));
    msg.flags = cpu_to_le32(WIRE_MSG_F_AT);
    EXPECT_EQ(224u, rpc_reply_offset(&msg, OP_OBD_PING));
    EXPECT_EQ(0u, rpc_reply_offset(&msg, OP_MDS_CONNECT));
    EXPECT_EQ(0u, rpc_reply_offset(&msg, OP_OST_CONNECT));
    EXPECT_EQ(0u, rpc_reply_offset(&msg, OP_MGS_CONNECT));
}

TEST(RpcReply, AnEarlyOneIsABodyAndItsHead)
{
    const u32 lens[] = { sizeof(wire_body) };

    EXPECT_EQ(RPC_EARLY_SIZE, wire_msg_size(1, lens));
}

TEST(RpcReply, ChecksumIsCrc32WithoutFinalInversion)
{
    wire_body body = {};

    EXPECT_EQ(crc32_le(~0u, reinterpret_cast<unsigned char *>(&body), sizeof(body)),
              rpc_body_cksum(&body, sizeof(body)));
    const char digits[] = "123456789";
    EXPECT_EQ(~0xcbf43926u, rpc_body_cksum(reinterpret_cast<const wire_body *>(digits), 9));
}

TEST(RpcTimes, ClientsWaitAQuarterLongerThanTheyAreTold)
{
    EXPECT_EQ(5u, rpc_client_timeout(0));
    EXPECT_EQ(130u, rpc_client_timeout(100));
    EXPECT_EQ(RPC_TIMEOUT_MAX, rpc_client_timeout(~0u));
}

TEST(RpcTimes, BackoffDoublesUpToAQuarterOfTheTimeout)
{
    EXPECT_EQ(1000u, rpc_connect_backoff_ms(0, 100));
    EXPECT_EQ(2000u, rpc_connect_backoff_ms(1, 100));
    EXPECT_EQ(4000u, rpc_connect_backoff_ms(9, 100));
    EXPECT_EQ(4000u, rpc_connect_backoff_ms(~0u, 100));
    EXPECT_EQ(1000u, rpc_connect_backoff_ms(5, 1));
}

TEST(RpcVersions, FollowTheOperation)
{
    EXPECT_EQ(0x10003u, rpc_opc_version(OP_MDS_CONNECT));
    EXPECT_EQ(0x10003u, rpc_opc_version(OP_OST_DISCONNECT));
    EXPECT_EQ(0x10003u, rpc_opc_version(OP_OBD_PING));
    EXPECT_EQ(0x30003u, rpc_opc_version(OP_OST_WRITE));
    EXPECT_EQ(0x20003u, rpc_opc_version(OP_MDS_REINT));
    EXPECT_EQ(0x40003u, rpc_opc_version(OP_LDLM_CANCEL));
    EXPECT_EQ(0x60003u, rpc_opc_version(OP_MGS_CONFIG_READ));
    EXPECT_EQ(0x50003u, rpc_opc_version(OP_LLOG_CREATE));
    EXPECT_EQ(0x20003u, rpc_opc_version(OP_FLD_QUERY));
}

} // namespace
