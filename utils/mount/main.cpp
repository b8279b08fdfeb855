// SPDX-License-Identifier: GPL-2.0
// mount.lustre: what mount(8) runs for file systems of type "lustre".
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>

#include <fmt/format.h>

#include "lib/control.h"
#include "lib/mount_source.h"
#include "lib/process.h"
#include "lib/strings.h"
#include "mount/options.h"

namespace sheen::mount {

namespace {

constexpr int kUsageExit = 1;  // exit codes of mount(8)
constexpr int kFailureExit = 32;
constexpr size_t kMaxData = 4095;  // mount(2) takes one page with its NUL
constexpr auto kRetryPause = std::chrono::seconds(2);

constexpr const char *kHelp =
    "Usage: mount.lustre MGSNID[,NID...][:MGSNID...]:/FSNAME[/SUBDIR] DIR [-fnv] [-o OPTIONS]\n"
    "\n"
    "Mounts a file system, or a directory of it; mount(8) runs this for the type lustre.\n"
    "\n"
    "  -f            do everything but the mount itself\n"
    "  -n            do not write to the mount table (nobody does)\n"
    "  -v            tell what is done\n"
    "  -o OPTIONS    ro, rw, remount, noatime, nosuid..., flock, localflock, noflock, user_xattr;\n"
    "                exclude=UUID[:UUID...]: do not use these OSTs;\n"
    "                retry=N: try N times more while the MGS does not answer\n"
    "\n"
    "Example:\n"
    "  mount -t lustre -o flock mds1@tcp:/sheen /mnt/sheen\n"
    "  mount -t lustre mds1@tcp:/sheen/projects /projects\n";

struct Request {
    std::string source, directory, options;
    bool fake = false, verbose = false, help = false;
};

Result<Request> ParseArguments(int argc, char **argv) {
    Request request;
    int option;

    if (argc > 1 && std::string_view(argv[1]) == "--help") {
        request.help = true;
        return request;
    }
    opterr = 0;
    while ((option = getopt(argc, argv, "fhnsvo:t:N:")) != -1) {
        switch (option) {
            case 'f':
                request.fake = true;
                break;
            case 'h':
                request.help = true;
                return request;
            case 'n':
            case 's':
            case 't':
                break;
            case 'v':
                request.verbose = true;
                break;
            case 'o':
                request.options += (request.options.empty() ? "" : ",") + std::string(optarg);
                break;
            default:
                return Error{EINVAL, fmt::format("unknown or incomplete option {}", argv[optind - 1]), "see --help"};
        }
    }
    if (argc - optind != 2)
        return Error{EINVAL, "expected what to mount and where", "see --help"};
    request.source = argv[optind];
    request.directory = argv[optind + 1];
    return request;
}

/// What a failed mount(2) means here.
Error Explain(int error, const MountSource &source, const std::string &directory) {
    std::string what = fmt::format("{} at {}", source.Text(), directory);

    switch (error) {
        case ENODEV:
            return Error{error, what + ": the kernel does not know the file system type", "modprobe lustre"};
        case ENOENT:
            if (!source.subdir.empty())
                return Error{error,
                             fmt::format("{}: the MGS knows no file system '{}', or there is no directory '{}' in it",
                                         what, source.fsname, source.subdir),
                             "see the kernel log"};
            return Error{error, fmt::format("{}: the MGS knows no file system '{}'", what, source.fsname),
                         "check the name; on the MDS, lconf --write_conf makes it known"};
        case ENOTDIR:
            return Error{error, fmt::format("{}: '{}' is not a directory of the file system", what, source.subdir), ""};
        case ETIMEDOUT:
        case EHOSTUNREACH:
        case ECONNREFUSED:
        case ENETUNREACH:
        case ENOTCONN:
            return Error{error, fmt::format("{}: no MGS answers at {} ({})", what, source.nids, strerror(error)),
                         fmt::format("is it running? try 'lctl ping {}'",
                                     source.nids.substr(0, source.nids.find_first_of(",:")))};
        case EALREADY:
        case EBUSY:
            return Error{error, what + ": already mounted there, or the directory is in use", ""};
        case EPERM:
            return Error{error, what + ": only root may mount", ""};
        case EINVAL:
            return Error{error, what + ": the file system rejects an option", "see the kernel log"};
        case ENETDOWN:
            return Error{error, what + ": no network is configured", "lctl network up"};
        default:
            return SystemError(error, what, "see the kernel log");
    }
}

Result<> LoadModule(bool verbose) {
    if (verbose)
        fmt::print("mount.lustre: loading module lustre\n");
    Result<std::string> out = RunProgram({"modprobe", "lustre"}, "install kmod");
    return out ? Result<>() : out.error();
}

/// Starts the networks that are this node's default when none is up, so that a client needs no configuration.
Result<> StartNetwork(bool verbose) {
    Result<LnetControl> lnet = LnetControl::Open();
    if (!lnet) {
        // The kernel does not know LNet.
        if (Result<> done = LoadModule(verbose); !done)
            return done;
        lnet = LnetControl::Open();
    }
    if (!lnet)
        return lnet.error();
    Result<std::vector<Interface>> interfaces = lnet->Interfaces();
    if (!interfaces)
        return interfaces.error();
    if (!interfaces->empty())
        return {};
    if (verbose)
        fmt::print("mount.lustre: starting the network\n");
    return lnet->Up("");
}

/// Calls mount(2): again when a missing module was all that stood in the way, and while the MGS does not answer.
Result<> Mount(const MountSource &source, const std::string &directory, const Options &options, bool verbose) {
    bool loaded = false;

    if (Result<> up = StartNetwork(verbose); !up)
        return up;
    for (int tries = 0;;) {
        if (::mount(source.Text().c_str(), directory.c_str(), "lustre", options.flags, options.data.c_str()) == 0)
            return {};
        int error = errno;
        bool silent = error == ETIMEDOUT || error == EHOSTUNREACH || error == ECONNREFUSED || error == ENOTCONN;
        if (error == ENODEV && !loaded) {
            loaded = true;
            if (Result<> done = LoadModule(verbose); !done)
                return done;
        } else if (silent && tries < options.retries) {
            tries++;
            if (verbose)
                fmt::print("mount.lustre: no answer from {}, attempt {} of {} follows\n", source.nids, tries + 1,
                           options.retries + 1);
            std::this_thread::sleep_for(kRetryPause);
        } else {
            return Explain(error, source, directory);
        }
    }
}

Result<> Run(const Request &request) {
    struct stat st;

    Result<Options> options = ParseOptions(request.options);
    if (!options)
        return options.error();
    Result<MountSource> source = ParseMountSource(request.source);
    if (!source)
        return source.error();
    if (stat(request.directory.c_str(), &st) < 0)
        return SystemError(errno, request.directory, "create the mount point first");
    if (!S_ISDIR(st.st_mode))
        return SystemError(ENOTDIR, request.directory);
    if (!(options->flags & MS_REMOUNT) && IsLustreMount(request.directory))
        return Error{EALREADY, fmt::format("{}: a file system is mounted there already", request.directory), ""};
    if (options->data.size() > kMaxData)
        return Error{E2BIG, fmt::format("options are longer than {} bytes", kMaxData), ""};
    if (request.verbose)
        fmt::print("mount.lustre: mount {} at {} with flags {:#x}, options {}\n", source->Text(), request.directory,
                   options->flags, options->data);
    return request.fake ? Result<>() : Mount(*source, request.directory, *options, request.verbose);
}

}  // namespace

}  // namespace sheen::mount

int main(int argc, char **argv) {
    sheen::Result<sheen::mount::Request> request = sheen::mount::ParseArguments(argc, argv);

    if (!request) {
        fmt::print(stderr, "{}\n", request.error().Line("mount.lustre"));
        return sheen::mount::kUsageExit;
    }
    if (request->help) {
        fmt::print("{}", sheen::mount::kHelp);
        return 0;
    }
    sheen::Result<> done = sheen::mount::Run(*request);
    fflush(stdout);
    if (done)
        return 0;
    fmt::print(stderr, "{}\n", done.error().Line("mount.lustre"));
    return sheen::mount::kFailureExit;
}
