/* SPDX-License-Identifier: GPL-2.0 */
// What the rows of the benchmark do in a folder, whatever file system that is on. Runs on a node.
#pragma once

#include <map>
#include <memory>
#include <string>

namespace sheen::bench {

struct Sizes {
    long names = 0;   // in the one directory
    long mib = 0;     // of the big file
    long pages = 0;   // of 4 KiB, read or written at random places of it
    long passes = 0;  // over what is cached, which takes too little time otherwise
    long files = 0;   // in the archive
    std::string archive;
};

class Workload {
public:
    virtual ~Workload() = default;

    // Makes what the row works on, where that is missing. Not measured, nor is warm(), which brings into the
    // client's caches what the row is to find there.
    virtual void prepare() = 0;
    virtual void warm() {}

    // The row itself: how many names, operations or bytes it has dealt with. All throw std::exception.
    virtual double run() = 0;
};

using Workloads = std::map<std::string, std::unique_ptr<Workload>>;

// By the names of the rows, all working in one folder.
Workloads workloads(const std::string &folder, const Sizes &sizes);

}  // namespace sheen::bench
