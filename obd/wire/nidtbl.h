/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table that tells clients which targets have come up and where: written by the MGS, read by
 * its clients, as bulk data.
 *
 * Entries stand in the order of their versions, and none crosses the border of a unit; the one
 * before a gap is as much longer.
 */
#ifndef SHEEN_WIRE_NIDTBL_H
#define SHEEN_WIRE_NIDTBL_H

#include "obd/wire/wire.h"

#define NIDTBL_UNIT	4096u	/* bytes; no client has a smaller one */
#define NIDTBL_MAX_NIDS	16u	/* of one entry */

/**
 * struct nidtbl_entry - a target that is up
 * @instance: of the target; grows with every start
 * @nids: in 64 bits each
 */
struct nidtbl_entry {
	u64 version;
	u32 instance;
	u32 index;
	bool is_mdt;
	unsigned int nr_nids;
	u64 nids[NIDTBL_MAX_NIDS];
};

/**
 * struct nidtbl_writer - packs entries into @buf, zeroed, of @size bytes, a multiple of the unit
 * @big: NIDs as struct wire_nid; @used: bytes so far
 */
struct nidtbl_writer {
	void *buf;
	u32 size;
	bool big;
	u32 used;
	struct wire_nidtbl *last;
};

/** nidtbl_add() - false: there is no room for it, nor may any follow */
bool nidtbl_add(struct nidtbl_writer *w, const struct nidtbl_entry *e);

/**
 * nidtbl_next() - reads the entry at *@off, which moves on
 * NIDs of a kind that we do not know, and those beyond NIDTBL_MAX_NIDS, are left out.
 * Returns 1, 0: no more, -EPROTO: the table is broken.
 */
int nidtbl_next(const void *buf, u32 len, u32 *off, struct nidtbl_entry *e);

#endif
