/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The simulation's half of kernel/node.h. The object that a definition makes is
 * the instance of node 0, to which everything belongs until floor_set_node()
 * says otherwise; its address names the variable for all other nodes.
 */
#ifndef FLOOR_NODE_H
#define FLOOR_NODE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void *floor_node_instance(void *var, size_t size);

#ifdef __cplusplus
}
#endif

#define DEFINE_NODE_VAR(type, name)	type name
#define DECLARE_NODE_VAR(type, name)	extern type name
#define node_var(name) \
	((__typeof__(&(name)))floor_node_instance((void *)&(name), sizeof(name)))

#endif
