// SPDX-License-Identifier: GPL-2.0
#include "lib/decode/value.h"

#include <fmt/format.h>

namespace sheen::decode {

namespace {

constexpr size_t kShownBytes = 32;  // of long data, in text

void EncodeTo(const Value &value, std::string *out) {
    switch (value.kind) {
    case Kind::kDecimal:
    case Kind::kHex:
        for (unsigned int i = 0; i < value.width; i++)
            out->push_back(static_cast<char>(value.number >> (8 * i)));
        break;
    case Kind::kText:
    case Kind::kBytes:
    case Kind::kUnknown:
    case Kind::kPadding:
        *out += value.bytes;
        break;
    case Kind::kGroup:
    case Kind::kList:
        for (const Value &member : value.members)
            EncodeTo(member, out);
        break;
    }
}

std::string HexOf(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes)
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return text;
}

std::string_view WithoutNuls(std::string_view bytes) {
    const size_t last = bytes.find_last_not_of('\0');
    return bytes.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// Printable characters as they are, others as \xNN.
std::string Printable(std::string_view bytes) {
    std::string text;
    for (const char c : WithoutNuls(bytes)) {
        if (c >= ' ' && c <= '~' && c != '\\' && c != '"')
            text += c;
        else
            text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    return text;
}

std::string ShowLeaf(const Value &value) {
    switch (value.kind) {
    case Kind::kDecimal:
        return fmt::format("{}", value.number);
    case Kind::kHex:
        return fmt::format("{:#x}", value.number);
    case Kind::kText:
        return "\"" + Printable(value.bytes) + "\"";
    default:
        break;
    }
    if (value.bytes.size() <= kShownBytes)
        return HexOf(value.bytes);
    return fmt::format("{} bytes: {}...", value.bytes.size(), HexOf(value.bytes.substr(0, kShownBytes)));
}

bool IsHidden(const Value &value) {
    return value.kind == Kind::kPadding && WithoutNuls(value.bytes).empty();
}

bool IsLeaf(const Value &value) {
    return value.kind != Kind::kGroup && value.kind != Kind::kList;
}

}  // namespace

Value *Value::Add(Value member) {
    members.push_back(std::move(member));
    return &members.back();
}

const Value *Value::Find(std::string_view member) const {
    for (const Value &m : members)
        if (m.name == member)
            return &m;
    return nullptr;
}

uint64_t ReadNumber(std::string_view bytes) {
    uint64_t number = 0;
    for (size_t i = 0; i < bytes.size() && i < sizeof(number); i++)
        number |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    return number;
}

Value Number(std::string name, Kind kind, std::string_view bytes) {
    return {.name = std::move(name), .kind = kind, .number = ReadNumber(bytes),
            .width = static_cast<unsigned int>(bytes.size()), .bytes = {}, .members = {}, .note = {}};
}

static Value Leaf(std::string name, Kind kind, std::string_view bytes) {
    return {.name = std::move(name), .kind = kind, .number = 0, .width = 0, .bytes = std::string(bytes), .members = {},
            .note = {}};
}

Value Text(std::string name, std::string_view bytes) {
    return Leaf(std::move(name), Kind::kText, bytes);
}

Value Bytes(std::string name, std::string_view bytes) {
    return Leaf(std::move(name), Kind::kBytes, bytes);
}

Value Unknown(std::string_view bytes) {
    return Leaf("unknown", Kind::kUnknown, bytes);
}

Value Padding(std::string_view bytes) {
    return Leaf("padding", Kind::kPadding, bytes);
}

Value Group(std::string name) {
    return Leaf(std::move(name), Kind::kGroup, {});
}

Value List(std::string name) {
    return Leaf(std::move(name), Kind::kList, {});
}

std::string Encode(const Value &value) {
    std::string out;
    EncodeTo(value, &out);
    return out;
}

size_t CountUnknown(const Value &value) {
    size_t count = value.kind == Kind::kUnknown;
    for (const Value &member : value.members)
        count += CountUnknown(member);
    return count;
}

std::string Show(const Value &value, size_t indent) {
    if (IsHidden(value))
        return "";
    std::string text = std::string(indent, ' ') + value.name;

    if (IsLeaf(value))
        text += ": " + ShowLeaf(value);
    if (!value.note.empty())
        text += " (" + value.note + ")";
    text += "\n";
    for (const Value &member : value.members)
        text += Show(member, indent + 2);
    return text;
}

nlohmann::ordered_json Json(const Value &value) {
    switch (value.kind) {
    case Kind::kDecimal:
    case Kind::kHex:
        return value.number;
    case Kind::kText:
        return Printable(value.bytes);
    case Kind::kBytes:
    case Kind::kUnknown:
    case Kind::kPadding:
        return HexOf(value.bytes);
    default:
        break;
    }
    auto json = value.kind == Kind::kList ? nlohmann::ordered_json::array() : nlohmann::ordered_json::object();
    for (const Value &member : value.members) {
        if (IsHidden(member))
            continue;
        if (value.kind == Kind::kList)
            json.push_back(Json(member));
        else
            json[member.name] = Json(member);
    }
    return json;
}

}  // namespace sheen::decode
