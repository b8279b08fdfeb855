// SPDX-License-Identifier: GPL-2.0
// A real slapd with our schema, of which nothing stays behind.
#ifndef SHEEN_TESTS_UTILS_SLAPD_H
#define SHEEN_TESTS_UTILS_SLAPD_H

#include <sys/types.h>
#include <filesystem>
#include <string>

namespace sheen::test {

class Slapd {
public:
    /// Makes an empty directory to work in; there is no server yet.
    Slapd();
    ~Slapd();
    Slapd(const Slapd &) = delete;
    Slapd &operator=(const Slapd &) = delete;

    static bool Installed();

    /// Starts the server, for one suffix and with the password "secret", on a socket in the directory.  @more goes
    /// into its configuration.  Returns what is wrong, or "".
    std::string Start(const std::string &more = "sizelimit unlimited");
    void Stop();

    std::string url() const;
    std::string path(const std::string &name) const { return directory_ / name; }
    void Write(const std::string &name, const std::string &content, int mode = 0600) const;

private:
    std::filesystem::path directory_;
    pid_t pid_ = -1;
};

}  // namespace sheen::test

#endif
