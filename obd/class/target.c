// SPDX-License-Identifier: GPL-2.0
/*
 * Targets: transaction numbers and the records of clients in last_rcvd.  docs/format.md has the layout.
 *
 * A transno is incarnation << 32 | counter, so it grows over restarts without any write.  It is given while the journal
 * handle is open; a handle of a later journal transaction opens only when all of an earlier one are closed, so transnos
 * commit in order.
 */
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "obd/class/class.h"
#include "obd/class/target.h"

#define LAST_RCVD		"last_rcvd"
#define LR_MAGIC		0x53686e52u	/* "ShnR" */
#define LR_VERSION		1u
#define LR_SLOT_START		8192u		/* bytes */
#define LR_SLOT_SIZE		512u
#define LR_SLOTS		2048u
#define LR_SLOT_RECORDS		8u		/* results kept per client: tag 0 (no tag) to 7 */
#define TARGET_SYNC_PERIOD	5		/* seconds between commits of a target without transactions */

/** struct lr_head - at offset 0 of last_rcvd */
struct lr_head {
	__le32 magic;
	__le32 version;
	__le64 compat;
	__le64 ro_compat;
	__le64 incompat;
	char uuid[WIRE_UUID_SIZE];
	__le64 last_committed;
};

/** struct lr_record - how a request ended; 32 bytes, never across a block */
struct lr_record {
	__le64 xid;
	__le64 transno;
	__le64 data;
	__le32 status;
	__le32 reserved;
};

/** struct lr_slot - a client; an empty uuid is a free slot */
struct lr_slot {
	char uuid[WIRE_UUID_SIZE];
	__le64 reserved[3];
	struct lr_record records[LR_SLOT_RECORDS];
};

static_assert(sizeof(struct lr_record) == 32);
static_assert(sizeof(struct lr_slot) <= LR_SLOT_SIZE);
static_assert(offsetof(struct lr_slot, records) == 64);

/** struct client_records - memory copy of a client's results; guarded by the export's lock */
struct client_records {
	struct lr_record rec[LR_SLOT_RECORDS];
};

/**
 * struct target
 * @lock: guards @last_transno, @last_committed and @slots
 * @records: per slot, NULL: free; set under @lock
 * @sync_work: commits what a target without transactions has replied to
 * @head_lock: serialises writes of the head
 */
struct target {
	struct obd_device *dev;
	struct osd_device *osd;
	struct osd_file *lr;
	bool transactions;
	spinlock_t lock;
	u64 last_transno;
	u64 last_committed;
	unsigned long slots[BITS_TO_LONGS(LR_SLOTS)];
	struct client_records *records[LR_SLOTS];
	struct mutex head_lock;
	struct delayed_work sync_work;
};

struct osd_device *target_osd(struct obd_device *dev)
{
	return dev->target->osd;
}
EXPORT_SYMBOL_GPL(target_osd);

u64 target_last_committed(struct obd_device *dev)
{
	return dev->target ? READ_ONCE(dev->target->last_committed) : 0;
}
EXPORT_SYMBOL_GPL(target_last_committed);

static u64 slot_offset(int slot)
{
	return LR_SLOT_START + (u64)slot * LR_SLOT_SIZE;
}

/* ---- start and stop ---- */

static int head_write(struct target *t, bool sync)
{
	struct lr_head head = {
		.magic = cpu_to_le32(LR_MAGIC),
		.version = cpu_to_le32(LR_VERSION),
	};
	struct osd_trans *th;
	int rc, rc2;

	strscpy(head.uuid, t->dev->uuid, sizeof(head.uuid));
	mutex_lock(&t->head_lock);
	head.last_committed = cpu_to_le64(READ_ONCE(t->last_committed));
	rc = osd_trans_start(t->osd, NULL, 0, 1, &th);
	if (!rc) {
		rc = osd_file_write(th, t->lr, 0, &head, sizeof(head));
		rc2 = osd_trans_stop(th, sync);
		rc = rc ?: rc2;
	}
	mutex_unlock(&t->head_lock);
	return rc;
}

static int head_check(struct target *t, const struct lr_head *head, char *why)
{
	if (!head->magic && !head->version)
		return 0;	/* new: never written */
	if (le32_to_cpu(head->magic) != LR_MAGIC || le32_to_cpu(head->version) != LR_VERSION ||
	    head->incompat || head->ro_compat) {
		snprintf(why, OBD_WHY_SIZE, "%s: last_rcvd has version %u, incompat %#llx: not known here",
			 t->dev->name, le32_to_cpu(head->version),
			 le64_to_cpu(head->incompat));
		return -EUCLEAN;
	}
	if (strnlen(head->uuid, sizeof(head->uuid)) == sizeof(head->uuid) ||
	    strcmp(head->uuid, t->dev->uuid)) {
		snprintf(why, OBD_WHY_SIZE, "%s: the disk belongs to target %.39s, not %s",
			 t->dev->name, head->uuid, t->dev->uuid);
		return -EMEDIUMTYPE;
	}
	return 0;
}

/* The records of clients of before: what they reached is committed. The clients themselves are forgotten. */
static int slots_load(struct target *t)
{
	struct lr_slot *slot = kmalloc(sizeof(*slot), GFP_KERNEL);
	struct osd_trans *th;
	unsigned int i, r;
	ssize_t n;
	int rc = 0, rc2;

	if (!slot)
		return -ENOMEM;
	for (i = 0; i < LR_SLOTS && !rc; i++) {
		n = osd_file_read(t->lr, slot_offset(i), slot, sizeof(*slot));
		if (n < (ssize_t)sizeof(*slot))
			break;
		if (!slot->uuid[0])
			continue;
		for (r = 0; r < LR_SLOT_RECORDS; r++)
			t->last_committed = max_t(u64, t->last_committed,
						  le64_to_cpu(slot->records[r].transno));
		memset(slot, 0, sizeof(*slot));
		rc = osd_trans_start(t->osd, NULL, 0, 1, &th);
		if (rc)
			break;
		rc = osd_file_write(th, t->lr, slot_offset(i), slot, sizeof(*slot));
		rc2 = osd_trans_stop(th, false);
		rc = rc ?: rc2;
	}
	kfree(slot);
	return rc;
}

static int target_load(struct target *t, char *why)
{
	struct lr_head head = {};
	ssize_t n;
	int rc;

	n = osd_file_read(t->lr, 0, &head, sizeof(head));
	if (n < 0)
		return n;
	rc = head_check(t, &head, why);
	if (rc)
		return rc;
	t->last_committed = le64_to_cpu(head.last_committed);
	rc = slots_load(t);
	if (rc)
		return rc;
	t->last_transno = max((u64)osd_mount_count(t->osd) << 32, t->last_committed);
	return head_write(t, true);
}

static void target_sync_work(struct work_struct *work)
{
	struct target *t = container_of(to_delayed_work(work), struct target, sync_work);
	int rc = target_sync(t->dev);

	if (rc)
		pr_err("%s: commit failed with error %d: check the disk and its file system\n",
		       t->dev->name, rc);
}

int target_start(struct obd_device *dev, const char *path, const char *fstype, enum osd_role role,
		 char *why)
{
	struct target *t = kvzalloc(sizeof(*t), GFP_KERNEL);
	int rc;

	if (!t)
		return -ENOMEM;
	t->dev = dev;
	t->transactions = role == OSD_MDT;
	spin_lock_init(&t->lock);
	mutex_init(&t->head_lock);
	INIT_DELAYED_WORK(&t->sync_work, target_sync_work);
	rc = osd_get(path, fstype, role, &t->osd, why);
	if (rc)
		goto out_free;
	rc = osd_file_open(t->osd, LAST_RCVD, LR_SLOT_START + LR_SLOTS * LR_SLOT_SIZE, &t->lr);
	if (rc)
		goto out_osd;
	rc = target_load(t, why);
	if (rc)
		goto out_file;
	dev->target = t;
	return 0;
out_file:
	osd_file_close(t->lr);
out_osd:
	osd_put(t->osd);
out_free:
	kvfree(t);
	return rc;
}
EXPORT_SYMBOL_GPL(target_start);

void target_stop(struct obd_device *dev)
{
	struct target *t = dev->target;
	unsigned int i;

	cancel_delayed_work_sync(&t->sync_work);
	target_sync(dev);
	dev->target = NULL;
	for (i = 0; i < LR_SLOTS; i++)
		kfree(t->records[i]);
	osd_file_close(t->lr);
	osd_put(t->osd);
	kvfree(t);
}
EXPORT_SYMBOL_GPL(target_stop);

/* ---- clients ---- */

static int slot_take(struct target *t)
{
	struct client_records *rec = kzalloc(sizeof(*rec), GFP_KERNEL);
	int slot;

	if (!rec)
		return -ENOMEM;
	spin_lock(&t->lock);
	slot = find_first_zero_bit(t->slots, LR_SLOTS);
	if (slot < LR_SLOTS) {
		__set_bit(slot, t->slots);
		t->records[slot] = rec;
	}
	spin_unlock(&t->lock);
	if (slot == LR_SLOTS) {
		kfree(rec);
		pr_err("%s: no room for another client: %u are connected\n", t->dev->name,
		       LR_SLOTS);
		return -EUSERS;
	}
	return slot;
}

static void slot_release(struct target *t, int slot)
{
	struct client_records *rec;

	spin_lock(&t->lock);
	rec = t->records[slot];
	t->records[slot] = NULL;
	__clear_bit(slot, t->slots);
	spin_unlock(&t->lock);
	kfree(rec);
}

static int slot_write(struct target *t, int slot, const char *uuid)
{
	struct lr_slot *disk = kzalloc(sizeof(*disk), GFP_KERNEL);
	struct osd_trans *th;
	int rc, rc2;

	if (!disk)
		return -ENOMEM;
	if (uuid)
		strscpy(disk->uuid, uuid, sizeof(disk->uuid));
	rc = osd_trans_start(t->osd, NULL, 0, 1, &th);
	if (!rc) {
		rc = osd_file_write(th, t->lr, slot_offset(slot), disk, sizeof(*disk));
		rc2 = osd_trans_stop(th, false);
		rc = rc ?: rc2;
	}
	kfree(disk);
	return rc;
}

int target_connect(struct obd_export *exp, struct wire_connect *data)
{
	struct target *t = exp->dev->target;
	int slot, rc;

	data->instance = cpu_to_le32(osd_mount_count(t->osd));
	if (exp->slot >= 0)
		return 0;
	slot = slot_take(t);
	if (slot < 0)
		return slot;
	rc = slot_write(t, slot, exp->client_uuid);
	if (rc) {
		slot_release(t, slot);
		return rc;
	}
	exp->slot = slot;
	return 0;
}
EXPORT_SYMBOL_GPL(target_connect);

void target_client_forget(struct obd_export *exp)
{
	struct target *t = exp->dev->target;
	int slot;

	spin_lock(&exp->lock);
	slot = exp->slot;
	exp->slot = -1;
	spin_unlock(&exp->lock);
	if (slot < 0)
		return;
	/* The head must remember how far this client had come before its slot is gone. */
	if (head_write(t, false) || slot_write(t, slot, NULL))
		pr_warn("%s: cannot clear the record of client %s\n", exp->dev->name,
			exp->client_uuid);
	slot_release(t, slot);
}
EXPORT_SYMBOL_GPL(target_client_forget);

/* ---- transaction numbers ---- */

static u64 transno_next(struct target *t, struct rpc_srv_req *req)
{
	spin_lock(&t->lock);
	req->transno = ++t->last_transno;
	spin_unlock(&t->lock);
	return req->transno;
}

static void committed(struct target *t, u64 transno)
{
	spin_lock(&t->lock);
	t->last_committed = max(t->last_committed, transno);
	spin_unlock(&t->lock);
}

/** struct commit - waits for its transaction; freed by the callback */
struct commit {
	struct target *target;
	u64 transno;
};

static void commit_done(void *data, int err)
{
	struct commit *c = data;

	if (!err)
		committed(c->target, c->transno);
	kfree(c);
}

static unsigned int record_index(struct rpc_srv_req *req)
{
	return le16_to_cpu(req->body->tag) % LR_SLOT_RECORDS;
}

int target_trans(struct rpc_srv_req *req, struct osd_trans *th, int status, u64 data)
{
	struct target *t = req->dev->target;
	unsigned int idx = record_index(req);
	struct lr_record rec = {
		.xid = cpu_to_le64(req->xid),
		.data = cpu_to_le64(data),
		.status = cpu_to_le32(status),
	};
	struct commit *c = kmalloc(sizeof(*c), GFP_NOFS);
	int slot, rc;

	if (!c)
		return -ENOMEM;
	c->target = t;
	c->transno = transno_next(t, req);
	rec.transno = cpu_to_le64(c->transno);
	rc = osd_trans_on_commit(th, commit_done, c);
	if (rc) {
		kfree(c);
		return rc;
	}
	/* The client may be leaving at this moment, and its slot with it. */
	spin_lock(&req->exp->lock);
	slot = req->exp->slot;
	if (slot >= 0)
		t->records[slot]->rec[idx] = rec;
	spin_unlock(&req->exp->lock);
	if (slot < 0)
		return 0;
	return osd_file_write(th, t->lr, slot_offset(slot) + offsetof(struct lr_slot, records) +
			      idx * sizeof(rec), &rec, sizeof(rec));
}
EXPORT_SYMBOL_GPL(target_trans);

void target_trans_nodisk(struct rpc_srv_req *req)
{
	struct target *t = req->dev->target;

	transno_next(t, req);
	schedule_delayed_work(&t->sync_work, TARGET_SYNC_PERIOD * HZ);
}
EXPORT_SYMBOL_GPL(target_trans_nodisk);

int target_sync(struct obd_device *dev)
{
	struct target *t = dev->target;
	u64 upto;
	int rc;

	spin_lock(&t->lock);
	upto = t->last_transno;
	spin_unlock(&t->lock);
	rc = osd_sync(t->osd);
	if (rc || t->transactions)
		return rc;
	committed(t, upto);
	/* Not forced: a restart may only know of less than was committed, never of more. */
	return head_write(t, false);
}
EXPORT_SYMBOL_GPL(target_sync);

bool target_resent(struct rpc_srv_req *req, int *status, u64 *data)
{
	struct target *t = req->dev->target;
	struct lr_record rec = {};
	int slot;

	if (!rpc_srv_resent(req))
		return false;
	spin_lock(&req->exp->lock);
	slot = req->exp->slot;
	if (slot >= 0)
		rec = t->records[slot]->rec[record_index(req)];
	spin_unlock(&req->exp->lock);
	if (slot < 0)
		return false;
	if (le64_to_cpu(rec.xid) != req->xid)
		return false;
	req->transno = le64_to_cpu(rec.transno);
	*status = (s32)le32_to_cpu(rec.status);
	*data = le64_to_cpu(rec.data);
	return true;
}
EXPORT_SYMBOL_GPL(target_resent);
