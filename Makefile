# SPDX-License-Identifier: MIT
# libbindguard: `make help` lists the targets. Works from any folder: make -f /path/to/Makefile.

BUILD    ?= build
# make splits names at blanks and takes some characters for its own: said here, instead of "No rule to make target" later.
ifneq ($(words $(CURDIR)) $(words $(MAKEFILE_LIST)) $(words $(BUILD)),1 1 1)
$(error cannot build in "$(CURDIR)" into "$(BUILD)": a name with a blank in it, or none; move the sources to another folder)
endif
hash := \#
ODD := % : ; | & < > ( ) * ? [ ] \ ' " ` $$ $(hash)
ifneq ($(strip $(foreach c,$(ODD),$(findstring $(c),$(CURDIR)$(MAKEFILE_LIST)$(BUILD)))),)
$(error cannot build in "$(CURDIR)" into "$(BUILD)": make takes a character in that name for its own; move the sources to another folder)
endif
SRC      := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
VARIANT  ?= release
VARIANTS := release clang asan tsan cov fuzz
OUT      := $(BUILD)/$(VARIANT)
VERSION  := 0.1.0

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
DATADIR    ?= $(PREFIX)/share
MANDIR     ?= $(DATADIR)/man
DOCDIR     ?= $(DATADIR)/doc/libbindguard
SYSCONFDIR ?= /etc
DESTDIR    ?=

OBJCOPY ?= objcopy

# `make V=1` shows the commands, else each is one short line.
ifeq ($(V),1)
say =
else
say = @echo '  $(1)	$(patsubst $(SRC)/%,%,$(2))'; 
endif

# Variants are values of these, never copied rules.
OPT_release := -O2
OPT_clang   := -O2
OPT_asan    := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_tsan    := -O1 -fsanitize=thread -fno-omit-frame-pointer
OPT_cov     := -O0
OPT_fuzz    := -O1 -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT         := $(OPT_$(VARIANT))
DEFS_release := -Wl,-z,defs
DEFS_clang   := -Wl,-z,defs
ifeq ($(OPT),)
$(error unknown VARIANT "$(VARIANT)", expected release, clang, asan, tsan, cov or fuzz)
endif
# Coverage: the rooms are counted, the tests are not; tests/coverage/counters.c says how.
COUNT_cov := --coverage -fprofile-update=atomic -fprofile-info-section=gcov_info
LINK_cov  := --coverage -Wl,--build-id=sha1 -Wl,-T,$(SRC)/tests/coverage/counters.ld
COUNTERS_cov := $(OUT)/obj/tests/coverage/counters.o
COUNTERS  := $(COUNTERS_$(VARIANT))
LINK      := $(LINK_$(VARIANT)) $(LDFLAGS)
# libFuzzer comes with clang.
CC_clang := clang
CC_fuzz  := clang
ifneq ($(CC_$(VARIANT)),)
CC := $(CC_$(VARIANT))
endif

CPPFLAGS_ALL := -D_GNU_SOURCE -U_FORTIFY_SOURCE -DBG_VERSION='"$(VERSION)"' -DBG_SYSCONFDIR='"$(SYSCONFDIR)"' \
	-I$(SRC)/include -I$(SRC)/shim $(CPPFLAGS)
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wcast-qual -Wpointer-arith -Wundef
# -fno-builtin-bcmp: clang makes a bcmp() of a memcmp(), and POSIX's list of what a signal handler may call has only this.
CFLAGS_ALL := -std=gnu11 $(WARN) -g $(OPT) -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections -fno-builtin-bcmp \
	-MMD -MP $(CFLAGS)
# Looking up symbols is most of what loading a library costs. What hot code calls is looked up at load (no resolver may run
# in a signal handler), what only reading a configuration calls when it is called: without a file, never.
HOT := -fno-plt

# The rooms. A new file needs no new line here.
objects = $(patsubst $(SRC)/%.c,$(OUT)/obj/%.o,$(wildcard $(SRC)/$(1)/*.c))
CORE    := $(call objects,shim/core)
SYS     := $(call objects,shim/sys)
LOAD    := $(filter-out %/compile_policy.o,$(call objects,shim/load))
PRELOAD := $(call objects,shim/preload)
CONFUSE := $(OUT)/confuse/confuse.o
POLICY  := $(OUT)/gen/default_policy.o $(OUT)/gen/lockdown_policy.o
ARCHIVE := $(OUT)/bindguard.a
LAUNCHER := $(call objects,launcher) $(call objects,launcher/supervise)
LAUNCHER_LIBS := -lmnl -lsmartcols -ljansson -lseccomp

ifeq ($(VARIANT),release)
LIBRARY := $(BUILD)/libbindguard.so
COMMAND := $(BUILD)/bindguard
else
LIBRARY := $(OUT)/libbindguard.so
COMMAND := $(OUT)/bindguard
endif

# `make deps check`: one after the other, also with -j.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all deps check check-unit check-conformance check-preload check-launcher check-supervise check-faults check-system \
	check-clang check-asan check-tsan cov check-valgrind check-breaks check-supervise-breaks check-prove-breaks \
	scenarios bench fuzz fuzz-smoke demo lint install uninstall clean help FORCE

all: $(LIBRARY) $(COMMAND) ## build build/libbindguard.so and build/bindguard (the default)

$(CORE) $(SYS) $(filter-out %/init.o,$(PRELOAD)): CFLAGS_ALL += $(HOT)

# glibc 2.38's headers make __isoc23_strtoul of a strtoul, and its like, where GNU's extensions are asked for: programs
# that have musl's libc cannot load a library with such a name in it.
$(LOAD): CPPFLAGS_ALL += -U_GNU_SOURCE -D_DEFAULT_SOURCE
$(LOAD): $(SRC)/Makefile # `flags` has none of it

$(OUT)/obj/shim/%.o $(OUT)/obj/launcher/%.o: CFLAGS_ALL += $(COUNT_$(VARIANT))
$(COUNTERS_cov): CPPFLAGS_ALL += -DBG_COVERAGE_DIR='"$(abspath $(OUT))/counters"'

# What the objects depend on beside their sources: the compiler and its flags.
FLAGS := $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(HOT) $(COUNT_$(VARIANT)) $(LINK)
$(OUT)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(FLAGS))' > $@

$(OUT)/obj/%.o: $(SRC)/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c -o $@ $<

$(OUT)/gen/%.o: $(OUT)/gen/%.c
	$(call say,CC,$@)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -c -o $@ $<

# libconfuse, inside. Debian's archive is position-independent enough for an executable only: what does not link into a
# library, and what must not run in someone else's process, is renamed to functions of shim/load/confuse_host.c.
LIBCONFUSE = $(shell $(CC) -print-file-name=libconfuse.a)
$(CONFUSE): $(SRC)/shim/load/confuse-redefine.txt $(OUT)/flags
	@test -f '$(LIBCONFUSE)' || { echo 'libconfuse.a not found: run `make deps` first' >&2; exit 1; }
	@rm -rf $(@D) && mkdir -p $(@D)
	$(call say,AR,$(LIBCONFUSE))cd $(@D) && ar x $(LIBCONFUSE)
	@ld -r -o $(@D)/all.o $(@D)/libconfuse_la-*.o
	@nm -u $(@D)/all.o | awk 'NR == FNR { used[$$NF]; next } $$1 in used' - $< > $(@D)/redefine # one target, one name
	$(call say,OBJCOPY,$@)$(OBJCOPY) --redefine-syms=$(@D)/redefine --set-section-flags .note.gnu.property=exclude $(@D)/all.o $@

# The built-in policies, compiled in by the very loader that reads users' files.
$(OUT)/compile_policy: $(OUT)/obj/shim/load/compile_policy.o $(LOAD) $(CORE) $(SYS) $(CONFUSE) $(COUNTERS)
	$(call say,AR,$@)ar rcs $(OUT)/compile.a $(LOAD) $(CORE) $(SYS)
	$(call say,LD,$@)$(CC) $(CFLAGS_ALL) $(LINK) -o $@ $< $(COUNTERS) $(OUT)/compile.a $(CONFUSE) $(OUT)/compile.a
$(OUT)/gen/default_policy.c: $(SRC)/conf/bindguard.conf $(OUT)/compile_policy
	@mkdir -p $(@D)
	$(call say,GEN,$@)ASAN_OPTIONS=detect_leaks=0 $(OUT)/compile_policy bg_policy_default $< > $@
$(OUT)/gen/lockdown_policy.c: $(SRC)/conf/lockdown.conf $(OUT)/compile_policy
	@mkdir -p $(@D)
	$(call say,GEN,$@)ASAN_OPTIONS=detect_leaks=0 $(OUT)/compile_policy bg_policy_lockdown $< > $@

LINK_SO := -shared -Wl,-soname,libbindguard.so -Wl,--version-script=$(SRC)/shim/preload/exports.map -Wl,-Bsymbolic \
	-nostartfiles -Wl,-z,lazy -Wl,-z,relro -Wl,-z,noexecstack -Wl,-z,nodelete -Wl,--gc-sections -Wl,--as-needed $(DEFS_$(VARIANT))
$(LIBRARY): $(CORE) $(SYS) $(LOAD) $(PRELOAD) $(POLICY) $(CONFUSE) $(COUNTERS) $(SRC)/shim/preload/exports.map
	$(call say,LD,$@)$(CC) $(CFLAGS_ALL) $(LINK_SO) $(LINK) -o $@ $(filter %.o,$^)

# The command. It looks for the library beside itself, then where `make install` puts it.
$(OUT)/obj/launcher/%.o: CPPFLAGS_ALL += -I$(SRC) -DBG_LIBDIR='"$(LIBDIR)"'
$(OUT)/obj/launcher/library.o: $(OUT)/libdir
$(OUT)/libdir: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(LIBDIR)' | cmp -s - $@ || printf '%s\n' '$(LIBDIR)' > $@
$(COMMAND): $(LAUNCHER) $(ARCHIVE) $(CONFUSE) $(COUNTERS)
	$(call say,LD,$@)$(CC) $(CFLAGS_ALL) $(LINK) -o $@ $(filter %.o,$^) $(ARCHIVE) $(LAUNCHER_LIBS)

# The engine alone, without the subcommand `run`, for its tests.
SUPERVISE_CLI := $(OUT)/supervise_cli
$(OUT)/obj/tests/supervise/%.o: CPPFLAGS_ALL += -DBG_SUPERVISE='"$(abspath $(SUPERVISE_CLI))"'
$(SUPERVISE_CLI): $(OUT)/obj/tests/supervise/cli/supervise_cli.o $(filter-out %/main.o,$(LAUNCHER)) $(ARCHIVE) $(CONFUSE) $(COUNTERS)
	$(call say,LD,$@)$(CC) $(CFLAGS_ALL) $(LINK) -o $@ $(filter %.o,$^) $(ARCHIVE) $(LAUNCHER_LIBS)

# Tests: one cmocka program a *_test.c, with the helpers of its folder; hosts and plugins are unrelated programs.
TEST_DEFS = -DBG_LIBRARY='"$(abspath $(LIBRARY))"' -DBG_BUILD_DIR='"$(abspath $(OUT))"' -DBG_SOURCE_DIR='"$(SRC)"' \
	-DBG_COMMAND='"$(abspath $(COMMAND))"'
$(ARCHIVE): $(CORE) $(SYS) $(LOAD) $(POLICY)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^
tests = $(patsubst $(SRC)/%.c,$(OUT)/%,$(wildcard $(SRC)/tests/$(1)/*_test.c))
HOSTS   := $(patsubst $(SRC)/tests/preload/hosts/%.c,$(OUT)/hosts/%,$(wildcard $(SRC)/tests/preload/hosts/*.c))
PLUGINS := $(patsubst $(SRC)/tests/preload/plugins/%.c,$(OUT)/hosts/%.so,$(wildcard $(SRC)/tests/preload/plugins/*.c))
$(OUT)/obj/tests/%.o: CPPFLAGS_ALL += $(TEST_DEFS) -I$(SRC)/tests -I$(SRC)
helpers = $(filter-out %_test.o,$(call objects,tests/$(1))) $(call objects,tests/net) $(helpers_$(1))
helpers_launcher = $(OUT)/obj/tests/conformance/table.o
helpers_faults = $(OUT)/obj/tests/preload/host.o $(OUT)/obj/tests/preload/sink.o
helpers_supervise = $(OUT)/obj/tests/preload/host.o $(OUT)/obj/tests/conformance/table.o $(filter-out %_test.o,$(call objects,tests/system))
# What `bindguard` is made of: two hosts on a cable, the list of sockets and their tries are the tests' too.
LAUNCHER_ARCHIVE := $(OUT)/launcher.a
$(LAUNCHER_ARCHIVE): $(filter-out %/main.o,$(LAUNCHER))
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^
.SECONDEXPANSION:
$(OUT)/tests/%_test: $(OUT)/obj/tests/%_test.o $$(call helpers,$$(firstword $$(subst /, ,$$*))) $(LAUNCHER_ARCHIVE) $(ARCHIVE) $(CONFUSE) $(COUNTERS)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CFLAGS_ALL) $(LINK) -o $@ $(filter %.o,$^) $(LAUNCHER_ARCHIVE) $(ARCHIVE) \
		$(libs_$(firstword $(subst /, ,$*))) $(TEST_LIBS)
TEST_LIBS := -lcmocka -Wl,--as-needed $(LAUNCHER_LIBS) -pthread -ldl
libs_faults = $(patsubst %,-Wl$(comma)--wrap=%,malloc calloc realloc free mmap munmap arena_alloc arena_realloc arena_copy)
comma := ,
$(OUT)/hosts/%: $(SRC)/tests/preload/hosts/%.c $(wildcard $(SRC)/launcher/*_addresses.h $(SRC)/tests/net/*.h) $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -O1 -g -I$(SRC) -I$(SRC)/tests -rdynamic $(LDFLAGS) -o $@ $< -pthread -ldl
# Hosts of the engine seccomp: what no preload reaches.
SUPERVISE_HOSTS := $(patsubst $(SRC)/tests/supervise/hosts/%.c,$(OUT)/hosts/%,$(wildcard $(SRC)/tests/supervise/hosts/*.c)) \
	$(patsubst %,$(OUT)/hosts/%,static_musl int80 go_server)
STATIC = -nostdlib -static -fno-stack-protector -fno-pie -O1
$(OUT)/hosts/%: $(SRC)/tests/supervise/hosts/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -O1 -g -o $@ $< -pthread
$(OUT)/hosts/static_musl: $(SRC)/tests/supervise/foreign/static_musl.c
	@mkdir -p $(@D)
	$(call say,CC,$@)musl-gcc -static -Wall -Wextra -O1 -o $@ $<
$(OUT)/hosts/int80: $(SRC)/tests/supervise/foreign/int80.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -m32 $(STATIC) -Wall -Wextra -o $@ $<
$(OUT)/hosts/go_server: $(SRC)/tests/supervise/foreign/go_server.go
	@mkdir -p $(@D)
	$(call say,GO,$@)GOCACHE=$(abspath $(OUT))/go-cache GO111MODULE=off go build -o $@ $<
$(OUT)/hosts/%.so: $(SRC)/tests/preload/plugins/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -O1 -g -shared -fPIC $(LDFLAGS) -o $@ $< -ldl

# Hosts and plugins of the injected faults.
FAULT_HOSTS := $(patsubst $(SRC)/tests/faults/hosts/%.c,$(OUT)/hosts/%,$(wildcard $(SRC)/tests/faults/hosts/*.c)) \
	$(patsubst $(SRC)/tests/faults/plugins/%.c,$(OUT)/hosts/%.so,$(wildcard $(SRC)/tests/faults/plugins/*.c))
FAULT_SOURCES := $(addprefix $(SRC)/tests/faults/,tracer.c plan.c tracer.h plan.h places.h) \
	$(wildcard $(SRC)/launcher/*_addresses.h $(SRC)/tests/net/*.h)
$(OUT)/hosts/%: $(SRC)/tests/faults/hosts/%.c $(FAULT_SOURCES) $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -O1 -g -I$(SRC) -I$(SRC)/tests -o $@ $(filter %.c,$^)
$(OUT)/hosts/%.so: $(SRC)/tests/faults/plugins/%.c $(SRC)/tests/faults/tracer.h $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -O1 -g -shared -fPIC -o $@ $<

# Two at a time: each program has network namespaces of its own. The test of `make install` links the command anew, which
# others run: it has the machine for itself. The tests that run the others again come when those have ended, since some have
# files and ports of fixed names. All of a target run, whichever fails: `--` waits, and no more.
RUN := $(SRC)/tests/run.sh -j 2
ALONE := $(OUT)/tests/launcher/install_test
AFTER := %/logged_test
alone_first = $(filter $(ALONE),$(1)) -- $(filter-out $(ALONE) $(AFTER),$(1)) -- $(filter $(AFTER),$(1))
check-unit: $(call tests,unit) ## core and load, in process
	$(RUN) $^
check-conformance: $(LIBRARY) $(HOSTS) $(call tests,conformance) ## the one table, in process and preloaded
	$(RUN) $(filter %_test,$^)
check-preload: $(LIBRARY) $(HOSTS) $(PLUGINS) $(call tests,preload) ## hostile hosts under the preload
	$(RUN) $(call alone_first,$(filter %_test,$^))
check-supervise: $(SUPERVISE_CLI) $(HOSTS) $(SUPERVISE_HOSTS) $(call tests,supervise) ## the engine seccomp
	$(RUN) $(call alone_first,$(filter %_test,$^))
check-faults: $(LIBRARY) $(SUPERVISE_CLI) $(FAULT_HOSTS) $(call tests,faults) ## every allocation and system call of the guard fails in turn
	$(RUN) $(filter %_test,$^)
# Tests of the command run the built one, BG_COMMAND.
# Programs that a preload reaches, or does not: one source in several builds.
PROBES := $(addprefix $(OUT)/probes/,probe-dynamic probe-static probe-static-pie probe-musl probe-asan probe-go-note \
	probe-go-section probe-deaf deaf_linker)
PROBE_FLAGS_static     := -static
PROBE_FLAGS_static-pie := -static-pie
PROBE_FLAGS_asan       := -fsanitize=address
PROBE_FLAGS_go-note    := -DGO_NOTE
PROBE_FLAGS_go-section := -DGO_SECTION
PROBE_FLAGS_deaf       := -Wl,--dynamic-linker=$(abspath $(OUT))/probes/deaf_linker
PROBE_CC_musl          := musl-gcc
$(OUT)/probes/probe-%: $(SRC)/tests/launcher/hosts/probe.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(or $(PROBE_CC_$*),$(CC)) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -O1 -g $(PROBE_FLAGS_$*) -o $@ $<
$(OUT)/probes/deaf_linker: $(SRC)/tests/launcher/hosts/deaf_linker.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -std=gnu11 -Wall -Wextra -O1 -ffreestanding -fno-stack-protector -fPIE -nostdlib -static-pie \
		-DLIBC='"$(abspath $(@D))/libc.so"' -o $@ $< && head -c 4096 /dev/zero > $(@D)/libc.so
# The command is tested beside the library as it is delivered, whatever the command itself is built with.
TEST_DEFS += -DBG_PLAIN_LIBRARY='"$(abspath $(BUILD)/libbindguard.so)"' -DBG_MAKE_DIR='"$(CURDIR)"'
check-launcher: $(LIBRARY) $(COMMAND) $(HOSTS) $(PLUGINS) $(PROBES) $(OUT)/hosts/go_server $(call tests,launcher) ## the command `bindguard`
	$(RUN) $(call alone_first,$(filter %_test,$^))
# Servers from npm, pinned. A registry that cannot be reached leaves them out: their rows are skipped, by name.
NPM := $(OUT)/npm/installed
$(NPM): $(SRC)/tests/system/npm/package.json $(SRC)/tests/system/npm/package-lock.json
	@mkdir -p $(@D) && cp $^ $(@D)
	$(call say,NPM,$@)cd $(@D) && if npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 >log 2>&1; then touch $(@F); \
		else rm -rf node_modules; echo 'npm: vite and webpack could not be installed, see $(@D)/log' >&2; fi
check-system: $(LIBRARY) $(NPM) $(call tests,system) ## unmodified servers and a second host
	$(RUN) $(filter %_test,$^)
# Each line of tests/breaks/*.txt breaks the library on purpose and names the tests that must see it.
TOPICS ?=
check-breaks: $(LIBRARY) $(HOSTS) $(PLUGINS) $(FAULT_HOSTS) $(NPM) $(foreach d,preload conformance faults system,$(call tests,$d)) ## break the library on purpose: do tests see it?
	@cd $(SRC) && BG_LINK='$(LINK_SO)' BG_OBJECTS='$(abspath $(CORE) $(SYS) $(LOAD) $(PRELOAD) $(POLICY) $(CONFUSE))' \
		tests/breaks.sh $(abspath $(OUT)) $(TOPICS)
check-valgrind: $(LIBRARY) $(HOSTS) $(PLUGINS) $(call tests,preload) ## preload tests, their hosts under memcheck and helgrind
	$(SRC)/tests/valgrind.sh $(abspath $(OUT)) $(filter %_test,$^)
check-supervise-breaks: $(SUPERVISE_CLI) $(HOSTS) $(SUPERVISE_HOSTS) $(FAULT_HOSTS) $(foreach d,supervise faults,$(call tests,$d)) ## break the engine seccomp on purpose
	@cd $(SRC) && BG_OBJECTS='$(abspath $(filter-out %/main.o,$(LAUNCHER)) $(OUT)/obj/tests/supervise/cli/supervise_cli.o \
		$(ARCHIVE) $(CONFUSE) $(ARCHIVE))' BG_LIBS='$(LAUNCHER_LIBS)' BG_FLAGS='-I$(SRC)' \
		tests/supervise/breaks.sh $(abspath $(OUT)) $(TOPICS)
check-prove-breaks: $(LIBRARY) $(COMMAND) $(OUT)/hosts/go_server $(PROBES) $(HOSTS) \
		$(foreach t,prove explain check run_usage run_inspect list list_reach list_parse,$(OUT)/tests/launcher/$(t)_test) $(OUT)/tests/system/relays_test ## break `bindguard prove` on purpose, as itself and as a part of tests
	@cd $(SRC) && failed=0; \
	BG_OBJECTS='$(abspath $(LAUNCHER) $(ARCHIVE) $(CONFUSE) $(ARCHIVE))' BG_LIBS='$(LAUNCHER_LIBS)' \
		BG_FLAGS='-I$(SRC)' BG_PROGRAM='$(abspath $(COMMAND))' BG_BREAKS=tests/launcher/prove-breaks.txt \
		tests/supervise/breaks.sh $(abspath $(OUT)) $(TOPICS) || failed=1; \
	BG_OBJECTS='$(abspath $(OUT)/obj/tests/system/relays_test.o $(call helpers,system) $(CONFUSE) \
		$(LAUNCHER_ARCHIVE) $(ARCHIVE))' BG_LIBS='$(TEST_LIBS)' BG_FLAGS='-I$(SRC)' \
		BG_PROGRAM='$(abspath $(OUT)/tests/system/relays_test)' BG_BREAKS=tests/system/prove-breaks.txt \
		tests/supervise/breaks.sh $(abspath $(OUT)) $(TOPICS) || failed=1; \
	exit $$failed
# The tests again, made in another way. The command is tested beside the library as it is delivered, hence release too. It
# has no threads: the thread sanitizer has nothing to see in it. What a runtime makes impossible: tests/skipped.txt.
ROOMS_clang := unit conformance preload
ROOMS_asan  := unit conformance preload launcher faults
ROOMS_tsan  := unit conformance preload supervise
RUNTIME_asan := libasan.so libubsan.so
RUNTIME_tsan := libtsan.so
# A race ends its host, so that its test fails whatever becomes of standard error and status. The random calls are of one
# thread: a hundredth of them.
VARIANT_ENV_asan = ASAN_OPTIONS=detect_leaks=0
VARIANT_ENV_tsan = TSAN_OPTIONS=halt_on_error=1 BG_SEQUENCES=1000
check-clang: ## unit, conformance and preload tests with clang, and the lints of what it made
check-asan: ## unit, conformance, preload, launcher and fault tests with address and undefined-behaviour sanitizers
check-tsan: ## unit, conformance, preload and supervise tests with the thread sanitizer
check-clang check-asan check-tsan: check-%:
	$(MAKE) -f $(SRC)/Makefile VARIANT=release
	$(MAKE) -f $(SRC)/Makefile VARIANT=$* varied
ROOMS := $(ROOMS_$(VARIANT))
varied: $(LIBRARY) $(HOSTS) $(PLUGINS) $(if $(filter launcher,$(ROOMS)),$(COMMAND) $(PROBES) $(OUT)/hosts/go_server) \
		$(if $(filter supervise,$(ROOMS)),$(SUPERVISE_CLI) $(SUPERVISE_HOSTS)) \
		$(if $(filter faults,$(ROOMS)),$(SUPERVISE_CLI) $(FAULT_HOSTS)) $(foreach d,$(ROOMS),$(call tests,$d))
	@failed=0; $(if $(RUNTIME_$(VARIANT)),BG_PRELOAD_FIRST="$(foreach l,$(RUNTIME_$(VARIANT)),$$($(CC) -print-file-name=$l))" \
		$(VARIANT_ENV_$(VARIANT))) $(RUN) -s $(VARIANT) $(call alone_first,$(call longest_first,$(filter %_test,$^))) || failed=1; \
	$(if $(DEFS_$(VARIANT)),$(SRC)/tests/lint/sigsafe.sh $(OUT) || failed=1; $(SRC)/tests/lint/exports.sh $(LIBRARY) || failed=1;) \
	exit $$failed
.PHONY: varied
cov: ## what the tests reach of each room, lines and branches, against the goals: tests/COVERAGE.md
	$(MAKE) -f $(SRC)/Makefile VARIANT=release
	$(MAKE) -f $(SRC)/Makefile VARIANT=cov covered
covered: $(LIBRARY) $(COMMAND) $(HOSTS) $(PLUGINS) $(PROBES) $(SUPERVISE_CLI) $(SUPERVISE_HOSTS) $(FAULT_HOSTS) \
		$(foreach d,unit conformance preload launcher supervise faults,$(call tests,$d))
	$(SRC)/tests/coverage/cov.sh $(SRC) $(abspath $(OUT) $(LIBRARY) $(COMMAND) $(SUPERVISE_CLI)) -- $(abspath $(filter %_test,$^))
.PHONY: covered
# Those that take longest come first, so that no core waits at the end.
LONGEST := %/random_test %/daemons_test %/web_test
longest_first = $(filter $(LONGEST),$(1)) $(filter-out $(LONGEST),$(1))
check: $(LIBRARY) $(COMMAND) $(HOSTS) $(PLUGINS) $(PROBES) $(SUPERVISE_CLI) $(SUPERVISE_HOSTS) $(FAULT_HOSTS) $(NPM) \
		$(foreach d,unit conformance preload launcher supervise faults system,$(call tests,$d)) ## all tests
	$(RUN) $(call alone_first,$(call longest_first,$(filter-out $(call tests,system),$(filter %_test,$^)))) \
		$(call longest_first,$(call tests,system))

scenarios: $(LIBRARY) $(HOSTS) $(PLUGINS) $(call tests,preload) ## run the preload tests, write their figures to tests/SCENARIOS.md
	cd $(SRC) && tests/scenarios.sh $(abspath $(call tests,preload)) > tests/SCENARIOS.md

# What the guard costs, tests/bench/RESULTS.md. PARTS: some of it, to the terminal alone.
BENCHES := $(patsubst $(SRC)/tests/bench/%.c,$(OUT)/bench/%,$(wildcard $(SRC)/tests/bench/*_bench.c)) \
	$(patsubst $(SRC)/tests/bench/%.c,$(OUT)/bench/%.so,$(wildcard $(SRC)/tests/bench/*_preload.c))
PARTS ?=
$(OUT)/bench/%.so: $(SRC)/tests/bench/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -O2 -shared -fPIC -o $@ $<
$(OUT)/bench/%: $(SRC)/tests/bench/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra -O2 -o $@ $<
# Debian's own python3, which has Debian's matplotlib.
bench: $(LIBRARY) $(COMMAND) $(BENCHES) ## what the guard costs, against its budgets: tests/bench/RESULTS.md (`make deps bench` once)
	PYTHONDONTWRITEBYTECODE=1 unshare -rn sh -c 'ip link set lo up && exec /usr/bin/python3 "$$@"' bench \
		$(SRC)/tests/bench/bench.py $(abspath $(OUT)/bench $(LIBRARY) $(COMMAND)) $(SRC)/tests/bench $(PARTS)

# Fuzzing, tests/fuzz/README.md: a libFuzzer program a *_fuzz.c. What one finds new stays in the build folder.
FUZZERS := $(patsubst $(SRC)/tests/fuzz/%_fuzz.c,$(OUT)/fuzz/%,$(wildcard $(SRC)/tests/fuzz/*_fuzz.c))
TARGET  ?= $(notdir $(FUZZERS))
SECONDS ?= 60
fuzz_flags_interface = -Wl,--wrap=syscall
$(OUT)/obj/tests/fuzz/%.o: CPPFLAGS_ALL += -I$(SRC)
fuzz_helpers = $(filter-out %_fuzz.o,$(call objects,tests/fuzz))
$(OUT)/fuzz/%: $(OUT)/obj/tests/fuzz/%_fuzz.o $(fuzz_helpers) $(filter-out %/main.o,$(LAUNCHER)) $(ARCHIVE) $(CONFUSE)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CFLAGS_ALL) -fsanitize=fuzzer $(fuzz_flags_$*) $(LDFLAGS) -o $@ $(filter %.o,$^) $(ARCHIVE) \
		$(LAUNCHER_LIBS)
fuzz: ## fuzz TARGET (a name, or several) for SECONDS each
	$(MAKE) -f $(SRC)/Makefile VARIANT=fuzz TARGET='$(TARGET)' fuzzed
fuzz-smoke: ## all fuzz targets for SECONDS each, two at a time
	$(MAKE) -f $(SRC)/Makefile VARIANT=fuzz fuzzed
fuzzed: $(addprefix $(OUT)/fuzz/,$(TARGET))
	$(SRC)/tests/fuzz/run.sh $(abspath $(OUT)) $(SECONDS) $(TARGET)
.PHONY: fuzzed

# `make deps demo` does not wait for the thirty servers that the tests want.
deps: ## install what build and tests need (Debian packages, as root or with sudo); `deps demo`, `deps bench`: for these
	$(SRC)/tests/deps.sh $(or $(filter bench,$(MAKECMDGOALS)),\
		$(if $(filter-out deps all demo install,$(MAKECMDGOALS)),,$(filter demo,$(MAKECMDGOALS))))

demo: $(LIBRARY) $(COMMAND) ## two servers, unguarded and guarded, seen from here and from a second host
	$(SRC)/tests/system/demo.sh $(abspath $(COMMAND))

lint: $(LIBRARY) $(COMMAND) ## formatting, static analysis, and the rules of the house
	$(SRC)/tests/lint/lint.sh $(SRC) $(abspath $(OUT)) $(abspath $(LIBRARY))

PAGES    := $(notdir $(wildcard $(SRC)/man/*.[1-8]))
SECTIONS := $(sort $(patsubst .%,%,$(suffix $(PAGES))))
EXAMPLES := $(wildcard $(SRC)/conf/examples/*.conf)
COMPLETIONS = $(DATADIR)/bash-completion/completions
# The machine itself is no staging folder, whose empty folders go, too.
D := $(if $(filter-out /,$(DESTDIR)),$(DESTDIR))
install: $(LIBRARY) $(COMMAND) ## install command, library, configuration, manual, completion (PREFIX, DESTDIR, LIBDIR ...)
	install -d '$(D)$(BINDIR)' '$(D)$(LIBDIR)' '$(D)$(SYSCONFDIR)' '$(D)$(DOCDIR)/examples' '$(D)$(COMPLETIONS)'
	install -m 755 $(COMMAND) '$(D)$(BINDIR)/bindguard'
	install -m 644 $(LIBRARY) '$(D)$(LIBDIR)/libbindguard.so'
	test -e '$(D)$(SYSCONFDIR)/bindguard.conf' || \
		install -m 644 $(SRC)/conf/bindguard.conf '$(D)$(SYSCONFDIR)/bindguard.conf'
	install -m 644 $(EXAMPLES) '$(D)$(DOCDIR)/examples'
	install -m 644 $(SRC)/launcher/completion.bash '$(D)$(COMPLETIONS)/bindguard'
	for page in $(PAGES); do install -D -m 644 $(SRC)/man/$$page '$(D)$(MANDIR)'/man$${page##*.}/$$page; done
	test -n '$(D)' || ldconfig || echo 'not known to ld.so: LD_PRELOAD needs the full path, $(LIBDIR)/libbindguard.so'

# Folders that are empty then go too: below DESTDIR all that were made, else those that only we are likely to have made.
FOLDERS = $(foreach s,$(SECTIONS),$(MANDIR)/man$(s)) $(COMPLETIONS) $(DOCDIR)/examples $(DOCDIR)
# File by file: a folder that the user named may be full of others' files.
uninstall: ## remove what install put there; a changed configuration stays
	rm -f '$(D)$(BINDIR)/bindguard' '$(D)$(LIBDIR)/libbindguard.so' '$(D)$(COMPLETIONS)/bindguard'
	for example in $(notdir $(EXAMPLES)); do rm -f '$(D)$(DOCDIR)/examples'/$$example; done
	for page in $(PAGES); do rm -f '$(D)$(MANDIR)'/man$${page##*.}/$$page; done
	! cmp -s $(SRC)/conf/bindguard.conf '$(D)$(SYSCONFDIR)/bindguard.conf' || rm -f '$(D)$(SYSCONFDIR)/bindguard.conf'
	for folder in $(FOLDERS) $(dir $(COMPLETIONS)); do \
		test ! -d "$(D)$$folder" || rmdir --ignore-fail-on-non-empty "$(D)$$folder"; done
	test -z '$(D)' || for folder in $(BINDIR) $(LIBDIR) $(SYSCONFDIR) $(dir $(DOCDIR)) $(FOLDERS) $(MANDIR); do \
		cd '$(D)' && rmdir -p ".$$folder" 2>/dev/null; done || true
	test -n '$(D)' || ldconfig || true

# Only what a build made, which its `flags` tell: BUILD may name a folder that holds more.
clean: ## remove what was built
	for variant in $(VARIANTS); do \
		test ! -e $(BUILD)/$$variant/flags || rm -rf $(BUILD)/$$variant $(BUILD)/libbindguard.so $(BUILD)/bindguard; done
	test ! -d $(BUILD) || rmdir --ignore-fail-on-non-empty $(abspath $(BUILD))

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' $(SRC)/Makefile | expand -t 22

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
