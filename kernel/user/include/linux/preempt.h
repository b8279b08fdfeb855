/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_PREEMPT_H
#define FLOOR_LINUX_PREEMPT_H

#include <linux/types.h>

__BEGIN_DECLS

void floor_preempt_disable(void);
void floor_preempt_enable(void);
bool floor_in_atomic(void);
bool floor_in_softirq(void);

__END_DECLS

#define preempt_disable()	floor_preempt_disable()
#define preempt_enable()	floor_preempt_enable()
#define local_bh_disable()	floor_preempt_disable()
#define local_bh_enable()	floor_preempt_enable()
#define local_irq_disable()	floor_preempt_disable()
#define local_irq_enable()	floor_preempt_enable()
#define local_irq_save(flags)	do { (flags) = 0; floor_preempt_disable(); } while (0)
#define local_irq_restore(flags) do { (void)(flags); floor_preempt_enable(); } while (0)
#define irqs_disabled()		false
#define in_atomic()		floor_in_atomic()
#define in_interrupt()		floor_in_softirq()
#define in_softirq()		floor_in_softirq()
#define in_task()		(!floor_in_softirq())
#define in_irq()		false

#endif
