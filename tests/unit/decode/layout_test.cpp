// SPDX-License-Identifier: GPL-2.0
// The tables of structures: no byte without a field.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "lib/decode/layout.h"

namespace sheen::decode {
namespace {

TEST(LayoutTest, FieldsFollowOneAnotherFromEndToEnd) {
    for (const Layout *layout : AllLayouts()) {
        size_t at = 0;
        std::set<std::string> names;
        for (const Field &field : layout->fields) {
            EXPECT_EQ(at, field.offset) << layout->name << "." << field.name;
            EXPECT_EQ(0u, field.size % field.unit) << layout->name << "." << field.name;
            EXPECT_TRUE(names.insert(field.name).second) << layout->name << "." << field.name;
            if (field.layout) {
                EXPECT_EQ(field.unit, field.layout->size) << layout->name << "." << field.name;
            }
            at += field.size;
        }
        EXPECT_EQ(layout->size, at) << layout->name;
    }
}

TEST(LayoutTest, AnyBytesComeBack) {
    std::mt19937 random(1);
    for (const Layout *layout : AllLayouts()) {
        std::string bytes(layout->size, '\0');
        for (char &byte : bytes)
            byte = static_cast<char>(random());
        std::string_view rest = bytes;
        const Value value = DecodeStruct(*layout, layout->name, &rest);
        EXPECT_TRUE(rest.empty()) << layout->name;
        EXPECT_EQ(bytes, Encode(value)) << layout->name;
        EXPECT_EQ(0u, CountUnknown(value)) << layout->name;
    }
}

TEST(LayoutTest, WhatIsCutOffIsUnknown) {
    for (const Layout *layout : AllLayouts()) {
        const std::string bytes(layout->size - 1, '\1');
        std::string_view rest = bytes;
        const Value value = DecodeStruct(*layout, layout->name, &rest);
        EXPECT_TRUE(rest.empty()) << layout->name;
        EXPECT_EQ(bytes, Encode(value)) << layout->name;
    }
}

TEST(ValueTest, TextAndJson) {
    Value group = Group("g"), list = List("l");
    list.Add(Number("0", Kind::kDecimal, std::string_view("\x39\x30", 2)));
    group.Add(std::move(list));
    group.Add(Number("h", Kind::kHex, "\xff"))->note = "ALL";
    group.Add(Text("t", std::string_view("a\"\n\0\0", 5)));
    group.Add(Padding(std::string_view("\0\0", 2)));
    group.Add(Unknown("\x01\x02"));
    EXPECT_EQ("g\n  l\n    0: 12345\n  h: 0xff (ALL)\n  t: \"a\\x22\\x0a\"\n  unknown: 0102\n", Show(group, 0));
    EXPECT_EQ(R"({"l":[12345],"h":255,"t":"a\\x22\\x0a","unknown":"0102"})", Json(group).dump());
    EXPECT_EQ(1u, CountUnknown(group));
}

}  // namespace
}  // namespace sheen::decode
