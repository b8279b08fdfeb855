/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_USER_NAMESPACE_H
#define FLOOR_LINUX_USER_NAMESPACE_H
#include <linux/uidgid.h>
#endif
