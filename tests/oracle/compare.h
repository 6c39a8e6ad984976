/* imbytes tests: a file against the reference.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "check.h"
#include "files.h"

G_BEGIN_DECLS

/* What the reference makes of the case against what the element made of it. */
void compare_file (Verdict *verdict, const File *file, const CaseFrame *made);

G_END_DECLS
