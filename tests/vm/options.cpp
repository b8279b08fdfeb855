// SPDX-License-Identifier: GPL-2.0
#include "options.h"

#include <charconv>
#include <cstdlib>
#include <sstream>

#include "error.h"

namespace sheen::vm {
namespace {

int number(const std::string &option, const std::string &text, int low, int high) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < low || value > high)
        fail("{} takes a number from {} to {}, not \"{}\"", option, low, high, text);
    return value;
}

std::vector<std::string> split(const std::string &text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; std::getline(stream, word, ',');) {
        if (!word.empty())
            words.push_back(word);
    }
    return words;
}

fs::path existing_folder(const std::string &option, const std::string &text) {
    if (!fs::is_directory(text))
        fail("{} {}: there is no such folder", option, text);
    return fs::canonical(text);
}

class Parser {
public:
    Parser(int argc, char **argv) : words_(argv + 1, argv + argc) {}

    Options parse() {
        const char *run = std::getenv("SHEEN_RUN");
        options_.run_folder = fs::absolute(run && *run ? run : SHEEN_VM_BUILD "/run");
        options_.plot = SHEEN_VM_BUILD "/bench.svg";
        options_.words = words_;
        while (at_ < words_.size()) {
            if (rest_is_command())
                options_.arguments.push_back(words_[at_++]);
            else
                take();
        }
        return std::move(options_);
    }

private:
    bool rest_is_command() const { return options_.verb == "ssh" && !options_.arguments.empty(); }

    void take() {
        std::string word = words_[at_++];
        if (word.rfind("--", 0) != 0) {
            if (options_.verb.empty())
                options_.verb = word;
            else
                options_.arguments.push_back(word);
            return;
        }
        const auto equals = word.find('=');
        if (equals != std::string::npos) {
            value_ = word.substr(equals + 1);
            word.resize(equals);
            has_value_ = true;
        }
        take_option(word);
        if (has_value_)
            fail("{} takes no value", word);
    }

    void take_option(const std::string &name) {
        if (name == "--kernel")
            options_.kernel = value(name);
        else if (name == "--nodes")
            options_.nodes = split(value(name));
        else if (name == "--filter")
            options_.filter = value(name);
        else if (name == "--oracle")
            options_.oracle = existing_folder(name, value(name));
        else if (name == "--share")
            options_.share = existing_folder(name, value(name));
        else if (name == "--memory")
            options_.memory_mib = number(name, value(name), 256, 16384);
        else if (name == "--cpus")
            options_.cpus = number(name, value(name), 1, 16);
        else if (name == "--rounds")
            options_.rounds = number(name, value(name), 1, 100);
        else if (name == "--json")
            options_.json = fs::absolute(value(name));
        else if (name == "--plot")
            options_.plot = fs::absolute(value(name));
        else if (name == "--full")
            options_.full = true;
        else if (name == "--quick")
            options_.quick = true;
        else if (name == "--no-build")
            options_.no_build = true;
        else
            fail("{} is not an option; see ./run help", name);
    }

    std::string value(const std::string &name) {
        if (has_value_) {
            has_value_ = false;
            return value_;
        }
        if (at_ == words_.size())
            fail("{} needs a value", name);
        return words_[at_++];
    }

    std::vector<std::string> words_;
    std::size_t at_ = 0;
    std::string value_;       // of --option=value
    bool has_value_ = false;  // not taken yet
    Options options_;
};

}  // namespace

Options parse_options(int argc, char **argv) {
    return Parser(argc, argv).parse();
}

ClusterOptions Options::cluster() const {
    ClusterOptions result;
    result.run_folder = run_folder;
    result.source = SHEEN_VM_SOURCE;
    result.share = share;
    result.kernel = kernel;
    result.full_tree = full;
    result.memory_mib = memory_mib;
    result.cpus = cpus;
    if (nodes.empty())
        return result;
    result.nodes.clear();
    for (const std::string &name : nodes) {
        bool found = false;
        for (const NodeSpec &spec : standard_nodes()) {
            if (spec.name == name) {
                result.nodes.push_back(spec);
                found = true;
            }
        }
        if (!found)
            fail("no node is called {}; there are mds1, oss1, oss2, client1 and client2", name);
    }
    return result;
}

}  // namespace sheen::vm
