// SPDX-License-Identifier: GPL-2.0
// What the DTD says of each kind of service, for storing the database as something else than XML.
#ifndef SHEEN_UTILS_CONFIG_GRAMMAR_H
#define SHEEN_UTILS_CONFIG_GRAMMAR_H

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sheen {

/// Something that a service may hold besides its name and its uuid.
struct Part {
    enum Kind {
        kAttribute,  // a property that can only be an attribute
        kText,       // a property; as a child with text, or as an attribute
        kRef,        // NAME_ref uuidref="..."
        kService,    // another service, inside of this one
        kRecord,     // a child with attributes only, such as a route
    };
    Kind kind;
    std::string tag;
};

/// Parts of a kind of service in the order of the DTD.
using Parts = std::vector<Part>;

/// All kinds of services that a configuration may hold.
const std::map<std::string, Parts, std::less<>> &ConfigGrammar();

/// Names in a directory have no "_": active_ref is "activeRef" there, lov_tgt "lovTgt".
std::string DirectoryName(std::string_view tag);

}  // namespace sheen

#endif
