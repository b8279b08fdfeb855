/* SPDX-License-Identifier: GPL-2.0 */
// What programs expect of a file system that two clients use, as steps of posix_probe: checks that hold for every kind
// of client. Both have mounted, and have the probe.
#pragma once

#include <string>

#include "file_system_fixture.h"

namespace sheen::vm {

class PosixFixture : public FileSystemTest {
protected:
    void give_probe(const std::string &client) { node(client).push(SHEEN_POSIX_PROBE, "/root/probe"); }

    // Steps of posix_probe; what they print.
    std::string probe(const std::string &name, const std::string &steps) { return on(name, "/root/probe " + steps); }

    // The same beside the test; its output goes to /tmp/out.
    void start_probe(const std::string &name, const std::string &steps) {
        on(name, "(/root/probe " + steps + ") > /tmp/out 2>&1 < /dev/null &");
    }

    // Waits until the probes of start_probe() on a client have gone.
    void kill_probes(const std::string &name) {
        on(name, "kill -9 $(pidof probe); while pidof probe > /dev/null; do sleep 0.1; done");
    }

    // Each works in the root of the file system with names of its own. client1 and client2 take part.
    void check_record_locks();
    void check_flock();
    void check_access_lists();
    void check_cached_and_direct();
    void check_mappings();
    void check_appends();
    void check_unlinked();

    // Random operations of three clients, one of them a second mount on client1, whose results must be those of one
    // local file system. SHEEN_CHECK_SECONDS says for how long (or 40), SHEEN_CHECK_SEED that it is not a new seed.
    void check_coherence();

    // The connection with an actor of the checker.
    int start_actor(const std::string &client, int port, const std::string &folder);

    // client2 asks with F_GETLK; does it hear of what client1 holds?
    bool getlk_knows_other_clients_ = true;
};

}  // namespace sheen::vm
