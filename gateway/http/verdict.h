/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * verdict: whether a client's chain of certificates holds, and until when.
 *
 * A chain is judged by OpenSSL: to a root of the context, valid now, with a fresh revocation list
 * for every member, strong enough. That costs as much as all else in a handshake together (four
 * signatures, which were good a second ago as well), so a good verdict is remembered by SHA-256 of
 * the certificates that the client showed, and OpenSSL is not asked again about the same bytes.
 *
 * Why that lets nobody in who would not get in without it: the verdict depends on the bytes shown,
 * on roots, lists and rules of the context, and on the time, and on nothing else. The bytes are the
 * key. Roots, lists and rules never change within a context, and what is remembered lives and ends
 * with it: a reload makes a new one, which knows nothing yet. Time can end a verdict only at the
 * notAfter of a member, at the nextUpdate of a list that counted, or when a list that is not valid
 * yet becomes so; the earliest of these, over all lists by the issuers of the chain, is its end.
 * Before the moment when it was found it does not hold either (a clock that was set back). What is
 * bad is never remembered. That the client has the key of its certificate is proved in every
 * handshake, and who it is, and whether the registry still knows that key, is asked elsewhere
 * (http/server.h, `identify`): here nothing of that is left out.
 *
 * The same answers, later, whether an open connection may go on.
 */
#ifndef GW_HTTP_VERDICT_H
#define GW_HTTP_VERDICT_H

#include <stdint.h>

#include <openssl/ssl.h>

#include "base/defs.h"
#include "base/err.h"

enum { VERDICTS = 512 /* remembered by a context; a further one takes the place of an older */ };

/*
 * verdict_install(c, at, ei): judge the clients of c here, as at that moment (ms), or with 0 as
 * time goes (base/clock.h).
 *
 * Roots, lists and rules of c are complete by now. GW_ENOMEM.
 */
int verdict_install(SSL_CTX *c, int64_t at, struct errinfo *ei) GW_MUST_USE;

/*
 * verdict_against(s, now): what speaks against another answer on s, whose handshake is done?
 *
 * `now` is the context that new connections get: that of s, or a later one with other roots and
 * lists. NULL: nothing, or its client has shown no certificate. Else OpenSSL's words, static. Costs
 * next to nothing while the verdict of the handshake holds. One thread at a time has s.
 */
const char *verdict_against(SSL *s, SSL_CTX *now) GW_MUST_USE;

/* How many times OpenSSL was asked on behalf of c. */
uint64_t verdict_asked(SSL_CTX *c);

#endif
