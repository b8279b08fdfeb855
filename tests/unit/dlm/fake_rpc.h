// SPDX-License-Identifier: GPL-2.0
// A fake of obd/rpc and obd/class for tests of the lock manager: messages are packed and checked by obd/wire and carried
// by fibers, with delays that the test chooses, so that callbacks and replies overtake each other.
#ifndef SHEEN_TESTS_UNIT_DLM_FAKE_RPC_H
#define SHEEN_TESTS_UNIT_DLM_FAKE_RPC_H

extern "C" {
#include "obd/dlm/internal.h"
}

#include <floor.h>

#include <functional>

struct rpc_import {
    obd_export *exp = nullptr;      // client to server: as whom; server to client: to whom
    bool reverse = false;
    unsigned request_ms = 0;        // on the way there
    unsigned reply_ms = 0;          // on the way back
    bool dead = false;              // nothing arrives
    unsigned sent[512] = {};        // requests by opcode
    std::function<void(rpc_request *)> on_send;
};

namespace fake {

// A device with its exports, each with a client's import and a reverse import.
struct Server {
    obd_device dev{};
    ldlm_namespace *ns = nullptr;

    Server(const char *name, const ldlm_server_ops *ops);
    // Drops what is left and frees the namespace; inside a fiber.
    void Stop();
};

struct Client {
    obd_device dev{};
    obd_export *exp = nullptr;
    rpc_import forward;
    rpc_import reverse;
    ldlm_namespace *ns = nullptr;

    Client(Server *server, const char *uuid, const ldlm_client_ops *ops);
    void Stop(bool force = false);
    // The server has restarted or evicted: a new export takes the old one's place.
    void Reconnect(Server *server);

private:
    void Connect(Server *server);
};

// Marks the next enqueue requests as sent again.
void SetResent(bool resent);
void SetTimeout(u32 seconds);
void SetPatience(u32 seconds);

}  // namespace fake

#endif
