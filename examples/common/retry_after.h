/* imbytes examples: when a server wants to be asked again.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdint.h>

/* A server that says more is asked after that. */
#define RETRY_AFTER_MAX 300 /* seconds */

/* The value of a Retry-After header, seconds or a date of HTTP (RFC 9110), in
 * seconds from @now, which counts from 1970: 0 to RETRY_AFTER_MAX. 0 where it is over
 * or makes no sense. */
int retry_after_read (const char *value, int64_t now);
