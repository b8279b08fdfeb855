// SPDX-License-Identifier: GPL-2.0
// What a function of the tools returns: a value, or an error that an administrator can act upon.
#ifndef SHEEN_UTILS_RESULT_H
#define SHEEN_UTILS_RESULT_H

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sheen {

/// Exit code of every tool for wrong input and wrong configurations.
inline constexpr int kBadConfig = 1;

struct Error {
    int code = kBadConfig;  ///< errno of the failed request, or kBadConfig; becomes the exit code
    std::string what;       ///< what failed and why, without a full stop
    std::string hint;       ///< what to do about it; may be empty

    /// One line for the terminal: "TOOL: WHAT; HINT".
    std::string Line(std::string_view tool) const;

    /// The same error with more context in front: "CONTEXT: WHAT".
    Error In(std::string_view context) const;
};

/// An error made of a failed system call: "WHAT: text of ERRNO".
Error SystemError(int error_number, std::string_view what, std::string hint = "");

template <class T = void>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return state_.index() == 0; }
    T &operator*() { return std::get<0>(state_); }
    const T &operator*() const { return std::get<0>(state_); }
    T *operator->() { return &std::get<0>(state_); }
    const T *operator->() const { return &std::get<0>(state_); }
    const Error &error() const { return std::get<1>(state_); }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    explicit operator bool() const { return !error_; }
    const Error &error() const { return *error_; }

private:
    std::optional<Error> error_;
};

}  // namespace sheen

#endif
