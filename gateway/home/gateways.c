/* SPDX-License-Identifier: EUPL-1.2 */
#include "home/gateways.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "base/yaml.h"
#include "registry/text.h"

enum { FILE_MAX = 4096 };

bool gateway_name_good(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");
	return n >= 1 && n < GATEWAY_NAME && !name[n] && name[0] != '_' && name[0] != '-';
}

/* scheme, then a host and perhaps a port, and no more. */
static bool good_address(const char *url, const char *scheme)
{
	if (!str_starts(url, scheme) || strlen(url) >= GATEWAY_URL)
		return false;
	const char *host = url + strlen(scheme);
	size_t n =
	    strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-:[]");
	return n >= 1 && !host[n];
}

static char *file_of(const struct home *h, const char *name)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "gateways");
	char *file GW_CLEANUP(str_free_p) = str_printf("%s.yaml", name);
	return file_join(dir, file);
}

static int bad_name(const char *name, struct errinfo *ei)
{
	return err_set(ei, GW_EUSAGE,
	    "'%.40s' is no name for a gateway: lower-case letters, digits, - and _, at most 32",
	    name);
}

static int not_there(const struct home *h, const char *name, struct errinfo *ei)
{
	struct file_list l = {0};
	struct buf all GW_CLEANUP(buf_release) = BUF_INIT(400);
	if (gateway_names(h, &l, NULL) == 0)
		for (size_t i = 0; i < l.n; i++)
			if (buf_addf(&all, "%s%s", i ? ", " : "", l.names[i]) < 0)
				break;
	file_list_release(&l);
	if (all.len)
		return err_set(ei, GW_ENOENT, "there is no gateway '%s', but: %s", name, all.data);
	return err_set(ei, GW_ENOENT,
	    "there is no gateway '%s': handover gateway add %s --url https://… --oin …", name,
	    name);
}

static int read_profile(const struct yml *root, struct gateway_profile *ret, struct errinfo *ei)
{
	static const char *const words[] = {"url", "oin", "proxy"};
	const char *url = "", *oin = "", *proxy = "";
	int r = yml_closed(root, words, GW_LENGTH(words), ei);
	if (r == 0)
		r = yml_text(root, "url", &url, ei);
	if (r == 0)
		r = yml_text(root, "oin", &oin, ei);
	if (r == 0 && yml_get(root, "proxy"))
		r = yml_text(root, "proxy", &proxy, ei);
	if (r < 0)
		return r;
	if (!good_address(url, "https://"))
		return yml_err(yml_get(root, "url"), ei, GW_EFORMAT, "https://host:port expected");
	if (!str_oin(oin))
		return yml_err(
		    yml_get(root, "oin"), ei, GW_EFORMAT, "an OIN of 20 digits expected");
	if (*proxy && !good_address(proxy, "http://"))
		return yml_err(yml_get(root, "proxy"), ei, GW_EFORMAT, "http://host:port expected");
	text_copy(ret->url, sizeof ret->url, url);
	text_copy(ret->oin, sizeof ret->oin, oin);
	text_copy(ret->proxy, sizeof ret->proxy, proxy);
	return 0;
}

int gateway_load(
    const struct home *h, const char *name, struct gateway_profile *ret, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(FILE_MAX);
	struct yml *root GW_CLEANUP(yml_free_p) = NULL;
	if (!gateway_name_good(name))
		return bad_name(name, ei);
	char *path GW_CLEANUP(str_free_p) = file_of(h, name);
	int r = file_read(path, FILE_MAX, &text, ei);
	if (r == GW_ENOENT)
		return not_there(h, name, ei);
	if (r == 0)
		r = yml_parse(path, text.data, text.len, &YML_SMALL, &root, ei);
	return r == 0 ? read_profile(root, ret, ei) : r;
}

int gateway_add(
    const struct home *h, const char *name, const struct gateway_profile *p, struct errinfo *ei)
{
	struct buf text GW_CLEANUP(buf_release) = BUF_INIT(FILE_MAX);
	if (!gateway_name_good(name))
		return bad_name(name, ei);
	if (!good_address(p->url, "https://"))
		return err_set(ei, GW_EUSAGE, "--url: https://host:port expected");
	if (!str_oin(p->oin))
		return err_set(ei, GW_EUSAGE, "--oin: an OIN of 20 digits expected");
	if (p->proxy[0] && !good_address(p->proxy, "http://"))
		return err_set(ei, GW_EUSAGE, "--proxy: http://host:port expected");
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "gateways");
	char *path GW_CLEANUP(str_free_p) = file_of(h, name);
	int r = file_mkdirs(dir, 0700, ei);
	if (r == 0)
		r = buf_addf(&text, "url: \"%s\"\noin: \"%s\"\n", p->url, p->oin);
	if (r == 0 && p->proxy[0])
		r = buf_addf(&text, "proxy: \"%s\"\n", p->proxy);
	if (r == 0)
		r = file_write(path, text.data, text.len, 0644, FILE_NEW, ei);
	return r == GW_EEXIST
	    ? err_set(ei, r, "there is a gateway '%s' already: handover gateway remove %s first",
		  name, name)
	    : r;
}

int gateway_remove(const struct home *h, const char *name, struct errinfo *ei)
{
	if (!gateway_name_good(name))
		return bad_name(name, ei);
	char *path GW_CLEANUP(str_free_p) = file_of(h, name);
	if (!file_exists(path))
		return not_there(h, name, ei);
	if (unlink(path) < 0)
		return err_sys(ei, GW_EIO, "cannot remove '%s'", path);
	return file_sync_parent(path, ei);
}

int gateway_names(const struct home *h, struct file_list *ret, struct errinfo *ei)
{
	char *dir GW_CLEANUP(str_free_p) = home_path(h, "gateways");
	*ret = (struct file_list){0};
	int r = file_exists(dir) ? file_list(dir, ".yaml", ret, ei) : 0;
	for (size_t i = 0; r == 0 && i < ret->n; i++)
		ret->names[i][strlen(ret->names[i]) - strlen(".yaml")] = '\0';
	return r;
}
