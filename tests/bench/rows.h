/* SPDX-License-Identifier: GPL-2.0 */
// The rows of the benchmark. What each does stands in workloads.cpp, what is measured in docs/benchmarks.md.
#pragma once

#include <string>
#include <vector>

namespace sheen::bench {

enum class Unit { kMegabytes, kOperations };

struct Row {
    std::string name;   // as workloads.cpp and --filter know it
    std::string title;  // for people
    Unit unit = Unit::kOperations;
    bool warm = false;     // the client's caches are filled first
    bool changes = false;  // what it changes is written back by a sync, whose processor time belongs to the row
    int repeats = 1;       // for what is done too soon to be measured once
};

// How much the rows do. There are 1,000 names in the one directory, unless it is to be quick.
struct Amounts {
    int names = 1000;
    int mib = 64;      // of the big file
    int pages = 1000;  // of random I/O
    int passes = 20;   // over what is cached
    int files = 400;   // in the archive, at most
};
Amounts quick_amounts();  // for a first look
Amounts full_amounts();

const std::vector<Row> &all_rows();

// Those whose name a regular expression matches; all when it is empty. Throws when there are none.
std::vector<Row> choose_rows(const std::string &pattern);

}  // namespace sheen::bench
