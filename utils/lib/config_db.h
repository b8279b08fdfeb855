// SPDX-License-Identifier: GPL-2.0
// The configuration database: what lmc writes and lconf applies, independent of where it is stored.
//
// A document is a flat list of services (elements with a name and a uuid).  Services refer to each other by uuid
// through children whose tag ends in "_ref"; scalar properties are attributes or children with text only.
#ifndef SHEEN_UTILS_CONFIG_DB_H
#define SHEEN_UTILS_CONFIG_DB_H

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lib/result.h"

namespace sheen {

/// The only format version of documents that the tools know.
inline constexpr std::string_view kConfigVersion = "2003070801";

/// Longest uuid that lmc makes, and the longest that the kernel takes.
inline constexpr size_t kMadeUuidMax = 31;
inline constexpr size_t kUuidMax = 39;

/// One node of the tree.  Children keep their order: it is the OST index order in a lov.
struct Element {
    std::string tag;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::string text;  // only in elements without children
    std::vector<std::unique_ptr<Element>> children;

    /// Value of an attribute, or nullptr.
    const std::string *Attribute(std::string_view name) const;
    void SetAttribute(std::string_view name, std::string_view value);

    Element *AddChild(std::string_view tag, std::string_view text = "");
    /// Sets the text of the child with this tag, which is created if need be.
    void SetChild(std::string_view tag, std::string_view text);
    const Element *Child(std::string_view tag) const;

    /// A property: the attribute of that name, else the text of the first child, else "".
    std::string Value(std::string_view property) const;
    /// All values of a property that may be repeated.
    std::vector<std::string> Values(std::string_view property) const;
    /// A property as a number; absent, empty and malformed values give @fallback.
    int64_t Number(std::string_view property, int64_t fallback = 0) const;

    const std::string &name() const;
    const std::string &uuid() const;

    /// UUIDs that children <ROLE_ref uuidref="..."/> point to, in document order.
    std::vector<std::string> Refs(std::string_view role) const;
    void AddRef(std::string_view role, std::string_view uuid);
};

/// Owns a document and keeps it indexed by uuid, by name and by class.
class ConfigDb {
public:
    /// An empty document: nothing but the lock manager that every node has.
    ConfigDb();

    /// Takes over a tree that was read; fails on a wrong root or version, or on services without or with duplicate
    /// names or uuids.
    static Result<ConfigDb> FromTree(std::unique_ptr<Element> root);

    ConfigDb(ConfigDb &&) = default;
    ConfigDb &operator=(ConfigDb &&) = default;

    const Element &root() const { return *root_; }

    const Element *FindUuid(std::string_view uuid) const;
    Element *FindUuid(std::string_view uuid);
    /// The service of this class with this name.
    const Element *FindName(std::string_view cls, std::string_view name) const;
    Element *FindName(std::string_view cls, std::string_view name);
    /// All services of a class in document order.
    const std::vector<Element *> &Class(std::string_view cls) const;
    /// What the first reference of that role points to, or nullptr.
    const Element *FirstRef(const Element &from, std::string_view role) const;

    /// First unused of base, base_2, base_3...
    std::string NewName(const std::string &base);
    /// First unused of the uuids made of a name; see the naming rules in docs/man/lmc.8.
    std::string NewUuid(const std::string &name);

    /// Adds a service to the document, or inside of @parent.  The uuid must be unused.
    Element *Add(std::string_view cls, const std::string &name, const std::string &uuid, Element *parent = nullptr);
    /// Adds a service whose uuid is made of its name.
    Element *Add(std::string_view cls, const std::string &name, Element *parent = nullptr);

private:
    explicit ConfigDb(std::unique_ptr<Element> root) : root_(std::move(root)) {}
    Result<> Index(Element *service);
    void Enter(Element *service);

    std::unique_ptr<Element> root_;
    std::unordered_map<std::string, Element *> by_uuid_;
    std::unordered_map<std::string, std::vector<Element *>> by_name_;
    std::unordered_map<std::string, std::vector<Element *>> by_class_;
    // Where to go on looking for an unused number, so that a thousand services with one base name stay cheap.
    std::unordered_map<std::string, unsigned> next_name_;
    std::unordered_map<std::string, unsigned> next_uuid_;
};

/// The name that a configuration has when none is given: /etc/demo.xml is "demo".
std::string NameOfConfig(const std::string &path);

/// Whether elements with this tag are services, that is, have a name and a uuid.
bool IsServiceTag(std::string_view tag);

/// The rules of the database that a DTD cannot express: every reference resolves to an element of the right class,
/// devices belong to one node whose profile lists them, active devices are homes of their target, and so on.
Result<> CheckRules(const ConfigDb &db);

}  // namespace sheen

#endif
