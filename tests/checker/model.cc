// SPDX-License-Identifier: GPL-2.0
#include "tests/checker/model.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

namespace checker {

namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kEnd = INT64_MAX;  // of a lock that goes to the end of the file

std::string ParentOf(const std::string &path) {
    return path.substr(0, path.find('/'));
}

std::string NameOf(const std::string &path) {
    return path.substr(path.find('/') + 1);
}

// The owner of fcntl() locks is the actor, that of flock() locks the open file.
uint64_t OwnerOf(unsigned actor) {
    return actor * 16;
}

uint64_t OwnerOf(unsigned actor, unsigned slot) {
    return actor * 16 + 1 + slot;
}

bool IsFlock(uint64_t owner) {
    return owner % 16;
}

uint64_t LockEnd(const Op &op) {
    return op.length ? op.offset + op.length - 1 : kEnd;
}

std::string Difference(const std::string &expected, const std::string &got) {
    const size_t same =
        std::mismatch(expected.begin(), expected.begin() + std::min(expected.size(), got.size()), got.begin()).first -
        expected.begin();
    const size_t from = same / kWord * kWord, shown = 256;

    return "expected " + std::to_string(expected.size()) + " bytes, got " + std::to_string(got.size()) +
           "; they differ from byte " + std::to_string(same) + "; from " + std::to_string(from) + " on expected" +
           Describe(expected.substr(std::min(from, expected.size()), shown)) + ", got" +
           Describe(got.substr(std::min(from, got.size()), shown));
}

}  // namespace

Model::Model(unsigned actors, const Rules &rules) : rules_(rules), actors_(actors) {
    Inode directory;

    directory.type = 'd';
    directory.mode = 0755;
    directory.nlink = 2;
    roots_ = {{"d0", 1}, {"d1", 2}};
    for (const auto &[name, id] : roots_)
        inodes_[id] = std::make_shared<Inode>(directory);
}

bool Model::operator==(const Model &other) const {
    if (actors_ != other.actors_ || counters_ != other.counters_ || inodes_.size() != other.inodes_.size())
        return false;
    return std::equal(inodes_.begin(), inodes_.end(), other.inodes_.begin(), [](const auto &a, const auto &b) {
        return a.first == b.first && (a.second == b.second || *a.second == *b.second);
    });
}

bool Model::Call::Error(int error) const {
    if (result.error == error)
        return true;
    return No(std::string("expected ") + (error ? strerrorname_np(error) : "success"));
}

bool Model::Call::No(const std::string &text) const {
    *why = text;
    return false;
}

// ---- inodes and names ----

const Inode *Model::inode(uint64_t id) const {
    const auto it = inodes_.find(id);
    return it == inodes_.end() ? nullptr : it->second.get();
}

Inode &Model::Change(uint64_t id) {
    auto &shared = inodes_.at(id);
    auto fresh = std::make_shared<Inode>(*shared);

    shared = fresh;
    return *fresh;
}

uint64_t Model::Find(const std::string &path) const {
    const auto root = roots_.find(ParentOf(path));

    if (root == roots_.end())
        return 0;
    if (path == root->first)
        return root->second;
    const Inode &dir = *inodes_.at(root->second);
    const auto name = dir.names.find(NameOf(path));
    return name == dir.names.end() ? 0 : name->second;
}

// A new inode is named after the operation that makes it, so that it is the same one in whatever order things happened.
uint64_t Model::Add(const Call &c, char type, uint32_t mode) {
    auto fresh = std::make_shared<Inode>();

    fresh->type = type;
    fresh->mode = mode;
    fresh->nlink = type == 'd' ? 2 : 1;
    fresh->mtime = Now(c);
    if (type == 'l')
        fresh->target = c.op.other;
    inodes_[c.op.tag] = fresh;
    return c.op.tag;
}

void Model::Enter(const std::string &path, uint64_t id) {
    Inode &dir = Change(roots_.at(ParentOf(path)));

    dir.names[NameOf(path)] = id;
    if (inode(id)->type == 'd')
        dir.nlink++;
}

uint64_t Model::Remove(const std::string &path) {
    Inode &dir = Change(roots_.at(ParentOf(path)));
    const uint64_t id = dir.names.at(NameOf(path));

    dir.names.erase(NameOf(path));
    if (inode(id)->type == 'd')
        dir.nlink--;
    return id;
}

// A name of an inode is gone.
void Model::Drop(uint64_t id) {
    Inode &inode = Change(id);

    inode.nlink = inode.type == 'd' ? 0 : inode.nlink - 1;
    Collect();
}

void Model::Collect() {
    std::set<uint64_t> used;

    for (const Actor &actor : actors_) {
        used.insert(actor.found);
        for (const Slot &slot : actor.slots)
            used.insert(slot.inode);
    }
    std::erase_if(inodes_, [&](const auto &entry) { return !entry.second->nlink && !used.count(entry.first); });
}

// ---- times ----

Span Model::Now(const Call &c) const {
    return {c.result.begin - rules_.clock_slack, c.result.end + rules_.clock_slack};
}

void Model::Touch(const Call &c, Inode *inode, bool surely) const {
    const Span now = Now(c);

    if (surely)
        inode->mtime = now;
    else
        inode->mtime = {std::min(inode->mtime.low, now.low), std::max(inode->mtime.high, now.high)};
}

// ---- one phase ----

unsigned Model::Phases(const Op &op) {
    switch (op.kind) {
        case Kind::kOpen:
            return op.flags & kCutOff ? 2 : 1;
        case Kind::kFlock:
        case Kind::kStatOpen:
        case Kind::kTruncatePath:
        case Kind::kChmod:
        case Kind::kSetTime:
        case Kind::kSetAttribute:
        case Kind::kGetAttribute:
        case Kind::kLink:
            return 2;
        case Kind::kStat:
            return 3;
        default:
            return 1;
    }
}

bool Model::Step(unsigned actor, unsigned phase, const Op &op, const Result &result, const std::vector<Peer> &peers,
                 std::string *why) {
    const Call c{actor, phase, op, result, peers, why};

    switch (op.kind) {
        case Kind::kOpen:
            return Open(c);
        case Kind::kClose:
        case Kind::kRead:
        case Kind::kWrite:
        case Kind::kTruncate:
        case Kind::kClear:
        case Kind::kStatOpen:
        case Kind::kSync:
        case Kind::kMapRead:
        case Kind::kMapWrite:
        case Kind::kFlock:
        case Kind::kLock:
        case Kind::kTestLock:
            return SlotOf(c).inode ? OnSlot(c) : c.Error(EBADF);
        case Kind::kUnlink:
        case Kind::kRmdir:
            return Unlink(c);
        case Kind::kRename:
            return Rename(c);
        case Kind::kMkdir:
        case Kind::kSymlink:
            return Make(c);
        case Kind::kReadLink:
            return ReadLink(c);
        case Kind::kList:
            return List(c);
        case Kind::kBump:
            return Bump(c);
        case Kind::kForget:
            return c.Error(0);
        default:
            return OnPath(c);
    }
}

bool Model::OnSlot(const Call &c) {
    const uint64_t id = SlotOf(c).inode;

    switch (c.op.kind) {
        case Kind::kClose:
            return Close(c);
        case Kind::kRead:
            return Read(c);
        case Kind::kWrite:
            return Write(c);
        case Kind::kTruncate:
            return c.Error(0) && CutOff(c, id, c.op.offset);
        case Kind::kClear:
            return c.Error(0) && Clear(c, id);
        case Kind::kStatOpen:
            return c.Error(0) && (c.phase ? Size(c, id) : Attributes(c, id));
        case Kind::kSync:
            return c.Error(0);
        case Kind::kFlock:
            return Flock(c);
        case Kind::kLock:
            return RecordLock(c);
        case Kind::kTestLock:
            return TestLock(c);
        default:
            return Map(c);
    }
}

// Operations that look for a name first, and then do something to what they found.
bool Model::OnPath(const Call &c) {
    uint64_t &found = actors_[c.actor].found;

    if (!c.phase)
        return Find(c);
    const uint64_t id = found;
    const bool ok = !id || Found(c, id);
    if (c.Last()) {
        found = 0;
        Collect();
    }
    return ok;
}

bool Model::Find(const Call &c) {
    const uint64_t id = Find(c.op.path);
    const bool follows = c.op.kind != Kind::kStat && c.op.kind != Kind::kLink;

    // Symbolic links go nowhere here.
    if (!id || (follows && inode(id)->type == 'l'))
        return c.Error(ENOENT);
    if (c.op.kind == Kind::kTruncatePath && inode(id)->type == 'd')
        return c.Error(EISDIR);
    actors_[c.actor].found = id;
    // What these two say is decided later.
    return c.op.kind == Kind::kLink || c.op.kind == Kind::kGetAttribute || c.Error(0);
}

bool Model::Found(const Call &c, uint64_t id) {
    switch (c.op.kind) {
        case Kind::kStat:
            return c.phase == 1 ? Attributes(c, id) : Size(c, id);
        case Kind::kTruncatePath:
            return CutOff(c, id, c.op.offset);
        case Kind::kChmod:
            Change(id).mode = c.op.flags;
            return true;
        case Kind::kSetTime: {
            const int64_t time = static_cast<int64_t>(c.op.offset) * 1'000'000'000;
            Change(id).mtime = {time, time};
            return true;
        }
        case Kind::kSetAttribute:
            Change(id).attribute = c.op.tag;
            return true;
        case Kind::kGetAttribute: {
            const uint64_t value = inode(id)->attribute;
            if (!c.Error(value ? 0 : ENODATA))
                return false;
            return !value || c.result.data == std::to_string(value) || c.No("expected " + std::to_string(value));
        }
        default:
            return Link(c, id);
    }
}

// ---- open files ----

bool Model::Open(const Call &c) {
    Slot &slot = SlotOf(c);
    uint64_t id = Find(c.op.path);

    if (c.phase)
        return c.result.error || CutOff(c, slot.inode, 0);
    if (slot.inode)
        return c.Error(EBUSY);
    if (!id && !(c.op.flags & kCreate))
        return c.Error(ENOENT);
    if (id && c.op.flags & kCreate && c.op.flags & kExclusive)
        return c.Error(EEXIST);
    if (id && inode(id)->type != 'f')
        return c.Error(inode(id)->type == 'd' ? EISDIR : ELOOP);
    if (!c.Error(0))
        return false;
    if (!id) {
        id = Add(c, 'f', 0644);
        Enter(c.op.path, id);
    }
    slot = {id, c.op.flags};
    return true;
}

bool Model::Close(const Call &c) {
    Slot &slot = SlotOf(c);

    if (!inode(slot.inode)->locks.empty()) {
        Inode &inode = Change(slot.inode);
        Unlock(&inode, OwnerOf(c.actor), 0, kEnd);
        Unlock(&inode, OwnerOf(c.actor, c.op.slot), 0, kEnd);
    }
    slot = Slot();
    Collect();
    return c.Error(0);
}

bool Model::Read(const Call &c) {
    if (!c.Error(0))
        return false;
    const std::string expected = inode(SlotOf(c).inode)->data.Read(c.op.offset, c.op.length);
    return expected == c.result.data || c.No(Difference(expected, c.result.data));
}

bool Model::Write(const Call &c) {
    if (!c.Error(0))
        return false;
    if (c.result.value != c.op.length)
        return c.No("not all was written");
    if (!c.op.length)
        return true;
    Inode &inode = Change(SlotOf(c).inode);
    inode.data.Write(SlotOf(c).flags & kAppend ? inode.data.size() : c.op.offset, Pattern(c.op.tag, c.op.length));
    Touch(c, &inode, true);
    return true;
}

// What lies in the last page behind the end of the file is nobody's.
bool Model::Map(const Call &c) {
    const uint64_t id = SlotOf(c).inode, size = inode(id)->data.size();

    if (c.op.offset + c.op.length > (size + kPage - 1) / kPage * kPage)
        return c.Error(EFAULT);
    if (!c.Error(0))
        return false;
    const uint64_t inside = c.op.offset < size ? std::min(c.op.length, size - c.op.offset) : 0;
    if (c.op.kind == Kind::kMapRead) {
        const std::string expected = inode(id)->data.Read(c.op.offset, inside), got = c.result.data.substr(0, inside);
        return (expected == got && c.result.data.size() == c.op.length) || c.No(Difference(expected, got));
    }
    Inode &inode = Change(id);
    inode.data.Write(c.op.offset, Pattern(c.op.tag, inside));
    Touch(c, &inode, false);
    return true;
}

bool Model::CutOff(const Call &c, uint64_t id, uint64_t size) {
    const bool changes = inode(id)->data.size() != size;
    Inode &inode = Change(id);

    inode.data.Truncate(size);
    Touch(c, &inode, changes);
    return true;
}

bool Model::Clear(const Call &c, uint64_t id) {
    const uint64_t end = c.op.offset + c.op.length;
    Inode &inode = Change(id);

    if (!(c.op.flags & (kHole | kKeepSize)) && end > inode.data.size())
        inode.data.Truncate(end);
    if (c.op.offset < inode.data.size())
        inode.data.Write(c.op.offset, std::string(std::min(end, inode.data.size()) - c.op.offset, 0));
    Touch(c, &inode, true);
    return true;
}

// ---- attributes ----

bool Model::Attributes(const Call &c, uint64_t id) {
    const Inode &is = *inode(id);

    if (c.result.type != is.type)
        return c.No(std::string("expected type ") + is.type);
    if (is.type != 'l' && c.result.mode != is.mode)
        return c.No("expected another mode, decimal " + std::to_string(is.mode));
    if (c.result.nlink != is.nlink)
        return c.No("expected nlink " + std::to_string(is.nlink));
    if (is.number)
        return c.result.number == is.number || c.No("expected number " + std::to_string(is.number));
    for (const auto &[other, known] : inodes_) {
        if (known->number == c.result.number)
            return c.No("the number is another file's");
    }
    Change(id).number = c.result.number;
    return true;
}

// Which sizes a file may show while others change it: a write or truncation makes its way bit by bit. False: nobody
// does.
bool Model::Sizes(const Call &c, uint64_t id, uint64_t *low, uint64_t *high) const {
    bool any = false;

    *low = *high = inode(id)->data.size();
    for (const Peer &peer : c.peers) {
        const Op &op = *peer.op;
        const Slot &slot = actors_[peer.actor].slots[op.slot];
        const bool by_slot = op.kind == Kind::kWrite || op.kind == Kind::kTruncate || op.kind == Kind::kMapWrite;
        const bool by_path = op.kind == Kind::kTruncatePath || op.kind == Kind::kSetTime ||
                             (op.kind == Kind::kOpen && op.flags & kCutOff);
        uint64_t size = *high;
        if (by_slot ? slot.inode != id : !by_path)
            continue;
        if (op.kind == Kind::kWrite)
            size = slot.flags & kAppend ? *high + op.length : op.offset + op.length;
        else if (op.kind == Kind::kTruncate || op.kind == Kind::kTruncatePath)
            size = op.offset;
        else if (op.kind == Kind::kOpen)
            size = 0;
        any = true;
        if (op.kind != Kind::kWrite)
            *low = std::min(*low, size);
        *high = std::max(*high, size);
    }
    return any;
}

bool Model::Size(const Call &c, uint64_t id) {
    const Inode &is = *inode(id);
    uint64_t low, high;

    if (is.type == 'd')
        return true;
    if (is.type == 'l')
        return c.result.size == is.target.size() || c.No("expected size " + std::to_string(is.target.size()));
    const bool changing = Sizes(c, id, &low, &high);
    if (c.result.size < low || c.result.size > high)
        return c.No("expected size " + std::to_string(low) + (low == high ? "" : " to " + std::to_string(high)));
    if (changing || !rules_.times)
        return true;
    if (c.result.mtime < is.mtime.low || c.result.mtime > is.mtime.high)
        return c.No("expected mtime " + std::to_string(is.mtime.low) + " to " + std::to_string(is.mtime.high));
    // Whoever looks again sees the same.
    if (is.mtime.low != is.mtime.high)
        Change(id).mtime = {c.result.mtime, c.result.mtime};
    return true;
}

// ---- locks ----

bool Model::Conflict(const Lock &l, const Lock &wish) const {
    return l.owner != wish.owner && (l.alone || wish.alone) && l.start <= wish.end && wish.start <= l.end &&
           (rules_.one_lock_table || IsFlock(l.owner) == IsFlock(wish.owner));
}

bool Model::Conflicts(const Inode &inode, const Lock &wish) const {
    return std::any_of(inode.locks.begin(), inode.locks.end(), [&](const Lock &l) { return Conflict(l, wish); });
}

void Model::Unlock(Inode *inode, uint64_t owner, uint64_t start, uint64_t end) {
    std::vector<Lock> left;

    for (const Lock &l : inode->locks) {
        if (l.owner != owner || l.end < start || l.start > end) {
            left.push_back(l);
            continue;
        }
        if (l.start < start)
            left.push_back({owner, l.alone, l.start, start - 1});
        if (l.end > end)
            left.push_back({owner, l.alone, end + 1, l.end});
    }
    inode->locks = left;
}

bool Model::LockedBy(unsigned actor, unsigned slot) const {
    const Inode *is = inode(this->slot(actor, slot).inode);
    const uint64_t owner = OwnerOf(actor, slot);

    return is && std::any_of(is->locks.begin(), is->locks.end(), [&](const Lock &l) { return l.owner == owner; });
}

// A lock that is there already goes first.
bool Model::Flock(const Call &c) {
    const uint64_t owner = OwnerOf(c.actor, c.op.slot), id = SlotOf(c).inode;
    const Lock wish = {owner, c.op.flags == kAlone, 0, kEnd};

    if (!c.phase) {
        Unlock(&Change(id), owner, 0, kEnd);
        return true;
    }
    if (c.op.flags == kUnlock)
        return c.Error(0);
    if (Conflicts(*inode(id), wish))
        return c.Error(EAGAIN);
    Change(id).locks.push_back(wish);
    return c.Error(0);
}

bool Model::RecordLock(const Call &c) {
    const uint64_t owner = OwnerOf(c.actor), id = SlotOf(c).inode;
    const Lock wish = {owner, c.op.flags == kAlone, c.op.offset, LockEnd(c.op)};

    if (c.op.flags != kUnlock && Conflicts(*inode(id), wish))
        return c.Error(EAGAIN);
    Inode &inode = Change(id);
    Unlock(&inode, owner, wish.start, wish.end);
    if (c.op.flags != kUnlock)
        inode.locks.push_back(wish);
    return c.Error(0);
}

// Any lock that stands in the way will do, however it was put together.
bool Model::TestLock(const Call &c) {
    const Inode &is = *inode(SlotOf(c).inode);
    const Lock wish = {OwnerOf(c.actor), c.op.flags == kAlone, c.op.offset, LockEnd(c.op)};
    std::string some;

    if (!c.Error(0))
        return false;
    if (!Conflicts(is, wish))
        return c.result.data.empty() || c.No("nothing is in the way");
    for (const Lock &l : is.locks) {
        if (!Conflict(l, wish))
            continue;
        Lock whole = l;
        for (size_t i = 0; i < is.locks.size(); i++) {
            for (const Lock &more : is.locks) {
                if (more.owner == l.owner && more.alone == l.alone && more.start <= whole.end + 1 &&
                    whole.start <= more.end + 1) {
                    whole.start = std::min(whole.start, more.start);
                    whole.end = std::max(whole.end, more.end);
                }
            }
        }
        for (const Lock &one : {l, whole}) {
            some = LockText(one.alone, one.start, one.end);
            if (c.result.data == some)
                return true;
        }
    }
    return c.No("expected " + some);
}

// ---- names ----

bool Model::Link(const Call &c, uint64_t id) {
    const bool taken = Find(c.op.other);
    const int unfit = inode(id)->type == 'd' ? EPERM : inode(id)->nlink ? 0 : ENOENT;

    // Of two reasons either may be told.
    if (taken || unfit)
        return c.Error(taken && !(unfit && c.result.error == unfit) ? EEXIST : unfit);
    Change(id).nlink++;
    Enter(c.op.other, id);
    return c.Error(0);
}

bool Model::Unlink(const Call &c) {
    const uint64_t id = Find(c.op.path);
    const bool directory = c.op.kind == Kind::kRmdir;

    if (!id)
        return c.Error(ENOENT);
    if ((inode(id)->type == 'd') != directory)
        return c.Error(directory ? ENOTDIR : EISDIR);
    if (!inode(id)->names.empty())
        return c.Error(ENOTEMPTY);
    Drop(Remove(c.op.path));
    return c.Error(0);
}

bool Model::Rename(const Call &c) {
    const uint64_t from = Find(c.op.path), to = Find(c.op.other);

    if (!from)
        return c.Error(ENOENT);
    if (from == to)
        return c.Error(0);
    if (to) {
        const bool directory = inode(from)->type == 'd';
        if ((inode(to)->type == 'd') != directory)
            return c.Error(directory ? ENOTDIR : EISDIR);
        if (!inode(to)->names.empty())
            return c.Error(ENOTEMPTY);
        Drop(Remove(c.op.other));
    }
    Remove(c.op.path);
    Enter(c.op.other, from);
    return c.Error(0);
}

bool Model::Make(const Call &c) {
    if (Find(c.op.path))
        return c.Error(EEXIST);
    Enter(c.op.path, c.op.kind == Kind::kMkdir ? Add(c, 'd', 0755) : Add(c, 'l', 0777));
    return c.Error(0);
}

bool Model::ReadLink(const Call &c) {
    const uint64_t id = Find(c.op.path);

    if (!id)
        return c.Error(ENOENT);
    if (inode(id)->type != 'l')
        return c.Error(EINVAL);
    return c.Error(0) && (c.result.data == inode(id)->target || c.No("expected " + inode(id)->target));
}

bool Model::List(const Call &c) {
    const uint64_t id = Find(c.op.path);
    std::string names;

    if (!id || inode(id)->type == 'l')
        return c.Error(ENOENT);
    if (inode(id)->type != 'd')
        return c.Error(ENOTDIR);
    for (const auto &[name, entry] : inode(id)->names)
        names += name + "\n";
    return c.Error(0) && (c.result.data == names || c.No("expected \"" + names + "\""));
}

bool Model::Bump(const Call &c) {
    uint64_t &counter = counters_[c.op.slot];

    if (!c.Error(0))
        return false;
    if (c.result.value != counter)
        return c.No("expected value " + std::to_string(counter));
    counter++;
    return true;
}

}  // namespace checker
