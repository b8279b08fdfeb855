/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Storage in memory, for tests and the simulation: what is not committed is lost in a power cut.
 *
 * A disk has a name and lives until it is destroyed, across the nodes that mount it; osd_get(name,
 * "mem", ...) makes it when there is none.  Transactions commit by osd_sync(), by osd_trans_stop()
 * with @sync, and MEM_COMMIT_SECONDS of virtual time after the first change.
 */
#ifndef SHEEN_OSD_MEM_H
#define SHEEN_OSD_MEM_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MEM_COMMIT_SECONDS	5

struct osd_device;

/** mem_backend_init(), mem_backend_exit() - per node, after osd_init() and before osd_exit() */
int mem_backend_init(void);
void mem_backend_exit(void);

/**
 * mem_power_cut() - forgets everything that has not been committed
 * From then on all calls to the device fail with -EIO; the disk can be mounted again at once.
 * Commit callbacks that are left are called with -EIO when the dead device is put.
 */
void mem_power_cut(struct osd_device *dev);

/** mem_disk_power_cut() - the same by the name of the disk; does nothing when it is not mounted */
void mem_disk_power_cut(const char *name);

/**
 * mem_disk_destroy() - forgets a disk that no device, not even a dead one, refers to; -ENOENT,
 * -EBUSY
 */
int mem_disk_destroy(const char *name);

/**
 * mem_disk_set_size() - space of a disk in bytes, which data and entries count against; default 1
 * TiB
 */
int mem_disk_set_size(const char *name, u64 bytes);

#ifdef __cplusplus
}
#endif

#endif
