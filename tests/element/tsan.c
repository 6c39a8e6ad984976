/* imbytes tests: GLib's mutexes as ThreadSanitizer has to see them.
 *
 * GLib locks by futex, in a library that was not built for the sanitizer: what
 * a GMutex puts in order would be reported as a race. These functions of the
 * test program come before GLib's own, for the plugin and for GStreamer too,
 * and say what has happened. So nothing of this project has to be suppressed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <dlfcn.h>
#include <glib.h>
#include <sanitizer/tsan_interface.h>
#include <stdlib.h>

static struct
{
  void (*lock) (GMutex *mutex);
  gboolean (*trylock) (GMutex *mutex);
  void (*unlock) (GMutex *mutex);
} real;

static void *
find (const char *name)
{
  void *function = dlsym (RTLD_NEXT, name);

  if (function == NULL)
    abort ();
  return function;
}

/* GLib locks before main () is entered, with one thread. */
static inline void
find_all (void)
{
  if (real.lock != NULL)
    return;
  *(void **) &real.unlock = find ("g_mutex_unlock");
  *(void **) &real.trylock = find ("g_mutex_trylock");
  *(void **) &real.lock = find ("g_mutex_lock");
}

void
g_mutex_lock (GMutex *mutex)
{
  find_all ();
  real.lock (mutex);
  __tsan_acquire (mutex);
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  find_all ();
  if (!real.trylock (mutex))
    return FALSE;
  __tsan_acquire (mutex);
  return TRUE;
}

void
g_mutex_unlock (GMutex *mutex)
{
  find_all ();
  __tsan_release (mutex);
  real.unlock (mutex);
}
