// SPDX-License-Identifier: GPL-2.0
// What a configuration means, for comparing: independent of what readers do not look at.
#ifndef SHEEN_TESTS_UTILS_SAME_CONFIG_H
#define SHEEN_TESTS_UTILS_SAME_CONFIG_H

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "lib/config_db.h"
#include "lib/strings.h"

namespace sheen::test {

/// Properties are the same as attributes and as children, and empty ones the same as none.  Children have an order
/// where it means something: in lists of values, among the networks of a node and the targets of a lov.
inline std::string CanonicalElement(const Element &element) {
    std::vector<std::string> children;
    std::map<std::string, std::vector<std::string>> properties;
    std::string text, ordered;

    for (const auto &[name, value] : element.attributes)
        if (!value.empty() || name == "uuidref")
            properties[name].emplace_back(Trim(value));
    for (const auto &child : element.children) {
        if (child->children.empty() && child->attributes.empty()) {
            if (!child->text.empty())
                properties[child->tag].emplace_back(Trim(child->text));
        } else if (child->tag == "network" || child->tag == "lov_tgt" ||
                   (element.tag == "lov" && child->tag == "obd_ref")) {
            ordered += CanonicalElement(*child);
        } else {
            children.push_back(CanonicalElement(*child));
        }
    }
    std::sort(children.begin(), children.end());
    for (const auto &[name, values] : properties)
        for (const std::string &value : values)
            text += " " + name + "='" + value + "'";
    text = "<" + element.tag + text + ">" + ordered;
    for (const std::string &child : children)
        text += child;
    return text + "</" + element.tag + ">\n";
}

/// Services in their order: it decides about that of the homes of a target.
inline std::string Canonical(const ConfigDb &db) {
    std::string text;

    for (const auto &[name, value] : db.root().attributes)
        text += name + "=" + value + " ";
    for (const auto &child : db.root().children)
        text += CanonicalElement(*child);
    return text;
}

}  // namespace sheen::test

#endif
