/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_INIT_H
#define FLOOR_LINUX_INIT_H

#include <linux/compiler.h>

/* The C++ library uses these as names of parameters. */
#ifndef __cplusplus
#define __init
#define __exit
#define __initdata
#define __exitdata
#define __initconst
#endif

#endif
