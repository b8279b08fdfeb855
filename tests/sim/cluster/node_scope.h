// SPDX-License-Identifier: GPL-2.0
// Moves the calling fiber to a node for a while.
#ifndef SHEEN_TESTS_SIM_CLUSTER_NODE_SCOPE_H
#define SHEEN_TESTS_SIM_CLUSTER_NODE_SCOPE_H

#include <floor.h>

class NodeScope {
public:
    explicit NodeScope(unsigned int node) : before_(floor_set_node(node)) {}
    ~NodeScope() { floor_set_node(before_); }
    NodeScope(const NodeScope &) = delete;
    NodeScope &operator=(const NodeScope &) = delete;

private:
    unsigned int before_;
};

#endif
