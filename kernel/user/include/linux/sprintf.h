/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's formatted output. It differs from the C library's in %p: this
 * one knows %pV, %pe, %pU[bBlL], %*ph, %pI4, %px, and hides plain %p (as a
 * kernel with too little entropy does) so that logs do not depend on where
 * the heap lies.
 */
#ifndef FLOOR_LINUX_SPRINTF_H
#define FLOOR_LINUX_SPRINTF_H

#include <linux/types.h>

__BEGIN_DECLS

int floor_vsnprintf(char *buf, size_t size, const char *fmt, va_list args);
int __printf(3, 4) floor_snprintf(char *buf, size_t size, const char *fmt, ...);
int __printf(2, 3) floor_sprintf(char *buf, const char *fmt, ...);
int floor_vsprintf(char *buf, const char *fmt, va_list args);
int __printf(3, 4) scnprintf(char *buf, size_t size, const char *fmt, ...);
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args);
char *kasprintf(gfp_t gfp, const char *fmt, ...) __printf(2, 3) __malloc;
char *kvasprintf(gfp_t gfp, const char *fmt, va_list args);
const char *kvasprintf_const(gfp_t gfp, const char *fmt, va_list args);

#ifndef __cplusplus
#define vsnprintf	floor_vsnprintf
#define snprintf	floor_snprintf
#define vsprintf	floor_vsprintf
#define sprintf		floor_sprintf
int sscanf(const char *s, const char *fmt, ...) __scanf(2, 3);
int vsscanf(const char *s, const char *fmt, va_list args);
#endif

__END_DECLS

#endif
