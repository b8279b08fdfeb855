// SPDX-License-Identifier: GPL-2.0
// Operations on a file system and what came of them, as a driver carries them out and the model judges them.
#ifndef SHEEN_TESTS_CHECKER_OP_H
#define SHEEN_TESTS_CHECKER_OP_H

#include <cstdint>
#include <string>
#include <vector>

namespace checker {

constexpr unsigned kSlots = 3;              // open files of one actor
constexpr uint64_t kMaxSize = 300000;       // of a file
constexpr unsigned kWord = 8;               // bytes that a mapping reads or writes at once
constexpr unsigned kCounters = 2;           // numbers that are raised under locks
constexpr uint64_t kCounterStep = 66000;    // bytes between them
constexpr char kCounterFile[] = "counter";  // holds them

enum class Kind {
    kOpen,
    kClose,
    kRead,
    kWrite,
    kTruncate,
    kClear,
    kStatOpen,
    kSync,
    kMapRead,
    kMapWrite,
    kFlock,
    kLock,
    kTestLock,
    kStat,
    kTruncatePath,
    kChmod,
    kSetTime,
    kSetAttribute,
    kGetAttribute,
    kLink,
    kUnlink,
    kRename,
    kMkdir,
    kRmdir,
    kSymlink,
    kReadLink,
    kList,
    kBump,
    kForget,
    kCount
};

// kOpen
constexpr unsigned kCreate = 1, kExclusive = 2, kCutOff = 4, kAppend = 8, kDirect = 16;
// kClear: a hole (else zeros with space); zeros: the size stays (else it reaches their end)
constexpr unsigned kHole = 1, kKeepSize = 2;
// kFlock, kLock, kTestLock
constexpr unsigned kUnlock = 0, kShared = 1, kAlone = 2;
// kMapWrite
constexpr unsigned kMapSync = 1;
// kBump: which kind of lock (else fcntl), and how the number is read and written (else cached)
constexpr unsigned kBumpFlock = 1, kBumpDirect = 2, kBumpMap = 4;

struct Op {
    Kind kind = Kind::kForget;
    unsigned slot = 0;    // kBump: which number
    unsigned flags = 0;   // kRead, kWrite: how far behind an aligned address the memory begins; kChmod: the mode
    uint64_t offset = 0;  // kTruncate*: the size; kSetTime: seconds
    uint64_t length = 0;  // kLock: 0: to the end
    uint64_t tag = 0;     // of what is written; of no other operation
    std::string path = {};
    std::string other = {};  // kLink, kRename: the new name; kSymlink: the target

    bool operator==(const Op &) const = default;
};

struct Result {
    int error = 0;          // an errno
    uint64_t value = 0;     // bytes written; kBump: the number before
    std::string data = {};  // what was read; kList: names in order, each with a newline; kTestLock: LockText() or ""
    char type = 0;          // kStat*: 'f', 'd' or 'l', and:
    uint32_t mode = 0;      // permissions
    uint32_t nlink = 0;
    uint64_t size = 0;
    uint64_t number = 0;  // of the inode
    int64_t mtime = 0;    // nanoseconds
    int64_t begin = 0;    // the actor's clock before and after
    int64_t end = 0;

    bool operator==(const Result &) const = default;
};

// What each actor does, in its order, while the others do theirs.
using Work = std::vector<std::vector<Op>>;
using Results = std::vector<std::vector<Result>>;

std::string LockText(bool alone, uint64_t start, uint64_t end);

// What a write of @length bytes with a tag consists of: words that name the tag and their place in the write.
std::string Pattern(uint64_t tag, uint64_t length);
// Bytes for a reader of a report: runs of words of one tag, of zeros, and of what is neither.
std::string Describe(const std::string &data);

std::string Text(const Op &op);
std::string Text(const Op &op, const Result &result);

// One line each, without its end; a result's data follows it.
std::string Encode(const Op &op);
bool Decode(const std::string &line, Op *op);
std::string Encode(const Result &result);
bool Decode(const std::string &line, Result *result, uint64_t *data_length);

}  // namespace checker

#endif
