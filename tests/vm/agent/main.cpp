// SPDX-License-Identifier: GPL-2.0
// First process of a node: boot, then one forked session per connection.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "../protocol.h"
#include "agent.h"

namespace sheen::vm::agent {

void fail(const std::string &what) {
    throw std::runtime_error(what);
}

void require(bool ok, const std::string &what) {
    if (!ok)
        fail(what + ": " + std::strerror(errno));
}

void say(const std::string &line) {
    const std::string text = line + "\n";
    const int fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (write(fd, text.data(), text.size()) < 0)
        errno = 0;  // nobody is left to tell
    close(fd);
}

std::string read_text(const std::string &path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void write_text(const std::string &path, const std::string &text) {
    std::ofstream file(path);
    file << text;
}

namespace {

int open_listener() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(fd >= 0, "socket");
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(kAgentPort);
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    require(bind(fd, reinterpret_cast<sockaddr *>(&address), sizeof(address)) == 0, "bind");
    require(listen(fd, 64) == 0, "listen");
    return fd;
}

[[noreturn]] void serve(int listener) {
    for (;;) {
        while (waitpid(-1, nullptr, WNOHANG) > 0)
            continue;  // orphans of any command become our children
        const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0)
            continue;  // a child ended, or the peer gave up
        const pid_t child = fork();
        if (child == 0) {
            close(listener);
            signal(SIGCHLD, SIG_DFL);
            serve_session(connection);
            _exit(0);
        }
        close(connection);
    }
}

// SIGCHLD must interrupt accept4(), so that zombies do not wait for the next connection.
void on_child(int) {}

[[noreturn]] void power_off() {
    sync();
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}

}  // namespace
}  // namespace sheen::vm::agent

int main() {
    using namespace sheen::vm;
    using namespace sheen::vm::agent;

    try {
        mount_early();
        const BootConfig config = read_boot_config();
        if (config.probe) {
            say(kProbeMark);
            power_off();
        }
        load_modules();
        enter_root(config);
        set_up_node(config);
        struct sigaction action {};
        action.sa_handler = on_child;
        sigaction(SIGCHLD, &action, nullptr);
        signal(SIGPIPE, SIG_IGN);
        const int listener = open_listener();
        say(kReadyMark);
        serve(listener);
    } catch (const std::exception &error) {
        say(std::string(kFailedMark) + " " + error.what());
        power_off();
    }
}
