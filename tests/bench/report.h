/* SPDX-License-Identifier: GPL-2.0 */
// What was measured, and how it is shown.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "rows.h"

namespace sheen::bench {

constexpr std::size_t kSystems = 3;
constexpr std::array<const char *, kSystems> kSystemTitles = {"Sheen", "NFS sync", "NFS async"};
constexpr std::array<const char *, kSystems> kSystemNames = {"sheen", "nfs_sync", "nfs_async"};

// What amounts are divided by, in seconds: the clock's, or processor time of client and server together, as the two
// count it themselves or as the host counts that of their virtual processors.
enum class Measure { kClock, kCpu, kHostCpu };

// One measurement: what was done, and what it took, in seconds.
struct Sample {
    double amount = 0;  // bytes, or names and operations
    double seconds = 0;
    double client_cpu = 0, server_cpu = 0;
    double host_cpu = 0;

    Sample &operator+=(const Sample &other);
    double per(Measure measure) const;
};

double median(std::vector<double> values);

// All samples of a row on one file system; figures are the median of theirs.
struct Cell {
    std::vector<Sample> samples;

    double per(Measure measure) const;
};

struct Line {
    Row row;
    std::array<Cell, kSystems> cells;  // Sheen first

    // How far Sheen is ahead of another: 2 is twice the work.
    double ratio(Measure measure, std::size_t other) const;
};

struct Report {
    std::string kernel, accelerator;
    int rounds = 1;
    Amounts amounts;
    std::vector<Line> lines;

    // Whose count of processor time to believe. On a host with other work a virtual processor that waits for a real one
    // counts as busy for its machine, but not for the host.
    Measure cpu_measure() const;
};

std::string table(const Report &report);
std::string json(const Report &report);
// A bar for each row and ratio, as SVG.
std::string plot(const Report &report);

// What the figures of a measure are, for headings.
const char *measure_title(Measure measure);

// A figure in the row's unit, with three digits that count: "12.3", "4710".
std::string figure(double value, Unit unit);

// "95 s left" by what is done of the total so far.
std::string time_left(std::size_t done, std::size_t total, std::chrono::duration<double> elapsed);

}  // namespace sheen::bench
