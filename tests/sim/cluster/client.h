// SPDX-License-Identifier: GPL-2.0
// A client of the simulation: a mount that speaks in paths. Calls return 0 or a negative errno, and may be made by any
// number of fibers at once.
#ifndef SHEEN_TESTS_SIM_CLUSTER_CLIENT_H
#define SHEEN_TESTS_SIM_CLUSTER_CLIENT_H

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/cluster/object_cache.h"

extern "C" {
#include "obd/lov/lov.h"
#include "obd/mdc/mdc.h"
#include "obd/mgc/mgc.h"
}

struct SimStat {
    struct fid fid;
    uint32_t mode;
    uint32_t nlink;
    uint32_t uid;
    uint32_t gid;
    mdc_times times;
    uint64_t size;
    uint32_t stripes;
};

class SimClient {
public:
    SimClient(unsigned int node, std::vector<lnet_nid_t> mgs, std::string fsname);
    ~SimClient();
    SimClient(const SimClient &) = delete;
    SimClient &operator=(const SimClient &) = delete;

    // Brings the node up and mounts; umount takes all of it down again.
    int Mount();
    void Unmount(bool force = false);
    bool mounted() const { return mdc_ != nullptr; }

    // On whose behalf all that follows is done; root, with all capabilities, at first.
    void Become(uint32_t uid, uint32_t gid, const std::vector<uint32_t> &groups = {});

    int Mkdir(const std::string &path, uint32_t mode = 0755);
    int Rmdir(const std::string &path);
    int Mknod(const std::string &path, uint32_t mode, uint32_t rdev);
    // A new file; -EEXIST when there is one. stripes: 0: as the file system likes, -1: all.
    int Create(const std::string &path, int stripes = 0, uint32_t mode = 0644);
    // What new files in a directory get.
    int StripeNewFiles(const std::string &path, int stripes);
    int Unlink(const std::string &path);
    int Link(const std::string &path, const std::string &as);
    int Link(const struct fid &fid, const std::string &as);
    // flags: EXTRA_RENAME_*
    int Rename(const std::string &from, const std::string &to, uint32_t flags = 0);
    int Symlink(const std::string &target, const std::string &path);
    int ReadLink(const std::string &path, std::string *target);
    int ReadLink(const struct fid &fid, std::string *target);
    int Stat(const std::string &path, SimStat *st);
    int Chmod(const std::string &path, uint32_t mode);
    int Chmod(const struct fid &fid, uint32_t mode);  // with its type
    int Chgrp(const std::string &path, uint32_t gid);
    int SetTimes(const std::string &path, timespec64 atime, timespec64 mtime, timespec64 ctime);
    int SetXattr(const std::string &path, const std::string &name, const std::string &value);
    int SetXattr(const struct fid &fid, const std::string &name, const std::string &value);
    int GetXattr(const std::string &path, const std::string &name, std::string *value);
    int GetXattr(const struct fid &fid, const std::string &name, std::string *value);
    // Names without "." and "..", in the order of the server.
    int List(const std::string &path, std::vector<std::string> *names);
    int List(const struct fid &dir, std::vector<std::string> *names);

    int Write(const std::string &path, uint64_t offset, const std::string &data);
    // Less than length at the end of the file.
    int Read(const std::string &path, uint64_t offset, uint64_t length, std::string *data);
    int Truncate(const std::string &path, uint64_t size);
    int Fallocate(const std::string &path, int mode, uint64_t offset, uint64_t length);
    // First data or hole at or after an offset.
    int Seek(const std::string &path, uint64_t offset, bool hole, uint64_t *pos);
    // Extents that have bytes of [start, end); *last: that of the file is among them.
    int Extents(const std::string &path, uint64_t start, uint64_t end, std::vector<osd_extent> *extents, bool *last);
    // Opens and closes: an open file that is unlinked lives on.
    int Open(const std::string &path, uint64_t *handle, struct fid *fid);
    // The file that is there or, with MDS_OPEN_CREAT in flags, a new one.
    int OpenFile(const std::string &path, uint64_t flags, uint64_t *handle, struct fid *fid);
    int Close(const struct fid &fid, uint64_t handle);
    // direct: past the cache.
    int ReadOpen(const struct fid &fid, uint64_t offset, uint64_t length, std::string *data, bool direct = false);
    int WriteOpen(const struct fid &fid, uint64_t offset, const std::string &data, bool direct = false);
    int Append(const struct fid &fid, const std::string &data, bool direct = false);
    int TruncateOpen(const struct fid &fid, uint64_t size);
    // What the MDT hears of an ftruncate(2).
    int TellSize(const struct fid &fid, uint64_t size);
    int StatOpen(const struct fid &fid, SimStat *st);
    // A lock of a program: mdc_flock().
    int Flock(const struct fid &fid, enum ldlm_mode *mode, uint32_t flags, struct ldlm_flock *range);
    // All that was done here is on stable storage afterwards.
    int Sync();
    // Dirty pages go to the OSTs, which need not have committed them.
    int Flush();
    // Writes and gives up all that is cached of files.
    void Forget();

    unsigned int node() const { return node_; }
    uint64_t listings_read() const { return listings_read_; }
    // Was data of this file lost that the OST had been given?
    bool lost(const struct fid &fid) const { return lost_.count({fid.seq, fid.oid}); }
    struct mdc *mdc() const {
        return mdc_;
    }
    rpc_import *mgs() const;
    struct osc *osc(unsigned int index) const;

private:
    // A file whose layout is known, with what is cached of its objects.
    struct File {
        ~File() {
            for (const auto &object : objects)
                object->Detach();
            lov_layout_free(layout);
        }
        lov_layout *layout = nullptr;
        std::vector<std::unique_ptr<ObjectCache>> objects;
    };
    struct Listing {
        std::vector<std::string> names;
    };

    static int OnTarget(void *data, const mgc_target *target);
    static void DataLost(void *data, const struct fid *file);
    static void CancelMdtLock(ldlm_lock *lock, bool discard);
    static void ShedMdtLock(ldlm_lock *lock, u64 ibits);
    mdc_cred Caller() const;

    int Connect();
    int Walk(const std::string &path, struct fid *fid, uint32_t *mode);
    int Parent(const std::string &path, struct fid *dir, std::string *name);
    int Lookup(const struct fid &dir, const std::string &name, struct fid *fid, uint32_t *mode);
    int Make(const std::string &path, uint32_t mode, uint32_t rdev, const char *target);
    int Remove(const std::string &path, bool directory);
    int GetFile(const struct fid &fid, File **file);
    int FileOf(const std::string &path, File **file);
    int FileSize(File *file, uint64_t *size);
    int LockRange(File *file, uint64_t start, uint64_t end, enum ldlm_mode mode, std::vector<ldlm_lock *> *locks);
    int ReadFile(File *file, uint64_t offset, uint64_t length, std::string *data, bool direct);
    int WriteFile(File *file, uint64_t offset, const std::string &data, bool direct);
    int CopyIn(File *file, uint64_t offset, const std::string &data, bool direct);
    int TruncateFile(File *file, uint64_t size);
    static struct mdc_open Opening(const struct fid &fid, uint64_t flags);
    int OpenNew(const std::string &path, struct mdc_open *open, int stripes, mdc_reply *reply);
    int ReadPages(const struct fid &dir, std::vector<std::string> *names);
    void DropFiles();

    const unsigned int node_;
    const std::vector<lnet_nid_t> mgs_;
    const std::string fsname_;
    std::string uuid_;
    struct mgc *mgc_ = nullptr;
    struct mdc *mdc_ = nullptr;
    std::map<unsigned int, struct osc *> oscs_;
    std::unique_ptr<mgc_target> mdt_;
    struct fid root_ = {};
    struct mutex files_lock_;  // guards files_
    std::map<std::pair<uint64_t, uint32_t>, std::unique_ptr<File>> files_;
    std::map<std::pair<uint64_t, uint32_t>, Listing> listings_;  // true while their locks are held
    uint64_t listings_read_ = 0;
    std::set<std::pair<uint64_t, uint32_t>> lost_;  // files whose fsync would fail
    unsigned int mounts_ = 0;
    uint32_t uid_ = 0, gid_ = 0;
    std::vector<kgid_t> groups_;
};

#endif
