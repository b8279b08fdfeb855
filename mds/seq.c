// SPDX-License-Identifier: GPL-2.0
/*
 * FID sequences for clients.
 *
 * A client chooses the FIDs of what it creates, from sequences of its own.  The first sequence
 * that nobody has is kept in the file "seq_next" (docs/format.md): magic, version, next, all
 * little-endian.  It is moved forward on disk, by many at once, before any of them is given away,
 * so none is ever given twice.
 */
#include <linux/kernel.h>
#include <linux/build_bug.h>

#include "mds/mds_internal.h"

#define SEQ_FILE	"seq_next"
#define SEQ_MAGIC	0x51657153u	/* "SqeQ" */
#define SEQ_VERSION	1u
#define SEQ_BATCH	64u		/* sequences reserved by one write */
#define SEQ_END		FID_SEQ_OST(0)	/* those of OST objects begin there */
#define SEQ_ALLOC_META	1u		/* operation of a query: a sequence for a client */
#define FLD_RANGE_OST	1u		/* flags of a range: objects of an OST */

struct seq_record {
	__le32 magic;
	__le32 version;
	__le64 next;
};

static_assert(sizeof(struct seq_record) == 16);

/* Moves the end of the reserved sequences; durable on return. */
static int seq_reserve(struct mds *mds, u64 limit)
{
	struct seq_record rec = {
		.magic = cpu_to_le32(SEQ_MAGIC),
		.version = cpu_to_le32(SEQ_VERSION),
		.next = cpu_to_le64(limit),
	};
	struct osd_trans *th;
	int rc, rc2;

	rc = osd_trans_start(mds->osd, NULL, 0, 1, &th);
	if (rc)
		return rc;
	rc = osd_file_write(th, mds->seq_file, 0, &rec, sizeof(rec));
	rc2 = osd_trans_stop(th, true);
	rc = rc ?: rc2;
	if (!rc)
		mds->seq_limit = limit;
	return rc;
}

static int seq_load(struct mds *mds)
{
	struct seq_record rec = {};
	ssize_t n = osd_file_read(mds->seq_file, 0, &rec, sizeof(rec));
	u64 next = le64_to_cpu(rec.next);

	if (n < 0)
		return n;
	if (!rec.magic && !next)
		next = FID_SEQ_NORMAL;	/* new file system */
	else if (le32_to_cpu(rec.magic) != SEQ_MAGIC ||
		 le32_to_cpu(rec.version) != SEQ_VERSION || next < FID_SEQ_NORMAL)
		return -EUCLEAN;
	mds->seq_next = next;
	mds->seq_limit = next;
	return 0;
}

int mds_seq_start(struct mds *mds)
{
	int rc;

	mutex_init(&mds->seq_lock);
	rc = osd_file_open(mds->osd, SEQ_FILE, WIRE_DIRPAGE_SIZE, &mds->seq_file);
	if (rc)
		return rc;
	rc = seq_load(mds);
	if (rc)
		osd_file_close(mds->seq_file);
	return rc;
}

void mds_seq_stop(struct mds *mds)
{
	osd_file_close(mds->seq_file);
}

static int seq_take(struct mds *mds, u64 *seq)
{
	int rc = 0;

	mutex_lock(&mds->seq_lock);
	if (mds->seq_next + SEQ_BATCH >= SEQ_END)
		rc = -ENOSPC;
	else if (mds->seq_next == mds->seq_limit)
		rc = seq_reserve(mds, mds->seq_next + SEQ_BATCH);
	if (!rc) {
		*seq = mds->seq_next;
		WRITE_ONCE(mds->seq_next, mds->seq_next + 1);
	}
	mutex_unlock(&mds->seq_lock);
	return rc;
}

bool mds_seq_given(struct mds *mds, u64 seq)
{
	return seq >= FID_SEQ_NORMAL && seq < READ_ONCE(mds->seq_next);
}

int mds_seq_query(struct rpc_srv_req *req)
{
	const __le32 *opc = rpc_srv_buf(req, WF_SEQ_OPC, NULL);
	struct wire_seq_range *range;
	u64 seq;
	int rc;

	if (!opc)
		return -EPROTO;
	if (le32_to_cpu(*opc) != SEQ_ALLOC_META)
		return -EOPNOTSUPP;
	rc = seq_take(mds_of(req), &seq);
	if (rc)
		return rc;
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	range = rpc_srv_rep_buf(req, WF_SEQ_RANGE);
	range->start = cpu_to_le64(seq);
	range->end = cpu_to_le64(seq + 1);
	return 0;
}

/*
 * Where a sequence lives: all of files on this one MDT, those of objects on the OST of their
 * number.
 */
int mds_fld_query(struct rpc_srv_req *req)
{
	const struct wire_seq_range *ask = rpc_srv_buf(req, WF_FLD_RANGE, NULL);
	struct wire_seq_range *range;
	u64 seq;
	int rc;

	if (!ask)
		return -EPROTO;
	seq = le64_to_cpu(ask->start);
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	range = rpc_srv_rep_buf(req, WF_FLD_RANGE);
	if (seq < SEQ_END) {
		range->start = cpu_to_le64(FID_SEQ_LOCAL);
		range->end = cpu_to_le64(SEQ_END);
	} else {
		range->start = cpu_to_le64(seq);
		range->end = cpu_to_le64(seq + 1);
		range->index = cpu_to_le32(seq - SEQ_END);
		range->flags = cpu_to_le32(FLD_RANGE_OST);
	}
	return 0;
}
