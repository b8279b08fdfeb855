// SPDX-License-Identifier: GPL-2.0
#include "tests/checker/content.h"

#include <algorithm>

namespace checker {

void Content::Write(uint64_t offset, std::string_view data) {
    const uint64_t end = offset + data.size();

    if (data.empty())
        return;
    size_ = std::max(size_, end);
    blocks_.resize((size_ + kBlock - 1) / kBlock);
    for (uint64_t at = offset; at < end;) {
        const uint64_t in_block = at % kBlock, part = std::min(kBlock - in_block, end - at);
        auto &block = blocks_[at / kBlock];
        auto fresh = std::make_shared<std::string>(block ? *block : std::string(kBlock, 0));
        fresh->replace(in_block, part, data.substr(at - offset, part));
        block = std::move(fresh);
        at += part;
    }
}

void Content::Truncate(uint64_t size) {
    const uint64_t in_block = size % kBlock;

    blocks_.resize((size + kBlock - 1) / kBlock);
    if (size < size_ && in_block && blocks_.back()) {
        auto fresh = std::make_shared<std::string>(*blocks_.back());
        std::fill(fresh->begin() + in_block, fresh->end(), 0);
        blocks_.back() = std::move(fresh);
    }
    size_ = size;
}

std::string Content::Read(uint64_t offset, uint64_t length) const {
    std::string data;

    if (offset >= size_)
        return data;
    const uint64_t end = std::min(size_, offset + length);
    data.reserve(end - offset);
    for (uint64_t at = offset; at < end;) {
        const uint64_t in_block = at % kBlock, part = std::min(kBlock - in_block, end - at);
        const auto &block = blocks_[at / kBlock];
        block ? data.append(*block, in_block, part) : data.append(part, 0);
        at += part;
    }
    return data;
}

bool Content::operator==(const Content &other) const {
    if (size_ != other.size_)
        return false;
    for (size_t i = 0; i < blocks_.size(); i++) {
        const auto &a = blocks_[i], &b = other.blocks_[i];
        if (a == b)
            continue;
        const std::string zeros(kBlock, 0);
        if ((a ? *a : zeros) != (b ? *b : zeros))
            return false;
    }
    return true;
}

}  // namespace checker
