/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A target: the storage of an mds or obdfilter device, its transaction numbers and its clients'
 * records.
 *
 * last_rcvd (docs/format.md): a head, and one slot per client with transno, xid and result of its
 * last requests, written in the transaction of every modifying request, so that a resent request is
 * answered and not done again.
 *
 * Recovery: after a restart the clients in last_rcvd are waited for, and what they had been
 * answered but what was not committed is replayed in order of transno across all of them, then
 * their locks; only then new requests are handled and new clients let in. Who does not come back,
 * or does not go on, within the window is evicted.
 */
#ifndef SHEEN_TARGET_H
#define SHEEN_TARGET_H

#include "obd/class/class.h"
#include "obd/osd/osd.h"
#include "obd/rpc/rpc.h"

struct target;

/**
 * Modifying requests that a client may have under way at once: one slot record each; tag 0 is for
 * those without a tag.
 */
#define TARGET_MAX_MODRPCS	7

/** target_start() - opens the storage and reads the clients' records; sets dev->target */
int target_start(struct obd_device *dev, const char *path, const char *fstype, enum osd_role role,
		 char *why);

/** target_stop() - all exports have been failed; commits everything and lets the storage go */
void target_stop(struct obd_device *dev);

struct osd_device *target_osd(struct obd_device *dev);

/**
 * target_connect() - part of a server type's connect: the client's slot, the target's incarnation
 */
int target_connect(struct obd_export *exp, struct wire_connect *data);

/**
 * target_client_forget() - the client has gone for good: frees its slot, on disk too; @clean: it
 * left, and is not waited for any more
 */
void target_client_forget(struct obd_export *exp, bool clean);

/**
 * target_trans() - gives a modifying request its transno and writes the client's record, inside @th
 * (one update)
 * @status, @data: what a resend of this request is to be answered with: result and disposition
 *   req->transno is set; last_committed moves when @th commits.
 */
int target_trans(struct rpc_srv_req *req, struct osd_trans *th, int status, u64 data);

/**
 * target_trans_none() - for a request that changed nothing on disk but must be replayed: opens and
 * closes; @data as above
 */
void target_trans_none(struct rpc_srv_req *req, u64 data);

/**
 * target_trans_nodisk() - for OSTs without transactions: a transno that counts as committed after
 * the next target_sync()
 * @bytes: of data written; much of it is committed soon, because clients keep it in memory until
 *   then
 */
void target_trans_nodisk(struct rpc_srv_req *req, u32 bytes);

/**
 * target_sync() - all that was replied to so far is on stable storage on return; moves
 * last_committed
 */
int target_sync(struct obd_device *dev);

/**
 * target_resent() - is this a resend of a request that was done? Then *status and *data are what
 * target_trans() stored, req->transno is set, and the handler only rebuilds the reply.
 */
bool target_resent(struct rpc_srv_req *req, int *status, u64 *data);

u64 target_last_committed(struct obd_device *dev);

/**
 * target_op() - operations that all targets have: sync, abort_recovery, recovery_status;
 * -EOPNOTSUPP: not one of them
 */
int target_op(struct obd_device *dev, const char *op, char *text, size_t size);

#endif
