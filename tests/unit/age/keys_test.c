/* SPDX-License-Identifier: EUPL-1.2 */
#include "age/keys.h"

#include "base/secret.h"
#include "tests/unit/test.h"

/* The key of the CCTV test kit, and its recipient as the stock tool prints it. */
static const char SECRET[] =
    "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";
static const char PUBLIC[] = "age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef";

static int start(void **state)
{
	(void)state;
	struct errinfo ei = ERRINFO_INIT;
	return secret_init(&ei);
}

static void recipient_of_a_key(void **state)
{
	(void)state;
	struct age_identities *l GW_CLEANUP(age_identities_free_p) = age_identities_new();
	char text[AGE_RECIPIENT_TEXT];
	assert_int_equal(age_identities_add(l, SECRET, strlen(SECRET), NULL), 0);
	age_identities_recipient(l, 0, text);
	assert_string_equal(text, PUBLIC);
}

static void generated_file_reads_back(void **state)
{
	(void)state;
	struct buf b GW_CLEANUP(buf_release) = BUF_INIT(512);
	struct age_identities *l GW_CLEANUP(age_identities_free_p) = age_identities_new();
	char made[AGE_RECIPIENT_TEXT], read[AGE_RECIPIENT_TEXT], path[] = "/tmp/age-keys-XXXXXX";
	assert_int_equal(age_identity_generate(made, &b, NULL), 0);
	assert_non_null(strstr(b.data, made));
	int fd = mkstemp(path);
	assert_int_equal(write(fd, b.data, b.len), b.len);
	assert_int_equal(age_identities_add_file(l, path, NULL), 0);
	assert_int_equal(age_identities_count(l), 1);
	age_identities_recipient(l, 0, read);
	assert_string_equal(made, read);
	(void)close(fd);
	(void)unlink(path);
}

static void says_what_a_recipient_is_not(void **state)
{
	(void)state;
	struct age_recipients *l GW_CLEANUP(age_recipients_free_p) = age_recipients_new();
	static const struct {
		const char *text;
		int code;
	} bad[] = {
	    {"", GW_EFORMAT},
	    {"age1", GW_EFORMAT},
	    {"AGE1XMWWC06LY3EE5RYTXM9MFLAZ2U56JJJ36S0MYPDRWSVLUL66MV4Q47RYEF", GW_EFORMAT},
	    {"age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryee", GW_EFORMAT},
	    {" age1xmwwc06ly3ee5rytxm9mflaz2u56jjj36s0mypdrwsvlul66mv4q47ryef", GW_EFORMAT},
	    {"AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0",
		GW_EFORMAT},
	    {"age1pq1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", GW_ESUPPORT},
	    {"age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
		GW_ESUPPORT},
	    {"ssh-ed25519 AAAA", GW_ESUPPORT},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct errinfo ei = ERRINFO_INIT;
		assert_int_equal(age_recipients_add(l, bad[i].text, &ei), bad[i].code);
		assert_null(strstr(ei.msg, "EGTZV")); /* no key in a message */
	}
	assert_int_equal(age_recipients_count(l), 0);
	assert_int_equal(age_recipients_add(l, PUBLIC, NULL), 0);
	assert_int_equal(age_recipients_count(l), 1);
}

static void passphrase_stands_alone(void **state)
{
	(void)state;
	struct age_recipients *l GW_CLEANUP(age_recipients_free_p) = age_recipients_new();
	assert_int_equal(age_recipients_set_passphrase(l, "", 0, 10, NULL), GW_EUSAGE);
	assert_int_equal(age_recipients_set_passphrase(l, "x", 1, 0, NULL), GW_EUSAGE);
	assert_int_equal(age_recipients_set_passphrase(l, "x", 1, 31, NULL), GW_EUSAGE);
	assert_int_equal(age_recipients_set_passphrase(l, "x", 1, 10, NULL), 0);
	assert_int_equal(age_recipients_add(l, PUBLIC, NULL), GW_EUSAGE);
	struct age_recipients *k GW_CLEANUP(age_recipients_free_p) = age_recipients_new();
	assert_int_equal(age_recipients_add(k, PUBLIC, NULL), 0);
	assert_int_equal(age_recipients_set_passphrase(k, "x", 1, 10, NULL), GW_EUSAGE);
}

/* Write text to a new file and read it as recipients. */
static int from_file(const char *text, struct age_recipients *l, struct errinfo *ei, char *path)
{
	memcpy(path, "/tmp/age-list-XXXXXX", 21);
	int fd = mkstemp(path);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
	int r = age_recipients_add_file(l, path, ei);
	(void)unlink(path);
	return r;
}

static void recipients_files(void **state)
{
	(void)state;
	struct age_recipients *l GW_CLEANUP(age_recipients_free_p) = age_recipients_new();
	struct errinfo ei = ERRINFO_INIT;
	char text[500], path[32], want[100];
	(void)snprintf(text, sizeof text, "# both\r\n%s\r\n\n%s", PUBLIC, PUBLIC);
	assert_int_equal(from_file(text, l, &ei, path), 0);
	assert_int_equal(age_recipients_count(l), 2);
	(void)snprintf(text, sizeof text, "%s\nnonsense\n", PUBLIC);
	assert_int_equal(from_file(text, l, &ei, path), GW_EFORMAT);
	(void)snprintf(want, sizeof want, "%s:2: not a recipient", path);
	assert_memory_equal(ei.msg, want, strlen(want));
	assert_true(ei.located);
	assert_int_equal(from_file("# nobody\n\n", l, &ei, path), GW_EFORMAT);
	assert_int_equal(age_recipients_add_file(l, "/nonexistent", &ei), GW_ENOENT);
}

/* Lines of comment before and around the key, longer together than what is read at a time. */
static void long_files(void **state)
{
	(void)state;
	struct age_identities *l GW_CLEANUP(age_identities_free_p) = age_identities_new();
	struct errinfo ei = ERRINFO_INIT;
	enum { MOST = 16 << 20, LINE = 8192 };
	char path[] = "/tmp/age-long-XXXXXX", line[LINE + 1];
	FILE *f = fdopen(mkstemp(path), "w+");
	assert_non_null(f);
	memset(line, '#', sizeof line);
	line[LINE - 1] = '\n';
	size_t rest = MOST % LINE + LINE - strlen(SECRET) - 1;
	for (size_t n = rest + 1 + strlen(SECRET); n < MOST; n += LINE)
		assert_int_equal(fwrite(line, 1, LINE, f), LINE);
	assert_int_equal(
	    fprintf(f, "%.*s\n%s", (int)rest, line, SECRET), rest + 1 + strlen(SECRET));
	assert_int_equal(fflush(f), 0);
	assert_int_equal(ftello(f), MOST);
	assert_int_equal(age_identities_add_file(l, path, &ei), 0);
	assert_int_equal(age_identities_count(l), 1);
	assert_int_equal(fputs("\n", f), 1);
	assert_int_equal(fflush(f), 0);
	assert_int_equal(age_identities_add_file(l, path, &ei), GW_ELIMIT);
	assert_non_null(strstr(ei.msg, "more than 16777216 bytes"));
	assert_int_equal(ftruncate(fileno(f), 0), 0);
	rewind(f);
	line[LINE - 1] = line[LINE] = '#';
	assert_int_equal(fwrite(line, 1, LINE, f), LINE);
	assert_int_equal(fprintf(f, "\n%s\n", SECRET), strlen(SECRET) + 2);
	assert_int_equal(fflush(f), 0);
	assert_int_equal(age_identities_add_file(l, path, &ei), 0);
	rewind(f);
	assert_int_equal(fwrite(line, 1, LINE + 1, f), LINE + 1);
	assert_int_equal(fflush(f), 0);
	assert_int_equal(age_identities_add_file(l, path, &ei), GW_ELIMIT);
	assert_non_null(strstr(ei.msg, ":1: more than 8192 characters"));
	(void)fclose(f);
	(void)unlink(path);
}

/* A key file leaves nothing where it could be swapped out: without secret memory it is not read. */
static void files_are_read_in_secret_memory(void **state)
{
	(void)state;
	struct age_recipients *l GW_CLEANUP(age_recipients_free_p) = age_recipients_new();
	struct errinfo ei = ERRINFO_INIT;
	char text[100], path[32];
	void *all[2000] = {NULL};
	size_t n = 0;
	(void)snprintf(text, sizeof text, "%s\n", PUBLIC);
	for (size_t size = 1 << 18; size >= 32; size /= 2)
		while (n < GW_LENGTH(all) && (all[n] = secret_alloc(size)))
			n++;
	int r = from_file(text, l, &ei, path);
	while (n)
		secret_free(all[--n]);
	assert_int_equal(r, GW_ENOMEM);
	assert_int_equal(from_file(text, l, &ei, path), 0);
}

static void post_quantum_key_is_noted(void **state)
{
	(void)state;
	struct age_identities *l GW_CLEANUP(age_identities_free_p) = age_identities_new();
	const char *pq = "AGE-SECRET-KEY-PQ-1XXXX", *plugin = "AGE-PLUGIN-YUBIKEY-1XXX";
	assert_false(age_identities_post_quantum(l));
	assert_int_equal(age_identities_add(l, pq, strlen(pq), NULL), 0);
	assert_true(age_identities_post_quantum(l));
	assert_int_equal(age_identities_count(l), 0);
	assert_int_equal(age_identities_add(l, plugin, strlen(plugin), NULL), GW_ESUPPORT);
	assert_int_equal(age_identities_add(l, PUBLIC, strlen(PUBLIC), NULL), GW_EFORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(recipient_of_a_key),
	    cmocka_unit_test(generated_file_reads_back),
	    cmocka_unit_test(says_what_a_recipient_is_not),
	    cmocka_unit_test(passphrase_stands_alone),
	    cmocka_unit_test(recipients_files),
	    cmocka_unit_test(long_files),
	    cmocka_unit_test(files_are_read_in_secret_memory),
	    cmocka_unit_test(post_quantum_key_is_noted),
	};
	return cmocka_run_group_tests_name("age/keys", tests, start, NULL);
}
