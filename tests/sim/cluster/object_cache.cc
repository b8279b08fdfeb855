// SPDX-License-Identifier: GPL-2.0
#include "tests/sim/cluster/object_cache.h"

#include <algorithm>
#include <cstring>

#include <linux/completion.h>
#include <linux/falloc.h>
#include <linux/mm.h>

namespace {

class MutexScope {
public:
    explicit MutexScope(struct mutex *lock) : lock_(lock) { mutex_lock(lock_); }
    ~MutexScope() { mutex_unlock(lock_); }

private:
    struct mutex *lock_;
};

void CancelLock(ldlm_lock *lock, bool discard) {
    if (lock->data)
        static_cast<ObjectCache *>(lock->data)->Cancel(lock, discard);
}

int GlimpseLock(ldlm_lock *lock, wire_ost_lvb *lvb) {
    return lock->data ? static_cast<ObjectCache *>(lock->data)->Glimpse(lvb) : -ENODATA;
}

}  // namespace

const ldlm_client_ops ObjectCache::kLockOps = {.cancel = CancelLock, .shed = nullptr, .glimpse = GlimpseLock};

ObjectCache::ObjectCache(osc *osc, const struct fid &object, const struct fid &file)
    : osc_(osc), object_(object), file_(file) {
    mutex_init(&lock_);
}

ObjectCache::~ObjectCache() {
    Drop(0, ~0ULL);
}

void ObjectCache::Drop(uint64_t first, uint64_t last) {
    auto it = pages_.lower_bound(first);

    while (it != pages_.end() && it->first <= last) {
        if (it->second.dirty && it->second.granted)
            osc_grant_return(osc_, PAGE_SIZE);
        put_page(it->second.page);
        it = pages_.erase(it);
    }
}

// By an eviction: what is dirty is reported.
void ObjectCache::Lose(uint64_t first, uint64_t last) {
    for (auto it = pages_.lower_bound(first); it != pages_.end() && it->first <= last; ++it)
        if (it->second.dirty)
            osc_lost(osc_, &file_, PAGE_SIZE);
}

int ObjectCache::Transfer(bool write, std::vector<osc_page> *pieces) {
    osc_io io = {};
    uint32_t bytes;

    io.osc = osc_;
    io.obj = object_;
    io.file = file_;
    io.write = write;
    io.nr = pieces->size();
    io.pages = pieces->data();
    (write ? pages_written_ : pages_fetched_) += pieces->size();
    return osc_io_wait(&io, &bytes);
}

int ObjectCache::Fetch(uint64_t index, Page **found) {
    const auto it = pages_.find(index);

    if (it != pages_.end()) {
        *found = &it->second;
        return 0;
    }
    Page fresh = {alloc_page(GFP_KERNEL), 0, false};
    std::vector<osc_page> pieces(1);
    pieces[0].page = fresh.page;
    pieces[0].off = index << PAGE_SHIFT;
    pieces[0].len = PAGE_SIZE;
    const int rc = Transfer(false, &pieces);
    if (rc) {
        put_page(fresh.page);
        return rc;
    }
    *found = &pages_.emplace(index, fresh).first->second;
    return 0;
}

int ObjectCache::Write(uint64_t offset, const char *data, uint32_t length) {
    MutexScope scope(&lock_);
    const uint64_t index = offset >> PAGE_SHIFT;
    Page *page;

    if (length == PAGE_SIZE && !pages_.count(index))
        pages_.emplace(index, Page{alloc_page(GFP_KERNEL), 0, false});
    int rc = Fetch(index, &page);
    if (rc)
        return rc;
    const uint64_t end = end_;
    memcpy(static_cast<char *>(page_address(page->page)) + offset % PAGE_SIZE, data, length);
    if (!page->dirty)
        page->granted = osc_grant_take(osc_, PAGE_SIZE);
    page->dirty = std::max<uint32_t>(page->dirty, offset % PAGE_SIZE + length);
    end_ = std::max(end_, offset + length);
    if (page->granted)
        return 0;
    // Without a promise of space it goes out now, or not at all.
    rc = FlushLocked(index, index);
    if (rc) {
        Drop(index, index);
        end_ = end;
    }
    return rc;
}

int ObjectCache::Read(uint64_t offset, char *data, uint32_t length) {
    MutexScope scope(&lock_);
    Page *page;
    const int rc = Fetch(offset >> PAGE_SHIFT, &page);

    if (!rc)
        memcpy(data, static_cast<char *>(page_address(page->page)) + offset % PAGE_SIZE, length);
    return rc;
}

int ObjectCache::MoveDirect(bool write, uint64_t offset, page *memory, uint32_t length) {
    MutexScope scope(&lock_);
    std::vector<osc_page> pieces(1);
    const uint64_t index = offset >> PAGE_SHIFT;
    int rc = FlushLocked(index, index);

    if (write)
        Drop(index, index);
    pieces[0].page = memory;
    pieces[0].off = offset;
    pieces[0].len = length;
    if (!rc)
        rc = Transfer(write, &pieces);
    if (!rc && write)
        end_ = std::max(end_, offset + length);
    return rc;
}

int ObjectCache::WriteDirect(uint64_t offset, const char *data, uint32_t length) {
    page *const memory = alloc_page(GFP_KERNEL);

    memcpy(page_address(memory), data, length);
    const int rc = MoveDirect(true, offset, memory, length);
    put_page(memory);
    return rc;
}

int ObjectCache::ReadDirect(uint64_t offset, char *data, uint32_t length) {
    page *const memory = alloc_page(GFP_KERNEL);
    const int rc = MoveDirect(false, offset, memory, length);

    memcpy(data, page_address(memory), length);
    put_page(memory);
    return rc;
}

int ObjectCache::Truncate(uint64_t size) {
    MutexScope scope(&lock_);
    const uint64_t index = size >> PAGE_SHIFT;
    const auto it = pages_.find(index);

    if (size % PAGE_SIZE && it != pages_.end()) {
        memset(static_cast<char *>(page_address(it->second.page)) + size % PAGE_SIZE, 0,
               PAGE_SIZE - size % PAGE_SIZE);
        Drop(index + 1, ~0ULL);
        it->second.dirty = std::min<uint32_t>(it->second.dirty, size % PAGE_SIZE);
        const int rc = FlushLocked(index, index);
        if (rc)
            return rc;
    } else {
        Drop(index, ~0ULL);
    }
    end_ = std::min(end_, size);
    return osc_punch(osc_, &object_, size, ~0ULL, {1, 0});
}

int ObjectCache::Fallocate(int mode, uint64_t start, uint64_t end) {
    MutexScope scope(&lock_);
    wire_obdo oa = {};

    if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) {
        const int rc = FlushLocked(start >> PAGE_SHIFT, (end - 1) >> PAGE_SHIFT);
        if (rc)
            return rc;
        Drop(start >> PAGE_SHIFT, (end - 1) >> PAGE_SHIFT);
    }
    const int rc = osc_fallocate(osc_, &object_, mode, start, end, &oa, nullptr);
    if (!rc && !(mode & FALLOC_FL_KEEP_SIZE))
        end_ = std::max(end_, end);
    return rc;
}

int ObjectCache::Flush(uint64_t start, uint64_t end) {
    MutexScope scope(&lock_);
    return FlushLocked(start >> PAGE_SHIFT, end >> PAGE_SHIFT);
}

// A write under way.
struct ObjectCache::Sending {
    osc_io io = {};
    std::vector<osc_page> pieces;
    std::vector<Page *> pages;
    completion done;
    int rc = 0;

    static void Done(osc_io *io, int rc, uint32_t) {
        auto *self = static_cast<Sending *>(io->arg);
        self->rc = rc;
        if (rc)
            osc_lost(io->osc, &io->file, io->nr * PAGE_SIZE);
        complete(&self->done);
    }
};

// As much as fits into one transfer, from a page on, which is moved behind it.
std::unique_ptr<ObjectCache::Sending> ObjectCache::Gather(std::map<uint64_t, Page>::iterator *it, uint64_t last) {
    auto sending = std::make_unique<Sending>();

    for (; *it != pages_.end() && (*it)->first <= last && sending->pieces.size() < osc_max_pages(osc_) &&
           sending->pieces.size() < 256;
         ++*it) {
        Page &page = (*it)->second;
        if (!page.dirty)
            continue;
        osc_page piece = {};
        piece.page = page.page;
        piece.off = (*it)->first << PAGE_SHIFT;
        piece.len = page.dirty;
        piece.granted = page.granted;
        sending->pieces.push_back(piece);
        sending->pages.push_back(&page);
    }
    return sending;
}

// All that is dirty is on its way at once. A page is written as far as it was changed, so that the OST knows the
// file's true size.
int ObjectCache::FlushLocked(uint64_t first, uint64_t last) {
    std::vector<std::unique_ptr<Sending>> sent;
    int result = 0;

    for (auto it = pages_.lower_bound(first); it != pages_.end() && it->first <= last;) {
        auto sending = Gather(&it, last);
        if (sending->pieces.empty())
            break;
        sending->io.osc = osc_;
        sending->io.obj = object_;
        sending->io.file = file_;
        sending->io.write = true;
        sending->io.nr = sending->pieces.size();
        sending->io.pages = sending->pieces.data();
        sending->io.done = Sending::Done;
        sending->io.arg = sending.get();
        init_completion(&sending->done);
        pages_written_ += sending->pieces.size();
        osc_submit(&sending->io);
        sent.push_back(std::move(sending));
    }
    for (const auto &sending : sent) {
        wait_for_completion(&sending->done);
        result = result ? result : sending->rc;
        for (Page *page : sending->pages) {
            page->dirty = 0;
            page->granted = false;
        }
    }
    return result;
}

int ObjectCache::Size(uint64_t *size) {
    wire_ost_lvb lvb;
    const int rc = osc_glimpse(osc_, &object_, this, &lvb);

    if (!rc)
        *size = le64_to_cpu(lvb.size);
    return rc;
}

int ObjectCache::Lock(uint64_t start, uint64_t end, enum ldlm_mode mode, ldlm_lock **lock) {
    return osc_lock(osc_, &object_, start, end, mode, this, lock);
}

void ObjectCache::Detach() {
    ldlm_res_id res;

    ldlm_ost_res(&object_, &res);
    ldlm_cancel_resource(osc_namespace(osc_), &res, ~0ULL);
    ldlm_resource_set_data(osc_namespace(osc_), &res, nullptr);
}

void ObjectCache::Cancel(ldlm_lock *lock, bool discard) {
    MutexScope scope(&lock_);
    const ldlm_extent extent = lock->policy.extent;

    if (!discard && lock->granted_mode == LCK_PW)
        FlushLocked(extent.start >> PAGE_SHIFT, extent.end >> PAGE_SHIFT);
    if (lock->flags & LOCKF_FAILED)
        Lose(extent.start >> PAGE_SHIFT, extent.end >> PAGE_SHIFT);
    Drop(extent.start >> PAGE_SHIFT, extent.end >> PAGE_SHIFT);
    if (lock->granted_mode == LCK_PW && end_ && extent.start < end_ && extent.end >= end_ - 1)
        end_ = 0;
}

// Not under lock_: the answer must not wait for pages that are on their way.
int ObjectCache::Glimpse(wire_ost_lvb *lvb) {
    if (!end_)
        return -ENODATA;
    lvb->size = cpu_to_le64(end_);
    return 0;
}
