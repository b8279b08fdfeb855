// SPDX-License-Identifier: GPL-2.0
// Names, links, renames, orphans, permissions and directories of the store in memory.
#include "store.h"

#include <map>
#include <set>

namespace {

using NamespaceTest = StoreTest;

TEST_F(NamespaceTest, CreateFindsItsWayBack)
{
    Run([&] {
        osd_object *dir, *file, *again;
        struct osd_attr attr;
        struct fid fid;

        ASSERT_EQ(0, Make(root, "dir", S_IFDIR | 0777, &dir, nullptr, 022));
        ASSERT_EQ(0, Make(dir, "file", S_IFREG | 0666, &file, nullptr, 022));
        EXPECT_EQ(-EEXIST, Touch(dir, "file"));
        EXPECT_EQ(0, Lookup(dir, "file", &fid));
        EXPECT_EQ(*osd_object_fid(file), fid);
        EXPECT_EQ(0, osd_object_find(dev, &fid, &again));
        EXPECT_EQ(file, again);
        osd_object_put(again);
        ASSERT_EQ(0, osd_attr_get(file, &attr));
        EXPECT_EQ(u32(S_IFREG | 0644), attr.mode);
        EXPECT_EQ(1000u, attr.uid);
        EXPECT_EQ(1001u, attr.gid);
        EXPECT_EQ(3, attr.ctime);
        EXPECT_EQ(1u, attr.nlink);
        EXPECT_EQ(2u, Nlink(dir));
        EXPECT_EQ(3u, Nlink(root));
        osd_object_put(file);
        osd_object_put(dir);
    });
}

TEST_F(NamespaceTest, LookupErrors)
{
    Run([&] {
        osd_object *dir, *file;
        struct fid fid;

        ASSERT_EQ(0, Make(root, "dir", S_IFDIR | 0755, &dir));
        ASSERT_EQ(0, Make(root, "file", S_IFREG | 0644, &file));
        EXPECT_EQ(-ENOENT, Lookup(dir, "none"));
        EXPECT_EQ(-ENOTDIR, Lookup(file, "x"));
        EXPECT_EQ(-ENAMETOOLONG, Lookup(dir, std::string(256, 'x')));
        EXPECT_EQ(0, Lookup(dir, ".", &fid));
        EXPECT_EQ(*osd_object_fid(dir), fid);
        EXPECT_EQ(0, Lookup(dir, "..", &fid));
        EXPECT_EQ(*osd_object_fid(root), fid);
        EXPECT_EQ(0, Lookup(root, "..", &fid));
        EXPECT_EQ(*osd_object_fid(root), fid);
        EXPECT_EQ(-EINVAL, Touch(dir, ".."));
        EXPECT_EQ(-EINVAL, Touch(dir, "a/b"));
        EXPECT_EQ(-ENAMETOOLONG, Touch(dir, std::string(256, 'x')));
        EXPECT_EQ(0, Touch(dir, std::string(255, 'x')));
        osd_object *none;
        fid = {0x200000400ULL, 999, 0};
        EXPECT_EQ(-ENOENT, osd_object_find(dev, &fid, &none));
        osd_object_put(file);
        osd_object_put(dir);
    });
}

TEST_F(NamespaceTest, SymlinkAndSetgid)
{
    Run([&] {
        osd_object *link, *dir, *sub;
        struct osd_attr attr;
        char buf[64];

        ASSERT_EQ(0, Make(root, "link", S_IFLNK | 0777, &link, "/a/b"));
        EXPECT_EQ(4, osd_readlink(link, buf, sizeof(buf)));
        EXPECT_EQ(0, memcmp(buf, "/a/b", 4));
        EXPECT_EQ(-ERANGE, osd_readlink(link, buf, 3));
        EXPECT_EQ(-EINVAL, osd_readlink(root, buf, sizeof(buf)));
        ASSERT_EQ(0, Make(root, "dir", S_IFDIR | S_ISGID | 0775, &dir));
        attr.gid = 77;
        EXPECT_EQ(0, Trans({dir}, [&](osd_trans *th) {
                      return osd_attr_set(th, dir, &attr, OSD_A_GID);
                  }));
        ASSERT_EQ(0, Make(dir, "sub", S_IFDIR | 0755, &sub));
        ASSERT_EQ(0, osd_attr_get(sub, &attr));
        EXPECT_EQ(77u, attr.gid);
        EXPECT_TRUE(attr.mode & S_ISGID);
        osd_object_put(sub);
        osd_object_put(dir);
        osd_object_put(link);
    });
}

TEST_F(NamespaceTest, LinksCount)
{
    Run([&] {
        osd_object *file, *dir;

        ASSERT_EQ(0, Make(root, "a", S_IFREG | 0644, &file));
        ASSERT_EQ(0, Make(root, "dir", S_IFDIR | 0755, &dir));
        EXPECT_EQ(0, Link(dir, "b", file));
        EXPECT_EQ(2u, Nlink(file));
        EXPECT_EQ(-EEXIST, Link(dir, "b", file));
        EXPECT_EQ(-EPERM, Link(root, "hard", dir));
        EXPECT_EQ(-ENOTEMPTY, Unlink(root, "dir", dir));
        EXPECT_EQ(-ESTALE, Unlink(root, "dir", file));
        EXPECT_EQ(0, Unlink(root, "a", file));
        EXPECT_EQ(1u, Nlink(file));
        EXPECT_EQ(-ENOENT, Unlink(root, "a", file));
        EXPECT_EQ(0, Unlink(dir, "b", file));
        EXPECT_EQ(0u, Nlink(file));
        EXPECT_EQ(-ENOENT, Link(dir, "c", file));
        EXPECT_EQ(0, Unlink(root, "dir", dir));
        EXPECT_EQ(-ENOENT, Touch(dir, "late"));
        EXPECT_EQ(2u, Nlink(root));
        osd_object_put(dir);
        osd_object_put(file);
    });
}

TEST_F(NamespaceTest, UnlinkedIsGone)
{
    Run([&] {
        osd_object *file;

        ASSERT_EQ(0, Make(root, "a", S_IFREG | 0644, &file));
        struct fid fid = *osd_object_fid(file);
        EXPECT_EQ(0, Unlink(root, "a", file));
        osd_object_put(file);
        EXPECT_EQ(-ENOENT, osd_object_find(dev, &fid, &file));
        EXPECT_TRUE(Orphans().empty());
    });
}

TEST_F(NamespaceTest, OrphansLiveUntilDestroyed)
{
    Run([&] {
        osd_object *file;

        ASSERT_EQ(0, Make(root, "a", S_IFREG | 0644, &file));
        struct fid fid = *osd_object_fid(file);
        EXPECT_EQ(-ENOENT, Destroy(file));
        EXPECT_EQ(0, Unlink(root, "a", file, true));
        EXPECT_EQ(0u, Nlink(file));
        osd_object_put(file);
        ASSERT_EQ(1u, Orphans().size());
        EXPECT_EQ(fid, Orphans()[0]);
        EXPECT_EQ(0, osd_sync(dev));
        Crash();
        ASSERT_EQ(1u, Orphans().size());
        ASSERT_EQ(0, osd_object_find(dev, &fid, &file));
        EXPECT_EQ(0u, Nlink(file));
        EXPECT_EQ(0, Destroy(file));
        osd_object_put(file);
        EXPECT_TRUE(Orphans().empty());
        EXPECT_EQ(-ENOENT, osd_object_find(dev, &fid, &file));
    });
}

// What may take whose name: rows are what moves, columns what is in the way.
TEST_F(NamespaceTest, RenameMatrix)
{
    enum Kind { kNone, kFile, kEmpty, kFull };
    const std::map<std::pair<Kind, Kind>, int> matrix = {
        {{kFile, kNone}, 0},        {{kFile, kFile}, 0},         {{kFile, kEmpty}, -EISDIR},
        {{kFile, kFull}, -EISDIR},  {{kEmpty, kNone}, 0},        {{kEmpty, kFile}, -ENOTDIR},
        {{kEmpty, kEmpty}, 0},      {{kEmpty, kFull}, -ENOTEMPTY}, {{kFull, kNone}, 0},
        {{kFull, kFile}, -ENOTDIR}, {{kFull, kEmpty}, 0},        {{kFull, kFull}, -ENOTEMPTY},
    };
    Run([&] {
        auto make = [&](osd_object *dir, const char *name, Kind kind) {
            osd_object *obj = nullptr;

            if (kind != kNone) {
                u32 mode = kind == kFile ? S_IFREG | 0644 : S_IFDIR | 0755;
                EXPECT_EQ(0, Make(dir, name, mode, &obj));
            }
            if (kind == kFull) {
                EXPECT_EQ(0, Touch(obj, "in"));
            }
            return obj;
        };
        int n = 0;
        for (bool orphan : {false, true})
            for (bool across : {false, true})
                for (const auto &[kinds, want] : matrix) {
                    SCOPED_TRACE(testing::Message() << kinds.first << " over " << kinds.second
                                                    << " across " << across);
                    osd_object *from, *other;

                    ASSERT_EQ(0, Make(root, "from" + std::to_string(n), S_IFDIR | 0755, &from));
                    ASSERT_EQ(0, Make(root, "to" + std::to_string(n++), S_IFDIR | 0755, &other));
                    osd_object *to = across ? other : from;
                    osd_object *obj = make(from, "x", kinds.first);
                    osd_object *victim = make(to, "y", kinds.second);
                    EXPECT_EQ(want, Rename(from, "x", to, "y", obj, victim, orphan));
                    EXPECT_EQ(want ? 0 : -ENOENT, Lookup(from, "x"));
                    struct fid fid;
                    if (!want) {
                        EXPECT_EQ(0, Lookup(to, "y", &fid));
                        EXPECT_EQ(*osd_object_fid(obj), fid);
                        if (kinds.first != kFile) {
                            EXPECT_EQ(0, osd_parent(obj, &fid));
                            EXPECT_EQ(*osd_object_fid(to), fid);
                            EXPECT_EQ(3u, Nlink(to));
                            EXPECT_EQ(across ? 2u : 3u, Nlink(from));
                        }
                        if (victim) {
                            EXPECT_EQ(0u, Nlink(victim));
                        }
                    }
                    EXPECT_EQ(victim && !want && orphan ? 1u : 0u, Orphans().size());
                    if (victim && !want && orphan) {
                        EXPECT_EQ(0, Destroy(victim));
                    }
                    osd_object_put(victim);
                    osd_object_put(obj);
                    osd_object_put(other);
                    osd_object_put(from);
                }
    });
}

TEST_F(NamespaceTest, RenameIntoItselfAndSameObject)
{
    Run([&] {
        osd_object *a, *b, *file;

        ASSERT_EQ(0, Make(root, "a", S_IFDIR | 0755, &a));
        ASSERT_EQ(0, Make(a, "b", S_IFDIR | 0755, &b));
        EXPECT_EQ(-EINVAL, Rename(root, "a", b, "x", a));
        EXPECT_EQ(-EINVAL, Rename(root, "a", a, "x", a));
        EXPECT_EQ(0, Rename(root, "a", root, "a", a, a));
        EXPECT_EQ(-ENOENT, Rename(root, "none", root, "x", a));
        EXPECT_EQ(-ESTALE, Rename(root, "a", root, "x", b));
        ASSERT_EQ(0, Make(a, "f", S_IFREG | 0644, &file));
        EXPECT_EQ(0, Link(a, "g", file));
        EXPECT_EQ(0, Rename(a, "f", a, "g", file, file));
        EXPECT_EQ(2u, Nlink(file));
        EXPECT_EQ(0, Lookup(a, "f"));
        EXPECT_EQ(-EISDIR, Rename(a, "f", root, "a", file, a));
        EXPECT_EQ(-ENOTEMPTY, Rename(a, "b", root, "a", b, a));
        osd_object_put(file);
        osd_object_put(b);
        osd_object_put(a);
    });
}

TEST_F(NamespaceTest, ExchangedNames)
{
    Run([&] {
        osd_object *a, *b, *deep, *file;
        struct fid fid;

        ASSERT_EQ(0, Make(root, "a", S_IFDIR | 0755, &a));
        ASSERT_EQ(0, Make(root, "b", S_IFDIR | 0755, &b));
        ASSERT_EQ(0, Make(a, "deep", S_IFDIR | 0755, &deep));
        ASSERT_EQ(0, Make(b, "file", S_IFREG | 0644, &file));
        EXPECT_EQ(3u, Nlink(a));
        EXPECT_EQ(0, Exchange(a, "deep", b, "file", deep, file));
        EXPECT_EQ(0, Lookup(a, "deep", &fid));
        EXPECT_TRUE(fid_eq(&fid, osd_object_fid(file)));
        EXPECT_EQ(0, Lookup(b, "file", &fid));
        EXPECT_TRUE(fid_eq(&fid, osd_object_fid(deep)));
        EXPECT_EQ(2u, Nlink(a));
        EXPECT_EQ(3u, Nlink(b));
        EXPECT_EQ(0, osd_parent(deep, &fid));
        EXPECT_TRUE(fid_eq(&fid, osd_object_fid(b)));
        // Within one directory; and nothing goes into itself.
        EXPECT_EQ(0, Exchange(root, "a", root, "b", a, b));
        EXPECT_EQ(0, Lookup(root, "a", &fid));
        EXPECT_TRUE(fid_eq(&fid, osd_object_fid(b)));
        EXPECT_EQ(-EINVAL, Exchange(root, "a", b, "file", b, deep));
        EXPECT_EQ(-EINVAL, Exchange(b, "file", root, "a", deep, b));
        EXPECT_EQ(-ENOENT, Exchange(root, "none", root, "a", a, b));
        EXPECT_EQ(-ESTALE, Exchange(root, "a", root, "b", a, b));
        osd_object_put(file);
        osd_object_put(deep);
        osd_object_put(b);
        osd_object_put(a);
    });
}

TEST_F(NamespaceTest, ImmutableStays)
{
    Run([&] {
        osd_object *file;
        struct osd_attr attr = {};

        ASSERT_EQ(0, Make(root, "f", S_IFREG | 0644, &file));
        auto set = [&](u32 flags) {
            attr.flags = flags;
            return Trans({file}, [&](osd_trans *th) {
                return osd_attr_set(th, file, &attr, OSD_A_FLAGS);
            });
        };
        EXPECT_EQ(0, set(0x10));
        EXPECT_EQ(-EPERM, Unlink(root, "f", file));
        EXPECT_EQ(-EPERM, Link(root, "g", file));
        EXPECT_EQ(-EPERM, Rename(root, "f", root, "g", file));
        EXPECT_EQ(0, set(0));
        EXPECT_EQ(0, Unlink(root, "f", file));
        osd_object_put(file);
    });
}

TEST_F(NamespaceTest, PermissionByModeGroupsAndCapabilities)
{
    Run([&] {
        osd_object *file;

        ASSERT_EQ(0, Make(root, "f", S_IFREG | 0640, &file));
        struct osd_cred owner = {}, member = {}, other = {}, extra = {}, power = {}, reader = {};
        owner.uid = 1000;
        member.uid = other.uid = extra.uid = reader.uid = 5;
        member.gid = 1001;
        extra.nr_groups = 1;
        extra.groups[0] = 1001;
        power.cap = 1u << 1;
        reader.cap = 1u << 2;
        EXPECT_EQ(0, osd_permission(file, &owner, 6));
        EXPECT_EQ(-EACCES, osd_permission(file, &owner, 1));
        EXPECT_EQ(0, osd_permission(file, &member, 4));
        EXPECT_EQ(-EACCES, osd_permission(file, &member, 2));
        EXPECT_EQ(0, osd_permission(file, &extra, 4));
        EXPECT_EQ(-EACCES, osd_permission(file, &other, 4));
        EXPECT_EQ(0, osd_permission(file, &power, 6));
        EXPECT_EQ(-EACCES, osd_permission(file, &power, 1));
        EXPECT_EQ(0, osd_permission(root, &power, 7));
        EXPECT_EQ(0, osd_permission(file, &reader, 4));
        EXPECT_EQ(-EACCES, osd_permission(file, &reader, 6));
        osd_object_put(file);
    });
}

struct Entry {
    std::string name;
    u64 hash;
    struct fid fid;
};

// Reads a directory in pieces of "room" entries, as a server fills pages.
std::vector<Entry> ReadDir(osd_object *dir, size_t room)
{
    struct Piece {
        std::vector<Entry> entries;
        size_t room;
    };
    std::vector<Entry> all;
    u64 start = 0;

    for (;;) {
        Piece piece{{}, room};
        int rc = osd_readdir(
            dir, start,
            [](void *data, const char *name, size_t len, u64 hash, const struct fid *fid,
               unsigned int) {
                auto *p = static_cast<Piece *>(data);
                if (p->entries.size() == p->room)
                    return 1;
                p->entries.push_back({std::string(name, len), hash, *fid});
                return 0;
            },
            &piece);
        EXPECT_GE(rc, 0);
        all.insert(all.end(), piece.entries.begin(), piece.entries.end());
        if (rc != 1)
            return all;
        start = piece.entries.back().hash + 1;
    }
}

TEST_F(NamespaceTest, ReaddirIsInHashOrderAndContinues)
{
    Run([&] {
        osd_object *dir;
        std::map<std::string, std::string> want;

        ASSERT_EQ(0, Make(root, "dir", S_IFDIR | 0755, &dir));
        want["."] = Text(*osd_object_fid(dir));
        want[".."] = Text(*osd_object_fid(root));
        for (int i = 0; i < 2000; i++) {
            std::string name = "entry" + std::to_string(i);
            struct fid fid;

            ASSERT_EQ(0, Touch(dir, name));
            ASSERT_EQ(0, Lookup(dir, name, &fid));
            want[name] = Text(fid);
        }
        for (size_t room : {1u, 7u, 100u, 100000u}) {
            std::map<std::string, std::string> got;
            u64 last = 0;

            for (const Entry &e : ReadDir(dir, room)) {
                EXPECT_LE(last, e.hash);
                EXPECT_LT(e.hash, 1ULL << 63);
                last = e.hash;
                got[e.name] = Text(e.fid);
            }
            EXPECT_EQ(want, got);
        }
        osd_object_put(dir);
    });
}

TEST_F(NamespaceTest, HashOfAnEntryNeverChanges)
{
    Run([&] {
        std::map<std::string, u64> before;

        for (int i = 0; i < 100; i++)
            ASSERT_EQ(0, Touch(root, "n" + std::to_string(i)));
        for (const Entry &e : ReadDir(root, 1000))
            before[e.name] = e.hash;
        for (int i = 0; i < 100; i += 3) {
            osd_object *obj = Open(root, "n" + std::to_string(i));
            EXPECT_EQ(0, Unlink(root, "n" + std::to_string(i), obj));
            osd_object_put(obj);
        }
        EXPECT_EQ(0, osd_sync(dev));
        Crash();
        for (const Entry &e : ReadDir(root, 5))
            EXPECT_EQ(before[e.name], e.hash);
        EXPECT_EQ(-ENOTDIR, [&] {
            osd_object *file = Open(root, "n1");
            int rc = osd_readdir(file, 0, nullptr, nullptr);
            osd_object_put(file);
            return rc;
        }());
    });
}

} // namespace
