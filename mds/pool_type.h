/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHEEN_MDS_POOL_TYPE_H
#define SHEEN_MDS_POOL_TYPE_H

/** pool_type_init(), pool_type_exit() - registers the device type "osp"; called by mds.ko */
int pool_type_init(void);
void pool_type_exit(void);

#endif
