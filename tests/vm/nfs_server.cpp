// SPDX-License-Identifier: GPL-2.0
#include "nfs_server.h"

#include <fmt/core.h>

namespace sheen::vm {
namespace {

// As <linux/nfsd/export.h> has them.
constexpr int kExportAsync = 0x10, kExportGathersWrites = 0x20, kExportNoSubtreeCheck = 0x400, kExportFsid = 0x2000;

/*
 * What rpc.nfsd does, without rpcbind and lockd, which version 4 needs not. Where the files of clients lie, the server
 * finds by itself; there are none, so the time for reclaiming locks is ended at once.
 */
constexpr char kStart[] = R"(set -e
modprobe nfsd
mountpoint -q /proc/fs/nfsd || mount -t nfsd nfsd /proc/fs/nfsd
mkdir -p /var/lib/nfs/v4recovery
echo -2 -3 +4 -4.0 +4.1 +4.2 > /proc/fs/nfsd/versions
echo 1048576 > /proc/fs/nfsd/max_block_size
echo tcp 2049 > /proc/fs/nfsd/portlist
echo 8 > /proc/fs/nfsd/threads
echo Y > /proc/fs/nfsd/v4_end_grace
)";

/*
 * What mountd answers when the kernel asks it who a client is, which exports it sees, and which of them is number 0,
 * the root. The answers hold until 2038, so that nobody needs to be asked.
 */
constexpr char kExport[] = R"(set -e
cd /proc/net/rpc
echo nfsd {0} 2147483647 clients > auth.unix.ip/channel
echo clients {1} 2147483647 {2} 65534 65534 0 > nfsd.export/channel
echo 'clients 1 \x00000000 2147483647 {1}' > nfsd.fh/channel
)";

}  // namespace

void NfsServer::start(const std::string &server_address, const std::string &client_address) {
    server_address_ = server_address;
    client_address_ = client_address;
    server_.must(kStart);
    client_.must("modprobe nfsv4");
}

void NfsServer::export_folder(const std::string &folder, Promise promise) {
    const int flags =
        kExportFsid | kExportNoSubtreeCheck | (promise == Promise::kSync ? kExportGathersWrites : kExportAsync);
    server_.must(fmt::format(kExport, client_address_, folder, flags));
}

void NfsServer::mount(const std::string &mount_point) {
    // mount.nfs would look the address up; the kernel takes it as an option.
    client_.must(fmt::format("mkdir -p {0} && mount -i -t nfs4 -o vers=4.2,sec=sys,addr={1},clientaddr={2} {1}:/ {0}",
                             mount_point, server_address_, client_address_));
}

void NfsServer::stop() {
    // Without threads the server forgets its clients; the tables of exports hold the folder until they are flushed.
    server_.must(
        "echo 0 > /proc/fs/nfsd/threads; for t in auth.unix.ip nfsd.export nfsd.fh; do "
        "echo 2147483647 > /proc/net/rpc/$t/flush; done");
}

}  // namespace sheen::vm
