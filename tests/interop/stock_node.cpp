// SPDX-License-Identifier: GPL-2.0
#include "stock_node.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "error.h"
#include "files.h"

namespace sheen::vm {
namespace {

constexpr auto kServerStartLimit = std::chrono::minutes(5);

// Of the folder $from. Modules in updates/ come before those in extra/, and those of ours that have other names go. The
// tools find the libraries of their own; nothing else on the node does.
constexpr char kInstall[] = R"sh(
set -e
modules=/lib/modules/$(uname -r)
rm -f $modules/extra/*.ko
mkdir -p $modules/updates /etc/modprobe.d
ln -s $from/modules/*.ko $modules/updates/
depmod -a
echo 'options lnet networks="tcp(eth0)"' > /etc/modprobe.d/stock.conf
for tool in $from/sbin/* $from/bin/*; do
    link=/usr/${tool#$from/}
    rm -f $link
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%s/lib exec %s "$@"\n' $from $tool > $link
    chmod 755 $link
done
modprobe -a ksocklnd mgc lustre
)sh";

// Each pass takes those that nobody uses any more.
constexpr char kUnload[] = R"sh(
lctl network unconfigure > /dev/null 2>&1
while :; do
    removed=
    left=
    for file in /share/modules/*.ko; do
        name=$(basename $file .ko)
        [ -d /sys/module/$name ] || continue
        if rmmod $name 2> /dev/null; then removed=1; else left="$left $name"; fi
    done
    [ -n "$left" ] || exit 0
    [ -n "$removed" ] || break
done
echo "still loaded:$left" >&2
exit 1
)sh";

}  // namespace

fs::path stock_folder() {
    const char *name = std::getenv("SHEEN_ORACLE");
    if (!name || !*name)
        return {};
    const fs::path folder = name;
    for (const char *needed : {"modules/lustre.ko", "sbin/mount.lustre", "sbin/lctl", "bin/lfs"}) {
        if (!fs::exists(folder / needed))
            fail("--oracle {}: there is no {} in it; docs/interop.md says what it holds", folder.string(), needed);
    }
    return folder;
}

bool have_stock_servers() {
    const fs::path folder = stock_folder();
    return !folder.empty() && fs::exists(folder / "server/start");
}

void install_stock_client(Node &node) {
    node.must(std::string("from=/share\n") + kInstall);
}

void start_stock_servers(Node &node, const std::string &fsname) {
    node.must(std::string("from=/share/server\n") + kInstall);
    RunOptions options;
    options.timeout = kServerStartLimit;
    node.must("sh /share/server/start " + fsname, options);
}

std::string stock_version(Node &node) {
    return node.must("lctl get_param -n version | sed 's/^.*: //'");
}

void unload_stock_client(Node &node) {
    node.must(kUnload);
}

}  // namespace sheen::vm
