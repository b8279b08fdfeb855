// SPDX-License-Identifier: GPL-2.0
#include "lib/result.h"

#include <cstring>

#include <fmt/format.h>

namespace sheen {

std::string Error::Line(std::string_view tool) const {
    if (hint.empty())
        return fmt::format("{}: {}", tool, what);
    return fmt::format("{}: {}; {}", tool, what, hint);
}

Error Error::In(std::string_view context) const {
    return Error{code, fmt::format("{}: {}", context, what), hint};
}

Error SystemError(int error_number, std::string_view what, std::string hint) {
    return Error{error_number, fmt::format("{}: {}", what, strerror(error_number)), std::move(hint)};
}

}  // namespace sheen
