// SPDX-License-Identifier: GPL-2.0
// A run of the checker: random operations by all actors, one at a time and at once, each result judged by the model.
#ifndef SHEEN_TESTS_CHECKER_SESSION_H
#define SHEEN_TESTS_CHECKER_SESSION_H

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "tests/checker/generator.h"

namespace checker {

// Carries operations out on a file system with two empty directories, d0 and d1, and a file "counter" full of zeros.
class Driver {
public:
    virtual ~Driver() = default;
    // All actors at once; returns when all are through. May throw.
    virtual Results Run(const Work &work) = 0;
};

struct Options {
    uint64_t seed = 1;
    Config config;
    Rules rules;
    unsigned at_once_percent = 50;       // of the rounds
    unsigned at_once_most = 3;           // operations of each actor in such a round
    std::function<bool(unsigned)> more;  // whether there is to be another round after so many
};

class Session {
public:
    Session(Driver *driver, const Options &options);

    // False: report() says what was wrong, and how to see it again.
    bool Run();
    const std::string &report() const { return report_; }
    uint64_t operations() const { return operations_; }

private:
    bool Do(const Work &work);
    bool Alone(unsigned actor, const Op &op);
    bool Audit();
    void Complain(const Work &work, const Results &results, const std::string &why);

    Driver *const driver_;
    const Options options_;
    Generator generator_;
    std::vector<Model> states_;
    unsigned round_ = 0;
    uint64_t operations_ = 0;
    std::deque<std::string> history_;
    std::string report_;
};

}  // namespace checker

#endif
