/* imbytes tests: strip coders, and that it does not matter which of them does what.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "core/strip.h"
#include "testing.h"

#include "pictures.h"

/* Strips of few rows, so that small pictures have some. */
#define STRIP_ROWS 32

typedef struct
{
  Picture picture;
  ImPlan plan;
  ImResampleTables tables;
} Job;

static void
job_init (Job *job, const char *layout, const ImRequest *request)
{
  memset (job, 0, sizeof (*job));
  picture_init (&job->picture, layout, 150, 131, false);
  picture_random (&job->picture, 3);
  CHECK (im_plan_make (&job->plan, &job->picture.image.info, request, NULL));
  job->plan.strip_rows = STRIP_ROWS;
  job->plan.n_strips = (job->plan.height + STRIP_ROWS - 1) / STRIP_ROWS;
  CHECK (im_resample_tables_build (&job->tables, &job->plan));
}

static void
job_clear (Job *job)
{
  im_resample_tables_clear (&job->tables);
  picture_clear (&job->picture);
}

static ImStripCoder *
strip_coder_of (const Job *job)
{
  ImError error = { 0 };
  ImStripCoder *coder = im_strip_coder_new (&job->plan, &job->tables, &error);

  if (!CHECK (coder != NULL))
    printf ("  %s\n", error.message);
  return coder;
}

static bool
same_strip (const ImCodedStrip *a, const ImCodedStrip *b)
{
  return a->bytes.size > 0 && a->bytes.size == b->bytes.size
      && a->checksum == b->checksum && a->raw_size == b->raw_size
      && memcmp (a->bytes.data, b->bytes.data, a->bytes.size) == 0;
}

/* In order by one; backwards, and twice, by one that has coded others. */
static void
compare_orders (const Job *job)
{
  ImStripCoder *one = strip_coder_of (job), *other = strip_coder_of (job);
  ImCodedStrip first = { 0 }, again = { 0 };
  ImError error = { 0 };

  CHECK (job->plan.n_strips > 2);
  for (int i = 0; i < job->plan.n_strips; i++) {
    int others = job->plan.n_strips - 1 - i;

    CHECK (im_strip_coder_code (one, &job->picture.image, i, &first, &error));
    CHECK (im_strip_coder_code (other, &job->picture.image, others, &again,
        &error));
    CHECK (im_strip_coder_code (other, &job->picture.image, i, &again, &error));
    CHECK (same_strip (&first, &again));
  }
  im_bytes_clear (&first.bytes);
  im_bytes_clear (&again.bytes);
  im_strip_coder_free (one);
  im_strip_coder_free (other);
}

static const char *const layouts[] = { "I420", "NV12", "YUY2", "RGB", "BGRA",
  "GRAY8", "P010_10LE", NULL };

static void
test_orders (void)
{
  for (int codec = 0; codec < 2; codec++)
    for (const char *const *layout = layouts; *layout; layout++)
      for (int turn = 0; turn < 8; turn++) {
        ImRequest request = request_plain ((ImCodecId) codec);
        Job job;

        request.width = 101;
        request.height = 115;
        request.fit = IM_FIT_CONTAIN;
        request.orientation = (ImOrientation){ turn & 1, turn & 2, turn & 4 };
        job_init (&job, *layout, &request);
        compare_orders (&job);
        job_clear (&job);
      }
}

/* Rows that were made in bands, by two coders and out of order, are coded to the
 * strip that one coder makes of one piece. */
static void
test_bands (void)
{
  for (int codec = 0; codec < 2; codec++)
    for (const char *const *layout = layouts; *layout; layout++) {
      ImRequest request = request_plain ((ImCodecId) codec);
      ImCodedStrip whole = { 0 }, banded = { 0 };
      ImError error = { 0 };
      ImStripCoder *coders[2];
      uint8_t *memory;
      ImRows rows;
      Job job;

      request.width = 90;
      request.height = 113;
      job_init (&job, *layout, &request);
      job.plan.strip_rows = job.plan.height;
      job.plan.n_strips = 1;
      for (int i = 0; i < 2; i++)
        coders[i] = strip_coder_of (&job);
      CHECK (im_strip_coder_code (coders[0], &job.picture.image, 0, &whole,
          &error));
      memory = im_rows_alloc (&rows, &job.plan, job.plan.height);
      for (int y = job.plan.height / STRIP_ROWS * STRIP_ROWS, i = 0; y >= 0;
           y -= STRIP_ROWS, i++)
        im_strip_coder_fill (coders[i % 2], &job.picture.image, y,
            y + STRIP_ROWS < job.plan.height ? y + STRIP_ROWS : job.plan.height,
            &rows);
      CHECK (im_strip_coder_code_rows (coders[1], &rows, 0, &banded, &error));
      CHECK (same_strip (&whole, &banded));
      free (memory);
      im_bytes_clear (&whole.bytes);
      im_bytes_clear (&banded.bytes);
      for (int i = 0; i < 2; i++)
        im_strip_coder_free (coders[i]);
      job_clear (&job);
    }
}

/* Nothing is left of a frame that was coded before. */
static void
test_frames (void)
{
  ImRequest request = request_plain (IM_CODEC_PNG);
  ImCodedStrip fresh = { 0 }, used = { 0 };
  ImError error = { 0 };
  ImStripCoder *coder, *other;
  Picture dark;
  Job job;

  request.width = 75;
  request.height = 64;
  job_init (&job, "I420", &request);
  picture_init (&dark, "I420", 150, 131, true);
  for (int c = 0; c < 3; c++)
    picture_fill (&dark, c, c == 0 ? 16 : 128);
  coder = strip_coder_of (&job);
  other = strip_coder_of (&job);
  CHECK (im_strip_coder_code (coder, &dark.image, 1, &used, &error));
  CHECK (im_strip_coder_code (coder, &job.picture.image, 0, &used, &error));
  CHECK (im_strip_coder_code (other, &job.picture.image, 0, &fresh, &error));
  CHECK (same_strip (&fresh, &used));
  im_bytes_clear (&fresh.bytes);
  im_bytes_clear (&used.bytes);
  im_strip_coder_free (coder);
  im_strip_coder_free (other);
  picture_clear (&dark);
  job_clear (&job);
}

/* Another quality: as from a coder that never had the old one. */
static void
test_set_codec (void)
{
  ImRequest request = request_plain (IM_CODEC_JPEG);
  ImCodedStrip before = { 0 }, after = { 0 }, fresh = { 0 };
  ImError error = { 0 };
  ImStripCoder *coder, *other;
  Job job;

  job_init (&job, "NV12", &request);
  coder = strip_coder_of (&job);
  CHECK (im_strip_coder_code (coder, &job.picture.image, 0, &before, &error));
  job.plan.jpeg.quality = 30;
  CHECK (im_strip_coder_set_codec (coder, &error));
  other = strip_coder_of (&job);
  CHECK (im_strip_coder_code (coder, &job.picture.image, 0, &after, &error));
  CHECK (im_strip_coder_code (other, &job.picture.image, 0, &fresh, &error));
  CHECK (same_strip (&after, &fresh));
  CHECK (after.bytes.size * 2 < before.bytes.size);
  im_bytes_clear (&before.bytes);
  im_bytes_clear (&after.bytes);
  im_bytes_clear (&fresh.bytes);
  im_strip_coder_free (coder);
  im_strip_coder_free (other);
  job_clear (&job);
}

static const Test tests[] = { TEST (test_orders), TEST (test_bands),
  TEST (test_frames), TEST (test_set_codec) };

int
main (void)
{
  return TESTS_RUN (tests);
}
