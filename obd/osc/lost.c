// SPDX-License-Identifier: GPL-2.0
/*
 * The server has evicted us. Said once: how many locks and requests are lost, and data of which
 * files: what was cached under the locks, and what the server had taken but not stored before it
 * restarted.
 */
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "obd/osc/internal.h"

#define TEXT_SIZE	640u
#define IDLE_WAIT	(10 * HZ)

static void add(struct osc_loss *loss, const struct fid *file, u64 bytes)
{
	unsigned int i;

	loss->bytes += bytes;
	for (i = 0; i < loss->nr; i++)
		if (fid_eq(&loss->files[i].fid, file))
			break;
	if (i == OSC_LOST_FILES) {
		loss->others = true;
		return;
	}
	loss->files[i].fid = *file;
	loss->files[i].bytes += bytes;
	loss->nr = max(loss->nr, i + 1);
}

bool osc_lost(struct osc *osc, const struct fid *file, u64 bytes)
{
	bool evicted = rpc_import_state(osc->imp) == IMP_EVICTED;

	if (!evicted)
		return false;
	spin_lock(&osc->lock);
	add(&osc->loss, file, bytes);
	spin_unlock(&osc->lock);
	return true;
}
EXPORT_SYMBOL_GPL(osc_lost);

/* Data that the owner of its pages has taken for written. */
static void request_lost(struct rpc_request *req, void *arg)
{
	const struct wire_niobuf *nio;
	const struct wire_obdo *oa;
	struct osc *osc = arg;
	struct fid file;
	u64 bytes = 0;
	u32 len, i;

	if (req->fmt != &fmt_ost_write)
		return;
	oa = rpc_req_buf(req, WF_OBDO);
	nio = rpc_req_buf(req, WF_NIOBUF);
	len = le32_to_cpu(((const struct wire_ioobj *)rpc_req_buf(req, WF_IOOBJ))->bufcnt);
	for (i = 0; i < len; i++)
		bytes += le32_to_cpu(nio[i].len);
	file = (struct fid){ .seq = le64_to_cpu(oa->parent_seq),
			     .oid = le32_to_cpu(oa->parent_oid),
			     .ver = le32_to_cpu(oa->parent_ver) };
	osc_lost(osc, &file, bytes);
	osc->ops->lost(osc->priv, &file);
}

static void files_print(const struct osc_loss *loss, char *text, size_t size)
{
	unsigned int i;
	int n;

	n = scnprintf(text, size, "; so are %llu KiB of data not yet stored there, of",
		      DIV_ROUND_UP_ULL(loss->bytes, 1024));
	for (i = 0; i < loss->nr; i++)
		n += scnprintf(text + n, size - n, "%s file " FID_FMT " (%llu KiB)", i ? "," : "",
			       loss->files[i].fid.seq, loss->files[i].fid.oid, loss->files[i].fid.ver,
			       DIV_ROUND_UP_ULL(loss->files[i].bytes, 1024));
	scnprintf(text + n, size - n, "%s: the next fsync or close tells their programs",
		  loss->others ? " and others" : "");
}

void osc_evicted(struct osc *osc)
{
	char text[TEXT_SIZE] = "";
	struct osc_loss loss;
	unsigned int locks;

	rpc_each_lost(osc->imp, request_lost, osc);
	/* What was under way has failed, as does all that is begun now. */
	wait_event_timeout(osc->idle, !READ_ONCE(osc->flying), IDLE_WAIT);
	locks = ldlm_client_evicted(osc->dev->ns);
	spin_lock(&osc->lock);
	loss = osc->loss;
	memset(&osc->loss, 0, sizeof(osc->loss));
	spin_unlock(&osc->lock);
	if (loss.bytes)
		files_print(&loss, text, sizeof(text));
	pr_err("%s: evicted by %s: %u locks and %u requests under way are lost%s\n",
	       osc->dev->name, osc->dev->target_uuid, locks, rpc_import_aborted(osc->imp), text);
}
