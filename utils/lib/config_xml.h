// SPDX-License-Identifier: GPL-2.0
// The configuration database as XML.
#ifndef SHEEN_UTILS_CONFIG_XML_H
#define SHEEN_UTILS_CONFIG_XML_H

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config_db.h"

namespace sheen {

/// Reads a document, validates it against the DTD and checks the rules.  @origin is the name for messages.  Elements
/// and attributes that the DTD does not know are dropped with one warning for each kind.
Result<ConfigDb> ParseXml(std::string_view xml, const std::string &origin, std::vector<std::string> *warnings);

Result<ConfigDb> ReadXml(const std::string &path, std::vector<std::string> *warnings);

/// The document as text; the same tree always gives the same bytes.
std::string WriteXml(const ConfigDb &db);

/// One element with all that it holds, as text and from it.  Reading checks no more than that it is XML.
std::string WriteElement(const Element &element);
Result<std::unique_ptr<Element>> ParseElement(std::string_view xml);

/// The DTD that documents are validated with (config/lustre.dtd).
std::string_view Dtd();

}  // namespace sheen

#endif
