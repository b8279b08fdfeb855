// SPDX-License-Identifier: GPL-2.0
#include "lib/config_entries.h"

#include <algorithm>
#include <cctype>
#include <limits>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "lib/config_grammar.h"
#include "lib/config_xml.h"
#include "lib/strings.h"

namespace sheen {

namespace {

constexpr std::string_view kConfigClass = "LUSTRECONFIG", kUpdateClass = "UPDATE", kUpdateTag = "update";
constexpr std::string_view kName = "lustreName", kOrder = "lustreOrder", kSequence = "lustreSequence",
                           kXml = "lustreXml", kSlot = "lovTgt", kSlotOwner = "lovTgtOwner";
constexpr int64_t kLast = std::numeric_limits<int64_t>::max();  // place of what has none written down
// A target in a lov that nobody has touched since it was added.
constexpr std::string_view kPlainGeneration = "1", kPlainActive = "1";

std::string Upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return toupper(c); });
    return text;
}

std::string Lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return tolower(c); });
    return text;
}

/// The attribute for a part of a service; services inside of it are referred to as if they stood beside it.
std::string AttributeName(const Part &part) {
    return DirectoryName(part.tag) + (part.kind == Part::kService ? "Ref" : "");
}

std::string RoleOf(const Part &part) {
    return part.tag.substr(0, part.tag.size() - 4);
}

/// A record as one string: "key=value key=value", with "%20" for a blank in a value.
std::string EncodeRecord(const Element &record) {
    std::vector<std::string> words;

    for (const auto &[key, value] : record.attributes) {
        std::string word = key + "=";
        for (unsigned char c : value)
            word +=
                c <= ' ' || c == '%' || c == 0x7f ? fmt::format("%{:02X}", c) : std::string(1, static_cast<char>(c));
        words.push_back(word);
    }
    return Join(words, " ");
}

/// Words whose key cannot be the name of an attribute are no part of a record.
void DecodeRecord(const std::string &text, Element *record) {
    auto in_names = [](unsigned char c) { return isalnum(c) || c == '_'; };

    for (const std::string &word : SplitBlanks(text)) {
        size_t equals = word.find('=');
        std::string key = word.substr(0, equals), value;
        if (equals == std::string::npos || !isalpha(static_cast<unsigned char>(key[0])) ||
            !std::all_of(key.begin(), key.end(), in_names))
            continue;
        for (size_t i = equals + 1; i < word.size(); i++) {
            std::optional<int64_t> code;
            if (word[i] == '%' && i + 2 < word.size())
                code = ParseInt("0x" + word.substr(i + 1, 2));
            value += code ? static_cast<char>(*code) : word[i];
            i += code ? 2 : 0;
        }
        record->SetAttribute(key, value);
    }
}

/// Turns a document into entries.
class Exporter {
public:
    Exporter(const ConfigDb &db, const std::string &config) : db_(db), config_(config) {}

    std::vector<DirectoryEntry> Run() {
        AddConfig();
        for (const auto &child : db_.root().children) {
            if (child->tag == "update")
                AddUpdate(*child);
            else
                AddService(*child);
        }
        return std::move(entries_);
    }

private:
    DirectoryEntry &AddEntry(std::string_view object_class, const std::string &uuid) {
        DirectoryEntry &entry = entries_.emplace_back();

        entry.dn = ServiceDn(config_, uuid);
        entry.Add("objectClass", object_class);
        entry.Add("uuid", uuid);
        entry.Add(kOrder, fmt::format("{}", order_++));
        return entry;
    }

    void AddConfig() {
        DirectoryEntry &entry = entries_.emplace_back();

        entry.dn = ConfigDn(config_);
        entry.Add("objectClass", kConfigClass);
        entry.Add("config", config_);
        entry.Add("uuid", "CONFIG_UUID");
        entry.Add("version", db_.root().Value("version"));
        if (std::string mtime = db_.root().Value("mtime"); !mtime.empty())
            entry.Add("mtime", mtime);
    }

    /// Updates have neither name nor uuid and hold whatever there was, so they stay XML.
    void AddUpdate(const Element &update) {
        std::string uuid;

        do
            uuid = fmt::format("UPDATE_{}", ++updates_);
        while (db_.FindUuid(uuid));
        AddEntry(kUpdateClass, uuid).Add(kXml, Trim(WriteElement(update)));
    }

    void AddService(const Element &service) {
        DirectoryEntry &entry = AddEntry(Upper(service.tag), service.uuid());

        entry.Add(kName, service.name());
        for (const Part &part : ConfigGrammar().at(service.tag))
            AddPart(service, part, &entry);
        if (service.tag == "lov")
            AddSlots(service, &entry);
        // Last, since it makes the reference to the entry invalid.
        for (const auto &child : service.children)
            if (service.tag == "node" && IsServiceTag(child->tag))
                AddService(*child);
    }

    static void AddPart(const Element &service, const Part &part, DirectoryEntry *entry) {
        std::vector<std::string> values;

        if (part.kind == Part::kAttribute || part.kind == Part::kText)
            values = service.Values(part.tag);
        else if (part.kind == Part::kRef)
            values = service.Refs(RoleOf(part));
        for (const auto &child : service.children) {
            if (child->tag != part.tag)
                continue;
            if (part.kind == Part::kService)
                values.push_back(child->uuid());
            else if (part.kind == Part::kRecord && part.tag != "lov_tgt")
                values.push_back(EncodeRecord(*child));
        }
        AddValues(part, values, entry);
    }

    /// An attribute is a set of values, none of them empty.  Routes have no order.
    static void AddValues(const Part &part, std::vector<std::string> values, DirectoryEntry *entry) {
        std::string attribute = AttributeName(part);
        std::set<std::string> seen;

        std::erase_if(values, [&](const std::string &value) { return value.empty() || !seen.insert(value).second; });
        for (const std::string &value : values)
            entry->Add(attribute, value);
        bool ordered = part.kind == Part::kText || part.tag == "lmv_tgt";
        for (size_t i = 0; ordered && values.size() > 1 && i < values.size(); i++)
            entry->Add(kSequence, fmt::format("{}:{}:{}", attribute, i, values[i]));
    }

    static void AddSlots(const Element &lov, DirectoryEntry *entry) {
        std::vector<std::string> obds = lov.Refs("obd");

        for (size_t i = 0; i < obds.size(); i++)
            entry->Add(kSlot, fmt::format("{}:{}:{}:{}", i, kPlainGeneration, kPlainActive, obds[i]));
        for (const auto &child : lov.children) {
            if (child->tag != "lov_tgt")
                continue;
            std::string index = child->Value("index");
            entry->Add(kSlot, fmt::format("{}:{}:{}:{}", index, child->Value("generation"), child->Value("active"),
                                          child->Value("uuidref")));
            if (std::string owner = child->Value("lov_uuid"); !owner.empty())
                entry->Add(kSlotOwner, fmt::format("{}:{}", index, owner));
        }
    }

    const ConfigDb &db_;
    const std::string &config_;
    std::vector<DirectoryEntry> entries_;
    size_t order_ = 0;
    unsigned updates_ = 0;
};

/// Turns entries into a document.
class Importer {
public:
    explicit Importer(std::vector<std::string> *warnings) : warnings_(warnings) {}

    Result<std::unique_ptr<Element>> Run(const std::vector<DirectoryEntry> &entries) {
        auto root = std::make_unique<Element>();

        root->tag = "lustre";
        if (Result<> done = Sort(entries, root.get()); !done)
            return done.error();
        for (Service &service : services_)
            if (Result<> done = Build(&service); !done)
                return done.error();
        for (Service &service : services_)
            if (Result<> done = TakeInside(&service); !done)
                return done.error();
        for (Service &service : services_)
            if (service.element)
                root->children.push_back(std::move(service.element));
        return root;
    }

private:
    struct Service {
        const DirectoryEntry *entry;
        std::string tag;
        int64_t order;
        std::unique_ptr<Element> element;  // null once it stands inside of another one
    };

    static Error Bad(const DirectoryEntry &entry, std::string_view what) {
        return Error{kBadConfig, fmt::format("{}: {}", entry.dn, what), ""};
    }

    /// Finds out what the entries are, and brings services into their order.
    Result<> Sort(const std::vector<DirectoryEntry> &entries, Element *root) {
        bool found = false;

        for (const DirectoryEntry &entry : entries) {
            if (entry.Is(kConfigClass)) {
                if (found)
                    return Bad(entry, "a second configuration");
                found = true;
                root->SetAttribute("version", entry.First("version"));
                if (std::string mtime = entry.First("mtime"); !mtime.empty())
                    root->SetAttribute("mtime", mtime);
                continue;
            }
            std::string tag = TagOf(entry);
            if (tag.empty())
                return Bad(entry, "not an entry of a configuration");
            services_.push_back({&entry, tag, ParseInt(entry.First(kOrder)).value_or(kLast), nullptr});
        }
        if (!found)
            return Error{kBadConfig, fmt::format("no entry of class {}", kConfigClass), ""};
        std::stable_sort(services_.begin(), services_.end(),
                         [](const Service &a, const Service &b) { return a.order < b.order; });
        for (size_t i = 0; i < services_.size(); i++)
            place_[services_[i].entry->First("uuid")] = i;
        return {};
    }

    static std::string TagOf(const DirectoryEntry &entry) {
        for (const std::string &object_class : entry.All("objectClass"))
            if (std::string tag = Lower(object_class); ConfigGrammar().contains(tag) || tag == kUpdateTag)
                return tag;
        return "";
    }

    Result<> Build(Service *service) {
        const DirectoryEntry &entry = *service->entry;

        if (service->tag == kUpdateTag) {
            Result<std::unique_ptr<Element>> update = ParseElement(entry.First(kXml));
            if (!update)
                return Bad(entry, update.error().what);
            service->element = std::move(*update);
            return {};
        }
        service->element = std::make_unique<Element>();
        Element *element = service->element.get();
        element->tag = service->tag;
        element->SetAttribute("name", entry.First(kName));
        element->SetAttribute("uuid", entry.First("uuid"));
        const Parts &parts = ConfigGrammar().at(service->tag);
        WarnOfOthers(entry, parts);
        for (const Part &part : parts)
            if (std::vector<std::string> values = entry.All(AttributeName(part));
                part.kind == Part::kAttribute && !values.empty())
                element->SetAttribute(part.tag, values.front());
        AddRefs(entry, parts, element);
        for (const Part &part : parts)
            AddChildren(entry, part, element);
        return {};
    }

    void WarnOfOthers(const DirectoryEntry &entry, const Parts &parts) {
        std::vector<std::string> known = {"objectClass",          "uuid",
                                          std::string(kName),     std::string(kOrder),
                                          std::string(kSequence), std::string(kSlotOwner)};

        for (const Part &part : parts)
            known.push_back(AttributeName(part));
        for (const auto &[attribute, value] : entry.values)
            if (warnings_ && std::none_of(known.begin(), known.end(), [&, &name = attribute](const std::string &other) {
                    return SameIgnoringCase(name, other);
                }))
                warnings_->push_back(fmt::format("{}: unknown attribute {} ignored", entry.dn, attribute));
    }

    /// References in the order of what they refer to; those of a lov in the order of its slots.
    void AddRefs(const DirectoryEntry &entry, const Parts &parts, Element *element) {
        struct Ref {
            size_t place;
            std::string role, uuid;
        };
        std::vector<Ref> refs;

        for (const Part &part : parts)
            if (part.kind == Part::kRef && (element->tag != "lov" || part.tag != "obd_ref"))
                for (const std::string &uuid : entry.All(AttributeName(part)))
                    refs.push_back({Place(uuid), RoleOf(part), uuid});
        std::stable_sort(refs.begin(), refs.end(), [](const Ref &a, const Ref &b) { return a.place < b.place; });
        for (const Ref &ref : refs)
            element->AddRef(ref.role, ref.uuid);
        if (element->tag == "lov")
            AddSlots(entry, element);
    }

    size_t Place(const std::string &uuid) const {
        auto found = place_.find(uuid);
        return found == place_.end() ? services_.size() : found->second;
    }

    struct Slot {
        int64_t index;
        std::string generation, active, uuid;
    };

    /// "index:generation:active:uuid", where only the uuid may have colons.
    static Slot ParseSlot(const std::string &text) {
        std::vector<std::string> words = Split(text, ':');

        words.resize(std::max<size_t>(words.size(), 4));
        std::vector<std::string> uuid(words.begin() + 3, words.end());
        return {ParseInt(words[0]).value_or(kLast), words[1], words[2], Join(uuid, ":")};
    }

    static void AddSlots(const DirectoryEntry &entry, Element *lov) {
        std::vector<std::string> obds = entry.All("obdRef"), owners = entry.All(kSlotOwner);
        std::vector<Slot> slots;

        for (const std::string &text : entry.All(kSlot))
            slots.push_back(ParseSlot(text));
        std::stable_sort(slots.begin(), slots.end(), [](const Slot &a, const Slot &b) { return a.index < b.index; });
        for (const Slot &slot : slots) {
            if (std::erase(obds, slot.uuid) && slot.generation == kPlainGeneration && slot.active == kPlainActive) {
                lov->AddRef("obd", slot.uuid);
                continue;
            }
            Element *target = lov->AddChild("lov_tgt");
            std::string index = fmt::format("{}", slot.index);
            target->SetAttribute("uuidref", slot.uuid);
            target->SetAttribute("index", index);
            target->SetAttribute("generation", slot.generation);
            target->SetAttribute("active", slot.active);
            for (const std::string &owner : owners)
                if (owner.starts_with(index + ":"))
                    target->SetAttribute("lov_uuid", owner.substr(index.size() + 1));
        }
        for (const std::string &uuid : obds)
            lov->AddRef("obd", uuid);
    }

    static void AddChildren(const DirectoryEntry &entry, const Part &part, Element *element) {
        std::string attribute = AttributeName(part);

        if (part.kind != Part::kText && (part.kind != Part::kRecord || part.tag == "lov_tgt"))
            return;
        for (const std::string &value : InSequence(entry, attribute)) {
            if (part.kind == Part::kText)
                element->AddChild(part.tag, value);
            else
                DecodeRecord(value, element->AddChild(part.tag));
        }
    }

    /// Values of an attribute in the order that is written down for them, if one is.
    static std::vector<std::string> InSequence(const DirectoryEntry &entry, const std::string &attribute) {
        std::map<std::string, int64_t> place;
        std::vector<std::string> values = entry.All(attribute);

        for (const std::string &text : entry.All(kSequence)) {
            std::vector<std::string> words = Split(text, ':');
            if (words.size() > 2 && SameIgnoringCase(words[0], attribute))
                place[text.substr(words[0].size() + words[1].size() + 2)] = ParseInt(words[1]).value_or(kLast);
        }
        auto place_of = [&](const std::string &value) {
            auto found = place.find(value);
            return found == place.end() ? kLast : found->second;
        };
        std::stable_sort(values.begin(), values.end(),
                         [&](const std::string &a, const std::string &b) { return place_of(a) < place_of(b); });
        return values;
    }

    /// Networks and route tables go into the node that refers to them.
    Result<> TakeInside(Service *service) {
        std::vector<size_t> inside;

        if (service->tag != "node")
            return {};
        for (const Part &part : ConfigGrammar().at("node")) {
            if (part.kind != Part::kService)
                continue;
            for (const std::string &uuid : service->entry->All(AttributeName(part))) {
                size_t place = Place(uuid);
                if (place == services_.size() || services_[place].tag != part.tag || !services_[place].element)
                    return Bad(*service->entry, fmt::format("{} {} is not there, or belongs to another node",
                                                            AttributeName(part), uuid));
                inside.push_back(place);
            }
        }
        std::sort(inside.begin(), inside.end());
        inside.erase(std::unique(inside.begin(), inside.end()), inside.end());
        for (size_t place : inside)
            service->element->children.push_back(std::move(services_[place].element));
        return {};
    }

    std::vector<std::string> *warnings_;
    std::vector<Service> services_;
    std::unordered_map<std::string, size_t> place_;  // uuid -> where it is in services_
};

}  // namespace

std::vector<DirectoryEntry> ToEntries(const ConfigDb &db, const std::string &config) {
    return Exporter(db, config).Run();
}

Result<ConfigDb> FromEntries(const std::vector<DirectoryEntry> &entries, const std::string &origin,
                             std::vector<std::string> *warnings) {
    Result<std::unique_ptr<Element>> root = Importer(warnings).Run(entries);

    if (!root)
        return root.error().In(origin);
    Result<ConfigDb> db = ConfigDb::FromTree(std::move(*root));
    if (!db)
        return db.error().In(origin);
    return ParseXml(WriteXml(*db), origin, warnings);
}

}  // namespace sheen
