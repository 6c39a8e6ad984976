/* imbytes: one part of a DEFLATE stream, and its checksum.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "deflate.h"

#include <stdlib.h>
#include <zlib.h>
#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include "core/base/processor.h"

struct _ImDeflate
{
  uint32_t checksum;
  ImQuick *quick;
};

ImDeflate *
im_deflate_new (ImQuickEffort effort, int period)
{
  ImDeflate *self = im_alloc_array (1, sizeof (ImDeflate));

  if (self == NULL)
    return NULL;
  self->quick = im_quick_new (effort, period);
  if (self->quick != NULL)
    return self;
  free (self);
  return NULL;
}

void
im_deflate_free (ImDeflate *self)
{
  if (self == NULL)
    return;
  im_quick_free (self->quick);
  free (self);
}

void
im_deflate_begin (ImDeflate *self, ImBytes *out)
{
  self->checksum = IM_DEFLATE_EMPTY_CHECKSUM;
  im_quick_begin (self->quick, out);
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
  self->checksum = adler (self->checksum, data, size);
  return im_quick_feed (self->quick, data, size);
}

bool
im_deflate_end (ImDeflate *self, bool last)
{
  return im_quick_end (self->quick, last);
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
