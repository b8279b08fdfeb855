// SPDX-License-Identifier: GPL-2.0
// Two nodes or more on a network in memory, and MDs that remember what happens to them.
#ifndef SHEEN_TESTS_UNIT_LNET_LNET_FIXTURE_H
#define SHEEN_TESTS_UNIT_LNET_LNET_FIXTURE_H

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include <linux/delay.h>

#include <floor.h>

#include "tests/sim/net/sim_net.h"

extern "C" {
#include "lnet/internal.h"
}

// An MD with its buffer and its history.
class TestMd {
public:
    explicit TestMd(u32 len, char fill = 0) : memory(len, fill) {}

    int Attach(u32 portal, u64 bits, u32 options, u64 ignore = 0, lnet_nid_t from = LNET_NID_ANY) {
        const lnet_md_desc desc = Desc(options);
        return lnet_md_attach(portal, from, bits, ignore, &desc, &md);
    }
    int Bind() {
        const lnet_md_desc desc = Desc(0);
        return lnet_md_bind(&desc, &md);
    }
    // The number of events of a type, and the last one.
    int Count(lnet_event_type type) const {
        int n = 0;
        for (const lnet_event &ev : events)
            n += ev.type == type;
        return n;
    }
    const lnet_event *Last(lnet_event_type type) const {
        for (auto it = events.rbegin(); it != events.rend(); ++it) {
            if (it->type == type)
                return &*it;
        }
        return nullptr;
    }

    std::vector<char> memory;
    std::vector<lnet_event> events;
    bool gone = false;
    lnet_md *md = nullptr;

private:
    lnet_md_desc Desc(u32 options) {
        lnet_md_desc desc = {};
        desc.buf.kaddr = memory.data();
        desc.buf.len = memory.size();
        desc.options = options;
        desc.fn = OnEvent;
        desc.user = this;
        return desc;
    }
    static void OnEvent(lnet_md *, const lnet_event *ev, void *user) {
        auto *self = static_cast<TestMd *>(user);
        EXPECT_FALSE(self->busy) << "two callbacks of one MD at a time";
        EXPECT_FALSE(self->gone) << "an event after the last";
        self->busy = true;
        cond_resched();
        self->busy = false;
        self->events.push_back(*ev);
        self->gone = ev->unlinked;
    }
    bool busy = false;
};

class LnetTest : public testing::Test {
protected:
    // Runs fn as a fiber with the given number of nodes up; node 1 is the current one.
    template <class F>
    void Run(unsigned int nodes, F fn, uint64_t seed = 0) {
        floor_init(seed);
        EXPECT_EQ(0, FloorRun([&] {
                      net = std::make_unique<SimNet>(seed);
                      for (unsigned int node = nodes; node > 0; node--)
                          ASSERT_EQ(0, net->StartNode(node));
                      fn();
                      for (unsigned int node = 1; node <= nodes; node++)
                          net->StopNode(node);
                      net.reset();
                  }));
        EXPECT_FALSE(floor_log_contains("leaked"));
        EXPECT_EQ(0u, floor_warn_count());
        EXPECT_EQ(0u, floor_fini());
    }

    // Runs fn as part of another node.
    template <class F>
    static void On(unsigned int node, F fn) {
        const unsigned int self = floor_node();
        floor_set_node(node);
        fn();
        floor_set_node(self);
    }

    std::unique_ptr<SimNet> net;
};

#endif
