// SPDX-License-Identifier: GPL-2.0
// The disk of the metadata server after its power was cut in the middle of work.
#include <sstream>
#include <thread>

#include "error.h"
#include "file_system_fixture.h"
#include "mdt_image.h"

namespace sheen::vm {
namespace {

using namespace std::chrono_literals;

constexpr int kFiles = 2000, kCutAfter = 700;

class PowerTest : public FileSystemTest {
protected:
    // Makes files 1, 2, ... in the folder many, each with its name as content. /root/made has the last one that was
    // acknowledged, /root/committed the last one that was acknowledged before a sync of the folder that succeeded.
    void start_making_files() {
        on("client1", "mkdir many && sync many");
        on("client1", fmt::format("cd many && (echo $BASHPID > /root/writer; for ((i = 1; i <= {}; i++)); do "
                                  "echo $i > $i && echo $i > /root/made || break; "
                                  "if ((i % 100 == 0)); then sync $i . && echo $i > /root/committed || break; fi; "
                                  "done) < /dev/null > /dev/null 2>&1 &",
                                  kFiles));
    }

    void stop_making_files() { node("client1").must("kill -9 $(cat /root/writer) 2> /dev/null; true"); }

    int number_in(const char *file) {
        const std::string text = node("client1").run(std::string("cat ") + file).text;
        return text.empty() ? 0 : std::stoi(text);
    }

    // Waits until the client has found its server again. What it was doing may fail until then.
    void wait_for_recovery() {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (!node("client1").run("ls /mnt/sheen/many").ok() && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(200ms);
    }

    // What the client finds: name and first line of each file.
    std::map<std::string, std::string> listing() {
        std::istringstream lines(on("client1",
                                    "cd many && for f in *; do x=; [ ! -s $f ] || read -r x < $f || exit; "
                                    "echo \"$f:$x\"; done"));
        std::map<std::string, std::string> files;
        for (std::string line; std::getline(lines, line);)
            files[line.substr(0, line.find(':'))] = line.substr(line.find(':') + 1);
        return files;
    }
};

TEST_F(PowerTest, CreatesAreWholeOrAbsent) {
    start({"client1"});
    files_->mount("client1");
    start_making_files();
    const auto deadline = std::chrono::steady_clock::now() + 100s;
    while (number_in("/root/made") < kCutAfter && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(100ms);
    node("mds1").power_cut();
    stop_making_files();
    const int made = number_in("/root/made"), committed = number_in("/root/committed");
    ASSERT_GT(committed, 0);
    ASSERT_LT(made, kFiles);

    const fs::path folder = cluster_->options().run_folder;
    MdtImage image(folder / "nodes/mds1/data.img", folder / "mdt.img");
    node("mds1").start();
    EXPECT_EQ(image.faults(), "");
    const auto on_disk = image.list("many");
    for (const auto &[name, file] : on_disk) {
        EXPECT_LE(std::stoi(name), made + 1);
        EXPECT_TRUE(file.attributes.count("trusted.lov")) << name << " has no layout";
        ASSERT_NE(file.sequence, 0u) << name << " has no FID";
        EXPECT_EQ(image.inode_of(file.sequence, file.object), file.inode) << name << " is not in the object index";
    }
    for (int i = 1; i <= committed; ++i)
        EXPECT_TRUE(on_disk.count(std::to_string(i))) << i << " was committed, " << committed << " files were";

    node("mds1").wait_ready();
    files_->give_configuration("mds1");
    files_->start_server("mds1");
    wait_for_recovery();
    const auto found = listing();
    for (const auto &[name, file] : on_disk)
        EXPECT_TRUE(found.count(name)) << name << " is on the disk and not in the listing";
    for (const auto &[name, content] : found) {
        EXPECT_LE(std::stoi(name), made + 1);
        EXPECT_TRUE(content == name || (content.empty() && std::stoi(name) > committed)) << name << ": " << content;
    }
    files_->unmount("client1");
}

}  // namespace
}  // namespace sheen::vm
