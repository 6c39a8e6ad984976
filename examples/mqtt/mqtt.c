/* imbytes: a camera's images on MQTT.
 *
 *   imbytes-mqtt [OPTIONS] SOURCE
 *
 * Each image is one message on PREFIX/CAMERA/jpeg, the last one retained, which is
 * what Home Assistant's MQTT camera shows. PREFIX/CAMERA/availability says
 * `online`, and by the last will `offline`.
 *
 * While the broker is away the newest images wait, and the oldest go.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <errno.h>
#include <locale.h>
#include <mosquitto.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "camera.h"

/* Messages that libmosquitto may have under way; what comes meanwhile waits in the
 * camera's queue, where the newest win. */
#define MAX_UNDER_WAY 2
#define WAIT_US 100000

typedef struct
{
  CameraOptions camera;
  gchar *host, *prefix, *name, *user, *password, *ca_file, *format;
  gint port, qos, count;
  gboolean discovery;
} Options;

typedef struct
{
  Options options;
  struct mosquitto *mosquitto;
  gchar *image_topic, *state_topic;
  gint connected, under_way; /* atomic */
  guint64 sent, bytes;
} Publisher;

static gint stop;

static void
on_signal (int number)
{
  (void) number;
  g_atomic_int_set (&stop, 1);
}

/* https://www.home-assistant.io/integrations/camera.mqtt/ */
static void
announce (Publisher *publisher)
{
  const Options *options = &publisher->options;
  gchar *topic =
      g_strdup_printf ("homeassistant/camera/%s/config", options->name);
  gchar *config = g_strdup_printf (
      "{\"name\":\"%s\",\"unique_id\":\"%s_%s\",\"topic\":\"%s\","
      "\"availability_topic\":\"%s\"}",
      options->name, options->prefix, options->name, publisher->image_topic,
      publisher->state_topic);

  mosquitto_publish (publisher->mosquitto, NULL, topic, (int) strlen (config),
      config, 1, true);
  g_free (topic);
  g_free (config);
}

/* In libmosquitto's thread, as all callbacks. */
static void
on_connect (struct mosquitto *mosquitto, void *data, int code)
{
  Publisher *publisher = data;

  if (code != 0) {
    g_printerr ("imbytes-mqtt: the broker refuses: %s\n",
        mosquitto_connack_string (code));
    return;
  }
  g_print ("connected\n");
  mosquitto_publish (mosquitto, NULL, publisher->state_topic, 6, "online", 1,
      true);
  if (publisher->options.discovery)
    announce (publisher);
  g_atomic_int_set (&publisher->under_way, 0);
  g_atomic_int_set (&publisher->connected, 1);
}

static void
on_disconnect (struct mosquitto *mosquitto, void *data, int code)
{
  Publisher *publisher = data;

  (void) mosquitto;
  g_atomic_int_set (&publisher->connected, 0);
  if (code != 0)
    g_printerr ("imbytes-mqtt: lost the broker (%s); trying again\n",
        mosquitto_strerror (code));
}

static void
on_publish (struct mosquitto *mosquitto, void *data, int id)
{
  Publisher *publisher = data;

  (void) mosquitto, (void) id;
  if (g_atomic_int_get (&publisher->under_way) > 0)
    g_atomic_int_add (&publisher->under_way, -1);
}

static gboolean
may_publish (Publisher *publisher)
{
  return g_atomic_int_get (&publisher->connected)
      && g_atomic_int_get (&publisher->under_way) < MAX_UNDER_WAY;
}

static void
publish (Publisher *publisher, const CameraImage *image)
{
  GstMapInfo map;
  int code;

  if (!gst_buffer_map (image->buffer, &map, GST_MAP_READ))
    return;
  g_atomic_int_add (&publisher->under_way, 1);
  code = mosquitto_publish (publisher->mosquitto, NULL, publisher->image_topic,
      (int) map.size, map.data, publisher->options.qos, true);
  if (code == MOSQ_ERR_SUCCESS) {
    publisher->sent++;
    publisher->bytes += map.size;
  } else {
    g_atomic_int_add (&publisher->under_way, -1);
    g_printerr ("imbytes-mqtt: an image was not sent: %s\n",
        mosquitto_strerror (code));
  }
  gst_buffer_unmap (image->buffer, &map);
}

static gboolean
is_finished (const Publisher *publisher, Camera *camera)
{
  gint count = publisher->options.count;

  return g_atomic_int_get (&stop) || camera_is_over (camera)
      || (count > 0 && publisher->sent >= (guint64) count);
}

static gint
run (Publisher *publisher, Camera *camera)
{
  while (!is_finished (publisher, camera)) {
    CameraImage image;

    /* What has to wait waits where the newest win. */
    if (!may_publish (publisher)) {
      g_usleep (WAIT_US / 10);
      continue;
    }
    if (camera_pull (camera, WAIT_US, &image)) {
      publish (publisher, &image);
      camera_image_clear (&image);
    }
  }
  for (guint i = 0; i < 100 && g_atomic_int_get (&publisher->connected)
       && g_atomic_int_get (&publisher->under_way) > 0;
       i++)
    g_usleep (WAIT_US / 10);
  g_print ("%" G_GUINT64_FORMAT " images sent, %" G_GUINT64_FORMAT
           " bytes, %" G_GUINT64_FORMAT " dropped\n",
      publisher->sent, publisher->bytes, camera_dropped (camera));
  return camera_failure (camera) != NULL && publisher->sent == 0 ? 1 : 0;
}

static int
set_up (Publisher *publisher)
{
  const Options *options = &publisher->options;
  struct mosquitto *mosquitto = publisher->mosquitto;
  int code;

  mosquitto_connect_callback_set (mosquitto, on_connect);
  mosquitto_disconnect_callback_set (mosquitto, on_disconnect);
  mosquitto_publish_callback_set (mosquitto, on_publish);
  mosquitto_reconnect_delay_set (mosquitto, 1, 30, true);
  mosquitto_max_inflight_messages_set (mosquitto, MAX_UNDER_WAY);
  code = mosquitto_will_set (mosquitto, publisher->state_topic, 7, "offline", 1,
      true);
  if (code == MOSQ_ERR_SUCCESS && options->user != NULL)
    code =
        mosquitto_username_pw_set (mosquitto, options->user, options->password);
  if (code == MOSQ_ERR_SUCCESS && options->ca_file != NULL)
    code =
        mosquitto_tls_set (mosquitto, options->ca_file, NULL, NULL, NULL, NULL);
  return code;
}

static gint
connect_and_run (Publisher *publisher, Camera *camera)
{
  const Options *options = &publisher->options;
  int code = set_up (publisher);
  gint status;

  if (code == MOSQ_ERR_SUCCESS)
    code = mosquitto_connect (publisher->mosquitto, options->host,
        options->port, 15);
  if (code != MOSQ_ERR_SUCCESS) {
    g_printerr ("imbytes-mqtt: cannot reach a broker at %s:%d: %s; --host and "
                "--port name another\n",
        options->host, options->port,
        code == MOSQ_ERR_ERRNO ? g_strerror (errno)
                               : mosquitto_strerror (code));
    return 1;
  }
  mosquitto_loop_start (publisher->mosquitto);
  status = run (publisher, camera);
  mosquitto_publish (publisher->mosquitto, NULL, publisher->state_topic, 7,
      "offline", 1, true);
  mosquitto_disconnect (publisher->mosquitto);
  mosquitto_loop_stop (publisher->mosquitto,
      !g_atomic_int_get (&publisher->connected));
  return status;
}

static gint
publish_all (Options *options, GError **error)
{
  Publisher publisher = { .options = *options };
  Camera *camera = camera_new (&options->camera, error);
  gint status = 1;

  if (camera == NULL)
    return 1;
  publisher.image_topic = g_strdup_printf ("%s/%s/%s", options->prefix,
      options->name, options->format);
  publisher.state_topic =
      g_strdup_printf ("%s/%s/availability", options->prefix, options->name);
  mosquitto_lib_init ();
  publisher.mosquitto = mosquitto_new (NULL, true, &publisher);
  if (publisher.mosquitto != NULL)
    status = connect_and_run (&publisher, camera);
  camera_free (camera);
  mosquitto_destroy (publisher.mosquitto);
  mosquitto_lib_cleanup ();
  g_free (publisher.image_topic);
  g_free (publisher.state_topic);
  return status;
}

static gboolean
check_options (const Options *options, int argc, GError **error)
{
  const gchar *wrong = NULL;

  if (argc != 2)
    wrong = "one SOURCE is needed; --help says more";
  else if (options->qos < 0 || options->qos > 2)
    wrong = "--qos is 0, 1 or 2";
  else if (options->port < 1 || options->port > 65535)
    wrong = "--port goes from 1 to 65535";
  else if (options->camera.seconds < 0 || options->camera.width < 0
      || options->camera.height < 0)
    wrong = "--every, --width and --height cannot be negative";
  else if (options->camera.quality < 0 || options->camera.quality > 100)
    wrong = "--quality goes from 0 to 100";
  else if (!g_str_equal (options->format, "jpeg")
      && !g_str_equal (options->format, "png"))
    wrong = "--format is jpeg or png";
  else if (strpbrk (options->prefix, "+#") != NULL
      || strpbrk (options->name, "+#/") != NULL)
    wrong = "--prefix and --name cannot have + or #, nor the name a /";
  if (wrong != NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        wrong);
  return wrong == NULL;
}

static gboolean
parse_options (Options *options, int *argc, char ***argv, GError **error)
{
  GOptionEntry entries[] = {
    { "host", 0, 0, G_OPTION_ARG_STRING, &options->host, "Broker (127.0.0.1)",
        "HOST" },
    { "port", 'p', 0, G_OPTION_ARG_INT, &options->port, "Its port (1883)",
        "PORT" },
    { "prefix", 0, 0, G_OPTION_ARG_STRING, &options->prefix,
        "First part of the topics (imbytes)", "PREFIX" },
    { "name", 'n', 0, G_OPTION_ARG_STRING, &options->name,
        "Name of the camera (camera)", "NAME" },
    { "user", 'u', 0, G_OPTION_ARG_STRING, &options->user, "User", "USER" },
    { "password", 0, 0, G_OPTION_ARG_STRING, &options->password,
        "Password; better in the variable MQTT_PASSWORD", "PASSWORD" },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &options->ca_file,
        "TLS, with the certificates in this file", "FILE" },
    { "qos", 'q', 0, G_OPTION_ARG_INT, &options->qos,
        "0: may get lost, 1: may come twice, 2: comes once (0)", "QOS" },
    { "discovery", 0, 0, G_OPTION_ARG_NONE, &options->discovery,
        "Tell Home Assistant of the camera", NULL },
    { "every", 'e', 0, G_OPTION_ARG_DOUBLE, &options->camera.seconds,
        "Seconds between images (1)", "SECONDS" },
    { "width", 0, 0, G_OPTION_ARG_INT, &options->camera.width, "Width",
        "PIXELS" },
    { "height", 0, 0, G_OPTION_ARG_INT, &options->camera.height, "Height",
        "PIXELS" },
    { "quality", 0, 0, G_OPTION_ARG_INT, &options->camera.quality,
        "JPEG quality (85)", "0..100" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options->format,
        "jpeg or png (jpeg)", "FORMAT" },
    { "count", 'c', 0, G_OPTION_ARG_INT, &options->count,
        "End after so many images", "N" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  GOptionContext *context =
      g_option_context_new ("SOURCE - a camera's images on MQTT");
  gboolean parsed;

  g_option_context_set_summary (context,
      "SOURCE is a file (played again and again), a URI, a camera (/dev/video0) "
      "or `test`.");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  parsed = g_option_context_parse (context, argc, argv, error);
  g_option_context_free (context);
  return parsed && check_options (options, *argc, error);
}

int
main (int argc, char **argv)
{
  Options options = {
    .port = 1883,
    .camera = { .seconds = 1.0, .quality = 85, .max_waiting = 3, .loop = TRUE }
  };
  GError *error = NULL;
  gint status = 1;

  setlocale (LC_ALL, "");
  setvbuf (stdout, NULL, _IOLBF, 0);
  signal (SIGINT, on_signal);
  signal (SIGTERM, on_signal);
  signal (SIGPIPE, SIG_IGN);
  options.host = g_strdup ("127.0.0.1");
  options.prefix = g_strdup ("imbytes");
  options.name = g_strdup ("camera");
  options.format = g_strdup ("jpeg");
  options.password = g_strdup (g_getenv ("MQTT_PASSWORD"));
  if (parse_options (&options, &argc, &argv, &error)) {
    options.camera.source = argv[1];
    options.camera.format = options.format;
    status = publish_all (&options, &error);
  }
  if (error != NULL) {
    g_printerr ("imbytes-mqtt: %s\n", error->message);
    g_error_free (error);
  }
  g_free (options.host);
  g_free (options.prefix);
  g_free (options.name);
  g_free (options.format);
  g_free (options.user);
  g_free (options.password);
  g_free (options.ca_file);
  return status;
}
