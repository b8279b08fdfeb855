// SPDX-License-Identifier: GPL-2.0
// What a client has in memory of one object: pages under extent locks, some of them dirty.
#ifndef SHEEN_TESTS_SIM_CLUSTER_OBJECT_CACHE_H
#define SHEEN_TESTS_SIM_CLUSTER_OBJECT_CACHE_H

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include <linux/mutex.h>

extern "C" {
#include "obd/osc/osc.h"
}

class ObjectCache {
public:
    ObjectCache(osc *osc, const struct fid &object, const struct fid &file);
    ~ObjectCache();
    ObjectCache(const ObjectCache &) = delete;
    ObjectCache &operator=(const ObjectCache &) = delete;

    // Bytes of one page; the caller holds an extent lock over them.
    int Write(uint64_t offset, const char *data, uint32_t length);
    int Read(uint64_t offset, char *data, uint32_t length);
    // The same past the cache: what is in it is written first and, for a write, dropped.
    int WriteDirect(uint64_t offset, const char *data, uint32_t length);
    int ReadDirect(uint64_t offset, char *data, uint32_t length);
    // Cuts the object off; the caller holds a lock to its end.
    int Truncate(uint64_t size);
    // As fallocate(2) on bytes [start, end) of the object; the caller holds a lock on them.
    int Fallocate(int mode, uint64_t start, uint64_t end);
    // Writes what is dirty in a range of bytes, its end included.
    int Flush(uint64_t start, uint64_t end);
    // Size as the OST and all clients know it.
    int Size(uint64_t *size);
    int Lock(uint64_t start, uint64_t end, enum ldlm_mode mode, ldlm_lock **lock);
    // The owner goes away: locks must not find it any more.
    void Detach();

    // Of the lock manager.
    void Cancel(ldlm_lock *lock, bool discard);
    int Glimpse(wire_ost_lvb *lvb);

    static const ldlm_client_ops kLockOps;

    struct osc *server() const { return osc_; }
    const struct fid &object() const { return object_; }

    uint64_t written() const { return pages_written_; }
    uint64_t fetched() const { return pages_fetched_; }

private:
    struct Page {
        struct page *page;
        uint32_t dirty;  // bytes from its beginning that are to be written; 0: it is clean
        bool granted;
    };

    struct Sending;

    std::unique_ptr<Sending> Gather(std::map<uint64_t, Page>::iterator *it, uint64_t last);
    int Fetch(uint64_t index, Page **page);
    int MoveDirect(bool write, uint64_t offset, page *memory, uint32_t length);
    int FlushLocked(uint64_t first, uint64_t last);
    int Transfer(bool write, std::vector<osc_page> *pieces);
    void Drop(uint64_t first, uint64_t last);
    void Lose(uint64_t first, uint64_t last);

    osc *const osc_;
    const struct fid object_;
    const struct fid file_;
    struct mutex lock_;  // guards all below, also while pages are on their way
    std::map<uint64_t, Page> pages_;
    uint64_t end_ = 0;  // after the last byte written here under locks that are still held
    uint64_t pages_written_ = 0;
    uint64_t pages_fetched_ = 0;
};

#endif
