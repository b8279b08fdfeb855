/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The management server: keeps the description of each file system and gives it to clients as a
 * configuration log. Device type "mgs", one device "MGS" per node; it lives on the disk of the MDT,
 * in CONFIGS/.
 */
#ifndef SHEEN_MGS_H
#define SHEEN_MGS_H

/** mgs_type_init(), mgs_type_exit() - registers the type; called by mds.ko */
int mgs_type_init(void);
void mgs_type_exit(void);

#endif
