/* imbytes tests: the JPEG codec, read back by libjpeg's decompressor.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "codecs.h"

#include <setjmp.h>
#include <jpeglib.h>

typedef struct
{
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  jmp_buf escape;
  Picture picture;                   /* whole MCUs */
  jpeg_component_info components[3]; /* libjpeg drops its own at the end */
} Decoded;

static ImPlan
make_plan (ImSubsampling subsampling, int width, int height)
{
  ImPlan plan = { .codec = IM_CODEC_JPEG,
    .width = width,
    .height = height,
    .par_n = 1,
    .par_d = 1,
    .bit_depth = 8,
    .jpeg = { .quality = 90, .subsampling = subsampling } };

  plan.n_components = subsampling == IM_SUBSAMPLING_GRAY ? 1 : 3;
  plan.model = plan.n_components == 1 ? IM_MODEL_GRAY : IM_MODEL_YCBCR;
  plan.w_shift = subsampling == IM_SUBSAMPLING_420
      || subsampling == IM_SUBSAMPLING_422;
  plan.h_shift = subsampling == IM_SUBSAMPLING_420;
  set_strips (&plan, height);
  return plan;
}

static void
on_error_exit (j_common_ptr common)
{
  Decoded *decoded = common->client_data;

  common->err->output_message (common);
  longjmp (decoded->escape, 1);
}

static void
read_planes (Decoded *decoded)
{
  struct jpeg_decompress_struct *jpeg = &decoded->jpeg;
  Picture *picture = &decoded->picture;
  JSAMPROW lines[3][16];
  JSAMPARRAY planes[3] = { lines[0], lines[1], lines[2] };

  for (int c = 0; c < jpeg->num_components; c++) {
    jpeg_component_info *info = &jpeg->comp_info[c];

    decoded->components[c] = *info;
    /* Rows of whole MCUs, which may be more than whole blocks. */
    picture->row_size[c] = (info->width_in_blocks + 4) * DCTSIZE;
    picture->n_rows[c] =
        (int) jpeg->total_iMCU_rows * info->v_samp_factor * DCTSIZE;
    picture->plane[c] =
        calloc (picture->row_size[c], (size_t) picture->n_rows[c]);
  }
  for (JDIMENSION mcu = 0; mcu < jpeg->total_iMCU_rows; mcu++) {
    for (int c = 0; c < jpeg->num_components; c++) {
      int n = jpeg->comp_info[c].v_samp_factor * DCTSIZE;

      for (int i = 0; i < n; i++)
        lines[c][i] = picture->plane[c]
            + ((size_t) mcu * (size_t) n + (size_t) i) * picture->row_size[c];
    }
    jpeg_read_raw_data (jpeg, planes,
        (JDIMENSION) (jpeg->max_v_samp_factor * DCTSIZE));
  }
}

/* Leaves the header's fields in ->jpeg until decoded_free (). */
static Decoded *
decode (const ImBytes *file)
{
  Decoded *decoded = calloc (1, sizeof (*decoded));
  struct jpeg_decompress_struct *jpeg = &decoded->jpeg;

  jpeg->client_data = decoded;
  jpeg->err = jpeg_std_error (&decoded->errors);
  decoded->errors.error_exit = on_error_exit;
  if (setjmp (decoded->escape) != 0) {
    CHECK (!"libjpeg could not decode this");
    return decoded;
  }
  jpeg_create_decompress (jpeg);
  jpeg_mem_src (jpeg, file->data, file->size);
  jpeg_read_header (jpeg, TRUE);
  jpeg->raw_data_out = TRUE;
  jpeg_start_decompress (jpeg);
  read_planes (decoded);
  jpeg_finish_decompress (jpeg);
  CHECK_EQUAL (decoded->errors.num_warnings, 0);
  return decoded;
}

static void
decoded_free (Decoded *decoded)
{
  jpeg_destroy_decompress (&decoded->jpeg);
  picture_clear (&decoded->picture);
  free (decoded);
}

/* The largest difference within the picture. */
static int
difference (const Picture *a, const Picture *b, const ImPlan *plan)
{
  int largest = 0;

  for (int c = 0; c < plan->n_components; c++) {
    int width = im_subsampled (plan->width, c > 0 ? plan->w_shift : 0);
    int height = im_subsampled (plan->height, c > 0 ? plan->h_shift : 0);

    if (a->plane[c] == NULL || b->plane[c] == NULL)
      return 255;
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++) {
        int d = abs (a->plane[c][(size_t) y * a->row_size[c] + (size_t) x]
            - b->plane[c][(size_t) y * b->row_size[c] + (size_t) x]);

        if (d > largest)
          largest = d;
      }
  }
  return largest;
}

static const ImSubsampling all_subsamplings[] = { IM_SUBSAMPLING_420,
  IM_SUBSAMPLING_422, IM_SUBSAMPLING_444, IM_SUBSAMPLING_GRAY };

static void
check_round_trip (const ImPlan *plan)
{
  Picture picture = picture_new (plan, 1);
  ImBytes file = code_picture (plan, &picture, 1, false);
  Decoded *decoded = decode (&file);
  struct jpeg_decompress_struct *jpeg = &decoded->jpeg;

  CHECK_EQUAL (jpeg->image_width, plan->width);
  CHECK_EQUAL (jpeg->image_height, plan->height);
  CHECK_EQUAL (jpeg->num_components, plan->n_components);
  CHECK_EQUAL (jpeg->jpeg_color_space,
      plan->n_components == 1 ? JCS_GRAYSCALE : JCS_YCbCr);
  CHECK (!jpeg->saw_Adobe_marker && jpeg->saw_JFIF_marker);
  CHECK_EQUAL (jpeg->restart_interval, 0);
  CHECK_EQUAL (jpeg->progressive_mode, plan->jpeg.progressive);
  for (int c = 0; c < plan->n_components; c++) {
    CHECK_EQUAL (decoded->components[c].component_id, c + 1);
    CHECK_EQUAL (decoded->components[c].h_samp_factor,
        c == 0 ? 1 << plan->w_shift : 1);
    CHECK_EQUAL (decoded->components[c].v_samp_factor,
        c == 0 ? 1 << plan->h_shift : 1);
  }
  /* Quality 100 rounds coefficients, nothing else. The fast DCT is not made
   * for it: steep edges are off by as much as 18. */
  CHECK (difference (&picture, &decoded->picture, plan)
      <= (plan->jpeg.dct == IM_DCT_IFAST ? 24 : 2));
  decoded_free (decoded);
  im_bytes_clear (&file);
  picture_clear (&picture);
}

static void
test_sizes (void)
{
  static const int widths[] = { 1, 2, 8, 16, 17, 33, 321, 426 };
  static const int heights[] = { 1, 2, 7, 8, 9, 16, 17, 40 };

  for (size_t s = 0; s < 4; s++)
    for (size_t w = 0; w < 8; w++)
      for (size_t h = 0; h < 8; h++) {
        ImPlan plan = make_plan (all_subsamplings[s], widths[w], heights[h]);

        plan.jpeg.quality = 100;
        check_round_trip (&plan);
      }
}

static void
test_options (void)
{
  for (int i = 0; i < 12; i++)
    for (size_t s = 0; s < 4; s++) {
      ImPlan plan = make_plan (all_subsamplings[s], 101, 67);

      plan.jpeg.quality = 100;
      plan.jpeg.progressive = i & 1;
      plan.jpeg.optimize = i >> 1 & 1;
      plan.jpeg.dct = (ImDct) (i >> 2);
      check_round_trip (&plan);
    }
}

/* Each setting reaches libjpeg: it changes the bytes. */
static void
test_dct_methods_differ (void)
{
  ImPlan plan = make_plan (IM_SUBSAMPLING_420, 321, 240);
  Picture picture = picture_new (&plan, 3);
  ImBytes files[3];

  plan.jpeg.quality = 100;
  for (int i = 0; i < 3; i++) {
    plan.jpeg.dct = (ImDct) i;
    files[i] = code_picture (&plan, &picture, 1, false);
  }
  CHECK (!same_bytes (&files[0], &files[1]));
  CHECK (!same_bytes (&files[0], &files[2]));
  CHECK (!same_bytes (&files[1], &files[2]));
  for (int i = 0; i < 3; i++)
    im_bytes_clear (&files[i]);
  picture_clear (&picture);
}

static void
test_quality (void)
{
  size_t before = 0;
  ImPlan plan = make_plan (IM_SUBSAMPLING_420, 200, 100);
  Picture picture = picture_new (&plan, 3);
  ImBytes lowest, second;

  for (plan.jpeg.quality = 10; plan.jpeg.quality <= 100;
       plan.jpeg.quality += 30) {
    ImBytes file = code_picture (&plan, &picture, 1, false);

    CHECK (file.size > before);
    before = file.size;
    im_bytes_clear (&file);
  }
  plan.jpeg.quality = 0;
  lowest = code_picture (&plan, &picture, 1, false);
  plan.jpeg.quality = 1;
  second = code_picture (&plan, &picture, 1, false);
  CHECK (same_bytes (&lowest, &second));
  im_bytes_clear (&lowest);
  im_bytes_clear (&second);
  picture_clear (&picture);
}

/* No DRI and no RSTn, which receivers of RTP refuse. */
static void
check_markers (const ImBytes *file)
{
  const uint8_t *p = file->data + 2, *end = file->data + file->size;

  CHECK_EQUAL (file->data[0] * 256 + file->data[1], 0xffd8);
  for (; p + 4 <= end && p[1] != 0xda; p += 2 + p[2] * 256 + p[3]) {
    CHECK_EQUAL (p[0], 0xff);
    CHECK (p[1] != 0xee && p[1] != 0xdd);
  }
  for (p += 2 + p[2] * 256 + p[3]; p + 2 < end; p++)
    CHECK (p[0] != 0xff || p[1] == 0);
  CHECK_EQUAL (end[-2] * 256 + end[-1], 0xffd9);
}

/* However a picture is cut, it becomes the same file. */
static void
test_strips (void)
{
  static const int heights[] = { 33, 160, 177, 352 };

  for (size_t s = 0; s < 4; s++)
    for (size_t h = 0; h < 4; h++) {
      ImPlan whole = make_plan (all_subsamplings[s], 321, heights[h]);
      ImPlan cut = whole;
      Picture picture = picture_new (&whole, 5);
      ImBytes one = code_picture (&whole, &picture, 1, false), many;

      set_strips (&cut, heights[h] == 352 ? 32 : 16);
      many = code_picture (&cut, &picture, 1, false);
      CHECK (same_bytes (&one, &many));
      check_markers (&one);
      im_bytes_clear (&one);
      im_bytes_clear (&many);
      picture_clear (&picture);
    }
}

static void
test_any_coder_gives_the_same_bytes (void)
{
  for (size_t s = 0; s < 4; s++) {
    ImPlan plan = make_plan (all_subsamplings[s], 333, 201);
    Picture picture = picture_new (&plan, 7);
    ImBytes a, b, c;

    set_strips (&plan, 16);
    a = code_picture (&plan, &picture, 1, false);
    b = code_picture (&plan, &picture, 3, false);
    c = code_picture (&plan, &picture, 2, true);
    CHECK (same_bytes (&a, &b));
    CHECK (same_bytes (&a, &c));
    im_bytes_clear (&a);
    im_bytes_clear (&b);
    im_bytes_clear (&c);
    picture_clear (&picture);
  }
}

/* What lies in memory past the rows' ends does not show. */
static void
test_padding_does_not_show (void)
{
  static const int widths[] = { 1, 17, 33, 321, 426 };
  static const int heights[] = { 1, 7, 9, 17 };

  for (int i = 0; i < 80; i++) {
    ImPlan plan =
        make_plan (all_subsamplings[i / 20], widths[i % 5], heights[i / 5 % 4]);
    Picture picture = picture_new (&plan, 9);
    ImBytes files[2];

    for (int k = 0; k < 2; k++) {
      for (int c = 0; c < plan.n_components; c++) {
        size_t width =
            (size_t) im_subsampled (plan.width, c > 0 ? plan.w_shift : 0);

        for (int y = 0; y < picture.n_rows[c]; y++)
          memset (picture.plane[c] + (size_t) y * picture.row_size[c] + width,
              k * 255, picture.row_size[c] - width);
      }
      files[k] = code_picture (&plan, &picture, 1, false);
    }
    CHECK (same_bytes (&files[0], &files[1]));
    im_bytes_clear (&files[0]);
    im_bytes_clear (&files[1]);
    picture_clear (&picture);
  }
}

static void
test_density (void)
{
  static const int ratios[][4] = { /* pixel aspect ratio, X : Y density */
    { 1, 1, 1, 1 }, { 16, 11, 11, 16 }, { 131072, 65536, 32768, 65535 },
    { 1, 1000000, 62500, 1 }
  };

  for (int i = 0; i < 4; i++) {
    ImPlan plan = make_plan (IM_SUBSAMPLING_420, 16, 16);
    Picture picture = picture_new (&plan, 1);
    ImBytes file;
    Decoded *decoded;

    plan.par_n = ratios[i][0];
    plan.par_d = ratios[i][1];
    file = code_picture (&plan, &picture, 1, false);
    decoded = decode (&file);
    CHECK_EQUAL (decoded->jpeg.JFIF_major_version, 1);
    CHECK_EQUAL (decoded->jpeg.JFIF_minor_version, 1);
    CHECK_EQUAL (decoded->jpeg.density_unit, 0);
    if (i == 2) /* halved until it fits */
      CHECK_EQUAL (decoded->jpeg.Y_density, 2 * decoded->jpeg.X_density);
    else {
      CHECK_EQUAL (decoded->jpeg.X_density, ratios[i][2]);
      CHECK_EQUAL (decoded->jpeg.Y_density, ratios[i][3]);
    }
    decoded_free (decoded);
    im_bytes_clear (&file);
    picture_clear (&picture);
  }
}

static void
test_failures (void)
{
  ImPlan plan = make_plan (IM_SUBSAMPLING_420, 65501, 16);
  Picture picture;
  ImCodedStrip full = { 0 }, strip = { 0 };
  ImError error = { 0 };
  ImCoder *coder = im_codec_jpeg.coder_new (&plan, &error);

  CHECK (coder == NULL);
  CHECK_EQUAL (error.code, IM_ERROR_TOO_LARGE);
  CHECK (strstr (error.message, "65500") != NULL);

  plan = make_plan (IM_SUBSAMPLING_420, 640, 480);
  set_strips (&plan, 32);
  picture = picture_new (&plan, 4);
  coder = im_codec_jpeg.coder_new (&plan, &error);
  CHECK (coder != NULL);
  for (int index = 0; index < 2; index++) {
    ImBytes before = full_bytes ();

    full.bytes = before;
    error.code = IM_ERROR_NONE;
    CHECK (!(im_codec_jpeg.begin (coder, index, &full, &error)
        && im_codec_jpeg.end (coder, &error)));
    CHECK (error.code != IM_ERROR_NONE);
    CHECK (full.bytes.size == before.size && full.bytes.data == NULL);
    /* And then it works as if nothing had been. */
    CHECK (code_strip (coder, &plan, &picture, index, &strip, &error));
    CHECK (strip.bytes.size > 1000);
  }
  /* Rows too few: libjpeg refuses to finish. */
  im_bytes_reset (&strip.bytes);
  CHECK (im_codec_jpeg.begin (coder, 0, &strip, &error));
  CHECK (!im_codec_jpeg.end (coder, &error));
  CHECK_EQUAL (error.code, IM_ERROR_CODEC);
  CHECK (code_strip (coder, &plan, &picture, 0, &strip, &error));
  im_codec_jpeg.coder_free (coder);
  im_bytes_clear (&strip.bytes);
  picture_clear (&picture);
}

#ifdef HAVE_WRAP
/* jpeg_set_defaults () as the linker has it, and what comes in between. */
void __real_jpeg_set_defaults (j_compress_ptr jpeg);
void __wrap_jpeg_set_defaults (j_compress_ptr jpeg);

static int foreign_default;

void
__wrap_jpeg_set_defaults (j_compress_ptr jpeg)
{
  __real_jpeg_set_defaults (jpeg);
  switch (foreign_default) {
    case 1:
      jpeg_simple_progression (jpeg);
      break;
    case 2:
      jpeg->optimize_coding = TRUE;
      break;
    case 3:
      jpeg->arith_code = TRUE;
      break;
    case 4:
      jpeg->smoothing_factor = 10;
      break;
    case 5:
      jpeg->quant_tbl_ptrs[0]->quantval[0]++;
      break;
    case 6:
      jpeg->ac_huff_tbl_ptrs[1]->huffval[161]++;
      break;
    case 7:
      jpeg->dc_huff_tbl_ptrs[0]->bits[2]--;
      break;
  }
}

/* Every default that mozjpeg and the like change is noticed, for each kind of
 * file, and the next coder is as ever where it is not there. */
static void
test_another_library (void)
{
  for (foreign_default = 7; foreign_default >= 0; foreign_default--)
    for (int s = IM_SUBSAMPLING_420; s <= IM_SUBSAMPLING_GRAY; s++)
      for (int options = 0; options < 4; options++) {
        ImPlan plan = make_plan ((ImSubsampling) s, 40, 30);
        ImError error = { IM_ERROR_NONE, "" };
        ImCoder *coder;

        plan.jpeg.progressive = options & 1;
        plan.jpeg.optimize = options >> 1;
        coder = im_codec_jpeg.coder_new (&plan, &error);
        if (foreign_default == 0) {
          CHECK (coder != NULL);
        } else {
          CHECK (coder == NULL);
          CHECK_EQUAL (error.code, IM_ERROR_CODEC);
          CHECK (strstr (error.message, "not libjpeg-turbo") != NULL);
        }
        im_codec_jpeg.coder_free (coder);
      }
}
#endif

int
main (void)
{
  static const Test tests[] = {
#ifdef HAVE_WRAP
    TEST (test_another_library),
#endif
    TEST (test_sizes),
    TEST (test_options),
    TEST (test_dct_methods_differ),
    TEST (test_quality),
    TEST (test_strips),
    TEST (test_any_coder_gives_the_same_bytes),
    TEST (test_padding_does_not_show),
    TEST (test_density),
    TEST (test_failures),
  };

  return TESTS_RUN (tests);
}
