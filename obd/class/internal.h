/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the files of obd/class; nobody else includes it. */
#ifndef SHEEN_CLASS_INTERNAL_H
#define SHEEN_CLASS_INTERNAL_H

#include "obd/class/class.h"

void obd_table_init(void);
void obd_table_exit(void);	/* reports what was leaked */

/** obd_export_index() - cookie -> export of this node; export.c's */
struct xarray *obd_export_index(void);

/* kernel edge: the generic netlink family */
struct genl_family;
struct netlink_callback;
struct sk_buff;
extern struct genl_family obd_family;
int obd_control_init(void);
void obd_control_exit(void);
/* control_stats.c: what clients have sent and what they keep */
int obd_dump_rpcs(struct sk_buff *msg, struct netlink_callback *cb);
int obd_dump_caches(struct sk_buff *msg, struct netlink_callback *cb);

/* kernel edge: the kernel's wishes for memory */
int obd_memory_init(void);
void obd_memory_exit(void);

#endif
