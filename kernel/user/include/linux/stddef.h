/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_STDDEF_H
#define FLOOR_LINUX_STDDEF_H

#include <stddef.h>
#include_next <linux/stddef.h>

#define sizeof_field(type, member)	sizeof(((type *)0)->member)
#define offsetofend(type, member)	(offsetof(type, member) + sizeof_field(type, member))
#define struct_group(name, members...)	__struct_group(/* no tag */, name, /* no attrs */, members)
#define struct_group_attr(name, attrs, members...) \
	__struct_group(/* no tag */, name, attrs, members)
#define DECLARE_FLEX_ARRAY(type, name)	__DECLARE_FLEX_ARRAY(type, name)

#endif
