// SPDX-License-Identifier: GPL-2.0
// Every rule of the reply linter: silent on a good message, and it is the one that speaks on a bad one.
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <asm/byteorder.h>
#include <linux/types.h>

extern "C" {
#include "obd/wire/lint.h"
}

namespace {

using Lens = std::map<wire_field, u32>;

// A message by a list of fields; those of fixed size are there unless said otherwise.
class Message {
public:
    Message(const u8 *fields, unsigned int nr, const Lens &lens) {
        std::vector<u32> sizes;
        for (unsigned int i = 0; i < nr; i++) {
            const auto known = lens.find(static_cast<wire_field>(fields[i]));
            sizes.push_back(known == lens.end() ? wire_fields[fields[i]].size : known->second);
        }
        size = wire_msg_size(nr, sizes.data());
        mem_.resize(size / sizeof(u64));
        wire_msg_init(get(), nr, sizes.data());
    }
    wire_msg *get() { return reinterpret_cast<wire_msg *>(mem_.data()); }
    u32 size;

private:
    std::vector<u64> mem_;
};

// A request, its reply, and what the linter says to it. Begins as a good one.
class Exchange {
public:
    Exchange(u32 opc, const wire_format *fmt, const Lens &req = {}, const Lens &rep = {})
        : req_(fmt->req, fmt->nr_req, req), rep_(fmt->rep, fmt->nr_rep, rep) {
        l.opc = opc;
        l.fmt = fmt;
        l.req = req_.get();
        l.msg = rep_.get();
        l.size = rep_.size;
        body()->type = cpu_to_le32(WIRE_MSG_REPLY);
    }
    wire_body *asked() { return wire_msg_body(l.req); }
    wire_body *body() { return wire_msg_body(l.msg); }
    template <class T>
    T *Req(wire_field f) {
        return static_cast<T *>(wire_lint_req(&l, f, sizeof(T)));
    }
    template <class T>
    T *Rep(wire_field f) {
        return static_cast<T *>(wire_lint_rep(&l, f, sizeof(T)));
    }
    std::string Verdict() const {
        const wire_lint_rule *rule = wire_lint_check(&l, LINT_REPLY);
        return rule ? rule->name : "";
    }
    wire_lint l = {};

private:
    Message req_, rep_;
};

// ---- connect ----

struct Connect : Exchange {
    explicit Connect(u32 room = sizeof(wire_connect))
        : Exchange(OP_MDS_CONNECT, &fmt_connect, {}, {{WF_CONNECT, room}}) {
        ask = Req<wire_connect>(WF_CONNECT);
        grant = Rep<wire_connect>(WF_CONNECT);
        ask->flags = cpu_to_le64(CONN_BRW_SIZE | CONN_CKSUM | CONN_FID | CONN_FULL20);
        ask->flags2 = cpu_to_le64(5);
        ask->cksum_types = cpu_to_le32(CKSUM_ADLER | CKSUM_CRC32C);
        if (!grant)
            return;
        *grant = *ask;
        grant->brw_size = cpu_to_le32(4096);
        grant->cksum_types = cpu_to_le32(CKSUM_CRC32C);
    }
    wire_connect *ask, *grant;
};

TEST(WireLintTest, BrwSize) {
    Connect c;
    EXPECT_EQ("", c.Verdict());
    c.grant->brw_size = cpu_to_le32(4095);
    EXPECT_EQ("brw_size", c.Verdict());
    c.grant->brw_size = 0;
    EXPECT_EQ("brw_size", c.Verdict());
    c.grant->flags &= ~cpu_to_le64(CONN_BRW_SIZE);
    EXPECT_EQ("", c.Verdict());
}

TEST(WireLintTest, Recovering) {
    Connect c;
    c.l.peer = {true, true, 0};
    c.body()->op_flags = cpu_to_le32(MSG_CONNECT_RECOVERING | MSG_CONNECT_REPLAYABLE);
    EXPECT_EQ("", c.Verdict());
    // Told on the first connect that there is no replay here.
    c.l.peer.replayable = false;
    EXPECT_EQ("recovering", c.Verdict());
    c.asked()->op_flags = cpu_to_le32(MSG_CONNECT_INITIAL);
    EXPECT_EQ("", c.Verdict());
    c.asked()->op_flags = 0;
    c.body()->op_flags |= cpu_to_le32(MSG_CONNECT_RECONNECT);
    EXPECT_EQ("", c.Verdict());
    // A server that has forgotten the first connect contradicts itself at least.
    c.l.peer = {};
    c.body()->op_flags = cpu_to_le32(MSG_CONNECT_RECOVERING);
    EXPECT_EQ("recovering", c.Verdict());
}

TEST(WireLintTest, FirstConnectDecidesWhetherThereIsReplay) {
    Connect c;
    wire_lint_peer peer = {};
    wire_lint_sent(&c.l, &peer);
    EXPECT_TRUE(peer.connected);
    EXPECT_FALSE(peer.replayable);
    c.body()->op_flags = cpu_to_le32(MSG_CONNECT_REPLAYABLE);
    wire_lint_sent(&c.l, &peer);
    EXPECT_FALSE(peer.replayable);
    peer = {};
    wire_lint_sent(&c.l, &peer);
    EXPECT_TRUE(peer.replayable);
}

TEST(WireLintTest, ConnectShort) {
    EXPECT_EQ("connect_short", Connect(191).Verdict());
    EXPECT_EQ("", Connect(192).Verdict());
    EXPECT_EQ("", Connect(256).Verdict());
    Connect c(0);
    EXPECT_EQ("connect_short", c.Verdict());
    c.body()->type = cpu_to_le32(WIRE_MSG_ERROR);
    c.body()->status = cpu_to_le32(-ENODEV);
    EXPECT_EQ("", c.Verdict());
}

TEST(WireLintTest, FlagsUnasked) {
    for (unsigned int bit = 0; bit < 64; bit++) {
        Connect c;
        c.grant->brw_size = cpu_to_le32(1 << 20);
        c.ask->flags = cpu_to_le64(~0ULL);
        c.ask->flags2 = cpu_to_le64(~0ULL);
        c.grant->flags = c.ask->flags;
        c.grant->flags2 = c.ask->flags2;
        EXPECT_EQ("", c.Verdict());
        c.ask->flags &= ~cpu_to_le64(1ULL << bit);
        EXPECT_EQ("flags_unasked", c.Verdict());
        c.grant->flags = c.ask->flags;
        EXPECT_EQ("", c.Verdict());
        c.ask->flags2 &= ~cpu_to_le64(1ULL << bit);
        EXPECT_EQ("flags_unasked", c.Verdict());
    }
}

TEST(WireLintTest, CksumTypes) {
    Connect c;
    c.grant->cksum_types = cpu_to_le32(CKSUM_CRC32);
    EXPECT_EQ("cksum_types", c.Verdict());
    c.grant->flags &= ~cpu_to_le64(CONN_CKSUM);
    EXPECT_EQ("", c.Verdict());
}

// ---- every reply ----

TEST(WireLintTest, ReplyOffset) {
    Exchange ping(OP_OBD_PING, &fmt_ping);
    EXPECT_EQ("", ping.Verdict());
    ping.l.offset = WIRE_REPLY_OFFSET;
    EXPECT_EQ("reply_offset", ping.Verdict());
    ping.l.req->flags = cpu_to_le32(WIRE_MSG_F_AT);
    EXPECT_EQ("", ping.Verdict());
    ping.l.offset = 0;
    EXPECT_EQ("reply_offset", ping.Verdict());
    Connect c;
    c.l.req->flags = cpu_to_le32(WIRE_MSG_F_AT);
    EXPECT_EQ("", c.Verdict());
}

TEST(WireLintTest, ReplayTransno) {
    Exchange e(OP_OBD_PING, &fmt_ping);
    e.asked()->transno = cpu_to_le64(7);
    e.body()->transno = cpu_to_le64(8);
    EXPECT_EQ("", e.Verdict());
    e.asked()->flags = cpu_to_le32(MSG_REPLAY);
    EXPECT_EQ("replay_transno", e.Verdict());
    e.body()->transno = cpu_to_le64(7);
    EXPECT_EQ("", e.Verdict());
    e.body()->transno = 0;
    EXPECT_EQ("", e.Verdict());
}

TEST(WireLintTest, CommittedBackwards) {
    Exchange e(OP_OBD_PING, &fmt_ping);
    e.body()->last_committed = cpu_to_le64(100);
    EXPECT_EQ("", e.Verdict());
    wire_lint_sent(&e.l, &e.l.peer);
    EXPECT_EQ(100u, e.l.peer.committed);
    EXPECT_EQ("", e.Verdict());
    e.body()->last_committed = cpu_to_le64(99);
    EXPECT_EQ("committed_backwards", e.Verdict());
    wire_lint_sent(&e.l, &e.l.peer);
    EXPECT_EQ(100u, e.l.peer.committed);
    e.body()->last_committed = 0;
    EXPECT_EQ("", e.Verdict());
}

TEST(WireLintTest, MessageSize) {
    Exchange e(OP_OBD_PING, &fmt_ping);
    e.l.size = 1 << 20;
    EXPECT_EQ("", e.Verdict());
    e.l.size++;
    EXPECT_EQ("message_size", e.Verdict());
}

// ---- attributes ----

TEST(WireLintTest, Statfs) {
    for (const u32 opc : {OP_MDS_STATFS, OP_OST_STATFS}) {
        Exchange e(opc, &fmt_statfs);
        e.Rep<wire_statfs>(WF_STATFS)->bsize = cpu_to_le32(4096);
        e.Rep<wire_statfs>(WF_STATFS)->namelen = cpu_to_le32(255);
        EXPECT_EQ("", e.Verdict());
        e.Rep<wire_statfs>(WF_STATFS)->namelen = 0;
        EXPECT_EQ("statfs_namelen", e.Verdict());
        e.Rep<wire_statfs>(WF_STATFS)->bsize = 0;
        EXPECT_EQ("statfs_bsize", e.Verdict());
    }
}

wire_fid Fid(u32 oid) {
    wire_fid fid = {};
    fid.seq = cpu_to_le64(FID_SEQ_NORMAL);
    fid.oid = cpu_to_le32(oid);
    return fid;
}

// Attributes of a regular file.
void FillBody(wire_mdt_body *b, u32 oid) {
    b->fid1 = Fid(oid);
    b->mode = cpu_to_le32(0100644);
    b->valid = cpu_to_le64(VALID_ID | VALID_MODE | VALID_TYPE);
}

struct Getattr : Exchange {
    explicit Getattr(const Lens &rep = {}) : Exchange(OP_MDS_GETATTR, &fmt_mds_getattr, {}, rep) {
        Req<wire_mdt_body>(WF_MDT_BODY)->fid1 = Fid(1);
        attr = Rep<wire_mdt_body>(WF_MDT_BODY);
        FillBody(attr, 1);
    }
    wire_mdt_body *attr;
};

TEST(WireLintTest, FidChanged) {
    Getattr g;
    EXPECT_EQ("", g.Verdict());
    g.attr->fid1.oid = cpu_to_le32(2);
    EXPECT_EQ("fid_changed", g.Verdict());
    g.attr->valid &= ~cpu_to_le64(VALID_ID);
    EXPECT_EQ("", g.Verdict());
}

TEST(WireLintTest, FidChangedOnSetattrAndClose) {
    Exchange set(OP_MDS_REINT, &fmt_reint_setattr), close(OP_MDS_CLOSE, &fmt_mds_close);
    set.Req<union wire_rec>(WF_REC)->h.opcode = cpu_to_le32(REINT_SETATTR);
    for (Exchange *e : {&set, &close}) {
        e->Req<union wire_rec>(WF_REC)->h.fid1 = Fid(1);
        FillBody(e->Rep<wire_mdt_body>(WF_MDT_BODY), 1);
        EXPECT_EQ("", e->Verdict());
        FillBody(e->Rep<wire_mdt_body>(WF_MDT_BODY), 2);
        EXPECT_EQ("fid_changed", e->Verdict());
    }
}

TEST(WireLintTest, ModeZero) {
    Getattr g;
    g.attr->mode = 0;
    EXPECT_EQ("mode_zero", g.Verdict());
    g.attr->mode = cpu_to_le32(0644);
    EXPECT_EQ("mode_zero", g.Verdict());
    g.attr->valid = cpu_to_le64(VALID_ID);
    EXPECT_EQ("", g.Verdict());
}

TEST(WireLintTest, CreateBody) {
    for (const u32 len : {0u, 215u, 216u}) {
        Exchange e(OP_MDS_REINT, &fmt_reint_create, {}, {{WF_MDT_BODY, len}});
        e.Req<union wire_rec>(WF_REC)->h.opcode = cpu_to_le32(REINT_CREATE);
        EXPECT_EQ(len == 216 ? "" : "create_body", e.Verdict()) << len;
        e.body()->status = cpu_to_le32(-EEXIST);
        EXPECT_EQ("", e.Verdict());
    }
}

TEST(WireLintTest, EaSize) {
    Getattr g({{WF_LAYOUT, 56}});
    auto *ea = g.Rep<wire_lov_v1>(WF_LAYOUT);
    ea->magic = cpu_to_le32(LOV_MAGIC_FOREIGN);
    g.attr->valid |= cpu_to_le64(VALID_EASIZE);
    EXPECT_EQ("ea_size", g.Verdict());
    g.attr->eadatasize = cpu_to_le32(56);
    EXPECT_EQ("", g.Verdict());
    g.attr->eadatasize = cpu_to_le32(57);
    EXPECT_EQ("ea_size", g.Verdict());
    g.attr->eadatasize = cpu_to_le32(56);
    g.attr->mode = cpu_to_le32(0040755);
    EXPECT_EQ("ea_size", g.Verdict());
    g.attr->valid = cpu_to_le64(VALID_ID | VALID_TYPE | VALID_DIREA);
    EXPECT_EQ("", g.Verdict());
    g.attr->mode = cpu_to_le32(0100644);
    EXPECT_EQ("ea_size", g.Verdict());
}

TEST(WireLintTest, AclSize) {
    Getattr g({{WF_ACL, 28}});
    g.attr->aclsize = cpu_to_le32(27);
    EXPECT_EQ("", g.Verdict());
    g.attr->valid |= cpu_to_le64(VALID_ACL);
    EXPECT_EQ("acl_size", g.Verdict());
    g.attr->aclsize = cpu_to_le32(28);
    EXPECT_EQ("", g.Verdict());
}

TEST(WireLintTest, LmvOffsets) {
    Getattr g({{WF_LAYOUT, sizeof(wire_lmv) + 2 * sizeof(wire_fid)}});
    auto *lmv = g.Rep<wire_lmv>(WF_LAYOUT);
    g.attr->mode = cpu_to_le32(0040755);
    g.attr->valid |= cpu_to_le64(VALID_DIREA | VALID_MEA);
    g.attr->eadatasize = cpu_to_le32(sizeof(wire_lmv) + 2 * sizeof(wire_fid));
    lmv->magic = cpu_to_le32(LMV_MAGIC_V1);
    lmv->stripe_count = cpu_to_le32(2);
    lmv->migrate_offset = cpu_to_le32(2);
    EXPECT_EQ("", g.Verdict());
    lmv->hash_type = cpu_to_le32(0x80000003);
    EXPECT_EQ("lmv_offsets", g.Verdict());
    lmv->migrate_offset = cpu_to_le32(1);
    EXPECT_EQ("", g.Verdict());
    lmv->stripe_count = cpu_to_le32(3);
    EXPECT_EQ("lmv_offsets", g.Verdict());
}

void FillLayout(wire_lov_v1 *ea) {
    ea->magic = cpu_to_le32(LOV_MAGIC_V1);
    ea->pattern = cpu_to_le32(LOV_PATTERN_RAID0);
    ea->stripe_size = cpu_to_le32(LOV_STRIPE_ALIGN);
    ea->stripe_count = cpu_to_le16(2);
    for (u32 i = 0; i < 2; i++) {
        ea->objects[i].idx = cpu_to_le32(i);
        ea->objects[i].id.fid.seq = cpu_to_le64(FID_SEQ_OST(i));
    }
}

void ExpectLayoutRule(Exchange *e, wire_lov_v1 *ea) {
    FillLayout(ea);
    EXPECT_EQ("", e->Verdict());
    ea->objects[1].idx = cpu_to_le32(2);
    EXPECT_EQ("layout", e->Verdict());
    FillLayout(ea);
    ea->stripe_count = cpu_to_le16(3);
    EXPECT_EQ("layout", e->Verdict());
    FillLayout(ea);
    ea->stripe_size = 0;
    EXPECT_EQ("layout", e->Verdict());
    ea->stripe_size = cpu_to_le32(LOV_STRIPE_ALIGN + 1);
    EXPECT_EQ("layout", e->Verdict());
}

TEST(WireLintTest, Layout) {
    const u32 len = sizeof(wire_lov_v1) + 2 * sizeof(wire_lov_object);
    Getattr g({{WF_LAYOUT, len}});
    g.attr->valid |= cpu_to_le64(VALID_EASIZE);
    g.attr->eadatasize = cpu_to_le32(len);
    ExpectLayoutRule(&g, g.Rep<wire_lov_v1>(WF_LAYOUT));
    Exchange intent(OP_LDLM_ENQUEUE, &fmt_intent_layout, {}, {{WF_LVB, len}});
    ExpectLayoutRule(&intent, intent.Rep<wire_lov_v1>(WF_LVB));
}

TEST(WireLintTest, DirpageStart) {
    Exchange e(OP_MDS_READPAGE, &fmt_mds_readpage);
    wire_dirpage page = {};
    e.l.page = &page;
    e.Req<wire_mdt_body>(WF_MDT_BODY)->size = cpu_to_le64(10);
    page.hash_start = cpu_to_le64(10);
    EXPECT_EQ(nullptr, wire_lint_check(&e.l, LINT_DIRPAGE));
    page.hash_start = cpu_to_le64(11);
    ASSERT_NE(nullptr, wire_lint_check(&e.l, LINT_DIRPAGE));
    EXPECT_STREQ("dirpage_start", wire_lint_check(&e.l, LINT_DIRPAGE)->name);
}

// ---- locks ----

struct Enqueue : Exchange {
    Enqueue(const wire_format *fmt, u64 intent) : Exchange(OP_LDLM_ENQUEUE, fmt) {
        req = Req<wire_lock_req>(WF_LOCK_REQ);
        rep = Rep<wire_lock_rep>(WF_LOCK_REP);
        req->desc.type = cpu_to_le32(LDLM_IBITS);
        req->desc.req_mode = cpu_to_le32(LCK_PR);
        req->desc.res.name[0] = cpu_to_le64(FID_SEQ_NORMAL);
        req->desc.res.name[1] = cpu_to_le64(9);
        req->desc.policy.ibits.bits = cpu_to_le64(IBIT_LOOKUP);
        rep->desc = req->desc;
        rep->desc.res.name[1] = cpu_to_le64(1);
        rep->desc.granted_mode = cpu_to_le32(LCK_PR);
        rep->flags = cpu_to_le32(LDLM_FL_LOCK_CHANGED);
        rep->handle = cpu_to_le64(77);
        if (!intent)
            return;
        Req<wire_intent>(WF_INTENT)->opc = cpu_to_le64(intent);
        rep->disposition = cpu_to_le64(DISP_IT_EXECD | DISP_LOOKUP_EXECD | DISP_LOOKUP_POS);
        attr = Rep<wire_mdt_body>(WF_MDT_BODY);
        FillBody(attr, 1);
    }
    wire_lock_req *req;
    wire_lock_rep *rep;
    wire_mdt_body *attr = nullptr;
};

TEST(WireLintTest, IntentNotExecuted) {
    for (const u64 op : {IT_GETATTR, IT_LOOKUP, IT_OPEN, IT_OPEN | IT_CREAT}) {
        Enqueue e(op & IT_OPEN ? &fmt_intent_open : &fmt_intent_getattr, op);
        EXPECT_EQ("", e.Verdict());
        e.rep->disposition = 0;
        EXPECT_EQ("intent_not_executed", e.Verdict());
        e.rep->status = cpu_to_le64(-ENOENT);
        EXPECT_EQ("", e.Verdict());
        // Without a lock, too.
        e.rep->status = 0;
        e.body()->status = cpu_to_le32(ELDLM_LOCK_ABORTED);
        EXPECT_EQ("intent_not_executed", e.Verdict());
    }
}

TEST(WireLintTest, OpenCreated) {
    Enqueue open(&fmt_intent_open, IT_OPEN), create(&fmt_intent_open, IT_OPEN | IT_CREAT);
    for (Enqueue *e : {&open, &create})
        e->rep->disposition |= cpu_to_le64(DISP_OPEN_CREATE);
    EXPECT_EQ("open_created", open.Verdict());
    EXPECT_EQ("", create.Verdict());
}

TEST(WireLintTest, LockResource) {
    Enqueue e(&fmt_intent_getattr, IT_GETATTR);
    e.rep->flags = 0;
    EXPECT_EQ("lock_resource", e.Verdict());
    e.req->desc.res.name[1] = cpu_to_le64(1);
    EXPECT_EQ("", e.Verdict());
    e.rep->desc.res.name[2] = cpu_to_le64(1);
    EXPECT_EQ("", e.Verdict());
    e.rep->flags = cpu_to_le32(LDLM_FL_LOCK_CHANGED);
    EXPECT_EQ("lock_resource", e.Verdict());
    e.body()->status = cpu_to_le32(ELDLM_LOCK_ABORTED);
    EXPECT_EQ("", e.Verdict());
}

TEST(WireLintTest, OpenFid) {
    Enqueue e(&fmt_intent_open, IT_OPEN);
    e.rep->disposition |= cpu_to_le64(DISP_OPEN_OPEN);
    EXPECT_EQ("", e.Verdict());
    e.attr->fid1.ver = cpu_to_le32(1);
    e.rep->desc.res.name[1] = cpu_to_le64(1ULL << 32 | 1);
    EXPECT_EQ("open_fid", e.Verdict());
    e.attr->fid1 = {};
    e.rep->desc.res = {};
    EXPECT_EQ("open_fid", e.Verdict());
    e.rep->status = cpu_to_le64(-EACCES);
    EXPECT_EQ("", e.Verdict());
}

TEST(WireLintTest, LockMode) {
    Enqueue e(&fmt_enqueue, 0);
    EXPECT_EQ("", e.Verdict());
    e.rep->desc.granted_mode = cpu_to_le32(LCK_PR | LCK_PW);
    EXPECT_EQ("lock_mode", e.Verdict());
    e.rep->desc.granted_mode = 0;
    EXPECT_EQ("lock_mode", e.Verdict());
    e.rep->flags |= cpu_to_le32(LDLM_FL_BLOCK_WAIT);
    EXPECT_EQ("", e.Verdict());
    e.rep->flags = cpu_to_le32(LDLM_FL_TEST_LOCK);  // nothing is granted to who only asks
    EXPECT_EQ("", e.Verdict());
    e.rep->desc.req_mode = cpu_to_le32(3);
    EXPECT_EQ("lock_mode", e.Verdict());
}

TEST(WireLintTest, ExtentEnds) {
    Enqueue e(&fmt_enqueue, 0);
    e.rep->desc.type = cpu_to_le32(LDLM_EXTENT);
    e.rep->desc.policy.extent.start = cpu_to_le64(4096);
    e.rep->desc.policy.extent.end = cpu_to_le64(4095);
    EXPECT_EQ("lock_mode", e.Verdict());
    e.rep->desc.policy.extent.end = cpu_to_le64(4096);
    EXPECT_EQ("", e.Verdict());
    e.rep->desc.policy.extent.end = cpu_to_le64(~0ULL);
    EXPECT_EQ("", e.Verdict());
}

TEST(WireLintTest, DomUnasked) {
    Enqueue e(&fmt_intent_getattr, IT_GETATTR);
    e.rep->desc.policy.ibits.bits |= cpu_to_le64(IBIT_UPDATE);
    EXPECT_EQ("", e.Verdict());
    e.rep->desc.policy.ibits.bits |= cpu_to_le64(IBIT_DOM);
    EXPECT_EQ("dom_unasked", e.Verdict());
    e.req->desc.policy.ibits.try_bits = cpu_to_le64(IBIT_DOM);
    EXPECT_EQ("", e.Verdict());
    wire_connect granted = {};
    granted.flags = cpu_to_le64(CONN_IBITS);
    granted.ibits_known = cpu_to_le64(IBIT_LOOKUP | IBIT_UPDATE);
    e.l.granted = &granted;
    EXPECT_EQ("dom_unasked", e.Verdict());
    e.rep->desc.policy.ibits.bits = cpu_to_le64(IBIT_LOOKUP | IBIT_XATTR);
    EXPECT_EQ("dom_unasked", e.Verdict());
    e.l.vendor = VENDOR_SHED;
    EXPECT_EQ("", e.Verdict());
}

struct Callback {
    explicit Callback(u32 opc, const wire_format *fmt) : msg(fmt->req, fmt->nr_req, {{WF_LOCK_REQ, 104}}) {
        l.opc = opc;
        l.fmt = fmt;
        l.msg = msg.get();
        req = static_cast<wire_lock_req *>(wire_msg_buf(msg.get(), 1, sizeof(wire_lock_req)));
        req->desc.req_mode = cpu_to_le32(LCK_PW);
        req->desc.granted_mode = cpu_to_le32(LCK_PW);
    }
    std::string Verdict() const {
        const wire_lint_rule *rule = wire_lint_check(&l, LINT_CALLBACK);
        return rule ? rule->name : "";
    }
    Message msg;
    wire_lint l = {};
    wire_lock_req *req;
};

TEST(WireLintTest, CallbackFlags) {
    Callback bl(OP_LDLM_BL_CALLBACK, &fmt_bl_callback), cp(OP_LDLM_CP_CALLBACK, &fmt_cp_callback),
        gl(OP_LDLM_GL_CALLBACK, &fmt_gl_callback);
    for (Callback *c : {&bl, &cp, &gl}) {
        EXPECT_EQ("", c->Verdict());
        for (u32 bit = 1; bit; bit <<= 1) {
            const bool known = bit & (LDLM_FL_FLOCK_DEADLOCK | LDLM_FL_DISCARD_DATA | LDLM_FL_AST_SENT);
            c->req->flags = cpu_to_le32(bit);
            EXPECT_EQ(known ? "" : "callback_flags", c->Verdict()) << std::hex << bit;
        }
    }
}

TEST(WireLintTest, CallbackLock) {
    Callback cp(OP_LDLM_CP_CALLBACK, &fmt_cp_callback), bl(OP_LDLM_BL_CALLBACK, &fmt_bl_callback);
    for (Callback *c : {&cp, &bl})
        c->req->desc.granted_mode = cpu_to_le32(3);
    EXPECT_EQ("callback_lock", cp.Verdict());
    EXPECT_EQ("", bl.Verdict());
}

// ---- data ----

struct Io : Exchange {
    Io(u32 opc, const wire_format *fmt, const Lens &rep)
        : Exchange(opc, fmt, {{WF_NIOBUF, 2 * sizeof(wire_niobuf)}}, rep) {
        auto *nio = Req<wire_niobuf>(WF_NIOBUF);
        nio[0].len = cpu_to_le32(4096);
        nio[1].len = cpu_to_le32(100);
        l.bulk_bytes = 4196;
    }
    void Short() {
        auto *oa = Req<wire_obdo>(WF_OBDO);
        oa->valid = cpu_to_le64(VALID_FLAGS);
        oa->flags = cpu_to_le32(OFL_SHORT_IO);
        l.bulk_bytes = 0;
    }
};

TEST(WireLintTest, ReadBytes) {
    Io e(OP_OST_READ, &fmt_ost_read, {});
    e.body()->status = cpu_to_le32(4196);
    EXPECT_EQ("", e.Verdict());
    e.body()->status = cpu_to_le32(4195);
    EXPECT_EQ("read_bytes", e.Verdict());
    e.body()->status = cpu_to_le32(4197);
    e.l.bulk_bytes = 4197;
    EXPECT_EQ("read_bytes", e.Verdict());
    e.body()->status = cpu_to_le32(-EIO);
    EXPECT_EQ("", e.Verdict());
}

TEST(WireLintTest, ShortIoLength) {
    Io e(OP_OST_READ, &fmt_ost_read, {{WF_SHORT_IO, 100}});
    e.Short();
    e.body()->status = cpu_to_le32(100);
    EXPECT_EQ("", e.Verdict());
    e.body()->status = cpu_to_le32(99);
    EXPECT_EQ("short_io_length", e.Verdict());
}

TEST(WireLintTest, WriteRcs) {
    EXPECT_EQ("write_rcs", Io(OP_OST_WRITE, &fmt_ost_write, {{WF_RCS, 0}}).Verdict());
    EXPECT_EQ("write_rcs", Io(OP_OST_WRITE, &fmt_ost_write, {{WF_RCS, 7}}).Verdict());
    Io e(OP_OST_WRITE, &fmt_ost_write, {{WF_RCS, 8}});
    EXPECT_EQ("", e.Verdict());
    e.Rep<__le32>(WF_RCS)[1] = cpu_to_le32(1);
    EXPECT_EQ("write_rcs", e.Verdict());
    e.Rep<__le32>(WF_RCS)[1] = cpu_to_le32(-ENOSPC);
    EXPECT_EQ("", e.Verdict());
    e.body()->status = cpu_to_le32(4196);
    EXPECT_EQ("write_rcs", e.Verdict());
}

TEST(WireLintTest, WriteBytes) {
    Io e(OP_OST_WRITE, &fmt_ost_write, {{WF_RCS, 8}});
    e.l.bulk_bytes = 4096;
    EXPECT_EQ("write_bytes", e.Verdict());
    e.Short();
    EXPECT_EQ("", e.Verdict());
}

TEST(WireLintTest, TableVersion) {
    for (const auto &[offset, size, bytes, verdict] :
         {std::tuple{7ull, 7ull, 0u, ""}, {7ull, 7ull, 100u, ""}, {6ull, 7ull, 100u, ""}, {6ull, 7ull, 0u, "table_version"},
          {8ull, 7ull, 100u, "table_version"}, {7ull, 1ull << 31, 100u, "table_version"}}) {
        Exchange e(OP_MGS_CONFIG_READ, &fmt_mgs_config_read);
        auto *res = e.Rep<wire_config_res>(WF_CONFIG_RES);
        res->offset = cpu_to_le64(offset);
        res->size = cpu_to_le64(size);
        e.l.bulk_bytes = bytes;
        EXPECT_EQ(verdict, e.Verdict()) << offset << " of " << size;
    }
}

TEST(WireLintTest, FiemapRoom) {
    const u32 room = sizeof(wire_fiemap) + 2 * sizeof(wire_fiemap_extent);
    for (const auto &[len, mapped, verdict] : {std::tuple{room, 2u, ""}, {room, 3u, "fiemap_room"},
                                               {room - 1, 0u, "fiemap_room"}}) {
        Exchange e(OP_OST_GET_INFO, &fmt_ost_fiemap, {{WF_KEY, sizeof(wire_fiemap_key)}}, {{WF_VALUE, len}});
        e.Req<wire_fiemap_key>(WF_KEY)->map.count = cpu_to_le32(2);
        e.Rep<wire_fiemap>(WF_VALUE)->mapped = cpu_to_le32(mapped);
        EXPECT_EQ(verdict, e.Verdict()) << len;
    }
    // Their number is all that is wanted.
    Exchange e(OP_OST_GET_INFO, &fmt_ost_fiemap, {{WF_KEY, sizeof(wire_fiemap_key)}}, {{WF_VALUE, sizeof(wire_fiemap)}});
    e.Rep<wire_fiemap>(WF_VALUE)->mapped = cpu_to_le32(100);
    EXPECT_EQ("", e.Verdict());
}

// ---- requests ----

class Request : public Exchange {
public:
    using Exchange::Exchange;
    std::string Verdict() const {
        const wire_lint_rule *rule = wire_lint_check(&l, LINT_REQUEST);
        return rule ? rule->name : "";
    }
};

TEST(WireLintTest, RequestsNameTheirFile) {
    for (const auto &[opc, fmt] : {std::pair{OP_MDS_GETATTR, &fmt_mds_getattr},
                                   {OP_MDS_GETXATTR, &fmt_mds_getxattr},
                                   {OP_MDS_READPAGE, &fmt_mds_readpage},
                                   {OP_MDS_SYNC, &fmt_mds_sync}}) {
        Request e(opc, fmt);
        auto *b = e.Req<wire_mdt_body>(WF_MDT_BODY);
        b->fid1.seq = cpu_to_le64(FID_SEQ_NORMAL);
        EXPECT_EQ("req_body_fid", e.Verdict());
        b->valid = cpu_to_le64(VALID_ID);
        EXPECT_EQ("", e.Verdict());
    }
    EXPECT_EQ("", Request(OP_MDS_SYNC, &fmt_mds_sync).Verdict());  // of all there is
}

TEST(WireLintTest, RequestsHaveOneIntent) {
    for (const u32 op : {IT_GETATTR, IT_LOOKUP, IT_OPEN, IT_OPEN | IT_CREAT, IT_LOOKUP | IT_GETATTR}) {
        const wire_format *fmt = op & IT_OPEN ? &fmt_intent_open : &fmt_intent_getattr;
        Request bare(OP_LDLM_ENQUEUE, fmt, {{WF_LOCK_REQ, 104}}),
            named(OP_LDLM_ENQUEUE, fmt, {{WF_LOCK_REQ, 104}, {WF_NAME, 1}});
        bare.Req<wire_intent>(WF_INTENT)->opc = named.Req<wire_intent>(WF_INTENT)->opc = cpu_to_le64(op);
        EXPECT_EQ("req_intent", bare.Verdict());
        EXPECT_EQ(op == (IT_LOOKUP | IT_GETATTR) ? "req_intent" : "", named.Verdict()) << op;
    }
    Request layout(OP_LDLM_ENQUEUE, &fmt_intent_layout);
    layout.Req<wire_intent>(WF_INTENT)->opc = cpu_to_le64(IT_LAYOUT);
    EXPECT_EQ("", layout.Verdict());
}

TEST(WireLintTest, RequestsSayThatTimesAreSet) {
    Request e(OP_MDS_REINT, &fmt_reint_setattr);
    auto *rec = e.Req<wire_rec_setattr>(WF_REC);
    rec->h.opcode = cpu_to_le32(REINT_SETATTR);
    for (const auto &[time, set] : {std::pair{MDS_ATTR_ATIME, MDS_ATTR_ATIME_SET},
                                    {MDS_ATTR_MTIME, MDS_ATTR_MTIME_SET},
                                    {MDS_ATTR_CTIME, MDS_ATTR_CTIME_SET}}) {
        rec->valid = cpu_to_le64(time);
        EXPECT_EQ("req_times", e.Verdict());
        rec->valid = cpu_to_le64(time | set);
        EXPECT_EQ("", e.Verdict());
    }
    Request x(OP_MDS_REINT, &fmt_reint_setxattr);
    auto *xattr = x.Req<wire_rec_setxattr>(WF_REC);
    xattr->h.opcode = cpu_to_le32(REINT_SETXATTR);
    EXPECT_EQ("req_xattr_time", x.Verdict());
    xattr->valid = cpu_to_le64(VALID_XATTR | VALID_CTIME);
    EXPECT_EQ("", x.Verdict());
}

TEST(WireLintTest, RequestsNameTheirObject) {
    Request e(OP_OST_PUNCH, &fmt_ost_body);
    auto *oa = e.Req<wire_obdo>(WF_OBDO);
    EXPECT_EQ("req_object", e.Verdict());
    oa->valid = cpu_to_le64(VALID_ID);
    EXPECT_EQ("req_object", e.Verdict());
    oa->id.fid.oid = cpu_to_le32(1);
    EXPECT_EQ("", e.Verdict());

    Request io(OP_OST_WRITE, &fmt_ost_write, {{WF_NIOBUF, 16}});
    oa = io.Req<wire_obdo>(WF_OBDO);
    oa->valid = cpu_to_le64(VALID_ID);
    oa->id.fid.oid = cpu_to_le32(1);
    for (const u32 descriptors : {1, 2, 3, 4, 5, 8}) {
        io.Req<wire_ioobj>(WF_IOOBJ)->max_brw = cpu_to_le32((descriptors - 1) << 16);
        EXPECT_EQ(descriptors & (descriptors - 1) ? "req_max_brw" : "", io.Verdict()) << descriptors;
    }
}

TEST(WireLintTest, RequestsForLogsHaveABody) {
    EXPECT_EQ("req_log_body", Request(OP_LLOG_CREATE, &fmt_llog_create, {{WF_MDT_BODY, 0}}).Verdict());
    EXPECT_EQ("", Request(OP_LLOG_CREATE, &fmt_llog_create).Verdict());
}

// ---- the table ----

TEST(WireLintTest, TableIsInOrderAndNamesEachRuleOnce) {
    std::set<std::string> names;
    for (unsigned int i = 0; i < wire_lint_nr; i++) {
        EXPECT_TRUE(names.insert(wire_lint_rules[i].name).second) << wire_lint_rules[i].name;
        if (i) {
            EXPECT_LE(wire_lint_rules[i - 1].danger, wire_lint_rules[i].danger) << wire_lint_rules[i].name;
        }
    }
}

TEST(WireLintTest, RepliesWithoutFormatOrBuffers) {
    static const u8 only_body[] = {WF_BODY};
    Message req(only_body, 1, {}), rep(only_body, 1, {});
    wire_msg_body(rep.get())->type = cpu_to_le32(WIRE_MSG_ERROR);
    wire_msg_body(rep.get())->status = cpu_to_le32(-EPROTO);
    for (u32 opc = 0; opc < 1000; opc++) {
        wire_lint l = {};
        l.opc = opc;
        l.req = req.get();
        l.msg = rep.get();
        EXPECT_EQ(nullptr, wire_lint_check(&l, LINT_REPLY)) << opc;
    }
}

}  // namespace
