/* imbytes: a camera's images on MQTT.
 *
 *   imbytes-mqtt [OPTIONS] SOURCE
 *
 * The program publishes each image as one retained message on PREFIX/NAME/jpeg, which
 * Home Assistant's MQTT camera shows. It publishes `online` on
 * PREFIX/NAME/availability; its last will there is `offline`.
 *
 * While the broker cannot be reached, the newest images wait in a queue and the oldest
 * are dropped.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <errno.h>
#include <mosquitto.h>
#include <string.h>

#include "camera.h"
#include "json.h"
#include "program.h"
#include "text.h"

/* Messages that libmosquitto may have been given and not yet published. */
#define MAX_UNDER_WAY 2
#define WAIT_US 20000
#define KEEP_ALIVE 15 /* seconds */
/* The connection counts as lost if no message is published for so long, even if the
 * broker answers pings. */
#define ANSWER_US (30 * G_USEC_PER_SEC)
#define MAX_TOPIC 200         /* characters of --prefix */
#define MAX_PAYLOAD 268435455 /* bytes, of MQTT */
#define FIRST_PAUSE G_USEC_PER_SEC
#define LONGEST_PAUSE (30 * G_USEC_PER_SEC)

typedef struct
{
  CameraOptions camera;
  gchar *host, *prefix, *name, *user, *password, *ca_file, *format;
  gint port, qos, count;
  gboolean discovery;
  const gint *stop; /* set by Ctrl-C */
} Options;

typedef struct
{
  Options options;
  struct mosquitto *mosquitto;
  gchar *image_topic, *state_topic;
  gboolean connected, was_connected, failed;
  gboolean said; /* the user has read why there is no connection */
  gboolean online;
  gint under_way;  /* messages that libmosquitto has not published yet */
  gint64 progress; /* when it published the last, or got the first */
  gint64 again;    /* when to reconnect; 0: connected or connecting */
  gint64 pause;    /* microseconds to wait after the next failure */
  guint64 sent, bytes;
} Publisher;

static int
send_message (Publisher *publisher, const gchar *topic, gsize size,
    const void *data)
{
  int code;

  if (size > MAX_PAYLOAD)
    return MOSQ_ERR_PAYLOAD_SIZE;
  if (publisher->under_way++ == 0)
    publisher->progress = g_get_monotonic_time ();
  code = mosquitto_publish (publisher->mosquitto, NULL, topic, (int) size, data,
      publisher->options.qos, true);
  if (code != MOSQ_ERR_SUCCESS)
    publisher->under_way--;
  return code;
}

static void
send_state (Publisher *publisher, gboolean online)
{
  const gchar *state = online ? "online" : "offline";

  publisher->online = online;
  send_message (publisher, publisher->state_topic, strlen (state), state);
}

/* https://www.home-assistant.io/integrations/camera.mqtt/ */
static void
announce (Publisher *publisher)
{
  const Options *options = &publisher->options;
  gchar *topic =
      g_strdup_printf ("homeassistant/camera/%s/config", options->name);
  gchar *id = g_strdup_printf ("%s_%s", options->prefix, options->name);
  GString *config = g_string_new (NULL);

  json_open (config, NULL, '{');
  json_string (config, "name", options->name);
  json_string (config, "unique_id", id);
  json_string (config, "topic", publisher->image_topic);
  json_string (config, "availability_topic", publisher->state_topic);
  /* By which Home Assistant groups what belongs to one camera. */
  json_open (config, "device", '{');
  json_string (config, "identifiers", id);
  json_string (config, "name", options->name);
  json_string (config, "manufacturer", "imbytes");
  json_string (config, "model", "imbytes-mqtt");
  json_string (config, "sw_version", VERSION);
  json_close (config, '{');
  json_close (config, '{');
  send_message (publisher, topic, config->len, config->str);
  g_free (topic);
  g_free (id);
  g_string_free (config, TRUE);
}

static void
on_connect (struct mosquitto *mosquitto, void *data, int code)
{
  Publisher *publisher = data;

  (void) mosquitto;
  if (code != 0) {
    if (!publisher->said)
      g_printerr ("imbytes-mqtt: the broker refuses: %s\n",
          mosquitto_connack_string (code));
    publisher->said = TRUE;
    return;
  }
  g_print ("connected\n");
  publisher->connected = publisher->was_connected = TRUE;
  publisher->said = FALSE;
  publisher->pause = FIRST_PAUSE;
  publisher->progress = g_get_monotonic_time ();
  /* libmosquitto sends messages with acknowledgements (QoS 1 and 2) once more; those
   * without are lost. */
  if (publisher->options.qos == 0)
    publisher->under_way = 0;
  send_state (publisher, TRUE);
  if (publisher->options.discovery)
    announce (publisher);
}

static void
on_publish (struct mosquitto *mosquitto, void *data, int id)
{
  Publisher *publisher = data;

  (void) mosquitto, (void) id;
  if (publisher->under_way > 0)
    publisher->under_way--;
  publisher->progress = g_get_monotonic_time ();
}

/* libmosquitto reports a wrong certificate only here. */
static void
on_log (struct mosquitto *mosquitto, void *data, int level, const char *text)
{
  Publisher *publisher = data;

  (void) mosquitto;
  if (level == MOSQ_LOG_ERR && !publisher->said)
    g_printerr ("imbytes-mqtt: %s\n", text);
}

static const gchar *
say_code (int code)
{
  if (code == MOSQ_ERR_KEEPALIVE)
    return "it does not answer";
  return code == MOSQ_ERR_ERRNO ? g_strerror (errno)
                                : mosquitto_strerror (code);
}

/* After a first connection, the program reconnects. Without one, the address is
 * probably wrong, and the program exits with an error. */
static void
lose (Publisher *publisher, int code)
{
  const Options *options = &publisher->options;

  if (!publisher->was_connected) {
    if (!publisher->said && !g_atomic_int_get (options->stop))
      g_printerr ("imbytes-mqtt: cannot reach a broker at %s:%d: %s; --host, "
                  "--port and --ca-file say where it is and how it is spoken "
                  "to\n",
          options->host, options->port, say_code (code));
    publisher->failed = TRUE;
  } else if (!publisher->said) {
    g_printerr ("imbytes-mqtt: lost the broker (%s); trying again\n",
        say_code (code));
  }
  publisher->said = TRUE;
  publisher->connected = FALSE;
  publisher->again = g_get_monotonic_time () + publisher->pause;
  publisher->pause = MIN (publisher->pause * 2, LONGEST_PAUSE);
}

static gboolean
is_stalled (const Publisher *publisher)
{
  return publisher->connected && publisher->under_way > 0
      && g_get_monotonic_time () - publisher->progress > ANSWER_US;
}

/* Reads from and writes to the broker, or reconnects when it is time. Waits @wait_us
 * at most if there is nothing to do. */
static void
talk (Publisher *publisher, gint64 wait_us)
{
  int code;

  if (publisher->again == 0) {
    code = mosquitto_loop (publisher->mosquitto, (int) (wait_us / 1000), 1);
  } else if (g_get_monotonic_time () < publisher->again) {
    g_usleep ((gulong) wait_us);
    return;
  } else {
    publisher->again = 0;
    code = mosquitto_reconnect (publisher->mosquitto);
  }
  if (code == MOSQ_ERR_SUCCESS && is_stalled (publisher))
    code = MOSQ_ERR_KEEPALIVE;
  if (code != MOSQ_ERR_SUCCESS)
    lose (publisher, code);
}

static void
publish (Publisher *publisher, const CameraImage *image)
{
  GstMapInfo map;
  int code;

  if (!gst_buffer_map (image->buffer, &map, GST_MAP_READ))
    return;
  code = send_message (publisher, publisher->image_topic, map.size, map.data);
  if (code == MOSQ_ERR_SUCCESS) {
    publisher->sent++;
    publisher->bytes += map.size;
  } else {
    g_printerr ("imbytes-mqtt: an image was not sent: %s\n", say_code (code));
  }
  gst_buffer_unmap (image->buffer, &map);
}

static gboolean
is_finished (const Publisher *publisher, Camera *camera)
{
  gint count = publisher->options.count;

  return g_atomic_int_get (publisher->options.stop) || publisher->failed
      || camera_is_over (camera)
      || (count > 0 && publisher->sent >= (guint64) count);
}

/* Neither a slow camera nor a slow broker blocks the other for long. Images that have
 * to wait do so in the camera's queue, which drops the oldest. */
static void
publish_next (Publisher *publisher, Camera *camera)
{
  CameraImage image;

  if (!publisher->connected || publisher->under_way >= MAX_UNDER_WAY) {
    talk (publisher, WAIT_US);
    return;
  }
  talk (publisher, 0);
  if (!publisher->connected)
    return;
  if (camera_pull (camera, WAIT_US, &image)) {
    if (!publisher->online)
      send_state (publisher, TRUE);
    publish (publisher, &image);
    camera_image_clear (&image);
  } else if (publisher->online && camera_failure (camera) != NULL) {
    send_state (publisher, FALSE);
  }
}

/* Gives the broker a second to acknowledge the last messages. */
static void
say_goodbye (Publisher *publisher)
{
  gint64 until = g_get_monotonic_time () + G_USEC_PER_SEC;

  if (!publisher->connected)
    return;
  send_state (publisher, FALSE);
  while (publisher->connected && publisher->under_way > 0
      && g_get_monotonic_time () < until)
    talk (publisher, WAIT_US);
  if (publisher->connected)
    mosquitto_disconnect (publisher->mosquitto);
}

static gint
run (Publisher *publisher, Camera *camera)
{
  while (!is_finished (publisher, camera))
    publish_next (publisher, camera);
  if (publisher->failed)
    return 1;
  say_goodbye (publisher);
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
  mosquitto_publish_callback_set (mosquitto, on_publish);
  mosquitto_log_callback_set (mosquitto, on_log);
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

  if (code != MOSQ_ERR_SUCCESS) {
    g_printerr ("imbytes-mqtt: libmosquitto does not take these options: %s\n",
        say_code (code));
    return 1;
  }
  code = mosquitto_connect (publisher->mosquitto, options->host, options->port,
      KEEP_ALIVE);
  if (code != MOSQ_ERR_SUCCESS)
    lose (publisher, code);
  return run (publisher, camera);
}

static gint
publish_all (Options *options, GError **error)
{
  Publisher publisher = { .options = *options, .pause = FIRST_PAUSE };
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

/* Topics that begin with $ are reserved for brokers. */
static gboolean
is_topic (const gchar *text, const gchar *forbidden)
{
  return text[0] != '\0' && text[0] != '$' && strlen (text) <= MAX_TOPIC
      && strpbrk (text, forbidden) == NULL && text_is_line (text);
}

static gboolean
check_options (const Options *options, GError **error)
{
  const gchar *wrong = NULL;

  if (!g_str_equal (options->format, "jpeg")
      && !g_str_equal (options->format, "png"))
    wrong = "--format is jpeg or png";
  else if (!is_topic (options->prefix, "+#\"\\")
      || !is_topic (options->name, "+#/\"\\"))
    wrong =
        "--prefix and --name have 1 to 200 characters, none of them + # \" \\ "
        "or a control character, nor the name a /, nor $ at the beginning";
  else if (options->discovery && !text_is_name (options->name))
    wrong =
        "with --discovery a --name has up to 64 letters, digits, _ and - alone";
  else if (options->ca_file != NULL
      && !g_file_test (options->ca_file, G_FILE_TEST_IS_REGULAR))
    wrong = "the file of --ca-file is not there";
  return wrong == NULL || program_refuse (error, "%s", wrong);
}

static gboolean
parse_options (Options *options, int argc, char **argv, GError **error)
{
  /* The first row with a letter wins: -q is --qos here, and --quality has none. */
  Number numbers[] = { { "qos", 'q', 0, 2, &options->qos, NULL },
    CAMERA_NUMBERS (&options->camera),
    { "port", 'p', 1, 65535, &options->port, NULL },
    { "count", 'c', 0, CAMERA_MAX_COUNT, &options->count, NULL },
    { NULL, 0, 0, 0, NULL, NULL } };
  GOptionEntry entries[] = {
    { "host", 0, 0, G_OPTION_ARG_STRING, &options->host, "Broker (127.0.0.1)",
        "HOST" },
    NUMBER_ENTRY ("port", 'p', "Its port (1883)", "PORT"),
    { "prefix", 0, 0, G_OPTION_ARG_STRING, &options->prefix,
        "First part of the topics (imbytes)", "PREFIX" },
    { "name", 'n', 0, G_OPTION_ARG_STRING, &options->name,
        "Name of the camera (camera)", "NAME" },
    { "user", 'u', 0, G_OPTION_ARG_STRING, &options->user, "User", "USER" },
    { "password", 0, 0, G_OPTION_ARG_STRING, &options->password,
        "Password; better in the variable MQTT_PASSWORD", "PASSWORD" },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &options->ca_file,
        "TLS, with the certificates in this file", "FILE" },
    NUMBER_ENTRY ("qos", 'q',
        "0: may get lost, 1: may come twice, 2: comes once (0)", "QOS"),
    { "discovery", 0, 0, G_OPTION_ARG_NONE, &options->discovery,
        "Tell Home Assistant of the camera", NULL },
    NUMBER_ENTRY ("every", 'e', "Seconds between images (1)", "SECONDS"),
    NUMBER_ENTRY ("width", 0, "Width", "PIXELS"),
    NUMBER_ENTRY ("height", 0, "Height", "PIXELS"),
    NUMBER_ENTRY ("quality", 0, "JPEG quality (85)", "0..100"),
    { "format", 'f', 0, G_OPTION_ARG_STRING, &options->format,
        "jpeg or png (jpeg)", "FORMAT" },
    NUMBER_ENTRY ("count", 'c', "End after so many images (0: all)", "N"),
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  const Program program = { "imbytes-mqtt",
    "SOURCE - a camera's images on MQTT",
    "SOURCE is a file (played again and again), a URI, a camera "
    "(/dev/video0) or `test`.",
    entries, numbers, &options->camera.source };

  return program_start (&program, argc, argv, error)
      && check_options (options, error);
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

  options.stop = program_catch_signals ();
  options.host = g_strdup ("127.0.0.1");
  options.prefix = g_strdup ("imbytes");
  options.name = g_strdup ("camera");
  options.format = g_strdup ("jpeg");
  options.password = g_strdup (g_getenv ("MQTT_PASSWORD"));
  if (parse_options (&options, argc, argv, &error)) {
    options.camera.format = options.format;
    status = publish_all (&options, &error);
  }
  if (error != NULL)
    status = program_fail (error);
  g_free (options.host);
  g_free (options.prefix);
  g_free (options.name);
  g_free (options.format);
  g_free (options.user);
  g_free (options.password);
  g_free (options.ca_file);
  return status;
}
