// SPDX-License-Identifier: GPL-2.0
// Runs on a node for the length of a benchmark and does what it is told, one line each; it stays, since starting a
// program costs more than many a row.
//
//   bench_probe NAMES MIB PAGES PASSES FILES ARCHIVE
//
//   cpu                      busy seconds of this node's processors since it was on
//   sync                     writes back what is dirty, twice with a pause, for what the first one sets off
//   drop                     the same, then drops clean pages, names and inodes
//   prepare|warm ROW FOLDER  what comes before a row
//   run ROW FOLDER           the row: amount and seconds
//
// Answers "ok ..." or "error ...".
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "workloads.h"

namespace sheen::bench {
namespace {

constexpr useconds_t kSettle = 300000;

double seconds_now() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

std::string numbers(double one, double two = -1) {
    char text[80];
    std::snprintf(text, sizeof(text), two < 0 ? "%.6f" : "%.6f %.6f", one, two);
    return text;
}

// All time but that which was spent idle or waiting for a disk. Those two the kernel knows exactly, while it counts
// most others in ticks.
std::string busy_time() {
    const double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    std::ifstream file("/proc/stat");
    std::string name;
    double user = 0, nice = 0, system = 0, idle = 0, wait = 0;
    if (!(file >> name >> user >> nice >> system >> idle >> wait))
        throw std::runtime_error("cannot read /proc/stat");
    return numbers(seconds_now() * static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN)) - (idle + wait) / ticks);
}

std::string settle() {
    sync();
    usleep(kSettle);
    sync();
    return "";
}

std::string drop() {
    settle();
    std::ofstream file("/proc/sys/vm/drop_caches");
    if (!(file << "3\n").flush())
        throw std::runtime_error("cannot drop caches");
    return "";
}

std::string measured(Workload &workload) {
    const double start = seconds_now();
    const double amount = workload.run();
    return numbers(amount, seconds_now() - start);
}

std::string do_row(const std::string &step, const std::string &row, const std::string &folder, const Sizes &sizes) {
    static std::map<std::string, Workloads> by_folder;
    Workloads &all = by_folder[folder];
    if (all.empty())
        all = workloads(folder, sizes);
    const auto found = all.find(row);
    if (found == all.end())
        throw std::runtime_error("no such row: " + row);
    if (step == "run")
        return measured(*found->second);
    if (step == "prepare")
        found->second->prepare();
    else if (step == "warm")
        found->second->warm();
    else
        throw std::runtime_error("no such step: " + step);
    return "";
}

std::string answer(const std::string &line, const Sizes &sizes) {
    std::istringstream words(line);
    std::string step, row, folder;
    words >> step >> row >> folder;
    if (step == "cpu")
        return busy_time();
    if (step == "sync")
        return settle();
    if (step == "drop")
        return drop();
    return do_row(step, row, folder, sizes);
}

}  // namespace
}  // namespace sheen::bench

int main(int argc, char **argv) {
    using namespace sheen::bench;
    if (argc != 7) {
        std::cerr << "usage: bench_probe NAMES MIB PAGES PASSES FILES ARCHIVE\n";
        return 2;
    }
    const auto number = [argv](int i) { return std::strtol(argv[i], nullptr, 10); };
    const Sizes sizes{number(1), number(2), number(3), number(4), number(5), argv[6]};
    for (std::string line; std::getline(std::cin, line);) {
        try {
            std::cout << "ok " << answer(line, sizes) << std::endl;
        } catch (const std::exception &error) {
            std::cout << "error " << error.what() << std::endl;
        }
    }
    return 0;
}
