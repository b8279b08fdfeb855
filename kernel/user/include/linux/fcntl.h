/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_FCNTL_H
#define FLOOR_LINUX_FCNTL_H
#include <linux/types.h>
#include <fcntl.h>
#endif
