// SPDX-License-Identifier: GPL-2.0
#include "tests/sim/rpc/rpc_world.h"

#include <gtest/gtest.h>

#include <cstring>

#include <linux/delay.h>
#include <linux/mm.h>

#include <floor.h>

namespace {

constexpr char kTarget[] = "target-uuid";

std::unique_ptr<Server> g_server;
std::map<obd_device *, Client *> g_clients;

// ---- the server's handlers ----

int HandleConnect(rpc_srv_req *req)
{
    Server& s = *g_server;
    auto *ask = static_cast<wire_connect *>(rpc_srv_buf(req, WF_CONNECT, nullptr));
    auto *handle = static_cast<wire_handle *>(rpc_srv_buf(req, WF_CONN_HANDLE, nullptr));
    const char *uuid = rpc_srv_str(req, WF_CLIENT_UUID, nullptr);
    u32 flags = s.replayable ? MSG_CONNECT_REPLAYABLE : 0;

    s.connects++;
    if (s.connect_error)
        return s.connect_error;
    obd_export *exp = export_find_client(req->dev, uuid);
    if (exp && !s.by_name && exp->cookie != le64_to_cpu(req->body->handle)) {
        export_fail(exp, true);
        export_put(exp);
        exp = nullptr;
    }
    if (exp)
        flags |= MSG_CONNECT_RECONNECT;
    else if (export_create(req->dev, uuid, req->peer, &exp))
        return -ENOMEM;
    if (s.recovering)
        flags |= MSG_CONNECT_RECOVERING;
    exp->client_handle = le64_to_cpu(handle->cookie);
    exp->conn_cnt = le32_to_cpu(req->body->conn_cnt);
    exp->nid = req->peer;
    rpc_reverse_update(exp);
    exp->granted = *ask;
    exp->granted.flags &= cpu_to_le64(s.mask);
    exp->granted.maxmodrpcs = cpu_to_le16(s.maxmodrpcs);
    int rc = rpc_srv_pack(req);
    if (!rc) {
        memcpy(rpc_srv_rep_buf(req, WF_CONNECT), &exp->granted, sizeof(exp->granted));
        wire_msg_body(req->repmsg)->handle = cpu_to_le64(exp->cookie);
        wire_msg_body(req->repmsg)->op_flags = cpu_to_le32(flags);
    }
    export_put(exp);
    if (s.lost_connects > 0) {
        s.lost_connects--;
        req->st->no_reply = true;
    }
    return rc;
}

int HandleDisconnect(rpc_srv_req *req)
{
    g_server->disconnects++;
    int rc = rpc_srv_pack(req);
    export_fail(req->exp, false);
    return rc;
}

int HandlePing(rpc_srv_req *req)
{
    Server& s = *g_server;
    u32 flags = le32_to_cpu(req->body->flags);

    int rc = rpc_srv_pack(req);
    if (!(flags & MSG_LOCK_REPLAY_DONE)) {
        s.pings++;
    } else if (s.hold_final) {
        rpc_srv_hold(req);
        s.final_ping = req;
    } else {
        s.recovering = false;
    }
    return rc;
}

// Stands for any modifying operation; the value is in the reint record's time.
int HandleModify(rpc_srv_req *req)
{
    Server& s = *g_server;
    auto *rec = static_cast<wire_rec *>(rpc_srv_buf(req, WF_REC, nullptr));
    u64 value = le64_to_cpu(rec->create.time);

    int rc = rpc_srv_pack(req);
    if (rc)
        return rc;
    if (s.in_progress > 0) {
        s.in_progress--;
        return -EINPROGRESS;
    }
    const std::pair<lnet_nid_t, u64> key(req->peer, req->xid);
    if (rpc_srv_resent(req) && s.answered.count(key)) {
        req->transno = s.answered[key];
        return 0;
    }
    if (rpc_srv_replay(req) && le64_to_cpu(req->body->transno) <= s.committed) {
        // An open whose file is still open; the operation itself is on disk.
        req->transno = le64_to_cpu(req->body->transno);
        s.replayed.push_back(req->transno);
        return 0;
    }
    EXPECT_EQ(0u, s.answered.count(key)) << "sent again without the resent flag";
    s.most_running = std::max(s.most_running, ++s.running);
    if (s.delay_ms)
        msleep(s.delay_ms);
    s.running--;
    s.tags.push_back(le16_to_cpu(req->body->tag));
    s.last_xid = le64_to_cpu(req->body->last_xid);
    if (rpc_srv_replay(req)) {
        req->transno = le64_to_cpu(req->body->transno);
        s.replayed.push_back(req->transno);
        s.transno = std::max(s.transno, req->transno);
    } else {
        req->transno = ++s.transno;
    }
    s.done[value]++;
    s.answered[key] = req->transno;
    s.log[req->transno] = { value, key };
    return 0;
}

int HandleRead(rpc_srv_req *req)
{
    g_server->reads++;
    if (g_server->delay_ms)
        msleep(g_server->delay_ms);
    int rc = rpc_srv_pack(req);
    if (rc)
        return rc;
    auto *st = static_cast<wire_statfs *>(rpc_srv_rep_buf(req, WF_STATFS));
    st->bsize = cpu_to_le32(4096);
    st->namelen = cpu_to_le32(255);
    return 0;
}

int HandleLockReplay(rpc_srv_req *req)
{
    g_server->lock_replays++;
    return rpc_srv_pack(req);
}

// Fetches what the client wants to write, or gives it a pattern to read.
int HandleBulk(rpc_srv_req *req)
{
    Server& s = *g_server;
    auto *body = static_cast<wire_mdt_body *>(rpc_srv_buf(req, WF_MDT_BODY, nullptr));
    bool write = le32_to_cpu(body->mode);
    u32 len = le64_to_cpu(body->size);
    unsigned int skip = le32_to_cpu(body->nlink);
    std::vector<bio_vec> bv;
    std::vector<page *> pages;

    int rc = rpc_srv_pack(req);
    if (!write)
        len = std::min(len, s.give);
    for (u32 left = len; left;) {
        u32 n = std::min<u32>(left, PAGE_SIZE - skip);
        page *pg = alloc_page(GFP_KERNEL);
        bio_vec v = {};

        pages.push_back(pg);
        v.bv_page = pg;
        v.bv_len = n;
        v.bv_offset = skip;
        bv.push_back(v);
        memset(page_address(pg), static_cast<int>(bv.size()), PAGE_SIZE);
        left -= n;
        skip = 0;
    }
    if (!rc && write)
        rc = rpc_srv_bulk_get(req, PORTAL_MDS_BULK, bv.data(), bv.size(), len);
    else if (!rc)
        rc = rpc_srv_bulk_put(req, PORTAL_MDS_BULK, bv.data(), bv.size(), len);
    s.bulk_result = rc;
    s.written.clear();
    for (const bio_vec& v : bv) {
        char *p = static_cast<char *>(page_address(v.bv_page)) + v.bv_offset;
        s.written.insert(s.written.end(), p, p + v.bv_len);
    }
    for (page *pg : pages)
        __free_page(pg);
    return rc;
}

const obd_handler kServerHandlers[] = {
    { OP_MDS_CONNECT, &fmt_connect, HandleConnect },
    { OP_MDS_DISCONNECT, &fmt_ping, HandleDisconnect },
    { OP_OBD_PING, &fmt_ping, HandlePing },
    { OP_MDS_REINT, &fmt_reint, HandleModify },
    { OP_MDS_STATFS, &fmt_statfs, HandleRead },
    { OP_LDLM_ENQUEUE, &fmt_ping, HandleLockReplay },
    { OP_MDS_SYNC, &fmt_mds_readpage, HandleBulk },
    { 0, nullptr, nullptr },
};

int HandleCallback(rpc_srv_req *req)
{
    g_clients.at(req->dev)->called_back++;
    return rpc_srv_pack(req);
}

const obd_handler kClientHandlers[] = {
    { OP_LDLM_BL_CALLBACK, &fmt_ping, HandleCallback },
    { 0, nullptr, nullptr },
};

// ---- device types ----

int Setup(obd_device *, int, char **, char *)
{
    return 0;
}

int CleanUp(obd_device *, u32)
{
    return 0;
}

int NeverConnects(obd_export *, wire_connect *)
{
    return -EOPNOTSUPP;
}

void Disconnect(obd_export *, bool)
{
    if (g_server->disconnect_ms)
        msleep(g_server->disconnect_ms);
}

obd_type MakeType(const char *name, const obd_handler *handlers, bool server)
{
    obd_type t = {};

    t.name = name;
    t.setup = Setup;
    t.cleanup = CleanUp;
    t.connect = server ? NeverConnects : nullptr;
    t.disconnect = server ? Disconnect : nullptr;
    t.handlers = handlers;
    return t;
}

std::map<unsigned int, obd_type> g_types;

obd_device *MakeDevice(unsigned int node, const char *uuid, const obd_handler *handlers, bool server)
{
    char why[OBD_WHY_SIZE];
    const std::string name = "dev" + std::to_string(node);

    g_types[node] = MakeType("test", handlers, server);
    EXPECT_EQ(0, obd_type_register(&g_types[node]));
    EXPECT_EQ(0, obd_attach("test", name.c_str(), uuid, why));
    EXPECT_EQ(0, obd_setup(name.c_str(), 0, nullptr, why));
    return obd_find(name.c_str());
}

void DropDevice(unsigned int node, obd_device *dev)
{
    char why[OBD_WHY_SIZE];
    const std::string name = dev->name;

    obd_put(dev);
    EXPECT_EQ(0, obd_cleanup(name.c_str(), 0, why));
    EXPECT_EQ(0, obd_detach(name.c_str(), why));
    obd_type_unregister(&g_types[node]);
}

void LockReplayDone(rpc_request *, void *)
{
}

void ReplayLocks(Client& c)
{
    rpc_request *req = rpc_new(c.imp, &fmt_ping, OP_LDLM_ENQUEUE);

    EXPECT_EQ(0, rpc_pack(req));
    rpc_set_flags(req, RPC_NO_WAIT_RECOV);
    rpc_send(req, LockReplayDone, nullptr);
}

void ClientEvent(obd_device *dev, rpc_import_event ev)
{
    Client& c = *g_clients.at(dev);

    c.events.push_back(ev);
    if (ev == IMP_EVENT_REPLAY_LOCKS && c.replay_locks)
        ReplayLocks(c);
}

} // namespace

// The only part of targets that services need.
extern "C" u64 target_last_committed(obd_device *)
{
    return g_server->committed;
}

// Its devices have no target: these are never called.
extern "C" bool target_is_cut(obd_device *)
{
    return false;
}

extern "C" int target_recovery_admit(rpc_srv_req *)
{
    return 1;
}

extern "C" void target_recovery_handled(rpc_srv_req *) {}

extern "C" void target_recovery_leave(obd_export *) {}

OnNode::OnNode(unsigned int node) : before_(floor_set_node(node)) {}

OnNode::~OnNode()
{
    floor_set_node(before_);
}

unsigned int Client::Count(rpc_import_event ev) const
{
    return std::count(events.begin(), events.end(), ev);
}

World::World(uint64_t seed, unsigned int clients)
    : net(seed), server(*(g_server = std::make_unique<Server>()))
{
    StartServer();
    {
        OnNode on(kOtherNode);
        EXPECT_EQ(0, net.StartNode(kOtherNode));
    }
    for (unsigned int i = 0; i < clients; i++)
        StartClient(kClientNode + i);
}

World::~World()
{
    for (auto& c : clients_)
        StopClient(*c);
    {
        OnNode on(kServerNode);
        export_fail_all(server.dev, false);
        rpc_service_stop(server.svc);
        server.dev->target = nullptr;
        DropDevice(kServerNode, server.dev);
        rpc_exit();
        obd_table_exit();
        net.StopNode(kServerNode);
    }
    {
        OnNode on(kOtherNode);
        net.StopNode(kOtherNode);
    }
    g_clients.clear();
    g_types.clear();
    EXPECT_FALSE(floor_log_contains("leaked"));
}

void World::StartServer()
{
    OnNode on(kServerNode);
    rpc_service_desc desc = {};

    EXPECT_EQ(0, net.StartNode(kServerNode));
    obd_table_init();
    obd_timeout_set(20);
    EXPECT_EQ(0, rpc_init());
    server.dev = MakeDevice(kServerNode, kTarget, kServerHandlers, true);
    server.dev->target = reinterpret_cast<target *>(&server);
    desc.name = "srv";
    desc.portals[0] = PORTAL_MDS_REQUEST;
    desc.threads_min = 2;
    desc.threads_max = 16;
    EXPECT_EQ(0, rpc_service_start(&desc, &server.svc));
}

void World::StartClient(unsigned int node)
{
    OnNode on(node);
    rpc_service_desc desc = {};
    auto c = std::make_unique<Client>();

    c->node = node;
    EXPECT_EQ(0, net.StartNode(node));
    obd_table_init();
    obd_timeout_set(20);
    EXPECT_EQ(0, rpc_init());
    c->dev = MakeDevice(node, ("client" + std::to_string(node)).c_str(), nullptr, false);
    g_clients[c->dev] = c.get();
    desc.name = "cb";
    desc.portals[0] = PORTAL_LDLM_CB_REQUEST;
    desc.threads_min = 1;
    desc.threads_max = 2;
    desc.handlers = kClientHandlers;
    EXPECT_EQ(0, rpc_service_start(&desc, &c->callbacks));
    clients_.push_back(std::move(c));
}

void World::StopClient(Client& c)
{
    OnNode on(c.node);

    rpc_import_close(c.imp, true);
    rpc_service_stop(c.callbacks);
    DropDevice(c.node, c.dev);
    rpc_exit();
    obd_table_exit();
    net.StopNode(c.node);
}

void World::Connect(unsigned int i, u64 flags, std::vector<lnet_nid_t> nids)
{
    Client& c = client(i);
    OnNode on(c.node);
    rpc_import_desc desc = {};

    if (nids.empty())
        nids = { SimNet::Nid(kServerNode) };
    desc.dev = c.dev;
    desc.target_uuid = kTarget;
    desc.client_uuid = c.dev->uuid;
    desc.connect_opc = OP_MDS_CONNECT;
    desc.request_portal = PORTAL_MDS_REQUEST;
    desc.reply_portal = PORTAL_MDC_REPLY;
    desc.ask.flags = cpu_to_le64(flags);
    desc.ask.brw_size = cpu_to_le32(4 << 20);
    // The server is like a stock one: it does not know of this.
    desc.vendor = ~0ULL;
    desc.nids = nids.data();
    desc.nr_nids = nids.size();
    desc.event = ClientEvent;
    EXPECT_EQ(0, rpc_import_create(&desc, &c.imp));
    EXPECT_EQ(0, rpc_import_connect(c.imp));
}

int World::Wait(unsigned int i, unsigned int seconds)
{
    OnNode on(client(i).node);

    return rpc_import_wait(client(i).imp, seconds);
}

void World::Close(unsigned int i, bool force)
{
    OnNode on(client(i).node);

    rpc_import_close(client(i).imp, force);
    client(i).imp = nullptr;
}

int World::Modify(u64 value, unsigned int i, u32 more_flags, bool keep, rpc_request **kept)
{
    OnNode on(client(i).node);
    rpc_request *req = rpc_new(client(i).imp, &fmt_reint, OP_MDS_REINT);

    if (!req)
        return -ENOMEM;
    if (rpc_pack(req)) {
        rpc_put(req);
        return -ENOMEM;
    }
    rpc_set_flags(req, RPC_MODIFY | more_flags);
    static_cast<wire_rec *>(rpc_req_buf(req, WF_REC))->create.time = cpu_to_le64(value);
    if (keep)
        rpc_keep_for_replay(req);
    int rc = rpc_call(req);
    if (kept)
        *kept = req;
    else
        rpc_put(req);
    return rc;
}

int World::Read(unsigned int i, u32 flags)
{
    OnNode on(client(i).node);
    rpc_request *req = rpc_new(client(i).imp, &fmt_statfs, OP_MDS_STATFS);

    EXPECT_EQ(0, rpc_pack(req));
    rpc_set_flags(req, flags);
    int rc = rpc_call(req);
    rpc_put(req);
    return rc;
}

int World::Bulk(bool write, const std::vector<bio_vec>& bv, u32 len, unsigned int i)
{
    OnNode on(client(i).node);
    rpc_request *req = rpc_new(client(i).imp, &fmt_mds_readpage, OP_MDS_SYNC);
    std::vector<bio_vec> copy = bv;

    EXPECT_EQ(0, rpc_pack(req));
    auto *body = static_cast<wire_mdt_body *>(rpc_req_buf(req, WF_MDT_BODY));
    body->size = cpu_to_le64(len);
    body->nlink = cpu_to_le32(bv[0].bv_offset);
    body->mode = cpu_to_le32(write);
    EXPECT_EQ(0, rpc_bulk(req, write, PORTAL_MDS_BULK, copy.data(), copy.size(), len));
    int rc = rpc_call(req);
    if (rc >= 0) {
        EXPECT_EQ((u32)rc, rpc_bulk_moved(req));
    }
    rpc_put(req);
    return rc;
}

void World::RestartServer(bool recovering)
{
    OnNode on(kServerNode);

    server.recovering = recovering;
    export_fail_all(server.dev, false);
    while (!server.log.empty() && server.log.rbegin()->first > server.committed) {
        auto last = std::prev(server.log.end());
        server.done[last->second.first]--;
        server.answered.erase(last->second.second);
        server.log.erase(last);
    }
    server.transno = std::max<u64>(server.committed, 100);
}

void World::ReleaseFinal()
{
    OnNode on(kServerNode);

    server.recovering = false;
    server.hold_final = false;
    rpc_srv_reply(std::exchange(server.final_ping, nullptr), 0);
}

int World::CallBack(unsigned int i)
{
    OnNode on(kServerNode);
    obd_export *exp = export_find_client(server.dev, client(i).dev->uuid);

    if (!exp)
        return -ENOENT;
    rpc_request *req = rpc_new(exp->imp_rev, &fmt_ping, OP_LDLM_BL_CALLBACK);
    EXPECT_EQ(0, rpc_pack(req));
    int rc = rpc_call(req);
    rpc_put(req);
    export_put(exp);
    return rc;
}

void World::Sleep(unsigned int ms)
{
    msleep(ms);
}
