// SPDX-License-Identifier: GPL-2.0
// The description of a file system, as tools send it.
#include "tests/fuzz/fuzz.h"

#include <string>

extern "C" {
#include "mds/mgs_internal.h"
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    std::string text(reinterpret_cast<const char *>(data), size);
    char why[OBD_WHY_SIZE] = "";
    mgs_conf *conf;

    text = text.c_str();
    if (mgs_conf_parse(text.data(), &conf, why)) {
        Check(strlen(why) > 0);
        return 0;
    }
    Check(conf->nr_targets > 0 && conf->fsname[0]);
    mgs_conf_free(conf);
    return 0;
}
