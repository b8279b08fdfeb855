/* SPDX-License-Identifier: GPL-2.0 */
/* Shared by the files of obd/class; nobody else includes it. */
#ifndef SHEEN_CLASS_INTERNAL_H
#define SHEEN_CLASS_INTERNAL_H

#include "obd/class/class.h"

void obd_table_init(void);
void obd_table_exit(void);	/* reports what was leaked */

/** obd_export_index() - cookie -> export of this node; export.c's */
struct xarray *obd_export_index(void);

/* kernel edge: generic netlink family and /sys/kernel/debug/sheen */
int obd_control_init(void);
void obd_control_exit(void);

#endif
