// SPDX-License-Identifier: GPL-2.0
// Matching, events, lifetimes and time-outs of LNet's core.
#include "tests/unit/lnet/lnet_fixture.h"

namespace {

constexpr u32 kPortal = 12;

TEST_F(LnetTest, PutArrivesAndIsAcknowledged) {
    Run(2, [] {
        TestMd target(100);
        TestMd source(10, 'x');
        On(2, [&] { ASSERT_EQ(0, target.Attach(kPortal, 77, LNET_MD_PUT)); });
        ASSERT_EQ(0, source.Bind());
        ASSERT_EQ(0, lnet_put(source.md, SimNet::Nid(2), kPortal, 77, 5, 4242, true, true));
        msleep(10);
        ASSERT_EQ(1u, target.events.size());
        const lnet_event &ev = target.events[0];
        EXPECT_EQ(LNET_EVENT_PUT, ev.type);
        EXPECT_EQ(0, ev.status);
        EXPECT_EQ(SimNet::Nid(1), ev.initiator);
        EXPECT_EQ(SimNet::Nid(2), ev.self);
        EXPECT_EQ(10u, ev.rlength);
        EXPECT_EQ(10u, ev.mlength);
        EXPECT_EQ(5u, ev.offset);
        EXPECT_EQ(77u, ev.match_bits);
        EXPECT_EQ(4242u, ev.hdr_data);
        EXPECT_FALSE(ev.unlinked);
        EXPECT_EQ(std::string(5, '\0') + std::string(10, 'x'), std::string(target.memory.data(), 15));
        EXPECT_EQ(1, source.Count(LNET_EVENT_SEND));
        ASSERT_EQ(1, source.Count(LNET_EVENT_ACK));
        EXPECT_EQ(10u, source.Last(LNET_EVENT_ACK)->mlength);
        EXPECT_TRUE(source.gone);
        EXPECT_EQ(2u, source.events.size());
        On(2, [&] { lnet_md_unlink(target.md); });
        EXPECT_TRUE(target.gone);
        EXPECT_EQ(LNET_EVENT_UNLINK, target.events.back().type);
    });
}

TEST_F(LnetTest, GetFetchesFromAnOffset) {
    Run(2, [] {
        TestMd target(100, 'g');
        TestMd sink(20);
        target.memory[90] = 'h';
        On(2, [&] { ASSERT_EQ(0, target.Attach(kPortal, 1, LNET_MD_GET | LNET_MD_TRUNCATE)); });
        ASSERT_EQ(0, sink.Bind());
        ASSERT_EQ(0, lnet_get(sink.md, SimNet::Nid(2), kPortal, 1, 90, true));
        msleep(10);
        ASSERT_EQ(1, sink.Count(LNET_EVENT_REPLY));
        EXPECT_EQ(10u, sink.Last(LNET_EVENT_REPLY)->mlength);
        EXPECT_EQ("hggggggggg", std::string(sink.memory.data(), 10));
        EXPECT_TRUE(sink.gone);
        EXPECT_EQ(1u, sink.events.size());
        ASSERT_EQ(1, target.Count(LNET_EVENT_GET));
        EXPECT_EQ(20u, target.Last(LNET_EVENT_GET)->rlength);
        EXPECT_EQ(10u, target.Last(LNET_EVENT_GET)->mlength);
        On(2, [&] { lnet_md_unlink(target.md); });
    });
}

TEST_F(LnetTest, MatchingRules) {
    Run(3, [] {
        TestMd exact(10), wild(10), from3(10), get_only(10), late(10);
        On(2, [&] {
            ASSERT_EQ(0, get_only.Attach(kPortal, 5, LNET_MD_GET));
            ASSERT_EQ(0, from3.Attach(kPortal, 5, LNET_MD_PUT, 0, SimNet::Nid(3)));
            ASSERT_EQ(0, exact.Attach(kPortal, 5, LNET_MD_PUT | LNET_MD_ONESHOT));
            ASSERT_EQ(0, wild.Attach(kPortal, 4, LNET_MD_PUT | LNET_MD_ONESHOT, 3));
            ASSERT_EQ(0, late.Attach(kPortal, 5, LNET_MD_PUT | LNET_MD_ONESHOT));
        });
        const auto put = [](u64 bits) {
            TestMd source(4);
            ASSERT_EQ(0, source.Bind());
            ASSERT_EQ(0, lnet_put(source.md, SimNet::Nid(2), kPortal, bits, 0, 0, false, true));
            msleep(20);
            EXPECT_TRUE(source.gone);
        };
        put(5);  // the oldest that accepts us
        EXPECT_TRUE(exact.gone);
        EXPECT_FALSE(wild.gone);
        put(8);  // differs in a bit that counts
        EXPECT_FALSE(wild.gone);
        put(5);  // the wildcard is older than the second exact one
        EXPECT_TRUE(wild.gone);
        EXPECT_FALSE(late.gone);
        put(5);
        EXPECT_TRUE(late.gone);
        put(5);  // nobody is left
        EXPECT_TRUE(from3.events.empty());
        EXPECT_TRUE(get_only.events.empty());
        On(3, [&] { put(5); });
        EXPECT_EQ(1, from3.Count(LNET_EVENT_PUT));
        lnet_counters counters;
        On(2, [&] {
            lnet_counters_get(&counters);
            lnet_md_unlink(from3.md);
            lnet_md_unlink(get_only.md);
        });
        EXPECT_EQ(2u, counters.dropped);
    });
}

TEST_F(LnetTest, TooLongIsCutOrRefused) {
    Run(2, [] {
        TestMd strict(10), cut(10, '.');
        TestMd source(20, 'y');
        On(2, [&] {
            ASSERT_EQ(0, strict.Attach(kPortal, 1, LNET_MD_PUT));
            ASSERT_EQ(0, cut.Attach(kPortal, 2, LNET_MD_PUT | LNET_MD_TRUNCATE));
        });
        ASSERT_EQ(0, source.Bind());
        ASSERT_EQ(0, lnet_put(source.md, SimNet::Nid(2), kPortal, 1, 0, 0, false, false));
        ASSERT_EQ(0, lnet_put(source.md, SimNet::Nid(2), kPortal, 2, 7, 0, false, false));
        ASSERT_EQ(0, lnet_put(source.md, SimNet::Nid(2), kPortal, 2, 0xfffffff0, 0, false, false));
        msleep(10);
        EXPECT_TRUE(strict.events.empty());
        ASSERT_EQ(2u, cut.events.size());
        EXPECT_EQ(20u, cut.events[0].rlength);
        EXPECT_EQ(3u, cut.events[0].mlength);
        EXPECT_EQ(0u, cut.events[1].mlength);
        EXPECT_EQ(".......yyy", std::string(cut.memory.data(), 10));
        EXPECT_EQ(3, source.Count(LNET_EVENT_SEND));
        lnet_md_unlink(source.md);
        EXPECT_TRUE(source.gone);
        On(2, [&] {
            lnet_md_unlink(strict.md);
            lnet_md_unlink(cut.md);
        });
    });
}

TEST_F(LnetTest, PagesAndContiguousMemoryMix) {
    Run(2, [] {
        std::vector<bio_vec> from(3), to(2);
        for (auto *list : {&from, &to}) {
            for (bio_vec &bv : *list)
                bvec_set_page(&bv, alloc_page(GFP_KERNEL), 1000, 17);
        }
        for (size_t i = 0; i < from.size(); i++)
            memset((char *)page_address(from[i].bv_page) + 17, 'a' + (int)i, 1000);
        struct Done {
            int left = 2;
        } done;
        lnet_md_desc desc = {};
        desc.fn = [](lnet_md *, const lnet_event *ev, void *user) { ((Done *)user)->left -= ev->unlinked; };
        desc.user = &done;
        lnet_md *source, *target;
        desc.buf.bvec = to.data();
        desc.buf.nr_bvec = 2;
        desc.buf.len = 2000;
        desc.options = LNET_MD_PUT | LNET_MD_TRUNCATE | LNET_MD_ONESHOT;
        On(2, [&] { ASSERT_EQ(0, lnet_md_attach(kPortal, LNET_NID_ANY, 1, 0, &desc, &target)); });
        desc.buf.bvec = from.data();
        desc.buf.nr_bvec = 3;
        desc.buf.len = 3000;
        ASSERT_EQ(0, lnet_md_bind(&desc, &source));
        ASSERT_EQ(0, lnet_put(source, SimNet::Nid(2), kPortal, 1, 500, 0, true, true));
        msleep(10);
        EXPECT_EQ(0, done.left);
        const char *first = (char *)page_address(to[0].bv_page) + 17;
        const char *second = (char *)page_address(to[1].bv_page) + 17;
        EXPECT_EQ('a', first[500]);
        EXPECT_EQ('a', second[499]);
        EXPECT_EQ('b', second[500]);
        EXPECT_EQ('b', second[999]);
        for (auto *list : {&from, &to}) {
            for (bio_vec &bv : *list)
                __free_page(bv.bv_page);
        }
    });
}

TEST_F(LnetTest, ListenerTakesWhatNoMdWants) {
    struct Service {
        lnet_listener base;
        int received = 0;
        bool full = false;
    };
    Run(2, [] {
        Service service = {};
        service.base.alloc = [](lnet_listener *l, const lnet_event *ev) -> void * {
            return ((Service *)l)->full ? nullptr : kmalloc(ev->rlength, GFP_KERNEL);
        };
        service.base.received = [](lnet_listener *l, void *mem, const lnet_event *ev) {
            EXPECT_EQ(0, ev->status);
            EXPECT_EQ('q', ((char *)mem)[ev->rlength - 1]);
            ((Service *)l)->received++;
            kfree(mem);
        };
        TestMd source(100, 'q');
        On(2, [&] {
            ASSERT_EQ(0, lnet_listen(kPortal, &service.base));
            EXPECT_EQ(-EBUSY, lnet_listen(kPortal, &service.base));
        });
        ASSERT_EQ(0, source.Bind());
        for (int i = 0; i < 3; i++)
            ASSERT_EQ(0, lnet_put(source.md, SimNet::Nid(2), kPortal, i, 0, 0, true, false));
        msleep(10);
        EXPECT_EQ(3, service.received);
        EXPECT_EQ(3, source.Count(LNET_EVENT_ACK));
        service.full = true;
        ASSERT_EQ(0, lnet_put(source.md, SimNet::Nid(2), kPortal, 9, 0, 0, false, false));
        msleep(10);
        On(2, [&] { lnet_unlisten(kPortal); });
        ASSERT_EQ(0, lnet_put(source.md, SimNet::Nid(2), kPortal, 9, 0, 0, false, false));
        msleep(10);
        EXPECT_EQ(3, service.received);
        lnet_md_unlink(source.md);
    });
}

TEST_F(LnetTest, LoopbackAndOwnNidNeedNoNetwork) {
    Run(1, [&] {
        for (lnet_nid_t nid : {LNET_NID_LO, SimNet::Nid(1)}) {
            TestMd target(10), source(10, 'l');
            ASSERT_EQ(0, target.Attach(kPortal, 1, LNET_MD_PUT | LNET_MD_ONESHOT));
            ASSERT_EQ(0, source.Bind());
            ASSERT_EQ(0, lnet_put(source.md, nid, kPortal, 1, 0, 0, true, true));
            msleep(20);
            ASSERT_TRUE(target.gone);
            EXPECT_EQ(nid, target.events[0].initiator);
            EXPECT_EQ(nid, target.events[0].self);
            EXPECT_EQ(source.memory, target.memory);
            EXPECT_EQ(1, source.Count(LNET_EVENT_ACK));
            EXPECT_TRUE(source.gone);
        }
        EXPECT_EQ(0u, net->delivered());
    });
}

TEST_F(LnetTest, PingTellsTheNids) {
    Run(2, [] {
        lnet_nid_t nids[4];
        unsigned int nr = 4;
        ASSERT_EQ(0, lnet_ping(SimNet::Nid(2), 1000, nids, &nr));
        ASSERT_EQ(2u, nr);
        EXPECT_EQ(LNET_NID_LO, nids[0]);
        EXPECT_EQ(SimNet::Nid(2), nids[1]);
        nr = 1;
        ASSERT_EQ(0, lnet_ping(LNET_NID_LO, 1000, nids, &nr));
        EXPECT_EQ(1u, nr);
        EXPECT_EQ(-EHOSTUNREACH, lnet_ping(SimNet::Nid(9), 1000, nids, &nr));
        EXPECT_EQ(-EHOSTUNREACH, lnet_ping(LNET_MKNID(LNET_NET_TCP, 7, 1), 1000, nids, &nr));
        ASSERT_EQ(0, lnet_local_nid(0, nids));
        EXPECT_EQ(SimNet::Nid(1), nids[0]);
        EXPECT_EQ(-ENOENT, lnet_local_nid(1, nids));
    });
}

TEST_F(LnetTest, LoopbackOfAStockNodeIsUp) {
    Run(2, [] {
        lnet_ping_ni nis[4];
        unsigned int nr = 4;
        // The first entry's status is a serial number there.
        On(2, [] {
            node_var(lnet_core)->ping_info->ni[0].status = cpu_to_le32(7);
            node_var(lnet_core)->ping_info->ni[1].status = cpu_to_le32(LNET_WIRE_NI_DOWN);
        });
        ASSERT_EQ(0, lnet_ping_nis(SimNet::Nid(2), 1000, nis, &nr));
        ASSERT_EQ(2u, nr);
        EXPECT_TRUE(nis[0].up);
        EXPECT_FALSE(nis[1].up);
    });
}

TEST_F(LnetTest, BrokenConnectionIsReported) {
    static std::vector<lnet_nid_t> lost;
    lost.clear();
    Run(2, [this] {
        TestMd first(10), second(10);
        lnet_watch_lost([](lnet_nid_t nid) { lost.push_back(nid); });
        ASSERT_EQ(0, first.Bind());
        ASSERT_EQ(0, lnet_put(first.md, SimNet::Nid(2), kPortal, 1, 0, 0, false, true));
        msleep(10);
        EXPECT_TRUE(lost.empty());
        net->NewLife(2);
        ASSERT_EQ(0, second.Bind());
        ASSERT_EQ(0, lnet_put(second.md, SimNet::Nid(2), kPortal, 1, 0, 0, false, true));
        msleep(10);
        EXPECT_EQ(std::vector<lnet_nid_t>{SimNet::Nid(2)}, lost);
        lnet_watch_lost(nullptr);
    });
}

TEST_F(LnetTest, PushOfAPeerIsIgnored) {
    Run(2, [] {
        TestMd source(48);
        ASSERT_EQ(0, source.Bind());
        ASSERT_EQ(0, lnet_put(source.md, SimNet::Nid(2), 0, LNET_WIRE_MATCH_PING, 0, 0, false, true));
        msleep(10);
        EXPECT_TRUE(source.gone);
        lnet_counters counters;
        On(2, [&] { lnet_counters_get(&counters); });
        EXPECT_EQ(0u, counters.dropped);
    });
}

TEST_F(LnetTest, CreditsLimitWhatIsUnderWay) {
    Run(2, [&] {
        TestMd source(8);
        ASSERT_EQ(0, source.Bind());
        net->Cut(1, 2, true);
        for (int i = 0; i < 20; i++)
            ASSERT_EQ(0, lnet_put(source.md, SimNet::Nid(2), kPortal, i, 0, 0, false, false));
        msleep(4000);
        EXPECT_TRUE(source.events.empty());
        msleep(2000);
        EXPECT_EQ(8u, source.events.size()) << "the first eight hold the credits of the peer";
        net->Cut(1, 2, false);
        msleep(10000);
        EXPECT_EQ(20u, source.events.size());
        int failed = 0;
        for (const lnet_event &ev : source.events)
            failed += ev.status == -EHOSTUNREACH;
        EXPECT_EQ(16, failed) << "eight more were sent before the connection was mended";
        lnet_md_unlink(source.md);
        EXPECT_TRUE(source.gone);
    });
}

TEST_F(LnetTest, NoAnswerIsATimeout) {
    Run(2, [&] {
        TestMd put(8), get(8);
        net->faults.loss = 1;
        ASSERT_EQ(0, put.Bind());
        ASSERT_EQ(0, get.Bind());
        ASSERT_EQ(0, lnet_put(put.md, SimNet::Nid(2), kPortal, 1, 0, 0, true, true));
        ASSERT_EQ(0, lnet_get(get.md, SimNet::Nid(2), kPortal, 1, 0, true));
        msleep(49000);
        EXPECT_FALSE(put.gone);
        EXPECT_FALSE(get.gone);
        msleep(3000);
        ASSERT_TRUE(put.gone);
        ASSERT_TRUE(get.gone);
        EXPECT_EQ(-ETIMEDOUT, put.Last(LNET_EVENT_ACK)->status);
        EXPECT_EQ(-ETIMEDOUT, get.Last(LNET_EVENT_REPLY)->status);
    });
}

TEST_F(LnetTest, UnlinkEndsTheWaitAtOnce) {
    Run(2, [&] {
        TestMd put(8), get(8);
        net->faults.loss = 1;
        ASSERT_EQ(0, put.Bind());
        ASSERT_EQ(0, get.Bind());
        ASSERT_EQ(0, lnet_put(put.md, SimNet::Nid(2), kPortal, 1, 0, 0, true, false));
        ASSERT_EQ(0, lnet_get(get.md, SimNet::Nid(2), kPortal, 1, 0, false));
        msleep(20);
        lnet_md_unlink(put.md);
        lnet_md_unlink(get.md);
        EXPECT_TRUE(put.gone);
        EXPECT_TRUE(get.gone);
        EXPECT_EQ(-ECANCELED, get.Last(LNET_EVENT_REPLY)->status);
    });
}

TEST_F(LnetTest, UnlinkOfAnEndedMdIsHarmlessForAHolder) {
    Run(2, [] {
        TestMd target(8), source(8);
        On(2, [&] {
            ASSERT_EQ(0, target.Attach(kPortal, 1, LNET_MD_PUT | LNET_MD_ONESHOT));
            lnet_md_hold(target.md);
        });
        ASSERT_EQ(0, source.Bind());
        ASSERT_EQ(0, lnet_put(source.md, SimNet::Nid(2), kPortal, 1, 0, 0, false, true));
        msleep(20);
        EXPECT_TRUE(target.gone);
        On(2, [&] {
            lnet_md_unlink(target.md);
            lnet_md_drop(target.md);
        });
        EXPECT_EQ(1u, target.events.size());
    });
}

TEST_F(LnetTest, CutConnectionFailsSending) {
    Run(2, [&] {
        TestMd put(8), get(8);
        net->Cut(1, 2, true);
        ASSERT_EQ(0, put.Bind());
        ASSERT_EQ(0, get.Bind());
        ASSERT_EQ(0, lnet_put(put.md, SimNet::Nid(2), kPortal, 1, 0, 0, true, true));
        ASSERT_EQ(0, lnet_get(get.md, SimNet::Nid(2), kPortal, 1, 0, true));
        msleep(6000);
        ASSERT_EQ(1u, put.events.size());
        ASSERT_EQ(1u, get.events.size());
        EXPECT_EQ(LNET_EVENT_SEND, put.events[0].type);
        EXPECT_EQ(-EHOSTUNREACH, put.events[0].status);
        EXPECT_EQ(LNET_EVENT_SEND, get.events[0].type);
        EXPECT_EQ(-EHOSTUNREACH, get.events[0].status);
        EXPECT_TRUE(put.gone);
        EXPECT_TRUE(get.gone);
    });
}

TEST_F(LnetTest, DownIsRefusedWhileInUse) {
    Run(1, [] {
        lnet_report why = {};
        ASSERT_EQ(0, lnet_user_get());
        EXPECT_EQ(-EBUSY, lnet_net_down(&why));
        EXPECT_NE(nullptr, strstr(why.text, "in use"));
        lnet_user_put();
        EXPECT_EQ(0, lnet_net_down(&why));
        EXPECT_EQ(-ENETDOWN, lnet_user_get());
        TestMd md(8);
        EXPECT_EQ(-ENETDOWN, md.Bind());
        EXPECT_EQ(0, lnet_net_up("tcp(10.0.0.1)", &why));
        EXPECT_EQ(0, lnet_net_up("tcp(10.0.0.1)", &why)) << "a second start succeeds";
        EXPECT_EQ(0, lnet_net_up("tcp", &why)) << "any interface will do";
        EXPECT_EQ(-ENODEV, lnet_net_up("tcp(eth9)", &why));
        EXPECT_EQ(-EEXIST, lnet_net_up("tcp(10.0.0.77)", &why));
        EXPECT_STREQ("the network is up already, on another interface than 10.0.0.77, as 10.0.0.1@tcp; "
                     "take it down first",
                     why.text);
        EXPECT_EQ(-EINVAL, lnet_net_up("tcp(", &why));
        EXPECT_EQ(-EPROTONOSUPPORT, lnet_net_up("o2ib(ib0)", &why));
        EXPECT_TRUE(lnet_is_local(SimNet::Nid(1)));
    });
}

}  // namespace
