/* SPDX-License-Identifier: GPL-2.0 */
/* There is one CPU. */
#ifndef FLOOR_LINUX_PERCPU_H
#define FLOOR_LINUX_PERCPU_H

#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/smp.h>

#define DEFINE_PER_CPU(type, name)	__typeof__(type) name
#define DECLARE_PER_CPU(type, name)	extern __typeof__(type) name
#define DEFINE_PER_CPU_ALIGNED(type, name) DEFINE_PER_CPU(type, name)
#define alloc_percpu(type)		((type *)kzalloc(sizeof(type), GFP_KERNEL))
#define alloc_percpu_gfp(type, gfp)	((type *)kzalloc(sizeof(type), gfp))
#define free_percpu(ptr)		kfree(ptr)
#define per_cpu(var, cpu)		(*((void)(cpu), &(var)))
#define per_cpu_ptr(ptr, cpu)		((void)(cpu), (ptr))
#define this_cpu_ptr(ptr)		(ptr)
#define raw_cpu_ptr(ptr)		(ptr)
#define get_cpu_ptr(ptr)		(preempt_disable(), (ptr))
#define put_cpu_ptr(ptr)		((void)(ptr), preempt_enable())
#define get_cpu_var(var)		(*(preempt_disable(), &(var)))
#define put_cpu_var(var)		((void)&(var), preempt_enable())
#define this_cpu_read(var)		(var)
#define this_cpu_write(var, v)		((var) = (v))
#define this_cpu_add(var, v)		((var) += (v))
#define this_cpu_sub(var, v)		((var) -= (v))
#define this_cpu_inc(var)		((var)++)
#define this_cpu_dec(var)		((var)--)
#define this_cpu_add_return(var, v)	((var) += (v))
#define this_cpu_inc_return(var)	(++(var))

#endif
