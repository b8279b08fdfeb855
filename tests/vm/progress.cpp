// SPDX-License-Identifier: GPL-2.0
#include "progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace sheen::vm {
namespace {

using std::chrono::milliseconds;

constexpr auto kTerminalPause = milliseconds(200);  // between redraws
constexpr auto kLogPause = milliseconds(10000);     // between lines in a log
constexpr double kMegabyte = 1e6;
constexpr double kShortest = 1e-3;  // seconds; nothing is divided by less

std::string amount_text(std::uint64_t done, std::uint64_t total, ProgressLine::Unit unit) {
    if (unit == ProgressLine::Unit::kFiles)
        return fmt::format("{} of {} files", done, total);
    return fmt::format("{:.0f} of {:.0f} MB", static_cast<double>(done) / kMegabyte,
                       static_cast<double>(total) / kMegabyte);
}

}  // namespace

std::string rate_text(std::uint64_t amount, ProgressLine::Unit unit, std::chrono::duration<double> elapsed) {
    const double rate = static_cast<double>(amount) / std::max(elapsed.count(), kShortest);
    return unit == ProgressLine::Unit::kFiles ? fmt::format("{:.0f} files/s", rate)
                                              : fmt::format("{:.1f} MB/s", rate / kMegabyte);
}

ProgressLine::ProgressLine(std::string what, std::uint64_t total, Unit unit)
    : what_(std::move(what)),
      total_(total),
      unit_(unit),
      terminal_(isatty(STDOUT_FILENO)),
      start_(Clock::now()),
      drawn_(start_) {}

ProgressLine::~ProgressLine() {
    if (open_)
        fmt::print("\n");
}

std::string ProgressLine::text(const std::string &what, std::uint64_t done, std::uint64_t total, Unit unit,
                               std::chrono::duration<double> elapsed) {
    std::string line = fmt::format("{}: {}, {}", what, amount_text(done, total, unit), rate_text(done, unit, elapsed));
    if (done >= total)
        return line + fmt::format(", {:.0f} s", elapsed.count());
    if (done > 0) {
        const double left = elapsed.count() * static_cast<double>(total - done) / static_cast<double>(done);
        line += fmt::format(", {:.0f} s left", left);
    }
    return line;
}

void ProgressLine::update(std::uint64_t done) {
    done_ = std::min(done, total_);
    const auto pause = terminal_ ? kTerminalPause : kLogPause;
    if (Clock::now() - drawn_ >= pause)
        draw(false);
}

void ProgressLine::finish() {
    done_ = total_;
    draw(true);
}

void ProgressLine::draw(bool last) {
    const std::string line = "  " + text(what_, done_, total_, unit_, elapsed());
    drawn_ = Clock::now();
    if (terminal_)
        fmt::print("\r{}\x1b[K{}", line, last ? "\n" : "");
    else
        fmt::print("{}\n", line);
    open_ = terminal_ && !last;
    std::fflush(stdout);
}

}  // namespace sheen::vm
