// SPDX-License-Identifier: GPL-2.0
// A server that counts what it does and clients that talk to it, over the network in memory.
#ifndef SHEEN_TESTS_SIM_RPC_RPC_WORLD_H
#define SHEEN_TESTS_SIM_RPC_RPC_WORLD_H

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/net/sim_net.h"

extern "C" {
#include "obd/class/class.h"
#include "obd/class/internal.h"
#include "obd/class/target.h"
#include "obd/rpc/internal.h"
}

inline constexpr unsigned int kServerNode = 1;
inline constexpr unsigned int kOtherNode = 2; // a failover partner that does not have the target
inline constexpr unsigned int kClientNode = 10;

// Moves the calling fiber to a node for a while.
class OnNode {
public:
    explicit OnNode(unsigned int node);
    ~OnNode();
    OnNode(const OnNode&) = delete;
    OnNode& operator=(const OnNode&) = delete;

private:
    unsigned int before_;
};

// What the server knows and does; tests look at it and change it.
struct Server {
    // how connects are answered
    u64 mask = ~0ULL;          // flags it can grant
    u16 maxmodrpcs = 4;
    bool replayable = true;
    bool recovering = false;
    int connect_error = 0;
    bool by_name = false;      // a client that restarts the connection is known by its name alone, as stock servers do
    unsigned int lost_connects = 0; // connects that are still to be handled, but answered with nothing

    // how requests are handled
    unsigned int delay_ms = 0;
    unsigned int disconnect_ms = 0;   // to drop what a client had
    int in_progress = 0;       // modifying requests that are still to be answered with -EINPROGRESS
    bool hold_final = false;   // keep the final ping of recovery until ReleaseFinal()

    // what happened
    u64 transno = 100;
    u64 committed = 0;
    unsigned int connects = 0;
    unsigned int pings = 0;
    unsigned int disconnects = 0;
    unsigned int reads = 0;
    unsigned int running = 0;      // modifying requests being handled
    unsigned int most_running = 0;
    std::map<u64, unsigned int> done;  // value of a modifying request -> how often it was done
    std::map<std::pair<lnet_nid_t, u64>, u64> answered; // client and xid -> transno, to answer a resend
    std::map<u64, std::pair<u64, std::pair<lnet_nid_t, u64>>> log; // transno -> value, client and xid
    std::vector<u64> replayed;         // transnos in the order of their replay
    unsigned int lock_replays = 0;
    std::vector<u16> tags;
    u64 last_xid = 0;
    rpc_srv_req *final_ping = nullptr;
    std::vector<char> written;         // bulk data that a client sent, or was given
    u32 give = ~0u;                    // most bytes that a reader gets
    int bulk_result = 0;

    obd_device *dev = nullptr;
    rpc_service *svc = nullptr;
};

// One client with an import to the server.
struct Client {
    unsigned int node = 0;
    obd_device *dev = nullptr;
    rpc_import *imp = nullptr;
    rpc_service *callbacks = nullptr;
    std::vector<rpc_import_event> events;
    unsigned int called_back = 0;
    bool replay_locks = false; // sends one request when told to replay its locks

    enum rpc_import_state state() const { return rpc_import_state(imp); }
    unsigned int Count(rpc_import_event ev) const;
};

class World {
public:
    World(uint64_t seed, unsigned int clients = 1);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    SimNet net;
    Server& server;

    Client& client(unsigned int i = 0) { return *clients_[i]; }
    unsigned int clients() const { return clients_.size(); }

    // Creates the import of a client and starts connecting.
    void Connect(unsigned int i = 0, u64 flags = 0, std::vector<lnet_nid_t> nids = {});
    int Wait(unsigned int i = 0, unsigned int seconds = 60);
    void Close(unsigned int i = 0, bool force = false);

    // A modifying request that carries a value; returns its status.
    int Modify(u64 value, unsigned int i = 0, u32 more_flags = 0, bool keep = false,
               rpc_request **kept = nullptr);
    int Read(unsigned int i = 0, u32 flags = 0);
    // Bulk data to (or from) the server; returns the bytes that it moved or an error.
    int Bulk(bool write, const std::vector<bio_vec>& bv, u32 len, unsigned int i = 0);

    // The server forgets all connections and what it has not committed.
    void RestartServer(bool recovering);
    void ReleaseFinal();
    // Calls a client back.
    int CallBack(unsigned int i = 0);

    // Lets virtual time pass.
    static void Sleep(unsigned int ms);

private:
    void StartServer();
    void StartClient(unsigned int node);
    void StopClient(Client& c);

    std::vector<std::unique_ptr<Client>> clients_;
};

#endif
