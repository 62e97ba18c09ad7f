/* SPDX-License-Identifier: EUPL-1.2 */
/* Migration 6: statements that were refused elsewhere, found by what they are. Released: never
 * changed, see inside.h. */
#include "store/inside.h"

const char store_sql_refused[] =
    "CREATE INDEX event_refused ON event (statement) WHERE kind = 'refused';";
