// SPDX-License-Identifier: GPL-2.0
// Runs on a node: system calls in the order given on the command line, one result each.
//
//   posix_probe open 0 file rw,creat , lockw 0 w 0 10 , read 0 0 16
//
// Steps are separated by a lone comma. The first argument of most is a slot that an open has filled. A step prints its
// name and its result, or the name of the error.
#include <dirent.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace {

using Words = std::vector<std::string>;

constexpr size_t kAlign = 4096;
int slots[16];

long number(const Words &w, size_t i) {
    return i < w.size() ? std::strtol(w[i].c_str(), nullptr, 0) : 0;
}

int slot(const Words &w) {
    return slots[number(w, 1) & 15];
}

std::string done(long rc) {
    if (rc < 0)
        return strerrorname_np(errno);
    return std::to_string(rc);
}

std::string open_step(const Words &w) {
    static const std::map<std::string, int> known = {{"r", O_RDONLY},      {"w", O_WRONLY},      {"rw", O_RDWR},
                                                     {"creat", O_CREAT},   {"excl", O_EXCL},     {"trunc", O_TRUNC},
                                                     {"append", O_APPEND}, {"direct", O_DIRECT}, {"tmp", O_TMPFILE},
                                                     {"sync", O_SYNC},     {"dsync", O_DSYNC},   {"dir", O_DIRECTORY}};
    int flags = 0;
    size_t at = 0;
    while (at < w[3].size()) {
        const size_t end = std::min(w[3].find('+', at), w[3].size());
        flags |= known.at(w[3].substr(at, end - at));
        at = end + 1;
    }
    const int fd = open(w[2].c_str(), flags, 0666);
    slots[number(w, 1) & 15] = fd;
    return fd < 0 ? done(fd) : "ok";
}

// NAME SLOT r|w|u START LENGTH
std::string lock_step(const Words &w, int command) {
    struct flock fl {};
    fl.l_type = w[2] == "r" ? F_RDLCK : w[2] == "w" ? F_WRLCK : F_UNLCK;
    fl.l_start = number(w, 3);
    fl.l_len = number(w, 4);
    const int rc = fcntl(slot(w), command, &fl);
    if (rc < 0 || (command != F_GETLK && command != F_OFD_GETLK))
        return done(rc);
    if (fl.l_type == F_UNLCK)
        return "free";
    return std::string(fl.l_type == F_RDLCK ? "read " : "write ") + std::to_string(fl.l_start) + " " +
           std::to_string(fl.l_len) +
           (fl.l_pid == -1 ? " ofd"
            : fl.l_pid > 0 ? " pid"
                           : " nobody");
}

std::string flock_step(const Words &w) {
    static const std::map<std::string, int> known = {
        {"sh", LOCK_SH}, {"ex", LOCK_EX}, {"un", LOCK_UN}, {"trysh", LOCK_SH | LOCK_NB}, {"tryex", LOCK_EX | LOCK_NB}};
    return done(flock(slot(w), known.at(w[2])));
}

// Memory that starts @shift bytes behind an aligned address.
char *buffer(size_t len, size_t shift) {
    void *memory = nullptr;
    if (posix_memalign(&memory, kAlign, len + kAlign))
        std::abort();
    return static_cast<char *>(memory) + shift;
}

// write SLOT OFFSET LENGTH BYTE [SHIFT]; OFFSET -1: where the file stands
std::string write_step(const Words &w) {
    const size_t len = number(w, 3);
    char *data = buffer(len, number(w, 5));
    std::memset(data, static_cast<int>(number(w, 4)), len);
    const long off = number(w, 2);
    return done(off < 0 ? write(slot(w), data, len) : pwrite(slot(w), data, len, off));
}

// read SLOT OFFSET LENGTH [SHIFT]: runs of equal bytes, as "3x61 5x00"
std::string read_step(const Words &w) {
    const size_t len = number(w, 3);
    char *data = buffer(len, number(w, 4));
    const ssize_t rc = pread(slot(w), data, len, number(w, 2));
    if (rc < 0)
        return done(rc);
    std::string text = rc ? "" : "end";
    for (ssize_t i = 0; i < rc;) {
        ssize_t j = i;
        while (j < rc && data[j] == data[i])
            j++;
        char run[40];
        std::snprintf(run, sizeof(run), "%s%zdx%02x", i ? " " : "", j - i, static_cast<unsigned char>(data[i]));
        text += run;
        i = j;
    }
    return text;
}

// NAME SLOT START STEP LENGTH COUNT: what "number" has written, eight bytes at each place that say where they are, is
// there. The number of places that are right.
std::string steps_step(const Words &w) {
    const size_t len = number(w, 4);
    std::vector<char> data(len);
    long right = 0;

    for (long i = 0; i < number(w, 5); i++) {
        const off_t at = number(w, 2) + i * number(w, 3);
        if (pread(slot(w), data.data(), len, at) != static_cast<ssize_t>(len))
            return done(-1);
        bool same = true;
        for (size_t in = 0; in + sizeof(off_t) <= len; in += sizeof(off_t)) {
            off_t told;
            std::memcpy(&told, &data[in], sizeof(told));
            same = same && told == at + static_cast<off_t>(in);
        }
        right += same;
    }
    return std::to_string(right);
}

// NAME SLOT LENGTH: each eight bytes of a file say where they are.
std::string number_step(const Words &w) {
    std::vector<off_t> data(1 << 16);
    const size_t bytes = data.size() * sizeof(off_t);

    for (off_t at = 0; at < number(w, 2); at += bytes) {
        for (size_t i = 0; i < data.size(); i++)
            data[i] = at + i * sizeof(off_t);
        if (pwrite(slot(w), data.data(), bytes, at) != static_cast<ssize_t>(bytes))
            return done(-1);
    }
    return "ok";
}

std::string seek_step(const Words &w) {
    return done(lseek(slot(w), number(w, 3), w[2] == "data" ? SEEK_DATA : SEEK_HOLE));
}

std::string fallocate_step(const Words &w) {
    return done(fallocate(slot(w), static_cast<int>(number(w, 2)), number(w, 3), number(w, 4)));
}

// copy FROM OFFSET TO OFFSET LENGTH: by copy_file_range
std::string copy_step(const Words &w) {
    loff_t from = number(w, 2), to = number(w, 4);
    return done(copy_file_range(slot(w), &from, slots[number(w, 3) & 15], &to, number(w, 5), 0));
}

// extents SLOT [OFFSET LENGTH]: where data and space are, as "0+65536 131072+4096u last"
std::string extents_step(const Words &w) {
    constexpr unsigned kRoom = 64;
    std::vector<uint64_t> memory((sizeof(struct fiemap) + kRoom * sizeof(fiemap_extent)) / sizeof(uint64_t) + 1);
    auto *fm = reinterpret_cast<struct fiemap *>(memory.data());
    fm->fm_start = number(w, 2);
    fm->fm_length = w.size() > 3 ? number(w, 3) : FIEMAP_MAX_OFFSET;
    fm->fm_flags = FIEMAP_FLAG_SYNC;
    fm->fm_extent_count = kRoom;
    if (ioctl(slot(w), FS_IOC_FIEMAP, fm))
        return done(-1);
    std::string text = fm->fm_mapped_extents ? "" : "none";
    for (unsigned i = 0; i < fm->fm_mapped_extents; i++) {
        const fiemap_extent &e = fm->fm_extents[i];
        text += (i ? " " : "") + std::to_string(e.fe_logical) + "+" + std::to_string(e.fe_length) +
                (e.fe_flags & FIEMAP_EXTENT_UNWRITTEN ? "u" : "") + (e.fe_flags & FIEMAP_EXTENT_LAST ? " last" : "");
    }
    return text;
}

char *map(int fd, long off) {
    void *at = mmap(nullptr, kAlign, PROT_READ | PROT_WRITE, MAP_SHARED, fd, off & ~(kAlign - 1));
    return at == MAP_FAILED ? nullptr : static_cast<char *>(at) + (off & (kAlign - 1));
}

// mapped SLOT OFFSET [BYTE]: reads through a mapping that stays, after storing BYTE
std::string mapped_step(const Words &w) {
    static std::map<std::pair<int, long>, char *> maps;
    char *&at = maps[{slot(w), number(w, 2)}];
    if (!at)
        at = map(slot(w), number(w, 2));
    if (!at)
        return done(-1);
    if (w.size() > 3)
        *static_cast<volatile char *>(at) = static_cast<char>(number(w, 3));
    char text[8];
    std::snprintf(text, sizeof(text), "%02x", static_cast<unsigned char>(*static_cast<volatile char *>(at)));
    return text;
}

// NAME SLOT OFFSET FILE PAGE: reads or writes a page of the slot's file from or to one of a mapping of another
template <typename Call>
std::string map_step(const Words &w, Call call) {
    char *page = map(slots[number(w, 3) & 15], number(w, 4) * static_cast<long>(kAlign));
    if (!page)
        return done(-1);
    const ssize_t rc = call(slot(w), page, kAlign, number(w, 2));
    std::string result = done(rc);
    munmap(page, kAlign);
    return result;
}

// Does something that often while another process stores to shared memory without a pause.
template <typename Act>
std::string beside_stores(volatile long *at, long count, Act act) {
    const pid_t child = fork();
    while (child == 0)
        *at = *at + 1;
    std::string result = "ok";
    for (long i = 0; i < count && result == "ok"; i++)
        if (act() < 0)
            result = done(-1) + " at " + std::to_string(i);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    return result;
}

// scribble SLOT COUNT: syncs the file while its first page changes by a mapping
std::string scribble_step(const Words &w) {
    char *page = map(slot(w), 0);
    return page ? beside_stores(reinterpret_cast<volatile long *>(page), number(w, 2), [&] { return fsync(slot(w)); })
                : done(-1);
}

// lend SLOT COUNT: writes 64 KiB at the start of the file while the memory changes
std::string lend_step(const Words &w) {
    constexpr size_t kLen = 65536;
    void *memory = mmap(nullptr, kLen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? done(-1) : beside_stores(static_cast<volatile long *>(memory), number(w, 2), [&] {
        return pwrite(slot(w), memory, kLen, 0);
    });
}

std::string alarm_step(const Words &w) {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, nullptr);
    return done(alarm(static_cast<unsigned>(number(w, 1))));
}

// Until a file is there, 20 s at most.
std::string wait_step(const Words &w) {
    for (int i = 0; i < 400; ++i) {
        if (!access(w[1].c_str(), F_OK))
            return "ok";
        usleep(50000);
    }
    return "late";
}

std::string note_step(const Words &w) {
    const int fd = open(w[1].c_str(), O_CREAT | O_WRONLY, 0666);
    if (fd >= 0)
        close(fd);
    return done(fd < 0 ? -1 : 0);
}

// fill FOLDER COUNT: empty files 0, 1, ...
std::string fill_step(const Words &w) {
    for (long i = 0; i < number(w, 2); ++i) {
        const int fd = open((w[1] + "/" + std::to_string(i)).c_str(), O_CREAT | O_EXCL | O_WRONLY, 0666);
        if (fd < 0)
            return done(fd) + " at " + std::to_string(i);
        close(fd);
    }
    return "ok";
}

// links FOLDER FILES FIRST END: names FIRST to END - 1, of files of the folder whose names begin with FILES; each has
// as many names as ext4 lets it have
std::string links_step(const Words &w) {
    constexpr long kMost = 60000;
    const long first = number(w, 3);
    for (long i = first; i < number(w, 4); ++i) {
        const std::string file = w[1] + "/" + w[2] + std::to_string(i / kMost), name = w[1] + "/" + std::to_string(i);
        if (i == first || i % kMost == 0)
            close(open(file.c_str(), O_CREAT | O_WRONLY, 0666));
        const int rc = link(file.c_str(), name.c_str());
        if (rc < 0)
            return done(rc) + " at " + std::to_string(i);
    }
    return "ok";
}

// list FOLDER: how many names it has, and how many came twice
std::string list_step(const Words &w) {
    DIR *folder = opendir(w[1].c_str());
    if (!folder)
        return done(-1);
    std::set<std::string> names;
    long again = 0;
    errno = 0;
    while (const dirent *entry = readdir(folder)) {
        const std::string name = entry->d_name;
        if (name != "." && name != "..")
            again += !names.insert(name).second;
    }
    const int error = errno;
    closedir(folder);
    return error ? strerrorname_np(error)
                 : std::to_string(names.size()) + " names, " + std::to_string(again) + " again";
}

// A file handle that the step "handle" has got.
struct {
    file_handle head;
    unsigned char bytes[MAX_HANDLE_SZ];
} handle;

std::string handle_step(const Words &w) {
    int mount;
    handle.head.handle_bytes = sizeof(handle.bytes);
    return done(name_to_handle_at(AT_FDCWD, w[1].c_str(), &handle.head, &mount, 0));
}

// byhandle SLOT MOUNT
std::string byhandle_step(const Words &w) {
    const int mount = open(w[2].c_str(), O_RDONLY | O_DIRECTORY);
    const int fd = open_by_handle_at(mount, &handle.head, O_RDONLY);
    const std::string result = fd < 0 ? done(fd) : "ok";
    if (mount >= 0)
        close(mount);
    slots[number(w, 1) & 15] = fd;
    return result;
}

// cookies FOLDER [EACH]: every position, or every so manyth, that telldir() gave leads back to the entry after it,
// whatever came and went
std::string cookies_step(const Words &w) {
    DIR *folder = opendir(w[1].c_str());
    if (!folder)
        return done(-1);
    std::vector<std::pair<long, std::string>> places;
    const long each = w.size() > 2 ? number(w, 2) : 1;
    long wrong = 0;
    for (long i = 0;; ++i) {
        const long at = telldir(folder);
        const dirent *entry = readdir(folder);
        if (!entry)
            break;
        if (i % each == 0)
            places.emplace_back(at, entry->d_name);
    }
    const std::string extra = w[1] + "/between";
    close(open(extra.c_str(), O_CREAT | O_WRONLY, 0666));
    for (size_t i = places.size(); i-- > 0;) {
        seekdir(folder, places[i].first);
        const dirent *entry = readdir(folder);
        if (entry && entry->d_name == std::string("between"))
            entry = readdir(folder);
        wrong += !entry || entry->d_name != places[i].second;
    }
    closedir(folder);
    unlink(extra.c_str());
    return std::to_string(places.size()) + " places, " + std::to_string(wrong) + " wrong";
}

// ---- which times each call changes ----

struct Call {
    const char *name;
    std::function<long()> fn;
};

void write_to(const char *file, int flags, const char *text) {
    const int fd = open(file, O_WRONLY | flags, 0666);
    write(fd, text, strlen(text));
    close(fd);
}

long write_mapped(const char *file) {
    const int fd = open(file, O_RDWR);
    char *mem = static_cast<char *>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    mem[0] = 'm';
    const long rc = msync(mem, 4096, MS_SYNC);
    munmap(mem, 4096);
    close(fd);
    return rc;
}

long set_times(const char *file, long atime, long mtime) {
    const timespec times[2] = {{1000000000, atime}, {1000000000, mtime}};
    return utimensat(AT_FDCWD, file, times, 0);
}

long resize_open(const char *file, off_t size) {
    const int fd = open(file, O_RDWR);
    const long rc = ftruncate(fd, size);
    close(fd);
    return rc;
}

const Call calls[] = {
    {"write", [] { return write_to("f", 0, "text"), 0L; }},
    {"truncate", [] { return long{truncate("f", 2)}; }},
    {"ftruncate", [] { return resize_open("f", 5000); }},
    {"mmap", [] { return write_mapped("f"); }},
    {"open", [] { return close(open("f", O_RDWR)), 0L; }},
    {"trunc", [] { return write_to("f", O_TRUNC, ""), 0L; }},
    {"append", [] { return write_to("f", O_APPEND, "more"), 0L; }},
    {"chmod", [] { return long{chmod("f", 0640)}; }},
    {"chown", [] { return long{chown("f", 7, 7)}; }},
    {"touch", [] { return long{utimensat(AT_FDCWD, "f", nullptr, 0)}; }},
    {"atime", [] { return set_times("f", 5, UTIME_OMIT); }},
    {"mtime", [] { return set_times("f", UTIME_OMIT, 6); }},
    {"setxattr", [] { return long{setxattr("f", "trusted.x", "1", 1, 0)}; }},
    {"removexattr", [] { return long{removexattr("f", "trusted.x")}; }},
    {"link", [] { return long{link("f", "g")}; }},
    {"rename", [] { return long{rename("g", "h")}; }},
    {"move", [] { return long{rename("h", "sub/h")}; }},
    {"exchange", [] { return long{renameat2(AT_FDCWD, "f", AT_FDCWD, "sub/h2", RENAME_EXCHANGE)}; }},
    {"back", [] { return long{renameat2(AT_FDCWD, "f", AT_FDCWD, "sub/h2", RENAME_EXCHANGE)}; }},
    {"unlink", [] { return long{unlink("sub/h")}; }},
    {"create", [] { return write_to("n", O_CREAT, ""), 0L; }},
    {"mkdir", [] { return long{mkdir("sub/d", 0777)}; }},
    {"rmdir", [] { return long{rmdir("sub/d")}; }},
    {"symlink", [] { return long{symlink("f", "s")}; }},
    {"mknod", [] { return long{mknod("sub/p", S_IFIFO | 0600, 0)}; }},
    {"replace", [] { return long{rename("n", "s")}; }},
    {"chmod-folder", [] { return long{chmod("sub", 0700)}; }},
};

bool same(const timespec &a, const timespec &b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

std::string changed(const char *file, const struct stat &was) {
    struct stat now;
    if (stat(file, &now))
        return "";
    std::string text;
    text += same(was.st_atim, now.st_atim) ? "" : "a";
    text += same(was.st_mtim, now.st_mtim) ? "" : "m";
    text += same(was.st_ctim, now.st_ctim) ? "" : "c";
    return text.empty() ? "" : std::string(" ") + file + ":" + text;
}

// changes FOLDER: what each of the calls changes of a file, the directory and another one
std::string changes_step(const Words &w) {
    static const char *const files[] = {"f", ".", "sub"};
    std::string text;
    if (mkdir(w[1].c_str(), 0777) || chdir(w[1].c_str()) || mkdir("sub", 0777))
        return done(-1);
    write_to("f", O_CREAT, "first");
    write_to("sub/h2", O_CREAT, "");
    for (const Call &call : calls) {
        struct stat was[3];
        // The clock of files is not finer than a tick.
        usleep(50000);
        for (size_t i = 0; i < 3; ++i)
            stat(files[i], &was[i]);
        const long rc = call.fn();
        text += std::string("\n") + call.name + (rc < 0 ? " " + done(rc) : "");
        for (size_t i = 0; i < 3; ++i)
            text += changed(files[i], was[i]);
    }
    return text;
}

// What "lctl rpc_stats" says, by kind of server and request.
std::map<std::string, long> rpcs() {
    std::map<std::string, long> found;
    int ends[2];
    if (pipe(ends))
        return found;
    const pid_t pid = fork();
    if (!pid) {
        dup2(ends[1], STDOUT_FILENO);
        if (!chdir("/"))
            execlp("lctl", "lctl", "rpc_stats", static_cast<char *>(nullptr));
        _exit(127);
    }
    close(ends[1]);
    FILE *in = fdopen(ends[0], "r");
    char device[128], request[64];
    long sent, again;
    char line[512];
    while (fgets(line, sizeof(line), in))
        if (std::sscanf(line, "%127s %*s %*s %63s %ld %ld", device, request, &sent, &again) == 4)
            found[std::string(std::strstr(device, "-mdc")   ? "mdt."
                              : std::strstr(device, "-osc") ? "ost."
                                                            : "mgs.") +
                  request] += sent + again;
    std::fclose(in);
    waitpid(pid, nullptr, 0);
    return found;
}

// count: requests that this node has sent since the last count, but for those that nobody waits for
std::string count_step(const Words &) {
    static const std::set<std::string> own = {"OBD_PING", "LDLM_CANCEL", "OST_WRITE"};
    static std::map<std::string, long> before;
    const std::map<std::string, long> now = rpcs();
    std::string text;
    for (const auto &[name, nr] : now)
        if (nr != before[name] && !own.count(name.substr(4)) && name.compare(0, 4, "mgs."))
            text += (text.empty() ? "" : " ") + name + "=" + std::to_string(nr - before[name]);
    before = now;
    return text.empty() ? "nothing" : text;
}

std::string stat_step(const Words &w) {
    struct stat st;
    const int rc = stat(w[1].c_str(), &st);
    return rc ? done(rc) : std::to_string(st.st_size);
}

std::string getxattr_step(const Words &w) {
    char value[256];
    return done(getxattr(w[1].c_str(), w[2].c_str(), value, sizeof(value)));
}

std::string readlink_step(const Words &w) {
    char target[256];
    return done(readlink(w[1].c_str(), target, sizeof(target)));
}

std::string statfs_step(const Words &w) {
    struct statfs st;
    return done(statfs(w[1].c_str(), &st));
}

const std::map<std::string, std::function<std::string(const Words &)>> steps = {
    {"count", count_step},
    {"stat", stat_step},
    {"statfs", statfs_step},
    {"mkdir", [](const Words &w) { return done(mkdir(w[1].c_str(), 0777)); }},
    {"rmdir", [](const Words &w) { return done(rmdir(w[1].c_str())); }},
    {"unlink", [](const Words &w) { return done(unlink(w[1].c_str())); }},
    {"link", [](const Words &w) { return done(link(w[1].c_str(), w[2].c_str())); }},
    {"symlink", [](const Words &w) { return done(symlink(w[1].c_str(), w[2].c_str())); }},
    {"readlink", readlink_step},
    {"chmod", [](const Words &w) { return done(chmod(w[1].c_str(), static_cast<mode_t>(number(w, 2)))); }},
    {"chown", [](const Words &w) { return done(chown(w[1].c_str(), static_cast<uid_t>(number(w, 2)), -1)); }},
    {"touch", [](const Words &w) { return done(utimensat(AT_FDCWD, w[1].c_str(), nullptr, 0)); }},
    {"cut", [](const Words &w) { return done(truncate(w[1].c_str(), number(w, 2))); }},
    {"access", [](const Words &w) { return done(access(w[1].c_str(), R_OK)); }},
    {"setxattr",
     [](const Words &w) { return done(setxattr(w[1].c_str(), w[2].c_str(), w[3].data(), w[3].size(), 0)); }},
    {"getxattr", getxattr_step},
    {"handle", handle_step},
    {"byhandle", byhandle_step},
    {"cookies", cookies_step},
    {"changes", changes_step},
    {"open", open_step},
    {"close", [](const Words &w) { return done(close(slot(w))); }},
    {"lock", [](const Words &w) { return lock_step(w, F_SETLK); }},
    {"lockw", [](const Words &w) { return lock_step(w, F_SETLKW); }},
    {"getlk", [](const Words &w) { return lock_step(w, F_GETLK); }},
    {"ofdlock", [](const Words &w) { return lock_step(w, F_OFD_SETLK); }},
    {"ofdlockw", [](const Words &w) { return lock_step(w, F_OFD_SETLKW); }},
    {"ofdgetlk", [](const Words &w) { return lock_step(w, F_OFD_GETLK); }},
    {"flock", flock_step},
    {"write", write_step},
    {"read", read_step},
    {"steps", steps_step},
    {"number", number_step},
    {"seek", seek_step},
    {"fallocate", fallocate_step},
    {"copy", copy_step},
    {"extents", extents_step},
    {"datasync", [](const Words &w) { return done(fdatasync(slot(w))); }},
    {"rangesync", [](const Words &w) { return done(sync_file_range(slot(w), number(w, 2), number(w, 3), 7)); }},
    {"syncfs", [](const Words &w) { return done(syncfs(slot(w))); }},
    {"mapped", mapped_step},
    {"intomap", [](const Words &w) { return map_step(w, pread); }},
    {"frommap", [](const Words &w) { return map_step(w, pwrite); }},
    {"scribble", scribble_step},
    {"lend", lend_step},
    {"rename",
     [](const Words &w) { return done(renameat2(AT_FDCWD, w[1].c_str(), AT_FDCWD, w[2].c_str(), number(w, 3))); }},
    {"truncate", [](const Words &w) { return done(ftruncate(slot(w), number(w, 2))); }},
    {"fsync", [](const Words &w) { return done(fsync(slot(w))); }},
    {"alarm", alarm_step},
    {"fill", fill_step},
    {"links", links_step},
    {"list", list_step},
    {"wait", wait_step},
    {"note", note_step},
};

}  // namespace

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        Words words;
        for (; i < argc && std::strcmp(argv[i], ","); i++)
            words.emplace_back(argv[i]);
        const auto step = words.empty() ? steps.end() : steps.find(words[0]);
        if (step == steps.end()) {
            std::fprintf(stderr, "posix_probe: no such step: %s\n", words.empty() ? "" : words[0].c_str());
            return 2;
        }
        std::printf("%s %s\n", words[0].c_str(), step->second(words).c_str());
        std::fflush(stdout);
    }
    return 0;
}
