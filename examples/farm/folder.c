/* imbytes farm: the folder of a job, and files in it that are whole or not there.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What files are called while they are written. */
#define UNFINISHED ".imbytes-"
/* Nobody writes a file for so long. */
#define ABANDONED_SECONDS 3600
#define ID_SHOWN 12

static gboolean
refuse (GError **error, const gchar *what, const gchar *path)
{
  int code = errno;

  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s %s: %s",
      what, path, g_strerror (code));
  return FALSE;
}

/* Those that another run may be writing stay. */
static void
remove_abandoned (const gchar *folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    gchar *path = g_build_filename (folder, name, NULL);
    GStatBuf status;

    if (g_str_has_prefix (name, UNFINISHED) && g_lstat (path, &status) == 0
        && now - (gint64) status.st_mtime > ABANDONED_SECONDS)
      g_unlink (path);
    g_free (path);
  }
  if (dir != NULL)
    g_dir_close (dir);
}

gchar *
folder_open (const gchar *output, const Job *job, GError **error)
{
  gchar *name = g_strdup_printf ("%s-%.*s", job->title, ID_SHOWN, job->id);
  gchar *folder = g_build_filename (output, name, NULL);

  g_free (name);
  if (g_mkdir_with_parents (folder, 0777) != 0) {
    refuse (error, "cannot make the folder", folder);
    g_clear_pointer (&folder, g_free);
  } else {
    remove_abandoned (folder);
  }
  return folder;
}

static gboolean
write_all (int file, const guint8 *data, gsize size)
{
  while (size > 0) {
    gssize n = write (file, data, size);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return FALSE;
    data += n;
    size -= (gsize) n;
  }
  return TRUE;
}

gboolean
folder_save (const gchar *folder, const gchar *name, const void *data,
    gsize size, GError **error)
{
  gchar *path = g_build_filename (folder, name, NULL);
  gchar *unfinished = g_build_filename (folder, UNFINISHED "XXXXXX", NULL);
  int file = g_mkstemp_full (unfinished, O_RDWR | O_CLOEXEC, 0666);
  gboolean saved = file >= 0 && write_all (file, data, size);

  /* Some file systems say only here that the disk is full. */
  if (file >= 0 && close (file) != 0)
    saved = FALSE;
  saved = saved && g_rename (unfinished, path) == 0;
  if (!saved) {
    refuse (error, "cannot write", path);
    if (file >= 0)
      g_unlink (unfinished);
  }
  g_free (unfinished);
  g_free (path);
  return saved;
}

gboolean
folder_settle (const gchar *folder, GError **error)
{
  int file = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean settled = file >= 0 && syncfs (file) == 0;

  if (!settled)
    refuse (error, "cannot bring to the disk", folder);
  if (file >= 0)
    close (file);
  return settled;
}
