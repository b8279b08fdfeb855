// SPDX-License-Identifier: GPL-2.0
#include "tests/checker/generator.h"

#include <algorithm>

namespace checker {

namespace {

constexpr uint64_t kPage = 4096, kStripe = 65536;

// How often each kind comes.
constexpr struct {
    Kind kind;
    unsigned weight;
} kMix[] = {
    {Kind::kOpen, 12},        {Kind::kClose, 6},        {Kind::kRead, 14}, {Kind::kWrite, 18},
    {Kind::kTruncate, 4},     {Kind::kClear, 4},        {Kind::kStatOpen, 6},     {Kind::kSync, 3},  {Kind::kMapRead, 5},
    {Kind::kMapWrite, 6},     {Kind::kFlock, 3},        {Kind::kLock, 5},  {Kind::kTestLock, 3},
    {Kind::kStat, 12},        {Kind::kTruncatePath, 3}, {Kind::kChmod, 3}, {Kind::kSetTime, 4},
    {Kind::kSetAttribute, 2}, {Kind::kGetAttribute, 3}, {Kind::kLink, 4},  {Kind::kUnlink, 4},
    {Kind::kRename, 6},       {Kind::kMkdir, 2},        {Kind::kRmdir, 2}, {Kind::kSymlink, 2},
    {Kind::kReadLink, 1},     {Kind::kList, 5},         {Kind::kBump, 4},  {Kind::kForget, 1},
};

bool UsesSlot(Kind kind) {
    return kind >= Kind::kClose && kind <= Kind::kTestLock;
}

bool Cuts(const Op &op) {
    return op.kind == Kind::kTruncate || op.kind == Kind::kTruncatePath ||
           (op.kind == Kind::kOpen && op.flags & kCutOff);
}

bool Maps(Kind kind) {
    return kind == Kind::kMapRead || kind == Kind::kMapWrite;
}

uint64_t SizeOf(const Model &state, unsigned actor, unsigned slot) {
    const Inode *inode = state.inode(state.slot(actor, slot).inode);
    return inode ? inode->data.size() : 0;
}

}  // namespace

Op Generator::One(const std::vector<Model> &states, unsigned actor) {
    Round round;

    return Any(states, actor, &round);
}

Work Generator::Many(const std::vector<Model> &states, unsigned most) {
    Work work(config_.actors);
    Round round;

    round.at_once = true;
    if (Chance(70))
        round.hot = Path(round);
    const Model::Slot &slot = states[0].slot(Below(config_.actors), Below(kSlots));
    round.hot_inode = slot.inode;
    for (unsigned actor = 0; actor < config_.actors; actor++) {
        for (unsigned left = 1 + Below(most); left; left--)
            work[actor].push_back(Any(states, actor, &round));
    }
    return work;
}

std::vector<Op> Generator::Audit(const Model &state, unsigned actor) {
    std::vector<Op> ops;
    unsigned free = kSlots;

    for (unsigned slot = 0; slot < kSlots; slot++) {
        if (!state.slot(actor, slot).inode) {
            free = slot;
            continue;
        }
        ops.push_back({.kind = Kind::kRead, .slot = slot, .length = 2 * kMaxSize});
        ops.push_back({.kind = Kind::kStatOpen, .slot = slot});
    }
    for (const std::string dir : {"d0", "d1"}) {
        ops.push_back({.kind = Kind::kList, .path = dir});
        for (unsigned i = 0; i < config_.names; i++) {
            const std::string path = dir + "/n" + std::to_string(i);
            const Inode *inode = state.inode(state.Find(path));
            ops.push_back({.kind = Kind::kStat, .path = path});
            if (!inode || inode->type != 'f' || free == kSlots)
                continue;
            ops.push_back({.kind = Kind::kOpen, .slot = free, .path = path});
            ops.push_back({.kind = Kind::kRead, .slot = free, .length = 2 * kMaxSize});
            ops.push_back({.kind = Kind::kClose, .slot = free});
        }
    }
    return ops;
}

std::string Generator::Path(const Round &round) {
    if (!round.hot.empty() && Chance(60))
        return round.hot;
    return "d" + std::to_string(Below(2)) + "/n" + std::to_string(Below(config_.names));
}

uint64_t Generator::Offset(uint64_t size) {
    const uint64_t near = Below(5) - 2;  // as a step of either sign
    uint64_t offset;

    switch (Below(6)) {
        case 0:
            offset = 0;
            break;
        case 1:
            offset = size + near;
            break;
        case 2:
            offset = Below(kMaxSize / kPage) * kPage + near;
            break;
        case 3:
            offset = (1 + Below(kMaxSize / kStripe)) * kStripe + near;
            break;
        case 4:
            offset = Below(size + 1);
            break;
        default:
            offset = Below(kMaxSize);
    }
    return offset > kMaxSize ? 0 : offset;
}

uint64_t Generator::Length() {
    switch (Below(8)) {
        case 0:
            return 1 + Below(8);
        case 1:
            return kPage * (1 + Below(4));
        case 2:
        case 3:
            return 1 + Below(3 * kPage);
        case 4:
            return 1 + Below(kMaxSize / 2);
        default:
            return 1 + Below(kPage);
    }
}

// Where to read or write; O_DIRECT at aligned places and others, from aligned memory and other.
void Generator::Place(Op *op, const Model &state, unsigned actor) {
    const Model::Slot &slot = state.slot(actor, op->slot);

    op->offset = Offset(SizeOf(state, actor, op->slot));
    op->length = Length();
    if (slot.flags & kDirect && Chance(60)) {
        op->offset &= ~(kPage - 1);
        op->length = (op->length + kPage - 1) & ~(kPage - 1);
    } else if (Chance(50)) {
        op->flags = Below(512);
    }
    op->length = std::min(op->length, kMaxSize + kPage - op->offset);
}

// One word when others may change the file meanwhile: more is not done at once.
void Generator::Map(Op *op, const Model &state, unsigned actor, const Round &round) {
    const uint64_t size = SizeOf(state, actor, op->slot);

    op->length = round.at_once ? kWord : std::min(1 + Below(3 * kPage), size);
    op->offset = size <= op->length ? 0 : std::min(Offset(size), size - op->length);
    if (round.at_once)
        op->offset -= op->offset % kWord;
    if (op->kind == Kind::kMapWrite)
        op->flags = Chance(30) ? kMapSync : 0;
}

void Generator::FillOpen(Op *op, const Round &round) {
    op->path = Path(round);
    op->flags = Chance(70) ? kCreate : 0;
    if (op->flags && Chance(20))
        op->flags |= kExclusive;
    else if (Chance(10))
        op->flags |= kCutOff;
    if (Chance(25))
        op->flags |= kAppend;
    if (config_.direct && Chance(25))
        op->flags |= kDirect;
}

void Generator::FillLock(Op *op) {
    op->flags = op->kind == Kind::kTestLock ? kShared + Below(2) : Below(3);
    if (op->kind == Kind::kFlock)
        return;
    op->offset = Below(20);
    op->length = Chance(15) ? 0 : 1 + Below(10);
}

Kind Generator::AnyKind() {
    unsigned at = 0, pick = 0;

    for (const auto &entry : kMix)
        pick += entry.weight;
    for (pick = Below(pick); pick >= kMix[at].weight; at++)
        pick -= kMix[at].weight;
    return kMix[at].kind;
}

void Generator::Fill(Op *op, const Model &state, unsigned actor, const Round &round) {
    switch (op->kind) {
        case Kind::kOpen:
            FillOpen(op, round);
            break;
        case Kind::kRead:
        case Kind::kWrite:
            Place(op, state, actor);
            break;
        case Kind::kClear:
            Place(op, state, actor);
            op->flags = Below(2) ? kHole : Below(2) * kKeepSize;
            break;
        case Kind::kMapRead:
        case Kind::kMapWrite:
            Map(op, state, actor, round);
            break;
        case Kind::kFlock:
        case Kind::kLock:
        case Kind::kTestLock:
            FillLock(op);
            break;
        case Kind::kTruncate:
        case Kind::kTruncatePath:
            op->offset = Offset(kMaxSize / 2);
            break;
        case Kind::kChmod:
            op->flags = 0600 + Below(0100);
            break;
        case Kind::kSetTime:
            op->offset = Chance(80) ? 1'000'000 + Below(1'000'000'000) : 2'000'000'000 + Below(1'000'000);
            break;
        case Kind::kBump:
            op->flags = config_.one_lock_table ? Below(2) * kBumpFlock : 0;
            op->flags += config_.direct ? Below(2) * kBumpDirect : 0;
            if (config_.mapping && Chance(30))
                op->flags = (op->flags & kBumpFlock) | kBumpMap;
            break;
        default:
            break;
    }
    if (op->kind >= Kind::kStat && op->kind != Kind::kBump && op->kind != Kind::kForget)
        op->path = op->kind == Kind::kList && Chance(90) ? "d" + std::to_string(Below(2)) : Path(round);
    if (op->kind == Kind::kLink || op->kind == Kind::kRename)
        op->other = Path(round);
    if (op->kind == Kind::kSymlink)
        op->other = "nowhere" + std::to_string(Below(1000));
}

Op Generator::Any(const std::vector<Model> &states, unsigned actor, Round *round) {
    Op op;

    do {
        op = Op();
        op.kind = AnyKind();
        op.slot = Below(op.kind == Kind::kBump ? kCounters : kSlots);
        for (int i = 0;
             i < 4 && UsesSlot(op.kind) && round->hot_inode && states[0].slot(actor, op.slot).inode != round->hot_inode;
             i++)
            op.slot = Below(kSlots);
        op.tag = tag_++;
        Fill(&op, states[0], actor, *round);
    } while (!Fits(op, states, actor, round));
    round->cuts |= Cuts(op);
    round->maps |= Maps(op.kind);
    return op;
}

bool Generator::Fits(const Op &op, const std::vector<Model> &states, unsigned actor, Round *round) {
    const Model::Slot &slot = states[0].slot(actor, op.slot);
    const uint64_t size = SizeOf(states[0], actor, op.slot);
    const bool data = op.kind == Kind::kRead || op.kind == Kind::kWrite || Maps(op.kind) || Cuts(op);

    if (Maps(op.kind) && !config_.mapping)
        return false;
    if (UsesSlot(op.kind) && !slot.inode)
        return Chance(2);
    if (op.kind == Kind::kOpen && slot.inode)
        return Chance(2);
    if (op.kind == Kind::kWrite && slot.flags & kAppend && size + op.length > kMaxSize)
        return false;
    if ((op.kind == Kind::kBump && !config_.counters) ||
        (op.kind == Kind::kForget && (!config_.forget || round->at_once)))
        return false;
    if ((op.kind == Kind::kSetAttribute || op.kind == Kind::kGetAttribute) && !config_.attributes)
        return false;
    if (op.kind == Kind::kSetTime && !config_.times)
        return false;
    if (op.kind == Kind::kClear && (!config_.holes || round->at_once))
        return false;
    if (round->at_once && data && !config_.data_at_once)
        return false;
    if (round->at_once && Cuts(op))
        return !round->maps;
    if (!Maps(op.kind))
        return true;
    // Nobody can say what becomes of bytes that a mapping writes behind the end of a file.
    return !round->cuts && size >= kWord &&
           std::all_of(states.begin(), states.end(), [&](const Model &m) { return SizeOf(m, actor, op.slot) == size; });
}

}  // namespace checker
