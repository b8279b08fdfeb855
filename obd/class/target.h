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
 * or does not go on, within the window is evicted, alone: the requests of the others go by the
 * versions of the objects that they depend on, and only those are refused that came after lost
 * ones. The version of an object is the transno of its last change; times, and the names in a
 * directory, are no change of it. A client that knows no versions is evicted at the first gap.
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

/**
 * target_mode_parse() - the word of a setup that says whether clients wait for this target, "f", or
 * get errors while it is down, "n"; -EINVAL with @why
 */
int target_mode_parse(struct obd_device *dev, const char *word, char *why);

/**
 * target_start() - opens the storage and reads the clients' records, which are forgotten of a
 * failout target; sets dev->target
 */
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
 * target_transno() - the transno that target_trans() is going to give, to mark with it what the
 * transaction changes (OSD_A_VERSION). The transaction is open; a request for which it fails starts
 * no other.
 */
u64 target_transno(struct rpc_srv_req *req);

/**
 * target_version() - what a request depends on, number @idx: the @version of an object before the
 * request changes it, or TARGET_VERSION_NONE
 * Goes to the client with the answer, and comes back with a replay: -ESTALE when requests were lost
 * that came before it and the object is not what it was.
 */
#define TARGET_VERSION_NONE	1	/* there was no object; no transno is that small */
int target_version(struct rpc_srv_req *req, unsigned int idx, u64 version);

/**
 * target_lossy() - have requests been lost that clients had been answered? Then what those have
 * cached may never have been.
 */
bool target_lossy(struct obd_device *dev);

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
 * target_op() - operations that all targets have, obd_type::op's arguments; -EOPNOTSUPP: not one of
 * them
 * sync; abort_recovery and recovery_status: recovery.h; evict_client UUID|NID; notransno: clients
 * hear of no further commit, and so replay after a restart what they do from now on; readonly: as
 * if the power were cut, for this target alone, until it is stopped.
 */
int target_op(struct obd_device *dev, const char *op, int argc, char **argv, char *text,
	      size_t size);

/** target_is_cut() - after readonly: requests are dropped, and nobody is evicted */
bool target_is_cut(struct obd_device *dev);

#endif
