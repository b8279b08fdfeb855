// SPDX-License-Identifier: GPL-2.0
/* Neighbours, credits, and the way of a message to the driver. */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "lnet/internal.h"

/* ---- messages ---- */

/* Makes a zeroed message belong to an interface; the caller hands over one count of ni->nr_msgs. */
void lnet_msg_init(struct lnet_msg *msg, struct lnet_ni *ni)
{
	INIT_LIST_HEAD(&msg->lnd_link);
	INIT_LIST_HEAD(&msg->link);
	INIT_LIST_HEAD(&msg->rec.link);
	msg->ni = ni;
	msg->wire.hdr.dst_pid = cpu_to_le32(LNET_WIRE_PID);
	msg->wire.hdr.src_pid = cpu_to_le32(LNET_WIRE_PID);
}

/* A message of its own (ACK, REPLY, anything received); counted in ni->nr_msgs. */
struct lnet_msg *lnet_msg_alloc(struct lnet_ni *ni)
{
	struct lnet_msg *msg;

	msg = kzalloc(sizeof(*msg), GFP_NOFS);
	if (!msg)
		return NULL;
	atomic_inc(&ni->nr_msgs);
	atomic64_inc(&node_var(lnet_core)->nr_msgs);
	lnet_msg_init(msg, ni);
	return msg;
}

/* Frees a message of lnet_msg_alloc() that is done with its interface. */
void lnet_msg_free(struct lnet_msg *msg)
{
	kfree(msg);
	atomic64_dec(&node_var(lnet_core)->nr_msgs);
}

/* Points the message at @len bytes of a buffer from @offset on, which lie within it. */
void lnet_msg_set_payload(struct lnet_msg *msg, unsigned int direction, const struct lnet_buf *buf,
			  u32 offset, u32 len)
{
	msg->len = len;
	if (buf->nr_bvec) {
		iov_iter_bvec(&msg->iter, direction, buf->bvec, buf->nr_bvec, buf->len);
		iov_iter_advance(&msg->iter, offset);
		iov_iter_truncate(&msg->iter, len);
	} else {
		msg->kvec.iov_base = buf->kaddr + offset;
		msg->kvec.iov_len = len;
		iov_iter_kvec(&msg->iter, direction, &msg->kvec, 1, len);
	}
}

/* ---- peers ---- */

static struct hlist_head *peer_bucket(struct lnet_ni *ni, lnet_nid_t nid)
{
	return &ni->peers[hash_64(nid, ilog2(LNET_PEER_BUCKETS))];
}

static struct lnet_peer *peer_lookup(struct lnet_ni *ni, lnet_nid_t nid)
{
	struct lnet_peer *peer;

	hlist_for_each_entry(peer, peer_bucket(ni, nid), hash) {
		if (peer->nid == nid)
			return peer;
	}
	return NULL;
}

/* Finds or makes the peer; NULL without memory. */
struct lnet_peer *lnet_peer_find(struct lnet_ni *ni, lnet_nid_t nid)
{
	struct lnet_peer *peer;
	struct lnet_peer *new;

	spin_lock(&ni->lock);
	peer = peer_lookup(ni, nid);
	spin_unlock(&ni->lock);
	if (peer)
		return peer;

	new = kzalloc(sizeof(*new), GFP_NOFS);
	if (!new)
		return NULL;
	new->nid = nid;
	new->credits = LNET_PEER_CREDITS;
	INIT_LIST_HEAD(&new->queue);
	INIT_LIST_HEAD(&new->ready_link);
	spin_lock(&ni->lock);
	peer = peer_lookup(ni, nid);
	if (!peer) {
		peer = new;
		new = NULL;
		hlist_add_head(&peer->hash, peer_bucket(ni, nid));
		atomic64_inc(&node_var(lnet_core)->nr_peers);
	}
	spin_unlock(&ni->lock);
	kfree(new);
	return peer;
}

/* The interface is going away and no message is left. */
void lnet_peers_free(struct lnet_ni *ni)
{
	struct hlist_node *next;
	struct lnet_peer *peer;
	u32 i;

	for (i = 0; i < LNET_PEER_BUCKETS; i++) {
		hlist_for_each_entry_safe(peer, next, &ni->peers[i], hash) {
			hlist_del(&peer->hash);
			kfree(peer);
			atomic64_dec(&node_var(lnet_core)->nr_peers);
		}
	}
}

/* ---- credits ---- */

/* Whether the peer must be on, or off, the list of peers that have something to send; lock held. */
static void peer_update_ready(struct lnet_ni *ni, struct lnet_peer *peer)
{
	bool ready = peer->credits > 0 && !list_empty(&peer->queue);

	if (ready && list_empty(&peer->ready_link))
		list_add_tail(&peer->ready_link, &ni->ready);
	else if (!ready)
		list_del_init(&peer->ready_link);
}

/* Takes the next message that credits allow to be sent, peers in turn; lock held. */
static struct lnet_msg *ni_next_msg(struct lnet_ni *ni)
{
	struct lnet_peer *peer;
	struct lnet_msg *msg;

	if (ni->credits <= 0 || list_empty(&ni->ready))
		return NULL;
	peer = list_first_entry(&ni->ready, struct lnet_peer, ready_link);
	msg = list_first_entry(&peer->queue, struct lnet_msg, link);
	list_del_init(&msg->link);
	peer->nr_queued--;
	peer->credits--;
	ni->credits--;
	list_del_init(&peer->ready_link);
	peer_update_ready(ni, peer);
	return msg;
}

/*
 * Hands waiting messages to the driver.  A driver may complete a message before its send operation
 * returns, and so get here again: only one caller pumps at a time, the stack stays flat.  Called
 * with the lock held, returns without.
 */
static void ni_pump(struct lnet_ni *ni)
	__releases(&ni->lock)
{
	struct lnet_msg *msg;

	if (ni->pumping) {
		spin_unlock(&ni->lock);
		return;
	}
	ni->pumping = true;
	while ((msg = ni_next_msg(ni))) {
		spin_unlock(&ni->lock);
		ni->lnd->send(ni, msg);
		spin_lock(&ni->lock);
	}
	ni->pumping = false;
	spin_unlock(&ni->lock);
}

/*
 * Sends a complete message to a peer, now or when credits allow.  Always ends with msg->done(),
 * maybe before this returns.
 */
void lnet_send(struct lnet_msg *msg, lnet_nid_t target)
{
	struct lnet_ni *ni = msg->ni;
	struct lnet_peer *peer;
	bool now;

	if (ni->is_lo) {
		lnet_lo_send(msg);
		return;
	}
	peer = lnet_peer_find(ni, target);
	if (!peer) {
		lnet_ni_put_msg(ni);
		msg->done(msg, -ENOMEM);
		return;
	}
	msg->deadline_ms = lnet_now_ms() + lnet_timeout_ms();
	spin_lock(&ni->lock);
	if (ni->stopping) {
		spin_unlock(&ni->lock);
		lnet_ni_put_msg(ni);
		msg->done(msg, -ENETDOWN);
		return;
	}
	msg->peer = peer;
	now = list_empty(&peer->queue) && peer->credits > 0 && ni->credits > 0;
	if (now) {
		peer->credits--;
		ni->credits--;
	} else {
		list_add_tail(&msg->link, &peer->queue);
		peer->nr_queued++;
		peer_update_ready(ni, peer);
	}
	spin_unlock(&ni->lock);
	if (now)
		ni->lnd->send(ni, msg);
}

void lnet_send_done(struct lnet_msg *msg, int status)
{
	struct lnet_ni *ni = msg->ni;
	struct lnet_peer *peer = msg->peer;

	if (peer) {
		spin_lock(&ni->lock);
		peer->credits++;
		ni->credits++;
		if (!status)
			peer->sent += msg->len;
		peer_update_ready(ni, peer);
		ni_pump(ni);
	}
	/*
	 * The message may be freed by its owner; the interface must not go before the owner has
	 * heard.
	 */
	msg->done(msg, status);
	lnet_ni_put_msg(ni);
}
EXPORT_SYMBOL_GPL(lnet_send_done);

/* Fails the messages that have waited for credits beyond @now_ms. */
void lnet_peers_expire(struct lnet_ni *ni, u64 now_ms, int status)
{
	struct lnet_peer *peer;
	struct lnet_msg *msg;
	struct lnet_msg *next;
	LIST_HEAD(expired);
	u32 i;

	spin_lock(&ni->lock);
	for (i = 0; i < LNET_PEER_BUCKETS; i++) {
		hlist_for_each_entry(peer, &ni->peers[i], hash) {
			list_for_each_entry_safe(msg, next, &peer->queue, link) {
				if (msg->deadline_ms > now_ms)
					break;
				list_move_tail(&msg->link, &expired);
				peer->nr_queued--;
			}
			peer_update_ready(ni, peer);
		}
	}
	spin_unlock(&ni->lock);
	list_for_each_entry_safe(msg, next, &expired, link) {
		list_del_init(&msg->link);
		msg->done(msg, status);
		lnet_ni_put_msg(ni);
	}
}
