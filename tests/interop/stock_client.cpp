// SPDX-License-Identifier: GPL-2.0
#include "stock_client.h"

#include <cstdlib>

#include "error.h"
#include "files.h"

namespace sheen::vm {
namespace {

// Modules in updates/ come before those in extra/, and those of ours that have other names go. The tools find the
// libraries of their own; nothing else on the node does.
constexpr char kInstall[] = R"sh(
set -e
modules=/lib/modules/$(uname -r)
rm -f $modules/extra/*.ko
mkdir -p $modules/updates
ln -s /share/modules/*.ko $modules/updates/
depmod -a
echo 'options lnet networks="tcp(eth0)"' > /etc/modprobe.d/stock.conf
for tool in /share/sbin/* /share/bin/*; do
    link=/usr/${tool#/share/}
    rm -f $link
    printf '#!/bin/sh\nLD_LIBRARY_PATH=/share/lib exec %s "$@"\n' $tool > $link
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

fs::path stock_client_folder() {
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

void install_stock_client(Node &node) {
    node.must(kInstall);
}

void unload_stock_client(Node &node) {
    node.must(kUnload);
}

}  // namespace sheen::vm
