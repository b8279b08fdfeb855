// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "error.h"
#include "report.h"

namespace sheen::bench {
namespace {

using namespace std::chrono_literals;

// Sheen does twice the work of NFS (sync) in the same time, and half the work of NFS (async).
Report example() {
    Report report;
    report.kernel = "6.1.0";
    report.accelerator = "tcg";
    Line create{choose_rows("^create$").front(), {}};
    create.cells[0].samples = {{1000, 2, 1, 1, 2}};
    create.cells[1].samples = {{1000, 4, 2, 3, 4}};
    create.cells[2].samples = {{1000, 1, 0.5, 0.5, 1}};
    Line write{choose_rows("^write$").front(), {}};
    for (Cell &cell : write.cells)
        cell.samples = {{64e6, 2, 1, 3, 4}};
    report.lines = {create, write};
    return report;
}

TEST(Rows, AreChosenByName) {
    EXPECT_EQ(choose_rows("").size(), all_rows().size());
    EXPECT_EQ(choose_rows("^stat-").size(), 2u);
    EXPECT_THROW(choose_rows("no such row"), vm::Error);
    EXPECT_THROW(choose_rows("("), vm::Error);
}

TEST(Statistics, MedianIsTheMiddle) {
    EXPECT_EQ(median({}), 0);
    EXPECT_EQ(median({3, 1, 100}), 3);
    EXPECT_EQ(median({4, 1, 2, 100}), 3);
}

TEST(Statistics, RatesAreMediansOverRounds) {
    Cell cell;
    cell.samples = {{1000, 1, 1, 1, 2}, {1000, 2, 1, 3, 4}, {1000, 10, 50, 50, 100}};
    EXPECT_DOUBLE_EQ(cell.per(Measure::kClock), 500);
    EXPECT_DOUBLE_EQ(cell.per(Measure::kCpu), 250);
}

TEST(Statistics, RepeatsAddUp) {
    Sample sum;
    sum += {1000, 0.5, 0.25, 0.25, 0.5};
    sum += {1000, 1.5, 0.75, 0.75, 1.5};
    EXPECT_DOUBLE_EQ(sum.per(Measure::kClock), 1000);
    EXPECT_DOUBLE_EQ(sum.per(Measure::kCpu), 1000);
    EXPECT_DOUBLE_EQ(sum.per(Measure::kHostCpu), 1000);
}

TEST(Statistics, NothingIsDividedByZero) {
    const Sample sample{5, 0, 0, 0, 0};
    EXPECT_DOUBLE_EQ(sample.per(Measure::kCpu), 500);  // as if it had been one tick
    Line line{choose_rows("^create$").front(), {}};
    EXPECT_EQ(line.ratio(Measure::kClock, 1), 0);
}

TEST(Statistics, OnABusyHostItsCountHolds) {
    Report report = example();
    EXPECT_EQ(report.cpu_measure(), Measure::kCpu);
    for (Line &line : report.lines) {
        for (Cell &cell : line.cells)
            cell.samples[0].host_cpu /= 2;
    }
    EXPECT_EQ(report.cpu_measure(), Measure::kHostCpu);
    EXPECT_NE(table(report).find("the host's count"), std::string::npos);
    EXPECT_DOUBLE_EQ(report.lines[0].cells[0].per(Measure::kHostCpu), 1000);
}

TEST(Table, HasFiguresAndRatios) {
    const std::string text = table(example());
    const std::size_t create = text.find("create");
    ASSERT_NE(create, std::string::npos) << text;
    EXPECT_EQ(text.substr(create, text.find('\n', create) - create),
              "create               ops       500       250      1000   2.00   0.50 |       500       200      1000   "
              "2.50   0.50");
    EXPECT_NE(text.find("write, then fsync     MB      32.0      32.0"), std::string::npos) << text;
}

TEST(Table, FiguresHaveThreeDigits) {
    EXPECT_EQ(figure(4710.4, Unit::kOperations), "4710");
    EXPECT_EQ(figure(99.96, Unit::kOperations), "100");
    EXPECT_EQ(figure(12.34, Unit::kOperations), "12.3");
    EXPECT_EQ(figure(1234567, Unit::kMegabytes), "1.23");
}

TEST(Json, KeepsEverySample) {
    const auto all = nlohmann::json::parse(json(example()));
    EXPECT_EQ(all["kernel"], "6.1.0");
    ASSERT_EQ(all["rows"].size(), 2u);
    const auto &create = all["rows"][0];
    EXPECT_EQ(create["row"], "create");
    EXPECT_EQ(create["systems"]["nfs_sync"]["samples"][0]["server_cpu_seconds"], 3.0);
    EXPECT_EQ(create["systems"]["sheen"]["per_cpu_second"], 500.0);
    EXPECT_EQ(create["sheen_to"]["nfs_async"]["per_second"], 0.5);
    EXPECT_EQ(all["rows"][1]["unit"], "bytes");
}

std::size_t count(const std::string &text, const std::string &word) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += word.size())
        ++found;
    return found;
}

TEST(Plot, HasABarForEachRatio) {
    const std::string svg = plot(example());
    EXPECT_EQ(count(svg, "<svg "), 1u);
    EXPECT_EQ(svg.substr(svg.size() - 7), "</svg>\n");
    EXPECT_EQ(count(svg, "<title>"), 2u * 2 * 2);
    EXPECT_EQ(count(svg, "<title>2.50</title>"), 1u);
    EXPECT_EQ(count(svg, "<text"), count(svg, "</text>"));
}

TEST(Plot, BarsEndAtTheEdge) {
    Report report = example();
    report.lines[0].cells[1].samples = {{1, 1e6, 1e6, 1e6, 1e6}};
    EXPECT_NE(plot(report).find(">64</text>"), std::string::npos);
    EXPECT_EQ(plot(report).find(">128</text>"), std::string::npos);
}

TEST(Progress, SaysHowLongStill) {
    EXPECT_EQ(time_left(10, 40, 20s), "60 s left");
    EXPECT_EQ(time_left(0, 40, 20s), "");
    EXPECT_EQ(time_left(40, 40, 20s), "");
}

}  // namespace
}  // namespace sheen::bench
