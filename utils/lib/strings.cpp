// SPDX-License-Identifier: GPL-2.0
#include "lib/strings.h"

#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace sheen {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

}  // namespace

std::string_view Trim(std::string_view text) {
    size_t begin = text.find_first_not_of(kBlanks);

    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::vector<std::string> Split(std::string_view text, char separator) {
    std::vector<std::string> parts;

    for (;;) {
        size_t end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::string Join(const std::vector<std::string> &words, std::string_view separator) {
    return fmt::format("{}", fmt::join(words, separator));
}

std::vector<std::string> SplitBlanks(std::string_view text) {
    std::vector<std::string> words;
    size_t pos = 0;

    while ((pos = text.find_first_not_of(kBlanks, pos)) != std::string_view::npos) {
        size_t end = text.find_first_of(kBlanks, pos);
        words.emplace_back(text.substr(pos, end - pos));
        if (end == std::string_view::npos)
            break;
        pos = end;
    }
    return words;
}

Result<std::vector<std::string>> SplitQuoted(std::string_view line) {
    std::vector<std::string> words;
    std::string word;
    bool in_word = false;
    char quote = 0;

    for (size_t i = 0; i < line.size(); i++) {
        char c = line[i];

        if (quote == '\'') {
            if (c == quote)
                quote = 0;
            else
                word += c;
        } else if (c == '\\') {
            if (++i == line.size())
                return Error{kBadConfig, "backslash at the end of the line", ""};
            // Within double quotes a backslash is special only before '"' and itself.
            if (quote && line[i] != '"' && line[i] != '\\')
                word += '\\';
            word += line[i];
            in_word = true;
        } else if (quote) {
            if (c == quote)
                quote = 0;
            else
                word += c;
        } else if (c == '"' || c == '\'') {
            quote = c;
            in_word = true;
        } else if (kBlanks.find(c) != std::string_view::npos) {
            if (in_word)
                words.push_back(std::move(word));
            word.clear();
            in_word = false;
        } else {
            word += c;
            in_word = true;
        }
    }
    if (quote)
        return Error{kBadConfig, fmt::format("no closing {}", quote), ""};
    if (in_word)
        words.push_back(std::move(word));
    return words;
}

std::string Quote(std::string_view word) {
    constexpr std::string_view special = " \t\n\"'\\$`*?[]{}();&|<>~#!";
    std::string quoted;

    if (!word.empty() && word.find_first_of(special) == std::string_view::npos)
        return std::string(word);
    for (char c : word)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return "'" + quoted + "'";
}

std::optional<int64_t> ParseInt(std::string_view text) {
    bool negative = text.starts_with('-');
    int64_t value = 0;
    int base = 10;

    if (negative)
        text.remove_prefix(1);
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
        base = 16;
    }
    if (text.empty() || text.front() == '-' || text.front() == '+')
        return std::nullopt;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return negative ? -value : value;
}

std::optional<uint64_t> ParseSize(std::string_view text) {
    constexpr std::string_view suffixes = "kmgtp";
    unsigned shift = 0;

    if (!text.empty()) {
        size_t index = suffixes.find(static_cast<char>(text.back() | 0x20));
        if (index != std::string_view::npos) {
            shift = 10 * (static_cast<unsigned>(index) + 1);
            text.remove_suffix(1);
        }
    }
    std::optional<int64_t> value = ParseInt(text);
    if (!value || *value < 0 || (shift && static_cast<uint64_t>(*value) >> (63 - shift)))
        return std::nullopt;
    return static_cast<uint64_t>(*value) << shift;
}

std::string HumanSize(uint64_t bytes) {
    constexpr std::string_view suffixes = "KMGTPE";
    double value = static_cast<double>(bytes);
    int step = -1;

    while (value >= 1024 && step + 1 < static_cast<int>(suffixes.size())) {
        value /= 1024;
        step++;
    }
    if (step < 0)
        return fmt::format("{}", bytes);
    return fmt::format("{:.1f}{}", value, suffixes[static_cast<size_t>(step)]);
}

Result<std::string> ReadFile(const std::string &path, size_t limit) {
    FILE *file = fopen(path.c_str(), "re");
    std::string content;
    char buffer[65536];
    size_t got;

    if (!file)
        return SystemError(errno, path);
    while ((got = fread(buffer, 1, sizeof(buffer), file)) > 0 && content.size() <= limit)
        content.append(buffer, got);
    int error = ferror(file) ? errno : 0;
    fclose(file);
    if (error)
        return SystemError(error, path);
    if (content.size() > limit)
        return Error{EFBIG, fmt::format("{}: larger than {} bytes", path, limit), ""};
    return content;
}

Result<> ReplaceFile(const std::string &path, std::string_view content) {
    std::string temporary = path + ".XXXXXX";
    struct stat old;
    int error = 0;
    mode_t mask;
    int fd;

    // Devices and pipes (-o /dev/stdout) cannot be renamed over.
    if (stat(path.c_str(), &old) == 0 && !S_ISREG(old.st_mode)) {
        FILE *file = fopen(path.c_str(), "we");
        if (!file)
            return SystemError(errno, path);
        bool whole = fwrite(content.data(), 1, content.size(), file) == content.size();
        if (fclose(file) != 0 || !whole)
            return SystemError(errno, path);
        return {};
    }
    fd = mkstemp(temporary.data());
    if (fd < 0)
        return SystemError(errno, path);
    mask = umask(0);
    umask(mask);
    while (!content.empty() && !error) {
        ssize_t done = write(fd, content.data(), content.size());
        if (done < 0 && errno != EINTR)
            error = errno;
        else if (done > 0)
            content.remove_prefix(static_cast<size_t>(done));
    }
    if (!error && (fchmod(fd, 0666 & ~mask) < 0 || fsync(fd) < 0))
        error = errno;
    if (close(fd) < 0 && !error)
        error = errno;
    if (!error && rename(temporary.c_str(), path.c_str()) < 0)
        error = errno;
    if (error) {
        unlink(temporary.c_str());
        return SystemError(error, path);
    }
    return {};
}

Result<> WriteOutput(const std::string &path, std::string_view content) {
    if (!path.empty())
        return ReplaceFile(path, content);
    if (fwrite(content.data(), 1, content.size(), stdout) != content.size() || fflush(stdout) != 0)
        return SystemError(errno, "standard output");
    return {};
}

}  // namespace sheen
