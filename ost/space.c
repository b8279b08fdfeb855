// SPDX-License-Identifier: GPL-2.0
/* Where the data of objects lies: space for it, holes, extents. */
#include <linux/fs.h>	/* falloc.h does not include the types that it uses */
#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <linux/slab.h>

#include "ost/ost_internal.h"

#define FALLOC_KNOWN	(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)
#define MAX_EXTENTS	1024u	/* of one reply: 56 KiB */

/* Clients that hold no lock of their own leave that to the server. */
static bool wants_lock(const struct wire_obdo *oa)
{
	return le64_to_cpu(oa->valid) & VALID_FLAGS && le32_to_cpu(oa->flags) & OFL_SRVLOCK;
}

/* ---- fallocate ---- */

static int fallocate_check(const struct wire_obdo *oa)
{
	u64 need = VALID_SIZE | VALID_BLOCKS;
	u32 mode;

	if (!oa)
		return -EPROTO;
	mode = le32_to_cpu(oa->nlink);
	if ((le64_to_cpu(oa->valid) & need) != need || mode & ~FALLOC_KNOWN)
		return -EOPNOTSUPP;
	if (le64_to_cpu(oa->size) >= le64_to_cpu(oa->blocks))
		return -EINVAL;
	return le64_to_cpu(oa->blocks) > S64_MAX ? -EFBIG : 0;
}

u64 ost_lacking(struct osd_object *obj, u64 start, u64 end)
{
	u64 bytes = end - start, from, to;
	struct osd_extent ext[8];
	int i, nr;

	do {
		nr = osd_data_extents(obj, start, end, ext, ARRAY_SIZE(ext));
		for (i = 0; i < nr; i++) {
			from = max(ext[i].logical, start);
			to = min(ext[i].logical + ext[i].length, end);
			if (from >= to)
				return bytes;
			bytes -= to - from;
			start = to;
		}
	} while (nr > 0 && start < end);
	return bytes;
}

static int fallocate_store(struct rpc_srv_req *req, struct osd_object *obj,
			   const struct wire_obdo *oa, int mode)
{
	struct ost_change change;
	int rc = ost_store_begin(req->exp);

	if (rc)
		return rc;
	rc = ost_change_begin(req, obj, oa, OST_OWNER | OST_TIMES, true, &change);
	if (!rc) {
		rc = osd_data_fallocate(obj, mode, le64_to_cpu(oa->size), le64_to_cpu(oa->blocks));
		rc = ost_change_end(obj, &change, rc);
	}
	ost_store_end(req->exp);
	return rc;
}

static int fallocate_apply(struct rpc_srv_req *req, struct osd_object *obj,
			   const struct wire_obdo *oa)
{
	u64 start = le64_to_cpu(oa->size), end = le64_to_cpu(oa->blocks), bytes = end - start;
	int mode = le32_to_cpu(oa->nlink), rc;

	/* Whoever makes a hole means to leave the size alone. */
	if (mode & FALLOC_FL_PUNCH_HOLE)
		return fallocate_store(req, obj, oa, mode | FALLOC_FL_KEEP_SIZE);
	if (!grant_reserve(req->dev, bytes)) {
		bytes = ost_lacking(obj, start, end);
		if (!grant_reserve(req->dev, bytes))
			return -ENOSPC;
	}
	rc = fallocate_store(req, obj, oa, mode);
	grant_release(req->dev, bytes);
	return rc;
}

int ost_fallocate(struct rpc_srv_req *req)
{
	const struct wire_obdo *oa = rpc_srv_buf(req, WF_OBDO, NULL);
	struct ldlm_lock *lock = NULL;
	struct osd_object *obj;
	int rc = fallocate_check(oa);

	if (rc)
		return rc;
	rc = ost_object(req, &oa->id, &obj);
	if (rc)
		return ost_not_found(req, &oa->id, rc);
	if (wants_lock(oa))
		rc = ost_lock_for(req, obj, le64_to_cpu(oa->size), le64_to_cpu(oa->blocks) - 1,
				  LCK_PW, &lock);
	if (!rc)
		rc = fallocate_apply(req, obj, oa);
	if (!rc) {
		ost_changed(req, obj);
		rc = ost_reply_attr(req, obj);
	}
	if (lock)
		ost_unlock_for(lock, LCK_PW);
	osd_object_put(obj);
	return rc;
}

/* ---- data and holes ---- */

static int seek_reply(struct rpc_srv_req *req, struct osd_object *obj, const struct wire_obdo *oa)
{
	bool hole = le32_to_cpu(oa->mode) == SEEK_HOLE;
	struct wire_obdo *out;
	u64 pos;
	int rc = osd_data_seek(obj, le64_to_cpu(oa->size), hole, &pos);

	/* That there is none is an answer. */
	if (rc == -ENXIO)
		pos = (s64)rc;
	else if (rc)
		return rc;
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	out = rpc_srv_rep_buf(req, WF_OBDO);
	*out = *oa;
	out->size = cpu_to_le64(pos);
	return 0;
}

int ost_seek(struct rpc_srv_req *req)
{
	const struct wire_obdo *oa = rpc_srv_buf(req, WF_OBDO, NULL);
	struct ldlm_lock *lock = NULL;
	struct osd_object *obj;
	int rc;

	if (!oa || le64_to_cpu(oa->size) > S64_MAX ||
	    (le32_to_cpu(oa->mode) != SEEK_DATA && le32_to_cpu(oa->mode) != SEEK_HOLE))
		return -EPROTO;
	rc = ost_object(req, &oa->id, &obj);
	if (rc)
		return rc;
	if (wants_lock(oa))
		rc = ost_lock_for(req, obj, le64_to_cpu(oa->size), U64_MAX, LCK_PR, &lock);
	if (!rc)
		rc = seek_reply(req, obj, oa);
	if (lock)
		ost_unlock_for(lock, LCK_PR);
	osd_object_put(obj);
	return rc;
}

/* ---- extents ---- */

static u64 map_end(const struct wire_fiemap *map)
{
	u64 start = le64_to_cpu(map->start), length = le64_to_cpu(map->length);

	return length > S64_MAX - start ? S64_MAX : start + length;
}

static void extent_pack(const struct osd_extent *ext, struct wire_fiemap_extent *out)
{
	out->logical = cpu_to_le64(ext->logical);
	out->physical = cpu_to_le64(ext->physical);
	out->length = cpu_to_le64(ext->length);
	out->flags = cpu_to_le32(ext->flags);
}

/* The client copies as much as it has asked for, whatever there is. */
static int map_reply(struct rpc_srv_req *req, const struct wire_fiemap *map,
		     const struct osd_extent *ext, int nr)
{
	u32 count = le32_to_cpu(map->count), i;
	struct wire_fiemap_extent *to;
	struct wire_fiemap *out;
	int rc;

	rpc_srv_rep_len(req, WF_VALUE, sizeof(*out) + count * sizeof(*to));
	rc = rpc_srv_pack(req);
	if (rc)
		return rc;
	out = rpc_srv_rep_buf(req, WF_VALUE);
	*out = *map;
	out->mapped = cpu_to_le32(nr);
	to = (struct wire_fiemap_extent *)(out + 1);
	for (i = 0; count && i < nr; i++)
		extent_pack(&ext[i], &to[i]);
	return 0;
}

static int map_object(struct rpc_srv_req *req, struct osd_object *obj,
		      const struct wire_fiemap *map)
{
	u32 count = le32_to_cpu(map->count);
	struct osd_extent *ext = NULL;
	int rc;

	if (count) {
		ext = kvcalloc(count, sizeof(*ext), GFP_KERNEL);
		if (!ext)
			return -ENOMEM;
	}
	rc = osd_data_extents(obj, le64_to_cpu(map->start), map_end(map), ext, count);
	if (rc >= 0)
		rc = map_reply(req, map, ext, rc);
	kvfree(ext);
	return rc;
}

int ost_get_info(struct rpc_srv_req *req)
{
	struct ldlm_lock *lock = NULL;
	const struct wire_fiemap_key *key;
	struct osd_object *obj;
	u32 len;
	int rc;

	key = rpc_srv_buf(req, WF_KEY, &len);
	if (!key || len < sizeof(WIRE_KEY_FIEMAP) - 1)
		return -EPROTO;
	if (memcmp(key->name, WIRE_KEY_FIEMAP, sizeof(WIRE_KEY_FIEMAP) - 1))
		return -EOPNOTSUPP;
	if (len < sizeof(*key) || le64_to_cpu(key->map.start) > S64_MAX)
		return -EPROTO;
	if (le32_to_cpu(key->map.count) > MAX_EXTENTS)
		return -E2BIG;
	rc = ost_object(req, &key->oa.id, &obj);
	if (rc)
		return rc;
	if (wants_lock(&key->oa))
		rc = ost_lock_for(req, obj, le64_to_cpu(key->map.start), map_end(&key->map) - 1,
				  LCK_PR, &lock);
	if (!rc)
		rc = map_object(req, obj, &key->map);
	if (lock)
		ost_unlock_for(lock, LCK_PR);
	osd_object_put(obj);
	return rc;
}
