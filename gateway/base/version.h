/* SPDX-License-Identifier: EUPL-1.2 */
/* version: of the program, as CHANGELOG.md has it. */
#ifndef GW_BASE_VERSION_H
#define GW_BASE_VERSION_H

#define GW_VERSION "0.1.0"

#endif
