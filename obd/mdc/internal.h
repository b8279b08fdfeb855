/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHEEN_MDC_INTERNAL_H
#define SHEEN_MDC_INTERNAL_H

#include <linux/hashtable.h>
#include <linux/mutex.h>

#include "obd/mdc/mdc.h"

#define MDC_OPEN_HASH_BITS	8
#define MDC_MAX_ACL	1024u	/* bytes of an ACL that we make room for */

/**
 * struct mdc - the private part of a device of type "mdc"
 * @seq_lock: guards @seq_next and @seq_end: FIDs that may still be given out
 * @opens_lock: guards @opens, open files by handle: struct mdc_opened
 * @max_ea: bytes of the largest layout seen, grows; room for it is made in replies
 */
struct mdc {
	struct obd_device *dev;
	struct rpc_import *imp;
	void *priv;
	const struct ldlm_client_ops *lock_ops;
	struct mutex seq_lock;
	u64 seq;
	u32 oid_next;
	u32 oid_end;
	u32 max_ea;
	spinlock_t opens_lock;
	DECLARE_HASHTABLE(opens, MDC_OPEN_HASH_BITS);
};

/* ---- replay.c: open files are opened again when the server restarts ---- */

/** mdc_open_keep() - before an open is sent: if it succeeds it is kept until mdc_close_done() */
void mdc_open_keep(struct mdc *mdc, struct rpc_request *req);
/** mdc_open_left() - an rpc_done_fn, with the mdc: nobody wants what was opened, so it is closed */
void mdc_open_left(struct rpc_request *req, void *arg);
/** mdc_layout_keep() - before objects are asked for: a replay asks for the same ones */
void mdc_layout_keep(struct mdc *mdc, struct rpc_request *req);
/**
 * mdc_close_handle() - the handle to close what was opened with @handle, which @req is about to do
 */
u64 mdc_close_handle(struct mdc *mdc, u64 handle, struct rpc_request *req);
void mdc_close_done(struct mdc *mdc, struct rpc_request *close);
/**
 * mdc_opens_list() - the first files that are open, as text; how many opens there are
 */
unsigned int mdc_opens_list(struct mdc *mdc, char *text, size_t size);
/** mdc_opens_drop() - the mount goes away: what is still open is forgotten */
void mdc_opens_drop(struct mdc *mdc);

/* ---- lost.c ---- */

/** mdc_evicted() - gives up what we had there, and says so */
void mdc_evicted(struct mdc *mdc);

#define MDC_MAX_ELC	8u

/**
 * struct mdc_elc - handles of locks that we give up along with a request which they would be in the
 * way of
 * @shed: IBIT_* that the lock of the first handle loses, which stays; 0: it goes
 */
struct mdc_elc {
	u64 handles[MDC_MAX_ELC];
	unsigned int nr;
	u64 shed;
};

/**
 * mdc_elc_take() - gives up what we hold on @fid with any of @ibits; nothing when the server cannot
 * read it from requests
 */
void mdc_elc_take(struct mdc *mdc, struct mdc_elc *elc, const struct fid *fid, u64 ibits);

/**
 * mdc_elc_shed() - the same for an operation on one object, @elc is empty: one lock stays for what
 * else it keeps true, if the server is one of Sheen's
 */
void mdc_elc_shed(struct mdc *mdc, struct mdc_elc *elc, const struct fid *fid, u64 ibits);

/** mdc_elc_len(), mdc_elc_fill() - before and after packing a reint */
void mdc_elc_len(struct rpc_request *req, const struct mdc_elc *elc);
void mdc_elc_fill(struct rpc_request *req, const struct mdc_elc *elc);

/** mdc_head_fill() - who asks, in the head of a reint record */
void mdc_head_fill(struct wire_rec_head *h, u32 opcode, const struct mdc_cred *cred);

/* ---- extra.c: what only Sheen's servers understand ---- */

/**
 * mdc_extra_len() - before packing: room for what goes along, and comes back, beyond the protocol;
 * none with a stock server. @cred: NULL: nobody's groups
 */
void mdc_extra_len(struct mdc *mdc, struct rpc_request *req, const struct mdc_cred *cred);
/** mdc_extra_fill() - after it: the groups of @cred; returns the buffer, or NULL: there is none */
struct wire_extra *mdc_extra_fill(struct rpc_request *req, const struct mdc_cred *cred);
/** mdc_extra_time() - nanoseconds of the one time of a record */
void mdc_extra_time(struct rpc_request *req, const struct mdc_cred *cred, struct timespec64 time);
/** mdc_extra_attr() - nanoseconds of a record of attributes */
void mdc_extra_attr(struct rpc_request *req, const struct mdc_cred *cred,
		    const struct mdc_attr *attr);
/** mdc_extra_take() - from a reply; never NULL */
const struct wire_extra *mdc_extra_take(struct rpc_request *req);

/** mdc_str_put() - copies @len characters and a NUL into a request's string buffer */
void mdc_str_put(struct rpc_request *req, enum wire_field f, const char *s, size_t len);

/**
 * mdc_reply_take() - finds the parts of a reply that has a struct wire_mdt_body; -EPROTO when they
 * do not fit together
 */
int mdc_reply_take(struct mdc *mdc, struct rpc_request *req, struct mdc_reply *r);

/** mdc_body_name() - the file that a request with a struct wire_mdt_body is about */
void mdc_body_name(struct wire_mdt_body *b, const struct fid *fid);

/** mdc_body_fill() - also who asks, in a struct wire_mdt_body of a request */
void mdc_body_fill(struct wire_mdt_body *b, const struct fid *fid, const struct mdc_cred *cred);

#endif
