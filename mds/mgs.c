// SPDX-License-Identifier: GPL-2.0
/* The MGS device: storage of the descriptions, requests of clients, changes. */
#include <linux/module.h>
#include <linux/slab.h>

#include "kernel/uapi/sheen_netlink.h"
#include "mds/mgs.h"
#include "mds/mgs_internal.h"
#include "obd/class/negotiate.h"

#define CONF_DIR	"CONFIGS/"
#define LOG_SEQ		10u		/* sequence of the log ids that we hand out */
#define MAX_BLOCK	65536u		/* bytes of a block that a client may ask for */

/* ---- file systems ---- */

static struct mgs_fs *fs_find(struct mgs *mgs, const char *fsname)
{
	struct mgs_fs *fs;

	list_for_each_entry(fs, &mgs->filesystems, link)
		if (!strcmp(fs->fsname, fsname))
			return fs;
	return NULL;
}

static struct mgs_fs *fs_by_id(struct mgs *mgs, u64 id)
{
	struct mgs_fs *fs;

	list_for_each_entry(fs, &mgs->filesystems, link)
		if (fs->id == id)
			return fs;
	return NULL;
}

static struct mgs_fs *fs_add(struct mgs *mgs, const char *fsname)
{
	struct mgs_fs *fs = kzalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	strscpy(fs->fsname, fsname, sizeof(fs->fsname));
	fs->id = ++mgs->next_id;
	mgs_ups_init(mgs, fs);
	list_add_tail(&fs->link, &mgs->filesystems);
	return fs;
}

static void fs_free(struct mgs_fs *fs)
{
	mgs_ups_free(fs);
	llog_image_free(fs->log);
	mgs_conf_free(fs->conf);
	kfree(fs);
}

static int text_parse(const char *text, struct mgs_conf **conf, char *why)
{
	char *copy = kvmalloc(strlen(text) + 1, GFP_KERNEL);
	int rc;

	if (!copy)
		return -ENOMEM;
	strcpy(copy, text);
	rc = mgs_conf_parse(copy, conf, why);
	kvfree(copy);
	return rc;
}

static int conf_file_load(struct mgs *mgs, const char *fsname, char **text)
{
	char name[sizeof(CONF_DIR) + MGS_FSNAME_SIZE];
	size_t len;

	if (strlen(fsname) >= MGS_FSNAME_SIZE || strchr(fsname, '/') || *fsname == '.')
		return -EINVAL;
	snprintf(name, sizeof(name), CONF_DIR "%s", fsname);
	return osd_file_load(mgs->osd, name, SHEEN_CONF_TEXT_MAX, text, &len);
}

/* A file system is read from the disk when somebody first asks for it. */
int mgs_fs_get(struct mgs *mgs, const char *fsname, struct mgs_fs **fsp)
{
	struct mgs_fs *fs = fs_find(mgs, fsname);
	char why[OBD_WHY_SIZE] = "", *text;
	struct mgs_conf *conf;
	struct llog_image *log;
	int rc;

	*fsp = fs;
	if (fs)
		return 0;
	rc = conf_file_load(mgs, fsname, &text);
	if (rc)
		return rc;
	rc = text_parse(text, &conf, why);
	kvfree(text);
	if (rc) {
		pr_err("MGS: " CONF_DIR "%s is damaged (%s): use lconf --write_conf again\n",
		       fsname, why);
		return rc;
	}
	log = mgs_log_build(conf);
	fs = log ? fs_add(mgs, fsname) : NULL;
	if (!fs) {
		llog_image_free(log);
		mgs_conf_free(conf);
		return -ENOMEM;
	}
	fs->conf = conf;
	fs->log = log;
	*fsp = fs;
	return 0;
}

/* ---- operations of the administrator ---- */

void mgs_lock_res(const char *fsname, u32 type, struct ldlm_res_id *res)
{
	memset(res, 0, sizeof(*res));
	memcpy(&res->name[0], fsname, strlen(fsname));
	res->name[0] = le64_to_cpu((__force __le64)res->name[0]);
	res->name[1] = type;
}

/* Takes the log's lock away from all who hold it: they come back and read what is new. */
static void fs_revoke(struct obd_device *dev, const char *fsname)
{
	union ldlm_policy policy = {};
	struct ldlm_res_id res;
	struct ldlm_lock *lock;

	mgs_lock_res(fsname, 0, &res);
	if (!ldlm_server_lock(dev->ns, LDLM_PLAIN, &res, LCK_EX, &policy, &lock))
		ldlm_server_unlock(lock, LCK_EX);
}

static int conf_store(struct mgs *mgs, const char *fsname, const char *text,
		      struct mgs_conf **conf, struct llog_image **log)
{
	char name[sizeof(CONF_DIR) + MGS_FSNAME_SIZE];
	struct mgs_fs *fs;
	int rc;

	snprintf(name, sizeof(name), CONF_DIR "%s", fsname);
	rc = osd_file_replace(mgs->osd, name, text, strlen(text));
	if (rc)
		return rc;
	fs = fs_find(mgs, fsname) ?: fs_add(mgs, fsname);
	if (!fs)
		return -ENOMEM;
	/* Where targets are is told in the words of the log. */
	if (fs->log && !mgs_log_extends(fs->log, *log))
		mgs_ups_free(fs);
	swap(fs->conf, *conf);
	swap(fs->log, *log);
	return 0;
}

/* Targets that come to say that they are up read no logs. */
static bool has_readers(struct obd_device *dev)
{
	struct obd_export *exp;
	unsigned long i = 0;
	bool reads = false;

	while (!reads && (exp = export_next(dev, &i))) {
		reads = READ_ONCE(exp->priv);
		export_put(exp);
		i++;
	}
	return reads;
}

static int conf_set(struct obd_device *dev, const char *fsname, const char *text, char *why)
{
	struct mgs *mgs = dev->priv;
	struct mgs_conf *conf;
	struct llog_image *log;
	struct mgs_fs *fs;
	int rc = text_parse(text, &conf, why);

	if (rc)
		return rc;
	if (strcmp(conf->fsname, fsname)) {
		snprintf(why, OBD_WHY_SIZE, "the configuration is of file system '%s', not '%s'",
			 conf->fsname, fsname);
		mgs_conf_free(conf);
		return -EINVAL;
	}
	log = mgs_log_build(conf);
	if (!log) {
		mgs_conf_free(conf);
		return -ENOMEM;
	}
	mutex_lock(&mgs->lock);
	if (!mgs_fs_get(mgs, fsname, &fs) && has_readers(dev) &&
	    !mgs_log_extends(fs->log, log)) {
		snprintf(why, OBD_WHY_SIZE,
			 "clients are connected and the change does more than add targets: unmount them first");
		rc = -EBUSY;
	} else {
		rc = conf_store(mgs, fsname, text, &conf, &log);
	}
	mutex_unlock(&mgs->lock);
	mgs_conf_free(conf);
	llog_image_free(log);
	if (!rc)
		fs_revoke(dev, fsname);
	return rc;
}

static int conf_get(struct mgs *mgs, const char *fsname, char *text, size_t size)
{
	char *stored;
	int rc = conf_file_load(mgs, fsname, &stored);

	if (rc == -ENOENT)
		snprintf(text, size, "the MGS has no file system '%s': use lconf --write_conf",
			 fsname);
	if (rc)
		return rc;
	strscpy(text, stored, size);
	kvfree(stored);
	return 0;
}

static int mgs_op(struct obd_device *dev, const char *op, int argc, char **argv, char *text,
		  size_t size)
{
	if (!strcmp(op, "conf_set") && argc == 2)
		return conf_set(dev, argv[0], argv[1], text);
	if (!strcmp(op, "conf_get") && argc == 1)
		return conf_get(dev->priv, argv[0], text, size);
	return -EOPNOTSUPP;
}

/* ---- requests of clients ---- */

static int mgs_connect(struct obd_export *exp, struct wire_connect *data)
{
	int rc = obd_negotiate(data, TARGET_MGS);

	if (!rc)
		ldlm_prolong_client(exp);
	return rc;
}

static void mgs_disconnect(struct obd_export *exp, bool evicted)
{
	ldlm_server_drop_export(exp);
}

/*
 * "<fsname>-client" is the one log of a file system; others that clients look for need not exist.
 */
static int log_open(struct mgs *mgs, const char *name, u32 *id)
{
	const char *dash = strrchr(name, '-');
	char fsname[MGS_FSNAME_SIZE];
	struct mgs_fs *fs;
	int rc;

	if (!dash || strcmp(dash, "-client") || dash == name || dash - name >= MGS_FSNAME_SIZE)
		return -ENOENT;
	strscpy(fsname, name, dash - name + 1);
	mutex_lock(&mgs->lock);
	rc = mgs_fs_get(mgs, fsname, &fs);
	if (!rc)
		*id = fs->id;
	mutex_unlock(&mgs->lock);
	return rc;
}

static int mgs_llog_create(struct rpc_srv_req *req)
{
	const char *name = rpc_srv_str(req, WF_NAME, NULL);
	struct wire_llog_body *out;
	u32 id = 0;
	int rc;

	if (!name)
		return -EPROTO;
	rc = log_open(req->dev->priv, name, &id);
	/*
	 * With an ordinary reply "no such log" is a matter of course to a stock client; without one
	 * it complains.
	 */
	if (!rc || rc == -ENOENT)
		rc = rpc_srv_pack(req) ?: rc;
	if (rc)
		return rc;
	WRITE_ONCE(req->exp->priv, req->dev);	/* a reader: has_readers() */
	out = rpc_srv_rep_buf(req, WF_LLOG_BODY);
	out->id.id = cpu_to_le64(id);
	out->id.seq = cpu_to_le64(LOG_SEQ);
	return 0;
}

static int mgs_llog_header(struct rpc_srv_req *req)
{
	const struct wire_llog_body *body = rpc_srv_buf(req, WF_LLOG_BODY, NULL);
	struct mgs *mgs = req->dev->priv;
	struct mgs_fs *fs;
	int rc = body ? rpc_srv_pack(req) : -EPROTO;

	if (rc)
		return rc;
	mutex_lock(&mgs->lock);
	fs = fs_by_id(mgs, le64_to_cpu(body->id.id));
	if (fs)
		memcpy(rpc_srv_rep_buf(req, WF_LLOG_HDR), &fs->log->hdr, sizeof(fs->log->hdr));
	mutex_unlock(&mgs->lock);
	return fs ? 0 : -ENOENT;
}

static int block_copy(struct mgs *mgs, const struct wire_llog_body *in, struct wire_llog_body *out,
		      void *block)
{
	struct mgs_fs *fs = fs_by_id(mgs, le64_to_cpu(in->id.id));
	int chunk = fs ? llog_chunk_of(fs->log, le32_to_cpu(in->index)) : -ENOENT;
	bool last;

	if (chunk < 0)
		return -EBADR;	/* how a client learns that it has reached the end */
	last = chunk == (int)fs->log->nr_chunks - 1;
	memcpy(block, fs->log->chunks + (size_t)chunk * LLOG_CHUNK_SIZE, LLOG_CHUNK_SIZE);
	*out = *in;
	out->saved_index = cpu_to_le32(last ? fs->log->last_index :
				       fs->log->first_index[chunk + 1] - 1);
	out->cur_offset = cpu_to_le64((u64)LLOG_CHUNK_SIZE * (chunk + 1) +
				      (last ? fs->log->used : LLOG_CHUNK_SIZE));
	return 0;
}

static int mgs_llog_block(struct rpc_srv_req *req)
{
	const struct wire_llog_body *body = rpc_srv_buf(req, WF_LLOG_BODY, NULL);
	u32 len = body ? le32_to_cpu(body->len) : 0;
	struct mgs *mgs = req->dev->priv;
	int rc;

	if (len < LLOG_CHUNK_SIZE || len > MAX_BLOCK)
		return -EPROTO;
	rpc_srv_rep_len(req, WF_EADATA, len);
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	mutex_lock(&mgs->lock);
	rc = block_copy(mgs, body, rpc_srv_rep_buf(req, WF_LLOG_BODY),
			rpc_srv_rep_buf(req, WF_EADATA));
	mutex_unlock(&mgs->lock);
	return rc;
}

static const struct obd_handler mgs_handlers[] = {
	{ OP_MGS_CONNECT, &fmt_connect, obd_connect_handler },
	{ OP_MGS_DISCONNECT, &fmt_ping, obd_disconnect_handler },
	{ OP_OBD_PING, &fmt_ping, obd_ping_handler },
	{ OP_LDLM_ENQUEUE, &fmt_enqueue, ldlm_enqueue_handler },
	{ OP_LDLM_CANCEL, &fmt_lock_cancel, ldlm_cancel_handler },
	{ OP_LLOG_CREATE, &fmt_llog_create, mgs_llog_create },
	{ OP_LLOG_READ_HEADER, &fmt_llog_read_header, mgs_llog_header },
	{ OP_LLOG_NEXT_BLOCK, &fmt_llog_next_block, mgs_llog_block },
	{ OP_MGS_CONFIG_READ, &fmt_mgs_config_read, mgs_config_read },
	{ OP_MGS_TARGET_REG, &fmt_mgs_target_reg, mgs_target_reg },
	{ }
};

/* ---- the device ---- */

static const struct ldlm_server_ops mgs_lock_ops = { };

static const struct rpc_service_desc mgs_service = {
	.name = "ll_mgs",
	.portals = { PORTAL_MGS_REQUEST },
	.threads_min = 2,
	.threads_max = 16,
};

static int mgs_setup(struct obd_device *dev, int argc, char **argv, char *why)
{
	struct mgs *mgs;
	int rc;

	if (argc != 2) {
		snprintf(why, OBD_WHY_SIZE, "setup of mgs takes: DEVICE FSTYPE");
		return -EINVAL;
	}
	mgs = kzalloc(sizeof(*mgs), GFP_KERNEL);
	if (!mgs)
		return -ENOMEM;
	mutex_init(&mgs->lock);
	INIT_LIST_HEAD(&mgs->filesystems);
	dev->priv = mgs;
	rc = osd_get(argv[0], argv[1], OSD_MDT, &mgs->osd, why);
	if (rc)
		goto out_free;
	rc = ldlm_namespace_server(dev, &mgs_lock_ops, &dev->ns);
	if (rc)
		goto out_osd;
	rc = rpc_service_start(&mgs_service, &mgs->svc);
	if (rc)
		goto out_ns;
	return 0;
out_ns:
	ldlm_namespace_free(dev->ns, true);
	dev->ns = NULL;
out_osd:
	osd_put(mgs->osd);
out_free:
	dev->priv = NULL;
	kfree(mgs);
	return rc;
}

static int mgs_cleanup(struct obd_device *dev, u32 flags)
{
	struct mgs *mgs = dev->priv;
	struct mgs_fs *fs, *next;

	export_fail_all(dev, false);
	rpc_service_stop(mgs->svc);
	ldlm_namespace_free(dev->ns, true);
	dev->ns = NULL;
	list_for_each_entry_safe(fs, next, &mgs->filesystems, link)
		fs_free(fs);
	osd_put(mgs->osd);
	kfree(mgs);
	dev->priv = NULL;
	return 0;
}

static struct obd_type mgs_type = {
	.name = "mgs",
	.owner = THIS_MODULE,
	.kind = TARGET_MGS,
	.setup = mgs_setup,
	.cleanup = mgs_cleanup,
	.connect = mgs_connect,
	.disconnect = mgs_disconnect,
	.op = mgs_op,
	.handlers = mgs_handlers,
};

int mgs_type_init(void)
{
	return obd_type_register(&mgs_type);
}

void mgs_type_exit(void)
{
	obd_type_unregister(&mgs_type);
}
