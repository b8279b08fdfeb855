// SPDX-License-Identifier: GPL-2.0
/*
 * What may have to be replayed: requests that are answered but not committed, and open requests
 * of files still open.
 *
 * Both lists of an import are in order of transno.  A kept request moves from the first to the
 * second when it is committed, so trimming never walks over open files.  Each entry has a
 * reference.
 */
#include <linux/export.h>
#include <linux/kernel.h>

#include "obd/rpc/internal.h"

/* Most replies come in order of transno, so look for the place from the end. */
static void insert_sorted(struct list_head *list, struct rpc_request_state *st)
{
	struct rpc_request_state *pos;

	list_for_each_entry_reverse(pos, list, replay_link) {
		if (pos->transno <= st->transno)
			break;
	}
	list_add(&st->replay_link, &pos->replay_link);
}

void rpc_replay_add(struct rpc_import *imp, struct rpc_request *req)
{
	struct rpc_request_state *st = rpc_st(req);
	bool committed;

	spin_lock(&imp->lock);
	st->in_committed = st->transno <= imp->last_committed;
	committed = st->in_committed && !st->listed;
	if (!st->listed && (st->keep || !st->in_committed) && st->generation == imp->generation &&
	    imp->state != IMP_CLOSED) {
		rpc_get(req);
		st->listed = true;
		insert_sorted(st->in_committed ? &imp->committed : &imp->replay, st);
	}
	spin_unlock(&imp->lock);
	if (committed && st->committed_fn)
		st->committed_fn(st->committed_arg);
}

/* Forgets what the server has on stable storage. */
void rpc_replay_trim(struct rpc_import *imp, u64 committed)
{
	struct rpc_request_state *st, *next;
	LIST_HEAD(gone);

	spin_lock(&imp->lock);
	if (committed > imp->last_committed) {
		imp->last_committed = committed;
		list_for_each_entry_safe(st, next, &imp->replay, replay_link) {
			if (st->transno > committed)
				break;
			st->in_committed = true;
			list_del_init(&st->replay_link);
			st->listed = st->keep;
			if (st->keep)
				insert_sorted(&imp->committed, st);
			else
				list_add_tail(&st->replay_link, &gone);
		}
	}
	spin_unlock(&imp->lock);
	/* Their links are ours: all others look at @listed first. */
	list_for_each_entry_safe(st, next, &gone, replay_link) {
		list_del_init(&st->replay_link);
		if (st->committed_fn)
			st->committed_fn(st->committed_arg);
		rpc_put(&st->req);
	}
}

static void drop_one(struct rpc_request *req, bool refused)
{
	struct rpc_request_state *st = rpc_st(req);
	struct rpc_import *imp = req->imp;
	bool drop;

	spin_lock(&imp->lock);
	drop = st->listed && (refused || (st->keep && st->in_committed));
	st->keep = false;
	if (drop) {
		list_del_init(&st->replay_link);
		st->listed = false;
	}
	spin_unlock(&imp->lock);
	if (drop)
		rpc_put(req);
}

/* The server will not do it again. */
void rpc_replay_drop(struct rpc_request *req)
{
	drop_one(req, true);
}

void rpc_replay_take_all(struct rpc_import *imp, struct list_head *list)
{
	struct rpc_request_state *st;
	struct rpc_request *last;

	spin_lock(&imp->lock);
	list_splice_init(&imp->replay, list);
	list_splice_init(&imp->committed, list);
	list_for_each_entry(st, list, replay_link)
		st->listed = false;
	last = imp->replay_last;
	imp->replay_last = NULL;
	spin_unlock(&imp->lock);
	if (last)
		rpc_put(last);
}

void rpc_replay_put_all(struct list_head *list)
{
	struct rpc_request_state *st, *next;

	list_for_each_entry_safe(st, next, list, replay_link) {
		list_del_init(&st->replay_link);
		rpc_put(&st->req);
	}
}

unsigned int rpc_each_lost(struct rpc_import *imp, void (*fn)(struct rpc_request *req, void *arg),
			   void *arg)
{
	struct rpc_request_state *st;
	unsigned int nr = 0;

	/* What it has committed since tells of its new life only. */
	if (!imp->taken || !imp->restarted)
		return 0;
	list_for_each_entry(st, imp->taken, replay_link) {
		if (st->in_committed)
			continue;
		if (fn)
			fn(&st->req, arg);
		nr++;
	}
	return nr;
}
EXPORT_SYMBOL_GPL(rpc_each_lost);

unsigned int rpc_import_aborted(struct rpc_import *imp)
{
	return imp->nr_aborted;
}
EXPORT_SYMBOL_GPL(rpc_import_aborted);

void rpc_keep_for_replay(struct rpc_request *req)
{
	struct rpc_import *imp = req->imp;

	spin_lock(&imp->lock);
	rpc_st(req)->keep = true;
	spin_unlock(&imp->lock);
}
EXPORT_SYMBOL_GPL(rpc_keep_for_replay);

void rpc_drop_from_replay(struct rpc_request *req)
{
	drop_one(req, false);
}
EXPORT_SYMBOL_GPL(rpc_drop_from_replay);

/* First entry of @list, from @pos on if that is given, whose transno is beyond @cursor. */
static struct rpc_request *next_in(struct list_head *list, struct rpc_request_state *pos,
				   u64 cursor)
{
	if (!pos)
		pos = list_first_entry(list, struct rpc_request_state, replay_link);
	list_for_each_entry_from(pos, list, replay_link) {
		if (pos->transno > cursor)
			return &pos->req;
	}
	return NULL;
}

/* The request to replay next, with a reference, or NULL when all are replayed. */
struct rpc_request *rpc_replay_next(struct rpc_import *imp)
{
	struct rpc_request_state *last = NULL;
	struct rpc_request *next = NULL, *old;

	spin_lock(&imp->lock);
	old = imp->replay_last;
	if (old && rpc_st(old)->listed)
		last = rpc_st(old);
	if (!last || last->in_committed)
		next = next_in(&imp->committed, last, imp->replay_cursor);
	if (!next)
		next = next_in(&imp->replay, last && !last->in_committed ? last : NULL,
			       imp->replay_cursor);
	imp->replay_last = next ? rpc_get(next) : NULL;
	if (next)
		rpc_get(next);
	spin_unlock(&imp->lock);
	if (old)
		rpc_put(old);
	return next;
}
