// SPDX-License-Identifier: GPL-2.0
/*
 * Targets: transaction numbers, and which of them are on stable storage.
 *
 * A transno is incarnation << 32 | counter, so it grows over restarts without any write.  It is
 * given while the journal handle is open; a handle of a later journal transaction opens only when
 * all of an earlier one are closed, so transnos commit in order.  A replayed request keeps the
 * transno that it had.
 *
 * What no transaction carries (all work of an OST, opens that change nothing) is committed by a
 * mark: the head of last_rcvd is written with the highest transno of the moment, in a transaction
 * of its own.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "obd/class/target_internal.h"

#define LAST_RCVD	"last_rcvd"
#define LR_BYTES	(8192u + LR_SLOTS * 512u)
#define MARK_PERIOD	5		/* seconds between marks */
/* written data after which a mark does not wait: clients hold on to it until then */
#define MARK_BYTES	(32u << 20)

struct osd_device *target_osd(struct obd_device *dev)
{
	return dev->target->osd;
}
EXPORT_SYMBOL_GPL(target_osd);

u64 target_last_committed(struct obd_device *dev)
{
	struct target *t = dev->target;

	return t ? min(READ_ONCE(t->last_committed), READ_ONCE(t->told_max)) : 0;
}
EXPORT_SYMBOL_GPL(target_last_committed);

void target_committed(struct target *t, u64 transno)
{
	spin_lock(&t->lock);
	t->last_committed = max(t->last_committed, transno);
	spin_unlock(&t->lock);
}

/* ---- marks ---- */

/* Clients may be told of @upto only when a restart will know of it, too. */
static int mark(struct target *t, bool sync_data)
{
	u64 upto;
	int rc = 0;

	atomic64_set(&t->unmarked, 0);
	upto = recovery_horizon(t);
	if (sync_data)
		rc = osd_sync(t->osd);
	if (!rc && upto > READ_ONCE(t->last_committed))
		rc = lr_head_write(t, upto, true);
	if (!rc)
		target_committed(t, upto);
	return rc;
}

static void mark_work(struct work_struct *work)
{
	struct target *t = container_of(to_delayed_work(work), struct target, mark_work);
	int rc = mark(t, !t->transactions);

	if (rc)
		pr_err("%s: commit failed with error %d: check the disk and its file system\n",
		       t->dev->name, rc);
}

int target_sync(struct obd_device *dev)
{
	return mark(dev->target, true);
}
EXPORT_SYMBOL_GPL(target_sync);

/* ---- start and stop ---- */

static struct target *target_alloc(struct obd_device *dev, enum osd_role role)
{
	struct target *t = kvzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	t->dev = dev;
	t->transactions = role == OSD_MDT;
	t->told_max = ~0ULL;
	spin_lock_init(&t->lock);
	mutex_init(&t->head_lock);
	INIT_DELAYED_WORK(&t->mark_work, mark_work);
	recovery_init(t);
	return t;
}

static void target_free(struct target *t)
{
	unsigned int i;

	recovery_fini(t);
	for (i = 0; i < LR_SLOTS; i++)
		kfree(t->records[i]);
	kvfree(t);
}

int target_mode_parse(struct obd_device *dev, const char *word, char *why)
{
	if (strcmp(word, "f") && strcmp(word, "n")) {
		snprintf(why, OBD_WHY_SIZE, "'%s' is neither f(ailover) nor n(o failover)", word);
		return -EINVAL;
	}
	dev->failout = *word == 'n';
	return 0;
}
EXPORT_SYMBOL_GPL(target_mode_parse);

int target_start(struct obd_device *dev, const char *path, const char *fstype, enum osd_role role,
		 char *why)
{
	struct target *t = target_alloc(dev, role);
	int rc;

	if (!t)
		return -ENOMEM;
	rc = osd_get(path, fstype, role, &t->osd, why);
	if (rc)
		goto out_free;
	rc = osd_file_open(t->osd, LAST_RCVD, LR_BYTES, &t->lr);
	if (rc)
		goto out_osd;
	rc = lr_load(t, why);
	if (rc)
		goto out_file;
	t->last_transno = max((u64)osd_mount_count(t->osd) << 32, t->last_committed);
	t->first_transno = t->last_transno + 1;
	dev->target = t;
	evictor_start(t);
	return 0;
out_file:
	osd_file_close(t->lr);
out_osd:
	osd_put(t->osd);
out_free:
	target_free(t);
	return rc;
}
EXPORT_SYMBOL_GPL(target_start);

void target_stop(struct obd_device *dev)
{
	struct target *t = dev->target;

	evictor_stop(t);
	cancel_delayed_work_sync(&t->mark_work);
	target_sync(dev);
	dev->target = NULL;
	osd_file_close(t->lr);
	osd_put(t->osd);
	target_free(t);
}
EXPORT_SYMBOL_GPL(target_stop);

/* ---- clients ---- */

int target_connect(struct obd_export *exp, struct wire_connect *data)
{
	struct target *t = exp->dev->target;
	int slot, rc;

	data->instance = cpu_to_le32(osd_mount_count(t->osd));
	if (exp->slot >= 0)
		return 0;
	rc = recovery_join(t, exp, &slot);
	if (rc)
		return rc;
	if (slot < 0) {
		slot = lr_slot_take(t);
		if (slot < 0)
			return slot;
		/*
		 * On disk before anything is promised to it: a server that restarts must know whom
		 * it waits for.
		 */
		rc = lr_slot_write(t, slot, exp->client_uuid, exp->nid, true);
		if (rc) {
			lr_slot_release(t, slot);
			return rc;
		}
	}
	exp->slot = slot;
	return 0;
}
EXPORT_SYMBOL_GPL(target_connect);

void target_client_forget(struct obd_export *exp, bool clean)
{
	int slot;

	spin_lock(&exp->lock);
	slot = exp->slot;
	exp->slot = -1;
	spin_unlock(&exp->lock);
	if (slot < 0)
		return;
	recovery_forget(exp->dev->target, exp);
	lr_slot_free(exp->dev->target, slot, exp->client_uuid, clean);
}
EXPORT_SYMBOL_GPL(target_client_forget);

/* ---- transaction numbers ---- */

/* A replay has had its number since before the restart. */
u64 target_transno(struct rpc_srv_req *req)
{
	struct target *t = req->dev->target;

	if (rpc_srv_replay(req))
		return req->transno;
	if (!req->next_transno) {
		spin_lock(&t->lock);
		req->next_transno = ++t->last_transno;
		spin_unlock(&t->lock);
	}
	return req->next_transno;
}
EXPORT_SYMBOL_GPL(target_transno);

static u64 transno_give(struct rpc_srv_req *req)
{
	req->transno = target_transno(req);
	req->next_transno = 0;
	return req->transno;
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
		target_committed(c->target, c->transno);
	kfree(c);
}

static unsigned int record_index(struct rpc_srv_req *req)
{
	return le16_to_cpu(req->body->tag) % LR_SLOT_RECORDS;
}

/*
 * Keeps the result of a request in memory. Returns the client's slot, -1: it is leaving at this
 * moment.
 */
static int record_keep(struct target *t, struct rpc_srv_req *req, const struct lr_record *rec)
{
	unsigned int i = record_index(req);
	int slot;

	spin_lock(&t->lock);
	slot = READ_ONCE(req->exp->slot);
	if (slot >= 0) {
		t->records[slot]->rec[i] = *rec;
		memcpy(t->records[slot]->versions[i], req->versions, sizeof(req->versions));
	}
	spin_unlock(&t->lock);
	return slot;
}

int target_trans(struct rpc_srv_req *req, struct osd_trans *th, int status, u64 data)
{
	struct target *t = req->dev->target;
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
	c->transno = transno_give(req);
	rec.transno = cpu_to_le64(c->transno);
	rc = osd_trans_on_commit(th, commit_done, c);
	if (rc) {
		kfree(c);
		return rc;
	}
	slot = record_keep(t, req, &rec);
	if (slot < 0)
		return 0;
	return osd_file_write(th, t->lr, lr_record_offset(slot, record_index(req)), &rec,
			      sizeof(rec));
}
EXPORT_SYMBOL_GPL(target_trans);

void target_trans_none(struct rpc_srv_req *req, u64 data)
{
	struct target *t = req->dev->target;
	struct lr_record rec = {
		.xid = cpu_to_le64(req->xid),
		.data = cpu_to_le64(data),
	};

	/* What a replay opens again is committed with what it is opened for. */
	if (rpc_srv_replay(req))
		return;
	rec.transno = cpu_to_le64(transno_give(req));
	record_keep(t, req, &rec);
	schedule_delayed_work(&t->mark_work, MARK_PERIOD * HZ);
}
EXPORT_SYMBOL_GPL(target_trans_none);

void target_trans_nodisk(struct rpc_srv_req *req, u32 bytes)
{
	struct target *t = req->dev->target;

	transno_give(req);
	if (atomic64_add_return(bytes, &t->unmarked) > MARK_BYTES)
		mod_delayed_work(system_wq, &t->mark_work, 0);
	else
		schedule_delayed_work(&t->mark_work, MARK_PERIOD * HZ);
}
EXPORT_SYMBOL_GPL(target_trans_nodisk);

/* ---- what administrators and tests ask for ---- */

static int op_sync(struct obd_device *dev, char **argv, char *text, size_t size)
{
	return target_sync(dev);
}

static int op_abort_recovery(struct obd_device *dev, char **argv, char *text, size_t size)
{
	return target_recovery_abort(dev);
}

static int op_recovery_status(struct obd_device *dev, char **argv, char *text, size_t size)
{
	target_recovery_status(dev, text, size);
	return 0;
}

static int op_evict_client(struct obd_device *dev, char **argv, char *text, size_t size)
{
	return evict_client(dev, argv[0], text, size);
}

static int op_notransno(struct obd_device *dev, char **argv, char *text, size_t size)
{
	struct target *t = dev->target;

	WRITE_ONCE(t->told_max, READ_ONCE(t->last_committed));
	pr_warn("%s: clients are not told of commits any more\n", dev->name);
	return 0;
}

static int op_readonly(struct obd_device *dev, char **argv, char *text, size_t size)
{
	/* Nobody may hear of what the disk does not take. */
	WRITE_ONCE(dev->target->cut, true);
	pr_warn("%s: takes no changes and answers nobody any more\n", dev->name);
	return osd_set_readonly(target_osd(dev));
}

bool target_is_cut(struct obd_device *dev)
{
	return dev->target && READ_ONCE(dev->target->cut);
}
EXPORT_SYMBOL_GPL(target_is_cut);

static const struct target_operation {
	const char *name;
	int argc;
	int (*fn)(struct obd_device *dev, char **argv, char *text, size_t size);
} operations[] = {
	{ "sync", 0, op_sync },
	{ "abort_recovery", 0, op_abort_recovery },
	{ "recovery_status", 0, op_recovery_status },
	{ "evict_client", 1, op_evict_client },
	{ "notransno", 0, op_notransno },
	{ "readonly", 0, op_readonly },
};

int target_op(struct obd_device *dev, const char *op, int argc, char **argv, char *text,
	      size_t size)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		if (strcmp(op, operations[i].name))
			continue;
		if (argc == operations[i].argc)
			return operations[i].fn(dev, argv, text, size);
		snprintf(text, size, "'%s' takes %d arguments", op, operations[i].argc);
		return -EINVAL;
	}
	return -EOPNOTSUPP;
}
EXPORT_SYMBOL_GPL(target_op);

bool target_resent(struct rpc_srv_req *req, int *status, u64 *data)
{
	struct target *t = req->dev->target;
	unsigned int i = record_index(req);
	struct lr_record rec = {};
	bool done;
	int slot;

	if (!rpc_srv_resent(req))
		return false;
	spin_lock(&t->lock);
	slot = READ_ONCE(req->exp->slot);
	if (slot >= 0)
		rec = t->records[slot]->rec[i];
	done = slot >= 0 && le64_to_cpu(rec.xid) == req->xid;
	if (done)
		memcpy(req->versions, t->records[slot]->versions[i], sizeof(req->versions));
	spin_unlock(&t->lock);
	if (!done)
		return false;
	req->transno = le64_to_cpu(rec.transno);
	*status = (s32)le32_to_cpu(rec.status);
	*data = le64_to_cpu(rec.data);
	return true;
}
EXPORT_SYMBOL_GPL(target_resent);
