/* imbytes tests: the least that a plain unit test needs.
 *
 * A test is a function without arguments that calls CHECK; main () runs a
 * table of them with TESTS_RUN and returns what that gives: 0 when every check
 * held, 1 otherwise. A test that cannot run here calls SKIP and says why.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <malloc.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  const char *name;
  void (*run) (void);
} Test;

#define TEST(function) \
  { \
#function, function \
  }

static int testing_failed_checks;
static bool testing_skipped;

static inline bool __attribute__ ((format (printf, 4, 5)))
testing_check (bool held, const char *file, int line, const char *format, ...)
{
  if (!held) {
    va_list args;

    testing_failed_checks++;
    printf ("%s:%d: ", file, line);
    va_start (args, format);
    vprintf (format, args);
    va_end (args);
    printf ("\n");
  }
  return held;
}

/* Both give whether the check held, so that a test can stop where going on
 * makes no sense. */
#define CHECK(condition) \
  testing_check ((condition), __FILE__, __LINE__, "not so: %s", #condition)
#define CHECK_EQUAL(a, b) \
  testing_check ((long long) (a) == (long long) (b), __FILE__, __LINE__, \
      "%s is %lld, not %lld", #a, (long long) (a), (long long) (b))

#define SKIP(why) \
  do { \
    printf ("skipped: %s\n", (why)); \
    testing_skipped = true; \
    return; \
  } while (0)

/* Whether to pass over one case of a large product. Where IMBYTES_TEST_QUICK is
 * set, under an emulator or a sanitizer, one in eleven stays; else all do. */
static inline bool
testing_left_out (void)
{
  static unsigned n;

  return getenv ("IMBYTES_TEST_QUICK") != NULL && n++ % 11 != 0;
}

/* A generator whose seed is written down, so that every run sees the same. */
static inline unsigned
testing_random (unsigned *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

/* Fills memory that is allocated with something else than was there, so that what
 * was never written shows; 0 stops it. The heap is never given back: taking it
 * from the kernel anew for each picture took most of a test's time. Nor does
 * malloc () map memory then, which it would not fill. */
static inline void
testing_poison (int value)
{
  mallopt (M_MMAP_THRESHOLD, 32 << 20);
  mallopt (M_TRIM_THRESHOLD, 1 << 30);
  mallopt (M_PERTURB, value);
}

static inline int
testing_run (const Test *tests, size_t n_tests)
{
  int failed = 0, skipped = 0;

  for (size_t i = 0; i < n_tests; i++) {
    int before = testing_failed_checks;

    testing_skipped = false;
    tests[i].run ();
    if (testing_failed_checks > before)
      failed++;
    else if (testing_skipped)
      skipped++;
    printf ("%s %s\n",
        testing_failed_checks > before ? "FAIL"
            : testing_skipped          ? "skip"
                                       : "ok  ",
        tests[i].name);
  }
  printf ("%zu passed, %d failed, %d skipped\n",
      n_tests - (size_t) (failed + skipped), failed, skipped);
  return failed > 0;
}

#define TESTS_RUN(tests) \
  testing_run ((tests), sizeof (tests) / sizeof ((tests)[0]))
