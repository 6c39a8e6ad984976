/* imbytes fuzzing: any bytes -> a picture and what is to be made of it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "core/codec_list.h"
#include "core/pictures.h"

/* What is left of the bytes; all zero from their end on. */
typedef struct
{
  const uint8_t *at;
  size_t left;
} FuzzBytes;

/* 0 to @n - 1. */
unsigned fuzz_take (FuzzBytes *bytes, unsigned n);

/* Each plane is a block of its own on the heap, from the first byte of its rows
 * to the last that a sample lies in, so that sanitizers see what is read beside
 * it. Stays where it is until it is cleared. */
typedef struct
{
  PictureLayout layout;
  Picture picture;
  uint8_t *plane[4];
  ImRequest request;
  int n_threads;
  ImMetadata metadata;
  uint8_t *exif;
  char *comment;
} FuzzInput;

/* False where the picture or the image would be so large that others are worth
 * more. */
bool fuzz_input_init (FuzzInput *input, FuzzBytes *bytes);
void fuzz_input_clear (FuzzInput *input);

/* Says what is wrong, and with what, and ends the process. */
void fuzz_fail (const FuzzInput *input, const char *format, ...)
    __attribute__ ((format (printf, 2, 3), noreturn));

/* What libFuzzer calls, and replay.c in its place; the first of them once, in
 * front of all else, and not every target has it. */
int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
