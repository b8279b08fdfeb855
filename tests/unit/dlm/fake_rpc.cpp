// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/dlm/fake_rpc.h"

#include <cstdio>
#include <cstring>
#include <vector>

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>

namespace {

bool resent;
u32 timeout_s = 100;
u32 patience_s = 11;
u64 next_cookie = 0x1234567800000000ULL;
const obd_handler *callback_handlers;

constexpr unsigned kDeadMs = 5000;

const obd_handler kServerHandlers[] = {
    {OP_LDLM_ENQUEUE, &fmt_enqueue, ldlm_enqueue_handler},
    {OP_LDLM_CANCEL, &fmt_lock_cancel, ldlm_cancel_handler},
    {},
};

using Lengths = std::vector<u32>;

Lengths DefaultLengths()
{
    Lengths lens(WF_NR);
    for (int f = 0; f < WF_NR; f++)
        lens[f] = wire_fields[f].size;
    return lens;
}

wire_msg *Pack(const u8 *fields, unsigned nr, const Lengths &lens)
{
    u32 l[WIRE_MAX_BUFS];
    for (unsigned i = 0; i < nr; i++)
        l[i] = lens[fields[i]];
    auto *msg = static_cast<wire_msg *>(calloc(1, wire_msg_size(nr, l)));
    wire_msg_init(msg, nr, l);
    return msg;
}

void *Buffer(wire_msg *msg, const u8 *fields, unsigned nr, wire_field f, u32 *len)
{
    int i = wire_field_index(fields, nr, f);
    if (!msg || i < 0)
        return nullptr;
    void *buf = wire_msg_buf(msg, i, wire_fields[f].size);
    u32 n = buf ? wire_msg_buflen(msg, i) : 0;
    if (len)
        *len = n;
    return n ? buf : nullptr;
}

}  // namespace

struct rpc_request_state {
    Lengths req = DefaultLengths();
    Lengths rep = DefaultLengths();
    u32 opc = 0;
    int refs = 1;
    bool resent = false;
    rpc_done_fn done = nullptr;
    void *arg = nullptr;
    completion *waiter = nullptr;
};

struct rpc_srv_state {
    Lengths rep = DefaultLengths();
    bool held = false;
    int status = 0;
    completion replied;
};

namespace {

const obd_handler *FindHandler(const obd_handler *h, u32 opc)
{
    while (h->opc && h->opc != opc)
        h++;
    return h->opc ? h : nullptr;
}

// Runs the handler of a request that has arrived; the reply message becomes the caller's.
int Serve(rpc_request *req)
{
    rpc_srv_state st;
    rpc_srv_req srv{};
    wire_body body{};
    rpc_import *imp = req->imp;
    const obd_handler *h =
        FindHandler(imp->reverse ? callback_handlers : kServerHandlers, req->st->opc);

    init_completion(&st.replied);
    srv.fmt = req->fmt;
    srv.reqmsg = req->reqmsg;
    srv.exp = imp->reverse ? nullptr : export_get(imp->exp);
    srv.body = &body;
    body.flags = req->st->resent ? MSG_RESENT : 0;
    srv.opc = req->st->opc;
    srv.st = &st;

    int rc;
    if (srv.exp && srv.exp->failed)
        rc = -ENOTCONN;
    else
        rc = h->fn(&srv);
    if (st.held) {
        wait_for_completion(&st.replied);
        rc = st.status;
    }
    if (srv.exp)
        export_put(srv.exp);
    if (rc >= 0)
        req->repmsg = srv.repmsg;
    else
        free(srv.repmsg);
    return rc;
}

int Carry(void *data)
{
    auto *req = static_cast<rpc_request *>(data);
    rpc_import *imp = req->imp;

    if (imp->request_ms)
        msleep(imp->request_ms);
    if (imp->dead) {
        msleep(kDeadMs);
        req->status = -ETIMEDOUT;
    } else {
        unsigned back = imp->reply_ms;
        req->status = Serve(req);
        if (back)
            msleep(back);
    }
    if (req->st->done)
        req->st->done(req, req->st->arg);
    if (req->st->waiter)
        complete(req->st->waiter);
    rpc_put(req);
    return 0;
}

void Start(rpc_request *req)
{
    rpc_import *imp = req->imp;

    imp->sent[req->st->opc]++;
    req->st->resent = resent;
    if (imp->on_send)
        imp->on_send(req);
    kthread_run(Carry, req, "carry");
}

void InitDevice(obd_device *dev, const char *name)
{
    snprintf(dev->name, sizeof(dev->name), "%s", name);
    refcount_set(&dev->refs, 1);
}

}  // namespace

extern "C" {

rpc_request *rpc_new(rpc_import *imp, const wire_format *fmt, u32 opc)
{
    auto *req = new rpc_request{};
    req->imp = imp;
    req->fmt = fmt;
    req->st = new rpc_request_state;
    req->st->opc = opc;
    return req;
}

rpc_request *rpc_get(rpc_request *req)
{
    req->st->refs++;
    return req;
}

void rpc_put(rpc_request *req)
{
    if (--req->st->refs)
        return;
    free(req->reqmsg);
    free(req->repmsg);
    delete req->st;
    delete req;
}

void rpc_req_len(rpc_request *req, wire_field f, u32 len) { req->st->req[f] = len; }
void rpc_rep_len(rpc_request *req, wire_field f, u32 len) { req->st->rep[f] = len; }
void rpc_set_portal(rpc_request *, u32) {}
void rpc_set_flags(rpc_request *, u32) {}

int rpc_pack(rpc_request *req)
{
    req->reqmsg = Pack(req->fmt->req, req->fmt->nr_req, req->st->req);
    return 0;
}

void *rpc_req_buf(rpc_request *req, wire_field f)
{
    return Buffer(req->reqmsg, req->fmt->req, req->fmt->nr_req, f, nullptr);
}

void *rpc_rep_buf(rpc_request *req, wire_field f, u32 *len)
{
    return Buffer(req->repmsg, req->fmt->rep, req->fmt->nr_rep, f, len);
}

int rpc_call(rpc_request *req)
{
    completion done;

    init_completion(&done);
    req->st->waiter = &done;
    rpc_get(req);
    Start(req);
    wait_for_completion(&done);
    return req->status;
}

void rpc_send(rpc_request *req, rpc_done_fn done, void *arg)
{
    req->st->done = done;
    req->st->arg = arg;
    Start(req);
}

int rpc_send_wait(rpc_request *req, rpc_done_fn done, void *arg)
{
    req->st->done = done;
    req->st->arg = arg;
    const int rc = rpc_call(req);
    rpc_put(req);
    return rc;
}

int rpc_service_start(const rpc_service_desc *desc, rpc_service **)
{
    if (desc->handlers)
        callback_handlers = desc->handlers;
    return 0;
}

void rpc_service_stop(rpc_service *) {}
u32 rpc_service_patience(void) { return patience_s; }

void *rpc_srv_buf(rpc_srv_req *req, wire_field f, u32 *len)
{
    return Buffer(req->reqmsg, req->fmt->req, req->fmt->nr_req, f, len);
}

void rpc_srv_rep_len(rpc_srv_req *req, wire_field f, u32 len) { req->st->rep[f] = len; }

int rpc_srv_pack(rpc_srv_req *req)
{
    if (!req->repmsg)
        req->repmsg = Pack(req->fmt->rep, req->fmt->nr_rep, req->st->rep);
    return 0;
}

void *rpc_srv_rep_buf(rpc_srv_req *req, wire_field f)
{
    return Buffer(req->repmsg, req->fmt->rep, req->fmt->nr_rep, f, nullptr);
}

bool rpc_srv_resent(rpc_srv_req *req) { return req->body->flags & MSG_RESENT; }
void rpc_srv_hold(rpc_srv_req *req) { req->st->held = true; }

void rpc_srv_reply(rpc_srv_req *req, int status)
{
    req->st->status = status;
    complete(&req->st->replied);
}

obd_export *export_get(obd_export *exp)
{
    refcount_inc(&exp->refs);
    return exp;
}

void export_put(obd_export *exp)
{
    if (refcount_dec_and_test(&exp->refs))
        delete exp;
}

void export_fail(obd_export *exp, bool)
{
    if (exp->failed)
        return;
    exp->failed = true;
    ldlm_server_drop_export(exp);
}

void export_evict(obd_export *exp, const char *fmt, ...)
{
    char nid[LNET_NIDSTR_SIZE], why[200];
    va_list args;

    va_start(args, fmt);
    vsnprintf(why, sizeof(why), fmt, args);
    va_end(args);
    if (!exp->failed)
        pr_err("client %s (uuid %s) is evicted: %s\n", lnet_nid_str(exp->nid, nid), exp->client_uuid, why);
    export_fail(exp, true);
}

u32 obd_timeout(void) { return timeout_s; }

u64 obd_cookie(void) { return next_cookie += 0x100000001ULL; }

void obd_count(enum obd_count, int) {}

char *lnet_nid_str(lnet_nid_t nid, char *buf)
{
    snprintf(buf, LNET_NIDSTR_SIZE, "10.0.0.%u@tcp", LNET_NID_ADDR(nid) & 0xff);
    return buf;
}

}  // extern "C"

namespace fake {

Server::Server(const char *name, const ldlm_server_ops *ops)
{
    InitDevice(&dev, name);
    ldlm_namespace_server(&dev, ops, &ns);
    dev.ns = ns;
}

void Server::Stop()
{
    ldlm_namespace_free(ns, true);
    dev.ns = nullptr;
}

Client::Client(Server *server, const char *uuid, const ldlm_client_ops *ops)
{
    InitDevice(&dev, uuid);
    ldlm_namespace_client(&dev, ops, &ns);
    Connect(server);
}

void Client::Connect(Server *server)
{
    exp = new obd_export{};
    exp->dev = &server->dev;
    refcount_set(&exp->refs, 1);
    snprintf(exp->client_uuid, sizeof(exp->client_uuid), "%.20s", dev.name);
    exp->nid = LNET_MKNID(LNET_NET_TCP, 0, 7);
    spin_lock_init(&exp->lock);
    INIT_LIST_HEAD(&exp->locks);
    exp->granted.flags = CONN_LVB_TYPE;
    exp->imp_rev = &reverse;
    forward.exp = exp;
    reverse.exp = exp;
    reverse.reverse = true;
}

void Client::Reconnect(Server *server)
{
    export_fail(exp, true);
    export_put(exp);
    Connect(server);
}

void Client::Stop(bool force)
{
    ldlm_namespace_free(ns, force);
    export_fail(exp, false);
    msleep(20 * 1000);
    export_put(exp);
}

void SetResent(bool on) { resent = on; }
void SetTimeout(u32 seconds) { timeout_s = seconds; }
void SetPatience(u32 seconds) { patience_s = seconds; }

}  // namespace fake
