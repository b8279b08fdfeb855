// SPDX-License-Identifier: GPL-2.0
/* The MDT has evicted us. Said once: what that costs. */
#include <linux/kernel.h>

#include "obd/mdc/internal.h"

#define FILES_SIZE	320u
#define TEXT_SIZE	128u

void mdc_evicted(struct mdc *mdc)
{
	unsigned int undone = rpc_each_lost(mdc->imp, NULL, NULL), locks, opens;
	char files[FILES_SIZE] = "", undone_text[TEXT_SIZE] = "", opens_text[TEXT_SIZE] = "";

	locks = ldlm_client_evicted(mdc->dev->ns);
	opens = mdc_opens_list(mdc, files, sizeof(files));
	if (undone)
		snprintf(undone_text, sizeof(undone_text),
			 ", and %u operations that it had not stored when it restarted", undone);
	if (opens)
		snprintf(opens_text, sizeof(opens_text),
			 "; it has closed %u open files, which may be removed now: ", opens);
	pr_err("%s: evicted by %s: %u locks and %u requests under way are lost%s%s%s\n",
	       mdc->dev->name, mdc->dev->target_uuid, locks, rpc_import_aborted(mdc->imp),
	       undone_text, opens_text, files);
}
