// SPDX-License-Identifier: GPL-2.0
/* Where the data of objects lies: space for it, holes, extents. */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/string.h>

#include "obd/osc/internal.h"

int osc_fallocate(struct osc *osc, const struct fid *obj, int mode, u64 start, u64 end,
		  struct wire_obdo *oa, const struct wire_extra *extra)
{
	struct wire_obdo ask = *oa;
	int rc;

	osc_obdo_id(&ask, obj);
	ask.valid |= cpu_to_le64(VALID_SIZE | VALID_BLOCKS);
	ask.size = cpu_to_le64(start);
	ask.blocks = cpu_to_le64(end);
	ask.nlink = cpu_to_le32(mode);
	rc = rpc_call_obdo(osc->imp, OP_OST_FALLOCATE, PORTAL_OST_IO, RPC_REPLAY, &ask, extra, oa);
	if (!rc)
		osc_changed(osc, obj);
	return rc;
}
EXPORT_SYMBOL_GPL(osc_fallocate);

static bool can_seek(struct osc *osc)
{
	const struct wire_connect *granted = rpc_import_granted(osc->imp);

	return le64_to_cpu(granted->flags) & CONN_FLAGS2 &&
	       le64_to_cpu(granted->flags2) & CONN2_LSEEK;
}

int osc_seek(struct osc *osc, const struct fid *obj, u64 start, bool hole, u64 *pos)
{
	struct wire_obdo oa = {
		.size = cpu_to_le64(start),
		.mode = cpu_to_le32(hole ? SEEK_HOLE : SEEK_DATA),
	};
	int rc;

	if (!can_seek(osc))
		return -EOPNOTSUPP;
	osc_obdo_id(&oa, obj);
	rc = rpc_call_obdo(osc->imp, OP_OST_SEEK, PORTAL_OST_REQUEST, 0, &oa, NULL, &oa);
	if (rc)
		return rc;
	*pos = le64_to_cpu(oa.size);
	if ((s64)*pos < 0)
		return (s64)*pos == -ENXIO ? -ENXIO : -EPROTO;
	return *pos < start ? -EPROTO : 0;
}
EXPORT_SYMBOL_GPL(osc_seek);

/* ---- extents ---- */

static int extents_take(struct rpc_request *req, u64 start, struct osd_extent *ext,
			unsigned int room)
{
	const struct wire_fiemap_extent *from;
	const struct wire_fiemap *map;
	u32 len, i, nr;

	map = rpc_rep_buf(req, WF_VALUE, &len);
	if (!map || len < sizeof(*map))
		return -EPROTO;
	nr = le32_to_cpu(map->mapped);
	if (nr > room || len < sizeof(*map) + nr * sizeof(*from))
		return -EPROTO;
	from = (const struct wire_fiemap_extent *)(map + 1);
	for (i = 0; i < nr; i++) {
		ext[i].logical = le64_to_cpu(from[i].logical);
		ext[i].physical = le64_to_cpu(from[i].physical);
		ext[i].length = le64_to_cpu(from[i].length);
		ext[i].flags = le32_to_cpu(from[i].flags);
		if (!ext[i].length || ext[i].length > S64_MAX || ext[i].logical > S64_MAX ||
		    ext[i].logical + ext[i].length <= start || (i && ext[i].logical < start))
			return -EPROTO;
		start = ext[i].logical + ext[i].length;
	}
	return nr;
}

int osc_extents(struct osc *osc, const struct fid *obj, u64 start, u64 end, struct osd_extent *ext,
		unsigned int room)
{
	struct rpc_request *req = rpc_new(osc->imp, &fmt_ost_fiemap, OP_OST_GET_INFO);
	struct wire_fiemap_key *key;
	int rc;

	if (!req)
		return -ENOMEM;
	rpc_req_len(req, WF_KEY, sizeof(*key));
	rpc_req_len(req, WF_VALUE, sizeof(struct wire_fiemap));
	rpc_rep_len(req, WF_VALUE, sizeof(struct wire_fiemap) +
		    room * sizeof(struct wire_fiemap_extent));
	rc = rpc_pack(req);
	if (rc)
		goto out;
	key = rpc_req_buf(req, WF_KEY);
	memcpy(key->name, WIRE_KEY_FIEMAP, sizeof(WIRE_KEY_FIEMAP));
	osc_obdo_id(&key->oa, obj);
	key->map.start = cpu_to_le64(start);
	key->map.length = cpu_to_le64(end - start);
	key->map.flags = cpu_to_le32(FIEMAP_FLAG_SYNC);
	key->map.count = cpu_to_le32(room);
	memcpy(rpc_req_buf(req, WF_VALUE), &key->map, sizeof(key->map));
	rc = rpc_call(req) ?: extents_take(req, start, ext, room);
out:
	rpc_put(req);
	return rc;
}
EXPORT_SYMBOL_GPL(osc_extents);
