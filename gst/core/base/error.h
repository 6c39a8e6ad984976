/* imbytes: what went wrong, in a code and a sentence.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "compiler.h"

typedef enum
{
  IM_ERROR_NONE = 0,
  IM_ERROR_INVALID,   /* a request that contradicts itself */
  IM_ERROR_TOO_LARGE, /* past what the file format can hold */
  IM_ERROR_NO_MEMORY,
  IM_ERROR_CODEC /* libjpeg, libpng or zlib refused */
} ImErrorCode;

typedef struct
{
  ImErrorCode code;
  /* One sentence for the user: what was wrong and what to do. */
  char message[256];
} ImError;

/* Fills @error, which may be NULL. Always returns false, so that a function
 * can end with `return im_error_set (...)`. */
static inline bool IM_PRINTF_LIKE (3, 4)
    im_error_set (ImError *error, ImErrorCode code, const char *format, ...)
{
  if (error != NULL) {
    va_list args;

    va_start (args, format);
    error->code = code;
    vsnprintf (error->message, sizeof (error->message), format, args);
    va_end (args);
  }
  return false;
}

static inline bool
im_error_no_memory (ImError *error, const char *what)
{
  return im_error_set (error, IM_ERROR_NO_MEMORY,
      "Out of memory for %s; ask for a smaller picture.", what);
}
