// SPDX-License-Identifier: GPL-2.0
/*
 * last_rcvd: what a target remembers of its clients across restarts.  docs/format.md has the
 * layout.
 *
 * The head tells what was committed at least; the records of clients, written in the transactions
 * of their requests, may tell of more.  So a slot is cleared only after the head knows what its
 * records knew, and whether requests were lost with it.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "obd/class/target_internal.h"

#define LR_MAGIC		0x53686e52u	/* "ShnR" */
#define LR_VERSION		1u
#define LR_SLOT_START		8192u		/* bytes */
#define LR_SLOT_SIZE		512u
#define LR_SLOT_REPLAY		0x1u		/* the client was told that it may replay */

/** struct lr_head - at offset 0 of last_rcvd */
struct lr_head {
	__le32 magic;
	__le32 version;
	__le64 compat;
	__le64 ro_compat;
	__le64 incompat;
	char uuid[WIRE_UUID_SIZE];
	__le64 last_committed;
	__le64 lost_upto;
};

/** struct lr_slot - a client; an empty uuid is a free slot */
struct lr_slot {
	char uuid[WIRE_UUID_SIZE];
	__le32 flags;		/* LR_SLOT_* */
	__le32 reserved0;
	__le64 nid;		/* where it connected from; 0: not known */
	__le64 reserved;
	struct lr_record records[LR_SLOT_RECORDS];
};

static_assert(sizeof(struct lr_record) == 32);
static_assert(sizeof(struct lr_slot) <= LR_SLOT_SIZE);
static_assert(offsetof(struct lr_slot, records) == 64);

static u64 slot_offset(int slot)
{
	return LR_SLOT_START + (u64)slot * LR_SLOT_SIZE;
}

u64 lr_record_offset(int slot, unsigned int idx)
{
	return slot_offset(slot) + offsetof(struct lr_slot, records) +
	       idx * sizeof(struct lr_record);
}

/* ---- the head ---- */

int lr_head_write(struct target *t, u64 committed, bool sync)
{
	struct lr_head head = {
		.magic = cpu_to_le32(LR_MAGIC),
		.version = cpu_to_le32(LR_VERSION),
		.last_committed = cpu_to_le64(committed),
		.lost_upto = cpu_to_le64(READ_ONCE(t->lost_upto)),
	};
	struct osd_trans *th;
	int rc, rc2;

	strscpy(head.uuid, t->dev->uuid, sizeof(head.uuid));
	mutex_lock(&t->head_lock);
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
		snprintf(why, OBD_WHY_SIZE, "%s: last_rcvd has unknown version %u, incompat %#llx",
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

/* ---- slots ---- */

static int slot_reserve(struct target *t, int slot)
{
	struct client_records *rec = kzalloc(sizeof(*rec), GFP_KERNEL);

	if (!rec)
		return -ENOMEM;
	spin_lock(&t->lock);
	if (slot < 0)
		slot = find_first_zero_bit(t->slots, LR_SLOTS);
	if (slot < (int)LR_SLOTS) {
		__set_bit(slot, t->slots);
		t->records[slot] = rec;
	}
	spin_unlock(&t->lock);
	if (slot < (int)LR_SLOTS)
		return slot;
	kfree(rec);
	pr_err("%s: no room for another client: %u are connected\n", t->dev->name, LR_SLOTS);
	return -EUSERS;
}

int lr_slot_take(struct target *t)
{
	return slot_reserve(t, -1);
}

void lr_slot_release(struct target *t, int slot)
{
	struct client_records *rec;

	spin_lock(&t->lock);
	rec = t->records[slot];
	t->records[slot] = NULL;
	__clear_bit(slot, t->slots);
	spin_unlock(&t->lock);
	kfree(rec);
}

int lr_slot_write(struct target *t, int slot, const char *uuid, lnet_nid_t nid, bool sync)
{
	struct lr_slot *disk = kzalloc(sizeof(*disk), GFP_KERNEL);
	struct osd_trans *th;
	int rc, rc2;

	if (!disk)
		return -ENOMEM;
	if (uuid) {
		strscpy(disk->uuid, uuid, sizeof(disk->uuid));
		disk->flags = cpu_to_le32(t->dev->failout ? 0 : LR_SLOT_REPLAY);
		disk->nid = cpu_to_le64(nid);
	}
	rc = osd_trans_start(t->osd, NULL, 0, 1, &th);
	if (!rc) {
		rc = osd_file_write(th, t->lr, slot_offset(slot), disk, sizeof(*disk));
		rc2 = osd_trans_stop(th, sync);
		rc = rc ?: rc2;
	}
	kfree(disk);
	return rc;
}

void lr_slot_free(struct target *t, int slot, const char *uuid, bool sync)
{
	/* The head must remember how far this client had come before its slot is gone. */
	if (lr_head_write(t, READ_ONCE(t->last_committed), false) ||
	    lr_slot_write(t, slot, NULL, 0, sync))
		pr_warn("%s: cannot clear the record of client %s\n", t->dev->name, uuid);
	lr_slot_release(t, slot);
}

/* ---- start ---- */

static int slot_expect(struct target *t, int slot, const struct lr_slot *disk)
{
	int rc = slot_reserve(t, slot);

	if (rc < 0)
		return rc;
	memcpy(t->records[slot]->rec, disk->records, sizeof(disk->records));
	rc = recovery_expect(t, slot, disk->uuid, le64_to_cpu(disk->nid));
	if (rc)
		lr_slot_release(t, slot);
	return rc;
}

/* Takes in what the slots know; with @clear those are freed whose clients cannot replay. */
static int slots_walk(struct target *t, struct lr_slot *slot, bool clear)
{
	bool replays, bad;
	unsigned int i, r;
	ssize_t n;
	int rc = 0;

	for (i = 0; i < LR_SLOTS && !rc; i++) {
		n = osd_file_read(t->lr, slot_offset(i), slot, sizeof(*slot));
		if (n < (ssize_t)sizeof(*slot))
			break;
		if (!slot->uuid[0])
			continue;
		bad = strnlen(slot->uuid, sizeof(slot->uuid)) == sizeof(slot->uuid);
		replays = !bad && !t->dev->failout &&
			  le32_to_cpu(slot->flags) & LR_SLOT_REPLAY;
		if (clear) {
			rc = replays ? 0 : lr_slot_write(t, i, NULL, 0, false);
			continue;
		}
		for (r = 0; r < LR_SLOT_RECORDS; r++)
			t->last_committed = max_t(u64, t->last_committed,
						  le64_to_cpu(slot->records[r].transno));
		if (replays)
			rc = slot_expect(t, i, slot);
	}
	return rc;
}

int lr_load(struct target *t, char *why)
{
	struct lr_slot *slot = kmalloc(sizeof(*slot), GFP_KERNEL);
	struct lr_head head = {};
	ssize_t n;
	int rc;

	if (!slot)
		return -ENOMEM;
	n = osd_file_read(t->lr, 0, &head, sizeof(head));
	rc = n < 0 ? n : head_check(t, &head, why);
	if (rc)
		goto out;
	t->last_committed = le64_to_cpu(head.last_committed);
	t->lost_upto = le64_to_cpu(head.lost_upto);
	rc = slots_walk(t, slot, false);
	if (!rc)
		rc = lr_head_write(t, t->last_committed, true);
	if (!rc)
		rc = slots_walk(t, slot, true);
out:
	kfree(slot);
	return rc;
}
