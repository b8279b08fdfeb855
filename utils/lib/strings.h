// SPDX-License-Identifier: GPL-2.0
// Small text helpers that the tools share.
#ifndef SHEEN_UTILS_STRINGS_H
#define SHEEN_UTILS_STRINGS_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"

namespace sheen {

std::string_view Trim(std::string_view text);
std::vector<std::string> Split(std::string_view text, char separator);
std::string Join(const std::vector<std::string> &words, std::string_view separator);

/// Words separated by blanks, tabs and line ends; no quoting.
std::vector<std::string> SplitBlanks(std::string_view text);

/// Words of one line in the way of a small shell: "..." with \" and \\, '...' literally, \x elsewhere is x, and
/// adjacent pieces make one word.  An open quote or a backslash at the end is an error.
Result<std::vector<std::string>> SplitQuoted(std::string_view line);

/// A word as a shell would need it written to read it back; plain words stay as they are.
std::string Quote(std::string_view word);

/// The whole of @text as a number: decimal, or hexadecimal after "0x".
std::optional<int64_t> ParseInt(std::string_view text);

/// A size in bytes with an optional suffix k, M, G, T (powers of 1024).
std::optional<uint64_t> ParseSize(std::string_view text);

/// 1536 as "1.5K": at most one digit after the point, as df -h users know it.
std::string HumanSize(uint64_t bytes);

/// The whole of a file, which may have @limit bytes at most.
Result<std::string> ReadFile(const std::string &path, size_t limit = 64 << 20);

/// Replaces @path as a whole (temporary file, rename), so that a failure leaves the old one.
Result<> ReplaceFile(const std::string &path, std::string_view content);

/// Replaces a file, or writes to standard output when @path is empty.
Result<> WriteOutput(const std::string &path, std::string_view content);

}  // namespace sheen

#endif
