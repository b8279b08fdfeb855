// SPDX-License-Identifier: GPL-2.0
// Lists for people (aligned columns) and for programs (JSON) from one table.
#ifndef SHEEN_UTILS_OUTPUT_H
#define SHEEN_UTILS_OUTPUT_H

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace sheen {

struct Column {
    std::string key;     // name in JSON
    std::string title;   // heading for people
    bool right = false;  // aligned to the right
    size_t width = 0;    // at least so many characters
};

class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    void Add(std::vector<nlohmann::json> row) { rows_.push_back(std::move(row)); }
    bool empty() const { return rows_.empty(); }

    /// Aligned columns, with a line of titles if any column has one.
    std::string Text() const;
    /// An array of objects.
    nlohmann::ordered_json Json() const;
    /// Prints either to standard output.
    void Print(bool json) const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<nlohmann::json>> rows_;
};

}  // namespace sheen

#endif
