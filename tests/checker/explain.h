// SPDX-License-Identifier: GPL-2.0
// Looks for an order of operations that overlap in time which gives all of them the results that they had.
#ifndef SHEEN_TESTS_CHECKER_EXPLAIN_H
#define SHEEN_TESTS_CHECKER_EXPLAIN_H

#include <string>
#include <vector>

#include "tests/checker/model.h"

namespace checker {

// The states that the file system may be in after the work, from those before; none: there is no such order, and *why
// says what stood in the way of those that came farthest.
std::vector<Model> Explain(const std::vector<Model> &before, const Work &work, const Results &results,
                           std::string *why);

}  // namespace checker

#endif
