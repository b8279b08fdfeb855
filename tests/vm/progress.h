/* SPDX-License-Identifier: GPL-2.0 */
// A progress line: how far, how fast, how long still. On a terminal it is redrawn in place;
// elsewhere a line is printed now and then.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace sheen::vm {

class ProgressLine {
public:
    using Clock = std::chrono::steady_clock;

    enum class Unit { kFiles, kBytes };

    ProgressLine(std::string what, std::uint64_t total, Unit unit);
    ~ProgressLine();  // ends the line
    ProgressLine(const ProgressLine &) = delete;
    ProgressLine &operator=(const ProgressLine &) = delete;

    void update(std::uint64_t done);
    void finish();  // all is done: draws the last state and ends the line

    std::chrono::duration<double> elapsed() const { return Clock::now() - start_; }

    // The text for a state; apart from the class, for tests.
    static std::string text(const std::string &what, std::uint64_t done, std::uint64_t total, Unit unit,
                            std::chrono::duration<double> elapsed);

private:
    void draw(bool last);

    std::string what_;
    std::uint64_t total_;
    std::uint64_t done_ = 0;
    Unit unit_;
    bool terminal_;
    bool open_ = false;  // a line was drawn and not ended
    Clock::time_point start_, drawn_;
};

// "12.3 MB/s" or "250 files/s".
std::string rate_text(std::uint64_t amount, ProgressLine::Unit unit, std::chrono::duration<double> elapsed);

}  // namespace sheen::vm
