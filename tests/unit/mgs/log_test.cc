// SPDX-License-Identifier: GPL-2.0
// The log that clients read, record by record, and what our own client makes of it.
#include "tests/unit/floor_test.h"

#include <string>
#include <vector>

#include <asm/byteorder.h>
#include <linux/types.h>

extern "C" {
#include "mds/mgs_internal.h"
#include "obd/class/internal.h"
#include "obd/mgc/internal.h"
}

namespace {

struct Command {
    u32 command;
    u64 nid;
    std::vector<std::string> bufs;

    bool operator==(const Command &o) const { return command == o.command && nid == o.nid && bufs == o.bufs; }
};

std::ostream &operator<<(std::ostream &out, const Command &c) {
    out << std::hex << c.command << std::dec;
    for (const std::string &b : c.bufs)
        out << " '" << b << "'";
    return out;
}

// Parses a description; the caller owns the log.
llog_image *Build(std::string text) {
    char why[OBD_WHY_SIZE] = "";
    mgs_conf *conf;

    EXPECT_EQ(0, mgs_conf_parse(text.data(), &conf, why)) << why;
    llog_image *log = mgs_log_build(conf);
    mgs_conf_free(conf);
    EXPECT_NE(nullptr, log);
    return log;
}

template <class F>
void ForEach(const llog_image *log, F fn) {
    for (u32 c = 0; c < log->nr_chunks; c++) {
        u32 offset = 0;
        bool broken;
        while (const wire_llog_rec *rec = llog_rec_next(log->chunks + c * LLOG_CHUNK_SIZE, LLOG_CHUNK_SIZE, &offset, &broken)) {
            const wire_cfg *cfg = llog_cfg_check(rec);
            ASSERT_NE(nullptr, cfg);
            fn(cfg);
        }
        ASSERT_FALSE(broken);
    }
}

// Markers as "+target comment" and "-target comment", descriptors as "desc".
std::vector<Command> Commands(const llog_image *log) {
    std::vector<Command> all;

    ForEach(log, [&](const wire_cfg *cfg) {
        Command c = {le32_to_cpu(cfg->command), le64_to_cpu(cfg->nid), {}};
        u32 len;
        if (c.command == LCFG_MARKER) {
            const auto *m = static_cast<const wire_cfg_marker *>(llog_cfg_buf(cfg, 1, &len));
            ASSERT_EQ(sizeof(*m), len);
            c.bufs = {(le32_to_cpu(m->flags) == MARKER_START ? "+" : "-") + std::string(m->target) + " " + m->comment};
        } else {
            for (u32 i = 0; i < le32_to_cpu(cfg->bufcount); i++) {
                const void *buf = llog_cfg_buf(cfg, i, &len);
                c.bufs.push_back(c.command == LCFG_SETUP && i == 1 && len > 60 ? "desc"
                                 : buf ? std::string(static_cast<const char *>(buf), len - 1) : "");
            }
        }
        all.push_back(c);
    });
    return all;
}

std::string Description(unsigned int osts) {
    std::string text = "sheen-config 1\nfsname sheen\nlov lov_UUID 1048576 1 -1 0\nmdt 0 mds1_UUID 10.0.0.1@tcp\n";
    for (unsigned int i = 0; i < osts; i++)
        text += "ost " + std::to_string(i) + " ost" + std::to_string(i) + "_UUID 10.0.1." + std::to_string(i + 1) +
                "@tcp 10.0.2." + std::to_string(i + 1) + "@tcp\n";
    return text;
}

u64 Nid(u32 address) {
    return LNET_MKNID(LNET_NET_TCP, 0, address);
}

class MgsLogTest : public FloorTest {};

TEST_F(MgsLogTest, RecordsThatAStockClientExpects) {
    Run([] {
        llog_image *log = Build(Description(1));
        const std::vector<Command> wanted = {
            {LCFG_MARKER, 0, {"+sheen-clilov lov setup"}},
            {LCFG_ATTACH, 0, {"sheen-clilov", "lov", "sheen-clilov_UUID"}},
            {LCFG_SETUP, 0, {"sheen-clilov", "desc"}},
            {LCFG_MARKER, 0, {"-sheen-clilov lov setup"}},
            {LCFG_MARKER, 0, {"+sheen-clilmv lmv setup"}},
            {LCFG_ATTACH, 0, {"sheen-clilmv", "lmv", "sheen-clilmv_UUID"}},
            {LCFG_SETUP, 0, {"sheen-clilmv", "desc"}},
            {LCFG_MARKER, 0, {"-sheen-clilmv lmv setup"}},
            {LCFG_MARKER, 0, {"+sheen-client mount opts"}},
            {LCFG_MOUNTOPT, 0, {"", "sheen-client", "sheen-clilov", "sheen-clilmv"}},
            {LCFG_MARKER, 0, {"-sheen-client mount opts"}},
            {LCFG_MARKER, 0, {"+sheen-MDT0000 add mdc"}},
            {LCFG_ADD_UUID, Nid(0x0a000001), {"", "10.0.0.1@tcp"}},
            {LCFG_ATTACH, 0, {"sheen-MDT0000-mdc", "mdc", "sheen-clilmv_UUID"}},
            {LCFG_SETUP, 0, {"sheen-MDT0000-mdc", "mds1_UUID", "10.0.0.1@tcp"}},
            {LCFG_ADD_MDC, 0, {"sheen-clilmv", "mds1_UUID", "0", "1", "sheen-MDT0000-mdc_UUID"}},
            {LCFG_MARKER, 0, {"-sheen-MDT0000 add mdc"}},
            {LCFG_MARKER, 0, {"+sheen-OST0000 add osc"}},
            {LCFG_ADD_UUID, Nid(0x0a000101), {"", "10.0.1.1@tcp"}},
            {LCFG_ATTACH, 0, {"sheen-OST0000-osc", "osc", "sheen-clilov_UUID"}},
            {LCFG_SETUP, 0, {"sheen-OST0000-osc", "ost0_UUID", "10.0.1.1@tcp"}},
            {LCFG_ADD_UUID, Nid(0x0a000201), {"", "10.0.2.1@tcp"}},
            {LCFG_ADD_CONN, 0, {"sheen-OST0000-osc", "10.0.2.1@tcp"}},
            {LCFG_LOV_ADD_OBD, 0, {"sheen-clilov", "ost0_UUID", "0", "1"}},
            {LCFG_MARKER, 0, {"-sheen-OST0000 add osc"}},
        };
        const std::vector<Command> commands = Commands(log);
        ASSERT_EQ(wanted.size(), commands.size());
        for (size_t i = 0; i < wanted.size(); i++)
            EXPECT_EQ(wanted[i], commands[i]) << i;
        EXPECT_STREQ("config_uuid", log->hdr.target.uuid);
        llog_image_free(log);
    });
}

TEST_F(MgsLogTest, AddingTargetsOnlyExtends) {
    Run([] {
        llog_image *small = Build(Description(3)), *large = Build(Description(40));
        llog_image *other = Build("sheen-config 1\nfsname sheen\nlov lov_UUID 65536 1 -1 0\nmdt 0 mds1_UUID 10.0.0.1@tcp\n");
        EXPECT_LT(1u, large->nr_chunks);
        EXPECT_TRUE(mgs_log_extends(small, large));
        EXPECT_TRUE(mgs_log_extends(small, small));
        EXPECT_FALSE(mgs_log_extends(large, small));
        EXPECT_FALSE(mgs_log_extends(other, large));
        EXPECT_FALSE(mgs_log_extends(small, other));
        for (llog_image *log : {small, large, other})
            llog_image_free(log);
    });
}

// ---- the client's side ----

struct Seen {
    std::vector<mgc_target> targets;
    std::vector<mgc_layout_defaults> defaults;
};

int OnTarget(void *data, const mgc_target *t) {
    static_cast<Seen *>(data)->targets.push_back(*t);
    return 0;
}

void OnDefaults(void *data, const mgc_layout_defaults *d) {
    static_cast<Seen *>(data)->defaults.push_back(*d);
}

const mgc_targets_ops kOps = {OnTarget, OnDefaults};

mgc_command ToCommand(const wire_cfg *cfg) {
    mgc_command cmd = {};
    cmd.command = le32_to_cpu(cfg->command);
    cmd.num = le32_to_cpu(cfg->num);
    cmd.nid = le64_to_cpu(cfg->nid);
    cmd.nr = le32_to_cpu(cfg->bufcount);
    for (unsigned int i = 0; i < MGC_MAX_BUFS; i++) {
        const void *buf = llog_cfg_buf(cfg, i, &cmd.len[i]);
        cmd.str[i] = buf ? static_cast<const char *>(buf) : "";
    }
    return cmd;
}

TEST_F(MgsLogTest, ClientUnderstandsWhatTheMgsBuilds) {
    Run([] {
        Seen seen;
        obd_table_init();
        llog_image *log = Build("timeout 33\n" + Description(30));
        mgc_targets *t = mgc_targets_new(&kOps, &seen);
        ForEach(log, [&](const wire_cfg *cfg) {
            const mgc_command cmd = ToCommand(cfg);
            if (cmd.command != LCFG_MARKER) {
                ASSERT_EQ(0, mgc_targets_command(t, &cmd));
            }
        });
        ASSERT_EQ(31u, seen.targets.size());
        EXPECT_TRUE(seen.targets[0].is_mdt);
        EXPECT_STREQ("mds1_UUID", seen.targets[0].uuid);
        for (unsigned int i = 0; i < 30; i++) {
            const mgc_target &ost = seen.targets[i + 1];
            EXPECT_FALSE(ost.is_mdt);
            EXPECT_EQ(i, ost.index);
            EXPECT_EQ("ost" + std::to_string(i) + "_UUID", ost.uuid);
            ASSERT_EQ(2u, ost.nr_nids);
            EXPECT_EQ(Nid(0x0a000101 + i), ost.nids[0]);
            EXPECT_EQ(Nid(0x0a000201 + i), ost.nids[1]);
        }
        ASSERT_EQ(1u, seen.defaults.size());
        EXPECT_EQ(1048576u, seen.defaults[0].stripe_size);
        EXPECT_EQ(1u, seen.defaults[0].stripe_count);
        EXPECT_EQ(-1, seen.defaults[0].stripe_offset);
        EXPECT_EQ(33u, obd_timeout());
        mgc_targets_free(t);
        llog_image_free(log);
        obd_table_exit();
    });
}

// A node is named anew with each of its targets; a target of it has its NIDs once, and room for those of its other home.
TEST_F(MgsLogTest, NodesOfManyTargetsCountOnce) {
    Run([] {
        Seen seen;
        std::string text = "sheen-config 1\nfsname sheen\nlov lov_UUID 1048576 1 -1 0\n"
                           "mdt 0 mds1_UUID 10.0.0.1@tcp,10.1.0.1@tcp1 10.0.0.2@tcp,10.1.0.2@tcp1\n";
        for (int i = 0; i < 40; i++)
            text += "ost " + std::to_string(i) + " ost" + std::to_string(i) + "_UUID 10.0.0.3@tcp 10.0.0.4@tcp\n";
        llog_image *log = Build(text);
        mgc_targets *t = mgc_targets_new(&kOps, &seen);
        ForEach(log, [&](const wire_cfg *cfg) {
            const mgc_command cmd = ToCommand(cfg);
            if (cmd.command != LCFG_MARKER) {
                ASSERT_EQ(0, mgc_targets_command(t, &cmd));
            }
        });
        ASSERT_EQ(41u, seen.targets.size());
        EXPECT_EQ(4u, seen.targets[0].nr_nids);
        for (unsigned int i = 1; i <= 40; i++) {
            ASSERT_EQ(2u, seen.targets[i].nr_nids) << i;
            EXPECT_EQ(Nid(0x0a000003), seen.targets[i].nids[0]);
            EXPECT_EQ(Nid(0x0a000004), seen.targets[i].nids[1]);
        }
        mgc_targets_free(t);
        llog_image_free(log);
    });
}

TEST_F(MgsLogTest, ClientRefusesWhatItMustKnowAndSkipsTheRest) {
    Run([] {
        Seen seen;
        mgc_targets *t = mgc_targets_new(&kOps, &seen);
        mgc_command cmd = {};
        for (const char *&s : cmd.str)
            s = "";
        cmd.command = 0xce0e0;
        EXPECT_EQ(0, mgc_targets_command(t, &cmd));
        cmd.command = 0xce000 | LCFG_F_REQUIRED;
        EXPECT_EQ(-EOPNOTSUPP, mgc_targets_command(t, &cmd));
        // A target that was never set up is left out.
        cmd.command = LCFG_LOV_ADD_OBD;
        cmd.str[1] = "ost0_UUID";
        cmd.str[2] = "0";
        EXPECT_EQ(0, mgc_targets_command(t, &cmd));
        EXPECT_TRUE(seen.targets.empty());
        mgc_targets_free(t);
    });
}

}  // namespace
