// SPDX-License-Identifier: GPL-2.0
// Files of captured packets, read by libpcap.
#include <cerrno>
#include <cstring>
#include <memory>

#include <pcap/pcap.h>

#include <fmt/format.h>

#include "lib/decode/capture.h"

namespace sheen::decode {

namespace {

Result<Link> LinkOf(pcap_t *file, const std::string &path) {
    switch (const int type = pcap_datalink(file)) {
    case DLT_EN10MB:
        return Link::kEthernet;
    case DLT_LINUX_SLL:
        return Link::kLinux;
    case DLT_LINUX_SLL2:
        return Link::kLinux2;
    case DLT_RAW:
        return Link::kIp;
    default:
        return Error{EOPNOTSUPP, fmt::format("{}: packets of link type {} are not supported", path, type),
                     "capture on an Ethernet interface, or with -i any"};
    }
}

}  // namespace

Result<CaptureFaults> DecodeFile(const std::string &path, const Capture::Sink &sink) {
    char why[PCAP_ERRBUF_SIZE] = "";
    // pcap_open_offline() takes "-" for standard input.
    std::unique_ptr<pcap_t, decltype(&pcap_close)> file(pcap_open_offline(path.c_str(), why), pcap_close);
    if (!file)
        return Error{EINVAL, why, "give a file that tcpdump -w has written"};
    const Result<Link> link = LinkOf(file.get(), path);
    if (!link)
        return link.error();

    Capture capture(sink);
    pcap_pkthdr *head;
    const u_char *bytes;
    int more;
    while ((more = pcap_next_ex(file.get(), &head, &bytes)) == 1)
        capture.Add(*link, int64_t{head->ts.tv_sec} * 1000000 + head->ts.tv_usec,
                    {reinterpret_cast<const char *>(bytes), head->caplen}, head->len);
    const CaptureFaults faults = capture.Finish();
    if (more == PCAP_ERROR)
        return Error{EIO, fmt::format("{}: {}", path, pcap_geterr(file.get())), "the file ends in the middle of a packet?"};
    return faults;
}

}  // namespace sheen::decode
