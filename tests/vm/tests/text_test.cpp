// SPDX-License-Identifier: GPL-2.0
#include <gtest/gtest.h>

#include "cpio.h"
#include "error.h"
#include "files.h"
#include "kernel.h"
#include "manifest.h"
#include "node.h"
#include "process.h"
#include "progress.h"

namespace sheen::vm {
namespace {

TEST(Text, LastLines) {
    EXPECT_EQ(last_lines("a\nb\nc\n\n", 2), "b\nc");
    EXPECT_EQ(last_lines("a\nb", 5), "a\nb");
    EXPECT_EQ(last_lines("", 3), "");
}

TEST(Text, QuotesForTheShell) {
    const std::string nasty = "a'b $HOME\n\"c\" \\";
    EXPECT_EQ(check({"sh", "-c", "printf %s " + shell_quote(nasty)}), nasty);
}

TEST(Text, DigestTellsInputsApart) {
    EXPECT_EQ(digest(""), "cbf29ce484222325");  // the offset basis of FNV-1a
    EXPECT_NE(digest("a"), digest("b"));
}

TEST(Text, CpioHoldsWhatWasAdded) {
    CpioWriter writer;
    writer.add_folder("d");
    writer.add_file("d/name", "content", true);
    const std::string archive = writer.finish();
    EXPECT_EQ(archive.size() % 4, 0u);
    EXPECT_EQ(archive.compare(0, 6, "070701"), 0);
    EXPECT_NE(archive.find("d/name"), std::string::npos);
    EXPECT_NE(archive.find("content"), std::string::npos);
    EXPECT_NE(archive.find("TRAILER!!!"), std::string::npos);
}

TEST(Text, RefusesABrokenKernelImage) {
    EXPECT_THROW(extract_vmlinux("short"), Error);
    EXPECT_THROW(extract_vmlinux(std::string(8192, '\0')), Error);
    std::string image(8192, '\0');
    image.replace(0x202, 4, "HdrS");
    image.replace(0x24c, 4, "\xff\xff\xff\x7f");  // a payload longer than the file
    EXPECT_THROW(extract_vmlinux(image), Error);
}

TEST(Text, ProgressSaysHowLongStill) {
    using namespace std::chrono_literals;
    EXPECT_EQ(ProgressLine::text("copy", 500, 2000, ProgressLine::Unit::kFiles, 2s),
              "copy: 500 of 2000 files, 250 files/s, 6 s left");
    EXPECT_EQ(ProgressLine::text("write", 512000000, 512000000, ProgressLine::Unit::kBytes, 4s),
              "write: 512 of 512 MB, 128.0 MB/s, 4 s");
    EXPECT_EQ(ProgressLine::text("copy", 0, 10, ProgressLine::Unit::kFiles, 1s), "copy: 0 of 10 files, 0 files/s");
}

TEST(Manifest, ComparesWhatMatters) {
    const Manifest one = parse_attributes(
        "dir\td\t755\t0:0\t100.5\t4096\t\n"
        "dir/a\tf\t644\t0:0\t100.9\t7\t\n"
        "dir/l\tl\t777\t0:0\t100.0\t1\ta\n");
    EXPECT_EQ(one.size(), 3u);
    // Another size of a folder and parts of a second do not count.
    const Manifest same = parse_attributes(
        "dir\td\t755\t0:0\t100.0\t60\t\n"
        "dir/a\tf\t644\t0:0\t100.1\t7\t\n"
        "dir/l\tl\t777\t0:0\t100.0\t1\ta\n");
    EXPECT_TRUE(differences(one, same).empty());
    const Manifest other = parse_attributes(
        "dir\td\t755\t0:0\t101\t60\t\n"
        "dir/a\tf\t600\t0:0\t100\t7\t\n"
        "dir/x\tf\t644\t0:0\t100\t7\t\n");
    EXPECT_EQ(differences(one, other).size(), 4u);
    EXPECT_EQ(differences(one, other, 2).size(), 2u);
}

TEST(Process, KeepsOutputAndStatus) {
    const Output output = capture({"sh", "-c", "cat; echo oops >&2; exit 3"}, "in");
    EXPECT_EQ(output.status, 3);
    EXPECT_EQ(output.text, "in");
    EXPECT_EQ(output.errors, "oops\n");
    EXPECT_EQ(capture({"sh", "-c", "kill -9 $$"}).status, 128 + 9);
    EXPECT_THROW(capture({"/no/such/program"}), Error);
    EXPECT_THROW(check({"false"}), Error);
}

}  // namespace
}  // namespace sheen::vm
