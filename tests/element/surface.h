/* imbytes tests: the public surface as text, the same with every GStreamer.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "common.h"

G_BEGIN_DECLS

/* A fact in each line: metadata, pads, properties, enumerations, signals, presets,
 * and what is seen while it runs: caps, stats, messages. */
gchar *surface_dump (void);

/* GParamSpec of those that are the element's own or are promised by the
 * reference. Free the list alone. */
GList *surface_properties (void);
/* Names that the reference has to say in backquotes. */
GPtrArray *surface_names (void);

/* @value as the reference writes it. */
gchar *surface_value (GParamSpec *pspec, const GValue *value);
/* "0..100", or NULL where it is that of the type. */
gchar *surface_range (GParamSpec *pspec);

/* What is seen while it runs; surface_run.c. */
void surface_add_running (GString *text);
/* Appends "@where: NAME (TYPE)" or, with @values, "NAME=VALUE" of each field. */
void surface_add_structure (GString *text, const gchar *where,
    const GstStructure *structure, gboolean values);

G_END_DECLS
