// SPDX-License-Identifier: GPL-2.0
// The bytes of a file, cheap to copy: copies share blocks until one of them changes.
#ifndef SHEEN_TESTS_CHECKER_CONTENT_H
#define SHEEN_TESTS_CHECKER_CONTENT_H

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace checker {

class Content {
public:
    uint64_t size() const { return size_; }
    void Write(uint64_t offset, std::string_view data);
    void Truncate(uint64_t size);
    // Less than length at the end.
    std::string Read(uint64_t offset, uint64_t length) const;
    bool operator==(const Content &other) const;

private:
    static constexpr uint64_t kBlock = 4096;

    std::vector<std::shared_ptr<const std::string>> blocks_;  // null: zeros; beyond the end of the file only zeros
    uint64_t size_ = 0;
};

}  // namespace checker

#endif
