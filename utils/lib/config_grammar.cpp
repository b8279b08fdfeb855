// SPDX-License-Identifier: GPL-2.0
#include "lib/config_grammar.h"

#include <algorithm>
#include <cctype>
#include <memory>

#include <libxml/parser.h>

#include "lib/config_db.h"
#include "lib/config_xml.h"

namespace sheen {

namespace {

struct FreeDtd {
    void operator()(xmlDtd *dtd) const { xmlFreeDtd(dtd); }
};

std::string Name(const xmlChar *name) {
    return reinterpret_cast<const char *>(name);
}

/// Names of the children that a content model allows, in its order.
void AllowedChildren(const xmlElementContent *content, std::vector<std::string> *names) {
    if (!content)
        return;
    if (content->type == XML_ELEMENT_CONTENT_ELEMENT)
        names->push_back(Name(content->name));
    AllowedChildren(content->c1, names);
    AllowedChildren(content->c2, names);
}

Part::Kind KindOfChild(xmlDtd *dtd, std::string_view parent, const std::string &tag) {
    const xmlElement *element = xmlGetDtdElementDesc(dtd, reinterpret_cast<const xmlChar *>(tag.c_str()));

    if (tag.ends_with("_ref"))
        return Part::kRef;
    if (parent == "node" && IsServiceTag(tag))
        return Part::kService;
    return element && element->etype == XML_ELEMENT_TYPE_EMPTY ? Part::kRecord : Part::kText;
}

void AddChildren(xmlDtd *dtd, const xmlElement &element, Parts *parts) {
    std::vector<std::string> children;
    std::string tag = Name(element.name);

    AllowedChildren(element.content, &children);
    for (const std::string &child : children)
        parts->push_back({KindOfChild(dtd, tag, child), child});
}

/// A property that may be both a child and an attribute is written as a child.
void AddAttribute(const std::string &name, Parts *parts) {
    if (name != "name" && name != "uuid" &&
        std::none_of(parts->begin(), parts->end(), [&](const Part &part) { return part.tag == name; }))
        parts->push_back({Part::kAttribute, name});
}

std::map<std::string, Parts, std::less<>> ReadGrammar() {
    std::map<std::string, Parts, std::less<>> grammar;
    std::string_view text = Dtd();
    xmlParserInputBuffer *input =
        xmlParserInputBufferCreateMem(text.data(), static_cast<int>(text.size()), XML_CHAR_ENCODING_UTF8);
    std::unique_ptr<xmlDtd, FreeDtd> dtd(xmlIOParseDTD(nullptr, input, XML_CHAR_ENCODING_UTF8));

    // An element is declared before its attributes.
    for (const xmlNode *node = dtd ? dtd->children : nullptr; node; node = node->next) {
        if (node->type == XML_ELEMENT_DECL && IsServiceTag(Name(node->name))) {
            AddChildren(dtd.get(), *reinterpret_cast<const xmlElement *>(node), &grammar[Name(node->name)]);
        } else if (node->type == XML_ATTRIBUTE_DECL) {
            const xmlAttribute &attribute = *reinterpret_cast<const xmlAttribute *>(node);
            if (IsServiceTag(Name(attribute.elem)))
                AddAttribute(Name(attribute.name), &grammar[Name(attribute.elem)]);
        }
    }
    return grammar;
}

}  // namespace

const std::map<std::string, Parts, std::less<>> &ConfigGrammar() {
    static const std::map<std::string, Parts, std::less<>> grammar = ReadGrammar();

    return grammar;
}

std::string DirectoryName(std::string_view tag) {
    std::string name;

    for (size_t i = 0; i < tag.size(); i++)
        name += tag[i] == '_' && i + 1 < tag.size() ? static_cast<char>(toupper(tag[++i])) : tag[i];
    return name;
}

}  // namespace sheen
