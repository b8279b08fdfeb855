// SPDX-License-Identifier: GPL-2.0
// Things of variable length within messages: layouts, ACLs, configuration records, directories.
#ifndef SHEEN_UTILS_DECODE_RECORD_H
#define SHEEN_UTILS_DECODE_RECORD_H

#include <string>
#include <string_view>

#include "lib/decode/value.h"

namespace sheen::decode {

/// The layout of a file or a directory; bytes when it has no magic that is known.
Value DecodeLayout(std::string name, std::string_view bytes);
bool IsLayout(std::string_view bytes);

Value DecodeAcl(std::string name, std::string_view bytes);

/// A part of a configuration log: records, and nothing after the last.
Value DecodeRecords(std::string name, std::string_view bytes);

/// Pages of a directory.
Value DecodeDirectory(std::string name, std::string_view bytes);

/// Places of targets, from the MGS.
Value DecodeNidTable(std::string name, std::string_view bytes);

/// Strings, each with a NUL.
Value DecodeStrings(std::string name, std::string_view bytes);

/// Values of extended attributes, whose lengths are numbers of four bytes.
Value DecodeByLengths(std::string name, std::string_view bytes, std::string_view lengths);

/// Numbers of four bytes.
Value DecodeNumbers(std::string name, std::string_view bytes);

/// Takes up to @size bytes off the front.
std::string_view Take(std::string_view *bytes, size_t size);

/// Adds what is left of a thing: zeros are padding, anything else is unknown.
void AddRest(Value *value, std::string_view bytes);

}  // namespace sheen::decode

#endif
