/* SPDX-License-Identifier: GPL-2.0 */
/*
 * State that exists once per node of a cluster.
 *
 * A loaded module is one node, so in the kernel a node variable is a static object. The simulation
 * runs many nodes in one process: there each node has an instance of its own, zero-filled when
 * first used, chosen by the node that the running fiber belongs to (threads, work items and timers
 * inherit it from whoever started them). Code that keeps module-wide state declares it with
 * DEFINE_NODE_VAR() and reaches it through node_var(), so that it runs unchanged on both floors. A
 * node variable starts as zeros: locks and lists in it are initialised by the module's init
 * function.
 */
#ifndef SHEEN_NODE_H
#define SHEEN_NODE_H

#ifdef __KERNEL__

#define DEFINE_NODE_VAR(type, name)	type name
#define DECLARE_NODE_VAR(type, name)	extern type name
#define node_var(name)			(&(name))

#else

#include "floor_node.h"

#endif

#endif
