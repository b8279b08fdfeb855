// SPDX-License-Identifier: GPL-2.0
// Names, uuids, references and the rules between services.
#include <gtest/gtest.h>

#include "cluster.h"
#include "lib/config_db.h"

namespace sheen {
namespace {

TEST(ConfigDb, EmptyDocumentHasTheLockManager) {
    ConfigDb db;

    ASSERT_EQ(db.Class("ldlm").size(), 1u);
    EXPECT_EQ(db.Class("ldlm").front()->uuid(), "ldlm_UUID");
    EXPECT_EQ(db.root().Value("version"), "2003070801");
}

TEST(ConfigDb, NewNamesAreNumberedFromTwo) {
    ConfigDb db;

    EXPECT_EQ(db.NewName("x"), "x");
    db.Add("lov", "x");
    EXPECT_EQ(db.NewName("x"), "x_2");
    db.Add("lov", "x_2");
    EXPECT_EQ(db.NewName("x"), "x_3");
}

TEST(ConfigDb, LongUuidsKeepTheirLastCharacters) {
    ConfigDb db;

    db.Add("mds", "mds1_name_longer_than_31characters");
    db.Add("mds", "mds2_name_longer_than_31characters");
    EXPECT_EQ(db.Class("mds")[0]->uuid(), "e_longer_than_31characters_UUID");
    EXPECT_EQ(db.Class("mds")[1]->uuid(), "longer_than_31characters_UUID_2");
}

TEST(ConfigDb, PropertiesAreAttributesOrChildren) {
    Element element;

    element.AddChild("timeout", " 30 ");
    EXPECT_EQ(element.Value("timeout"), "30");
    EXPECT_EQ(element.Number("timeout"), 30);
    element.SetAttribute("timeout", "40");
    EXPECT_EQ(element.Number("timeout"), 40);
    EXPECT_EQ(element.Number("absent", 7), 7);
}

TEST(ConfigDb, IndexFindsByUuidNameAndClass) {
    ConfigDb db = test::Build(test::kSmallCluster);

    ASSERT_NE(db.FindUuid("NET_st0_tcp_UUID"), nullptr);
    EXPECT_EQ(db.FindUuid("NET_st0_tcp_UUID")->tag, "network");
    ASSERT_NE(db.FindName("ost", "data1"), nullptr);
    EXPECT_EQ(db.FindName("mds", "data1"), nullptr);
    EXPECT_EQ(db.Class("osd").size(), 2u);
    EXPECT_EQ(db.FindUuid("nobody"), nullptr);
}

class Rules : public testing::Test {
protected:
    std::string Check() {
        Result<> done = CheckRules(db_);
        return done ? "" : done.error().what;
    }

    /// The first reference of a role, to be bent.
    Element *Ref(const char *cls, const char *name, const char *tag) {
        Element *service = db_.FindName(cls, name);
        for (auto &child : service->children)
            if (child->tag == tag)
                return child.get();
        return nullptr;
    }

    ConfigDb db_ = test::Build(test::kSmallCluster);
};

TEST_F(Rules, AcceptWhatLmcMakes) {
    EXPECT_EQ(Check(), "");
}

TEST_F(Rules, RefuseDanglingReferences) {
    Ref("lov", "vol", "obd_ref")->SetAttribute("uuidref", "gone_UUID");
    EXPECT_EQ(Check(), "<lov> vol: obd_ref refers to gone_UUID, which does not exist");
}

TEST_F(Rules, RefuseReferencesToTheWrongClass) {
    Ref("lov", "vol", "obd_ref")->SetAttribute("uuidref", "md0_UUID");
    EXPECT_EQ(Check(), "<lov> vol: obd_ref refers to md0_UUID, which is a <node>");
}

TEST_F(Rules, RefuseForeignActiveDevices) {
    Ref("ost", "data0", "active_ref")->SetAttribute("uuidref", "OSD_data1_st1_UUID");
    EXPECT_NE(Check().find("is not one of its devices"), std::string::npos);
}

TEST_F(Rules, RefuseDevicesThatNoProfileLists) {
    Ref("osd", "OSD_data0_st0", "node_ref")->SetAttribute("uuidref", "st1_UUID");
    EXPECT_NE(Check().find("is missing in the profile of node st1_UUID"), std::string::npos);
}

TEST_F(Rules, RefuseNetworksOutsideOfTheirNode) {
    Ref("profile", "PROFILE_st0", "network_ref")->SetAttribute("uuidref", "NET_st1_tcp_UUID");
    EXPECT_NE(Check().find("which is not inside the node"), std::string::npos);
}

TEST_F(Rules, RefuseOstsAsTargetsOfMdsDevices) {
    Ref("mdsdev", "MDD_meta_md0", "target_ref")->SetAttribute("uuidref", "data0_UUID");
    EXPECT_NE(Check().find("is not an <mds>"), std::string::npos);
}

}  // namespace
}  // namespace sheen
