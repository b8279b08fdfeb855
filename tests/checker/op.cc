// SPDX-License-Identifier: GPL-2.0
#include "tests/checker/op.h"

#include <algorithm>
#include <cstring>
#include <sstream>

namespace checker {

namespace {

constexpr char kDigits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr unsigned kBase = 62, kHalf = kWord / 2;

constexpr const char *kNames[] = {
    "open",     "close",     "read",     "write",         "truncate",      "clear", "stat-open", "sync",
    "map-read", "map-write", "flock",    "lock",          "test-lock",     "stat",  "truncate-path",
    "chmod",    "set-time",  "set-attribute", "get-attribute", "link",     "unlink", "rename",
    "mkdir",    "rmdir",     "symlink",  "readlink",      "list",          "bump",  "forget",
};
static_assert(std::size(kNames) == static_cast<size_t>(Kind::kCount));

// Low digit first, so that neighbours differ in their first byte.
void Digits(uint64_t number, char *to) {
    for (unsigned i = 0; i < kHalf; i++, number /= kBase)
        to[i] = kDigits[number % kBase];
}

bool Number(const char *from, uint64_t *number) {
    *number = 0;
    for (unsigned i = kHalf; i-- > 0;) {
        const char *digit = from[i] ? std::strchr(kDigits, from[i]) : nullptr;
        if (!digit)
            return false;
        *number = *number * kBase + (digit - kDigits);
    }
    return true;
}

std::string ErrorText(int error) {
    return error ? strerrorname_np(error) ? strerrorname_np(error) : std::to_string(error) : "ok";
}

}  // namespace

std::string LockText(bool alone, uint64_t start, uint64_t end) {
    return (alone ? "w " : "r ") + std::to_string(start) + " " + std::to_string(end);
}

std::string Pattern(uint64_t tag, uint64_t length) {
    std::string data((length + kWord - 1) / kWord * kWord, 0);

    for (uint64_t i = 0; i < data.size(); i += kWord) {
        Digits(tag, &data[i]);
        Digits(i / kWord, &data[i + kHalf]);
    }
    data.resize(length);
    return data;
}

// Where a word that some tag's pattern has begins at @at, that tag and the word's number; else false.
static bool WordAt(const std::string &data, size_t at, uint64_t *tag, uint64_t *word) {
    return at + kWord <= data.size() && Number(&data[at], tag) && Number(&data[at + kHalf], word) && *word < kMaxSize;
}

std::string Describe(const std::string &data) {
    std::ostringstream text;
    constexpr int kRuns = 40;
    int runs = 0;

    for (size_t at = 0; at < data.size() && runs < kRuns; runs++) {
        uint64_t tag, word, next_tag, next;
        const size_t from = at;
        if (WordAt(data, at, &tag, &word)) {
            const uint64_t first = word;
            for (at += kWord; WordAt(data, at, &next_tag, &next) && next_tag == tag && next == word + 1; at += kWord)
                word = next;
            text << " [" << from << "+" << at - from << " write " << tag << " from " << first * kWord << "]";
        } else if (!data[at]) {
            while (at < data.size() && !data[at])
                at++;
            text << " [" << from << "+" << at - from << " zeros]";
        } else {
            while (at < data.size() && data[at] && !WordAt(data, at, &tag, &word))
                at++;
            text << " [" << from << "+" << at - from << " \"" << data.substr(from, std::min<size_t>(at - from, 16))
                 << "\"]";
        }
    }
    if (runs == kRuns)
        text << " ...";
    return text.str();
}

std::string Text(const Op &op) {
    std::ostringstream text;

    text << kNames[static_cast<int>(op.kind)] << " slot=" << op.slot << " flags=" << op.flags << " offset=" << op.offset
         << " length=" << op.length << " tag=" << op.tag;
    if (!op.path.empty())
        text << " " << op.path;
    if (!op.other.empty())
        text << " -> " << op.other;
    return text.str();
}

std::string Text(const Op &op, const Result &r) {
    std::ostringstream text;

    text << Text(op) << " : " << ErrorText(r.error) << " after " << (r.end - r.begin) / 1000 << " us";
    if (r.value)
        text << " value=" << r.value;
    if (r.type)
        text << " " << r.type << " mode=" << std::oct << r.mode << std::dec << " nlink=" << r.nlink
             << " size=" << r.size << " mtime=" << r.mtime << " number=" << r.number;
    if (op.kind == Kind::kRead || op.kind == Kind::kMapRead)
        text << " " << r.data.size() << " bytes:" << Describe(r.data);
    else if (!r.data.empty())
        text << " \"" << r.data << "\"";
    return text.str();
}

std::string Encode(const Op &op) {
    std::ostringstream line;

    line << static_cast<int>(op.kind) << " " << op.slot << " " << op.flags << " " << op.offset << " " << op.length
         << " " << op.tag << " /" << op.path << " /" << op.other;
    return line.str();
}

bool Decode(const std::string &text, Op *op) {
    std::istringstream line(text);
    int kind;

    *op = Op();
    if (!(line >> kind >> op->slot >> op->flags >> op->offset >> op->length >> op->tag >> op->path >> op->other))
        return false;
    if (kind < 0 || kind >= static_cast<int>(Kind::kCount) || op->slot >= kSlots)
        return false;
    op->kind = static_cast<Kind>(kind);
    op->path.erase(0, 1);
    op->other.erase(0, 1);
    return true;
}

std::string Encode(const Result &r) {
    std::ostringstream line;

    line << r.error << " " << r.value << " " << static_cast<int>(r.type) << " " << r.mode << " " << r.nlink << " "
         << r.size << " " << r.number << " " << r.mtime << " " << r.begin << " " << r.end << " " << r.data.size();
    return line.str();
}

bool Decode(const std::string &text, Result *r, uint64_t *data_length) {
    std::istringstream line(text);
    int type;

    *r = Result();
    if (!(line >> r->error >> r->value >> type >> r->mode >> r->nlink >> r->size >> r->number >> r->mtime >> r->begin >>
          r->end >> *data_length))
        return false;
    r->type = static_cast<char>(type);
    return true;
}

}  // namespace checker
