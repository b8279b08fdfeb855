/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_COMPLETION_H
#define FLOOR_LINUX_COMPLETION_H

#include <linux/wait.h>

struct completion {
	unsigned int done;		/* guarded by wait.lock; UINT_MAX: for ever */
	struct wait_queue_head wait;
};

#define COMPLETION_INITIALIZER(work)	{ 0, __WAIT_QUEUE_HEAD_INITIALIZER((work).wait) }
#define DECLARE_COMPLETION(work)	struct completion work = COMPLETION_INITIALIZER(work)
#define DECLARE_COMPLETION_ONSTACK(work) DECLARE_COMPLETION(work)

__BEGIN_DECLS

void init_completion(struct completion *x);
void reinit_completion(struct completion *x);
void complete(struct completion *x);
void complete_all(struct completion *x);
void wait_for_completion(struct completion *x);
int wait_for_completion_interruptible(struct completion *x);
int wait_for_completion_killable(struct completion *x);
unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout);
long wait_for_completion_interruptible_timeout(struct completion *x, unsigned long timeout);
long wait_for_completion_killable_timeout(struct completion *x, unsigned long timeout);
bool try_wait_for_completion(struct completion *x);
bool completion_done(struct completion *x);

__END_DECLS

#define wait_for_completion_io(x)	wait_for_completion(x)

#endif
