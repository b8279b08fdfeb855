// SPDX-License-Identifier: GPL-2.0
#include "internal.h"

#if defined(__x86_64__)

/* void floor_swap(void **save_sp, void *load_sp) */
__asm__(".text\n"
	".p2align 4\n"
	".type floor_swap, @function\n"
	"floor_swap:\n"
	"	pushq	%rbp\n"
	"	pushq	%rbx\n"
	"	pushq	%r12\n"
	"	pushq	%r13\n"
	"	pushq	%r14\n"
	"	pushq	%r15\n"
	"	movq	%rsp, (%rdi)\n"
	"	movq	%rsi, %rsp\n"
	"	popq	%r15\n"
	"	popq	%r14\n"
	"	popq	%r13\n"
	"	popq	%r12\n"
	"	popq	%rbx\n"
	"	popq	%rbp\n"
	"	ret\n"
	".size floor_swap, . - floor_swap\n");

void floor_swap(void **save_sp, void *load_sp);

#define SAVED_REGS	6
#define SAVED_RBP	5

void floor_context_init(struct context *ctx, void *stack, size_t size, void (*entry)(void))
{
	/* entry() finds the stack as after a call: 8 bytes off a multiple of 16. */
	void **sp = (void **)((char *)stack + size) - 2;

	sp[0] = (void *)entry;
	sp[1] = NULL;
	sp -= SAVED_REGS;
	memset(sp, 0, SAVED_REGS * sizeof(*sp));
	ctx->sp = sp;
}

void floor_context_switch(struct context *from, struct context *to)
{
	floor_swap(&from->sp, to->sp);
}

void **floor_context_frame(const struct context *ctx)
{
	return ((void ***)ctx->sp)[SAVED_RBP];
}

#else

void floor_context_init(struct context *ctx, void *stack, size_t size, void (*entry)(void))
{
	getcontext(&ctx->uc);
	ctx->uc.uc_stack.ss_sp = stack;
	ctx->uc.uc_stack.ss_size = size;
	ctx->uc.uc_link = NULL;
	makecontext(&ctx->uc, entry, 0);
}

void floor_context_switch(struct context *from, struct context *to)
{
	swapcontext(&from->uc, &to->uc);
}

void **floor_context_frame(const struct context *ctx)
{
	(void)ctx;
	return NULL;
}

#endif
