/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The metadata server: device types "mds" (a target), "mdt" (the threads that serve the targets
 * of a node) and, from mgs.h, "mgs".
 */
#ifndef SHEEN_MDS_H
#define SHEEN_MDS_H

/* Run by the module; in the simulation once per node that is to have servers. */
int mds_init(void);
void mds_exit(void);

#endif
