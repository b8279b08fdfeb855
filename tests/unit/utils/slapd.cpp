// SPDX-License-Identifier: GPL-2.0
#include "slapd.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "lib/directory.h"
#include "lib/strings.h"

namespace sheen::test {

namespace {

constexpr const char *kProgram = "/usr/sbin/slapd";
constexpr auto kPause = std::chrono::milliseconds(50);
constexpr int kTries = 400;

}  // namespace

Slapd::Slapd() {
    std::string pattern = std::filesystem::temp_directory_path() / "slapd-XXXXXX";

    directory_ = mkdtemp(pattern.data()) ? pattern : "";
    std::filesystem::create_directory(directory_ / "db");
    Write("password", "secret\n");
}

Slapd::~Slapd() {
    Stop();
    std::filesystem::remove_all(directory_);
}

bool Slapd::Installed() {
    return access(kProgram, X_OK) == 0;
}

std::string Slapd::url() const {
    std::string socket;

    for (char c : path("socket"))
        socket += c == '/' ? "%2F" : std::string(1, c);
    return "ldapi://" + socket;
}

void Slapd::Write(const std::string &name, const std::string &content, int mode) const {
    std::ofstream(path(name)) << content;
    chmod(path(name).c_str(), mode);
}

std::string Slapd::Start(const std::string &more) {
    Write("slapd.conf", fmt::format("modulepath /usr/lib/ldap\n"
                                    "moduleload back_mdb\n"
                                    "include {}/config/lustre.schema\n"
                                    "pidfile {}\n"
                                    "database mdb\n"
                                    "dbnosync\n"
                                    "suffix fs=lustre\n"
                                    "rootdn cn=Manager,fs=lustre\n"
                                    "rootpw secret\n"
                                    "directory {}\n"
                                    "index objectClass,uuid eq\n"
                                    "{}\n",
                                    SHEEN_SOURCE_DIR, path("pid"), path("db"), more));
    std::string log = path("log"), conf = path("slapd.conf"), where = url();
    pid_ = fork();
    if (pid_ == 0) {
        int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        dup2(out, STDOUT_FILENO);
        dup2(out, STDERR_FILENO);
        // It goes with this test, however that ends, and -d keeps it from becoming a daemon.
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl(kProgram, kProgram, "-d", "0", "-f", conf.c_str(), "-h", where.c_str(), nullptr);
        _exit(127);
    }
    for (int i = 0; i < kTries; i++) {
        if (Directory::Connect(where))
            return "";
        if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
            pid_ = -1;
            break;
        }
        std::this_thread::sleep_for(kPause);
    }
    Result<std::string> text = ReadFile(log);
    return "slapd does not start: " + (text ? *text : "");
}

void Slapd::Stop() {
    if (pid_ < 0)
        return;
    kill(pid_, SIGTERM);
    for (int i = 0; i < kTries; i++) {
        if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
            pid_ = -1;
            return;
        }
        std::this_thread::sleep_for(kPause);
    }
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

}  // namespace sheen::test
