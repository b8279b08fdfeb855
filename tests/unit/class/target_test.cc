// SPDX-License-Identifier: GPL-2.0
// Transaction numbers, records of clients, and what is left of both after a power cut.
#include "tests/unit/floor_test.h"

#include <cstring>
#include <string>

#include <asm/byteorder.h>
#include <linux/delay.h>
#include <linux/spinlock.h>

#include "obd/osd/mem/mem.h"

extern "C" {
#include "obd/class/target.h"
}

namespace {

// A client with one request at a time.
struct Client {
    Client(obd_device *dev, const char *uuid) {
        exp.dev = dev;
        exp.slot = -1;
        strcpy(exp.client_uuid, uuid);
        spin_lock_init(&exp.lock);
        req.exp = &exp;
        req.dev = dev;
        req.body = &body;
    }
    void Ask(u64 xid, u16 tag, bool resent) {
        req.xid = xid;
        req.transno = 0;
        body.tag = cpu_to_le16(tag);
        body.flags = cpu_to_le32(resent ? MSG_RESENT : 0);
    }
    obd_export exp = {};
    rpc_srv_req req = {};
    wire_body body = {};
    wire_connect data = {};
};

class TargetTest : public FloorTest {
protected:
    template <class F>
    void RunTarget(osd_role role, F body) {
        Run([&] {
            ASSERT_EQ(0, osd_init());
            ASSERT_EQ(0, mem_backend_init());
            role_ = role;
            Start();
            body();
            target_stop(&dev);
            EXPECT_EQ(0, mem_disk_destroy("disk"));
            mem_backend_exit();
            osd_exit();
        });
    }
    int TryStart(const char *uuid, std::string *why) {
        char text[OBD_WHY_SIZE] = "";
        dev = {};
        strcpy(dev.name, "target");
        strcpy(dev.uuid, uuid);
        const int rc = target_start(&dev, "disk", "mem", role_, text);
        *why = text;
        return rc;
    }
    void Start() {
        std::string why;
        ASSERT_EQ(0, TryStart("target_UUID", &why)) << why;
    }
    void PowerCut() {
        mem_power_cut(target_osd(&dev));
        target_stop(&dev);
        Start();
    }
    // A modifying request that is done; its transno.
    u64 Modify(Client *c, u64 xid, u16 tag = 1, int status = 0, u64 data = 0, bool sync = false) {
        osd_trans *th;
        c->Ask(xid, tag, false);
        EXPECT_EQ(0, osd_trans_start(target_osd(&dev), nullptr, 0, 2, &th));
        EXPECT_EQ(0, target_trans(&c->req, th, status, data));
        EXPECT_EQ(0, osd_trans_stop(th, sync));
        return c->req.transno;
    }

    obd_device dev = {};
    osd_role role_ = OSD_MDT;
};

TEST_F(TargetTest, TransnosGrowAndCommitInOrder) {
    RunTarget(OSD_MDT, [this] {
        Client c(&dev, "client");
        ASSERT_EQ(0, target_connect(&c.exp, &c.data));
        EXPECT_LE(0, c.exp.slot);
        const u64 a = Modify(&c, 1), b = Modify(&c, 2);
        EXPECT_LT(a, b);
        EXPECT_LT(target_last_committed(&dev), a);
        ASSERT_EQ(0, target_sync(&dev));
        EXPECT_EQ(b, target_last_committed(&dev));
        const u64 d = Modify(&c, 3);
        EXPECT_EQ(b, target_last_committed(&dev));
        msleep(2 * MEM_COMMIT_SECONDS * 1000);
        EXPECT_EQ(d, target_last_committed(&dev));
        target_client_forget(&c.exp, true);
    });
}

TEST_F(TargetTest, ResentRequestsAreFoundBySlot) {
    RunTarget(OSD_MDT, [this] {
        Client c(&dev, "client");
        int status;
        u64 data;
        ASSERT_EQ(0, target_connect(&c.exp, &c.data));
        const u64 first = Modify(&c, 100, 1, -17, 5), other = Modify(&c, 101, 2, 301, 6);
        c.Ask(100, 1, true);
        ASSERT_TRUE(target_resent(&c.req, &status, &data));
        EXPECT_EQ(-17, status);
        EXPECT_EQ(5u, data);
        EXPECT_EQ(first, c.req.transno);
        c.Ask(101, 2, true);
        ASSERT_TRUE(target_resent(&c.req, &status, &data));
        EXPECT_EQ(301, status);
        EXPECT_EQ(other, c.req.transno);
        // Not marked as resent, another xid, another tag.
        c.Ask(101, 2, false);
        EXPECT_FALSE(target_resent(&c.req, &status, &data));
        c.Ask(102, 2, true);
        EXPECT_FALSE(target_resent(&c.req, &status, &data));
        c.Ask(101, 1, true);
        EXPECT_FALSE(target_resent(&c.req, &status, &data));
        // The next request with the tag takes its place.
        Modify(&c, 103, 2);
        c.Ask(101, 2, true);
        EXPECT_FALSE(target_resent(&c.req, &status, &data));
        target_client_forget(&c.exp, true);
        EXPECT_EQ(-1, c.exp.slot);
    });
}

TEST_F(TargetTest, SlotsAreGivenAgain) {
    RunTarget(OSD_MDT, [this] {
        Client a(&dev, "a"), b(&dev, "b"), d(&dev, "d");
        ASSERT_EQ(0, target_connect(&a.exp, &a.data));
        ASSERT_EQ(0, target_connect(&b.exp, &b.data));
        EXPECT_NE(a.exp.slot, b.exp.slot);
        const int slot = a.exp.slot;
        // A second connect keeps it.
        ASSERT_EQ(0, target_connect(&a.exp, &a.data));
        EXPECT_EQ(slot, a.exp.slot);
        target_client_forget(&a.exp, true);
        ASSERT_EQ(0, target_connect(&d.exp, &d.data));
        EXPECT_EQ(slot, d.exp.slot);
        // Nothing of its former owner is in it.
        int status;
        u64 data;
        d.Ask(0, 1, true);
        d.req.xid = 1;
        EXPECT_FALSE(target_resent(&d.req, &status, &data));
        target_client_forget(&b.exp, true);
        target_client_forget(&d.exp, true);
    });
}

TEST_F(TargetTest, PowerCutNeverTakesTransnosBack) {
    RunTarget(OSD_MDT, [this] {
        u64 last = 0, committed = 0;
        for (int round = 0; round < 4; round++) {
            Client c(&dev, "client");
            ASSERT_EQ(0, target_connect(&c.exp, &c.data));
            EXPECT_EQ(static_cast<u32>(round + 1), le32_to_cpu(c.data.instance));
            const u64 a = Modify(&c, 1, 1, 0, 0, true);
            EXPECT_LT(last, a);
            EXPECT_LE(committed, target_last_committed(&dev));
            last = Modify(&c, 2);
            EXPECT_LT(a, last);
            PowerCut();
            EXPECT_LE(a, target_last_committed(&dev));
            EXPECT_GT(last, target_last_committed(&dev));
            committed = target_last_committed(&dev);
        }
    });
}

TEST_F(TargetTest, OstCommitsBySync) {
    RunTarget(OSD_OST, [this] {
        Client c(&dev, "client");
        ASSERT_EQ(0, target_connect(&c.exp, &c.data));
        c.Ask(1, 0, false);
        target_trans_nodisk(&c.req, 0);
        const u64 transno = c.req.transno;
        EXPECT_GT(transno, target_last_committed(&dev));
        ASSERT_EQ(0, target_sync(&dev));
        EXPECT_EQ(transno, target_last_committed(&dev));
        target_trans_nodisk(&c.req, 0);
        msleep(30000);
        EXPECT_EQ(transno + 1, target_last_committed(&dev));
        target_client_forget(&c.exp, true);
    });
}

TEST_F(TargetTest, DiskOfAnotherTargetIsRefused) {
    RunTarget(OSD_MDT, [this] {
        std::string why;
        target_stop(&dev);
        EXPECT_EQ(-EMEDIUMTYPE, TryStart("other_UUID", &why));
        EXPECT_NE(std::string::npos, why.find("target_UUID")) << why;
        EXPECT_NE(std::string::npos, why.find("other_UUID")) << why;
        Start();
    });
}

TEST_F(TargetTest, UnknownFormatIsRefused) {
    RunTarget(OSD_MDT, [this] {
        std::string why;
        osd_file *f;
        osd_trans *th;
        u64 incompat = cpu_to_le64(1);
        char text[OSD_WHY_SIZE];
        osd_device *osd;

        target_stop(&dev);
        for (int round = 0; round < 2; round++) {
            ASSERT_EQ(0, osd_get("disk", "mem", OSD_MDT, &osd, text));
            ASSERT_EQ(0, osd_file_open(osd, "last_rcvd", 8192, &f));
            ASSERT_EQ(0, osd_trans_start(osd, nullptr, 0, 1, &th));
            // After magic, version, compat and ro_compat.
            ASSERT_EQ(0, osd_file_write(th, f, 24, &incompat, sizeof(incompat)));
            ASSERT_EQ(0, osd_trans_stop(th, true));
            osd_file_close(f);
            osd_put(osd);
            if (incompat) {
                EXPECT_EQ(-EUCLEAN, TryStart("target_UUID", &why));
                EXPECT_NE(std::string::npos, why.find("incompat")) << why;
            }
            incompat = 0;
        }
        Start();
    });
}

}  // namespace
