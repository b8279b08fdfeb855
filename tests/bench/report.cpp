// SPDX-License-Identifier: GPL-2.0
#include "report.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sheen::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kMegabyte = 1e6;
constexpr double kLeastCpu = 0.01;   // seconds: /proc/stat shows no less
constexpr double kLeastTime = 1e-6;  // seconds; nothing is divided by less
constexpr double kCrowded = 1.25;    // the machines' count of processor time by the host's

std::string digits(double value) {
    return fmt::format("{:.{}f}", value, value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2);
}

std::string group(const Line &line, Measure measure) {
    std::string text;
    for (const Cell &cell : line.cells)
        text += fmt::format(" {:>9}", figure(cell.per(measure), line.row.unit));
    for (std::size_t other = 1; other < kSystems; ++other)
        text += fmt::format(" {:>6}", digits(line.ratio(measure, other)));
    return text;
}

Json as_json(const Amounts &amounts) {
    return {{"names", amounts.names},
            {"big_file_mib", amounts.mib},
            {"random_pages", amounts.pages},
            {"passes_when_warm", amounts.passes},
            {"archived_files", amounts.files}};
}

Json as_json(const Cell &cell) {
    Json samples = Json::array();
    for (const Sample &sample : cell.samples)
        samples.push_back({{"amount", sample.amount},
                           {"seconds", sample.seconds},
                           {"client_cpu_seconds", sample.client_cpu},
                           {"server_cpu_seconds", sample.server_cpu},
                           {"host_cpu_seconds", sample.host_cpu}});
    return {{"per_second", cell.per(Measure::kClock)},
            {"per_cpu_second", cell.per(Measure::kCpu)},
            {"per_host_cpu_second", cell.per(Measure::kHostCpu)},
            {"samples", samples}};
}

Json as_json(const Line &line) {
    Json systems, ratios;
    for (std::size_t i = 0; i < kSystems; ++i)
        systems[kSystemNames[i]] = as_json(line.cells[i]);
    for (std::size_t i = 1; i < kSystems; ++i)
        ratios[kSystemNames[i]] = {{"per_second", line.ratio(Measure::kClock, i)},
                                   {"per_cpu_second", line.ratio(Measure::kCpu, i)},
                                   {"per_host_cpu_second", line.ratio(Measure::kHostCpu, i)}};
    return {{"row", line.row.name},
            {"unit", line.row.unit == Unit::kMegabytes ? "bytes" : "operations"},
            {"systems", systems},
            {"sheen_to", ratios}};
}

}  // namespace

Sample &Sample::operator+=(const Sample &other) {
    amount += other.amount;
    seconds += other.seconds;
    client_cpu += other.client_cpu;
    server_cpu += other.server_cpu;
    host_cpu += other.host_cpu;
    return *this;
}

double Sample::per(Measure measure) const {
    switch (measure) {
        case Measure::kClock:
            return amount / std::max(seconds, kLeastTime);
        case Measure::kCpu:
            return amount / std::max(client_cpu + server_cpu, kLeastCpu);
        case Measure::kHostCpu:
            break;
    }
    return amount / std::max(host_cpu, kLeastTime);
}

double median(std::vector<double> values) {
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double Cell::per(Measure measure) const {
    std::vector<double> values;
    for (const Sample &sample : samples)
        values.push_back(sample.per(measure));
    return median(std::move(values));
}

double Line::ratio(Measure measure, std::size_t other) const {
    const double theirs = cells[other].per(measure);
    return theirs > 0 ? cells[0].per(measure) / theirs : 0;
}

Measure Report::cpu_measure() const {
    double own = 0, host = 0;
    for (const Line &line : lines) {
        for (const Cell &cell : line.cells) {
            for (const Sample &sample : cell.samples) {
                own += sample.client_cpu + sample.server_cpu;
                host += sample.host_cpu;
            }
        }
    }
    return own > host * kCrowded && host > 0 ? Measure::kHostCpu : Measure::kCpu;
}

const char *measure_title(Measure measure) {
    switch (measure) {
        case Measure::kClock:
            return "per second";
        case Measure::kCpu:
            return "per CPU-second of client and server";
        case Measure::kHostCpu:
            break;
    }
    return "per CPU-second (the host's count)";
}

std::string figure(double value, Unit unit) {
    return digits(unit == Unit::kMegabytes ? value / kMegabyte : value);
}

std::string table(const Report &report) {
    const Measure cpu = report.cpu_measure();
    const std::string columns = fmt::format(" {:>9} {:>9} {:>9} {:>6} {:>6}", kSystemTitles[0], kSystemTitles[1],
                                            kSystemTitles[2], "/sync", "/async");
    std::string text = fmt::format("{:24} {:^44} | {:^44}\n", "", measure_title(Measure::kClock), measure_title(cpu));
    text += fmt::format("{:24}{} |{}\n", "", columns, columns);
    for (const Line &line : report.lines)
        text += fmt::format("{:20} {:>3}{} |{}\n", line.row.title, line.row.unit == Unit::kMegabytes ? "MB" : "ops",
                            group(line, Measure::kClock), group(line, cpu));
    return text;
}

std::string json(const Report &report) {
    Json lines = Json::array();
    for (const Line &line : report.lines)
        lines.push_back(as_json(line));
    const Json all = {{"format", 1},
                      {"kernel", report.kernel},
                      {"accelerator", report.accelerator},
                      {"rounds", report.rounds},
                      {"amounts", as_json(report.amounts)},
                      {"host_was_busy", report.cpu_measure() == Measure::kHostCpu},
                      {"rows", lines}};
    return all.dump(2) + "\n";
}

std::string time_left(std::size_t done, std::size_t total, std::chrono::duration<double> elapsed) {
    if (done == 0 || done >= total)
        return "";
    return fmt::format("{:.0f} s left",
                       elapsed.count() * static_cast<double>(total - done) / static_cast<double>(done));
}

}  // namespace sheen::bench
