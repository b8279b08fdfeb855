// SPDX-License-Identifier: GPL-2.0
// An actor of the checker on a machine: waits at a port for one who says what to do, and goes with him.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>

#include "tests/checker/remote.h"

namespace {

int Actor(int port, const std::string &folder) {
    const int door = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    sockaddr_in address{};

    setsockopt(door, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));

    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (bind(door, reinterpret_cast<sockaddr *>(&address), sizeof(address)) || listen(door, 1)) {
        perror("checker_actor");
        return 1;
    }
    checker::Connection asker(accept(door, nullptr, nullptr));
    return !checker::ServeActor(&asker, folder);
}

}  // namespace

int main(int argc, char **argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: checker_actor PORT FOLDER\n");
        return 2;
    }
    return Actor(std::atoi(argv[1]), argv[2]);
}
