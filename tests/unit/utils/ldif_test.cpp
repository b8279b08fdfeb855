// SPDX-License-Identifier: GPL-2.0
// Configurations as entries of a directory and as LDIF: nothing is lost, whatever order a server gives values back in.
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>
#include <ldap_schema.h>

#include "cluster.h"
#include "lib/config_entries.h"
#include "lib/config_grammar.h"
#include "lib/config_xml.h"
#include "lib/strings.h"
#include "same_config.h"

namespace sheen {
namespace {

constexpr const char *kPair =
    "--add net --node md0 --nid md0 --nettype tcp\n"
    "--add net --node md1 --nid md1 --nettype tcp\n"
    "--add net --node st0 --nid st0 --nettype tcp --timeout 9 --upcall DEFAULT --ptldebug 'inode+trace'\n"
    "--add net --node st0 --nid st0b --nettype tcp --cluster_id 7 --hostaddr 10.9.0.2/24 --hostaddr 10.1.0.2 "
    "--tcpbuf 65536\n"
    "--add net --node st1 --nid st1 --nettype tcp\n"
    "--add net --node gw --router --nid gw --nettype tcp\n"
    "--add route --node gw --nettype tcp --gw gw --lo a --hi b\n"
    "--add route --node gw --nettype tcp --gw gw --lo c\n"
    "--add mds --node md0 --mds meta --dev /dev/sdb --group g-meta --failover --root_squash 99:99 "
    "--no_root_squash md1 --no_root_squash md0\n"
    "--add mds --node md1 --mds meta --dev /dev/sdb --group g-meta --failover --root_squash 99:99 "
    "--no_root_squash md1 --no_root_squash md0\n"
    "--add lov --lov vol --mds meta --stripe_cnt 2\n"
    "--add ost --node st1 --ost second --lov vol --dev /dev/sdc --failout\n"
    "--add ost --node st0 --ost data0 --lov vol --group g-st --failover --dev /dev/sdd "
    "--mkfsoptions '-O \"x\" <&> \xc3\xa4 ' --size 20000\n"
    "--add ost --node st1 --ost data0 --group g-st --failover --dev /dev/sdd\n"
    "--add ost --node st0 --ost 'a,b+c=\"d\" #;\\' --lov vol --dev /dev/sde\n"
    "--add net --node client --nid '*' --nettype tcp\n"
    "--add mtpt --node client --path /mnt/demo --mds meta --lov vol --clientoptions noatime\n"
    "--add mtpt --node client --path /mnt/more --mds meta --ost second\n";

/// Some of everything that the DTD has and lmc does not make.
constexpr const char *kRest =
    "<lustre version='2003070801' mtime='1100000000'><ldlm name='ldlm' uuid='ldlm_UUID'/><ptlrpc name='r' uuid='r_U'/>"
    "<node name='n' uuid='n_U' timeout='5'><profile_ref uuidref='p_U'/></node>"
    "<profile name='p' uuid='p_U'><ldlm_ref uuidref='ldlm_UUID'/><osd_ref uuidref='d_U'/><osd_ref uuidref='e_U'/>"
    "<mgmt_ref uuidref='m_U'/><cobd_ref uuidref='c_U'/><cmobd_ref uuidref='cm_U'/><gkd_ref uuidref='gd_U'/>"
    "<echoclient_ref uuidref='ec_U'/><mdsdev_ref uuidref='md_U'/></profile>"
    "<mgmt name='m' uuid='m_U'><node_ref uuidref='n_U'/><active_ref uuidref='m_U'/></mgmt>"
    "<gks name='g' uuid='g_U'><active_ref uuidref='gd_U'/></gks>"
    "<gkd name='gd' uuid='gd_U'><node_ref uuidref='n_U'/><target_ref uuidref='g_U'/></gkd>"
    "<lmv name='lm' uuid='lm_U'><lmv_tgt uuidref='s_U'/><mds_ref uuidref='s_U'/></lmv>"
    "<mds name='s' uuid='s_U' master='yes' group='x'><active_ref uuidref='md_U'/><lmv_ref uuidref='lm_U'/>"
    "<client_ref uuidref='l_U'/></mds>"
    "<mdsdev name='md' uuid='md_U' fstype='ext3' dev='/dev/x'><node_ref uuidref='n_U'/><target_ref uuidref='s_U'/>"
    "<lmv>lm</lmv><deny_sec>b</deny_sec><deny_sec>a</deny_sec><group_upcall>/bin/g</group_upcall><nspath/></mdsdev>"
    "<ost name='o' uuid='o_U'/><osd name='d' uuid='d_U' osdtype='obdecho'><node_ref uuidref='n_U'/>"
    "<target_ref uuidref='o_U'/></osd>"
    "<ost name='q' uuid='a:b'/><osd name='e' uuid='e_U' osdtype='obdecho'><node_ref uuidref='n_U'/>"
    "<target_ref uuidref='a:b'/></osd>"
    "<lov name='l' uuid='l_U' stripesize='1' stripecount='-1' stripepattern='0' stripeoffset='1'>"
    "<mds_ref uuidref='s_U'/><lov_tgt uuidref='a:b' index='0' generation='1' active='1' lov_uuid='other'/>"
    "<lov_tgt uuidref='' index='1' generation='2' active='0'/><lov_tgt uuidref='o_U' index='11' generation='3' "
    "active='1'/></lov>"
    "<lovconfig name='lc' uuid='lc_U'><lov_ref uuidref='l_U'/></lovconfig>"
    "<cobd name='c' uuid='c_U'><realobd_ref uuidref='o_U'/><cacheobd_ref uuidref='a:b'/></cobd>"
    "<cmobd name='cm' uuid='cm_U'><masterobd_ref uuidref='o_U'/><cacheobd_ref uuidref='a:b'/></cmobd>"
    "<echoclient name='ec' uuid='ec_U'><obd_ref uuidref='o_U'/></echoclient>"
    "<filesystem name='f' uuid='f_U'><mds_ref uuidref='s_U'/><obd_ref uuidref='l_U'/><mgmt_ref uuidref='m_U'/>"
    "<gks_ref uuidref='g_U'/></filesystem>"
    "<update version='1'><lov_add lov_uuidref='l_U' ost_uuidref='o_U' index='0' generation='1'/><info>"
    "<ost name='gone' uuid='gone_U'><active_ref uuidref='away'/></ost></info></update><update version='2'/></lustre>";

ConfigDb Rest() {
    Result<ConfigDb> db = ParseXml(kRest, "test", nullptr);

    EXPECT_TRUE(db) << (db ? "" : db.error().what);
    return db ? std::move(*db) : ConfigDb();
}

Result<ConfigDb> ThroughLdif(const ConfigDb &db, std::string *ldif = nullptr) {
    std::string text = WriteLdif(ToEntries(db, "demo"));
    std::vector<std::string> warnings;

    if (ldif)
        *ldif = text;
    Result<std::vector<DirectoryEntry>> entries = ParseLdif(text, "test.ldif");
    if (!entries)
        return entries.error();
    Result<ConfigDb> again = FromEntries(*entries, "test.ldif", &warnings);
    EXPECT_TRUE(warnings.empty()) << Join(warnings, "\n");
    return again;
}

void ExpectSame(const ConfigDb &db, const Result<ConfigDb> &again) {
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(test::Canonical(*again), test::Canonical(db));
}

TEST(Ldif, RoundTripKeepsEverything) {
    ConfigDb small = test::Build(test::kSmallCluster), pair = test::Build(kPair), rest = Rest();

    ExpectSame(small, ThroughLdif(small));
    ExpectSame(pair, ThroughLdif(pair));
    ExpectSame(rest, ThroughLdif(rest));
    // What lmc writes keeps nearly every byte, and what came from LDIF does keep every byte.
    EXPECT_EQ(WriteXml(*ThroughLdif(small)), WriteXml(small));
    Result<ConfigDb> once = ThroughLdif(pair);
    EXPECT_EQ(WriteXml(*ThroughLdif(*once)), WriteXml(*once));
}

TEST(Ldif, OrderOfEntriesAndValuesDoesNotMatter) {
    for (unsigned seed = 0; seed < 20; seed++) {
        for (const ConfigDb &db : {test::Build(kPair), Rest()}) {
            std::mt19937 random(seed);
            std::vector<DirectoryEntry> entries = ToEntries(db, "demo");
            std::shuffle(entries.begin(), entries.end(), random);
            for (DirectoryEntry &entry : entries)
                std::shuffle(entry.values.begin(), entry.values.end(), random);
            ExpectSame(db, FromEntries(entries, "test", nullptr));
        }
    }
}

TEST(Ldif, WhatIsInsideOfANodeMayBeNamedTwice) {
    ConfigDb db = test::Build(kPair);
    std::vector<DirectoryEntry> entries = ToEntries(db, "demo");

    for (DirectoryEntry &entry : entries)
        if (entry.All("objectClass") == std::vector<std::string>{"NODE"})
            for (const std::string &uuid : entry.All("networkRef"))
                entry.Add("networkRef", uuid);
    ExpectSame(db, FromEntries(entries, "test", nullptr));
}

TEST(Ldif, LooksAsDirectoriesHaveAlwaysLooked) {
    std::string ldif;

    ASSERT_TRUE(ThroughLdif(test::Build(kPair), &ldif));
    EXPECT_NE(ldif.find("dn: config=demo,fs=lustre\nobjectClass: LUSTRECONFIG\nconfig: demo\nuuid: CONFIG_UUID\n"
                        "version: 2003070801\n\n"),
              std::string::npos);
    EXPECT_NE(ldif.find("dn: uuid=data0_UUID,config=demo,fs=lustre\nobjectClass: OST\nuuid: data0_UUID\n"),
              std::string::npos);
    for (const char *line :
         {"lustreName: data0", "activeRef: OSD_data0_st0_UUID", "failover: 1", "group: g-st", "nettype: tcp",
          "clusterid: 7", "networkRef: NET_st0_tcp_2_UUID", "obdRef: data0_UUID", "lovTgt: 0:1:1:second_UUID",
          "lovTgt: 1:1:1:data0_UUID", "route: type=tcp gw=gw gwclusterid=0 tgtclusterid=0 lo=a hi=b", "router: 1",
          "routetblRef: RTBL_gw_UUID", "rootSquash: 99:99", "noRootSquash: md1@tcp", "lustreUpcall: DEFAULT"})
        EXPECT_NE(ldif.find(std::string("\n") + line + "\n"), std::string::npos) << line;
    EXPECT_EQ(ldif.find("hostaddrRef"), std::string::npos);
}

TEST(Ldif, SpecialCharactersAreEscapedAndLongLinesFolded) {
    ConfigDb db;
    std::string long_value(200, 'x'), ldif;

    db.Add("ost", "odd", " a,b\\c#\"");
    db.Add("ost", "long", "long_UUID")->SetChild("group", long_value);
    db.Add("ost", "latin", "latin_UUID")->SetChild("group", "gr\xc3\xbc\xc3\x9f");
    ExpectSame(db, ThroughLdif(db, &ldif));
    // A backslash hides what is special in a name.
    EXPECT_NE(ldif.find("dn: uuid=\\20a\\2Cb\\5Cc#\\22,config=demo,fs=lustre\n"), std::string::npos) << ldif;
    EXPECT_NE(ldif.find("group:: Z3LDvMOf\n"), std::string::npos);
    for (const std::string &line : Split(ldif, '\n'))
        EXPECT_LE(line.size(), 76u);
}

std::string Refusal(const std::string &text) {
    Result<std::vector<DirectoryEntry>> entries = ParseLdif(text, "t");
    if (!entries)
        return entries.error().what;
    Result<ConfigDb> db = FromEntries(*entries, "t", nullptr);
    return db ? "" : db.error().what;
}

const std::string kHead =
    "version: 1\n# a comment\n that goes on\n\ndn: config=c,fs=lustre\nchangetype: add\n"
    "objectClass: LUSTRECONFIG\nconfig: c\nversion: 2003070801\n";

std::string Entry(const std::string &cls, const std::string &name, const std::string &more = "") {
    return "\ndn: uuid=" + name + ",config=c,fs=lustre\nobjectClass: " + cls + "\nobjectClass: top\nuuid: " + name +
           "\nlustreName: " + name + "\n" + more;
}

TEST(Ldif, BadInputIsRefused) {
    EXPECT_EQ(Refusal(kHead + Entry("OST", "o")), "");
    EXPECT_EQ(Refusal(kHead + "\r\n\r\n"), "");
    EXPECT_NE(Refusal("").find("no entry of class LUSTRECONFIG"), std::string::npos);
    EXPECT_NE(Refusal("objectClass: x\n").find("not with dn"), std::string::npos);
    EXPECT_NE(Refusal("dn: a=b\nnonsense\n").find("has no colon"), std::string::npos);
    EXPECT_NE(Refusal("dn: a=b\nchangetype: delete\n").find("changetype delete"), std::string::npos);
    EXPECT_NE(Refusal(kHead + Entry("OST", "o", "group:< file:///etc/hostname\n")).find("other files"),
              std::string::npos);
    EXPECT_NE(Refusal(kHead + Entry("OST", "o", "group:: !!\n")), "");
    EXPECT_NE(Refusal(kHead + std::string("x\0y", 3)), "");
    EXPECT_NE(Refusal(kHead + Entry("PERSON", "p")).find("not an entry of a configuration"), std::string::npos);
    EXPECT_NE(Refusal(kHead + "\n" + kHead.substr(kHead.find("dn:"))).find("a second configuration"),
              std::string::npos);
    EXPECT_NE(Refusal(kHead + Entry("OST", "o", "activeRef: gone\n")).find("does not exist"), std::string::npos);
    EXPECT_NE(Refusal(kHead + Entry("NODE", "n", "networkRef: gone\n")).find("networkRef gone"), std::string::npos);
    EXPECT_NE(Refusal(kHead + Entry("NETWORK", "w", "nettype: tcp\n")), "");
    EXPECT_NE(Refusal(kHead + Entry("UPDATE", "u", "lustreXml: <open>\n")), "");
    EXPECT_NE(Refusal(kHead + Entry("UPDATE", "u", "lustreXml: <ost/>\n")), "");
    std::string other = kHead;
    EXPECT_NE(Refusal(other.replace(other.find("2003070801"), 10, "1")).find("version '1'"), std::string::npos);
}

TEST(Ldif, ForeignAttributesAreDroppedWithAWarning) {
    std::vector<std::string> warnings;
    Result<std::vector<DirectoryEntry>> entries = ParseLdif(kHead + Entry("OST", "o", "color: red\n"), "t");

    ASSERT_TRUE(entries);
    Result<ConfigDb> db = FromEntries(*entries, "t", &warnings);
    ASSERT_TRUE(db) << db.error().what;
    EXPECT_EQ(warnings, std::vector<std::string>{"uuid=o,config=c,fs=lustre: unknown attribute color ignored"});
}

struct Schema {
    std::set<std::string> attributes, many;  // all, and those with several values
    std::map<std::string, std::set<std::string>> classes;
    std::set<std::string> numbers;
};

/// config/lustre.schema as slapd's own parser understands it.
Schema ReadSchema() {
    Result<std::string> text = ReadFile(SHEEN_SOURCE_DIR "/config/lustre.schema");
    std::vector<std::string> statements;
    Schema schema;

    EXPECT_TRUE(text);
    for (const std::string &line : Split(*text, '\n')) {
        if (line.starts_with(' '))
            statements.back() += line;
        else if (!line.empty() && !line.starts_with('#'))
            statements.push_back(line);
    }
    for (const std::string &statement : statements) {
        const char *error = nullptr;
        int code = 0;
        std::string body = statement.substr(statement.find('('));
        if (statement.starts_with("attributetype ")) {
            LDAPAttributeType *type = ldap_str2attributetype(body.c_str(), &code, &error, LDAP_SCHEMA_ALLOW_NONE);
            EXPECT_TRUE(type) << body;
            EXPECT_TRUE(schema.numbers.insert(type->at_oid).second) << body;
            EXPECT_TRUE(schema.attributes.insert(type->at_names[0]).second) << body;
            if (!type->at_single_value)
                schema.many.insert(type->at_names[0]);
            ldap_attributetype_free(type);
        } else {
            LDAPObjectClass *type = ldap_str2objectclass(body.c_str(), &code, &error, LDAP_SCHEMA_ALLOW_NONE);
            EXPECT_TRUE(type) << body;
            EXPECT_TRUE(schema.numbers.insert(type->oc_oid).second) << body;
            for (char **list : {type->oc_at_oids_must, type->oc_at_oids_may})
                for (char **name = list; name && *name; name++)
                    schema.classes[type->oc_names[0]].insert(*name);
            ldap_objectclass_free(type);
        }
    }
    return schema;
}

TEST(Ldif, TheSchemaHasEverythingThatTheDtdHas) {
    Schema schema = ReadSchema();

    for (const auto &[tag, parts] : ConfigGrammar()) {
        std::string name = tag;
        std::set<std::string> wanted = {"uuid", "lustreName", "lustreOrder", "lustreSequence"};
        std::transform(name.begin(), name.end(), name.begin(), toupper);
        for (const Part &part : parts) {
            wanted.insert(DirectoryName(part.tag) + (part.kind == Part::kService ? "Ref" : ""));
            bool many = schema.many.contains(DirectoryName(part.tag));
            EXPECT_TRUE(many || (part.kind != Part::kRef && part.kind != Part::kRecord)) << part.tag;
        }
        if (tag == "lov")
            wanted.insert("lovTgtOwner");
        EXPECT_EQ(schema.classes[name], wanted) << tag;
    }
    EXPECT_EQ(schema.classes.size(), ConfigGrammar().size() + 3);
    for (const auto &[name, attributes] : schema.classes)
        for (const std::string &attribute : attributes)
            EXPECT_TRUE(schema.attributes.contains(attribute)) << attribute;
}

}  // namespace
}  // namespace sheen
