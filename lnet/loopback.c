// SPDX-License-Identifier: GPL-2.0
/*
 * Messages to ourselves: by memory, from a worker so that no callback runs under the sender's
 * locks.
 */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "lnet/internal.h"

#define LNET_BOUNCE_SIZE	4096u

/* Copies between two page vectors; rare, so a bounce buffer does. */
static int copy_bounced(struct iov_iter *to, struct iov_iter *from, u32 len)
{
	void *bounce;
	int rc = 0;

	bounce = kmalloc(LNET_BOUNCE_SIZE, GFP_NOFS);
	if (!bounce)
		return -ENOMEM;
	while (len && !rc) {
		u32 part = min(len, LNET_BOUNCE_SIZE);

		if (copy_from_iter(bounce, part, from) != part ||
		    copy_to_iter(bounce, part, to) != part)
			rc = -EFAULT;
		len -= part;
	}
	kfree(bounce);
	return rc;
}

/**
 * lnet_msg_copy() - moves the payload of a message that is sent into one that is received
 *
 * Copies what @to has room for.  Returns 0, -ENOMEM or -EFAULT.
 */
int lnet_msg_copy(struct lnet_msg *to, struct lnet_msg *from)
{
	u32 len = min(to->len, from->len);

	if (!len)
		return 0;
	if (from->kvec.iov_base)
		return copy_to_iter(from->kvec.iov_base, len, &to->iter) == len ? 0 : -EFAULT;
	if (to->kvec.iov_base)
		return copy_from_iter(to->kvec.iov_base, len, &from->iter) == len ? 0 : -EFAULT;
	return copy_bounced(&to->iter, &from->iter, len);
}

static void lo_deliver(struct lnet_msg *msg)
{
	struct lnet_msg *incoming;
	int rc;

	rc = lnet_recv_begin(msg->ni, le64_to_cpu(msg->wire.hdr.src_nid), &msg->wire.hdr,
			     &incoming);
	if (!rc && incoming)
		lnet_recv_done(incoming, lnet_msg_copy(incoming, msg));
	lnet_send_done(msg, rc);
}

void lnet_lo_work(struct work_struct *work)
{
	struct lnet_core *core = container_of(work, struct lnet_core, lo_work);
	struct lnet_msg *msg;

	for (;;) {
		spin_lock(&core->lock);
		msg = list_first_entry_or_null(&core->lo_queue, struct lnet_msg, link);
		if (msg)
			list_del_init(&msg->link);
		spin_unlock(&core->lock);
		if (!msg)
			return;
		lo_deliver(msg);
	}
}

void lnet_lo_send(struct lnet_msg *msg)
{
	struct lnet_core *core = node_var(lnet_core);

	spin_lock(&core->lock);
	list_add_tail(&msg->link, &core->lo_queue);
	spin_unlock(&core->lock);
	queue_work(core->wq, &core->lo_work);
}
