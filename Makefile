# make [V=1] [SAN=address,undefined|thread] [COV=1] [WERROR=1] all|demo|test|bench|fuzz|lint|format|install|deb|clean|help
CC       ?= gcc
comma    := ,
BUILD    := build/$(if $(SAN),san-$(subst $(comma),-,$(SAN)),$(if $(COV),cov,rel))
PKGS     := libsodium libssl libcrypto libcurl libarchive yaml-0.1 sqlite3 jansson libutf8proc libseccomp libturbojpeg zlib libqpdf expat
PREFIX   ?= /usr/local
UNITDIR  ?= $(PREFIX)/lib/systemd/system
include mk/flags.mk
# a line for each step, unless asked for silence (-s) or for the whole commands (V=1)
SAY      := $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),@:,@echo "  ")
# all cores, where whoever called has not chosen
JOBS      = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

LIB_SRC  := $(filter-out gateway/handoverd.c,$(wildcard gateway/*/*.c))
TOOL_SRC := $(wildcard tools/*.c)
WORK_SRC := $(wildcard tools/workload/*.c)
TEST_SRC := $(wildcard tests/unit/*/*_test.c)
FUZZ_SRC := $(wildcard tests/fuzz/*_fuzz.c)
BENCH_SRC := $(wildcard tests/bench/*.c)
LIB_ASM  := $(wildcard gateway/*/*.S)
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o) $(LIB_ASM:%.S=$(BUILD)/%.o)
TOOL_OBJ := $(TOOL_SRC:%.c=$(BUILD)/%.o)
WORK_OBJ := $(WORK_SRC:%.c=$(BUILD)/%.o)
TESTS    := $(TEST_SRC:%.c=$(BUILD)/%)
REPLAYS  := $(FUZZ_SRC:%.c=$(BUILD)/%)
BENCHES  := $(BENCH_SRC:%.c=$(BUILD)/%)
SHELL_TESTS := $(wildcard tests/cli/*_test.sh)
MAN      := $(BUILD)/man/done

all: $(BUILD)/handover $(BUILD)/handoverd $(BUILD)/workload $(MAN)
	@$(if $(filter build/rel,$(BUILD)),ln -sfn rel/handover build/handover && ln -sfn rel/handoverd build/handoverd)

help:
	@echo "make demo      install what is missing, build, hand over 68 invented candidates (about two minutes)"
	@echo "make           build build/handover (with man pages and shell completion) and build/handoverd"
	@echo "make test      all tests; make check: the same on a machine that has all it needs"
	@echo "make bench     measure; make fuzz [T=yaml] [SECS=30]: coverage-guided runs; make lint: checks of the source"
	@echo "make format    clang-format; make clean: remove build/"
	@echo "make install   PREFIX=/usr/local, DESTDIR=; make deb: a Debian package in build/"
	@echo "With V=1 the commands are shown; WERROR=1, SAN=address,undefined and COV=1 build in other ways."
test:
	@tools/bootstrap
	@$(MAKE) --no-print-directory $(JOBS) check
# what `test` runs once the machine has all it needs
check: all $(TESTS) $(REPLAYS)
	@BUILD=$(BUILD) tests/run $(TESTS) $(SHELL_TESTS) -- $(REPLAYS)
demo:
	@tools/bootstrap
	@[ -e build/handover ] || echo "building, about a minute"
	@$(MAKE) --no-print-directory $(JOBS) all
	@BUILD=$(BUILD) tools/demo
bench: all $(BENCHES)
	@BUILD=$(BUILD) tests/bench/run

$(BUILD)/libgateway.a: $(LIB_OBJ)
	$(SAY) AR $@
	$(Q)rm -f $@ && $(AR) qcsD $@ $^
$(BUILD)/handover: $(TOOL_OBJ) $(BUILD)/libgateway.a
	$(SAY) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(BUILD)/handoverd: $(BUILD)/gateway/handoverd.o $(BUILD)/libgateway.a
	$(SAY) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
# invented dossiers for demo, tests and bench; not installed
$(BUILD)/workload: $(WORK_OBJ) $(BUILD)/libgateway.a
	$(SAY) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
# changes when a flag does, so that all is built again
FLAGSET  := $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(LDLIBS)
$(BUILD)/flags: FORCE
	@mkdir -p $(@D) && echo '$(subst ','\'',$(FLAGSET))' | cmp -s - $@ || echo '$(subst ','\'',$(FLAGSET))' >$@
$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@
$(BUILD)/%.o: %.S $(BUILD)/flags
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(CPPFLAGS) -fcf-protection=full -c $< -o $@
$(BUILD)/tests/unit/attach/image_test: LDLIBS += -lpng
$(BUILD)/tests/bench/acts: LDLIBS += -lcmocka
$(BUILD)/tests/unit/http/differential_test: LDLIBS += -lhttp_parser
$(BUILD)/gateway/dossier/catalogue_data.o: policies/catalogue.yaml
$(BUILD)/gateway/api/openapi_data.o: gateway/api/openapi.json
$(BUILD)/gateway/detect/words_data.o: build/words.table
# Dutch words, from the list of package wdutch
WORDS_SRC := tools/wordtable/wordtable.c $(addprefix gateway/,detect/normal.c detect/fold.c base/str.c base/buf.c base/err.c)
build/words.table: $(WORDS_SRC) gateway/detect/lexicon.h
	@mkdir -p build
	$(SAY) GEN $@
	$(Q)$(CC) -std=c17 -O2 $(CPPFLAGS) $(WORDS_SRC) $(LDLIBS) -o build/wordtable && \
	    build/wordtable /usr/share/dict/dutch $@.new && mv $@.new $@
$(BUILD)/tests/unit/%_test: $(BUILD)/tests/unit/%_test.o $(BUILD)/libgateway.a
	$(SAY) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ -lcmocka $(LDLIBS) -o $@
$(BUILD)/tests/fuzz/%_fuzz: $(BUILD)/tests/fuzz/%_fuzz.o $(BUILD)/tests/fuzz/replay_main.o $(BUILD)/libgateway.a
	$(SAY) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(BUILD)/tests/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/libgateway.a
	$(SAY) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@
$(MAN): $(BUILD)/handover
	@mkdir -p $(@D)
	@for c in handover $$($(BUILD)/handover --print commands); do \
	    n=handover$$([ $$c = handover ] || echo -$$c); \
	    $(BUILD)/handover --print man:$$c > $(@D)/$$n.1 || exit 1; done
	@$(BUILD)/handover --print bash > $(@D)/handover.bash && touch $@

# coverage-guided run: make fuzz T=yaml SECS=30; without T all targets in turn
fuzz: build/words.table
	@mkdir -p build/fuzz && for t in $(or $(T),$(FUZZ_SRC:tests/fuzz/%_fuzz.c=%)); do \
	    mkdir -p build/fuzz/corpus/$$t && clang -std=c17 -g -O1 -fsanitize=fuzzer,address,undefined $(CPPFLAGS) \
	    tests/fuzz/$${t}_fuzz.c $(LIB_SRC) $(LIB_ASM) $(LDLIBS) -o build/fuzz/$$t && \
	    build/fuzz/$$t -max_total_time=$(or $(SECS),30) -max_len=65536 -rss_limit_mb=4096 -print_final_stats=1 \
	    -artifact_prefix=build/fuzz/ build/fuzz/corpus/$$t tests/fuzz/corpus/$$t || exit 1; done
lint:
	@tests/lint/all
format:
	clang-format -i $$(find gateway tools tests -name '*.[ch]')
install: all
	@$(MAKE) --no-print-directory install-files
# of what is built
install-files:
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/share/man/man8 $(DESTDIR)$(UNITDIR) $(DESTDIR)$(PREFIX)/lib/sysusers.d \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/handover/policies/tests \
	    $(DESTDIR)$(PREFIX)/share/handover/policies/docs $(DESTDIR)$(PREFIX)/share/handover/docs \
	    $(DESTDIR)$(PREFIX)/share/handover/policies/examples
	install -m 0755 $(BUILD)/handover $(DESTDIR)$(PREFIX)/bin/handover
	install -m 0755 $(BUILD)/handoverd $(DESTDIR)$(PREFIX)/sbin/handoverd
	install -m 0644 $(BUILD)/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 0644 $(BUILD)/man/handover.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/handover
	install -m 0644 $(wildcard policies/*.yaml) $(DESTDIR)$(PREFIX)/share/handover/policies/
	install -m 0644 $(wildcard policies/examples/*.yaml) $(DESTDIR)$(PREFIX)/share/handover/policies/examples/
	install -m 0644 $(wildcard policies/tests/*.yaml) $(DESTDIR)$(PREFIX)/share/handover/policies/tests/
	install -m 0644 policies/README.md $(DESTDIR)$(PREFIX)/share/handover/policies/
	install -m 0644 $(wildcard policies/docs/*.md) $(DESTDIR)$(PREFIX)/share/handover/policies/docs/
	install -m 0644 $(wildcard docs/*.md) $(DESTDIR)$(PREFIX)/share/handover/docs/
	install -m 0644 packaging/handoverd.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	install -m 0644 packaging/handover.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/handover.conf
	install -m 0644 packaging/handoverd.service packaging/handoverd.socket packaging/handoverd-local.socket \
	    packaging/handover-keys.service packaging/handover-keys.timer packaging/handover-backup.service \
	    packaging/handover-backup.timer $(DESTDIR)$(UNITDIR)/
	sed -i 's#/usr/s\(bin\|hare\)/#$(PREFIX)/s\1/#g; s#/usr/bin/handover #$(PREFIX)/bin/handover #' $(DESTDIR)$(UNITDIR)/handoverd.service \
	    $(DESTDIR)$(UNITDIR)/handover-keys.service $(DESTDIR)$(UNITDIR)/handover-backup.service
deb: all
	@packaging/deb $(BUILD) build
clean:
	rm -rf build
FORCE:
.PHONY: FORCE all help demo test check bench fuzz lint format install install-files deb clean
.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)
