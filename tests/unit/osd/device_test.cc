// SPDX-License-Identifier: GPL-2.0
// The table of devices, and attributes that need no namespace.
#include "store.h"

namespace {

using DeviceTest = StoreTest;

TEST_F(DeviceTest, OneMountPerPath)
{
    Run([&] {
        char why[OSD_WHY_SIZE];
        osd_device *other;

        ASSERT_EQ(0, osd_get("disk", "mem", OSD_MDT, &other, why));
        EXPECT_EQ(dev, other);
        osd_put(other);
        EXPECT_EQ(-EMEDIUMTYPE, osd_get("disk", "mem", OSD_OST, &other, why));
        EXPECT_EQ(-ENODEV, osd_get("other", "ext4", OSD_OST, &other, why));
        EXPECT_NE(nullptr, strstr(why, "osd_ext4")) << why;
        EXPECT_EQ(-EBUSY, osd_get("disk", "ext4", OSD_MDT, &other, why));
        EXPECT_EQ(-EBUSY, mem_disk_destroy("disk"));
        EXPECT_EQ(-ENOENT, mem_disk_destroy("other"));
    });
}

TEST_F(DeviceTest, RoleIsKept)
{
    Run([&] {
        char why[OSD_WHY_SIZE];
        osd_device *other;

        Unmount();
        EXPECT_EQ(-EMEDIUMTYPE, osd_get("disk", "mem", OSD_OST, &other, why));
        EXPECT_STREQ("disk: is an MDT, not an OST", why);
        Mount(OSD_MDT);
        EXPECT_EQ(2u, osd_mount_count(dev));
    });
}

TEST_F(DeviceTest, ADiskBelongsToOneNode)
{
    Run([&] {
        char why[OSD_WHY_SIZE];
        osd_device *other;
        unsigned int home = floor_set_node(1);

        ASSERT_EQ(0, osd_init());
        ASSERT_EQ(0, mem_backend_init());
        EXPECT_EQ(-EBUSY, osd_get("disk", "mem", OSD_MDT, &other, why));
        mem_disk_power_cut("disk");
        ASSERT_EQ(0, osd_get("disk", "mem", OSD_MDT, &other, why)) << why;
        osd_put(other);
        mem_backend_exit();
        osd_exit();
        floor_set_node(home);
    });
    floor_node_forget(1);
}

TEST_F(DeviceTest, ExtendedAttributes)
{
    Run([&] {
        osd_object *file;
        char buf[64];

        ASSERT_EQ(0, Make(root, "f", S_IFREG | 0644, &file));
        auto set = [&](const char *name, const char *value, int flags) {
            return Trans({file}, [&](osd_trans *th) {
                return osd_xattr_set(th, file, name, value, strlen(value), flags);
            });
        };
        auto del = [&](const char *name) {
            return Trans({file}, [&](osd_trans *th) { return osd_xattr_del(th, file, name); });
        };
        EXPECT_EQ(0, osd_xattr_list(file, buf, sizeof(buf)));
        EXPECT_EQ(0, set("user.a", "one", 0));
        EXPECT_EQ(-EEXIST, set("user.a", "two", 1));
        EXPECT_EQ(-ENODATA, set("user.b", "two", 2));
        EXPECT_EQ(0, set("user.a", "three", 2));
        EXPECT_EQ(0, set("user.bb", "", 0));
        EXPECT_EQ(5, osd_xattr_get(file, "user.a", nullptr, 0));
        EXPECT_EQ(-ERANGE, osd_xattr_get(file, "user.a", buf, 4));
        EXPECT_EQ(0, osd_xattr_get(file, "user.bb", buf, 4));
        EXPECT_EQ(15, osd_xattr_list(file, nullptr, 0));
        EXPECT_EQ(-ERANGE, osd_xattr_list(file, buf, 14));
        EXPECT_EQ(15, osd_xattr_list(file, buf, sizeof(buf)));
        EXPECT_EQ(0, del("user.a"));
        EXPECT_EQ(-ENODATA, del("user.a"));
        EXPECT_EQ(-ENODATA, osd_xattr_get(file, "user.a", buf, 4));
        EXPECT_EQ(8, osd_xattr_list(file, buf, sizeof(buf)));
        osd_object_put(file);
    });
}

TEST_F(DeviceTest, ChangesNeedTheLock)
{
    expected_warnings = 2;
    Run([&] {
        osd_object *file;
        struct osd_attr attr = {};

        ASSERT_EQ(0, Make(root, "f", S_IFREG | 0644, &file));
        EXPECT_EQ(-EINVAL, Trans({}, [&](osd_trans *th) {
                      return osd_attr_set(th, file, &attr, OSD_A_UID);
                  }));
        EXPECT_EQ(-EINVAL, Trans({root}, [&](osd_trans *th) {
                      return osd_unlink(th, root, "f", 1, file, false);
                  }));
        osd_object_put(file);
    });
}

} // namespace
