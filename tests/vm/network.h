/* SPDX-License-Identifier: GPL-2.0 */
// The network of a cluster: a network namespace of its own with two bridges. One carries the
// nodes' traffic, the other only the harness's commands, so that tests may break the first.
#pragma once

#include <string>

namespace sheen::vm {

constexpr int kMaxNodes = 64;
constexpr int kDataMtu = 9000;  // bytes

class Network {
public:
    // `name` is the namespace's name; nothing is created yet.
    explicit Network(std::string name) : name_(std::move(name)) {}

    const std::string &name() const { return name_; }
    bool exists() const;
    void create();
    void destroy();  // does nothing when it does not exist

    // Makes sure that node number `index` (1 and up) has its two taps.
    void add_node(int index);

    // Pulls a node's cable out of the data network or puts it back.
    void connect_node(int index, bool connected);

    static std::string data_tap(int index) { return "d" + std::to_string(index); }
    static std::string control_tap(int index) { return "c" + std::to_string(index); }
    static std::string data_address(int index) { return "10.77.0." + std::to_string(index); }
    static std::string control_address(int index) { return "10.78.0." + std::to_string(index); }

    // A TCP connection from inside the namespace; -1 when it is refused or not answered in time.
    int dial(const std::string &address, int port, int timeout_ms) const;

private:
    void ip(const std::string &batch) const;

    std::string name_;
};

}  // namespace sheen::vm
