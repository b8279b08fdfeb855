/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FLOOR_LINUX_SMP_H
#define FLOOR_LINUX_SMP_H

#include <linux/preempt.h>

#define nr_cpu_ids		1u
#define NR_CPUS			1
#define smp_processor_id()	0
#define raw_smp_processor_id()	0
#define num_online_cpus()	1u
#define num_possible_cpus()	1u
#define cpu_online(cpu)		((cpu) == 0)
#define cpu_to_node(cpu)	((void)(cpu), 0)
#define numa_node_id()		0
#define get_cpu()		({ preempt_disable(); 0; })
#define put_cpu()		preempt_enable()
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu)
#define for_each_present_cpu(cpu) for_each_possible_cpu(cpu)

#endif
