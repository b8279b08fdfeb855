/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_SIGNAL_H
#define FLOOR_LINUX_SIGNAL_H
#include <signal.h>
#endif
