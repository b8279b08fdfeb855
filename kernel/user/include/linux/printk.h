/* SPDX-License-Identifier: GPL-2.0 */
/* Messages go to a ring that tests can search, and to stderr when asked for. */
#ifndef FLOOR_LINUX_PRINTK_H
#define FLOOR_LINUX_PRINTK_H

#include <linux/bug.h>

#define KERN_SOH	"\001"
#define KERN_EMERG	KERN_SOH "0"
#define KERN_ALERT	KERN_SOH "1"
#define KERN_CRIT	KERN_SOH "2"
#define KERN_ERR	KERN_SOH "3"
#define KERN_WARNING	KERN_SOH "4"
#define KERN_NOTICE	KERN_SOH "5"
#define KERN_INFO	KERN_SOH "6"
#define KERN_DEBUG	KERN_SOH "7"
#define KERN_DEFAULT	""
#define KERN_CONT	KERN_SOH "c"

/* For "%pV". */
struct va_format {
	const char *fmt;
	va_list *va;
};

__BEGIN_DECLS

int __printf(1, 2) _printk(const char *fmt, ...);
int vprintk(const char *fmt, va_list args);
void print_hex_dump_bytes(const char *prefix, int prefix_type, const void *buf, size_t len);
bool floor_ratelimit(const void *site);

__END_DECLS

#ifndef pr_fmt
#define pr_fmt(fmt)	fmt
#endif

#define printk(fmt...)		_printk(fmt)
#define no_printk(fmt...)	({ if (0) _printk(fmt); 0; })
#define pr_emerg(fmt, args...)	_printk(KERN_EMERG pr_fmt(fmt), ##args)
#define pr_alert(fmt, args...)	_printk(KERN_ALERT pr_fmt(fmt), ##args)
#define pr_crit(fmt, args...)	_printk(KERN_CRIT pr_fmt(fmt), ##args)
#define pr_err(fmt, args...)	_printk(KERN_ERR pr_fmt(fmt), ##args)
#define pr_warn(fmt, args...)	_printk(KERN_WARNING pr_fmt(fmt), ##args)
#define pr_notice(fmt, args...)	_printk(KERN_NOTICE pr_fmt(fmt), ##args)
#define pr_info(fmt, args...)	_printk(KERN_INFO pr_fmt(fmt), ##args)
#define pr_debug(fmt, args...)	_printk(KERN_DEBUG pr_fmt(fmt), ##args)
#define pr_devel(fmt, args...)	pr_debug(fmt, ##args)
#define pr_cont(fmt, args...)	_printk(KERN_CONT fmt, ##args)

#define floor_once(call) \
	({ static bool __said; if (!__said) { __said = true; call; } })
#define pr_emerg_once(fmt, args...)	floor_once(pr_emerg(fmt, ##args))
#define pr_err_once(fmt, args...)	floor_once(pr_err(fmt, ##args))
#define pr_warn_once(fmt, args...)	floor_once(pr_warn(fmt, ##args))
#define pr_notice_once(fmt, args...)	floor_once(pr_notice(fmt, ##args))
#define pr_info_once(fmt, args...)	floor_once(pr_info(fmt, ##args))
#define pr_debug_once(fmt, args...)	floor_once(pr_debug(fmt, ##args))
#define printk_once(fmt...)		floor_once(_printk(fmt))

#define floor_limited(call) \
	({ static char __site; if (floor_ratelimit(&__site)) call; })
#define pr_emerg_ratelimited(fmt, args...)	floor_limited(pr_emerg(fmt, ##args))
#define pr_crit_ratelimited(fmt, args...)	floor_limited(pr_crit(fmt, ##args))
#define pr_err_ratelimited(fmt, args...)	floor_limited(pr_err(fmt, ##args))
#define pr_warn_ratelimited(fmt, args...)	floor_limited(pr_warn(fmt, ##args))
#define pr_notice_ratelimited(fmt, args...)	floor_limited(pr_notice(fmt, ##args))
#define pr_info_ratelimited(fmt, args...)	floor_limited(pr_info(fmt, ##args))
#define pr_debug_ratelimited(fmt, args...)	floor_limited(pr_debug(fmt, ##args))
#define printk_ratelimited(fmt...)		floor_limited(_printk(fmt))
#define printk_ratelimit() \
	({ static char __site; floor_ratelimit(&__site); })

#define DUMP_PREFIX_NONE	0
#define DUMP_PREFIX_OFFSET	2
#define print_hex_dump_debug(prefix, type, row, group, buf, len, ascii) \
	print_hex_dump_bytes(prefix, type, buf, len)

#endif
