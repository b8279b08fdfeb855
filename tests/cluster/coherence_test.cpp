// SPDX-License-Identifier: GPL-2.0
// Several clients work on the same few files and names at random; a model says what each of them has to see.
#include "posix_fixture.h"

namespace sheen::vm {
namespace {

using CoherenceTest = PosixFixture;

TEST_F(CoherenceTest, ClientsSeeOneFileSystem) {
    start();
    for (const std::string &client : FileSystem::clients())
        files_->mount(client);
    check_coherence();
}

}  // namespace
}  // namespace sheen::vm
