/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_EXPORT_H
#define FLOOR_LINUX_EXPORT_H

#define EXPORT_SYMBOL(sym)		_Static_assert(1, "")
#define EXPORT_SYMBOL_GPL(sym)		_Static_assert(1, "")
#define EXPORT_SYMBOL_NS(sym, ns)	_Static_assert(1, "")
#define EXPORT_SYMBOL_NS_GPL(sym, ns)	_Static_assert(1, "")

#endif
