/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_FREEZER_H
#define FLOOR_LINUX_FREEZER_H

#define set_freezable()		((void)0)
#define try_to_freeze()		false

#endif
