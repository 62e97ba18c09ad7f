/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * propose: what to write instead, put behind a message that only says what is wrong; for this room
 * only. base/yaml knows no policy, so its messages get their proposal here.
 */
#ifndef GW_POLICY_PROPOSE_H
#define GW_POLICY_PROPOSE_H

#include "base/defs.h"
#include "base/err.h"
#include "base/yaml.h"

/* Behind a message about member `key` that should be of that kind: `: write "max_mb: 10"`. Nothing
 * when the message proposes something already. */
void propose_member(struct errinfo *ei, const char *key, enum yml_kind kind);

/* Behind a message about a word of a closed list, unless it says "did you mean". */
void propose_word(struct errinfo *ei);

/* Behind a message about a key that is not among words[0..n): which there are. */
void propose_keys(struct errinfo *ei, const char *const *words, size_t n);

/* Behind any message: the text, unless something is proposed already. */
void propose_text(struct errinfo *ei, const char *text);

/* Behind a message about a scan profile. */
void propose_profile(struct errinfo *ei);

/* Behind a message about a test file. */
void propose_test(struct errinfo *ei);

/* Behind a message of yml_parse: how to get within the subset. */
void propose_yaml(struct errinfo *ei);

#endif
