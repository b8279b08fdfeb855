// SPDX-License-Identifier: GPL-2.0
// Clients of a simulated cluster work on the same few files and names at random; a model says what each of them has to
// see. One that goes back and forth in time, tears writes apart or mixes files up cannot please it.
#include <linux/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <floor.h>

#include "tests/checker/session.h"
#include "tests/sim/cluster/worker.h"

namespace {

using checker::Kind;
using checker::Op;
using checker::Result;

constexpr char kAttribute[] = "user.tag";

// A client as the checker sees it. As the kernel does, it tries again when a file has gone under it.
class SimActor {
public:
    SimActor(SimClient *client, unsigned int index) : client_(*client), index_(index) {}

    Result Do(const Op &op) {
        Result r;
        int rc;

        r.begin = static_cast<int64_t>(floor_now_ns());
        for (int i = 0; i < kTries; i++) {
            rc = op.kind == Kind::kOpen   ? Open(op)
                 : op.kind == Kind::kBump ? Bump(op, &r)
                 : op.kind >= Kind::kStat ? OnPath(op, &r)
                 : slots_[op.slot].open   ? OnSlot(op, &slots_[op.slot], &r)
                                          : -EBADF;
            if (rc != -ESTALE)
                break;
        }
        r.error = -rc;
        r.end = static_cast<int64_t>(floor_now_ns());
        return r;
    }
    void CloseAll() {
        for (Slot &slot : slots_) {
            if (slot.open)
                Close(&slot);
        }
    }

private:
    static constexpr int kTries = 5;
    struct Slot {
        bool open = false;
        struct fid fid;
        uint64_t handle;
        unsigned flags;
    };

    // Owners of locks: the client, and its open files.
    uint64_t Owner() const { return (index_ + 1) * 100; }
    uint64_t Owner(const Slot &slot) const { return Owner() + 1 + (&slot - slots_.data()); }

    int Open(const Op &op) {
        Slot *slot = &slots_[op.slot];
        uint64_t flags = 0;

        if (slot->open)
            return -EBUSY;
        flags |= op.flags & checker::kCreate ? MDS_OPEN_CREAT : 0;
        flags |= op.flags & checker::kExclusive ? MDS_OPEN_EXCL : 0;
        int rc = client_.OpenFile(op.path, flags, &slot->handle, &slot->fid);
        if (rc)
            return rc;
        slot->open = true;
        slot->flags = op.flags;
        return op.flags & checker::kCutOff ? client_.TruncateOpen(slot->fid, 0) : 0;
    }

    int Close(Slot *slot) {
        Unlock(*slot, Owner());
        Unlock(*slot, Owner(*slot));
        slot->open = false;
        return client_.Close(slot->fid, slot->handle);
    }

    int Unlock(const Slot &slot, uint64_t owner) {
        ldlm_flock range = {0, ~0ULL >> 1, owner, index_ + 1};
        enum ldlm_mode mode = LCK_NL;
        return client_.Flock(slot.fid, &mode, 0, &range);
    }

    int OnSlot(const Op &op, Slot *slot, Result *r) {
        const bool direct = slot->flags & checker::kDirect;

        switch (op.kind) {
            case Kind::kClose:
                return Close(slot);
            case Kind::kRead:
                return client_.ReadOpen(slot->fid, op.offset, op.length, &r->data, direct);
            case Kind::kWrite: {
                const std::string data = checker::Pattern(op.tag, op.length);
                r->value = op.length;
                return slot->flags & checker::kAppend ? client_.Append(slot->fid, data, direct)
                                                      : client_.WriteOpen(slot->fid, op.offset, data, direct);
            }
            case Kind::kTruncate:
                return client_.TruncateOpen(slot->fid, op.offset);
            case Kind::kStatOpen: {
                SimStat st;
                const int rc = client_.StatOpen(slot->fid, &st);
                return rc ? rc : TakeStat(st, r);
            }
            case Kind::kSync:
                return op.tag % 2 ? client_.Flush() : client_.Sync();
            default:
                return Lock(op, *slot, r);
        }
    }

    int Lock(const Op &op, const Slot &slot, Result *r) {
        const bool flock = op.kind == Kind::kFlock;
        enum ldlm_mode mode = op.flags == checker::kUnlock ? LCK_NL : op.flags == checker::kAlone ? LCK_PW : LCK_PR;
        ldlm_flock range = {0, ~0ULL >> 1, flock ? Owner(slot) : Owner(), index_ + 1};

        if (flock)
            Unlock(slot, Owner(slot));
        else
            range.start = op.offset;
        if (!flock && op.length)
            range.end = op.offset + op.length - 1;
        if (op.kind != Kind::kTestLock)
            return client_.Flock(slot.fid, &mode, mode == LCK_NL ? 0 : LDLM_FL_BLOCK_NOWAIT, &range);
        const int rc = client_.Flock(slot.fid, &mode, LDLM_FL_TEST_LOCK, &range);
        if (!rc && mode != LCK_NL)
            r->data = checker::LockText(mode == LCK_PW, range.start, std::min<uint64_t>(range.end, INT64_MAX));
        return rc;
    }

    // Truncation, chmod and the like follow symbolic links, which go nowhere.
    int OnPath(const Op &op, Result *r) {
        SimStat st;

        switch (op.kind) {
            case Kind::kStat: {
                const int rc = client_.Stat(op.path, &st);
                return rc ? rc : TakeStat(st, r);
            }
            case Kind::kTruncatePath:
            case Kind::kChmod:
            case Kind::kSetAttribute:
            case Kind::kGetAttribute:
            case Kind::kReadLink:
            case Kind::kList:
                return OnFound(op, r);
            case Kind::kLink:
                return Link(op);
            case Kind::kUnlink:
                return client_.Unlink(op.path);
            case Kind::kRename:
                return client_.Rename(op.path, op.other);
            case Kind::kMkdir:
                return client_.Mkdir(op.path);
            case Kind::kRmdir:
                return client_.Rmdir(op.path);
            case Kind::kSymlink:
                return client_.Symlink(op.other, op.path);
            default:
                client_.Forget();
                return 0;
        }
    }

    // What the kernel looks at before it asks.
    int OnFound(const Op &op, Result *r) {
        SimStat st;
        int rc = client_.Stat(op.path, &st);

        if (rc)
            return rc;
        if (op.kind == Kind::kReadLink)
            return S_ISLNK(st.mode) ? client_.ReadLink(st.fid, &r->data) : -EINVAL;
        if (S_ISLNK(st.mode))
            return -ENOENT;
        if (op.kind == Kind::kTruncatePath)
            return S_ISDIR(st.mode) ? -EISDIR : client_.TruncateOpen(st.fid, op.offset);
        if (op.kind == Kind::kChmod)
            return client_.Chmod(st.fid, (st.mode & S_IFMT) | op.flags);
        if (op.kind == Kind::kSetAttribute)
            return client_.SetXattr(st.fid, kAttribute, std::to_string(op.tag));
        if (op.kind == Kind::kGetAttribute)
            return client_.GetXattr(st.fid, kAttribute, &r->data);
        if (!S_ISDIR(st.mode))
            return -ENOTDIR;
        std::vector<std::string> names;
        rc = client_.List(st.fid, &names);
        std::sort(names.begin(), names.end());
        for (const std::string &name : names)
            r->data += name + "\n";
        return rc;
    }

    int Link(const Op &op) {
        SimStat from, to;
        int rc = client_.Stat(op.path, &from);

        if (rc)
            return rc;
        if (!client_.Stat(op.other, &to))
            return -EEXIST;
        return S_ISDIR(from.mode) ? -EPERM : client_.Link(from.fid, op.other);
    }

    static int TakeStat(const SimStat &st, Result *r) {
        r->type = S_ISREG(st.mode) ? 'f' : S_ISDIR(st.mode) ? 'd' : 'l';
        r->mode = st.mode & 07777;
        r->nlink = st.nlink;
        r->size = st.size;
        r->number = (st.fid.seq << 32) + st.fid.oid;
        return 0;
    }

    // Raises a number under a lock, waiting for it.
    int Bump(const Op &op, Result *r) {
        const uint64_t at = op.slot * checker::kCounterStep;
        ldlm_flock range = {at, at + 7, Owner(), index_ + 1};
        enum ldlm_mode mode = LCK_PW, none = LCK_NL;
        const bool direct = op.flags & checker::kBumpDirect;
        SimStat st;
        std::string data;

        int rc = client_.Stat(checker::kCounterFile, &st);
        if (!rc)
            rc = client_.Flock(st.fid, &mode, 0, &range);
        if (rc)
            return rc;
        rc = client_.ReadOpen(st.fid, at, sizeof(r->value), &data, direct);
        if (!rc) {
            memcpy(&r->value, data.data(), sizeof(r->value));
            const uint64_t next = r->value + 1;
            memcpy(data.data(), &next, sizeof(next));
            rc = client_.WriteOpen(st.fid, at, data, direct);
        }
        const int rc2 = client_.Flock(st.fid, &none, 0, &range);
        return rc ? rc : rc2;
    }

    SimClient &client_;
    const unsigned int index_;
    std::array<Slot, checker::kSlots> slots_ = {};
};

class SimDriver : public checker::Driver {
public:
    explicit SimDriver(SimCluster *cluster) : cluster_(*cluster) {
        SimClient &first = cluster_.client();

        for (const char *dir : {"d0", "d1"})
            EXPECT_EQ(0, first.Mkdir(dir));
        EXPECT_EQ(0, first.StripeNewFiles("d1", -1));
        EXPECT_EQ(0, first.Create(checker::kCounterFile, -1));
        EXPECT_EQ(0, first.Truncate(checker::kCounterFile, checker::kCounterStep * checker::kCounters));
        for (unsigned int i = 0; i < cluster_.clients(); i++)
            actors_.emplace_back(&cluster_.client(i), i);
    }
    ~SimDriver() override {
        for (SimActor &actor : actors_)
            actor.CloseAll();
    }

    checker::Results Run(const checker::Work &work) override {
        checker::Results results(work.size());
        cluster_.Parallel([&](SimClient &, unsigned int index) {
            for (const Op &op : work[index])
                results[index].push_back(actors_[index].Do(op));
        });
        return results;
    }

private:
    SimCluster &cluster_;
    std::vector<SimActor> actors_;
};

class SimCoherenceTest : public SimTest {
protected:
    void Check(const SimOptions &cluster, unsigned int rounds) {
        RunSim(cluster, [&](SimCluster &c) {
            checker::Options options;
            options.seed = cluster.seed;
            options.config.actors = cluster.clients;
            options.config.mapping = false;
            options.config.holes = false;
            options.config.times = options.rules.times = false;
            options.more = [rounds](unsigned round) { return round < rounds; };
            SimDriver driver(&c);
            checker::Session session(&driver, options);
            EXPECT_TRUE(session.Run()) << session.report();
        });
    }

    static SimOptions OptionsOf(uint64_t seed, bool faults) {
        SimOptions o = ::OptionsOf(seed);

        o.clients = 2 + o.clients % 2;
        o.limit_minutes = 1200;
        if (faults) {
            o.faults.loss = 0.002;
            o.faults.duplicate = 0.01;
        }
        return o;
    }
};

TEST_F(SimCoherenceTest, ClientsSeeOneFileSystem) {
    for (const uint64_t seed : Seeds(10)) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Check(OptionsOf(seed, false), 150);
        if (HasFailure())
            break;
    }
}

TEST_F(SimCoherenceTest, ClientsSeeOneFileSystemOnABadNetwork) {
    for (const uint64_t seed : Seeds(10)) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Check(OptionsOf(seed, true), 100);
        if (HasFailure())
            break;
    }
}

}  // namespace
