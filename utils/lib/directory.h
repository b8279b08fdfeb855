// SPDX-License-Identifier: GPL-2.0
// A connection to an LDAP server.  Every wait has an end.
#ifndef SHEEN_UTILS_DIRECTORY_H
#define SHEEN_UTILS_DIRECTORY_H

#include <memory>
#include <string>
#include <vector>

#include "lib/directory_entry.h"
#include "lib/result.h"

struct ldap;

namespace sheen {

/// Who may write when nobody else is named.
inline constexpr const char *kDirectoryManager = "cn=Manager,fs=lustre";

class Directory {
public:
    /// @url may list several servers, with blanks between them: the first that answers is used.  Without a password
    /// the connection is anonymous, else @bind_dn signs in.
    static Result<Directory> Connect(const std::string &url, const std::string &bind_dn = "",
                                     const std::string &password = "");

    const std::string &url() const { return url_; }

    enum class Scope { kBase, kSubtree };
    /// Entries at @base, or at and below it; nothing when there is no such entry.
    Result<std::vector<DirectoryEntry>> Search(const std::string &base, Scope scope);

    Result<> Add(const DirectoryEntry &entry);
    /// Gives an attribute these values and no others; none removes it.
    struct Change {
        std::string attribute;
        std::vector<std::string> values;
    };
    Result<> Modify(const std::string &dn, const std::vector<Change> &changes);
    Result<> Delete(const std::string &dn);

private:
    struct Close {
        void operator()(struct ldap *connection) const;
    };

    Directory(struct ldap *connection, std::string url) : connection_(connection), url_(std::move(url)) {}
    Error Failure(int code, const std::string &what) const;

    std::unique_ptr<struct ldap, Close> connection_;
    std::string url_;
};

/// A password: the first line of a file.  @warning tells when others than the owner may read it.
Result<std::string> ReadPassword(const std::string &path, std::string *warning);

/// Connects as @binddn, with the password in the file @pwfile ("": none); @warning as with ReadPassword().
Result<Directory> ConnectToWrite(const std::string &url, const std::string &binddn, const std::string &pwfile,
                                 std::string *warning);

}  // namespace sheen

#endif
