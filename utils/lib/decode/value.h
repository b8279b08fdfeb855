// SPDX-License-Identifier: GPL-2.0
// What a decoded message consists of: a tree of named values that can be shown, and turned into the same bytes again.
#ifndef SHEEN_UTILS_DECODE_VALUE_H
#define SHEEN_UTILS_DECODE_VALUE_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace sheen::decode {

enum class Kind {
    kDecimal,  // a little-endian number
    kHex,      // the same, shown in hexadecimal
    kText,     // characters; NULs at the end are not shown
    kBytes,
    kUnknown,  // bytes of which nothing is known
    kPadding,  // bytes that mean nothing; shown when they are not zero
    kGroup,    // members with names of their own
    kList,     // members of one kind
};

struct Value {
    std::string name;
    Kind kind = Kind::kGroup;
    uint64_t number = 0;
    unsigned int width = 0;  // bytes of a number: 1 to 8
    std::string bytes;       // of text and bytes
    std::vector<Value> members;
    std::string note;  // for people: what a number stands for

    Value *Add(Value member);
    /// The member of a group, or nullptr.
    const Value *Find(std::string_view member) const;
};

Value Number(std::string name, Kind kind, std::string_view bytes);
Value Text(std::string name, std::string_view bytes);
Value Bytes(std::string name, std::string_view bytes);
Value Unknown(std::string_view bytes);
Value Padding(std::string_view bytes);
Value Group(std::string name);
Value List(std::string name);

/// The little-endian number in up to 8 bytes.
uint64_t ReadNumber(std::string_view bytes);

/// The bytes that a value was decoded from.
std::string Encode(const Value &value);

/// How many parts of it are unknown.
size_t CountUnknown(const Value &value);

/// Lines of text, each indented by so many characters and more for members.
std::string Show(const Value &value, size_t indent);
nlohmann::ordered_json Json(const Value &value);

}  // namespace sheen::decode

#endif
