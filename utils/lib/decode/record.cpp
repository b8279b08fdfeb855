// SPDX-License-Identifier: GPL-2.0
#include "lib/decode/record.h"

#include <algorithm>

#include "lib/decode/layout.h"
#include "lib/decode/wire.h"

namespace sheen::decode {

namespace {

constexpr uint32_t kLmvUserMagic = 0x0CD30CD0;
constexpr size_t kMaxRecords = 8192;  // of a chunk, directory page and the like; each has some bytes

uint32_t Magic(std::string_view bytes) {
    return static_cast<uint32_t>(ReadNumber(bytes.substr(0, 4)));
}

uint64_t NumberOf(const Value &group, std::string_view member) {
    const Value *value = group.Find(member);
    return value ? value->number : 0;
}

// The head of a layout, and then its objects or stripes.
Value WithArray(const Layout &head, const Layout &item, std::string name, const char *items, std::string_view bytes) {
    Value value = DecodeStruct(head, std::move(name), &bytes);

    if (bytes.size() >= item.size)
        value.Add(DecodeArray(item, items, &bytes));
    AddRest(&value, bytes);
    return value;
}

// Entries of a composite layout say where their parts are; parts that follow one another are told apart.
Value DecodeComposite(std::string name, std::string_view whole) {
    std::string_view bytes = whole;
    Value value = DecodeStruct(kLovComp, std::move(name), &bytes);
    const size_t count = NumberOf(value, "entry_count");
    Value entries = DecodeArray(kLovCompEntry, "entries", &bytes, count);
    Value parts = List("components");

    for (const Value &entry : entries.members) {
        const size_t at = whole.size() - bytes.size();
        // Composites are not nested.
        if (NumberOf(entry, "offset") == at && NumberOf(entry, "size") <= bytes.size() && Magic(bytes) != LOV_MAGIC_COMP_V1)
            parts.Add(DecodeLayout(std::to_string(parts.members.size()), Take(&bytes, NumberOf(entry, "size"))));
    }
    value.Add(std::move(entries));
    value.Add(std::move(parts));
    AddRest(&value, bytes);
    return value;
}

Value DecodeCfgBuffer(std::string name, uint64_t command, size_t index, std::string_view bytes) {
    if (command == LCFG_MARKER && index == 1 && bytes.size() == sizeof(wire_cfg_marker))
        return DecodeStruct(kCfgMarker, std::move(name), &bytes);
    if (command == LCFG_SETUP && bytes.size() == sizeof(wire_lov_desc))
        return ReadNumber(bytes.substr(4, 4)) == LOV_DESC_MAGIC ? DecodeStruct(kLovDesc, std::move(name), &bytes)
                                                                : DecodeStruct(kLmvDesc, std::move(name), &bytes);
    return Text(std::move(name), bytes);
}

void AddPadded(Value *list, Value value, size_t size, std::string_view *bytes) {
    list->Add(std::move(value));
    const std::string_view padding = Take(bytes, (8 - size % 8) % 8);
    if (!padding.empty())
        list->Add(Padding(padding));
}

void AddCfg(Value *record, std::string_view *bytes) {
    Value cfg = DecodeStruct(kCfg, "cfg", bytes);
    const size_t count = std::min<size_t>(NumberOf(cfg, "bufcount"), bytes->size() / 4);
    std::string_view lens = Take(bytes, count * 4);
    Value lengths = DecodeNumbers("buflens", lens), buffers = List("buffers");

    if (count % 2)
        lengths.Add(Padding(Take(bytes, 4)));
    for (size_t i = 0; i < count && !bytes->empty(); i++) {
        const std::string_view buffer = Take(bytes, lengths.members[i].number);
        AddPadded(&buffers, DecodeCfgBuffer(std::to_string(i), NumberOf(cfg, "command"), i, buffer), buffer.size(), bytes);
    }
    cfg.Add(std::move(lengths));
    cfg.Add(std::move(buffers));
    record->Add(std::move(cfg));
}

Value DecodeRecord(std::string name, std::string_view bytes) {
    std::string_view head = bytes.substr(0, sizeof(wire_llog_rec));
    Value record = DecodeStruct(kLlogRec, std::move(name), &head);

    if (bytes.size() < sizeof(wire_llog_rec) + sizeof(wire_llog_tail)) {
        AddRest(&record, bytes.substr(std::min(bytes.size(), sizeof(wire_llog_rec))));
        return record;
    }
    std::string_view inside = bytes.substr(sizeof(wire_llog_rec));
    std::string_view tail = inside.substr(inside.size() - sizeof(wire_llog_tail));
    inside.remove_suffix(sizeof(wire_llog_tail));
    if (NumberOf(record, "type") == LLOG_REC_CFG)
        AddCfg(&record, &inside);
    AddRest(&record, inside);
    record.Add(DecodeStruct(kLlogTail, "tail", &tail));
    return record;
}

Value DecodeEntry(std::string name, std::string_view bytes) {
    Value entry = DecodeStruct(kDirent, std::move(name), &bytes);
    const std::string_view text = Take(&bytes, NumberOf(entry, "namelen"));

    entry.Add(Text("name", text));
    if (NumberOf(entry, "attrs") & LUDA_TYPE) {
        entry.Add(Padding(Take(&bytes, text.size() % 2)));
        entry.Add(Number("type", Kind::kHex, Take(&bytes, 2)));
    }
    AddRest(&entry, bytes);
    return entry;
}

Value DecodePage(std::string name, std::string_view bytes) {
    Value page = DecodeStruct(kDirpage, std::move(name), &bytes), entries = List("entries");
    bool last = NumberOf(page, "flags") & LDF_EMPTY;

    while (!last && bytes.size() >= sizeof(wire_dirent) && entries.members.size() < kMaxRecords) {
        size_t room = ReadNumber(bytes.substr(offsetof(wire_dirent, reclen), 2));
        const size_t namelen = ReadNumber(bytes.substr(offsetof(wire_dirent, namelen), 2));
        last = !room;
        // The last one has no length of its own.
        if (last)
            room = (sizeof(wire_dirent) + (namelen + 1) / 2 * 2 + sizeof(uint16_t) + 7) / 8 * 8;
        if (room < sizeof(wire_dirent))
            break;
        entries.Add(DecodeEntry(std::to_string(entries.members.size()), Take(&bytes, room)));
    }
    page.Add(std::move(entries));
    if (!bytes.empty())
        page.Add(Padding(bytes));
    return page;
}

}  // namespace

std::string_view Take(std::string_view *bytes, size_t size) {
    const std::string_view taken = bytes->substr(0, std::min(size, bytes->size()));
    bytes->remove_prefix(taken.size());
    return taken;
}

void AddRest(Value *value, std::string_view bytes) {
    if (bytes.empty())
        return;
    if (bytes.find_first_not_of('\0') == std::string_view::npos)
        value->Add(Padding(bytes));
    else
        value->Add(Unknown(bytes));
}

bool IsLayout(std::string_view bytes) {
    if (bytes.size() < 16)
        return false;
    switch (Magic(bytes)) {
    case LOV_MAGIC_V1:
    case LOV_MAGIC_V3:
    case LOV_MAGIC_COMP_V1:
    case LMV_MAGIC_V1:
    case kLmvUserMagic:
        return true;
    default:
        return false;
    }
}

Value DecodeLayout(std::string name, std::string_view bytes) {
    switch (IsLayout(bytes) ? Magic(bytes) : 0) {
    case LOV_MAGIC_V1:
        return WithArray(kLovV1, kObject, std::move(name), "objects", bytes);
    case LOV_MAGIC_V3:
        return WithArray(kLovV3, kObject, std::move(name), "objects", bytes);
    case LOV_MAGIC_COMP_V1:
        return DecodeComposite(std::move(name), bytes);
    case LMV_MAGIC_V1:
        return WithArray(kLmv, kFid, std::move(name), "stripes", bytes);
    case kLmvUserMagic:
        return WithArray(kLmvUser, kFid, std::move(name), "stripes", bytes);
    default:
        return Bytes(std::move(name), bytes);
    }
}

Value DecodeAcl(std::string name, std::string_view bytes) {
    constexpr uint32_t kVersion = 2;

    if (bytes.size() < 4 || Magic(bytes) != kVersion)
        return Bytes(std::move(name), bytes);
    return WithArray(kAclHead, kAclEntry, std::move(name), "entries", bytes);
}

Value DecodeRecords(std::string name, std::string_view bytes) {
    Value list = List(std::move(name));

    while (bytes.size() >= sizeof(wire_llog_rec) && list.members.size() < kMaxRecords) {
        const size_t len = ReadNumber(bytes.substr(0, 4));
        if (len < sizeof(wire_llog_rec) || len > bytes.size())
            break;
        list.Add(DecodeRecord(std::to_string(list.members.size()), Take(&bytes, len)));
    }
    AddRest(&list, bytes);
    return list;
}

Value DecodeDirectory(std::string name, std::string_view bytes) {
    Value list = List(std::move(name));

    while (bytes.size() >= sizeof(wire_dirpage))
        list.Add(DecodePage(std::to_string(list.members.size()), Take(&bytes, WIRE_DIRPAGE_SIZE)));
    AddRest(&list, bytes);
    return list;
}

Value DecodeNidTable(std::string name, std::string_view bytes) {
    Value list = List(std::move(name));

    while (bytes.size() >= sizeof(wire_nidtbl) && list.members.size() < kMaxRecords) {
        const size_t len = ReadNumber(bytes.substr(offsetof(wire_nidtbl, length), 4));
        if (len < sizeof(wire_nidtbl) || len > bytes.size())
            break;
        std::string_view inside = Take(&bytes, len);
        Value entry = DecodeStruct(kNidtbl, std::to_string(list.members.size()), &inside);
        const size_t size = NumberOf(entry, "nid_size");
        if (size == sizeof(wire_nid)) {
            entry.Add(DecodeArray(kNid, "nids", &inside));
        } else {
            Value nids = List("nids");
            while (inside.size() >= sizeof(uint64_t)) {
                Value nid = Number(std::to_string(nids.members.size()), Kind::kHex, Take(&inside, sizeof(uint64_t)));
                nid.note = kNids.Of(nid.number);
                nids.Add(std::move(nid));
            }
            entry.Add(std::move(nids));
        }
        AddRest(&entry, inside);
        list.Add(std::move(entry));
    }
    AddRest(&list, bytes);
    return list;
}

Value DecodeStrings(std::string name, std::string_view bytes) {
    Value list = List(std::move(name));

    while (!bytes.empty()) {
        const size_t end = bytes.find('\0');
        const size_t size = end == std::string_view::npos ? bytes.size() : end + 1;
        list.Add(Text(std::to_string(list.members.size()), Take(&bytes, size)));
    }
    return list;
}

Value DecodeByLengths(std::string name, std::string_view bytes, std::string_view lengths) {
    Value list = List(std::move(name));

    while (lengths.size() >= 4) {
        const std::string_view part = Take(&bytes, ReadNumber(Take(&lengths, 4)));
        list.Add(DecodeLayout(std::to_string(list.members.size()), part));
    }
    AddRest(&list, bytes);
    return list;
}

Value DecodeNumbers(std::string name, std::string_view bytes) {
    Value list = List(std::move(name));

    while (bytes.size() >= 4)
        list.Add(Number(std::to_string(list.members.size()), Kind::kDecimal, Take(&bytes, 4)));
    AddRest(&list, bytes);
    return list;
}

}  // namespace sheen::decode
