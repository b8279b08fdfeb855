// SPDX-License-Identifier: GPL-2.0
#include "lib/output.h"

#include <algorithm>

#include <fmt/format.h>

namespace sheen {

namespace {

std::string Cell(const nlohmann::json &value) {
    return value.is_string() ? value.get<std::string>() : value.is_null() ? "-" : value.dump();
}

}  // namespace

std::string Table::Text() const {
    std::vector<std::vector<std::string>> lines;
    std::vector<std::string> titles;
    std::vector<size_t> widths;
    std::string text;

    for (const Column &column : columns_) {
        titles.push_back(column.title);
        widths.push_back(column.width);
    }
    if (std::any_of(titles.begin(), titles.end(), [](const std::string &title) { return !title.empty(); }))
        lines.push_back(titles);
    for (const auto &row : rows_) {
        lines.emplace_back();
        for (const nlohmann::json &value : row)
            lines.back().push_back(Cell(value));
    }
    for (const auto &line : lines)
        for (size_t i = 0; i < line.size(); i++)
            widths[i] = std::max(widths[i], line[i].size());
    for (const auto &line : lines) {
        std::string out;
        for (size_t i = 0; i < line.size(); i++)
            out += columns_[i].right ? fmt::format("{}{:>{}}", i ? " " : "", line[i], widths[i])
                                     : fmt::format("{}{:<{}}", i ? " " : "", line[i], widths[i]);
        out.erase(out.find_last_not_of(' ') + 1);
        text += out + "\n";
    }
    return text;
}

nlohmann::ordered_json Table::Json() const {
    nlohmann::ordered_json array = nlohmann::ordered_json::array();

    for (const auto &row : rows_) {
        nlohmann::ordered_json object;
        for (size_t i = 0; i < row.size(); i++)
            object[columns_[i].key] = row[i];
        array.push_back(std::move(object));
    }
    return array;
}

void Table::Print(bool json) const {
    if (json)
        fmt::print("{}\n", Json().dump(2));
    else
        fmt::print("{}", Text());
}

}  // namespace sheen
