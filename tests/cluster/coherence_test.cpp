// SPDX-License-Identifier: GPL-2.0
// Several clients work on the same few files and names at random; a model says what each of them has to see.
#include <cstdlib>

#include "posix_fixture.h"

namespace sheen::vm {
namespace {

using CoherenceTest = PosixFixture;

TEST_F(CoherenceTest, ClientsSeeOneFileSystem) {
    if (!std::getenv("SHEEN_CHECK_SECONDS"))
        GTEST_SKIP() << "has not run to its end yet, see docs/status.md; SHEEN_CHECK_SECONDS says for how long";
    start();
    for (const std::string &client : FileSystem::clients())
        files_->mount(client);
    check_coherence();
}

}  // namespace
}  // namespace sheen::vm
