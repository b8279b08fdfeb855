// SPDX-License-Identifier: GPL-2.0
// The checker of coherence finds nothing wrong with a local file system, and finds what a broken one would do.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/checker/explain.h"
#include "tests/checker/remote.h"

namespace checker {
namespace {

constexpr unsigned kActors = 3;

// Actors on a local file system, each in a process, which lie when they are told to.
class LocalDriver : public Driver {
public:
    using Lie = std::function<bool(const Op &, Result *)>;  // whether it lied

    explicit LocalDriver(Lie lie = nullptr) : lie_(std::move(lie)) {
        char name[] = "/tmp/checker-XXXXXX";
        folder_ = mkdtemp(name);
        for (const char *dir : {"/d0", "/d1"})
            std::filesystem::create_directory(folder_ + dir);
        std::ofstream(folder_ + "/" + kCounterFile) << std::string(kCounterStep * kCounters, 0);
        for (unsigned i = 0; i < kActors; i++)
            Start();
    }
    ~LocalDriver() override {
        remote_.reset();
        for (unsigned i = 0; i < kActors; i++)
            wait(nullptr);
        std::filesystem::remove_all(folder_);
    }

    Results Run(const Work &work) override {
        Results results = remote_->Run(work);
        for (size_t actor = 0; actor < work.size(); actor++) {
            for (size_t i = 0; lie_ && i < work[actor].size(); i++) {
                if (lie_(work[actor][i], &results[actor][i]))
                    lie_ = nullptr;
            }
        }
        return results;
    }
    bool lied() const { return !lie_; }

private:
    void Start() {
        int ends[2];

        ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
        if (!fork()) {
            remote_.reset();  // ends of the other actors' connections: they end when the parent closes its own
            close(ends[0]);
            Connection asker(ends[1]);
            _exit(!ServeActor(&asker, folder_));
        }
        close(ends[1]);
        remote_->Add(ends[0]);
    }

    std::string folder_;
    std::unique_ptr<RemoteDriver> remote_ = std::make_unique<RemoteDriver>();
    Lie lie_;
};

// A local file system promises little to a reader and a writer at the same time, and knows two tables of locks.
Options LocalOptions(uint64_t seed, unsigned rounds) {
    Options options;

    options.seed = seed;
    options.config.actors = kActors;
    options.config.data_at_once = false;
    options.config.direct = options.config.attributes = options.config.forget = false;
    options.config.one_lock_table = options.rules.one_lock_table = false;
    options.more = [rounds](unsigned round) { return round < rounds; };
    return options;
}

void ExpectFound(const LocalDriver::Lie &lie) {
    LocalDriver driver(lie);
    Options options = LocalOptions(7, 6000);
    options.at_once_percent = 0;  // what overlaps may explain a lie
    Session session(&driver, options);
    const bool ok = session.Run();

    EXPECT_TRUE(driver.lied());
    EXPECT_FALSE(ok);
    EXPECT_NE(std::string::npos, session.report().find("seed 7, round "));
}

TEST(CheckerTest, ALocalFileSystemIsRight) {
    for (const uint64_t seed : {1, 2, 3}) {
        LocalDriver driver;
        Session session(&driver, LocalOptions(seed, 400));
        EXPECT_TRUE(session.Run()) << session.report();
        EXPECT_LT(400u, session.operations());
    }
}

TEST(CheckerTest, AStaleByteIsFound) {
    ExpectFound([](const Op &op, Result *r) {
        if (op.kind != Kind::kRead || r->data.size() < 5000)
            return false;
        r->data[4999] ^= 1;
        return true;
    });
}

TEST(CheckerTest, AWrongSizeIsFound) {
    ExpectFound([](const Op &op, Result *r) {
        const bool lies = op.kind == Kind::kStat && r->type == 'f' && r->size;
        r->size -= lies;
        return lies;
    });
}

TEST(CheckerTest, ALostNameIsFound) {
    ExpectFound([](const Op &op, Result *r) {
        const bool lies = op.kind == Kind::kList && !r->data.empty();
        if (lies)
            r->data.erase(0, r->data.find('\n') + 1);
        return lies;
    });
}

TEST(CheckerTest, AWrongLinkCountIsFound) {
    ExpectFound([](const Op &op, Result *r) {
        const bool lies = op.kind == Kind::kStatOpen && !r->error;
        r->nlink += lies;
        return lies;
    });
}

TEST(CheckerTest, ATimeThatMovesIsFound) {
    int looks = 0;
    ExpectFound([&looks](const Op &op, Result *r) {
        const bool lies = op.kind == Kind::kStat && r->type == 'f' && ++looks > 20;
        r->mtime += lies * 10'000'000'000;
        return lies;
    });
}

TEST(CheckerTest, ALockThatTwoHoldIsFound) {
    ExpectFound([](const Op &op, Result *r) {
        const bool lies = op.kind == Kind::kLock && r->error == EAGAIN;
        r->error = lies ? 0 : r->error;
        return lies;
    });
}

TEST(CheckerTest, AForgottenFileIsFound) {
    ExpectFound([](const Op &op, Result *r) {
        const bool lies = op.kind == Kind::kStat && !r->error;
        if (lies)
            *r = {.error = ENOENT};
        return lies;
    });
}

// ---- operations that overlap in time ----

class ExplainTest : public testing::Test {
protected:
    ExplainTest() {
        std::string why;
        for (unsigned actor = 0; actor < kActors; actor++) {
            const Op open = {.kind = Kind::kOpen, .flags = kCreate, .tag = 50 + actor, .path = "d0/n0"};
            EXPECT_TRUE(model_.Step(actor, 0, open, {}, {}, &why)) << why;
        }
    }
    // How many states come of it.
    size_t States(const Work &work, const Results &results) {
        std::string why;
        return Explain({model_}, work, results, &why).size();
    }
    static Op Write(uint64_t tag, uint64_t offset = 0) {
        return {.kind = Kind::kWrite, .offset = offset, .length = 8192, .tag = tag};
    }
    static Op Read() { return {.kind = Kind::kRead, .length = 16384}; }
    static Op Stat() { return {.kind = Kind::kStatOpen}; }

    Model model_{kActors, Rules()};
    const Result written_ = {.value = 8192};
};

TEST_F(ExplainTest, AReadSeesAllOrNothingOfAWrite) {
    const Work work = {{Write(100)}, {Write(101)}, {Read()}};
    const std::string first = Pattern(100, 8192), second = Pattern(101, 8192);

    for (const std::string &seen : {std::string(), first, second})
        EXPECT_LT(0u, States(work, {{written_}, {written_}, {{.data = seen}}}));
    for (const std::string &seen :
         {first.substr(0, 4096), first.substr(0, 4096) + second.substr(4096), first + second, std::string(8192, 0)})
        EXPECT_EQ(0u, States(work, {{written_}, {written_}, {{.data = seen}}}));
}

TEST_F(ExplainTest, NobodyGoesBackInTime) {
    const Work work = {{Write(100)}, {Read(), Read()}, {Read()}};
    const Result after = {.data = Pattern(100, 8192)}, before;

    EXPECT_LT(0u, States(work, {{written_}, {before, after}, {before}}));
    EXPECT_EQ(0u, States(work, {{written_}, {after, before}, {before}}));
}

TEST_F(ExplainTest, AppendsDoNotOverlap) {
    std::string why;
    const Op append = {.kind = Kind::kOpen, .slot = 1, .flags = kAppend, .path = "d0/n0"};
    for (unsigned actor = 0; actor < 2; actor++)
        ASSERT_TRUE(model_.Step(actor, 0, append, {}, {}, &why)) << why;
    Op first = Write(100), second = Write(101);
    first.slot = second.slot = 1;
    const Work work = {{first, Read()}, {second}, {}};
    const std::string a = Pattern(100, 8192), b = Pattern(101, 8192);

    for (const std::string &seen : {a, a + b, b + a})
        EXPECT_LT(0u, States(work, {{written_, {.data = seen}}, {written_}, {}}));
    for (const std::string &seen : {b, std::string()})
        EXPECT_EQ(0u, States(work, {{written_, {.data = seen}}, {written_}, {}}));
}

// A size may be any between those before and after, as a write makes its way.
TEST_F(ExplainTest, ASizeIsOneOnTheWay) {
    const Work work = {{Write(100)}, {Stat()}, {}};

    for (const uint64_t size : {0, 4096, 8192})
        EXPECT_LT(0u,
                  States(work, {{written_}, {{.type = 'f', .mode = 0644, .nlink = 1, .size = size, .number = 5}}, {}}));
    EXPECT_EQ(0u, States(work, {{written_}, {{.type = 'f', .mode = 0644, .nlink = 1, .size = 8193, .number = 5}}, {}}));
}

TEST_F(ExplainTest, ANameIsInOnePlace) {
    const Op rename = {.kind = Kind::kRename, .path = "d0/n0", .other = "d0/n1"};
    const Op list = {.kind = Kind::kList, .path = "d0"};

    for (const char *seen : {"n0\n", "n1\n"})
        EXPECT_LT(0u, States({{rename}, {list}, {}}, {{{}}, {{.data = seen}}, {}}));
    for (const char *seen : {"", "n0\nn1\n"})
        EXPECT_EQ(0u, States({{rename}, {list}, {}}, {{{}}, {{.data = seen}}, {}}));
}

TEST_F(ExplainTest, OneOfTwoGetsALock) {
    const Op lock = {.kind = Kind::kLock, .flags = kAlone, .length = 10};
    const Result got, not_got = {.error = EAGAIN};

    EXPECT_EQ(1u, States({{lock}, {lock}, {}}, {{got}, {not_got}, {}}));
    EXPECT_EQ(0u, States({{lock}, {lock}, {}}, {{got}, {got}, {}}));
    EXPECT_EQ(0u, States({{lock}, {lock}, {}}, {{not_got}, {not_got}, {}}));
}

TEST(OpTest, OperationsAndResultsTravel) {
    const Op op = {
        .kind = Kind::kRename, .slot = 1, .flags = 2, .offset = 3, .length = 4, .tag = 5, .path = "a", .other = "b"};
    const Result result = {1, 2, "data", 'f', 3, 4, 5, 6, -7, 8, 9};
    uint64_t length;
    Result again;
    Op copy;

    ASSERT_TRUE(Decode(Encode(op), &copy));
    EXPECT_EQ(op, copy);
    ASSERT_TRUE(Decode(Encode(result), &again, &length));
    EXPECT_EQ(4u, length);
    again.data = "data";
    EXPECT_EQ(result, again);
    EXPECT_FALSE(Decode("1 2", &copy));
    EXPECT_FALSE(Decode("99 0 0 0 0 0 / /", &copy));
}

TEST(OpTest, PatternsAreTold) {
    EXPECT_EQ(" [0+16 write 1234 from 8] [16+3 zeros] [19+2 \"xx\"]",
              Describe(Pattern(1234, 24).substr(8) + std::string(3, 0) + "xx"));
    EXPECT_NE(Pattern(100, 1), Pattern(101, 1));
}

}  // namespace
}  // namespace checker
