/* SPDX-License-Identifier: GPL-2.0 */
// The one exception of the harness: its text is one clear line for the person at the terminal.
#pragma once

#include <fmt/core.h>

#include <stdexcept>
#include <utility>

namespace sheen::vm {

class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> text, Args &&...args) {
    throw Error(fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace sheen::vm
