// SPDX-License-Identifier: GPL-2.0
// The plot: how far Sheen is ahead of NFS in each row, or behind it, on an axis where twice and half are equally far.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "report.h"

namespace sheen::bench {
namespace {

// Pixels.
constexpr int kLabelWidth = 170, kPanelWidth = 360, kGap = 40, kTop = 64, kRowHeight = 30, kBarHeight = 10,
              kBottom = 34;
constexpr int kMaxDoublings = 6;  // a bar for more than 64 times ends at the edge
constexpr std::array<const char *, kSystems> kColours = {"", "#2a6f97", "#e08e45"};

struct Panel {
    Measure measure;
    int left;
};

double doublings(double ratio) {
    return ratio > 0 ? std::clamp(std::log2(ratio), -1.0 * kMaxDoublings, 1.0 * kMaxDoublings) : 0;
}

// Doublings from the middle of the axis to its ends.
int axis_reach(const Report &report) {
    double reach = 1;
    for (const Line &line : report.lines) {
        for (std::size_t other = 1; other < kSystems; ++other) {
            for (const Measure measure : {Measure::kClock, report.cpu_measure()})
                reach = std::max(reach, std::abs(doublings(line.ratio(measure, other))));
        }
    }
    return static_cast<int>(std::ceil(reach));
}

std::string text(double x, double y, const char *anchor, const std::string &words) {
    return fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, words);
}

std::string bar(const Panel &panel, int reach, double ratio, int y, const char *colour) {
    const double half = kPanelWidth / 2.0;
    const double length = doublings(ratio) / reach * half;
    return fmt::format(
        "<rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" fill=\"{}\"><title>{:.2f}</title></rect>\n",
        panel.left + half + std::min(length, 0.0), y, std::max(std::abs(length), 1.0), kBarHeight, colour, ratio);
}

std::string axis(const Panel &panel, int reach, int bottom) {
    std::string svg = text(panel.left + kPanelWidth / 2.0, kTop - 24, "middle", measure_title(panel.measure));
    for (int at = -reach; at <= reach; ++at) {
        const double x = panel.left + kPanelWidth / 2.0 * (1 + static_cast<double>(at) / reach);
        svg += fmt::format("<line x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\" stroke=\"{3}\"/>\n", x, kTop - 4,
                           bottom, at == 0 ? "#000" : "#ccc");
        svg += text(x, kTop - 8, "middle", at < 0 ? fmt::format("1/{}", 1 << -at) : fmt::format("{}", 1 << at));
    }
    return svg;
}

std::string legend(int y) {
    std::string svg;
    int x = kLabelWidth;
    for (std::size_t other = 1; other < kSystems; ++other, x += 200) {
        svg += fmt::format("<rect x=\"{0}\" y=\"{1}\" width=\"{2}\" height=\"{2}\" fill=\"{3}\"/>\n", x, y - kBarHeight,
                           kBarHeight, kColours[other]);
        svg += text(x + 16, y, "start", fmt::format("Sheen : {}", kSystemTitles[other]));
    }
    return svg;
}

}  // namespace

std::string plot(const Report &report) {
    const Panel panels[] = {{Measure::kClock, kLabelWidth}, {report.cpu_measure(), kLabelWidth + kPanelWidth + kGap}};
    const int reach = axis_reach(report);
    const int bottom = kTop + kRowHeight * static_cast<int>(report.lines.size());
    const int width = kLabelWidth + 2 * kPanelWidth + 2 * kGap, height = bottom + kBottom;
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
        "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n",
        width, height);
    for (const Panel &panel : panels)
        svg += axis(panel, reach, bottom);
    int y = kTop;
    for (const Line &line : report.lines) {
        svg += text(kLabelWidth - 12, y + kBarHeight + 8, "end", line.row.title);
        for (const Panel &panel : panels) {
            for (std::size_t other = 1; other < kSystems; ++other)
                svg += bar(panel, reach, line.ratio(panel.measure, other),
                           y + 4 + (kBarHeight + 1) * static_cast<int>(other - 1), kColours[other]);
        }
        y += kRowHeight;
    }
    return svg + legend(bottom + kBottom - 10) + "</svg>\n";
}

}  // namespace sheen::bench
