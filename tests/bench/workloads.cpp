// SPDX-License-Identifier: GPL-2.0
#include "workloads.h"

#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <numeric>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

extern char **environ;

namespace sheen::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPage = 4096;
constexpr std::size_t kChunk = std::size_t(1) << 20;  // of sequential reads and writes
constexpr unsigned kSeed = 4711;                      // every run and every file system sees the same places

void require(bool ok, const std::string &what) {
    if (!ok)
        throw std::system_error(errno, std::generic_category(), what);
}

class OpenFile {
public:
    OpenFile(const std::string &path, int flags) : path_(path), fd_(open(path.c_str(), flags | O_CLOEXEC, 0644)) {
        require(fd_ >= 0, "open " + path);
    }
    ~OpenFile() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    OpenFile(const OpenFile &) = delete;
    OpenFile &operator=(const OpenFile &) = delete;

    // A place of -1: where the file stands.
    void write(const char *data, std::size_t size, off_t at = -1) {
        const ssize_t n = at < 0 ? ::write(fd_, data, size) : pwrite(fd_, data, size, at);
        check(n, size, "write ");
    }
    void read(char *data, std::size_t size, off_t at = -1) {
        const ssize_t n = at < 0 ? ::read(fd_, data, size) : pread(fd_, data, size, at);
        check(n, size, "read ");
    }
    void sync() { require(fsync(fd_) == 0, "fsync " + path_); }
    void close() { require(::close(std::exchange(fd_, -1)) == 0, "close " + path_); }

private:
    void check(ssize_t n, std::size_t size, const char *what) const {
        if (n >= 0 && static_cast<std::size_t>(n) != size)
            errno = EIO;
        require(n == static_cast<ssize_t>(size), what + path_);
    }

    std::string path_;
    int fd_;
};

// Bytes that no layer can shorten; aligned for direct I/O.
class Buffer {
public:
    explicit Buffer(std::size_t size) : data_(static_cast<char *>(std::aligned_alloc(kPage, size))) {
        require(data_ != nullptr, "memory");
        std::mt19937_64 random(kSeed);
        for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) {
            const std::uint64_t word = random();
            std::memcpy(data_ + at, &word, sizeof(word));
        }
    }
    ~Buffer() { std::free(data_); }
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;
    char *data() { return data_; }

private:
    char *data_;
};

// The one directory. Its files are named before or after the row that renames them all.
class Names {
public:
    Names(std::string folder, long count) : folder_(std::move(folder)), count_(count) {}

    const std::string &folder() const { return folder_; }
    long count() const { return count_; }
    std::string path(char kind, long i) const { return folder_ + "/" + kind + std::to_string(i); }

    void each(char kind, const std::function<void(const std::string &)> &act) const {
        for (long i = 0; i < count_; ++i)
            act(path(kind, i));
    }

    // 'a' or 'b' for files, 'd' for directories; 0: the directory is empty or missing.
    char kind() const {
        for (const char kind : {'a', 'b', 'd'}) {
            if (access(path(kind, count_ - 1).c_str(), F_OK) == 0)
                return kind;
        }
        return 0;
    }

    void clear() const {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
    }

    void create() const {
        each('a', [](const std::string &path) { OpenFile(path, O_CREAT | O_EXCL | O_WRONLY).close(); });
    }
    void make_directories() const {
        each('d', [](const std::string &path) { require(mkdir(path.c_str(), 0755) == 0, "mkdir " + path); });
    }
    void stat_all(char kind) const {
        each(kind, [](const std::string &path) {
            struct stat status {};
            require(stat(path.c_str(), &status) == 0, "stat " + path);
        });
    }

private:
    std::string folder_;
    long count_;
};

// A row over an empty directory.
class MakeNames : public Workload {
public:
    using Make = void (Names::*)() const;
    MakeNames(Names names, Make make) : names_(std::move(names)), make_(make) {}
    void prepare() override { names_.clear(); }
    double run() override {
        (names_.*make_)();
        return static_cast<double>(names_.count());
    }

private:
    Names names_;
    Make make_;
};

// A row over a full one, with files or with directories.
class UseNames : public Workload {
public:
    using Act = std::function<void(const Names &names, char kind)>;
    UseNames(Names names, bool files, long passes, Act act)
        : names_(std::move(names)), files_(files), passes_(passes), act_(std::move(act)) {}

    void prepare() override {
        const char kind = names_.kind();
        if (files_ ? kind == 'a' || kind == 'b' : kind == 'd')
            return;
        names_.clear();
        files_ ? names_.create() : names_.make_directories();
    }
    void warm() override { names_.stat_all(names_.kind()); }
    double run() override {
        const char kind = names_.kind();
        for (long pass = 0; pass < passes_; ++pass)
            act_(names_, kind);
        return static_cast<double>(passes_ * names_.count());
    }

private:
    Names names_;
    bool files_;
    long passes_;
    Act act_;
};

void open_and_close(const Names &names, char kind) {
    names.each(kind, [](const std::string &path) { OpenFile(path, O_RDONLY).close(); });
}

void stat_all(const Names &names, char kind) {
    names.stat_all(kind);
}

void list(const Names &names, char) {
    long found = 0;
    for ([[maybe_unused]] const auto &entry : fs::directory_iterator(names.folder()))
        ++found;
    if (found != names.count())
        throw std::runtime_error(names.folder() + " lists " + std::to_string(found) + " names, not " +
                                 std::to_string(names.count()));
}

void rename_all(const Names &names, char kind) {
    const char other = kind == 'a' ? 'b' : 'a';
    for (long i = 0; i < names.count(); ++i)
        require(rename(names.path(kind, i).c_str(), names.path(other, i).c_str()) == 0,
                "rename " + names.path(kind, i));
}

void unlink_all(const Names &names, char kind) {
    names.each(kind, [](const std::string &path) { require(unlink(path.c_str()) == 0, "unlink " + path); });
}

void remove_directories(const Names &names, char kind) {
    names.each(kind, [](const std::string &path) { require(rmdir(path.c_str()) == 0, "rmdir " + path); });
}

class BigFile {
public:
    BigFile(std::string path, long mib) : path_(std::move(path)), bytes_(static_cast<std::size_t>(mib) << 20) {}

    const std::string &path() const { return path_; }
    std::size_t bytes() const { return bytes_; }
    bool whole() const {
        struct stat status {};
        return stat(path_.c_str(), &status) == 0 && static_cast<std::size_t>(status.st_size) == bytes_;
    }
    void remove() const { fs::remove(path_); }

    void write() const {
        Buffer buffer(kChunk);
        OpenFile file(path_, O_CREAT | O_TRUNC | O_WRONLY);
        for (std::size_t at = 0; at < bytes_; at += kChunk)
            file.write(buffer.data(), kChunk);
        file.sync();
        file.close();
    }
    void read() const {
        Buffer buffer(kChunk);
        OpenFile file(path_, O_RDONLY);
        for (std::size_t at = 0; at < bytes_; at += kChunk)
            file.read(buffer.data(), kChunk);
    }

private:
    std::string path_;
    std::size_t bytes_;
};

class WriteBig : public Workload {
public:
    explicit WriteBig(BigFile file) : file_(std::move(file)) {}
    void prepare() override { file_.remove(); }
    double run() override {
        file_.write();
        return static_cast<double>(file_.bytes());
    }

private:
    BigFile file_;
};

class ReadBig : public Workload {
public:
    ReadBig(BigFile file, long passes) : file_(std::move(file)), passes_(passes) {}
    void prepare() override {
        if (!file_.whole())
            file_.write();
    }
    void warm() override { file_.read(); }
    double run() override {
        for (long pass = 0; pass < passes_; ++pass)
            file_.read();
        return static_cast<double>(file_.bytes()) * static_cast<double>(passes_);
    }

private:
    BigFile file_;
    long passes_;
};

// Pages of the big file in random order, none of them twice. Writes end with fsync.
class RandomPages : public Workload {
public:
    RandomPages(BigFile file, long pages, int flags)
        : file_(std::move(file)), places_(file_.bytes() / kPage), flags_(flags) {
        std::iota(places_.begin(), places_.end(), 0);
        std::shuffle(places_.begin(), places_.end(), std::mt19937(kSeed));
        places_.resize(std::min(places_.size(), static_cast<std::size_t>(pages)));
    }
    void prepare() override {
        if (!file_.whole())
            file_.write();
    }
    double run() override {
        Buffer buffer(kPage);
        OpenFile file(file_.path(), flags_);
        const bool writes = (flags_ & O_ACCMODE) != O_RDONLY;
        for (const off_t place : places_) {
            const off_t at = place * static_cast<off_t>(kPage);
            writes ? file.write(buffer.data(), kPage, at) : file.read(buffer.data(), kPage, at);
        }
        if (writes)
            file.sync();
        file.close();
        return static_cast<double>(places_.size());
    }

private:
    BigFile file_;
    std::vector<off_t> places_;
    int flags_;
};

class ExtractArchive : public Workload {
public:
    ExtractArchive(std::string folder, const Sizes &sizes) : folder_(std::move(folder)), sizes_(sizes) {}
    void prepare() override {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
    }
    double run() override {
        const char *argv[] = {"tar", "-C", folder_.c_str(), "-xf", sizes_.archive.c_str(), nullptr};
        pid_t pid = 0;
        int status = 0;
        errno = posix_spawnp(&pid, argv[0], nullptr, nullptr, const_cast<char **>(argv), environ);
        require(errno == 0 && waitpid(pid, &status, 0) == pid, "tar");
        if (status != 0)
            throw std::runtime_error("tar failed in " + folder_);
        return static_cast<double>(sizes_.files);
    }

private:
    std::string folder_;
    Sizes sizes_;
};

}  // namespace

Workloads workloads(const std::string &folder, const Sizes &sizes) {
    const BigFile big(folder + "/big", sizes.mib);
    const Names names(folder + "/names", sizes.names);
    Workloads all;
    const auto use = [&](const char *row, bool files, long passes, UseNames::Act act) {
        all[row] = std::make_unique<UseNames>(names, files, passes, std::move(act));
    };
    all["write"] = std::make_unique<WriteBig>(big);
    all["read-cold"] = std::make_unique<ReadBig>(big, 1);
    all["read-warm"] = std::make_unique<ReadBig>(big, sizes.passes);
    all["random-read"] = std::make_unique<RandomPages>(big, sizes.pages, O_RDONLY);
    all["random-read-direct"] = std::make_unique<RandomPages>(big, sizes.pages, O_RDONLY | O_DIRECT);
    all["random-write"] = std::make_unique<RandomPages>(big, sizes.pages, O_WRONLY);
    all["random-write-direct"] = std::make_unique<RandomPages>(big, sizes.pages, O_WRONLY | O_DIRECT);
    all["create"] = std::make_unique<MakeNames>(names, &Names::create);
    use("open-close", true, 1, open_and_close);
    use("stat-warm", true, sizes.passes, stat_all);
    use("stat-cold", true, 1, stat_all);
    use("readdir", true, 1, list);
    use("rename", true, 1, rename_all);
    use("unlink", true, 1, unlink_all);
    all["mkdir"] = std::make_unique<MakeNames>(names, &Names::make_directories);
    use("rmdir", false, 1, remove_directories);
    all["tar"] = std::make_unique<ExtractArchive>(folder + "/tree", sizes);
    return all;
}

}  // namespace sheen::bench
