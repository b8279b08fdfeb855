// SPDX-License-Identifier: GPL-2.0
#include "mdt_image.h"

#include <sstream>

#include "error.h"
#include "files.h"
#include "process.h"

namespace sheen::vm {
namespace {

constexpr char kFidAttribute[] = "trusted.sheen.fid";
constexpr std::size_t kIndexHeaderBytes = 4096;
constexpr std::size_t kIndexSlotBytes = 8;

std::vector<std::string> split(const std::string &text, char separator) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; std::getline(stream, word, separator);)
        words.push_back(word);
    return words;
}

std::uint64_t little_endian(const std::string &bytes, std::size_t at, int size) {
    std::uint64_t value = 0;
    for (int i = size - 1; i >= 0; --i)
        value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
    return value;
}

std::string from_hex(const std::string &text) {
    std::istringstream stream(text);
    std::string bytes;
    for (std::string byte; stream >> byte;)
        bytes += static_cast<char>(std::stoi(byte, nullptr, 16));
    return bytes;
}

// A line of ea_list: two spaces, the name, (its length), = and the value, in hexadecimal when it is not text.
void take_attribute(const std::string &line, MdtImage::File &file) {
    const auto end = line.find(" (");
    if (line.rfind("  ", 0) != 0 || end == std::string::npos)
        return;
    const std::string name = line.substr(2, end - 2);
    file.attributes.insert(name);
    if (name != kFidAttribute)
        return;
    const std::string value = from_hex(line.substr(line.find("= ") + 2));
    if (value.size() != 16)
        fail("a FID of {} bytes: {}", value.size(), line);
    file.object = static_cast<std::uint32_t>(little_endian(value, 4, 4));
    file.sequence = little_endian(value, 8, 8);
}

}  // namespace

MdtImage::MdtImage(const fs::path &disk, const fs::path &copy) : copy_(copy) {
    check({"cp", "--sparse=always", "--reflink=auto", disk, copy_});
    // A check that may change nothing skips the journal and sees a file system that never was.
    check({"e2fsck", "-p", "-E", "journal_only", copy_});
}

MdtImage::~MdtImage() {
    std::error_code ignored;
    fs::remove(copy_, ignored);
}

std::string MdtImage::faults() const {
    const Output output = capture({"e2fsck", "-f", "-n", copy_});
    return output.status == 0 ? "" : fmt::format("e2fsck -fn: {}\n{}{}", output.status, output.text, output.errors);
}

std::vector<std::string> MdtImage::debugfs(const std::string &commands) const {
    return split(check({"debugfs", "-f", "-", copy_}, commands), '\n');
}

std::map<std::string, MdtImage::File> MdtImage::list(const std::string &folder) const {
    std::map<std::string, File> files;
    std::map<std::uint64_t, std::string> names;
    std::string commands;
    // /inode/mode/user/group/name/size/
    for (const std::string &line : debugfs("ls -p /ROOT/" + folder + "\n")) {
        const std::vector<std::string> words = split(line, '/');
        if (words.size() < 6 || words[5] == "." || words[5] == "..")
            continue;
        files[words[5]].inode = std::stoull(words[1]);
        names[files[words[5]].inode] = words[5];
        commands += "ea_list <" + words[1] + ">\n";
    }
    File *current = nullptr;
    for (const std::string &line : debugfs(commands)) {
        const auto start = line.find("ea_list <");
        if (start != std::string::npos)
            current = &files[names[std::stoull(line.substr(start + 9))]];
        else if (current)
            take_attribute(line, *current);
    }
    return files;
}

std::uint64_t MdtImage::inode_of(std::uint64_t sequence, std::uint32_t object) {
    if (!indexes_.count(sequence))
        indexes_[sequence] = check({"debugfs", "-R", fmt::format("cat /oi/{:x}", sequence), copy_});
    const std::size_t at = kIndexHeaderBytes + kIndexSlotBytes * object;
    const std::string &index = indexes_[sequence];
    return at + kIndexSlotBytes <= index.size() ? little_endian(index, at, 4) : 0;
}

}  // namespace sheen::vm
