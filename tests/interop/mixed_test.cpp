// SPDX-License-Identifier: GPL-2.0
// A stock client (client1) and Sheen's (client2) use the same files at the same time.
#include "interop_fixture.h"

namespace sheen::vm {
namespace {

using MixedClientsTest = InteropTest;

TEST_F(MixedClientsTest, SeeEachOthersWorkAtOnce) {
    start_with({"client1"});
    check_two_kinds_of_clients();
    unmount_clients();
    unload_stock_client(node("client1"));
    files_->stop_servers();
}

}  // namespace
}  // namespace sheen::vm
