// SPDX-License-Identifier: GPL-2.0
#include "network.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <thread>

#include "error.h"
#include "process.h"

namespace sheen::vm {
namespace {

// A socket belongs to the namespace of the thread that made it; a thread of its own enters.
int socket_in_namespace(const std::string &name) {
    int result = -1;
    std::thread([&] {
        const int ns = open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC);
        if (ns < 0)
            return;
        if (setns(ns, CLONE_NEWNET) == 0)
            result = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        close(ns);
    }).join();
    return result;
}

bool finish_connect(int fd, int timeout_ms) {
    pollfd wait{fd, POLLOUT, 0};
    if (poll(&wait, 1, timeout_ms) <= 0)
        return false;
    int error = 0;
    socklen_t size = sizeof(error);
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

}  // namespace

void Network::ip(const std::string &batch) const {
    check({"ip", "-n", name_, "-batch", "-"}, batch);
}

bool Network::exists() const {
    return std::filesystem::exists("/run/netns/" + name_);
}

void Network::create() {
    check({"ip", "netns", "add", name_});
    // 10.77.0.254 and 10.78.0.254 are the host's ends.
    ip(
        fmt::format("link set lo up\n"
                    "link add data type bridge stp_state 0 forward_delay 0\n"
                    "link add control type bridge stp_state 0 forward_delay 0\n"
                    "link set data mtu {} up\n"
                    "link set control up\n"
                    "addr add {}/24 dev data\n"
                    "addr add {}/24 dev control\n",
                    kDataMtu, data_address(254), control_address(254)));
}

void Network::destroy() {
    if (exists())
        check({"ip", "netns", "del", name_});
}

void Network::add_node(int index) {
    const Output known = capture({"ip", "-n", name_, "link", "show", data_tap(index)});
    if (known.status == 0)
        return;
    ip(
        fmt::format("tuntap add {0} mode tap vnet_hdr\n"
                    "tuntap add {1} mode tap vnet_hdr\n"
                    "link set {0} mtu {2} master data up\n"
                    "link set {1} master control up\n",
                    data_tap(index), control_tap(index), kDataMtu));
}

void Network::connect_node(int index, bool connected) {
    ip(fmt::format("link set {} {}\n", data_tap(index), connected ? "up" : "down"));
}

int Network::dial(const std::string &address, int port, int timeout_ms) const {
    const int fd = socket_in_namespace(name_);
    if (fd < 0)
        return -1;
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(static_cast<std::uint16_t>(port));
    inet_pton(AF_INET, address.c_str(), &peer.sin_addr);
    const int rc = connect(fd, reinterpret_cast<sockaddr *>(&peer), sizeof(peer));
    if ((rc != 0 && errno != EINPROGRESS) || !finish_connect(fd, timeout_ms)) {
        close(fd);
        return -1;
    }
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    return fd;
}

}  // namespace sheen::vm
