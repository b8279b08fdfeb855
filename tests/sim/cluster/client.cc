// SPDX-License-Identifier: GPL-2.0
#include "tests/sim/cluster/client.h"

#include <algorithm>
#include <cstring>

#include <linux/mm.h>
#include <linux/stat.h>

#include "tests/sim/cluster/node_scope.h"

extern "C" {
#include "obd/class/obd_init.h"
#include "obd/mgc/internal.h"
}

namespace {

constexpr unsigned int kListPages = 8;                 // read at once
constexpr timespec64 kTime = {1000000000, 123456789};  // of all changes: the simulation's clock is not that of files

std::pair<uint64_t, uint32_t> Key(const struct fid &fid) {
    return {fid.seq, fid.oid};
}

}  // namespace

// The wish for so many stripes, -1: all.
static wire_lov_v1 Wish(int stripes) {
    wire_lov_v1 wish = {};

    wish.magic = cpu_to_le32(LOV_MAGIC_V1);
    wish.stripe_size = cpu_to_le32(65536);
    wish.stripe_count = cpu_to_le16(stripes < 0 ? LOV_ALL_STRIPES : stripes);
    wish.layout_gen = cpu_to_le16(LOV_OFFSET_DEFAULT);
    return wish;
}

SimClient::SimClient(unsigned int node, std::vector<lnet_nid_t> mgs, std::string fsname)
    : node_(node), mgs_(std::move(mgs)), fsname_(std::move(fsname)) {
    mutex_init(&files_lock_);
}

SimClient::~SimClient() {
    if (mgc_)
        Unmount(true);
}

mdc_cred SimClient::Caller() const {
    mdc_cred cred = {};

    cred.suppgid[0] = cred.suppgid[1] = ~0u;
    cred.uid = uid_;
    cred.gid = gid_;
    cred.cap = uid_ ? 0 : ~0u;
    cred.groups = groups_.data();
    cred.nr_groups = groups_.size();
    return cred;
}

void SimClient::Become(uint32_t uid, uint32_t gid, const std::vector<uint32_t> &groups) {
    uid_ = uid;
    gid_ = gid;
    groups_.clear();
    for (const uint32_t group : groups)
        groups_.push_back(KGIDT_INIT(group));
}

// ---- mounting ----

int SimClient::OnTarget(void *data, const mgc_target *target) {
    auto *self = static_cast<SimClient *>(data);

    if (target->is_mdt) {
        self->mdt_ = std::make_unique<mgc_target>(*target);
        return 0;
    }
    if (self->oscs_.count(target->index))
        return 0;
    const std::string name = self->fsname_ + "-OST" + std::to_string(target->index) + "-osc";
    static const osc_ops kOps = {.locks = &ObjectCache::kLockOps, .lost = DataLost};
    struct osc *osc;
    const int rc = osc_start(name.c_str(), self->uuid_.c_str(), target, &kOps, self, &osc);
    if (!rc)
        self->oscs_[target->index] = osc;
    return rc;
}

// Of a server that has restarted and evicted us.
void SimClient::DataLost(void *data, const struct fid *file) {
    static_cast<SimClient *>(data)->lost_.insert({file->seq, file->oid});
}

// A listing is true as long as the lock of its directory is held.
void SimClient::CancelMdtLock(ldlm_lock *lock, bool) { ShedMdtLock(lock, lock->policy.ibits); }

void SimClient::ShedMdtLock(ldlm_lock *lock, u64 ibits) {
    const ldlm_res_id *res = ldlm_lock_res(lock);

    if (lock->data && ibits & IBIT_UPDATE)
        static_cast<SimClient *>(lock->data)->listings_.erase({res->name[0], res->name[1]});
}

int SimClient::Connect() {
    static const mgc_targets_ops kTargets = {.target = OnTarget, .defaults = nullptr};
    static const ldlm_client_ops kLocks = {.cancel = CancelMdtLock, .shed = ShedMdtLock, .glimpse = nullptr};
    const std::string name = fsname_ + "-MDT0000-mdc";

    int rc = mgc_open(mgs_.data(), mgs_.size(), uuid_.c_str(), &mgc_);
    if (rc)
        return rc;
    rc = mgc_follow_targets(mgc_, fsname_.c_str(), &kTargets, this);
    if (rc)
        return rc;
    if (!mdt_)
        return -EINVAL;
    rc = mdc_start(name.c_str(), uuid_.c_str(), mdt_.get(), &kLocks, this, &mdc_);
    if (rc)
        return rc;
    for (const auto &[index, osc] : oscs_) {
        rc = rpc_import_wait(osc_import(osc), 1000);
        if (rc)
            return rc;
    }
    return mdc_get_root(mdc_, nullptr, &root_);
}

int SimClient::Mount() {
    NodeScope scope(node_);

    uuid_ = "client-" + std::to_string(node_) + "-" + std::to_string(++mounts_);
    const int rc = Connect();
    if (rc)
        Unmount(true);
    return rc;
}

void SimClient::DropFiles() {
    mutex_lock(&files_lock_);
    files_.clear();
    mutex_unlock(&files_lock_);
}

void SimClient::Unmount(bool force) {
    NodeScope scope(node_);

    if (!force)
        Sync();
    if (force && mdc_)
        rpc_import_set_active(mdc_import(mdc_), false);
    for (const auto &[index, osc] : oscs_) {
        if (force)
            rpc_import_set_active(osc_import(osc), false);
    }
    DropFiles();
    if (mgc_)
        mgc_close(mgc_);
    for (const auto &[index, osc] : oscs_)
        osc_stop(osc, force);
    if (mdc_)
        mdc_stop(mdc_, force);
    mgc_ = nullptr;
    mdc_ = nullptr;
    mdt_.reset();
    oscs_.clear();
    listings_.clear();
}

rpc_import *SimClient::mgs() const {
    return mgc_->imp;
}

struct osc *SimClient::osc(unsigned int index) const {
    const auto it = oscs_.find(index);
    return it == oscs_.end() ? nullptr : it->second;
}

// ---- names ----

int SimClient::Lookup(const struct fid &dir, const std::string &name, struct fid *fid, uint32_t *mode) {
    const mdc_cred cred = Caller();
    mdc_reply reply;
    const int rc = mdc_lookup(mdc_, &dir, name.data(), name.size(), nullptr, IT_GETATTR, &cred, &reply);

    if (!rc) {
        mdc_fid_get(&reply.body->fid1, fid);
        *mode = le32_to_cpu(reply.body->mode);
    }
    mdc_reply_put(&reply);
    return rc;
}

int SimClient::Walk(const std::string &path, struct fid *fid, uint32_t *mode) {
    size_t at = 0;

    *fid = root_;
    *mode = S_IFDIR;
    while ((at = path.find_first_not_of('/', at)) != std::string::npos) {
        const size_t end = std::min(path.find('/', at), path.size());
        const struct fid dir = *fid;
        const int rc = Lookup(dir, path.substr(at, end - at), fid, mode);
        if (rc)
            return rc;
        at = end;
    }
    return 0;
}

int SimClient::Parent(const std::string &path, struct fid *dir, std::string *name) {
    const size_t slash = path.rfind('/');
    uint32_t mode;

    *name = path.substr(slash == std::string::npos ? 0 : slash + 1);
    return Walk(slash == std::string::npos ? "" : path.substr(0, slash), dir, &mode);
}

int SimClient::Make(const std::string &path, uint32_t mode, uint32_t rdev, const char *target) {
    NodeScope scope(node_);
    const mdc_cred cred = Caller();
    struct fid dir, fid;
    std::string name;
    mdc_reply reply;

    int rc = Parent(path, &dir, &name);
    if (!rc)
        rc = mdc_new_fid(mdc_, &fid);
    if (!rc)
        rc = mdc_create(mdc_, &dir, name.data(), name.size(), &fid, mode, 022, rdev, target, kTime, &cred, &reply);
    if (!rc)
        mdc_reply_put(&reply);
    return rc;
}

int SimClient::Mkdir(const std::string &path, uint32_t mode) {
    return Make(path, S_IFDIR | mode, 0, nullptr);
}

int SimClient::Mknod(const std::string &path, uint32_t mode, uint32_t rdev) {
    return Make(path, mode, rdev, nullptr);
}

int SimClient::Symlink(const std::string &target, const std::string &path) {
    return Make(path, S_IFLNK | 0777, 0, target.c_str());
}

struct mdc_open SimClient::Opening(const struct fid &fid, uint64_t flags) {
    struct mdc_open open = {};

    open.fid = fid;
    open.flags = MDS_FMODE_READ | MDS_FMODE_WRITE | flags;
    open.mode = S_IFREG | 0644;
    open.umask = 022;
    open.time = kTime;
    return open;
}

int SimClient::OpenNew(const std::string &path, struct mdc_open *open, int stripes, mdc_reply *reply) {
    const wire_lov_v1 wish = Wish(stripes);
    const mdc_cred cred = Caller();
    std::string name;

    int rc = Parent(path, &open->parent, &name);
    if (!rc)
        rc = mdc_new_fid(mdc_, &open->fid);
    if (rc)
        return rc;
    open->name = name.data();
    open->len = name.size();
    if (stripes) {
        open->ea = &wish;
        open->ea_len = sizeof(wish);
    }
    return mdc_open(mdc_, open, &cred, reply);
}

int SimClient::Create(const std::string &path, int stripes, uint32_t mode) {
    NodeScope scope(node_);
    struct mdc_open open = Opening({}, MDS_OPEN_CREAT | MDS_OPEN_EXCL);
    mdc_reply reply = {};

    open.mode = S_IFREG | mode;
    int rc = OpenNew(path, &open, stripes, &reply);
    if (!rc) {
        struct fid fid;
        mdc_fid_get(&reply.body->fid1, &fid);
        const uint64_t handle = le64_to_cpu(reply.body->handle);
        mdc_reply_put(&reply);
        rc = mdc_close(mdc_, &fid, handle, nullptr);
    } else {
        mdc_reply_put(&reply);
    }
    return rc;
}

// As the kernel goes about it: what is there is looked at first, and opened by its identity.
int SimClient::OpenFile(const std::string &path, uint64_t flags, uint64_t *handle, struct fid *fid) {
    NodeScope scope(node_);
    const mdc_cred cred = Caller();
    mdc_reply reply = {};
    uint32_t mode = S_IFREG;

    int rc = flags & MDS_OPEN_CREAT ? 0 : Walk(path, fid, &mode);
    if (rc)
        return rc;
    struct mdc_open open = Opening(*fid, flags);
    if (flags & MDS_OPEN_CREAT)
        rc = OpenNew(path, &open, 0, &reply);
    else if (S_ISREG(mode))
        rc = mdc_open(mdc_, &open, &cred, &reply);
    if (!rc && flags & MDS_OPEN_CREAT) {
        mdc_fid_get(&reply.body->fid1, fid);
        mode = le32_to_cpu(reply.body->mode);
    }
    if (!rc && !S_ISREG(mode))
        rc = S_ISDIR(mode) ? -EISDIR : -ELOOP;
    if (!rc)
        *handle = le64_to_cpu(reply.body->handle);
    mdc_reply_put(&reply);
    return rc;
}

int SimClient::StripeNewFiles(const std::string &path, int stripes) {
    NodeScope scope(node_);
    const wire_lov_v1 wish = Wish(stripes);
    const mdc_cred cred = Caller();
    struct fid dir;
    uint32_t mode;
    const int rc = Walk(path, &dir, &mode);

    return rc ? rc : mdc_set_default_layout(mdc_, &dir, &wish, sizeof(wish), &cred);
}

int SimClient::Remove(const std::string &path, bool directory) {
    NodeScope scope(node_);
    const mdc_cred cred = Caller();
    struct fid dir, fid;
    std::string name;
    uint32_t mode;

    int rc = Parent(path, &dir, &name);
    if (!rc)
        rc = Lookup(dir, name, &fid, &mode);
    if (rc)
        return rc;
    if (S_ISDIR(mode) != directory)
        return directory ? -ENOTDIR : -EISDIR;
    return mdc_unlink(mdc_, &dir, name.data(), name.size(), &fid, mode, kTime, &cred);
}

int SimClient::Unlink(const std::string &path) {
    return Remove(path, false);
}

int SimClient::Rmdir(const std::string &path) {
    return Remove(path, true);
}

int SimClient::Link(const std::string &path, const std::string &as) {
    NodeScope scope(node_);
    struct fid fid;
    uint32_t mode;
    const int rc = Walk(path, &fid, &mode);

    return rc ? rc : Link(fid, as);
}

int SimClient::Link(const struct fid &fid, const std::string &as) {
    NodeScope scope(node_);
    const mdc_cred cred = Caller();
    std::string name;
    struct fid dir;
    const int rc = Parent(as, &dir, &name);

    return rc ? rc : mdc_link(mdc_, &fid, &dir, name.data(), name.size(), kTime, &cred);
}

int SimClient::Rename(const std::string &from, const std::string &to, uint32_t flags) {
    NodeScope scope(node_);
    const mdc_cred cred = Caller();
    struct fid sdir, tdir, fid;
    std::string sname, tname;
    uint32_t mode;

    int rc = Parent(from, &sdir, &sname);
    if (!rc)
        rc = Parent(to, &tdir, &tname);
    if (!rc)
        rc = Lookup(sdir, sname, &fid, &mode);
    if (rc)
        return rc;
    struct mdc_rename op = {};
    op.sdir = sdir;
    op.sname = sname.data();
    op.slen = sname.size();
    op.tdir = tdir;
    op.tname = tname.data();
    op.tlen = tname.size();
    op.file = fid;
    op.mode = mode;
    op.flags = flags;
    op.time = kTime;
    return mdc_rename(mdc_, &op, &cred);
}

int SimClient::ReadPages(const struct fid &dir, std::vector<std::string> *names) {
    std::vector<page *> pages(kListPages);
    uint64_t hash = 0;
    int rc = 0;

    listings_read_++;
    for (page *&p : pages)
        p = alloc_page(GFP_KERNEL);
    while (hash != WIRE_DIR_END && rc >= 0) {
        const uint64_t from = hash;
        rc = mdc_readpage(mdc_, &dir, hash, pages.data(), pages.size());
        if (!rc)
            rc = -EPROTO;
        for (int i = 0; i < rc; i++) {
            const auto *head = static_cast<const wire_dirpage *>(page_address(pages[i]));
            auto at = reinterpret_cast<const char *>(head + 1);
            const char *end = reinterpret_cast<const char *>(head) + WIRE_DIRPAGE_SIZE;

            while (!(le32_to_cpu(head->flags) & LDF_EMPTY) && at + sizeof(wire_dirent) < end) {
                const auto *entry = reinterpret_cast<const wire_dirent *>(at);
                const std::string name(entry->name, le16_to_cpu(entry->namelen));
                if (name != "." && name != "..")
                    names->push_back(name);
                if (!entry->reclen)
                    break;
                at += le16_to_cpu(entry->reclen);
            }
            hash = le64_to_cpu(head->hash_end);
        }
        if (rc > 0 && hash != WIRE_DIR_END && hash <= from)
            rc = -EUCLEAN;
    }
    for (page *p : pages)
        put_page(p);
    return rc < 0 ? rc : 0;
}

int SimClient::List(const std::string &path, std::vector<std::string> *names) {
    NodeScope scope(node_);
    struct fid dir;
    uint32_t mode;
    const int rc = Walk(path, &dir, &mode);

    return rc ? rc : List(dir, names);
}

int SimClient::List(const struct fid &dir, std::vector<std::string> *names) {
    NodeScope scope(node_);
    ldlm_lock *lock;

    names->clear();
    int rc = mdc_lock_dir(mdc_, &dir, &lock);
    if (rc)
        return rc;
    const auto known = listings_.find(Key(dir));
    if (known != listings_.end()) {
        *names = known->second.names;
    } else {
        rc = ReadPages(dir, names);
        if (!rc)
            listings_[Key(dir)].names = *names;
    }
    ldlm_decref(lock, LCK_PR);
    return rc;
}

// ---- attributes ----

int SimClient::ReadLink(const std::string &path, std::string *target) {
    NodeScope scope(node_);
    struct fid fid;
    uint32_t mode;
    const int rc = Walk(path, &fid, &mode);

    return rc ? rc : ReadLink(fid, target);
}

int SimClient::ReadLink(const struct fid &fid, std::string *target) {
    NodeScope scope(node_);
    mdc_reply reply;
    int rc = mdc_getattr(mdc_, &fid, true, &reply);

    if (!rc && reply.layout)
        target->assign(static_cast<const char *>(reply.layout),
                       strnlen(static_cast<const char *>(reply.layout), reply.layout_len));
    else if (!rc)
        rc = -EPROTO;
    mdc_reply_put(&reply);
    return rc;
}

int SimClient::Stat(const std::string &path, SimStat *st) {
    NodeScope scope(node_);
    struct fid fid;
    uint32_t mode;
    const int rc = Walk(path, &fid, &mode);

    return rc ? rc : StatOpen(fid, st);
}

int SimClient::StatOpen(const struct fid &fid, SimStat *st) {
    NodeScope scope(node_);
    mdc_reply reply;

    *st = {};
    st->fid = fid;
    int rc = mdc_getattr(mdc_, &fid, false, &reply);
    if (rc)
        return rc;
    st->mode = le32_to_cpu(reply.body->mode);
    st->nlink = le32_to_cpu(reply.body->nlink);
    st->uid = le32_to_cpu(reply.body->uid);
    st->gid = le32_to_cpu(reply.body->gid);
    mdc_reply_times(&reply, &st->times);
    st->size = le64_to_cpu(reply.body->size);
    const bool data = S_ISREG(st->mode) && reply.layout;
    mdc_reply_put(&reply);
    if (!data)
        return 0;
    File *file;
    rc = GetFile(fid, &file);
    if (rc)
        return rc;
    st->stripes = file->layout->stripe_count;
    return FileSize(file, &st->size);
}

int SimClient::Chmod(const std::string &path, uint32_t mode) {
    NodeScope scope(node_);
    struct fid fid;
    uint32_t now;
    const int rc = Walk(path, &fid, &now);

    return rc ? rc : Chmod(fid, (now & S_IFMT) | mode);
}

int SimClient::Chmod(const struct fid &fid, uint32_t mode) {
    NodeScope scope(node_);
    const mdc_cred cred = Caller();
    mdc_attr attr = {};
    mdc_reply reply;

    attr.rec.valid = cpu_to_le64(MDS_ATTR_MODE | MDS_ATTR_CTIME | MDS_ATTR_CTIME_SET);
    attr.rec.mode = cpu_to_le32(mode);
    attr.rec.ctime = cpu_to_le64(kTime.tv_sec);
    attr.ctime_ns = kTime.tv_nsec;
    const int rc = mdc_setattr(mdc_, &fid, &attr, &cred, &reply);
    if (!rc)
        mdc_reply_put(&reply);
    return rc;
}

int SimClient::Chgrp(const std::string &path, uint32_t gid) {
    NodeScope scope(node_);
    const mdc_cred cred = Caller();
    mdc_attr attr = {};
    mdc_reply reply;
    struct fid fid;
    uint32_t mode;

    int rc = Walk(path, &fid, &mode);
    if (rc)
        return rc;
    attr.rec.valid = cpu_to_le64(MDS_ATTR_GID);
    attr.rec.gid = cpu_to_le32(gid);
    rc = mdc_setattr(mdc_, &fid, &attr, &cred, &reply);
    if (!rc)
        mdc_reply_put(&reply);
    return rc;
}

int SimClient::SetTimes(const std::string &path, timespec64 atime, timespec64 mtime, timespec64 ctime) {
    NodeScope scope(node_);
    const mdc_cred cred = Caller();
    mdc_attr attr = {};
    mdc_reply reply;
    struct fid fid;
    uint32_t mode;

    int rc = Walk(path, &fid, &mode);
    if (rc)
        return rc;
    attr.rec.valid = cpu_to_le64(MDS_ATTR_ATIME | MDS_ATTR_ATIME_SET | MDS_ATTR_MTIME | MDS_ATTR_MTIME_SET |
                                 MDS_ATTR_CTIME | MDS_ATTR_CTIME_SET);
    attr.rec.atime = cpu_to_le64(atime.tv_sec);
    attr.rec.mtime = cpu_to_le64(mtime.tv_sec);
    attr.rec.ctime = cpu_to_le64(ctime.tv_sec);
    attr.atime_ns = atime.tv_nsec;
    attr.mtime_ns = mtime.tv_nsec;
    attr.ctime_ns = ctime.tv_nsec;
    rc = mdc_setattr(mdc_, &fid, &attr, &cred, &reply);
    if (!rc)
        mdc_reply_put(&reply);
    return rc;
}

int SimClient::SetXattr(const std::string &path, const std::string &name, const std::string &value) {
    NodeScope scope(node_);
    struct fid fid;
    uint32_t mode;
    const int rc = Walk(path, &fid, &mode);

    return rc ? rc : SetXattr(fid, name, value);
}

int SimClient::SetXattr(const struct fid &fid, const std::string &name, const std::string &value) {
    NodeScope scope(node_);
    const mdc_cred cred = Caller();

    return mdc_setxattr(mdc_, &fid, name.c_str(), value.data(), value.size(), 0, &cred);
}

int SimClient::GetXattr(const std::string &path, const std::string &name, std::string *value) {
    NodeScope scope(node_);
    struct fid fid;
    uint32_t mode;
    const int rc = Walk(path, &fid, &mode);

    return rc ? rc : GetXattr(fid, name, value);
}

int SimClient::GetXattr(const struct fid &fid, const std::string &name, std::string *value) {
    NodeScope scope(node_);
    const mdc_cred cred = Caller();

    value->resize(4096);
    const int rc = mdc_getxattr(mdc_, &fid, name.c_str(), value->data(), value->size(), &cred);
    value->resize(rc > 0 ? rc : 0);
    return rc < 0 ? rc : 0;
}

// ---- data ----

int SimClient::GetFile(const struct fid &fid, File **found) {
    mdc_reply reply = {};
    int rc = 0;

    mutex_lock(&files_lock_);
    auto &file = files_[Key(fid)];
    if (!file) {
        file = std::make_unique<File>();
        rc = mdc_getattr(mdc_, &fid, false, &reply);
        if (!rc)
            rc = reply.layout ? lov_layout_parse(reply.layout, reply.layout_len, &file->layout, nullptr) : -ENODATA;
        for (uint32_t i = 0; !rc && i < file->layout->stripe_count; i++) {
            const lov_stripe &stripe = file->layout->stripes[i];
            if (osc(stripe.ost_idx))
                file->objects.push_back(std::make_unique<ObjectCache>(osc(stripe.ost_idx), stripe.fid, fid));
            else
                rc = -EIO;
        }
        mdc_reply_put(&reply);
    }
    if (rc)
        files_.erase(Key(fid));
    else
        *found = file.get();
    mutex_unlock(&files_lock_);
    return rc;
}

int SimClient::FileOf(const std::string &path, File **file) {
    struct fid fid;
    uint32_t mode;
    const int rc = Walk(path, &fid, &mode);

    return rc ? rc : GetFile(fid, file);
}

int SimClient::FileSize(File *file, uint64_t *size) {
    *size = 0;
    for (uint32_t i = 0; i < file->objects.size(); i++) {
        uint64_t bytes;
        const int rc = file->objects[i]->Size(&bytes);
        if (rc)
            return rc;
        *size = std::max<uint64_t>(*size, lov_file_size(file->layout, i, bytes));
    }
    return 0;
}

// In the order of the stripes, so that two clients cannot wait for each other.
int SimClient::LockRange(File *file, uint64_t start, uint64_t end, enum ldlm_mode mode,
                         std::vector<ldlm_lock *> *locks) {
    for (uint32_t i = 0; i < file->objects.size(); i++) {
        u64 ostart, oend;
        ldlm_lock *lock;
        if (!lov_extent_in_stripe(file->layout, i, start, end, &ostart, &oend))
            continue;
        const int rc = file->objects[i]->Lock(ostart, oend, mode, &lock);
        if (rc) {
            for (ldlm_lock *held : *locks)
                osc_unlock(held, mode);
            return rc;
        }
        locks->push_back(lock);
    }
    return 0;
}

// The caller holds locks over it.
int SimClient::CopyIn(File *file, uint64_t offset, const std::string &data, bool direct) {
    int rc = 0;

    for (uint64_t done = 0; !rc && done < data.size();) {
        const uint64_t at = offset + done, object_at = lov_obj_offset(file->layout, at);
        const uint64_t length = std::min<uint64_t>(data.size() - done, PAGE_SIZE - at % PAGE_SIZE);
        ObjectCache &object = *file->objects[lov_stripe_of(file->layout, at)];
        rc = direct ? object.WriteDirect(object_at, data.data() + done, length)
                    : object.Write(object_at, data.data() + done, length);
        done += length;
    }
    return rc;
}

int SimClient::WriteFile(File *file, uint64_t offset, const std::string &data, bool direct) {
    std::vector<ldlm_lock *> locks;

    if (data.empty())
        return 0;
    int rc = LockRange(file, offset, offset + data.size() - 1, LCK_PW, &locks);
    if (!rc)
        rc = CopyIn(file, offset, data, direct);
    for (ldlm_lock *lock : locks)
        osc_unlock(lock, LCK_PW);
    return rc;
}

int SimClient::Write(const std::string &path, uint64_t offset, const std::string &data) {
    NodeScope scope(node_);
    File *file;
    const int rc = FileOf(path, &file);

    return rc ? rc : WriteFile(file, offset, data, false);
}

int SimClient::WriteOpen(const struct fid &fid, uint64_t offset, const std::string &data, bool direct) {
    NodeScope scope(node_);
    File *file;
    const int rc = GetFile(fid, &file);

    return rc ? rc : WriteFile(file, offset, data, direct);
}

int SimClient::Append(const struct fid &fid, const std::string &data, bool direct) {
    NodeScope scope(node_);
    std::vector<ldlm_lock *> locks;
    uint64_t size;
    File *file;

    int rc = GetFile(fid, &file);
    if (!rc)
        rc = LockRange(file, 0, ~0ULL, LCK_PW, &locks);
    if (rc)
        return rc;
    rc = FileSize(file, &size);
    if (!rc)
        rc = CopyIn(file, size, data, direct);
    for (ldlm_lock *lock : locks)
        osc_unlock(lock, LCK_PW);
    return rc;
}

int SimClient::ReadFile(File *file, uint64_t offset, uint64_t length, std::string *data, bool direct) {
    std::vector<ldlm_lock *> locks;
    uint64_t size = 0;

    data->clear();
    if (!length)
        return 0;
    int rc = LockRange(file, offset, offset + length - 1, LCK_PR, &locks);
    if (rc)
        return rc;
    rc = FileSize(file, &size);
    if (!rc && offset < size)
        data->resize(std::min(length, size - offset));
    for (uint64_t done = 0; !rc && done < data->size();) {
        const uint64_t at = offset + done;
        const uint64_t part = std::min<uint64_t>(data->size() - done, PAGE_SIZE - at % PAGE_SIZE);
        ObjectCache &object = *file->objects[lov_stripe_of(file->layout, at)];
        const uint64_t object_at = lov_obj_offset(file->layout, at);
        rc = direct ? object.ReadDirect(object_at, data->data() + done, part)
                    : object.Read(object_at, data->data() + done, part);
        done += part;
    }
    for (ldlm_lock *lock : locks)
        osc_unlock(lock, LCK_PR);
    return rc;
}

int SimClient::Read(const std::string &path, uint64_t offset, uint64_t length, std::string *data) {
    NodeScope scope(node_);
    File *file;
    const int rc = FileOf(path, &file);

    return rc ? rc : ReadFile(file, offset, length, data, false);
}

int SimClient::ReadOpen(const struct fid &fid, uint64_t offset, uint64_t length, std::string *data, bool direct) {
    NodeScope scope(node_);
    File *file;
    const int rc = GetFile(fid, &file);

    return rc ? rc : ReadFile(file, offset, length, data, direct);
}

int SimClient::Truncate(const std::string &path, uint64_t size) {
    NodeScope scope(node_);
    File *file;
    const int rc = FileOf(path, &file);

    return rc ? rc : TruncateFile(file, size);
}

int SimClient::TruncateOpen(const struct fid &fid, uint64_t size) {
    NodeScope scope(node_);
    File *file;
    const int rc = GetFile(fid, &file);

    return rc ? rc : TruncateFile(file, size);
}

int SimClient::TellSize(const struct fid &fid, uint64_t size) {
    NodeScope scope(node_);
    const mdc_cred cred = Caller();
    mdc_attr attr = {};
    mdc_reply reply;

    attr.rec.valid = cpu_to_le64(MDS_ATTR_SIZE | MDS_ATTR_OVERRIDE);
    attr.rec.size = cpu_to_le64(size);
    const int rc = mdc_setattr(mdc_, &fid, &attr, &cred, &reply);
    if (!rc)
        mdc_reply_put(&reply);
    return rc;
}

int SimClient::TruncateFile(File *file, uint64_t size) {
    std::vector<ldlm_lock *> locks;
    int rc = LockRange(file, size, ~0ULL, LCK_PW, &locks);

    for (uint32_t i = 0; !rc && i < file->objects.size(); i++)
        rc = file->objects[i]->Truncate(lov_obj_size(file->layout, i, size));
    for (ldlm_lock *lock : locks)
        osc_unlock(lock, LCK_PW);
    return rc;
}

int SimClient::Open(const std::string &path, uint64_t *handle, struct fid *fid) {
    NodeScope scope(node_);
    const mdc_cred cred = Caller();
    struct mdc_open open = {};
    mdc_reply reply;
    uint32_t mode;

    int rc = Walk(path, fid, &mode);
    if (rc)
        return rc;
    open.fid = *fid;
    open.flags = MDS_FMODE_READ;
    open.mode = mode;
    open.time = kTime;
    rc = mdc_open(mdc_, &open, &cred, &reply);
    if (!rc)
        *handle = le64_to_cpu(reply.body->handle);
    mdc_reply_put(&reply);
    return rc;
}

int SimClient::Close(const struct fid &fid, uint64_t handle) {
    NodeScope scope(node_);

    return mdc_close(mdc_, &fid, handle, nullptr);
}

int SimClient::Flock(const struct fid &fid, enum ldlm_mode *mode, uint32_t flags, struct ldlm_flock *range) {
    NodeScope scope(node_);

    return mdc_flock(mdc_, &fid, mode, flags, range);
}

int SimClient::Flush() {
    NodeScope scope(node_);
    int result = 0;

    mutex_lock(&files_lock_);
    for (const auto &[key, file] : files_) {
        for (const auto &object : file->objects) {
            const int rc = object->Flush(0, ~0ULL);
            result = result ? result : rc;
        }
    }
    mutex_unlock(&files_lock_);
    return result;
}

void SimClient::Forget() {
    NodeScope scope(node_);

    DropFiles();
}

int SimClient::Sync() {
    NodeScope scope(node_);
    const struct fid none = {};
    int result = Flush();

    for (const auto &[index, osc] : oscs_) {
        const int rc = osc_sync(osc, &none);
        result = result ? result : rc;
    }
    const int rc = mdc_ ? mdc_sync(mdc_, nullptr) : 0;
    return result ? result : rc;
}
