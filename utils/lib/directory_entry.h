// SPDX-License-Identifier: GPL-2.0
// Entries of an LDAP directory, their names, and LDIF, the text form of entries.  Escapes, base64 and folded lines are
// libldap's.
#ifndef SHEEN_UTILS_DIRECTORY_ENTRY_H
#define SHEEN_UTILS_DIRECTORY_ENTRY_H

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/result.h"

namespace sheen {

/// The place in the directory that everything of ours is below.
inline constexpr std::string_view kDirectorySuffix = "fs=lustre";

struct DirectoryEntry {
    std::string dn;
    std::vector<std::pair<std::string, std::string>> values;  // name of the attribute, value

    void Add(std::string_view attribute, std::string_view value) { values.emplace_back(attribute, value); }
    /// All values of an attribute; upper and lower case in its name are the same.
    std::vector<std::string> All(std::string_view attribute) const;
    /// The first value, or "".
    std::string First(std::string_view attribute) const;
    /// Whether it has this object class.
    bool Is(std::string_view object_class) const;
};

bool SameIgnoringCase(std::string_view a, std::string_view b);

/// "config=NAME,fs=lustre" and "uuid=UUID,config=NAME,fs=lustre", with what is special escaped.
std::string ConfigDn(const std::string &config);
std::string ServiceDn(const std::string &config, const std::string &uuid);

/// The configuration that an entry belongs to; nothing when it belongs to none.
std::optional<std::string> ConfigOfDn(const std::string &dn);

std::string WriteLdif(const std::vector<DirectoryEntry> &entries);

/// @origin is the name for messages.  What is refused: changes other than "add", values that are fetched from files.
Result<std::vector<DirectoryEntry>> ParseLdif(const std::string &text, const std::string &origin);

}  // namespace sheen

#endif
