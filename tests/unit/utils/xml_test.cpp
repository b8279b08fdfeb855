// SPDX-License-Identifier: GPL-2.0
// Configurations as XML: round trip, DTD, and documents that must be refused.
#include <gtest/gtest.h>

#include "cluster.h"
#include "lib/config_xml.h"

namespace sheen {
namespace {

constexpr const char *kHead = "<lustre version=\"2003070801\"><ldlm name=\"ldlm\" uuid=\"ldlm_UUID\"/>";

std::string Refusal(const std::string &xml) {
    Result<ConfigDb> db = ParseXml(xml, "test", nullptr);
    return db ? "" : db.error().what;
}

std::string Document(const std::string &body) {
    return kHead + body + "</lustre>";
}

TEST(Xml, RoundTripKeepsEveryByte) {
    ConfigDb db = test::Build(std::string(test::kSmallCluster) +
                              "--add net --node gw --router --nid gw --nettype tcp --hostaddr 10.1.0.1/24 "
                              "--hostaddr 10.2.0.1 --tcpbuf 65536 --timeout 20 --upcall DEFAULT\n"
                              "--add route --node gw --nettype tcp --gw gw --lo a --hi b\n"
                              "--add ost --node st1 --ost data0 --failover --group g --dev /dev/sdc "
                              "--mkfsoptions '-O \"x\" <&>'\n");
    std::string xml = WriteXml(db);
    std::vector<std::string> warnings;
    Result<ConfigDb> again = ParseXml(xml, "test", &warnings);

    ASSERT_TRUE(again) << again.error().what;
    EXPECT_TRUE(warnings.empty());
    EXPECT_EQ(WriteXml(*again), xml);
    EXPECT_EQ(again->FindName("osd", "OSD_data0_st1")->Value("mkfsoptions"), "-O \"x\" <&>");
}

TEST(Xml, PairsKeepTheirActiveHome) {
    ConfigDb db = test::Build(test::kPairs);
    Element *mds = db.FindName("mds", "meta");

    for (auto &child : mds->children)
        if (child->tag == "active_ref")
            child->SetAttribute("uuidref", "MDD_meta_md1_UUID");
    std::string xml = WriteXml(db);
    Result<ConfigDb> again = ParseXml(xml, "test", nullptr);
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(again->FindName("mds", "meta")->Refs("active"), std::vector<std::string>{"MDD_meta_md1_UUID"});
    EXPECT_EQ(again->FindName("mds", "meta")->Value("failover"), "1");
    EXPECT_EQ(WriteXml(*again), xml);
}

TEST(Xml, PropertiesMayBeAttributes) {
    Result<ConfigDb> db = ParseXml(Document("<node name='n' uuid='n_UUID' timeout='9'><profile_ref uuidref='p'/></node>"
                                            "<profile name='P' uuid='p'><ldlm_ref uuidref='ldlm_UUID'/></profile>"),
                                   "test", nullptr);

    ASSERT_TRUE(db) << db.error().what;
    EXPECT_EQ(db->FindName("node", "n")->Number("timeout"), 9);
}

TEST(Xml, UnknownThingsAreDroppedWithAWarning) {
    std::vector<std::string> warnings;
    Result<ConfigDb> db = ParseXml(Document("<node name='n' uuid='n_UUID' color='red'><profile_ref uuidref='p'/>"
                                            "<future/></node><profile name='P' uuid='p'/>"),
                                   "test", &warnings);

    ASSERT_TRUE(db) << db.error().what;
    EXPECT_EQ(warnings.size(), 2u);
    EXPECT_EQ(WriteXml(*db).find("future"), std::string::npos);
}

TEST(Xml, OnlyLiveServicesCount) {
    std::string body =
        "<mds name='m' uuid='m_UUID'/><update version='1'><info><ost name='m' uuid='m_UUID'>"
        "<active_ref uuidref='gone'/></ost></info></update>";
    Result<ConfigDb> db = ParseXml(Document(body), "test", nullptr);

    ASSERT_TRUE(db) << db.error().what;
    EXPECT_TRUE(db->Class("ost").empty());
}

TEST(Xml, BadDocumentsAreRefused) {
    EXPECT_NE(Refusal("").find("test: "), std::string::npos);
    EXPECT_NE(Refusal("<lustre version=\"2003070801\">").find("line 1"), std::string::npos);
    EXPECT_NE(Refusal("<config/>").find("Existing config not valid"), std::string::npos);
    EXPECT_NE(Refusal("<lustre version=\"1\"/>").find("version '1'"), std::string::npos);
    // Wrong place, missing attribute, wrong value of an enumeration, text where none may be.
    EXPECT_NE(Refusal(Document("<nid>x</nid>")), "");
    EXPECT_NE(Refusal(Document("<mds name='m'/>")).find("uuid"), std::string::npos);
    EXPECT_NE(Refusal(Document("<osd name='o' uuid='o' osdtype='none'/>")).find("osdtype"), std::string::npos);
    EXPECT_NE(Refusal(Document("stray text")), "");
    // Rules beyond the DTD.
    EXPECT_NE(Refusal(Document("<lov name='l' uuid='l' stripesize='0' stripecount='0' stripepattern='0'>"
                               "<mds_ref uuidref='m'/></lov>"))
                  .find("does not exist"),
              std::string::npos);
    EXPECT_NE(Refusal(Document("<ost name='a' uuid='u'/><ost name='b' uuid='u'/>")).find("used twice"),
              std::string::npos);
    EXPECT_NE(Refusal(Document("<ost name='a' uuid='u'/><ost name='a' uuid='v'/>")).find("name a is used"),
              std::string::npos);
    EXPECT_NE(Refusal(Document("<ost name='a' uuid='" + std::string(40, 'u') + "'/>")).find("39 characters"),
              std::string::npos);
}

TEST(Xml, EntitiesCannotExplode) {
    std::string bomb = "<!DOCTYPE lustre [<!ENTITY a \"xxxxxxxxxx\">";

    for (char c = 'b'; c < 'k'; c++) {
        bomb += std::string("<!ENTITY ") + c + " \"";
        for (int i = 0; i < 10; i++)
            bomb += std::string("&") + static_cast<char>(c - 1) + ";";
        bomb += "\">";
    }
    bomb += "]>" + Document("<ost name='&j;' uuid='u'/>");
    EXPECT_NE(Refusal(bomb), "");
}

TEST(Xml, DeepNestingIsRefused) {
    std::string deep;

    for (int i = 0; i < 100; i++)
        deep += "<info>";
    deep = "<update version='1'>" + deep;
    for (int i = 0; i < 100; i++)
        deep += "</info>";
    EXPECT_NE(Refusal(Document(deep + "</update>")).find("nested too deeply"), std::string::npos);
}

}  // namespace
}  // namespace sheen
