// SPDX-License-Identifier: GPL-2.0
#include "lib/config_db.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "lib/strings.h"

namespace sheen {

namespace {

const std::string kEmpty;
const std::vector<Element *> kNone;

constexpr std::array<std::string_view, 22> kServiceTags = {
    "cmobd",  "cobd", "echoclient", "filesystem", "gkd",  "gks", "ldlm", "lmv",     "lov",    "lovconfig", "mds",
    "mdsdev", "mgmt", "mountpoint", "network",    "node", "osd", "ost",  "profile", "ptlrpc", "routetbl",  "",
};

/// Names of nodes and of the targets that they run may coincide; all others are unique.
bool MayShareName(const Element &a, const Element &b) {
    auto target = [](const Element &e) { return e.tag == "mds" || e.tag == "ost"; };

    return (a.tag == "node" && target(b)) || (b.tag == "node" && target(a));
}

std::string LastChars(const std::string &text, size_t limit) {
    return text.size() <= limit ? text : text.substr(text.size() - limit);
}

}  // namespace

std::string NameOfConfig(const std::string &path) {
    std::string name = path.substr(path.rfind('/') + 1);

    return name.ends_with(".xml") ? name.substr(0, name.size() - 4) : name;
}

bool IsServiceTag(std::string_view tag) {
    return !tag.empty() && std::find(kServiceTags.begin(), kServiceTags.end(), tag) != kServiceTags.end();
}

const std::string *Element::Attribute(std::string_view name) const {
    for (const auto &[key, value] : attributes)
        if (key == name)
            return &value;
    return nullptr;
}

void Element::SetAttribute(std::string_view name, std::string_view value) {
    for (auto &[key, old] : attributes) {
        if (key == name) {
            old = value;
            return;
        }
    }
    attributes.emplace_back(name, value);
}

Element *Element::AddChild(std::string_view child_tag, std::string_view child_text) {
    auto child = std::make_unique<Element>();

    child->tag = child_tag;
    child->text = child_text;
    children.push_back(std::move(child));
    return children.back().get();
}

void Element::SetChild(std::string_view child_tag, std::string_view child_text) {
    for (auto &child : children) {
        if (child->tag == child_tag) {
            child->text = child_text;
            return;
        }
    }
    AddChild(child_tag, child_text);
}

const Element *Element::Child(std::string_view child_tag) const {
    for (const auto &child : children)
        if (child->tag == child_tag)
            return child.get();
    return nullptr;
}

std::string Element::Value(std::string_view property) const {
    if (const std::string *value = Attribute(property))
        return std::string(Trim(*value));
    if (const Element *child = Child(property))
        return std::string(Trim(child->text));
    return "";
}

std::vector<std::string> Element::Values(std::string_view property) const {
    std::vector<std::string> values;

    if (const std::string *value = Attribute(property))
        values.emplace_back(Trim(*value));
    for (const auto &child : children)
        if (child->tag == property)
            values.emplace_back(Trim(child->text));
    return values;
}

int64_t Element::Number(std::string_view property, int64_t fallback) const {
    return ParseInt(Value(property)).value_or(fallback);
}

const std::string &Element::name() const {
    const std::string *value = Attribute("name");
    return value ? *value : kEmpty;
}

const std::string &Element::uuid() const {
    const std::string *value = Attribute("uuid");
    return value ? *value : kEmpty;
}

std::vector<std::string> Element::Refs(std::string_view role) const {
    std::vector<std::string> uuids;

    for (const auto &child : children) {
        std::string_view child_tag = child->tag;
        if (child_tag.size() != role.size() + 4 || !child_tag.starts_with(role) || !child_tag.ends_with("_ref"))
            continue;
        if (const std::string *uuid = child->Attribute("uuidref"))
            uuids.push_back(*uuid);
    }
    return uuids;
}

void Element::AddRef(std::string_view role, std::string_view uuid) {
    AddChild(fmt::format("{}_ref", role))->SetAttribute("uuidref", uuid);
}

ConfigDb::ConfigDb() : root_(std::make_unique<Element>()) {
    root_->tag = "lustre";
    root_->SetAttribute("version", kConfigVersion);
    Add("ldlm", "ldlm");
}

Result<ConfigDb> ConfigDb::FromTree(std::unique_ptr<Element> root) {
    if (root->tag != "lustre")
        return Error{kBadConfig,
                     fmt::format("Existing config not valid: the root element is <{}>, not <lustre>", root->tag), ""};
    std::string version = root->Value("version");
    if (version != kConfigVersion)
        return Error{kBadConfig, fmt::format("configuration has version '{}', expected {}", version, kConfigVersion),
                     "write it again with this lmc"};
    ConfigDb db(std::move(root));
    for (auto &child : db.root_->children)
        if (IsServiceTag(child->tag))
            if (Result<> done = db.Index(child.get()); !done)
                return done.error();
    return db;
}

Result<> ConfigDb::Index(Element *service) {
    const std::string &name = service->name();
    const std::string &uuid = service->uuid();

    if (name.empty() || uuid.empty())
        return Error{kBadConfig, fmt::format("a <{}> has no name or no uuid", service->tag), ""};
    if (uuid.size() > kUuidMax)
        return Error{kBadConfig, fmt::format("uuid {} has more than {} characters", uuid, kUuidMax), ""};
    if (by_uuid_.contains(uuid))
        return Error{kBadConfig, fmt::format("uuid {} is used twice", uuid), ""};
    if (auto same = by_name_.find(name); same != by_name_.end())
        for (const Element *other : same->second)
            if (!MayShareName(*other, *service))
                return Error{kBadConfig,
                             fmt::format("name {} is used by a <{}> and a <{}>", name, other->tag, service->tag), ""};
    Enter(service);
    // Networks and route tables are the only services inside of another one.
    for (auto &child : service->children)
        if (service->tag == "node" && IsServiceTag(child->tag))
            if (Result<> done = Index(child.get()); !done)
                return done;
    return {};
}

void ConfigDb::Enter(Element *service) {
    by_uuid_[service->uuid()] = service;
    by_name_[service->name()].push_back(service);
    by_class_[service->tag].push_back(service);
}

const Element *ConfigDb::FindUuid(std::string_view uuid) const {
    auto found = by_uuid_.find(std::string(uuid));
    return found == by_uuid_.end() ? nullptr : found->second;
}

Element *ConfigDb::FindUuid(std::string_view uuid) {
    return const_cast<Element *>(std::as_const(*this).FindUuid(uuid));
}

const Element *ConfigDb::FindName(std::string_view cls, std::string_view name) const {
    auto found = by_name_.find(std::string(name));

    if (found != by_name_.end())
        for (const Element *service : found->second)
            if (service->tag == cls)
                return service;
    return nullptr;
}

Element *ConfigDb::FindName(std::string_view cls, std::string_view name) {
    return const_cast<Element *>(std::as_const(*this).FindName(cls, name));
}

const std::vector<Element *> &ConfigDb::Class(std::string_view cls) const {
    auto found = by_class_.find(std::string(cls));
    return found == by_class_.end() ? kNone : found->second;
}

const Element *ConfigDb::FirstRef(const Element &from, std::string_view role) const {
    std::vector<std::string> uuids = from.Refs(role);
    return uuids.empty() ? nullptr : FindUuid(uuids.front());
}

std::string ConfigDb::NewName(const std::string &base) {
    if (!by_name_.contains(base))
        return base;
    for (unsigned &number = next_name_.try_emplace(base, 2).first->second;; number++) {
        std::string name = fmt::format("{}_{}", base, number);
        if (!by_name_.contains(name))
            return name;
    }
}

std::string ConfigDb::NewUuid(const std::string &name) {
    std::string uuid = LastChars(name + "_UUID", kMadeUuidMax);

    if (!by_uuid_.contains(uuid))
        return uuid;
    for (unsigned &number = next_uuid_.try_emplace(name, 2).first->second;; number++) {
        uuid = LastChars(fmt::format("{}_UUID_{}", name, number), kMadeUuidMax);
        if (!by_uuid_.contains(uuid))
            return uuid;
    }
}

Element *ConfigDb::Add(std::string_view cls, const std::string &name, const std::string &uuid, Element *parent) {
    Element *service = (parent ? parent : root_.get())->AddChild(cls);

    service->SetAttribute("name", name);
    service->SetAttribute("uuid", uuid);
    Enter(service);
    return service;
}

Element *ConfigDb::Add(std::string_view cls, const std::string &name, Element *parent) {
    return Add(cls, name, NewUuid(name), parent);
}

}  // namespace sheen
