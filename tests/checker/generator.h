// SPDX-License-Identifier: GPL-2.0
// Random operations that are likely to meet: few files, and offsets where pages, stripes and files end.
#ifndef SHEEN_TESTS_CHECKER_GENERATOR_H
#define SHEEN_TESTS_CHECKER_GENERATOR_H

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/checker/model.h"

namespace checker {

// What a driver can do.
struct Config {
    unsigned actors = 2;
    unsigned names = 3;        // in each of the two directories
    bool data_at_once = true;  // reads and writes that overlap in time see all or nothing of each other
    bool direct = true;
    bool holes = true;
    bool mapping = true;
    bool times = true;
    bool attributes = true;
    bool counters = true;
    bool one_lock_table = true;  // flock() and fcntl() locks stand in each other's way
    bool forget = true;
};

class Generator {
public:
    Generator(uint64_t seed, const Config &config) : config_(config), random_(seed) {}

    // @states: what the file system may be like now.
    Op One(const std::vector<Model> &states, unsigned actor);
    // Operations for all actors at once, most of them on the same file.
    Work Many(const std::vector<Model> &states, unsigned most);
    // Looks at everything, from one actor.
    std::vector<Op> Audit(const Model &state, unsigned actor);

    uint64_t Below(uint64_t n) { return random_() % n; }
    bool Chance(unsigned percent) { return Below(100) < percent; }

private:
    // What operations at the same time must not do to each other.
    struct Round {
        bool at_once = false;
        bool cuts = false;  // one of them truncates, so that none may use mappings,
        bool maps = false;  // or the other way round
        std::string hot;
        uint64_t hot_inode = 0;
    };

    Op Any(const std::vector<Model> &states, unsigned actor, Round *round);
    Kind AnyKind();
    void Fill(Op *op, const Model &state, unsigned actor, const Round &round);
    bool Fits(const Op &op, const std::vector<Model> &states, unsigned actor, Round *round);
    std::string Path(const Round &round);
    void Place(Op *op, const Model &state, unsigned actor);
    void Map(Op *op, const Model &state, unsigned actor, const Round &round);
    void FillOpen(Op *op, const Round &round);
    void FillLock(Op *op);
    uint64_t Offset(uint64_t size);
    uint64_t Length();

    const Config config_;
    std::mt19937_64 random_;
    uint64_t tag_ = 100;
};

}  // namespace checker

#endif
