// SPDX-License-Identifier: GPL-2.0
// lmc: writes the XML database that describes a cluster.
#include <unistd.h>
#include <cerrno>
#include <cstdio>

#include <fmt/format.h>

#include "lib/config_xml.h"
#include "lib/strings.h"
#include "lmc/editor.h"
#include "lmc/transfer.h"

namespace sheen::lmc {

namespace {

void Note(const std::vector<std::string> &notes) {
    for (const std::string &note : notes)
        fmt::print(stderr, "lmc: {}\n", note);
}

Result<ConfigDb> Load(const Options &options) {
    const std::string &path = options.merge.empty() ? options.input : options.merge;
    std::vector<std::string> warnings;

    if (path.empty() || (path == options.merge && access(path.c_str(), R_OK) < 0 && errno == ENOENT))
        return ConfigDb();
    Result<ConfigDb> db = ReadXml(path, &warnings);
    for (const std::string &warning : warnings)
        fmt::print(stderr, "lmc: {}: {}\n", path, warning);
    return db;
}

Result<> Save(const Options &options, const ConfigDb &db) {
    const std::string &path = options.output.empty() ? options.merge : options.output;
    std::vector<std::string> warnings;
    std::string xml = WriteXml(db);

    // What is written can be read: a name that XML cannot hold, for one, fails here and not on a server.
    if (Result<ConfigDb> check = ParseXml(xml, "the resulting configuration", &warnings); !check)
        return check.error();
    return WriteOutput(path, xml);
}

Result<> Run(const std::vector<std::string> &arguments) {
    std::vector<std::string> notes;
    std::string help;

    Result<Options> options = ParseCommand(arguments, &help);
    if (!options)
        return options.error();
    if (!help.empty()) {
        fmt::print("{}", help);
        return {};
    }
    if (!options->merge.empty() && !options->input.empty())
        return Error{kBadConfig, "--merge and --input exclude each other", ""};
    if (IsTransfer(*options)) {
        Result<> done = Transfer(*options, &notes);
        Note(notes);
        return done;
    }
    if (!options->batch.empty() && !options->add.empty())
        return Error{kBadConfig, "--batch and --add exclude each other", ""};
    Result<ConfigDb> db = Load(*options);
    if (!db)
        return db.error();
    if (!options->batch.empty()) {
        Result<std::string> lines = ReadFile(options->batch);
        if (!lines)
            return lines.error();
        if (Result<> done = ApplyBatch(*lines, &*db, &notes); !done)
            return done.error().In(options->batch);
    } else if (Result<> done = Apply(*options, &*db, &notes); !done) {
        return done;
    }
    Note(notes);
    if (options->verbose)
        fmt::print(stderr, "lmc: {} nodes, {} OSTs, {} mounts\n", db->Class("node").size(), db->Class("ost").size(),
                   db->Class("mountpoint").size());
    return Save(*options, *db);
}

}  // namespace

}  // namespace sheen::lmc

int main(int argc, char **argv) {
    std::vector<std::string> arguments(argv + 1, argv + argc), quoted;

    sheen::Result<> done = sheen::lmc::Run(arguments);
    if (done)
        return 0;
    for (const std::string &argument : arguments)
        quoted.push_back(sheen::Quote(argument));
    fmt::print(stderr, "! lmc {}\n{}\n", sheen::Join(quoted, " "), done.error().Line("lmc"));
    return done.error().code == sheen::lmc::kUnknownNettype ? sheen::lmc::kUnknownNettype : sheen::kBadConfig;
}
