// SPDX-License-Identifier: GPL-2.0
// The checker between machines: an actor on each, and one program that tells them what to do and judges the results.
//
//   coherence actor PORT FOLDER              waits for one who asks, and goes with him
//   coherence check SEED SECONDS HOST:PORT...
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tests/checker/remote.h"

namespace {

// A socket for a conversation of short messages.
int NewSocket() {
    const int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    return fd;
}

int Actor(int port, const std::string &folder) {
    const int door = NewSocket();
    sockaddr_in address{};

    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (bind(door, reinterpret_cast<sockaddr *>(&address), sizeof(address)) || listen(door, 1)) {
        perror("coherence actor");
        return 1;
    }
    checker::Connection asker(accept(door, nullptr, nullptr));
    return !checker::ServeActor(&asker, folder);
}

int Connect(const std::string &where) {
    const size_t colon = where.find(':');
    const int fd = NewSocket();
    sockaddr_in address{};

    address.sin_family = AF_INET;
    address.sin_port = htons(std::stoi(where.substr(colon + 1)));
    if (!inet_aton(where.substr(0, colon).c_str(), &address.sin_addr) ||
        connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof(address)))
        throw std::runtime_error("no actor at " + where);
    return fd;
}

int CheckAll(uint64_t seed, int seconds, char **where) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    checker::RemoteDriver driver;
    checker::Options options;

    for (; *where; where++)
        driver.Add(Connect(*where));
    options.seed = seed;
    options.config.actors = driver.actors();
    options.more = [end](unsigned) { return std::chrono::steady_clock::now() < end; };
    checker::Session session(&driver, options);
    const bool ok = session.Run();
    std::printf("%s%llu operations\n", session.report().c_str(), static_cast<unsigned long long>(session.operations()));
    return !ok;
}

}  // namespace

int main(int argc, char **argv) {
    const std::string what = argc > 1 ? argv[1] : "";

    if (what == "actor" && argc == 4)
        return Actor(std::atoi(argv[2]), argv[3]);
    if (what == "check" && argc > 4) {
        try {
            return CheckAll(std::strtoull(argv[2], nullptr, 0), std::atoi(argv[3]), argv + 4);
        } catch (const std::exception &error) {
            std::fprintf(stderr, "coherence: %s\n", error.what());
            return 2;
        }
    }
    std::fprintf(stderr, "usage: coherence actor PORT FOLDER | coherence check SEED SECONDS HOST:PORT...\n");
    return 2;
}
