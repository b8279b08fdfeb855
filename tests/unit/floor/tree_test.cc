// SPDX-License-Identifier: GPL-2.0
// Lists, hash tables, red-black trees, interval trees and xarrays against simple models.
#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <map>
#include <random>
#include <vector>

#include <linux/bitmap.h>
#include <linux/hashtable.h>
#include <linux/interval_tree_generic.h>
#include <linux/list_sort.h>
#include <linux/llist.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include <floor.h>

namespace {

struct Node {
    list_head link;
    hlist_node hash;
    rb_node rb;
    llist_node ll;
    int key;
};

std::vector<int> Keys(list_head *head)
{
    std::vector<int> keys;
    Node *n;

    list_for_each_entry(n, head, link)
        keys.push_back(n->key);
    std::vector<int> back;
    list_for_each_entry_reverse(n, head, link)
        back.push_back(n->key);
    std::reverse(back.begin(), back.end());
    EXPECT_EQ(keys, back);
    return keys;
}

using Ints = std::vector<int>;

TEST(ListTest, MovesSplicesAndCuts)
{
    LIST_HEAD(a);
    LIST_HEAD(b);
    Node n[6];

    for (int i = 0; i < 6; i++) {
        n[i].key = i;
        list_add_tail(&n[i].link, i < 3 ? &a : &b);
    }
    EXPECT_EQ((Ints{0, 1, 2}), Keys(&a));
    list_splice_tail_init(&b, &a);
    EXPECT_TRUE(list_empty(&b));
    EXPECT_EQ((Ints{0, 1, 2, 3, 4, 5}), Keys(&a));
    list_cut_position(&b, &a, &n[1].link);
    EXPECT_EQ((Ints{0, 1}), Keys(&b));
    EXPECT_EQ((Ints{2, 3, 4, 5}), Keys(&a));
    list_move(&n[5].link, &a);
    list_move_tail(&n[0].link, &a);
    EXPECT_EQ((Ints{5, 2, 3, 4, 0}), Keys(&a));
    list_swap(&n[5].link, &n[2].link);
    EXPECT_EQ((Ints{2, 5, 3, 4, 0}), Keys(&a));
    list_bulk_move_tail(&a, &n[5].link, &n[3].link);
    EXPECT_EQ((Ints{2, 4, 0, 5, 3}), Keys(&a));
    list_rotate_left(&a);
    EXPECT_EQ((Ints{4, 0, 5, 3, 2}), Keys(&a));
    list_del_init(&n[1].link);
    EXPECT_EQ(nullptr, list_first_entry_or_null(&b, Node, link));
    Node *pos, *tmp;
    list_for_each_entry_safe(pos, tmp, &a, link)
        if (pos->key % 2)
            list_del(&pos->link);
    EXPECT_EQ((Ints{4, 0, 2}), Keys(&a));
    EXPECT_EQ(3u, list_count_nodes(&a));
}

TEST(ListTest, SortIsStable)
{
    std::mt19937 rng(5);

    for (int count : {0, 1, 2, 3, 7, 64, 201}) {
        LIST_HEAD(head);
        std::vector<Node> nodes(static_cast<size_t>(count));
        std::vector<std::pair<int, Node *>> model;

        for (Node &n : nodes) {
            n.key = static_cast<int>(rng() % 20);
            list_add_tail(&n.link, &head);
            model.emplace_back(n.key, &n);
        }
        list_sort(nullptr, &head, [](void *, const list_head *a, const list_head *b) {
            return list_entry(a, Node, link)->key - list_entry(b, Node, link)->key;
        });
        std::stable_sort(model.begin(), model.end(),
                         [](auto &x, auto &y) { return x.first < y.first; });
        size_t i = 0;
        Node *n;
        list_for_each_entry(n, &head, link)
            EXPECT_EQ(model[i++].second, n);
        EXPECT_EQ(model.size(), i);
    }
}

TEST(LlistTest, LastInFirstOut)
{
    LLIST_HEAD(head);
    Node n[3];
    Node *pos;
    Ints seen;

    EXPECT_TRUE(llist_add(&n[0].ll, &head));
    EXPECT_FALSE(llist_add(&n[1].ll, &head));
    EXPECT_FALSE(llist_add(&n[2].ll, &head));
    for (int i = 0; i < 3; i++)
        n[i].key = i;
    llist_for_each_entry(pos, llist_reverse_order(llist_del_all(&head)), ll)
        seen.push_back(pos->key);
    EXPECT_EQ((Ints{0, 1, 2}), seen);
    EXPECT_TRUE(llist_empty(&head));
}

TEST(HashtableTest, FindsWhatWasAdded)
{
    DEFINE_HASHTABLE(table, 4);
    std::vector<Node> nodes(100);
    Node *n;
    hlist_node *tmp;
    size_t seen = 0, bkt;

    for (int i = 0; i < 100; i++) {
        nodes[static_cast<size_t>(i)].key = i;
        hash_add(table, &nodes[static_cast<size_t>(i)].hash, i);
    }
    for (int i = 0; i < 100; i++) {
        int hits = 0;
        hash_for_each_possible(table, n, hash, i)
            hits += n->key == i;
        EXPECT_EQ(1, hits);
    }
    hash_for_each_safe(table, bkt, tmp, n, hash)
        if (n->key % 3)
            hash_del(&n->hash);
    hash_for_each(table, bkt, n, hash)
        seen++;
    EXPECT_EQ(34u, seen);
    EXPECT_FALSE(hash_empty(table));
}

// Returns the black height and checks the rules below the node.
int BlackHeight(const rb_node *n)
{
    if (!n)
        return 1;
    const int left = BlackHeight(n->rb_left), right = BlackHeight(n->rb_right);
    EXPECT_EQ(left, right);
    for (const rb_node *child : {n->rb_left, n->rb_right}) {
        if (!child)
            continue;
        EXPECT_EQ(n, child->rb_up);
        EXPECT_FALSE(n->rb_red && child->rb_red);
    }
    return left + !n->rb_red;
}

bool Less(rb_node *a, const rb_node *b)
{
    return rb_entry(a, Node, rb)->key < rb_entry(b, Node, rb)->key;
}

int Compare(const void *key, const rb_node *n)
{
    const int other = rb_entry(n, Node, rb)->key;

    return *static_cast<const int *>(key) - other;
}

TEST(RbtreeTest, AgreesWithAMultimap)
{
    rb_root_cached tree = RB_ROOT_CACHED;
    std::multimap<int, Node *> model;
    std::vector<Node> nodes(500);
    std::mt19937 rng(1);

    for (Node &n : nodes)
        RB_CLEAR_NODE(&n.rb);
    for (int step = 0; step < 20000; step++) {
        Node &n = nodes[rng() % nodes.size()];
        if (RB_EMPTY_NODE(&n.rb)) {
            n.key = static_cast<int>(rng() % 300);
            rb_add_cached(&n.rb, &tree, Less);
            model.emplace(n.key, &n);
        } else {
            rb_erase_cached(&n.rb, &tree);
            RB_CLEAR_NODE(&n.rb);
            auto [lo, hi] = model.equal_range(n.key);
            model.erase(std::find_if(lo, hi, [&](auto &e) { return e.second == &n; }));
        }
        if (step % 50)
            continue;
        EXPECT_TRUE(!tree.rb_root.rb_node || !tree.rb_root.rb_node->rb_red);
        BlackHeight(tree.rb_root.rb_node);
        EXPECT_EQ(rb_first(&tree.rb_root), rb_first_cached(&tree));
        auto it = model.begin();
        for (rb_node *rb = rb_first(&tree.rb_root); rb; rb = rb_next(rb), ++it)
            ASSERT_EQ(it->second, rb_entry(rb, Node, rb));
        EXPECT_EQ(model.end(), it);
        for (rb_node *rb = rb_last(&tree.rb_root); rb; rb = rb_prev(rb))
            ASSERT_EQ((--it)->second, rb_entry(rb, Node, rb));
        const int key = static_cast<int>(rng() % 300);
        size_t hits = 0;
        rb_node *rb;
        rb_for_each(rb, &key, &tree.rb_root, Compare)
            hits++;
        EXPECT_EQ(model.count(key), hits);
        EXPECT_EQ(hits != 0, rb_find(&key, &tree.rb_root, Compare) != nullptr);
    }
    Node *pos, *next;
    size_t seen = 0;
    rbtree_postorder_for_each_entry_safe(pos, next, &tree.rb_root, rb)
        seen++;
    EXPECT_EQ(model.size(), seen);
}

struct Extent {
    rb_node rb;
    u64 start, last, subtree_last;
    bool in;
};

#define EXTENT_START(e) ((e)->start)
#define EXTENT_LAST(e) ((e)->last)
INTERVAL_TREE_DEFINE(Extent, rb, u64, subtree_last, EXTENT_START, EXTENT_LAST, static inline,
                     extent)

u64 CheckDigest(const rb_node *rb)
{
    if (!rb)
        return 0;
    const Extent *e = rb_entry(rb, Extent, rb);
    const u64 top = std::max({e->last, CheckDigest(rb->rb_left), CheckDigest(rb->rb_right)});
    EXPECT_EQ(top, e->subtree_last);
    return top;
}

TEST(IntervalTreeTest, FindsAllOverlaps)
{
    rb_root_cached tree = RB_ROOT_CACHED;
    std::vector<Extent> extents(300);
    std::mt19937_64 rng(3);

    for (int step = 0; step < 10000; step++) {
        Extent &e = extents[rng() % extents.size()];
        if (e.in) {
            extent_remove(&e, &tree);
        } else {
            e.start = rng() % 10000;
            e.last = rng() % 50 ? e.start + rng() % 300 : ~0ull;
            extent_insert(&e, &tree);
        }
        e.in = !e.in;
        if (step % 20)
            continue;
        BlackHeight(tree.rb_root.rb_node);
        CheckDigest(tree.rb_root.rb_node);
        const u64 start = rng() % 10000, last = start + rng() % 500;
        std::vector<Extent *> found, expected;
        for (Extent *x = extent_iter_first(&tree, start, last); x;
             x = extent_iter_next(x, start, last))
            found.push_back(x);
        EXPECT_TRUE(std::is_sorted(found.begin(), found.end(),
                                   [](auto a, auto b) { return a->start < b->start; }));
        for (Extent &x : extents)
            if (x.in && x.start <= last && x.last >= start)
                expected.push_back(&x);
        std::sort(found.begin(), found.end());
        EXPECT_EQ(expected, found);
    }
}

class XarrayTest : public testing::Test {
protected:
    void SetUp() override { floor_init(0); }
    void TearDown() override { EXPECT_EQ(0u, floor_fini()); }
};

TEST_F(XarrayTest, AgreesWithAMap)
{
    DEFINE_XARRAY(xa);
    std::map<unsigned long, void *> model;
    std::mt19937_64 rng(9);

    for (int step = 0; step < 20000; step++) {
        const unsigned long index = rng() % 2 ? rng() % 300 : ULONG_MAX - rng() % 10;
        void *entry = xa_mk_value(static_cast<unsigned long>(step));
        void *was = model.count(index) ? model[index] : nullptr;

        switch (rng() % 5) {
        case 0:
        case 1:
            EXPECT_EQ(was, xa_store(&xa, index, entry, GFP_KERNEL));
            model[index] = entry;
            break;
        case 2:
            EXPECT_EQ(was, xa_erase(&xa, index));
            model.erase(index);
            break;
        case 3:
            EXPECT_EQ(was ? -EBUSY : 0, xa_insert(&xa, index, entry, GFP_KERNEL));
            if (!was)
                model[index] = entry;
            break;
        case 4:
            EXPECT_EQ(was, xa_cmpxchg(&xa, index, was, entry, GFP_KERNEL));
            model[index] = entry;
            break;
        }
        EXPECT_EQ(model.count(index) ? model[index] : nullptr, xa_load(&xa, index));
    }
    auto it = model.begin();
    unsigned long index;
    void *entry;
    xa_for_each(&xa, index, entry) {
        ASSERT_EQ(it->first, index);
        ASSERT_EQ(it->second, entry);
        ++it;
    }
    EXPECT_EQ(model.end(), it);
    xa_for_each(&xa, index, entry)
        xa_erase(&xa, index);
    EXPECT_TRUE(xa_empty(&xa));
}

TEST_F(XarrayTest, AllocatesTheLowestFreeIndex)
{
    DEFINE_XARRAY_ALLOC1(xa);
    u32 id, next = 0;
    int x;

    for (u32 i = 1; i <= 100; i++) {
        EXPECT_EQ(0, xa_alloc(&xa, &id, &x, xa_limit_32b, GFP_KERNEL));
        EXPECT_EQ(i, id);
    }
    xa_erase(&xa, 50);
    xa_erase(&xa, 7);
    EXPECT_EQ(0, xa_alloc(&xa, &id, &x, XA_LIMIT(20, 100), GFP_KERNEL));
    EXPECT_EQ(50u, id);
    EXPECT_EQ(-EBUSY, xa_alloc(&xa, &id, &x, XA_LIMIT(20, 100), GFP_KERNEL));
    EXPECT_EQ(0, xa_alloc(&xa, &id, nullptr, xa_limit_32b, GFP_KERNEL));
    EXPECT_EQ(7u, id);
    EXPECT_EQ(nullptr, xa_load(&xa, 7));
    EXPECT_EQ(-EBUSY, xa_insert(&xa, 7, &x, GFP_KERNEL));
    xa_release(&xa, 7);
    EXPECT_EQ(0, xa_insert(&xa, 7, &x, GFP_KERNEL));
    next = 99;
    xa_erase(&xa, 99);
    EXPECT_EQ(0, xa_alloc_cyclic(&xa, &id, &x, XA_LIMIT(1, 101), &next, GFP_KERNEL));
    EXPECT_EQ(99u, id);
    EXPECT_EQ(0, xa_alloc_cyclic(&xa, &id, &x, XA_LIMIT(1, 101), &next, GFP_KERNEL));
    EXPECT_EQ(101u, id);
    xa_erase(&xa, 3);
    EXPECT_EQ(1, xa_alloc_cyclic(&xa, &id, &x, XA_LIMIT(1, 101), &next, GFP_KERNEL));
    EXPECT_EQ(3u, id);
    xa_destroy(&xa);
}

TEST_F(XarrayTest, MarksFilterAndErrorsShow)
{
    DEFINE_XARRAY(xa);
    unsigned long index, seen = 0;
    int x;
    void *entry;

    for (unsigned long i = 0; i < 10; i++)
        xa_store(&xa, i, &x, GFP_KERNEL);
    xa_set_mark(&xa, 4, XA_MARK_1);
    xa_set_mark(&xa, 6, XA_MARK_1);
    xa_clear_mark(&xa, 4, XA_MARK_1);
    xa_for_each_marked(&xa, index, entry, XA_MARK_1)
        seen += index;
    EXPECT_EQ(6u, seen);
    EXPECT_TRUE(xa_marked(&xa, XA_MARK_1));
    EXPECT_FALSE(xa_marked(&xa, XA_MARK_0));
    floor_fail_alloc_after(0);
    EXPECT_EQ(-ENOMEM, xa_err(xa_store(&xa, 100, &x, GFP_KERNEL)));
    EXPECT_EQ(0, xa_err(xa_store(&xa, 100, &x, GFP_KERNEL)));
    xa_destroy(&xa);
}

TEST(BitmapTest, FindsAndCounts)
{
    DECLARE_BITMAP(map, 200);
    unsigned long bit;
    Ints seen;

    bitmap_zero(map, 200);
    bitmap_set(map, 60, 10);
    clear_bit(64, map);
    EXPECT_EQ(9u, bitmap_weight(map, 200));
    EXPECT_EQ(60u, find_first_bit(map, 200));
    EXPECT_EQ(64u, find_next_zero_bit(map, 200, 60));
    EXPECT_EQ(69u, find_last_bit(map, 200));
    EXPECT_EQ(200u, find_next_bit(map, 200, 70));
    for_each_set_bit(bit, map, 63)
        seen.push_back(static_cast<int>(bit));
    EXPECT_EQ((Ints{60, 61, 62}), seen);
    EXPECT_FALSE(test_and_set_bit(199, map));
    EXPECT_TRUE(test_and_clear_bit(199, map));
    bitmap_fill(map, 200);
    EXPECT_TRUE(bitmap_full(map, 200));
}

}  // namespace
