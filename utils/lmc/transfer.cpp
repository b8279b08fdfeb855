// SPDX-License-Identifier: GPL-2.0
#include "lmc/transfer.h"

#include <fmt/format.h>

#include "lib/config_directory.h"
#include "lib/config_entries.h"
#include "lib/config_xml.h"
#include "lib/strings.h"

namespace sheen::lmc {

namespace {

constexpr const char *kDefaultUrl = "ldap://localhost";

Error Bad(std::string what, std::string hint = "") {
    return Error{kBadConfig, std::move(what), std::move(hint)};
}

std::string ConfigName(const Options &options, const std::string &path) {
    return options.config.empty() ? NameOfConfig(path) : options.config;
}

Result<Directory> Connect(const Options &options, std::vector<std::string> *notes) {
    std::string warning;
    Result<Directory> directory =
        ConnectToWrite(options.ldapurl.empty() ? kDefaultUrl : options.ldapurl,
                       options.binddn.empty() ? kDirectoryManager : options.binddn, options.pwfile, &warning);

    if (!warning.empty())
        notes->push_back(warning);
    return directory;
}

Result<> Export(const Options &options, std::vector<std::string> *notes) {
    Result<ConfigDb> db = ReadXml(options.export_ldif, notes);

    if (!db)
        return db.error();
    return WriteOutput(options.output, WriteLdif(ToEntries(*db, ConfigName(options, options.export_ldif))));
}

Result<> Import(const Options &options, std::vector<std::string> *notes) {
    std::vector<DirectoryEntry> wanted;
    std::string config = options.config;

    Result<std::string> text = ReadFile(options.import_ldif);
    if (!text)
        return text.error();
    Result<std::vector<DirectoryEntry>> entries = ParseLdif(*text, options.import_ldif);
    if (!entries)
        return entries.error();
    for (DirectoryEntry &entry : *entries) {
        std::optional<std::string> name = ConfigOfDn(entry.dn);
        if (!name)
            continue;
        if (options.config.empty() && !config.empty() && *name != config)
            return Bad(fmt::format("{} has more than one configuration", options.import_ldif),
                       "name one with --config");
        if (config.empty())
            config = *name;
        if (*name == config)
            wanted.push_back(std::move(entry));
    }
    if (wanted.empty())
        return Bad(
            fmt::format("there is no configuration {}{}in {}", config, config.empty() ? "" : " ", options.import_ldif));
    Result<ConfigDb> db = FromEntries(wanted, options.import_ldif, notes);
    if (!db)
        return db.error();
    return WriteOutput(options.output, WriteXml(*db));
}

Result<> Load(const Options &options, std::vector<std::string> *notes) {
    Result<ConfigDb> db = ReadXml(options.load_ldap, notes);

    if (!db)
        return db.error();
    Result<Directory> directory = Connect(options, notes);
    if (!directory)
        return directory.error();
    return LoadIntoDirectory(&*directory, ConfigName(options, options.load_ldap), *db, notes);
}

Result<> Fetch(const Options &options, std::vector<std::string> *notes) {
    if (options.config.empty())
        return Bad("--ldapurl requires --config <name>");
    Result<Directory> directory = Connect(options, notes);
    if (!directory)
        return directory.error();
    Result<ConfigDb> db = ReadFromDirectory(&*directory, options.config, notes);
    if (!db)
        return db.error();
    return WriteOutput(options.output, WriteXml(*db));
}

}  // namespace

bool IsTransfer(const Options &options) {
    for (const std::string *option : {&options.export_ldif, &options.import_ldif, &options.load_ldap, &options.ldapurl,
                                      &options.config, &options.binddn, &options.pwfile})
        if (!option->empty())
            return true;
    return false;
}

Result<> Transfer(const Options &options, std::vector<std::string> *notes) {
    int sources = !options.export_ldif.empty() + !options.import_ldif.empty() + !options.load_ldap.empty();

    if (!options.add.empty() || !options.batch.empty() || !options.merge.empty() || !options.input.empty())
        return Bad("--add, --batch, --merge and --input do not go with LDIF and LDAP",
                   "edit the XML first, then put it into the directory");
    if (sources > 1)
        return Bad("--export_ldif, --import_ldif and --load_ldap exclude each other");
    if (!options.ldapurl.empty() && sources && options.load_ldap.empty())
        return Bad("--ldapurl does not go with --export_ldif and --import_ldif");
    if (!options.load_ldap.empty() && !options.output.empty())
        return Bad("--output does not go with --load_ldap");
    if (!options.export_ldif.empty())
        return Export(options, notes);
    if (!options.import_ldif.empty())
        return Import(options, notes);
    if (!options.load_ldap.empty())
        return Load(options, notes);
    if (options.ldapurl.empty())
        return Bad("--config, --binddn and --pwfile are about LDIF or LDAP",
                   "say what to do with --export_ldif, --import_ldif, --load_ldap or --ldapurl");
    return Fetch(options, notes);
}

}  // namespace sheen::lmc
