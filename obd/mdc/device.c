// SPDX-License-Identifier: GPL-2.0
/* Device type "mdc", and the requests that concern no file in particular. */
#include <linux/module.h>
#include <linux/slab.h>

#include "kernel/uapi/sheen_netlink.h"
#include "obd/mdc/internal.h"

static void mdc_event(struct obd_device *dev, enum rpc_import_event ev)
{
	struct mdc *mdc = dev->priv;

	if (ev == IMP_EVENT_EVICTED)
		mdc_evicted(mdc);
	else if (ev == IMP_EVENT_REPLAY_LOCKS)
		ldlm_client_replay(dev->ns, mdc->imp);
}

/* Set up by mdc_start() only, which has put its struct mdc into dev->priv. */
static int mdc_setup(struct obd_device *dev, int argc, char **argv, char *why)
{
	struct mdc *mdc = dev->priv;

	if (!mdc) {
		snprintf(why, OBD_WHY_SIZE, "devices of type mdc are made by mounting");
		return -EOPNOTSUPP;
	}
	return ldlm_namespace_client(dev, mdc->lock_ops, &dev->ns);
}

static int mdc_cleanup(struct obd_device *dev, u32 flags)
{
	struct mdc *mdc = dev->priv;
	bool force = flags & SHEEN_CLEANUP_FORCE;

	if (!mdc)
		return 0;
	if (mdc->imp)
		rpc_import_leave(mdc->imp);
	ldlm_namespace_free(dev->ns, force);
	dev->ns = NULL;
	if (mdc->imp)
		rpc_import_close(mdc->imp, force);
	mdc_opens_drop(mdc);
	mdc->imp = NULL;
	return 0;
}

static int mdc_op(struct obd_device *dev, const char *op, int argc, char **argv, char *text,
		  size_t size)
{
	struct mdc *mdc = dev->priv;

	if (!strcmp(op, "recover"))
		return rpc_import_recover(mdc->imp, LNET_NID_ANY);
	if (!strcmp(op, "state")) {
		strscpy(text, rpc_import_state_name(rpc_import_state(mdc->imp)), size);
		return 0;
	}
	return -EOPNOTSUPP;
}

static int mdc_dev_statfs(struct obd_device *dev, struct wire_statfs *st)
{
	struct mdc *mdc = dev->priv;

	/* lfs df tells that a target is away; it does not wait for it. */
	return rpc_call_statfs(mdc->imp, OP_MDS_STATFS, RPC_NO_DELAY, st);
}

static struct obd_type mdc_type = {
	.name = "mdc",
	.owner = THIS_MODULE,
	.rank = OBD_RANK_CLIENT,
	.setup = mdc_setup,
	.cleanup = mdc_cleanup,
	.op = mdc_op,
	.statfs = mdc_dev_statfs,
};

int mdc_init(void)
{
	return obd_type_register(&mdc_type);
}

void mdc_exit(void)
{
	obd_type_unregister(&mdc_type);
}

static int mdc_connect(struct mdc *mdc, const struct mgc_target *tgt)
{
	struct wire_connect ask = {};
	int rc;

	mgc_target_ask(tgt, &ask);
	rc = mgc_target_connect(mdc->dev, tgt, &ask, mdc_event, &mdc->imp);
	if (rc)
		return rc;
	/* A server that recovers takes longer, but bounds the time itself. */
	do {
		rc = rpc_import_wait(mdc->imp, obd_timeout());
	} while (rc == -EBUSY);
	return rc;
}

int mdc_start(const char *name, const char *uuid, const struct mgc_target *tgt,
	      const struct ldlm_client_ops *ops, void *priv, struct mdc **mdcp)
{
	struct mdc *mdc = kzalloc(sizeof(*mdc), GFP_KERNEL);
	int rc;

	if (!mdc)
		return -ENOMEM;
	mdc->priv = priv;
	mdc->lock_ops = ops;
	mdc->max_ea = sizeof(struct wire_lov_v3) + 8 * sizeof(struct wire_lov_object);
	mutex_init(&mdc->seq_lock);
	spin_lock_init(&mdc->opens_lock);
	hash_init(mdc->opens);
	rc = mgc_device_start("mdc", name, uuid, tgt, mdc, &mdc->dev);
	if (rc) {
		kfree(mdc);
		return rc;
	}
	rc = mdc_connect(mdc, tgt);
	if (rc) {
		pr_err("%s: cannot connect to %s: error %d\n", name, tgt->uuid, rc);
		mdc_stop(mdc, true);
		return rc;
	}
	*mdcp = mdc;
	return 0;
}
EXPORT_SYMBOL_GPL(mdc_start);

void mdc_stop(struct mdc *mdc, bool force)
{
	mgc_device_stop(mdc->dev, force);
	kfree(mdc);
}
EXPORT_SYMBOL_GPL(mdc_stop);

struct ldlm_namespace *mdc_namespace(struct mdc *mdc)
{
	return mdc->dev->ns;
}
EXPORT_SYMBOL_GPL(mdc_namespace);

struct rpc_import *mdc_import(struct mdc *mdc)
{
	return mdc->imp;
}
EXPORT_SYMBOL_GPL(mdc_import);

/* ---- identifiers ---- */

void mdc_fid_get(const struct wire_fid *w, struct fid *fid)
{
	fid->seq = le64_to_cpu(w->seq);
	fid->oid = le32_to_cpu(w->oid);
	fid->ver = le32_to_cpu(w->ver);
}
EXPORT_SYMBOL_GPL(mdc_fid_get);

void mdc_fid_put(const struct fid *fid, struct wire_fid *w)
{
	w->seq = cpu_to_le64(fid->seq);
	w->oid = cpu_to_le32(fid->oid);
	w->ver = cpu_to_le32(fid->ver);
}
EXPORT_SYMBOL_GPL(mdc_fid_put);

#define SEQ_ALLOC_META	1u	/* operation of OP_SEQ_QUERY: a sequence for a client's files */

static int seq_ask(struct mdc *mdc)
{
	struct rpc_request *req = rpc_new(mdc->imp, &fmt_seq_query, OP_SEQ_QUERY);
	const struct wire_seq_range *range;
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_set_portal(req, PORTAL_SEQ_METADATA);
	rc = rpc_pack(req);
	if (rc)
		goto out;
	*(__le32 *)rpc_req_buf(req, WF_SEQ_OPC) = cpu_to_le32(SEQ_ALLOC_META);
	rc = rpc_call(req);
	if (rc)
		goto out;
	range = rpc_rep_buf(req, WF_SEQ_RANGE, NULL);
	if (!range || le64_to_cpu(range->start) < FID_SEQ_NORMAL ||
	    range->start == range->end) {
		rc = -EPROTO;
		goto out;
	}
	mdc->seq = le64_to_cpu(range->start);
	mdc->oid_next = 1;
	mdc->oid_end = FID_SEQ_WIDTH;
out:
	rpc_put(req);
	return rc;
}

int mdc_new_fid(struct mdc *mdc, struct fid *fid)
{
	int rc = 0;

	mutex_lock(&mdc->seq_lock);
	if (mdc->oid_next >= mdc->oid_end)
		rc = seq_ask(mdc);
	if (!rc)
		*fid = (struct fid){ .seq = mdc->seq, .oid = mdc->oid_next++ };
	mutex_unlock(&mdc->seq_lock);
	return rc;
}
EXPORT_SYMBOL_GPL(mdc_new_fid);

/* ---- the file system as a whole ---- */

int mdc_get_root(struct mdc *mdc, const char *subdir, struct fid *fid)
{
	struct rpc_request *req = rpc_new(mdc->imp, &fmt_get_root, OP_MDS_GET_ROOT);
	struct wire_mdt_body body;
	int rc;

	if (!req)
		return -ENOMEM;
	if (subdir)
		rpc_req_len(req, WF_NAME, strlen(subdir) + 1);
	rc = rpc_pack(req);
	if (rc) {
		rpc_put(req);
		return rc;
	}
	if (subdir)
		mdc_str_put(req, WF_NAME, subdir, strlen(subdir));
	rc = rpc_call_get(req, WF_MDT_BODY, &body, sizeof(body));
	if (!rc)
		mdc_fid_get(&body.fid1, fid);
	return rc;
}
EXPORT_SYMBOL_GPL(mdc_get_root);

int mdc_statfs(struct mdc *mdc, struct wire_statfs *st)
{
	return rpc_call_statfs(mdc->imp, OP_MDS_STATFS, 0, st);
}
EXPORT_SYMBOL_GPL(mdc_statfs);

int mdc_sync(struct mdc *mdc, const struct fid *fid)
{
	struct rpc_request *req = rpc_new(mdc->imp, &fmt_mds_sync, OP_MDS_SYNC);
	struct wire_mdt_body *body;
	int rc;

	if (!req)
		return -ENOMEM;
	rc = rpc_pack(req);
	if (!rc) {
		body = rpc_req_buf(req, WF_MDT_BODY);
		if (fid)
			mdc_body_name(body, fid);
		rc = rpc_call(req);
	}
	rpc_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(mdc_sync);
