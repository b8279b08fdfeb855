// SPDX-License-Identifier: GPL-2.0
// Our numbers against tables of the reference release: $SHEEN_SPEC_DIR/wire/{constants,formats}.json. Skipped without.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <linux/types.h>

extern "C" {
#include "obd/wire/wire.h"
}

namespace {

class WireSpecTest : public testing::Test {
protected:
    void SetUp() override {
        const char *dir = getenv("SHEEN_SPEC_DIR");
        if (!dir)
            GTEST_SKIP() << "SHEEN_SPEC_DIR is not set";
        dir_ = std::string(dir) + "/wire/";
    }
    std::string Load(const char *name) {
        std::ifstream file(dir_ + name);
        std::stringstream text;
        EXPECT_TRUE(file.good()) << dir_ << name;
        text << file.rdbuf();
        return text.str();
    }

private:
    std::string dir_;
};

// The text between two marks, from *at on, which moves behind the second; "" when there is none.
std::string Between(const std::string &text, const std::string &from, const std::string &to, size_t *at) {
    const size_t start = text.find(from, *at);
    const size_t end = start == std::string::npos ? start : text.find(to, start + from.size());

    if (end == std::string::npos) {
        *at = text.size();
        return "";
    }
    *at = end + to.size();
    return text.substr(start + from.size(), end - start - from.size());
}

struct Constant {
    const char *name;  // the reference's
    const char *our_name;
    uint64_t ours;
};

const Constant kConstants[] = {
#define SAME(ours, name) {#name, #ours, static_cast<uint64_t>(ours)},
#include "constants.inc"
#undef SAME
};

TEST_F(WireSpecTest, Constants) {
    const std::string text = Load("constants.json");
    std::map<std::string, uint64_t> theirs;
    size_t at = 0;

    while (at < text.size()) {
        const std::string name = Between(text, "\n\"", "\"", &at);
        const std::string value = Between(text, "{\"value\":", ",", &at);
        if (!name.empty())
            theirs[name] = value[0] == '-' ? strtoll(value.c_str(), nullptr, 10) : strtoull(value.c_str(), nullptr, 10);
    }
    ASSERT_LT(1000u, theirs.size());
    for (const Constant &constant : kConstants) {
        EXPECT_EQ(1u, theirs.count(constant.name)) << constant.name;
        EXPECT_EQ(theirs[constant.name], constant.ours) << constant.our_name;
    }
}

struct Format {
    const wire_format *ours;
    const char *name;
};

const Format kFormats[] = {
    {&fmt_ping, "RQF_OBD_PING"},
    {&fmt_connect, "RQF_CONNECT"},
    {&fmt_llog_create, "RQF_LLOG_ORIGIN_HANDLE_CREATE"},
    {&fmt_llog_next_block, "RQF_LLOG_ORIGIN_HANDLE_NEXT_BLOCK"},
    {&fmt_llog_read_header, "RQF_LLOG_ORIGIN_HANDLE_READ_HEADER"},
    {&fmt_mgs_config_read, "RQF_MGS_CONFIG_READ"},
    {&fmt_mgs_target_reg, "RQF_MGS_TARGET_REG"},
    {&fmt_seq_query, "RQF_SEQ_QUERY"},
    {&fmt_fld_query, "RQF_FLD_QUERY"},
    {&fmt_get_root, "RQF_MDS_GET_ROOT"},
    {&fmt_statfs, "RQF_MDS_STATFS"},
    {&fmt_mds_getattr, "RQF_MDS_GETATTR"},
    {&fmt_mds_getattr_name, "RQF_MDS_GETATTR_NAME"},
    {&fmt_mds_getxattr, "RQF_MDS_GETXATTR"},
    {&fmt_mds_sync, "RQF_MDS_SYNC"},
    {&fmt_mds_close, "RQF_MDS_CLOSE_INTENT"},
    {&fmt_mds_readpage, "RQF_MDS_READPAGE"},
    {&fmt_reint_create, "RQF_MDS_REINT_CREATE_ACL"},
    {&fmt_reint_symlink, "RQF_MDS_REINT_CREATE_SYM"},
    {&fmt_reint_link, "RQF_MDS_REINT_LINK"},
    {&fmt_reint_unlink, "RQF_MDS_REINT_UNLINK"},
    {&fmt_reint_rename, "RQF_MDS_REINT_RENAME"},
    {&fmt_reint_setattr, "RQF_MDS_REINT_SETATTR"},
    {&fmt_reint_setxattr, "RQF_MDS_REINT_SETXATTR"},
    {&fmt_reint_open, "RQF_MDS_REINT_OPEN"},
    {&fmt_intent_getattr, "RQF_LDLM_INTENT_GETATTR"},
    {&fmt_intent_open, "RQF_LDLM_INTENT_OPEN"},
    {&fmt_intent_layout, "RQF_LDLM_INTENT_LAYOUT"},
    {&fmt_enqueue, "RQF_LDLM_ENQUEUE_LVB"},
    {&fmt_lock_cancel, "RQF_LDLM_CANCEL"},
    {&fmt_bl_callback, "RQF_LDLM_BL_CALLBACK"},
    {&fmt_cp_callback, "RQF_LDLM_CP_CALLBACK"},
    {&fmt_gl_callback, "RQF_LDLM_GL_CALLBACK"},
    {&fmt_ost_body, "RQF_OST_SETATTR"},
    {&fmt_ost_body, "RQF_OST_FALLOCATE"},
    {&fmt_ost_fiemap, "RQF_OST_GET_INFO_FIEMAP"},
    {&fmt_ost_read, "RQF_OST_BRW_READ"},
    {&fmt_ost_write, "RQF_OST_BRW_WRITE"},
};

std::vector<std::string> Names(const std::string &list) {
    std::vector<std::string> names;
    size_t at = 0;
    while (at < list.size()) {
        const std::string name = Between(list, "\"", "\"", &at);
        if (!name.empty())
            names.push_back(name);
    }
    return names;
}

// As many buffers; those of a fixed size are not larger than the reference's.
void Compare(const char *format, const char *side, unsigned int nr, const u8 *ours,
             const std::vector<std::string> &theirs, std::map<std::string, int> *sizes) {
    // Left out of messages of stock nodes.
    if (nr && ours[nr - 1] == WF_EXTRA)
        nr--;
    ASSERT_LE(nr, theirs.size()) << format << " " << side;
    for (unsigned int i = 0; i < nr; i++) {
        const int size = (*sizes)[theirs[i]];
        const u32 mine = wire_fields[ours[i]].size;
        if (size > 0 && mine) {
            EXPECT_GE(static_cast<u32>(size), mine) << format << " " << side << " buffer " << i << " " << theirs[i];
        }
    }
}

TEST_F(WireSpecTest, Formats) {
    const std::string text = Load("formats.json");
    std::map<std::string, int> sizes;
    size_t at = 0;

    while (at < text.size()) {
        const std::string name = Between(text, "\n\"RMF_", "\"", &at);
        if (!name.empty())
            sizes["RMF_" + name] = atoi(Between(text, "\"size\":", "}", &at).c_str());
    }
    ASSERT_LT(50u, sizes.size());
    for (const Format &f : kFormats) {
        at = text.find("\"" + std::string(f.name) + "\"");
        ASSERT_NE(std::string::npos, at) << f.name;
        const std::string request = Between(text, "\"client\":", "]", &at), reply = Between(text, "\"server\":", "]", &at);
        Compare(f.name, "request", f.ours->nr_req, f.ours->req, Names(request), &sizes);
        Compare(f.name, "reply", f.ours->nr_rep, f.ours->rep, Names(reply), &sizes);
    }
}

}  // namespace
