/* imbytes: one part of a DEFLATE stream, by ISA-L or zlib.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "deflate.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif
#endif

/* Room that the libraries are offered at a time. Always the same, because how
 * much there is may decide where a library ends a block. */
#define WINDOW 32768

/* Both libraries count bytes of input in 32 bits. */
#define LARGEST_FEED ((size_t) 1 << 30)

typedef enum
{
  FLUSH_NONE,
  FLUSH_SYNC,  /* up to a byte boundary */
  FLUSH_FINISH /* end of the stream */
} Flush;

struct _ImDeflate
{
  int level;
  uint32_t checksum;
  ImBytes *out;
  size_t room; /* left of the window being filled */
#ifdef HAVE_ISAL
  struct isal_zstream isal;
  uint8_t *isal_buffer; /* NULL: zlib it is */
#endif
  z_stream zlib;
};

#ifdef HAVE_ISAL
/* ISA-L returns with the upper halves of the vector registers in use, and then
 * all SSE code that follows on this thread waits for them: zlib took twice as
 * long. */
#ifdef __x86_64__
static void __attribute__ ((target ("avx"))) clear_upper_halves (void)
{
  _mm256_zeroupper ();
}

static void
leave_isal (void)
{
  if (__builtin_cpu_supports ("avx"))
    clear_upper_halves ();
}
#else
static void
leave_isal (void)
{
}
#endif

/* ISA-L's own level for all of ours: on filtered rows its 1 is as fast and
 * makes a little more, its 3 is slower and makes more of all but noise. */
#define ISAL_LEVEL 2
#define ISAL_BUFFER_SIZE ISAL_DEF_LVL2_DEFAULT

static bool
isal_open (ImDeflate *self)
{
  self->isal_buffer = im_alloc_array (ISAL_BUFFER_SIZE, 1);
  if (self->isal_buffer == NULL)
    return false;
  memset (self->isal_buffer, 0, ISAL_BUFFER_SIZE);
  return true;
}

static void
isal_begin (ImDeflate *self)
{
  isal_deflate_init (&self->isal);
  self->isal.level = ISAL_LEVEL;
  self->isal.level_buf = self->isal_buffer;
  self->isal.level_buf_size = ISAL_BUFFER_SIZE;
  self->isal.gzip_flag = IGZIP_DEFLATE;
}

/* One call into the library. False: an error, which for valid arguments never
 * comes. */
static bool
isal_step (ImDeflate *self, Flush flush, bool *more)
{
  struct isal_zstream *isal = &self->isal;
  int result;

  isal->next_out = self->out->data + self->out->size;
  isal->avail_out = (uint32_t) self->room;
  isal->flush = flush == FLUSH_SYNC ? SYNC_FLUSH : NO_FLUSH;
  isal->end_of_stream = flush == FLUSH_FINISH;
  result = isal_deflate (isal);
  leave_isal ();
  self->out->size += self->room - isal->avail_out;
  self->room = isal->avail_out;
  *more = isal->avail_in > 0 || isal->avail_out == 0;
  if (flush == FLUSH_FINISH)
    *more = isal->internal_state.state != ZSTATE_END;
  return result == COMP_OK;
}
#endif

/* One call into the library, as above. */
static bool
zlib_step (ImDeflate *self, Flush flush, bool *more)
{
  static const int flushes[] = { Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FINISH };
  z_stream *zlib = &self->zlib;
  int result;

  zlib->next_out = self->out->data + self->out->size;
  zlib->avail_out = (uInt) self->room;
  result = deflate (zlib, flushes[flush]);
  self->out->size += self->room - zlib->avail_out;
  self->room = zlib->avail_out;
  *more = zlib->avail_in > 0 || zlib->avail_out == 0;
  if (flush == FLUSH_FINISH)
    *more = result != Z_STREAM_END;
  /* Z_BUF_ERROR is how zlib says that there is nothing left to do. */
  return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
}

static bool
uses_isal (const ImDeflate *self)
{
#ifdef HAVE_ISAL
  return self->isal_buffer != NULL;
#else
  (void) self;
  return false;
#endif
}

static bool
pump (ImDeflate *self, Flush flush)
{
  bool more = true, fine = true;

  while (more && fine) {
    if (self->room == 0) {
      if (!im_bytes_reserve (self->out, WINDOW))
        return false;
      self->room = WINDOW;
    }
#ifdef HAVE_ISAL
    if (uses_isal (self)) {
      fine = isal_step (self, flush, &more);
      continue;
    }
#endif
    fine = zlib_step (self, flush, &more);
  }
  return fine;
}

static void
set_input (ImDeflate *self, const uint8_t *data, size_t size)
{
#ifdef HAVE_ISAL
  if (uses_isal (self)) {
    self->isal.next_in = (uint8_t *) (uintptr_t) data;
    self->isal.avail_in = (uint32_t) size;
    self->checksum = isal_adler32 (self->checksum, data, size);
    leave_isal ();
    return;
  }
#endif
  self->zlib.next_in = (Bytef *) (uintptr_t) data;
  self->zlib.avail_in = (uInt) size;
  self->checksum = (uint32_t) adler32_z (self->checksum, data, size);
}

ImDeflate *
im_deflate_new (int level)
{
  ImDeflate *self = im_alloc_array (1, sizeof (ImDeflate));

  if (self == NULL)
    return NULL;
  memset (self, 0, sizeof (*self));
  self->level = level;
#ifdef HAVE_ISAL
  if (level >= 1 && level <= 3) {
    if (isal_open (self))
      return self;
    free (self);
    return NULL;
  }
#endif
  if (deflateInit2 (&self->zlib, level, Z_DEFLATED, -MAX_WBITS, 8,
          Z_DEFAULT_STRATEGY)
      == Z_OK)
    return self;
  free (self);
  return NULL;
}

void
im_deflate_free (ImDeflate *self)
{
  if (self == NULL)
    return;
#ifdef HAVE_ISAL
  free (self->isal_buffer);
#endif
  if (!uses_isal (self))
    deflateEnd (&self->zlib);
  free (self);
}

void
im_deflate_begin (ImDeflate *self, ImBytes *out)
{
  self->out = out;
  self->room = 0;
  self->checksum = IM_DEFLATE_EMPTY_CHECKSUM;
#ifdef HAVE_ISAL
  if (uses_isal (self)) {
    isal_begin (self);
    return;
  }
#endif
  deflateReset (&self->zlib);
}

bool
im_deflate_feed (ImDeflate *self, const void *data, size_t size)
{
  const uint8_t *next = data;

  while (size > 0) {
    size_t part = size < LARGEST_FEED ? size : LARGEST_FEED;

    set_input (self, next, part);
    if (!pump (self, FLUSH_NONE))
      return false;
    next += part;
    size -= part;
  }
  return true;
}

bool
im_deflate_end (ImDeflate *self, bool last)
{
  return pump (self, last ? FLUSH_FINISH : FLUSH_SYNC);
}

uint32_t
im_deflate_checksum (const ImDeflate *self)
{
  return self->checksum;
}

uint32_t
im_deflate_join_checksums (uint32_t first, uint32_t second,
    uint64_t second_size)
{
  /* adler32_combine () takes a long, which may have 32 bits; Adler-32 depends
   * on the size only modulo the prime it is built on. */
  const uint64_t base = 65521;

  return (
      uint32_t) adler32_combine (first, second, (z_off_t) (second_size % base));
}

void
im_deflate_zlib_header (int level, uint8_t header[2])
{
  /* Deflate with a window of 32 KiB; the level is there for information; the
   * two bytes together are a multiple of 31. */
  int hint = level < 2 ? 0 : level < 6 ? 1 : level == 6 ? 2 : 3;

  header[0] = 0x78;
  header[1] = (uint8_t) (hint << 6);
  header[1] = (uint8_t) (header[1] + 31 - (header[0] * 256 + header[1]) % 31);
}
