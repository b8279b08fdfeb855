// SPDX-License-Identifier: GPL-2.0
#include "lib/config_xml.h"

#include <memory>
#include <set>

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/valid.h>

#include "lib/strings.h"
#include "lustre_dtd.h"

namespace sheen {

namespace {

constexpr int kMaxDepth = 16;

struct Free {
    void operator()(xmlDoc *doc) const { xmlFreeDoc(doc); }
    void operator()(xmlDtd *dtd) const { xmlFreeDtd(dtd); }
    void operator()(xmlValidCtxt *context) const { xmlFreeValidCtxt(context); }
    void operator()(xmlParserCtxt *context) const { xmlFreeParserCtxt(context); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

const char *Text(const xmlChar *text) {
    return reinterpret_cast<const char *>(text);
}

Owned<xmlDtd> ParseDtd() {
    xmlParserInputBuffer *input =
        xmlParserInputBufferCreateMem(kLustreDtd, static_cast<int>(sizeof(kLustreDtd) - 1), XML_CHAR_ENCODING_UTF8);
    return Owned<xmlDtd>(xmlIOParseDTD(nullptr, input, XML_CHAR_ENCODING_UTF8));
}

/// Removes what readers ignore: elements and attributes that the DTD does not declare.
class Cleaner {
public:
    Cleaner(xmlDtd *dtd, std::vector<std::string> *warnings) : dtd_(dtd), warnings_(warnings) {}

    /// False when the document is nested deeper than any valid one.
    bool Clean(xmlNode *element, int depth = 0) {
        xmlAttr *next_attribute;
        xmlNode *next;

        if (depth > kMaxDepth)
            return false;
        for (xmlAttr *attribute = element->properties; attribute; attribute = next_attribute) {
            next_attribute = attribute->next;
            if (xmlGetDtdAttrDesc(dtd_, element->name, attribute->name))
                continue;
            Warn(element, fmt::format("attribute {} of <{}>", Text(attribute->name), Text(element->name)));
            xmlRemoveProp(attribute);
        }
        for (xmlNode *child = element->children; child; child = next) {
            next = child->next;
            if (child->type != XML_ELEMENT_NODE)
                continue;
            if (!xmlGetDtdElementDesc(dtd_, child->name)) {
                Warn(child, fmt::format("element <{}>", Text(child->name)));
                xmlUnlinkNode(child);
                xmlFreeNode(child);
            } else if (!Clean(child, depth + 1)) {
                return false;
            }
        }
        return true;
    }

private:
    void Warn(const xmlNode *where, std::string what) {
        if (warnings_ && warned_.insert(what).second)
            warnings_->push_back(fmt::format("line {}: unknown {} ignored", xmlGetLineNo(where), what));
    }

    xmlDtd *dtd_;
    std::vector<std::string> *warnings_;
    std::set<std::string> warned_;
};

struct FirstError {
    std::string text;
    int line = 0;
};

/// Keeps the first of the messages of a validation; the others usually follow from it.
void KeepFirst(void *data, xmlErrorPtr error) {
    auto *first = static_cast<FirstError *>(data);

    if (!first->text.empty() || !error || !error->message)
        return;
    first->text = Trim(error->message);
    first->line = error->node ? static_cast<int>(xmlGetLineNo(static_cast<xmlNode *>(error->node))) : error->line;
}

/// libxml2 has one error handler per thread; this one stays for as long as the object lives.
class CatchErrors {
public:
    explicit CatchErrors(FirstError *first) { xmlSetStructuredErrorFunc(first, Handle); }
    ~CatchErrors() { xmlSetStructuredErrorFunc(nullptr, nullptr); }
    CatchErrors(const CatchErrors &) = delete;
    CatchErrors &operator=(const CatchErrors &) = delete;

private:
    static void Handle(void *data, xmlErrorPtr error) { KeepFirst(data, error); }
};

/// Nesting of a tree as far as it matters: deeper than any valid document or not.
bool TooDeep(const xmlNode *element, int depth = 0) {
    if (depth > kMaxDepth)
        return true;
    for (const xmlNode *child = element->children; child; child = child->next)
        if (child->type == XML_ELEMENT_NODE && TooDeep(child, depth + 1))
            return true;
    return false;
}

std::unique_ptr<Element> Convert(const xmlNode *node) {
    auto element = std::make_unique<Element>();

    element->tag = Text(node->name);
    for (xmlAttr *attribute = node->properties; attribute; attribute = attribute->next) {
        xmlChar *value = xmlNodeListGetString(node->doc, attribute->children, 1);
        element->attributes.emplace_back(Text(attribute->name), value ? Text(value) : "");
        xmlFree(value);
    }
    for (const xmlNode *child = node->children; child; child = child->next) {
        if (child->type == XML_ELEMENT_NODE)
            element->children.push_back(Convert(child));
        else if ((child->type == XML_TEXT_NODE || child->type == XML_CDATA_SECTION_NODE) && child->content)
            element->text += Text(child->content);
    }
    if (!element->children.empty())
        element->text.clear();
    else
        element->text = Trim(element->text);
    return element;
}

std::string Escape(std::string_view text) {
    std::string escaped;

    for (char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\n':
                escaped += "&#10;";
                break;
            case '\r':
                escaped += "&#13;";
                break;
            case '\t':
                escaped += "&#9;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

void Write(const Element &element, int depth, std::string *out) {
    out->append(static_cast<size_t>(2 * depth), ' ');
    *out += '<' + element.tag;
    for (const auto &[name, value] : element.attributes)
        *out += fmt::format(" {}=\"{}\"", name, Escape(value));
    if (element.children.empty() && element.text.empty()) {
        *out += "/>\n";
        return;
    }
    *out += '>';
    if (element.children.empty()) {
        *out += Escape(element.text);
    } else {
        *out += '\n';
        for (const auto &child : element.children)
            Write(*child, depth + 1, out);
        out->append(static_cast<size_t>(2 * depth), ' ');
    }
    *out += fmt::format("</{}>\n", element.tag);
}

}  // namespace

std::string_view Dtd() {
    return {kLustreDtd, sizeof(kLustreDtd) - 1};
}

Result<ConfigDb> ParseXml(std::string_view xml, const std::string &origin, std::vector<std::string> *warnings) {
    FirstError first;
    CatchErrors catcher(&first);
    auto fail = [&](std::string_view what) {
        return Error{kBadConfig,
                     fmt::format("{}: {}{}", origin, first.line ? fmt::format("line {}: ", first.line) : "", what), ""};
    };

    Owned<xmlDoc> doc(xmlReadMemory(xml.data(), static_cast<int>(xml.size()), nullptr, nullptr, XML_PARSE_NONET));
    if (!doc)
        return fail(first.text.empty() ? "not an XML document" : first.text);
    xmlNode *root = xmlDocGetRootElement(doc.get());
    if (!root || Text(root->name) != std::string_view("lustre"))
        return fail(fmt::format("Existing config not valid: the root element is <{}>, not <lustre>",
                                root ? Text(root->name) : ""));
    Owned<xmlDtd> dtd = ParseDtd();
    if (!dtd)
        return fail("the built-in DTD cannot be parsed: " + first.text);
    if (!Cleaner(dtd.get(), warnings).Clean(root))
        return fail("nested too deeply");
    Owned<xmlValidCtxt> context(xmlNewValidCtxt());
    if (!context)
        return SystemError(ENOMEM, origin);
    if (!xmlValidateDtd(context.get(), doc.get(), dtd.get()))
        return fail(first.text.empty() ? "does not follow the DTD" : first.text);
    Result<ConfigDb> db = ConfigDb::FromTree(Convert(root));
    if (!db)
        return db.error().In(origin);
    if (Result<> rules = CheckRules(*db); !rules)
        return rules.error().In(origin);
    return db;
}

Result<ConfigDb> ReadXml(const std::string &path, std::vector<std::string> *warnings) {
    Result<std::string> xml = ReadFile(path);

    if (!xml)
        return xml.error();
    return ParseXml(*xml, path, warnings);
}

Result<std::unique_ptr<Element>> ParseElement(std::string_view xml) {
    FirstError first;
    CatchErrors catcher(&first);

    Owned<xmlDoc> doc(xmlReadMemory(xml.data(), static_cast<int>(xml.size()), nullptr, nullptr, XML_PARSE_NONET));
    xmlNode *root = doc ? xmlDocGetRootElement(doc.get()) : nullptr;
    if (!root || TooDeep(root))
        return Error{kBadConfig, root ? "nested too deeply" : first.text, ""};
    return Convert(root);
}

std::string WriteElement(const Element &element) {
    std::string out;

    Write(element, 0, &out);
    return out;
}

std::string WriteXml(const ConfigDb &db) {
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

    Write(db.root(), 0, &out);
    return out;
}

}  // namespace sheen
