// SPDX-License-Identifier: GPL-2.0
#include "rows.h"

#include <regex>

#include "error.h"

namespace sheen::bench {
namespace {

constexpr bool kCold = false, kWarm = true;
constexpr bool kReads = false, kChanges = true;
constexpr int kListings = 5;

}  // namespace

const std::vector<Row> &all_rows() {
    static const std::vector<Row> rows = {
        {"write", "write, then fsync", Unit::kMegabytes, kCold, kChanges},
        {"read-cold", "read, cold", Unit::kMegabytes, kCold, kReads},
        {"read-warm", "read, warm", Unit::kMegabytes, kWarm, kReads},
        {"random-read", "4 KiB random read", Unit::kOperations, kCold, kReads},
        {"random-read-direct", "random read, direct", Unit::kOperations, kCold, kReads},
        {"random-write", "4 KiB random write", Unit::kOperations, kCold, kChanges},
        {"random-write-direct", "random write, direct", Unit::kOperations, kCold, kChanges},
        {"create", "create", Unit::kOperations, kCold, kChanges},
        {"open-close", "open, close", Unit::kOperations, kWarm, kReads},
        {"stat-warm", "stat, warm", Unit::kOperations, kWarm, kReads},
        {"stat-cold", "stat, cold", Unit::kOperations, kCold, kReads},
        {"readdir", "readdir, cold", Unit::kOperations, kCold, kReads, kListings},
        {"rename", "rename", Unit::kOperations, kWarm, kChanges},
        {"unlink", "unlink", Unit::kOperations, kWarm, kChanges},
        {"mkdir", "mkdir", Unit::kOperations, kCold, kChanges},
        {"rmdir", "rmdir", Unit::kOperations, kWarm, kChanges},
        {"tar", "tar extraction", Unit::kOperations, kCold, kChanges},
    };
    return rows;
}

Amounts quick_amounts() {
    Amounts amounts;
    amounts.names = 100;
    amounts.mib = 8;
    amounts.pages = 200;
    amounts.files = 40;
    return amounts;
}

Amounts full_amounts() {
    Amounts amounts;
    amounts.mib = 256;
    amounts.pages = 8000;
    amounts.files = 1900;
    return amounts;
}

std::vector<Row> choose_rows(const std::string &pattern) {
    std::vector<Row> chosen;
    std::regex expression;
    try {
        expression = pattern;
    } catch (const std::regex_error &) {
        vm::fail("\"{}\" is not a regular expression", pattern);
    }
    for (const Row &row : all_rows()) {
        if (std::regex_search(row.name, expression))
            chosen.push_back(row);
    }
    if (!chosen.empty())
        return chosen;
    std::string names;
    for (const Row &row : all_rows())
        names += " " + row.name;
    vm::fail("no row's name matches \"{}\"; there are{}", pattern, names);
}

}  // namespace sheen::bench
