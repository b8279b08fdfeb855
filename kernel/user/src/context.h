/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A suspended flow of control. swapcontext() asks the system to save the signal
 * mask and makes AddressSanitizer forget what it knows of the stack, each time;
 * saving the registers that a function must preserve is all that is needed.
 */
#ifndef FLOOR_CONTEXT_H
#define FLOOR_CONTEXT_H

#include <stddef.h>
#include <ucontext.h>

struct context {
	void *sp;			/* the saved registers lie there */
	ucontext_t uc;			/* on machines without a switch of our own */
};

/* entry() runs at the first switch to the context, and must not return. */
void floor_context_init(struct context *ctx, void *stack, size_t size, void (*entry)(void));
void floor_context_switch(struct context *from, struct context *to);
/* The frame pointer of a suspended context; NULL when it is not known. */
void **floor_context_frame(const struct context *ctx);

#endif
