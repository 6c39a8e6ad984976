/* imbytes examples: when a server wants to be asked again.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "retry_after.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  int year, month, day, hour, minute, second;
} Date;

static int
cap (int64_t seconds)
{
  if (seconds < 0)
    return 0;
  return seconds < RETRY_AFTER_MAX ? (int) seconds : RETRY_AFTER_MAX;
}

/* 1 to 12; 0 for what is none. */
static int
read_month (const char *name)
{
  static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

  for (int i = 0; i < 12; i++)
    if (strlen (name) == 3 && memcmp (name, names + 3 * i, 3) == 0)
      return i + 1;
  return 0;
}

/* The three forms that RFC 9110 has. Numbers have a width, so that none
 * overflows. */
static bool
read_date (const char *value, Date *date)
{
  char month[4] = "";
  int end = 0;

  if (sscanf (value, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n",
          &date->day, month, &date->year, &date->hour, &date->minute,
          &date->second, &end)
          != 6
      || end == 0) {
    end = 0;
    if (sscanf (value, "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n",
            &date->day, month, &date->year, &date->hour, &date->minute,
            &date->second, &end)
            == 6
        && end > 0)
      date->year += date->year < 70 ? 2000 : 1900;
    else if (sscanf (value, "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n",
                 month, &date->day, &date->hour, &date->minute, &date->second,
                 &date->year, &end)
            != 6
        || end == 0)
      return false;
  }
  date->month = read_month (month);
  return value[end] == '\0' && date->month > 0 && date->day >= 1
      && date->day <= 31 && date->year >= 1970 && date->hour >= 0
      && date->hour <= 23 && date->minute >= 0 && date->minute <= 59
      && date->second >= 0 && date->second <= 60;
}

/* Seconds since 1970. */
static int64_t
count_seconds (const Date *date)
{
  /* Years that begin in March, so that a leap day is the last of one. */
  int64_t year = date->month > 2 ? date->year : date->year - 1;
  int64_t month = date->month > 2 ? date->month - 3 : date->month + 9;
  int64_t days = year * 365 + year / 4 - year / 100 + year / 400
      + (153 * month + 2) / 5 + date->day - 1 - 719468;

  return ((days * 24 + date->hour) * 60 + date->minute) * 60 + date->second;
}

int
retry_after_read (const char *value, int64_t now)
{
  size_t digits = strspn (value, "0123456789");
  int64_t seconds = 0;
  Date date;

  if (digits > 0 && value[digits] == '\0') {
    for (size_t i = 0; i < digits && seconds < RETRY_AFTER_MAX; i++)
      seconds = seconds * 10 + (value[i] - '0');
    return cap (seconds);
  }
  return read_date (value, &date) ? cap (count_seconds (&date) - now) : 0;
}
