// SPDX-License-Identifier: GPL-2.0
#include "packages.h"

#include "error.h"
#include "process.h"

namespace sheen::vm {

namespace fs = std::filesystem;

namespace {

// Asks, and when there is no answer once more with a new list of what the archive has.
template <typename Question>
Output ask_twice(Question question) {
    Output answer = question();
    if (answer.status == 0 && !answer.text.empty())
        return answer;
    check({"apt-get", "-qq", "update"});
    return question();
}

}  // namespace

void install_packages(const std::vector<std::string> &packages) {
    Argv argv = {"env",     "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y", "-o", "DPkg::Lock::Timeout=300",
                 "install", "--no-install-recommends"};
    argv.insert(argv.end(), packages.begin(), packages.end());
    check(argv);
}

void unpack_package(const std::string &package, const fs::path &folder) {
    const fs::path download = folder / "download";
    fs::create_directories(download);
    const Output fetched = ask_twice([&] {
        Output answer =
            capture({"env", "-C", download, "apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", package});
        answer.text = fs::is_empty(download) ? "" : "downloaded";
        return answer;
    });
    if (fetched.status != 0)
        fail("cannot download {}: {}", package, last_lines(fetched.errors, 3));
    for (const auto &entry : fs::directory_iterator(download))
        check({"dpkg-deb", "-x", entry.path(), folder});
    fs::remove_all(download);
}

std::string describe_package(const std::string &package) {
    const Output shown = ask_twice([&] { return capture({"apt-cache", "show", "--no-all-versions", package}); });
    if (shown.status != 0 || shown.text.empty())
        fail("the package archive has no {}", package);
    return shown.text;
}

}  // namespace sheen::vm
