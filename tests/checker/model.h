// SPDX-License-Identifier: GPL-2.0
// A file system as it ought to be, in memory. It is asked whether an operation may have had a result, and goes on as
// if.
#ifndef SHEEN_TESTS_CHECKER_MODEL_H
#define SHEEN_TESTS_CHECKER_MODEL_H

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/checker/content.h"
#include "tests/checker/op.h"

namespace checker {

// In what file systems that are right may differ.
struct Rules {
    bool one_lock_table = true;           // flock() and fcntl() locks stand in each other's way
    bool times = true;                    // those of files are looked at
    int64_t clock_slack = 3'000'000'000;  // of two nodes, and of times in whole seconds; nanoseconds
};

struct Lock {
    uint64_t owner;
    bool alone;
    uint64_t start, end;

    bool operator==(const Lock &) const = default;
};

// A time that is known to lie between two others.
struct Span {
    int64_t low = 0, high = 0;

    bool operator==(const Span &) const = default;
};

struct Inode {
    char type = 'f';
    uint32_t mode = 0;
    uint32_t nlink = 1;
    uint64_t number = 0;     // as programs see it; 0: nobody has looked yet
    uint64_t attribute = 0;  // value of the one that is used; 0: there is none
    Content data;
    std::string target;
    Span mtime;
    std::map<std::string, uint64_t> names;
    std::vector<Lock> locks;

    bool operator==(const Inode &) const = default;
};

// An operation of another actor that may be under way.
struct Peer {
    unsigned actor;
    const Op *op;
};

class Model {
public:
    struct Slot {
        uint64_t inode = 0;  // 0: closed
        unsigned flags = 0;

        bool operator==(const Slot &) const = default;
    };

    // With two empty directories, d0 and d1.
    Model(unsigned actors, const Rules &rules);

    // Operations that change or look at several things do so one after the other, while others do theirs.
    static unsigned Phases(const Op &op);
    // Goes on by one phase. False: not with this result, and the model is of no use any more.
    bool Step(unsigned actor, unsigned phase, const Op &op, const Result &result, const std::vector<Peer> &peers,
              std::string *why);

    const Slot &slot(unsigned actor, unsigned index) const { return actors_[actor].slots[index]; }
    // 0: there is no such name.
    uint64_t Find(const std::string &path) const;
    const Inode *inode(uint64_t id) const;
    const std::map<uint64_t, std::shared_ptr<const Inode>> &inodes() const { return inodes_; }
    bool LockedBy(unsigned actor, unsigned slot) const;
    bool operator==(const Model &other) const;

private:
    struct Actor {
        std::array<Slot, kSlots> slots;
        uint64_t found = 0;  // between two phases

        bool operator==(const Actor &) const = default;
    };
    struct Call {
        unsigned actor, phase;
        const Op &op;
        const Result &result;
        const std::vector<Peer> &peers;
        std::string *why;

        bool Error(int error) const;
        bool No(const std::string &text) const;
        bool Last() const { return phase + 1 == Phases(op); }
    };

    Slot &SlotOf(const Call &c) { return actors_[c.actor].slots[c.op.slot]; }
    Inode &Change(uint64_t id);
    uint64_t Add(const Call &c, char type, uint32_t mode);
    void Enter(const std::string &path, uint64_t id);
    uint64_t Remove(const std::string &path);
    void Drop(uint64_t id);
    void Collect();
    Span Now(const Call &c) const;
    void Touch(const Call &c, Inode *inode, bool surely) const;

    bool OnSlot(const Call &c);
    bool OnPath(const Call &c);
    bool Open(const Call &c);
    bool Close(const Call &c);
    bool Read(const Call &c);
    bool Write(const Call &c);
    bool Map(const Call &c);
    bool CutOff(const Call &c, uint64_t id, uint64_t size);
    bool Clear(const Call &c, uint64_t id);
    bool Attributes(const Call &c, uint64_t id);
    bool Size(const Call &c, uint64_t id);
    bool Flock(const Call &c);
    bool RecordLock(const Call &c);
    bool TestLock(const Call &c);
    bool Find(const Call &c);
    bool Found(const Call &c, uint64_t id);
    bool Link(const Call &c, uint64_t id);
    bool Unlink(const Call &c);
    bool Rename(const Call &c);
    bool Make(const Call &c);
    bool ReadLink(const Call &c);
    bool List(const Call &c);
    bool Bump(const Call &c);

    bool Conflict(const Lock &lock, const Lock &wish) const;
    bool Conflicts(const Inode &inode, const Lock &wish) const;
    static void Unlock(Inode *inode, uint64_t owner, uint64_t start, uint64_t end);
    bool Sizes(const Call &c, uint64_t id, uint64_t *low, uint64_t *high) const;

    Rules rules_;
    std::map<uint64_t, std::shared_ptr<const Inode>> inodes_;
    std::map<std::string, uint64_t> roots_;
    std::vector<Actor> actors_;
    std::array<uint64_t, kCounters> counters_ = {};
};

}  // namespace checker

#endif
