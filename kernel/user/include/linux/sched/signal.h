/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_SCHED_SIGNAL_H
#define FLOOR_LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>
#include <linux/signal.h>

__BEGIN_DECLS

int send_sig(int sig, struct task_struct *task, int priv);
void flush_signals(struct task_struct *task);

__END_DECLS

#define allow_signal(sig)	((void)(sig))
#define disallow_signal(sig)	((void)(sig))

#endif
