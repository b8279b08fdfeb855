// SPDX-License-Identifier: GPL-2.0
#include "lib/directory.h"

#include <sys/stat.h>
#include <sys/time.h>
#include <cerrno>
#include <map>

#include <fmt/format.h>
#include <ldap.h>

#include "lib/strings.h"

namespace sheen {

namespace {

constexpr timeval kConnectTimeout = {10, 0};
constexpr timeval kAnswerTimeout = {30, 0};

struct FreeMessage {
    void operator()(LDAPMessage *message) const { ldap_msgfree(message); }
};
struct FreeMemory {
    void operator()(char *memory) const { ldap_memfree(memory); }
};
struct FreeValues {
    void operator()(berval **values) const { ldap_value_free_len(values); }
};
struct FreeBer {
    void operator()(BerElement *ber) const { ber_free(ber, 0); }
};

/// What ldap_add and ldap_modify take: pointers into strings that live as long as this does.
class Modifications {
public:
    explicit Modifications(size_t count) { mods_.reserve(count), values_.reserve(count), lists_.reserve(count); }

    void Add(int operation, const std::string &attribute, const std::vector<std::string> &values) {
        std::vector<berval> &texts = values_.emplace_back();
        std::vector<berval *> &list = lists_.emplace_back();
        LDAPMod &mod = mods_.emplace_back();

        for (const std::string &value : values)
            texts.push_back({value.size(), const_cast<char *>(value.data())});
        for (berval &text : texts)
            list.push_back(&text);
        list.push_back(nullptr);
        mod.mod_op = operation | LDAP_MOD_BVALUES;
        mod.mod_type = const_cast<char *>(attribute.c_str());
        mod.mod_bvalues = values.empty() ? nullptr : list.data();
    }

    LDAPMod **Get() {
        pointers_.clear();
        for (LDAPMod &mod : mods_)
            pointers_.push_back(&mod);
        pointers_.push_back(nullptr);
        return pointers_.data();
    }

private:
    std::vector<LDAPMod> mods_;
    std::vector<std::vector<berval>> values_;
    std::vector<std::vector<berval *>> lists_;
    std::vector<LDAPMod *> pointers_;
};

DirectoryEntry Convert(LDAP *connection, LDAPMessage *message) {
    DirectoryEntry entry;
    BerElement *position = nullptr;

    if (std::unique_ptr<char, FreeMemory> dn{ldap_get_dn(connection, message)})
        entry.dn = dn.get();
    std::unique_ptr<char, FreeMemory> attribute(ldap_first_attribute(connection, message, &position));
    std::unique_ptr<BerElement, FreeBer> owner(position);
    while (attribute) {
        std::unique_ptr<berval *, FreeValues> values(ldap_get_values_len(connection, message, attribute.get()));
        for (berval **value = values.get(); value && *value; value++)
            entry.Add(attribute.get(), {(*value)->bv_val, (*value)->bv_len});
        attribute.reset(ldap_next_attribute(connection, message, position));
    }
    return entry;
}

}  // namespace

void Directory::Close::operator()(struct ldap *connection) const {
    ldap_unbind_ext_s(connection, nullptr, nullptr);
}

/// The server's own words, where it has some, are the better part of the message.
Error Directory::Failure(int code, const std::string &what) const {
    char *diagnostic = nullptr;

    if (code == LDAP_SERVER_DOWN || code == LDAP_CONNECT_ERROR || code == LDAP_TIMEOUT || code == LDAP_UNAVAILABLE)
        return Error{EHOSTUNREACH, fmt::format("Unable to connect to ldap server:{}", url_), ldap_err2string(code)};
    ldap_get_option(connection_.get(), LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnostic);
    std::unique_ptr<char, FreeMemory> owner(diagnostic);
    std::string more = diagnostic && *diagnostic ? fmt::format(" ({})", diagnostic) : "";
    const char *hint = code == LDAP_SIZELIMIT_EXCEEDED ? "give the server 'sizelimit unlimited'" : "";
    return Error{kBadConfig, fmt::format("{}: {}{}", what, ldap_err2string(code), more), hint};
}

Result<Directory> Directory::Connect(const std::string &url, const std::string &bind_dn, const std::string &password) {
    LDAP *connection = nullptr;
    int version = LDAP_VERSION3;

    if (int code = ldap_initialize(&connection, url.c_str()); code != LDAP_SUCCESS)
        return Error{kBadConfig, fmt::format("ldap server {}: {}", url, ldap_err2string(code)),
                     "give it as ldap://HOST, ldaps://HOST or ldapi:///"};
    Directory directory(connection, url);
    ldap_set_option(connection, LDAP_OPT_PROTOCOL_VERSION, &version);
    ldap_set_option(connection, LDAP_OPT_NETWORK_TIMEOUT, &kConnectTimeout);
    ldap_set_option(connection, LDAP_OPT_TIMEOUT, &kAnswerTimeout);
    ldap_set_option(connection, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    berval credentials = {password.size(), const_cast<char *>(password.data())};
    const char *name = password.empty() ? nullptr : bind_dn.c_str();
    int code = ldap_sasl_bind_s(connection, name, LDAP_SASL_SIMPLE, &credentials, nullptr, nullptr, nullptr);
    if (code != LDAP_SUCCESS)
        return directory.Failure(code, fmt::format("ldap server {}: signing in as {}", url, name ? name : "anybody"));
    return directory;
}

Result<std::vector<DirectoryEntry>> Directory::Search(const std::string &base, Scope scope) {
    std::vector<DirectoryEntry> entries;
    LDAPMessage *message = nullptr;

    int code =
        ldap_search_ext_s(connection_.get(), base.c_str(), scope == Scope::kBase ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE,
                          "(objectClass=*)", nullptr, 0, nullptr, nullptr, const_cast<timeval *>(&kAnswerTimeout),
                          LDAP_NO_LIMIT, &message);
    std::unique_ptr<LDAPMessage, FreeMessage> result(message);
    if (code == LDAP_NO_SUCH_OBJECT)
        return entries;
    if (code != LDAP_SUCCESS)
        return Failure(code, fmt::format("ldap server {}: reading {}", url_, base));
    for (LDAPMessage *entry = ldap_first_entry(connection_.get(), message); entry;
         entry = ldap_next_entry(connection_.get(), entry))
        entries.push_back(Convert(connection_.get(), entry));
    return entries;
}

Result<> Directory::Add(const DirectoryEntry &entry) {
    std::map<std::string, std::vector<std::string>> grouped;

    for (const auto &[attribute, value] : entry.values)
        grouped[attribute].push_back(value);
    Modifications mods(grouped.size());
    for (const auto &[attribute, values] : grouped)
        mods.Add(LDAP_MOD_ADD, attribute, values);
    int code = ldap_add_ext_s(connection_.get(), entry.dn.c_str(), mods.Get(), nullptr, nullptr);
    if (code != LDAP_SUCCESS)
        return Failure(code, fmt::format("ldap server {}: adding {}", url_, entry.dn));
    return {};
}

Result<> Directory::Modify(const std::string &dn, const std::vector<Change> &changes) {
    Modifications mods(changes.size());

    for (const Change &change : changes)
        mods.Add(LDAP_MOD_REPLACE, change.attribute, change.values);
    int code = ldap_modify_ext_s(connection_.get(), dn.c_str(), mods.Get(), nullptr, nullptr);
    if (code != LDAP_SUCCESS)
        return Failure(code, fmt::format("ldap server {}: changing {}", url_, dn));
    return {};
}

Result<> Directory::Delete(const std::string &dn) {
    int code = ldap_delete_ext_s(connection_.get(), dn.c_str(), nullptr, nullptr);

    if (code != LDAP_SUCCESS)
        return Failure(code, fmt::format("ldap server {}: deleting {}", url_, dn));
    return {};
}

Result<std::string> ReadPassword(const std::string &path, std::string *warning) {
    struct stat status;

    Result<std::string> text = ReadFile(path, 4096);
    if (!text)
        return text;
    if (stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH)))
        *warning = fmt::format("warning: {} can be read by others than its owner", path);
    std::string password = text->substr(0, text->find('\n'));
    if (password.ends_with('\r'))
        password.pop_back();
    if (password.empty())
        return Error{kBadConfig, fmt::format("{}: no password in its first line", path), ""};
    return password;
}

Result<Directory> ConnectToWrite(const std::string &url, const std::string &binddn, const std::string &pwfile,
                                 std::string *warning) {
    std::string password;

    if (!pwfile.empty()) {
        Result<std::string> text = ReadPassword(pwfile, warning);
        if (!text)
            return text.error();
        password = *text;
    }
    return Directory::Connect(url, binddn, password);
}

}  // namespace sheen
