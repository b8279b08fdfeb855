// SPDX-License-Identifier: GPL-2.0
// A configuration as LDIF or from a directory. What is taken can be written again, and stays what it is.
#include "tests/fuzz/fuzz.h"

#include <string>

#include "lib/config_entries.h"
#include "lib/config_xml.h"

namespace {

sheen::Result<sheen::ConfigDb> Again(const sheen::ConfigDb &db) {
    sheen::Result<std::vector<sheen::DirectoryEntry>> entries =
        sheen::ParseLdif(sheen::WriteLdif(sheen::ToEntries(db, "c")), "written");

    Check(static_cast<bool>(entries));
    return sheen::FromEntries(*entries, "written", nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    std::string text(reinterpret_cast<const char *>(data), size);
    sheen::Result<std::vector<sheen::DirectoryEntry>> entries = sheen::ParseLdif(text, "fuzz");

    if (!entries)
        return 0;
    for (const sheen::DirectoryEntry &entry : *entries)
        sheen::ConfigOfDn(entry.dn);
    sheen::Result<sheen::ConfigDb> db = sheen::FromEntries(*entries, "fuzz", nullptr);
    if (!db)
        return 0;
    // Values that are there twice go the first time.
    sheen::Result<sheen::ConfigDb> once = Again(*db);
    Check(static_cast<bool>(once));
    sheen::Result<sheen::ConfigDb> twice = Again(*once);
    Check(twice && sheen::WriteXml(*once) == sheen::WriteXml(*twice));
    return 0;
}
