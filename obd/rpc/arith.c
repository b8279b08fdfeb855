// SPDX-License-Identifier: GPL-2.0
/*
 * Rules of the protocol that have no state: numbers of requests, match bits, portals, offsets,
 * times.
 */
#include <linux/crc32.h>
#include <linux/kernel.h>

#include "obd/rpc/internal.h"

#define BACKOFF_MAX_S	4u	/* a server that is back is to be found within seconds */

/*
 * The first xid of a node's life.  Xids must not come back after a restart, or a late message of
 * the life before could land in new memory: 24 bits for the second leave room for 131,072
 * requests in every second of the life before.
 */
u64 rpc_first_xid(u64 now_s)
{
	return (now_s << 24) & ~(u64)(RPC_XID_STEP - 1);
}

/*
 * A request for bulk data names the match bits of its last MD; the low bits count the MDs before
 * it.
 */
u64 rpc_bulk_first(u64 mbits, u32 max_parts)
{
	return mbits & ~((u64)max_parts - 1);
}

unsigned int rpc_bulk_count(u64 mbits, u32 max_parts)
{
	return (mbits & (max_parts - 1)) + 1;
}

/* Bytes of @bv, from @skip on, that fit into @slots pages. */
static u32 take_from(const struct bio_vec *bv, u32 skip, unsigned int slots)
{
	u32 in_page = (bv->bv_offset + skip) % RPC_WIRE_PAGE;

	return min_t(u32, bv->bv_len - skip, slots * RPC_WIRE_PAGE - in_page);
}

/*
 * Cuts @len bytes of memory into parts of at most 256 pages, counting a page that is used in part
 * as one.
 * @out: room for @nr + @max_parts entries
 * Returns the number of parts, or -EINVAL when they are too many or the memory too short.
 */
int rpc_bulk_split(const struct bio_vec *bv, unsigned int nr, u32 len, struct bio_vec *out,
		   struct rpc_part *parts, unsigned int max_parts)
{
	unsigned int n = 0, slots = 0;
	u32 skip = 0;

	while (len) {
		u32 take;

		if (!nr)
			return -EINVAL;
		if (!slots) {
			if (n == max_parts)
				return -EINVAL;
			slots = RPC_PART_PAGES;
			parts[n++] = (struct rpc_part){ .bv = out };
		}
		take = min(take_from(bv, skip, slots), len);
		if (take) {
			u32 in_page = (bv->bv_offset + skip) % RPC_WIRE_PAGE;

			slots -= DIV_ROUND_UP(in_page + take, RPC_WIRE_PAGE);
			*out = *bv;
			out->bv_offset += skip;
			out->bv_len = take;
			out++;
			parts[n - 1].nr++;
			parts[n - 1].len += take;
			len -= take;
			skip += take;
		}
		if (skip == bv->bv_len) {
			bv++;
			nr--;
			skip = 0;
		}
	}
	return n;
}

/*
 * Where a client expects the replies to requests that it sent to a portal; 0: we do not serve it.
 */
u32 rpc_reply_portal(u32 request_portal)
{
	switch (request_portal) {
	case PORTAL_MGS_REQUEST:
		return PORTAL_MGC_REPLY;
	case PORTAL_OST_REQUEST:
	case PORTAL_OST_IO:
	case PORTAL_OST_CREATE:
		return PORTAL_OSC_REPLY;
	case PORTAL_MDS_REQUEST:
	case PORTAL_MDS_READPAGE:
	case PORTAL_MDS_IO:
	case PORTAL_SEQ_METADATA:
	case PORTAL_FLD_REQUEST:
		return PORTAL_MDC_REPLY;
	case PORTAL_LDLM_CANCEL_REQUEST:
		return PORTAL_LDLM_CANCEL_REPLY;
	case PORTAL_LDLM_CB_REQUEST:
		return PORTAL_LDLM_CB_REPLY;
	default:
		return 0;
	}
}

/*
 * Where in the client's buffer the reply to @req goes: a client that takes early replies keeps
 * the start for them.
 */
u32 rpc_reply_offset(const struct wire_msg *req, u32 opc)
{
	if (wire_opc_is_connect(opc) || !(le32_to_cpu(req->flags) & WIRE_MSG_F_AT))
		return 0;
	return RPC_EARLY_SIZE;
}

/* The version word of a request's body. */
u32 rpc_opc_version(u32 opc)
{
	u32 class = WIRE_VERSION_OBD;

	if (wire_opc_is_connect(opc) || opc == OP_OST_DISCONNECT || opc == OP_MDS_DISCONNECT ||
	    opc == OP_MGS_DISCONNECT || opc == OP_OBD_PING)
		class = WIRE_VERSION_OBD;
	else if (opc >= OP_SEQ_QUERY)
		class = WIRE_VERSION_MDS;
	else if (opc >= OP_LLOG_CREATE)
		class = WIRE_VERSION_LOG;
	else if (opc >= OP_MGS_CONNECT)
		class = WIRE_VERSION_MGS;
	else if (opc >= OP_LDLM_ENQUEUE)
		class = WIRE_VERSION_DLM;
	else if (opc >= OP_MDS_GETATTR)
		class = WIRE_VERSION_MDS;
	else
		class = WIRE_VERSION_OST;
	return class | WIRE_BODY_VERSION;
}

/* The checksum that proves that an early reply is not half written. */
u32 rpc_body_cksum(const struct wire_body *body, u32 len)
{
	return crc32_le(~0u, (const unsigned char *)body, len);
}

/* Seconds that a client gives a server which says that it needs @estimate seconds. */
u32 rpc_client_timeout(u32 estimate)
{
	return min(min(estimate, RPC_TIMEOUT_MAX) * 5 / 4 + 5, RPC_TIMEOUT_MAX);
}

/* Pause before all NIDs of a target are tried for the @round-th time (from 0). */
u64 rpc_connect_backoff_ms(unsigned int round, u32 timeout_s)
{
	u64 most = clamp(timeout_s / 4, 1u, BACKOFF_MAX_S) * 1000ull;

	return min(1000ull << min(round, 10u), most);
}
