// SPDX-License-Identifier: GPL-2.0
// Where files have data.
#include <algorithm>

#include <linux/falloc.h>

#include "tests/sim/cluster/client.h"
#include "tests/sim/cluster/node_scope.h"

int SimClient::Fallocate(const std::string &path, int mode, uint64_t offset, uint64_t length) {
    NodeScope scope(node_);
    std::vector<ldlm_lock *> locks;
    const uint64_t end = offset + length;
    uint64_t size;
    File *file;

    int rc = FileOf(path, &file);
    if (!rc)
        rc = LockRange(file, offset, end - 1, LCK_PW, &locks);
    if (rc)
        return rc;
    rc = FileSize(file, &size);
    const bool grows = !(mode & FALLOC_FL_KEEP_SIZE) && end > size;
    const uint32_t last = grows ? lov_stripe_of(file->layout, end - 1) : LOV_NO_STRIPE;
    // The object that has the new end comes last.
    for (uint32_t i = 0; !rc && i <= file->objects.size(); i++) {
        const uint32_t stripe = i < file->objects.size() ? i : last;
        u64 from, to;
        if (stripe == LOV_NO_STRIPE || (i == last && i < file->objects.size()) ||
            !lov_extent_in_stripe(file->layout, stripe, offset, end - 1, &from, &to))
            continue;
        rc = file->objects[stripe]->Fallocate(stripe == last ? mode : mode | FALLOC_FL_KEEP_SIZE, from, to + 1);
    }
    for (ldlm_lock *lock : locks)
        osc_unlock(lock, LCK_PW);
    return rc;
}

int SimClient::Seek(const std::string &path, uint64_t offset, bool hole, uint64_t *pos) {
    NodeScope scope(node_);
    std::vector<ldlm_lock *> locks;
    uint64_t size;
    File *file;
    const lov_seek_fn ask = [](void *arg, u32 stripe, u64 start, bool want_hole, u64 *at) {
        const ObjectCache &object = *static_cast<File *>(arg)->objects[stripe];
        return osc_seek(object.server(), &object.object(), start, want_hole, at);
    };

    int rc = FileOf(path, &file);
    if (!rc)
        rc = LockRange(file, offset, ~0ULL, LCK_PR, &locks);
    if (rc)
        return rc;
    for (const auto &object : file->objects)
        rc = rc ? rc : object->Flush(0, ~0ULL);
    if (!rc)
        rc = FileSize(file, &size);
    u64 found = 0;
    if (!rc)
        rc = lov_seek(file->layout, size, offset, hole, ask, file, &found);
    *pos = found;
    for (ldlm_lock *lock : locks)
        osc_unlock(lock, LCK_PR);
    return rc;
}

namespace {

struct ExtentWalk {
    const std::vector<std::unique_ptr<ObjectCache>> *objects;
    std::vector<osd_extent> *extents;
    bool *last;
};

int FetchExtents(void *arg, u32 stripe, u64 start, u64 end, osd_extent *ext, unsigned int room) {
    const ObjectCache &object = *(*static_cast<ExtentWalk *>(arg)->objects)[stripe];
    return osc_extents(object.server(), &object.object(), start, end, ext, room);
}

int TakeExtent(void *arg, const osd_extent *ext, bool last) {
    auto *walk = static_cast<ExtentWalk *>(arg);
    walk->extents->push_back(*ext);
    *walk->last = last;
    return 0;
}

}  // namespace

int SimClient::Extents(const std::string &path, uint64_t start, uint64_t end, std::vector<osd_extent> *extents,
                       bool *last) {
    NodeScope scope(node_);
    std::vector<ldlm_lock *> locks;
    File *file;

    extents->clear();
    *last = false;
    int rc = FileOf(path, &file);
    if (!rc)
        rc = LockRange(file, start, end - 1, LCK_PR, &locks);
    if (rc)
        return rc;
    for (const auto &object : file->objects)
        rc = rc ? rc : object->Flush(0, ~0ULL);
    ExtentWalk walk = {&file->objects, extents, last};
    if (!rc)
        rc = lov_extents(file->layout, start, end, FetchExtents, TakeExtent, &walk);
    for (ldlm_lock *lock : locks)
        osc_unlock(lock, LCK_PR);
    return rc;
}
