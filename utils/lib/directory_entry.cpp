// SPDX-License-Identifier: GPL-2.0
#include "lib/directory_entry.h"

#include <strings.h>
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <ldap.h>
#include <ldif.h>

#include "lib/strings.h"

namespace sheen {

namespace {

constexpr ber_len_t kLineWidth = 76;

struct FreeMemory {
    void operator()(char *memory) const { ldap_memfree(memory); }
};
using OwnedText = std::unique_ptr<char, FreeMemory>;

struct FreeDn {
    void operator()(LDAPRDN *dn) const { ldap_dnfree(dn); }
};

berval Berval(std::string *text) {
    return {text->size(), text->data()};
}

std::string Text(const berval &value) {
    return {value.bv_val, value.bv_len};
}

/// One part of a name, such as "uuid=a\,b".
std::string Rdn(std::string attribute, std::string value) {
    LDAPAVA ava = {Berval(&attribute), Berval(&value), LDAP_AVA_STRING, nullptr};
    LDAPAVA *rdn[] = {&ava, nullptr};
    char *text = nullptr;

    if (ldap_rdn2str(rdn, &text, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS)
        return "";
    return OwnedText(text).get();
}

std::string Line(const std::string &attribute, const std::string &value) {
    OwnedText line(ldif_put_wrap(LDIF_PUT_VALUE, attribute.c_str(), value.data(), value.size(), kLineWidth));

    return line ? line.get() : "";
}

/// The parts of one line.  ldif_parse_line2() would read files for "attribute:< url", so these do not get that far.
Result<std::pair<std::string, std::string>> ParseLine(char *line) {
    const char *colon = strchr(line, ':');
    berval type, value;
    int allocated = 0;

    if (!colon)
        return Error{kBadConfig, fmt::format("'{}' has no colon", line), ""};
    if (colon[1] == '<')
        return Error{kBadConfig, "values in other files are not supported", ""};
    if (ldif_parse_line2(line, &type, &value, &allocated) != 0)
        return Error{kBadConfig, fmt::format("'{}' cannot be read", line), ""};
    std::pair<std::string, std::string> parts(Text(type), Text(value));
    if (allocated)
        ldap_memfree(value.bv_val);
    return parts;
}

}  // namespace

bool SameIgnoringCase(std::string_view a, std::string_view b) {
    return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::vector<std::string> DirectoryEntry::All(std::string_view attribute) const {
    std::vector<std::string> found;

    for (const auto &[name, value] : values)
        if (SameIgnoringCase(name, attribute))
            found.push_back(value);
    return found;
}

std::string DirectoryEntry::First(std::string_view attribute) const {
    std::vector<std::string> found = All(attribute);

    return found.empty() ? "" : found.front();
}

bool DirectoryEntry::Is(std::string_view object_class) const {
    std::vector<std::string> classes = All("objectClass");

    return std::any_of(classes.begin(), classes.end(),
                       [&](const std::string &cls) { return SameIgnoringCase(cls, object_class); });
}

std::string ConfigDn(const std::string &config) {
    return fmt::format("{},{}", Rdn("config", config), kDirectorySuffix);
}

std::string ServiceDn(const std::string &config, const std::string &uuid) {
    return fmt::format("{},{}", Rdn("uuid", uuid), ConfigDn(config));
}

std::optional<std::string> ConfigOfDn(const std::string &dn) {
    LDAPDN parsed = nullptr;

    if (ldap_str2dn(dn.c_str(), &parsed, LDAP_DN_FORMAT_LDAPV3) != LDAP_SUCCESS || !parsed)
        return std::nullopt;
    std::unique_ptr<LDAPRDN, FreeDn> owner(parsed);
    for (LDAPRDN *rdn = parsed; *rdn; rdn++)
        for (LDAPAVA **ava = *rdn; *ava; ava++)
            if (SameIgnoringCase(Text((*ava)->la_attr), "config"))
                return Text((*ava)->la_value);
    return std::nullopt;
}

std::string WriteLdif(const std::vector<DirectoryEntry> &entries) {
    std::string text;

    for (const DirectoryEntry &entry : entries) {
        text += Line("dn", entry.dn);
        for (const auto &[attribute, value] : entry.values)
            text += Line(attribute, value);
        text += "\n";
    }
    return text;
}

Result<std::vector<DirectoryEntry>> ParseLdif(const std::string &text, const std::string &origin) {
    std::vector<DirectoryEntry> entries;
    std::string copy = text;

    std::erase(copy, '\r');
    if (copy.find('\0') != std::string::npos)
        return Error{kBadConfig, fmt::format("{}: not LDIF", origin), ""};
    for (char *next = copy.data(); next && *next;) {
        DirectoryEntry entry;
        if (*next == '\n') {
            next++;
            continue;
        }
        while (char *line = ldif_getline(&next)) {
            if (*line == '#')
                continue;
            Result<std::pair<std::string, std::string>> parts = ParseLine(line);
            if (!parts)
                return parts.error().In(entry.dn.empty() ? origin : fmt::format("{}: {}", origin, entry.dn));
            auto &[attribute, value] = *parts;
            if (SameIgnoringCase(attribute, "dn")) {
                entry.dn = value;
            } else if (SameIgnoringCase(attribute, "changetype")) {
                if (value != "add")
                    return Error{kBadConfig, fmt::format("{}: {}: changetype {}", origin, entry.dn, value),
                                 "only whole entries can be read"};
            } else if (!entry.dn.empty()) {
                entry.values.push_back(std::move(*parts));
            } else if (!SameIgnoringCase(attribute, "version")) {
                return Error{kBadConfig, fmt::format("{}: an entry begins with {}, not with dn", origin, attribute),
                             ""};
            }
        }
        if (!entry.dn.empty())
            entries.push_back(std::move(entry));
    }
    return entries;
}

}  // namespace sheen
