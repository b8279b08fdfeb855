/* SPDX-License-Identifier: GPL-2.0 */
/* Inside client/ahead*.c: who is about to look at which names, and asking for them. */
#ifndef SHEEN_CLIENT_AHEAD_H
#define SHEEN_CLIENT_AHEAD_H

#include "client/client.h"

#define AHEAD_NAME_BYTES	16384u	/* of all names in a batch, about */

/** ahead_batch() - how many names to ask for after @before at once; 0: they are the first */
static inline unsigned int ahead_batch(unsigned int before)
{
	return before ? min(4 * before, RPC_BATCH_MAX) : 16;
}

/**
 * ahead_ask() - asks for @nr names, the first of which is that of @dentry, a dentry in lookup, and
 * for the sizes of these files; what is found is in the dentry cache then
 * Returns for how many something was found; 0: nothing for the first one, which is to be asked for
 * alone. Otherwise *found is what a lookup of @dentry returns.
 */
unsigned int ahead_ask(struct inode *dir, struct dentry *dentry, struct mdc_named *named,
		       unsigned int nr, struct dentry **found);

/* As lustre_ahead_lookup(), by one of the habits that there are. */
bool ahead_listing_lookup(struct inode *dir, struct dentry *dentry, struct dentry **found);
bool ahead_numbered_lookup(struct inode *dir, struct dentry *dentry, struct dentry **found);

#endif
