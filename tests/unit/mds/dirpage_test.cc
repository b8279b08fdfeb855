// SPDX-License-Identifier: GPL-2.0
// Directory pages: a reader that follows hashes as a client does sees every entry once.
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

extern "C" {
#include "mds/mds_internal.h"
}

namespace {

struct Entry {
    uint64_t hash;
    std::string name;
};

class Pages {
public:
    explicit Pages(unsigned int nr) : memory_(nr, std::vector<char>(WIRE_DIRPAGE_SIZE)) {
        for (auto &m : memory_)
            pointers_.push_back(m.data());
    }
    // Packs the entries from a hash on; returns the pages used.
    unsigned int Fill(const std::vector<Entry> &dir, uint64_t start) {
        for (auto &m : memory_)
            std::fill(m.begin(), m.end(), 0);
        mds_dirpages_init(&pages_, pointers_.data(), pointers_.size(), start);
        bool full = false;
        for (const Entry &e : dir) {
            fid f{0x200000400, 1, 0};
            if (e.hash >= start && mds_dirpages_add(&pages_, e.name.data(), e.name.size(), e.hash, &f, 4)) {
                full = true;
                break;
            }
        }
        return mds_dirpages_end(&pages_, !full);
    }
    const wire_dirpage *head(unsigned int i) const {
        return reinterpret_cast<const wire_dirpage *>(memory_[i].data());
    }
    std::vector<Entry> Read(unsigned int i) const {
        std::vector<Entry> found;
        if (le32_to_cpu(head(i)->flags) & LDF_EMPTY)
            return found;
        size_t at = sizeof(wire_dirpage);
        for (;;) {
            auto *e = reinterpret_cast<const wire_dirent *>(memory_[i].data() + at);
            size_t len = le16_to_cpu(e->namelen);
            found.push_back({le64_to_cpu(e->hash), std::string(e->name, len)});
            EXPECT_EQ(LUDA_FID | LUDA_TYPE, le32_to_cpu(e->attrs));
            if (!e->reclen)
                return found;
            at += le16_to_cpu(e->reclen);
            EXPECT_EQ(0u, at % 8);
            if (at + sizeof(wire_dirent) > WIRE_DIRPAGE_SIZE) {
                ADD_FAILURE() << "entry past the end of its page";
                return found;
            }
        }
    }

private:
    std::vector<std::vector<char>> memory_;
    std::vector<void *> pointers_;
    mds_dirpages pages_;
};

// Reads a whole directory by requests of nr pages each; returns how often each name was seen.
std::map<std::string, int> Walk(const std::vector<Entry> &dir, unsigned int nr) {
    std::map<std::string, int> seen;
    Pages pages(nr);
    uint64_t at = 0;
    for (int guard = 0; at != WIRE_DIR_END && guard < 10000; guard++) {
        unsigned int used = pages.Fill(dir, at);
        EXPECT_GT(used, 0u);
        EXPECT_EQ(at, le64_to_cpu(pages.head(0)->hash_start));
        for (unsigned int i = 0; i < used; i++) {
            if (i) {
                EXPECT_EQ(le64_to_cpu(pages.head(i - 1)->hash_end), le64_to_cpu(pages.head(i)->hash_start));
            }
            for (const Entry &e : pages.Read(i))
                seen[e.name]++;
        }
        at = le64_to_cpu(pages.head(used - 1)->hash_end);
    }
    return seen;
}

std::vector<Entry> Directory(unsigned int nr, unsigned int run) {
    std::vector<Entry> dir;
    for (unsigned int i = 0; i < nr; i++)
        dir.push_back({i / run + 1, "name" + std::to_string(i) + std::string(i * 7 % 60, 'x')});
    return dir;
}

TEST(MdsDirpage, EmptyDirectory) {
    Pages pages(2);
    ASSERT_EQ(1u, pages.Fill({}, 7));
    EXPECT_EQ(LDF_EMPTY, le32_to_cpu(pages.head(0)->flags));
    EXPECT_EQ(7u, le64_to_cpu(pages.head(0)->hash_start));
    EXPECT_EQ(WIRE_DIR_END, le64_to_cpu(pages.head(0)->hash_end));
}

TEST(MdsDirpage, EveryEntryOnce) {
    for (unsigned int nr : {1u, 2u, 3u, 256u}) {
        std::vector<Entry> dir = Directory(1000, 1);
        std::map<std::string, int> seen = Walk(dir, nr);
        EXPECT_EQ(dir.size(), seen.size());
        for (auto &[name, times] : seen)
            EXPECT_EQ(1, times) << name;
    }
}

TEST(MdsDirpage, RunsOfEqualHashesAreNotCut) {
    for (unsigned int nr : {1u, 2u, 5u}) {
        for (unsigned int run : {2u, 3u, 7u, 20u}) {
            std::vector<Entry> dir = Directory(500, run);
            std::map<std::string, int> seen = Walk(dir, nr);
            EXPECT_EQ(dir.size(), seen.size());
            for (auto &[name, times] : seen)
                EXPECT_EQ(1, times) << name << " pages " << nr << " run " << run;
        }
    }
}

TEST(MdsDirpage, ARunLongerThanAPageIsMarked) {
    std::vector<Entry> dir = Directory(300, 300);
    Pages pages(8);
    unsigned int used = pages.Fill(dir, 0);
    ASSERT_GT(used, 1u);
    EXPECT_TRUE(le32_to_cpu(pages.head(0)->flags) & LDF_COLLIDE);
    size_t found = 0;
    for (unsigned int i = 0; i < used; i++)
        found += pages.Read(i).size();
    EXPECT_EQ(dir.size(), found);
}

}  // namespace
