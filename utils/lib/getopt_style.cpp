// SPDX-License-Identifier: GPL-2.0
#include "lib/getopt_style.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/strings.h"

namespace sheen {

namespace {

struct LongOption {
    std::string name;  // with '_'
    bool takes_value;
};

std::vector<LongOption> LongOptions(const CLI::App &app) {
    std::vector<LongOption> options;

    for (const CLI::Option *option : app.get_options())
        for (const std::string &name : option->get_lnames())
            options.push_back({name, option->get_items_expected_max() > 0});
    return options;
}

Result<LongOption> FindLong(const std::vector<LongOption> &options, std::string name) {
    std::vector<std::string> candidates;
    const LongOption *match = nullptr;

    std::replace(name.begin(), name.end(), '-', '_');
    for (const LongOption &option : options) {
        if (option.name == name)
            return option;
        if (option.name.starts_with(name)) {
            match = &option;
            candidates.push_back("--" + option.name);
        }
    }
    if (candidates.empty())
        return Error{kBadConfig, fmt::format("unknown option --{}", name), "see --help"};
    if (candidates.size() > 1)
        return Error{kBadConfig, fmt::format("option --{} is not unique", name),
                     "it could be " + Join(candidates, ", ")};
    return *match;
}

}  // namespace

Result<std::vector<std::string>> NormalizeArguments(const CLI::App &app, const std::vector<std::string> &arguments) {
    std::vector<LongOption> options = LongOptions(app);
    std::vector<std::string> normal;

    for (size_t i = 0; i < arguments.size(); i++) {
        const std::string &argument = arguments[i];

        if (argument.starts_with("--") && argument.size() > 2) {
            size_t equals = argument.find('=');
            size_t end = equals == std::string::npos ? argument.size() : equals;
            Result<LongOption> option = FindLong(options, argument.substr(2, end - 2));
            if (!option)
                return option.error();
            if (!option->takes_value) {
                if (equals != std::string::npos)
                    return Error{kBadConfig, fmt::format("option --{} takes no value", option->name), ""};
                normal.push_back("--" + option->name);
                continue;
            }
            if (equals == std::string::npos && i + 1 == arguments.size())
                return Error{kBadConfig, fmt::format("option --{} requires a value", option->name), ""};
            normal.push_back("--" + option->name);
            normal.push_back(equals == std::string::npos ? arguments[++i] : argument.substr(equals + 1));
        } else if (argument.size() == 2 && argument[0] == '-') {
            const CLI::Option *option = app.get_option_no_throw(argument);
            if (!option)
                return Error{kBadConfig, fmt::format("unknown option {}", argument), "see --help"};
            normal.push_back(argument);
            if (option->get_items_expected_max() > 0) {
                if (i + 1 == arguments.size())
                    return Error{kBadConfig, fmt::format("option {} requires a value", argument), ""};
                normal.push_back(arguments[++i]);
            }
        } else {
            normal.push_back(argument);
        }
    }
    return normal;
}

Result<bool> ParseArguments(CLI::App *app, const std::vector<std::string> &arguments) {
    Result<std::vector<std::string>> normal = NormalizeArguments(*app, arguments);

    if (!normal)
        return normal.error();
    // CLI11 takes the words from the back.
    std::reverse(normal->begin(), normal->end());
    try {
        app->parse(*normal);
    } catch (const CLI::CallForHelp &) {
        return true;
    } catch (const CLI::ParseError &error) {
        return Error{kBadConfig, error.what(), "see --help"};
    }
    return false;
}

}  // namespace sheen
