/* imbytes: one part of a DEFLATE stream, by our own coder or zlib.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "deflate.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include "core/base/processor.h"
#include "quick.h"

/* Room that zlib is offered at a time. Always the same, because how much there
 * is may decide where it ends a block. */
#define WINDOW 32768

/* zlib's most: twice the symbols a block that libpng has, hence half the headers. */
#define MEMORY_LEVEL 9

/* zlib counts bytes of input in 32 bits. */
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
  size_t room;    /* left of the window being filled */
  ImQuick *quick; /* NULL: zlib it is */
  z_stream zlib;
};

/* One call into the library. False: an error, which for valid arguments never
 * comes. */
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
pump (ImDeflate *self, Flush flush)
{
  bool more = true, fine = true;

  while (more && fine) {
    if (self->room == 0) {
      if (!im_bytes_reserve (self->out, WINDOW))
        return false;
      self->room = WINDOW;
    }
    fine = zlib_step (self, flush, &more);
  }
  return fine;
}

ImDeflate *
im_deflate_new (int level)
{
  ImDeflate *self = im_alloc_array (1, sizeof (ImDeflate));

  if (self == NULL)
    return NULL;
  memset (self, 0, sizeof (*self));
  self->level = level;
  if (level >= 1 && level <= IM_QUICK_EFFORTS) {
    self->quick = im_quick_new ();
    if (self->quick != NULL)
      return self;
    free (self);
    return NULL;
  }
  if (deflateInit2 (&self->zlib, level, Z_DEFLATED, -MAX_WBITS, MEMORY_LEVEL,
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
  if (self->quick == NULL)
    deflateEnd (&self->zlib);
  im_quick_free (self->quick);
  free (self);
}

void
im_deflate_begin (ImDeflate *self, ImBytes *out)
{
  self->out = out;
  self->room = 0;
  self->checksum = IM_DEFLATE_EMPTY_CHECKSUM;
  if (self->quick != NULL)
    im_quick_begin (self->quick, out, self->level);
  else
    deflateReset (&self->zlib);
}

/* Several times as fast by ISA-L, and worth a tenth of the whole at level 1. */
static uint32_t
adler (uint32_t checksum, const void *data, size_t size)
{
#ifdef HAVE_ISAL
  checksum = isal_adler32 (checksum, data, size);
  im_processor_clear_upper ();
  return checksum;
#else
  return (uint32_t) adler32_z (checksum, data, size);
#endif
}

bool
im_deflate_feed (ImDeflate *self, const void *data, size_t size)
{
  const uint8_t *next = data;

  self->checksum = adler (self->checksum, data, size);
  if (self->quick != NULL)
    return im_quick_feed (self->quick, data, size);
  while (size > 0) {
    size_t part = size < LARGEST_FEED ? size : LARGEST_FEED;

    self->zlib.next_in = (Bytef *) (uintptr_t) next;
    self->zlib.avail_in = (uInt) part;
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
  if (self->quick != NULL)
    return im_quick_end (self->quick, last);
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
