/* imbytes: plan in, frame in, bytes out. START HERE.
 *
 *   im_engine_configure ()   request + input -> plan; tables and coders for it
 *   im_engine_encode ()      a frame -> coded strips, and how many bytes in all
 *   im_engine_write ()       the file, into memory of exactly that size
 *
 * A frame walks: reader -> resample -> colour -> codec, a strip at a time, a
 * block of 16 rows at a time within it, so that no whole frame stands
 * between two stages, but for pictures that their codec has to see whole.
 *
 * Strips are coded on the threads of the process-wide pool (workers.h) and on
 * the caller's; the bytes do not depend on how many there are.
 *
 * Thread-safety: one thread at a time for each engine; engines are independent.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "codec_list.h"
#include "core/plan/plan.h"

typedef struct _ImEngine ImEngine;

/* NULL when out of memory. */
ImEngine *im_engine_new (void);
void im_engine_free (ImEngine *engine);

/* At most @n_threads threads for each frame, the caller's among them; 0, the
 * default: one for each processor. */
void im_engine_set_threads (ImEngine *engine, int n_threads);

/* Cheap when nothing changed since the last call, and else rebuilds only what
 * depends on what did. After a failure the engine is unconfigured. */
bool im_engine_configure (ImEngine *engine, const ImImageInfo *input,
    const ImRequest *request, ImError *error);

/* The plan in force; NULL before the first successful im_engine_configure (). */
const ImPlan *im_engine_plan (const ImEngine *engine);

/* Codes @frame, whose info has to equal the configured input's (the rows may
 * lie elsewhere in every frame). *@size is the length of the file in bytes. */
bool im_engine_encode (ImEngine *engine, const ImImage *frame, size_t *size,
    ImError *error);

/* The same in two steps, to code a picture more than once: all its rows are made
 * and kept, and coded with the options of the last im_engine_configure (). They
 * are kept as long as that changes nothing but options of the codec. */
bool im_engine_make_rows (ImEngine *engine, const ImImage *frame,
    ImError *error);
bool im_engine_code_rows (ImEngine *engine, size_t *size, ImError *error);

/* About what im_engine_code_rows () would give, for a fraction of its time
 * (sample.h); im_engine_can_estimate () says whether it is one. */
bool im_engine_can_estimate (const ImEngine *engine);
bool im_engine_estimate (ImEngine *engine, size_t *size, ImError *error);

/* What the files say besides the picture, from the next im_engine_encode () on;
 * NULL, the default: nothing. Borrowed until it is set anew. */
void im_engine_set_metadata (ImEngine *engine, const ImMetadata *metadata);

/* Writes the file that im_engine_encode () or im_engine_code_rows () just made,
 * all *size bytes of it. */
void im_engine_write (const ImEngine *engine, uint8_t *out);
