// SPDX-License-Identifier: GPL-2.0
#include "tests/checker/posix_actor.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <set>

namespace checker {

namespace {

constexpr size_t kPage = 4096;
constexpr size_t kMapped = 2 * 1024 * 1024;
constexpr char kAttribute[] = "user.tag";

sigjmp_buf after_fault;

void Fault(int) {
    siglongjmp(after_fault, 1);
}

int64_t Now() {
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

// Memory that begins some bytes behind an aligned address.
class Memory {
public:
    Memory(size_t length, size_t shift) : shift_(shift) {
        void *memory;
        if (posix_memalign(&memory, kPage, length + shift + 1))
            std::abort();
        memory_.reset(static_cast<char *>(memory));
    }
    char *get() { return memory_.get() + shift_; }

private:
    struct Free {
        void operator()(char *memory) const { free(memory); }
    };
    std::unique_ptr<char, Free> memory_;
    const size_t shift_;
};

void Check(long rc, Result *r) {
    r->error = rc < 0 ? errno : 0;
}

char *MapFile(int fd) {
    void *at = mmap(nullptr, kMapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return at == MAP_FAILED ? nullptr : static_cast<char *>(at);
}

// One word goes by one instruction, so that nobody sees half of it.
void CopyWords(char *to, const char *from, size_t length) {
    if (length == kWord && !(reinterpret_cast<uintptr_t>(to) % kWord) && !(reinterpret_cast<uintptr_t>(from) % kWord))
        *reinterpret_cast<volatile uint64_t *>(to) = *reinterpret_cast<const volatile uint64_t *>(from);
    else
        memcpy(to, from, length);
}

void TakeStat(const struct stat &st, Result *r) {
    r->type = S_ISREG(st.st_mode) ? 'f' : S_ISDIR(st.st_mode) ? 'd' : S_ISLNK(st.st_mode) ? 'l' : '?';
    r->mode = st.st_mode & 07777;
    r->nlink = st.st_nlink;
    r->size = st.st_size;
    r->number = st.st_ino;
    r->mtime = st.st_mtim.tv_sec * 1'000'000'000LL + st.st_mtim.tv_nsec;
}

}  // namespace

PosixActor::PosixActor(std::string root) : root_(std::move(root)) {
    struct sigaction action {};

    umask(022);
    action.sa_handler = Fault;
    action.sa_flags = SA_NODEFER;
    sigaction(SIGBUS, &action, nullptr);
    const std::string counter = root_ + "/" + kCounterFile;
    counter_ = open(counter.c_str(), O_RDWR);
    counter_direct_ = open(counter.c_str(), O_RDWR | O_DIRECT);
    if (counter_ >= 0)
        counter_map_ = MapFile(counter_);
}

PosixActor::~PosixActor() {
    for (const Slot &slot : slots_) {
        if (slot.map)
            munmap(slot.map, kMapped);
        if (slot.fd >= 0)
            close(slot.fd);
    }
    if (counter_map_)
        munmap(counter_map_, kMapped);
    for (const int fd : {counter_, counter_direct_}) {
        if (fd >= 0)
            close(fd);
    }
}

Result PosixActor::Do(const Op &op) {
    Result r;

    r.begin = Now();
    if (op.kind == Kind::kOpen)
        Open(op, &slots_[op.slot], &r);
    else if (op.kind == Kind::kBump)
        Bump(op, &r);
    else if (op.kind == Kind::kForget)
        Forget(&r);
    else if (op.kind >= Kind::kStat)
        OnPath(op, root_ + "/" + op.path, &r);
    else if (slots_[op.slot].fd < 0)
        r.error = EBADF;
    else
        OnSlot(op, &slots_[op.slot], &r);
    r.end = Now();
    return r;
}

// ---- open files ----

void PosixActor::Open(const Op &op, Slot *slot, Result *r) {
    int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC;

    if (slot->fd >= 0) {
        r->error = EBUSY;
        return;
    }
    flags |= op.flags & kCreate ? O_CREAT : 0;
    flags |= op.flags & kExclusive ? O_EXCL : 0;
    flags |= op.flags & kCutOff ? O_TRUNC : 0;
    flags |= op.flags & kAppend ? O_APPEND : 0;
    flags |= op.flags & kDirect ? O_DIRECT : 0;
    slot->fd = open((root_ + "/" + op.path).c_str(), flags, 0644);
    slot->append = op.flags & kAppend;
    Check(slot->fd, r);
}

void PosixActor::OnSlot(const Op &op, Slot *slot, Result *r) {
    struct stat st;

    switch (op.kind) {
        case Kind::kClose:
            if (slot->map)
                munmap(slot->map, kMapped);
            Check(close(slot->fd), r);
            *slot = Slot();
            break;
        case Kind::kRead:
            Read(op, *slot, r);
            break;
        case Kind::kWrite:
            Write(op, *slot, r);
            break;
        case Kind::kTruncate:
            Check(ftruncate(slot->fd, op.offset), r);
            break;
        case Kind::kClear:
            Clear(op, *slot, r);
            break;
        case Kind::kStatOpen:
            Check(fstat(slot->fd, &st), r);
            if (!r->error)
                TakeStat(st, r);
            break;
        case Kind::kSync:
            Check(fsync(slot->fd), r);
            break;
        case Kind::kFlock:
            Flock(op, *slot, r);
            break;
        case Kind::kLock:
        case Kind::kTestLock:
            RecordLock(op, *slot, r);
            break;
        default:
            Map(op, slot, r);
    }
}

void PosixActor::Read(const Op &op, const Slot &slot, Result *r) {
    Memory memory(op.length, op.flags);
    const ssize_t got = pread(slot.fd, memory.get(), op.length, op.offset);

    Check(got, r);
    if (got > 0)
        r->data.assign(memory.get(), got);
}

void PosixActor::Write(const Op &op, const Slot &slot, Result *r) {
    Memory memory(op.length, op.flags);

    memcpy(memory.get(), Pattern(op.tag, op.length).data(), op.length);
    const ssize_t done =
        slot.append ? write(slot.fd, memory.get(), op.length) : pwrite(slot.fd, memory.get(), op.length, op.offset);
    Check(done, r);
    r->value = done > 0 ? done : 0;
}

void PosixActor::Clear(const Op &op, const Slot &slot, Result *r) {
    const int keep = op.flags & kKeepSize ? FALLOC_FL_KEEP_SIZE : 0;

    Check(fallocate(slot.fd, op.flags & kHole ? FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE : FALLOC_FL_ZERO_RANGE | keep,
                    op.offset, op.length),
          r);
}

// EFAULT: the access was answered by SIGBUS.
void PosixActor::Map(const Op &op, Slot *slot, Result *r) {
    Memory memory(op.length, 0);
    char *const volatile words = memory.get();

    if (!slot->map)
        slot->map = MapFile(slot->fd);
    if (!slot->map) {
        r->error = errno;
        return;
    }
    char *const volatile at = slot->map + op.offset;
    memcpy(words, Pattern(op.tag, op.length).data(), op.length);
    if (sigsetjmp(after_fault, 1)) {
        r->error = EFAULT;
        return;
    }
    if (op.kind == Kind::kMapRead) {
        CopyWords(words, at, op.length);
        r->data.assign(words, op.length);
    } else {
        CopyWords(at, words, op.length);
        if (op.flags & kMapSync)
            Check(msync(slot->map, kMapped, MS_SYNC), r);
    }
}

void PosixActor::Flock(const Op &op, const Slot &slot, Result *r) {
    Check(flock(slot.fd, LOCK_UN), r);
    if (!r->error && op.flags != kUnlock)
        Check(flock(slot.fd, (op.flags == kAlone ? LOCK_EX : LOCK_SH) | LOCK_NB), r);
}

void PosixActor::RecordLock(const Op &op, const Slot &slot, Result *r) {
    struct flock lock {};

    lock.l_type = op.flags == kUnlock ? F_UNLCK : op.flags == kAlone ? F_WRLCK : F_RDLCK;
    lock.l_start = op.offset;
    lock.l_len = op.length;
    Check(fcntl(slot.fd, op.kind == Kind::kLock ? F_SETLK : F_GETLK, &lock), r);
    if (r->error == EACCES)
        r->error = EAGAIN;
    if (op.kind == Kind::kTestLock && !r->error && lock.l_type != F_UNLCK)
        r->data = LockText(lock.l_type == F_WRLCK, lock.l_start,
                           lock.l_len ? lock.l_start + lock.l_len - 1 : static_cast<uint64_t>(INT64_MAX));
}

// ---- names ----

void PosixActor::OnPath(const Op &op, const std::string &path, Result *r) {
    const std::string other = root_ + "/" + op.other;
    const timespec times[2] = {{0, UTIME_OMIT}, {static_cast<time_t>(op.offset), 0}};
    const std::string value = std::to_string(op.tag);
    struct stat st;
    char text[256];
    ssize_t got;

    switch (op.kind) {
        case Kind::kStat:
            Check(lstat(path.c_str(), &st), r);
            if (!r->error)
                TakeStat(st, r);
            break;
        case Kind::kTruncatePath:
            Check(truncate(path.c_str(), op.offset), r);
            break;
        case Kind::kChmod:
            Check(chmod(path.c_str(), op.flags), r);
            break;
        case Kind::kSetTime:
            Check(utimensat(AT_FDCWD, path.c_str(), times, 0), r);
            break;
        case Kind::kSetAttribute:
            Check(setxattr(path.c_str(), kAttribute, value.data(), value.size(), 0), r);
            break;
        case Kind::kGetAttribute:
        case Kind::kReadLink:
            got = op.kind == Kind::kReadLink ? readlink(path.c_str(), text, sizeof(text))
                                             : getxattr(path.c_str(), kAttribute, text, sizeof(text));
            Check(got, r);
            r->data.assign(text, got > 0 ? got : 0);
            break;
        case Kind::kLink:
            Check(link(path.c_str(), other.c_str()), r);
            break;
        case Kind::kUnlink:
            Check(unlink(path.c_str()), r);
            break;
        case Kind::kRename:
            Check(rename(path.c_str(), other.c_str()), r);
            break;
        case Kind::kMkdir:
            Check(mkdir(path.c_str(), 0755), r);
            break;
        case Kind::kRmdir:
            Check(rmdir(path.c_str()), r);
            break;
        case Kind::kSymlink:
            Check(symlink(op.other.c_str(), path.c_str()), r);
            break;
        default:
            List(path, r);
    }
}

void PosixActor::List(const std::string &path, Result *r) {
    std::multiset<std::string> names;
    DIR *dir = opendir(path.c_str());

    if (!dir) {
        r->error = errno;
        return;
    }
    errno = 0;
    while (const dirent *entry = readdir(dir)) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..")
            names.insert(name);
    }
    r->error = errno;
    closedir(dir);
    for (const std::string &name : names)
        r->data += name + "\n";
}

// ---- the rest ----

// Raises a number under a lock, waiting for it.
void PosixActor::Bump(const Op &op, Result *r) {
    const off_t at = op.slot * kCounterStep;
    struct flock lock {};
    volatile uint64_t *const word = reinterpret_cast<uint64_t *>(counter_map_ + at);
    const int fd = op.flags & kBumpDirect ? counter_direct_ : counter_;
    uint64_t number = 0;
    bool ok = true;

    lock.l_type = F_WRLCK;
    ok = op.flags & kBumpFlock ? !flock(counter_, LOCK_EX) : !fcntl(counter_, F_SETLKW, &lock);
    if (ok && op.flags & kBumpMap) {
        number = *word;
        *word = number + 1;
    } else if (ok) {
        ok = pread(fd, &number, sizeof(number), at) == sizeof(number);
        const uint64_t next = number + 1;
        ok = ok && pwrite(fd, &next, sizeof(next), at) == sizeof(next);
    }
    r->error = ok ? 0 : errno ? errno : EIO;
    r->value = number;
    lock.l_type = F_UNLCK;
    op.flags &kBumpFlock ? flock(counter_, LOCK_UN) : fcntl(counter_, F_SETLK, &lock);
}

// What the kernel has cached of files that nobody uses.
void PosixActor::Forget(Result *r) {
    const int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

    Check(fd < 0 ? -1 : write(fd, "3", 1), r);
    if (fd >= 0)
        close(fd);
}

}  // namespace checker
