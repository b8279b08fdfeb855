// SPDX-License-Identifier: GPL-2.0
// Configurations for tests, made by lmc's own commands.
#ifndef SHEEN_TESTS_UTILS_CLUSTER_H
#define SHEEN_TESTS_UTILS_CLUSTER_H

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "lib/config_db.h"
#include "lib/nid.h"
#include "lmc/editor.h"

namespace sheen::test {

/// One metadata server, two object storage servers, any number of clients.
inline const char *const kSmallCluster =
    "--add net --node md0 --nid md0 --nettype tcp\n"
    "--add net --node st0 --nid st0 --nettype tcp\n"
    "--add net --node st1 --nid st1 --nettype tcp\n"
    "--add net --node client --nid '*' --nettype tcp\n"
    "--add mds --node md0 --mds meta --fstype ext3 --dev /dev/sdb1\n"
    "--add lov --lov vol --mds meta --stripe_sz 1048576 --stripe_cnt 0 --stripe_pattern 0\n"
    "--add ost --node st0 --ost data0 --lov vol --fstype ext3 --dev /dev/sdb1\n"
    "--add ost --node st1 --ost data1 --lov vol --fstype ext3 --dev /dev/sdb1\n"
    "--add mtpt --node client --path /mnt/demo --mds meta --lov vol\n";

/// The same with a second home for each target: md1 for the metadata, and the other storage server.
inline const std::string kPairs = std::string(kSmallCluster) +
                                  "--add net --node md1 --nid md1 --nettype tcp\n"
                                  "--add mds --node md1 --mds meta --failover --fstype ext3 --dev /dev/sdb1\n"
                                  "--add ost --node st1 --ost data0 --failover --fstype ext3 --dev /dev/sdc1\n"
                                  "--add ost --node st0 --ost data1 --failover --fstype ext3 --dev /dev/sdc1\n";

/// Runs a batch; a failure is the caller's test's failure.
inline ConfigDb Build(const std::string &batch) {
    std::vector<std::string> notes;
    ConfigDb db;
    Result<> done = lmc::ApplyBatch(batch, &db, &notes);

    EXPECT_TRUE(done) << (done ? "" : done.error().what);
    return db;
}

/// What a batch fails with; "" when it does not.
inline std::string Failure(const std::string &batch) {
    std::vector<std::string> notes;
    ConfigDb db;
    Result<> done = lmc::ApplyBatch(batch, &db, &notes);

    return done ? "" : done.error().what;
}

/// md0 is 10.0.0.1, st0 is 10.0.0.2, st1 is 10.0.0.3, and nobody else is known.
inline Result<std::string> FakeResolver(const std::string &host) {
    const char *const hosts[] = {"md0", "st0", "st1"};

    for (int i = 0; i < 3; i++)
        if (host == hosts[i])
            return "10.0.0." + std::to_string(i + 1);
    return Error{EHOSTUNREACH, "host " + host + " is unknown", ""};
}

}  // namespace sheen::test

#endif
