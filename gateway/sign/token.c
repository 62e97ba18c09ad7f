/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * token: keys that stay in a token (smart card, HSM), reached by a `pkcs11:` URI (RFC 7512) through
 * the OpenSSL engine `pkcs11`. The PIN goes to the engine by a control call, never in the URI that
 * others may see.
 */
#define OPENSSL_SUPPRESS_DEPRECATED /* engines: OpenSSL 3.0 has no PKCS#11 provider in Debian 12 \
                                     */
#include <openssl/engine.h>

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/secret.h"
#include "base/str.h"
#include "sign/cert.h"
#include "sign/key.h"

enum { URI_MAX = 1024, PIN_MAX = 256 };

/* What a URI says, taken apart. */
struct token_uri {
	char *path;   /* "pkcs11:…" without the query: what the engine gets */
	char *module; /* module-path, or NULL */
	char *pin;    /* path of the file with the PIN, or NULL */
};

/*
 * The engine is one per process, with one module. It is never finished: keys that came from it go
 * on using it.
 */
static pthread_mutex_t engine_lock = PTHREAD_MUTEX_INITIALIZER;
static ENGINE *engine;
static char *engine_module; /* "" for the default one; NULL before the start */

static void token_uri_release(struct token_uri *u)
{
	free(u->path);
	free(u->module);
	free(u->pin);
	*u = (struct token_uri){0};
}

/* The n bytes at s with %XX undone, as a new string; NULL when malformed. */
static char *unescape(const char *s, size_t n)
{
	char *out = str_alloc(n + 1);
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		char hex[3] = {0};
		uint8_t byte;
		if (s[i] != '%') {
			out[k++] = s[i];
			continue;
		}
		if (n - i < 3)
			goto bad;
		for (int d = 0; d < 2; d++) {
			char c = s[i + 1 + (size_t)d];
			hex[d] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
		}
		if (str_unhex(hex, &byte, 1) < 0 || byte == 0)
			goto bad;
		out[k++] = (char)byte;
		i += 2;
	}
	return out;
bad:
	free(out);
	return NULL;
}

/* One `name=value` of the query. */
static int query_part(struct token_uri *u, const char *s, size_t n, struct errinfo *ei)
{
	static const char module[] = "module-path=", source[] = "pin-source=",
			  value[] = "pin-value=";
	if (n >= sizeof value - 1 && strncmp(s, value, sizeof value - 1) == 0)
		return err_set(ei, GW_EFORMAT,
		    "pkcs11 URI: pin-value would be seen by others: use pin-source=file:/… or $HANDOVER_PKCS11_PIN");
	if (n > sizeof module - 1 && strncmp(s, module, sizeof module - 1) == 0 && !u->module) {
		u->module = unescape(s + sizeof module - 1, n - (sizeof module - 1));
		return u->module ? 0 : err_set(ei, GW_EFORMAT, "pkcs11 URI: malformed module-path");
	}
	if (n > sizeof source - 1 && strncmp(s, source, sizeof source - 1) == 0 && !u->pin) {
		char *text GW_CLEANUP(str_free_p) =
		    unescape(s + sizeof source - 1, n - (sizeof source - 1));
		const char *path = text && str_starts(text, "file:") ? text + 5 : text;
		if (path && str_starts(path, "//"))
			path += 2; /* file:///… */
		if (!path || *path != '/')
			return err_set(ei, GW_EFORMAT,
			    "pkcs11 URI: pin-source should be file:/… with a whole path");
		u->pin = str_dup(path);
		return 0;
	}
	return err_set(ei, GW_EFORMAT,
	    "pkcs11 URI: only module-path and pin-source may stand behind the '?', once each");
}

/* True when the path has an attribute of that name, in whatever letters, escaped or not. */
static bool in_path(const char *path, const char *name)
{
	char *plain GW_CLEANUP(str_free_p) = unescape(path, strlen(path));
	return strcasestr(plain ? plain : path, name) != NULL;
}

static int parse_uri(const char *uri, struct token_uri *u, struct errinfo *ei)
{
	if (strnlen(uri, URI_MAX + 1) > URI_MAX)
		return err_set(ei, GW_EFORMAT, "pkcs11 URI: longer than %d bytes", URI_MAX);
	const char *query = strchr(uri, '?');
	u->path = query ? str_dupn(uri, (size_t)(query - uri)) : str_dup(uri);
	/* the engine would take a PIN out of the path as well */
	if (in_path(u->path, "pin-value"))
		return query_part(u, "pin-value=", 10, ei);
	/* … or the file with it, whatever its mode, and the module */
	if (in_path(u->path, "pin-source") || in_path(u->path, "module-path"))
		return err_set(ei, GW_EFORMAT,
		    "pkcs11 URI: pin-source and module-path stand behind a '?', not in the path "
		    "(pkcs11:token=…;object=…?pin-source=file:/…)");
	if (str_eq(u->path, "pkcs11:"))
		return err_set(ei, GW_EFORMAT, "pkcs11 URI: names no key (object= or id=)");
	while (query) {
		const char *part = query + 1;
		query = strchr(part, '&');
		size_t n = query ? (size_t)(query - part) : strlen(part);
		int r = query_part(u, part, n, ei);
		if (r < 0)
			return r;
	}
	return 0;
}

/* The PIN from its file or the environment, in locked memory; NULL in *ret_pin when there is none.
 */
static int read_pin(const struct token_uri *u, char **ret_pin, struct errinfo *ei)
{
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(PIN_MAX);
	const char *env = getenv("HANDOVER_PKCS11_PIN");
	int r;
	*ret_pin = NULL;
	if (u->pin) {
		if ((r = file_read_secret(u->pin, PIN_MAX - 1, &b, ei)) < 0)
			return r;
		if (b.len && b.data[b.len - 1] == '\n')
			b.len--;
	} else if (!env) {
		return 0;
	} else if (buf_add(&b, env, strnlen(env, PIN_MAX)) < 0 || b.len == PIN_MAX) {
		return err_set(ei, GW_EFORMAT, "$HANDOVER_PKCS11_PIN: longer than a PIN can be");
	}
	if (!b.len)
		return err_set(ei, GW_EFORMAT, "the PIN for the token is empty");
	char *pin = secret_alloc(PIN_MAX);
	if (!pin)
		return err_set(ei, GW_ENOMEM, "no locked memory for a PIN");
	memcpy(pin, b.data, b.len);
	*ret_pin = pin;
	return 0;
}

/* Start the engine with the module, at the first key; engine_lock is held. */
static int start_engine(const char *module, struct errinfo *ei)
{
	if (*module && !file_exists(module))
		return err_set(ei, GW_EFORMAT, "pkcs11 URI: there is no module '%s'", module);
	if (engine && !str_eq(engine_module, module))
		return err_set(ei, GW_ESUPPORT, "one process can use one PKCS#11 module only");
	if (engine)
		return 0;
	ENGINE_load_builtin_engines();
	ENGINE *e = ENGINE_by_id("pkcs11");
	if (!e) {
		ERR_clear_error();
		return err_set(ei, GW_ESUPPORT,
		    "keys in a token need the OpenSSL engine pkcs11: install libengine-pkcs11-openssl");
	}
	/* QUIET: what it would print by itself belongs into our message */
	if (ENGINE_ctrl_cmd_string(e, "QUIET", NULL, 0) != 1 ||
	    (*module && ENGINE_ctrl_cmd_string(e, "MODULE_PATH", module, 0) != 1) ||
	    ENGINE_init(e) != 1) {
		int r = err_set(ei, GW_ESUPPORT, "the OpenSSL engine pkcs11 cannot start: %s",
		    cert_openssl_reason());
		(void)ENGINE_free(e);
		return r;
	}
	engine = e;
	engine_module = str_dup(module);
	return 0;
}

/* The engine asks here when it has no PIN, or would: nobody is there to answer. */
static int no_answer(UI *ui, UI_STRING *question)
{
	(void)ui, (void)question;
	return 0;
}

int key_from_token(const char *uri, EVP_PKEY **ret_key, struct errinfo *ei)
{
	struct token_uri u GW_CLEANUP(token_uri_release) = {0};
	char *pin GW_CLEANUP(secret_free_p) = NULL;
	int r;
	if ((r = parse_uri(uri, &u, ei)) < 0 || (r = read_pin(&u, &pin, ei)) < 0)
		return r;
	UI_METHOD *ui = UI_create_method("handover");
	if (!ui || UI_method_set_reader(ui, no_answer) != 0) {
		UI_destroy_method(ui);
		return GW_ENOMEM;
	}
	EVP_PKEY *key = NULL;
	(void)pthread_mutex_lock(&engine_lock);
	if ((r = start_engine(u.module ? u.module : "", ei)) == 0) {
		if (!pin || ENGINE_ctrl_cmd_string(engine, "PIN", pin, 0) == 1)
			key = ENGINE_load_private_key(engine, u.path, ui, NULL);
		if (!key)
			r = err_set(ei, GW_EAUTH,
			    "the token gives no such key: is it there, is the object named, is the PIN right");
		ERR_clear_error();
	}
	(void)pthread_mutex_unlock(&engine_lock);
	UI_destroy_method(ui);
	if (r == 0 && (r = key_check(key, "key in the token", ei)) < 0)
		EVP_PKEY_free(key);
	if (r == 0)
		*ret_key = key;
	return r;
}
