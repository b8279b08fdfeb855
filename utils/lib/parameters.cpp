// SPDX-License-Identifier: GPL-2.0
#include "lib/parameters.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <unistd.h>
#include <cerrno>
#include <filesystem>
#include <map>
#include <system_error>

#include <fmt/format.h>

namespace sheen {

namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 8;

/// Walks a root along a pattern.  Names of files may have dots themselves (NIDs do), so at each dot of the pattern
/// both readings are tried.
class Walk {
public:
    explicit Walk(std::map<std::string, Parameter> *found) : found_(*found) {}

    void Directory(const fs::path &directory, const std::string &prefix, const std::string &pattern, int depth) {
        std::error_code error;

        if (depth > kMaxDepth)
            return;
        for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
            std::string file = entry->path().filename();
            for (size_t dot = pattern.find('.');; dot = pattern.find('.', dot + 1)) {
                std::string part = pattern.substr(0, dot);
                if (fnmatch(part.c_str(), file.c_str(), FNM_PERIOD) == 0)
                    Match(*entry, prefix + file, dot == std::string::npos ? "" : pattern.substr(dot + 1),
                          dot == std::string::npos, depth);
                if (dot == std::string::npos)
                    break;
            }
        }
    }

private:
    void Match(const fs::directory_entry &entry, const std::string &name, const std::string &rest, bool last,
               int depth) {
        std::error_code error;
        bool directory = entry.is_directory(error) && !entry.is_symlink(error);

        if (last)
            found_.try_emplace(name, Parameter{name, entry.path(), directory});
        else if (directory)
            Directory(entry.path(), name + ".", rest, depth + 1);
    }

    std::map<std::string, Parameter> &found_;
};

}  // namespace

Result<std::vector<Parameter>> FindParameters(std::string_view pattern, const std::vector<std::string> &roots) {
    std::map<std::string, Parameter> found;
    std::vector<Parameter> list;
    std::string dotted(pattern);

    for (char &c : dotted)
        if (c == '/')
            c = '.';
    for (const std::string &root : roots)
        Walk(&found).Directory(root, "", dotted, 0);
    if (found.empty())
        return Error{ENOENT, fmt::format("no parameter matches '{}'", pattern),
                     fs::exists(roots.front()) ? "see list_param '*'" : "are the modules loaded?"};
    for (auto &[name, parameter] : found)
        list.push_back(std::move(parameter));
    return list;
}

Result<> WriteParameter(const Parameter &parameter, std::string_view value) {
    if (parameter.directory)
        return Error{EISDIR, fmt::format("set_param {}: not a parameter but a group of them", parameter.name), ""};
    int fd = open(parameter.path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return SystemError(errno, "set_param " + parameter.name);
    ssize_t done = write(fd, value.data(), value.size());
    int error = done < 0 ? errno : 0;
    close(fd);
    if (error)
        return SystemError(error, fmt::format("set_param {}={}", parameter.name, value));
    return {};
}

}  // namespace sheen
