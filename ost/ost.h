/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHEEN_OST_H
#define SHEEN_OST_H

/** ost_init(), ost_exit() - registers the types "obdfilter" and "ost"; what loading ost.ko does */
int ost_init(void);
void ost_exit(void);

#endif
