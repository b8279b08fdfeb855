// SPDX-License-Identifier: GPL-2.0
// An actor that makes system calls, in a folder. fcntl() locks are a process's: each actor needs one of its own.
#ifndef SHEEN_TESTS_CHECKER_POSIX_ACTOR_H
#define SHEEN_TESTS_CHECKER_POSIX_ACTOR_H

#include <array>
#include <string>

#include "tests/checker/op.h"

namespace checker {

class PosixActor {
public:
    explicit PosixActor(std::string root);
    ~PosixActor();
    PosixActor(const PosixActor &) = delete;
    PosixActor &operator=(const PosixActor &) = delete;

    Result Do(const Op &op);

private:
    struct Slot {
        int fd = -1;
        bool append = false;
        char *map = nullptr;
    };

    void OnSlot(const Op &op, Slot *slot, Result *r);
    void OnPath(const Op &op, const std::string &path, Result *r);
    void Open(const Op &op, Slot *slot, Result *r);
    void Read(const Op &op, const Slot &slot, Result *r);
    void Write(const Op &op, const Slot &slot, Result *r);
    void Clear(const Op &op, const Slot &slot, Result *r);
    void Map(const Op &op, Slot *slot, Result *r);
    void Flock(const Op &op, const Slot &slot, Result *r);
    void RecordLock(const Op &op, const Slot &slot, Result *r);
    void List(const std::string &path, Result *r);
    void Bump(const Op &op, Result *r);
    void Forget(Result *r);

    const std::string root_;
    std::array<Slot, kSlots> slots_;
    int counter_ = -1, counter_direct_ = -1;
    char *counter_map_ = nullptr;
};

}  // namespace checker

#endif
