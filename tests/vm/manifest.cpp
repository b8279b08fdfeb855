// SPDX-License-Identifier: GPL-2.0
#include "manifest.h"

#include <sstream>

#include "error.h"

namespace sheen::vm {
namespace {

constexpr auto kLimit = std::chrono::minutes(15);  // for reading one tree
constexpr std::size_t kSumDigits = 32;             // hexadecimal digits of MD5: chance is the enemy here, and emulated processors are slow
constexpr int kReaders = 4;                        // processes that read a tree at once

// Feeds whole lines of a stream to a function.
class LineSplitter {
public:
    explicit LineSplitter(std::function<void(const std::string &)> sink) : sink_(std::move(sink)) {}

    void add(std::string_view data) {
        rest_ += data;
        std::size_t start = 0;
        for (std::size_t end; (end = rest_.find('\n', start)) != std::string::npos; start = end + 1)
            sink_(rest_.substr(start, end - start));
        rest_.erase(0, start);
    }

private:
    std::function<void(const std::string &)> sink_;
    std::string rest_;
};

}  // namespace

Manifest parse_attributes(const std::string &text) {
    Manifest manifest;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string path, type, mode, owner, time, size, target;
        for (std::string *field : {&path, &type, &mode, &owner, &time, &size, &target})
            std::getline(fields, *field, '\t');
        if (type == "d")
            size.clear();  // every file system has its own idea of it
        // The protocol carries times in seconds.
        time = time.substr(0, time.find('.'));
        manifest[path] =
            fmt::format("type {} mode {} owner {} time {} size {} target {}", type, mode, owner, time, size, target);
    }
    return manifest;
}

Manifest read_attributes(Node &node, const std::string &folder) {
    RunOptions options;
    options.timeout = kLimit;
    return parse_attributes(node.must(
        fmt::format("set -o pipefail; cd {} && find . -mindepth 1 -printf '%P\\0' | xargs -0 -r -n 256 -P {} sh -c "
                    "'exec stdbuf -oL find \"$@\" -maxdepth 0 "
                    "-printf \"%p\\t%y\\t%m\\t%U:%G\\t%T@\\t%s\\t%l\\n\"' sh",
                    shell_quote(folder), kReaders),
        options));
}

Manifest read_checksums(Node &node, const std::string &folder, const std::function<void(std::size_t)> &progress) {
    Manifest manifest;
    std::string errors;
    LineSplitter lines([&](const std::string &line) {
        if (line.size() > kSumDigits + 2)
            manifest[line.substr(kSumDigits + 2)] = line.substr(0, kSumDigits);
        progress(manifest.size());
    });
    RunOptions options;
    options.timeout = kLimit;
    options.on_output = [&](std::string_view data, bool is_error) {
        is_error ? static_cast<void>(errors += data) : lines.add(data);
    };
    const Result result = node.run(fmt::format("set -o pipefail; cd {} && find . -type f -print0 | sort -z | "
                                               "xargs -0 -r -n 250 -P {} stdbuf -oL md5sum",
                                               shell_quote(folder), kReaders),
                                   options);
    if (!result.ok())
        fail("{}: cannot read {} ({}): {}", node.name(), folder, result.status, last_lines(errors, 5));
    return manifest;
}

std::vector<std::string> differences(const Manifest &expected, const Manifest &found, std::size_t limit) {
    std::vector<std::string> result;
    auto add = [&](std::string line) {
        if (result.size() < limit)
            result.push_back(std::move(line));
    };
    for (const auto &[path, value] : expected) {
        const auto other = found.find(path);
        if (other == found.end())
            add(path + ": missing");
        else if (other->second != value)
            add(fmt::format("{}: {}, expected {}", path, other->second, value));
    }
    for (const auto &[path, value] : found) {
        if (!expected.count(path))
            add(path + ": not expected");
    }
    return result;
}

}  // namespace sheen::vm
