// SPDX-License-Identifier: GPL-2.0
#include "lib/root_squash.h"

#include <cstdint>

#include <fmt/format.h>

#include "lib/nid.h"
#include "lib/strings.h"
#include "sheen_netlink.h"

namespace sheen {

namespace {

constexpr int64_t kMaxId = UINT32_MAX - 1;  // the one above means "none"
constexpr const char *kHint = "root_squash is UID:GID, two numbers above 0, or 0:0 for off";

Result<std::string> CheckIds(const std::string &ids) {
    std::vector<std::string> parts = Split(ids, ':');

    if (parts.size() != 2)
        return Error{kBadConfig, fmt::format("root_squash '{}' is not UID:GID", ids), kHint};
    int64_t uid = ParseInt(parts[0]).value_or(-1), gid = ParseInt(parts[1]).value_or(-1);
    if (uid < 0 || gid < 0 || uid > kMaxId || gid > kMaxId)
        return Error{kBadConfig, fmt::format("root_squash '{}': an id is a number from 0 to {}", ids, kMaxId), kHint};
    if (!uid != !gid)
        return Error{kBadConfig, fmt::format("root_squash '{}' leaves root a 0", ids), kHint};
    return fmt::format("{}:{}", uid, gid);
}

}  // namespace

Result<std::vector<std::string>> RootSquashWords(const std::string &ids, const std::vector<std::string> &nids) {
    std::vector<std::string> words;

    if (ids.empty() && nids.empty())
        return words;
    if (ids.empty())
        return Error{kBadConfig, "no_root_squash without root_squash", kHint};
    Result<std::string> checked = CheckIds(ids);
    if (!checked)
        return checked.error();
    words.push_back(*checked);
    if (nids.size() > SHEEN_SQUASH_NIDS_MAX)
        return Error{kBadConfig, fmt::format("no_root_squash: more than {} NIDs", SHEEN_SQUASH_NIDS_MAX), ""};
    for (const std::string &text : nids) {
        Result<Nid> nid = ParseNid(text);
        if (!nid)
            return Error{kBadConfig, "no_root_squash: " + nid.error().what, nid.error().hint};
        words.push_back(nid->Text());
    }
    return words;
}

}  // namespace sheen
