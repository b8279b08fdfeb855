// SPDX-License-Identifier: GPL-2.0
// get_param, set_param, list_param: tunables and counters by dotted names.
#include <cerrno>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "lctl/lctl.h"
#include "lib/parameters.h"
#include "lib/strings.h"

namespace sheen::lctl {

namespace {

Result<> ListParam(Session *session, const Words &words) {
    nlohmann::ordered_json array = nlohmann::ordered_json::array();

    for (size_t i = 1; i < words.size(); i++) {
        Result<std::vector<Parameter>> found = FindParameters(words[i]);
        if (!found)
            return found.error();
        for (const Parameter &parameter : *found) {
            if (session->json)
                array.push_back(parameter.name);
            else
                fmt::print("{}\n", parameter.name);
        }
    }
    if (session->json)
        fmt::print("{}\n", array.dump(2));
    return {};
}

Result<> GetParam(Session *session, const Words &words) {
    bool values_only = words[1] == "-n";
    nlohmann::ordered_json object = nlohmann::ordered_json::object();

    if (values_only && words.size() == 2)
        return Error{EINVAL, "get_param: no name given", ""};
    for (size_t i = values_only ? 2 : 1; i < words.size(); i++) {
        Result<std::vector<Parameter>> found = FindParameters(words[i]);
        if (!found)
            return found.error();
        for (const Parameter &parameter : *found) {
            if (parameter.directory)
                continue;
            Result<std::string> value = ReadFile(parameter.path);
            if (!value)
                return Error{value.error().code, fmt::format("get_param {}: {}", parameter.name, value.error().what),
                             ""};
            std::string trimmed(Trim(*value));
            if (session->json)
                object[parameter.name] = trimmed;
            else if (values_only)
                fmt::print("{}\n", trimmed);
            else
                fmt::print("{}={}{}\n", parameter.name, trimmed.find('\n') == std::string::npos ? "" : "\n", trimmed);
        }
    }
    if (session->json)
        fmt::print("{}\n", object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return {};
}

Result<> SetParam(Session *session, const Words &words) {
    for (size_t i = 1; i < words.size(); i++) {
        size_t equals = words[i].find('=');
        std::string name = words[i].substr(0, equals);
        // Both "name=value" and "name value" are in use.
        if (equals == std::string::npos && i + 1 == words.size())
            return Error{EINVAL, fmt::format("set_param {}: no value given", name), "write NAME=VALUE"};
        std::string value = equals == std::string::npos ? words[++i] : words[i].substr(equals + 1);
        Result<std::vector<Parameter>> found = FindParameters(name);
        if (!found)
            return found.error();
        for (const Parameter &parameter : *found) {
            if (Result<> done = WriteParameter(parameter, value); !done)
                return done;
            if (!session->json)
                fmt::print("{}={}\n", parameter.name, value);
        }
    }
    return {};
}

}  // namespace

const std::vector<Command> kParameterCommands = {
    {"list_param", 1, kAnyNumber, "PATTERN...", "names of tunables and counters, e.g. osc.*.*", ListParam},
    {"get_param", 1, kAnyNumber, "[-n] PATTERN...", "their values", GetParam},
    {"set_param", 1, kAnyNumber, "PATTERN=VALUE...", "change tunables until the module is unloaded", SetParam},
};

}  // namespace sheen::lctl
