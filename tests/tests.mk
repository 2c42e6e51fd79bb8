# SPDX-License-Identifier: MIT
# What tests, measures and checks: the Makefile includes it.
#
# A room of tests is a folder: check-ROOM runs its *_test.c. Its line of help makes it a room, needs_ROOM says what it runs
# beside its own programs. A new program, host or plugin needs no new line here.
check-unit: ## core and load, in process
check-conformance: ## the one table, in process and preloaded
check-preload: ## hostile hosts under the preload
check-launcher: ## the command `bindguard`
check-seccomp: ## the engine seccomp
check-cgroup: ## the engine cgroup, as root
check-faults: ## every allocation and system call of the guard fails in turn
check-system: ## unmodified servers and a second host
ROOMS := $(foreach d,$(patsubst check-%,%,$(TARGETS)),$(if $(wildcard $(SRC)/tests/$d/*_test.c),$d))

needs_conformance = $(LIBRARY) $(HOSTS)
needs_preload     = $(LIBRARY) $(COMMAND) $(HOSTS) $(PLUGINS) $(addprefix $(OUT)/probes/probe-,dynamic static)
needs_launcher    = $(LIBRARY) $(COMMAND) $(HOSTS) $(PLUGINS) $(PROBES) $(NPM) \
	$(addprefix $(OUT)/hosts/,go_server static_musl int80)
needs_seccomp     = $(SECCOMP_CLI) $(HOSTS) $(SECCOMP_HOSTS)
needs_faults      = $(LIBRARY) $(COMMAND) $(SECCOMP_CLI) $(FAULT_HOSTS) $(addprefix $(OUT)/probes/probe-,dynamic static)
needs_cgroup      = $(LIBRARY) $(COMMAND) $(HOSTS) $(SECCOMP_HOSTS)
needs_system      = $(LIBRARY) $(COMMAND) $(NPM)

# One cmocka program a *_test.c, with the helpers of its folder and of these others.
helpers_launcher = $(OUT)/obj/tests/conformance/table.o
helpers_faults   = $(OUT)/obj/tests/preload/host.o $(OUT)/obj/tests/preload/sink.o
helpers_seccomp  = $(addprefix $(OUT)/obj/tests/,preload/host.o preload/limit_rows.o preload/pin_run.o conformance/table.o conformance/row_check.o) \
	$(filter-out %_test.o,$(call objects,tests/system))
helpers_cgroup   = $(addprefix $(OUT)/obj/tests/,launcher/drive.o conformance/table.o conformance/row_check.o)
helpers = $(filter-out %_test.o,$(call objects,tests/$(1))) $(call objects,tests/net) $(helpers_$(1))
tests   = $(patsubst $(SRC)/%.c,$(OUT)/%,$(wildcard $(SRC)/tests/$(1)/*_test.c))
# The kernel's answers are those of these two alone: their helper has a syscall(2) of its own.
$(OUT)/tests/unit/interface_test $(OUT)/tests/unit/interface_dump_test: $(OUT)/obj/tests/unit/kernel/answers.o
# rooms ROOM...: all that they run, their own programs last.
rooms = $(foreach d,$(1),$(needs_$d)) $(foreach d,$(1),$(call tests,$d))

# Hosts, plugins and probes are unrelated programs: none is linked with anything of ours.
made = $(patsubst $(SRC)/tests/$(1)/%.c,$(OUT)/hosts/%$(2),$(wildcard $(SRC)/tests/$(1)/*.c))
HOSTS         := $(call made,preload/hosts)
PLUGINS       := $(call made,preload/plugins,.so)
FAULT_HOSTS   := $(call made,faults/hosts) $(call made,faults/plugins,.so)
# What no preload reaches.
SECCOMP_HOSTS := $(call made,seccomp/hosts) \
	$(patsubst %,$(OUT)/hosts/%,$(basename $(notdir $(wildcard $(SRC)/tests/seccomp/foreign/*))))
# The engine alone, without the subcommand `run`.
SECCOMP_CLI   := $(OUT)/seccomp_cli
# What `bindguard` is made of: two hosts on a cable, the list of sockets and who reaches each are the tests' too.
LAUNCHER_ARCHIVE := $(OUT)/launcher.a
# Servers from npm, pinned.
NPM           := $(OUT)/npm/installed

# Tests of the command run the built one, beside the library as it is delivered, whatever the command itself is built with.
TEST_DEFS = -DBG_LIBRARY='"$(abspath $(LIBRARY))"' -DBG_BUILD_DIR='"$(abspath $(OUT))"' -DBG_SOURCE_DIR='"$(SRC)"' \
	-DBG_COMMAND='"$(abspath $(COMMAND))"' -DBG_PLAIN_LIBRARY='"$(abspath $(BUILD)/libbindguard.so)"' \
	-DBG_MAKE_DIR='"$(CURDIR)"' -DBG_SECCOMP_CLI='"$(abspath $(SECCOMP_CLI))"'
TEST_LIBS := -lcmocka -Wl,--as-needed $(LAUNCHER_LIBS) -pthread -ldl
comma := ,
libs_faults = $(patsubst %,-Wl$(comma)--wrap=%,malloc calloc realloc free mmap munmap arena_alloc arena_realloc arena_copy)
$(OUT)/obj/tests/%.o: CPPFLAGS_ALL += $(TEST_DEFS) -I$(SRC)/tests -I$(SRC)
$(LAUNCHER_ARCHIVE): $(filter-out %/main.o,$(LAUNCHER))
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^
$(SECCOMP_CLI): $(OUT)/obj/tests/seccomp/cli/seccomp_cli.o $(filter-out %/main.o,$(LAUNCHER)) $(ARCHIVE) $(CONFUSE) $(COUNTERS)
	$(call say,LD,$@)$(CC) $(CFLAGS_ALL) $(LINK) -o $@ $(filter %.o,$^) $(ARCHIVE) $(LAUNCHER_LIBS)
.SECONDEXPANSION:
$(OUT)/tests/%_test: $(OUT)/obj/tests/%_test.o $$(call helpers,$$(firstword $$(subst /, ,$$*))) \
		$(LAUNCHER_ARCHIVE) $(ARCHIVE) $(CONFUSE) $(COUNTERS)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(CFLAGS_ALL) $(LINK) -o $@ $(filter %.o,$^) $(LAUNCHER_ARCHIVE) $(ARCHIVE) \
		$(libs_$(firstword $(subst /, ,$*))) $(TEST_LIBS)

HOST_CC = $(CC) -D_GNU_SOURCE -std=gnu11 -Wall -Wextra
$(OUT)/hosts/%: $(SRC)/tests/preload/hosts/%.c $(wildcard $(SRC)/launcher/prove/*_addresses.h $(SRC)/tests/net/*.h) $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(HOST_CC) -O1 -g -I$(SRC) -I$(SRC)/tests -rdynamic $(LDFLAGS) -o $@ $< -pthread -ldl
$(OUT)/hosts/%: $(SRC)/tests/seccomp/hosts/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(HOST_CC) -O1 -g -o $@ $< -pthread
FAULT_SOURCES := $(addprefix $(SRC)/tests/faults/,tracer.c plan.c tracer.h plan.h places.h) \
	$(wildcard $(SRC)/launcher/prove/*_addresses.h $(SRC)/tests/net/*.h)
$(OUT)/hosts/%: $(SRC)/tests/faults/hosts/%.c $(FAULT_SOURCES) $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(HOST_CC) -O1 -g -I$(SRC) -I$(SRC)/tests -o $@ $(filter %.c,$^)
$(OUT)/hosts/%.so: $(SRC)/tests/preload/plugins/%.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(HOST_CC) -O1 -g -shared -fPIC $(LDFLAGS) -o $@ $< -ldl
$(OUT)/hosts/%.so: $(SRC)/tests/faults/plugins/%.c $(SRC)/tests/faults/tracer.h $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,CC,$@)$(HOST_CC) -O1 -g -shared -fPIC -o $@ $<
$(OUT)/hosts/static_musl: $(SRC)/tests/seccomp/foreign/static_musl.c
	@mkdir -p $(@D)
	$(call say,CC,$@)musl-gcc -static -Wall -Wextra -O1 -o $@ $<
$(OUT)/hosts/int80: $(SRC)/tests/seccomp/foreign/int80.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(CC) -m32 -nostdlib -static -fno-stack-protector -fno-pie -O1 -Wall -Wextra -o $@ $<
$(OUT)/hosts/go_server: $(SRC)/tests/seccomp/foreign/go_server.go
	@mkdir -p $(@D)
	$(call say,GO,$@)GOCACHE=$(abspath $(OUT))/go-cache GO111MODULE=off go build -o $@ $<

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

# A registry that cannot be reached leaves npm's servers out: their rows are skipped, by name.
$(NPM): $(SRC)/tests/system/npm/package.json $(SRC)/tests/system/npm/package-lock.json
	@mkdir -p $(@D) && cp $^ $(@D)
	$(call say,NPM,$@)cd $(@D) && if npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 >log 2>&1; then touch $(@F); \
		else rm -rf node_modules; echo 'npm: vite and webpack could not be installed, see $(@D)/log' >&2; fi

# Three at a time, since they mostly wait: each program has network namespaces of its own. The test of `make install` links the
# command anew, which others run: it has the machine for itself. The tests that run the others again come when those have
# ended, since some have ports of fixed numbers. All of a target run, whichever fails: `--` waits, and no more.
RUN := $(SRC)/tests/run.sh -j 3
ALONE := $(OUT)/tests/launcher/install_test
LATE := %/logged_test $(call tests,system)
# Those that take longest come first, so that no core waits at the end.
LONGEST := %/random_test %/random_moves_test %/daemons_test %/web_test %/faults/calls_test %/prove_test %/clients_test \
	%/leaks_test
longest_first = $(filter $(LONGEST),$(1)) $(filter-out $(LONGEST),$(1))
in_order = $(filter $(ALONE),$(1)) -- $(call longest_first,$(filter-out $(ALONE) $(LATE),$(1))) -- \
	$(call longest_first,$(filter $(LATE),$(1)))
check: $(call rooms,$(ROOMS)) ## all tests
	$(RUN) $(call in_order,$(filter %_test,$^))
$(ROOMS:%=check-%): check-%: $$(call rooms,$$*)
	$(RUN) $(call in_order,$(filter %_test,$^))

# The tests again, made in another way. The command is tested beside the library as it is delivered, hence release too. It
# has no threads: the thread sanitizer has nothing to see in it. What a runtime makes impossible: tests/skipped.txt.
ROOMS_clang := unit conformance preload
ROOMS_asan  := unit conformance preload launcher faults
ROOMS_tsan  := unit conformance preload seccomp
ROOMS_cov   := $(filter-out system,$(ROOMS))
RUNTIME_asan := libasan.so libubsan.so
RUNTIME_tsan := libtsan.so
# A race ends its host, so that its test fails whatever becomes of standard error and status. The random calls are of one
# thread: a hundredth of them. Nor are the tests run again with other logs: what a log changes is no matter of the build.
# A sanitized command is started by the library as it is delivered, too, and then its runtime is not the first.
VARIANT_ENV_asan = ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0
VARIANT_ENV_tsan = TSAN_OPTIONS=halt_on_error=1 BG_SEQUENCES=1000
check-clang: ## unit, conformance and preload tests with clang, and the lints of what it made
check-asan: ## unit, conformance, preload, launcher and fault tests with address and undefined-behaviour sanitizers
check-tsan: ## unit, conformance, preload and seccomp tests with the thread sanitizer
check-clang check-asan check-tsan: check-%:
	$(MAKE) -f $(SRC)/Makefile VARIANT=release
	$(MAKE) -f $(SRC)/Makefile VARIANT=$* varied
varied: $(filter-out %/logged_test,$(call rooms,$(ROOMS_$(VARIANT))))
	@failed=0; $(if $(RUNTIME_$(VARIANT)),BG_PRELOAD_FIRST="$(foreach l,$(RUNTIME_$(VARIANT)),$$($(CC) -print-file-name=$l))" \
		$(VARIANT_ENV_$(VARIANT))) $(RUN) -s $(VARIANT) $(call in_order,$(filter %_test,$^)) || failed=1; \
	$(if $(DEFS_$(VARIANT)),$(SRC)/tests/lint/sigsafe.sh $(OUT) || failed=1; $(SRC)/tests/lint/exports.sh $(LIBRARY) || failed=1;) \
	exit $$failed
cov: ## what the tests reach of each room, lines and branches, against the goals
	$(MAKE) -f $(SRC)/Makefile VARIANT=release
	$(MAKE) -f $(SRC)/Makefile VARIANT=cov covered
covered: $(call rooms,$(ROOMS_cov))
	$(SRC)/tests/coverage/cov.sh $(SRC) $(abspath $(OUT) $(LIBRARY) $(COMMAND) $(SECCOMP_CLI)) -- $(abspath $(filter %_test,$^))
check-valgrind: $(call rooms,preload) ## preload tests, their hosts under memcheck and helgrind
	$(SRC)/tests/valgrind.sh $(abspath $(OUT)) $(filter %_test,$^)
# The conformance table on other kernels, each in an emulated machine of its own: five minutes each, `make deps check-kernels`.
KERNELS ?= 6.1 6.12
check-kernels: $(call rooms,conformance seccomp cgroup) ## the conformance table on Debian's kernels KERNELS, in emulated machines
	@cd $(SRC) && tests/kernels.sh $(abspath $(OUT))/kernels $(KERNELS) -- tests/run.sh \
		$(abspath $(call tests,conformance) $(addprefix $(OUT)/tests/,seccomp/conformance_test cgroup/conformance_test cgroup/reach_test))
check-deb: deb ## the packages in a bare Debian: install, use, upgrade, purge (root; DEBIAN_RELEASE)
	$(SRC)/tests/deb.sh $(BUILD)/deb

# Each break of tests/breaks/*.txt changes one source on purpose and names the tests that must see it. What a list breaks, its
# file, and what this is linked from:
define PRODUCTS
library     $(abspath $(LIBRARY)) $(LINK_SO) $(abspath $(CORE) $(GUARD) $(LOAD) $(PRELOAD) $(POLICY) $(CONFUSE))
bindguard   $(abspath $(COMMAND) $(LAUNCHER) $(ARCHIVE) $(CONFUSE) $(ARCHIVE)) $(LAUNCHER_LIBS)
seccomp_cli $(abspath $(SECCOMP_CLI) $(OUT)/obj/tests/seccomp/cli/seccomp_cli.o $(filter-out %/main.o,$(LAUNCHER)) \
	$(ARCHIVE) $(CONFUSE) $(ARCHIVE)) $(LAUNCHER_LIBS)
relays_test $(abspath $(OUT)/tests/system/relays_test $(OUT)/obj/tests/system/relays_test.o $(call helpers,system) \
	$(CONFUSE) $(LAUNCHER_ARCHIVE) $(ARCHIVE)) $(TEST_LIBS)
kernel_conformance $(call PRODUCT_cgroup,conformance_test)
kernel_reach       $(call PRODUCT_cgroup,reach_test)
kernel_window      $(call PRODUCT_cgroup,window_test)
kernel_names       $(call PRODUCT_cgroup,names_test)
endef
# Tests that attach the engine cgroup themselves have it in them.
PRODUCT_cgroup = $(abspath $(OUT)/tests/cgroup/$(1) $(OUT)/obj/tests/cgroup/$(1).o $(helpers_cgroup) \
	$(filter-out %_test.o,$(call objects,tests/cgroup)) $(call objects,tests/net) $(CONFUSE) $(LAUNCHER_ARCHIVE) $(ARCHIVE)) $(TEST_LIBS)
TOPICS ?=
check-breaks: export BG_BPF = $(BPF_CC)|$(BPFTOOL)
check-breaks: export BG_PRODUCTS = $(PRODUCTS)
check-breaks: $(call rooms,$(ROOMS)) ## break what the tests hold on purpose: do they see it? TOPICS: of tests/breaks, or patterns
	@cd $(SRC) && tests/breaks.sh $(abspath $(OUT)) $(TOPICS)

scenarios: $(call rooms,preload) ## run the preload tests, write what each measured and which breaks it sees to the build folder
	@cd $(SRC) && tests/scenarios.sh $(abspath $(OUT) $(call tests,preload))

# What the guard costs. PARTS: some of it, to the terminal alone.
BENCHES := $(patsubst $(SRC)/tests/bench/%.c,$(OUT)/bench/%,$(wildcard $(SRC)/tests/bench/*_bench.c)) \
	$(patsubst $(SRC)/tests/bench/%.c,$(OUT)/bench/%.so,$(wildcard $(SRC)/tests/bench/*_preload.c))
PARTS ?=
$(OUT)/bench/%.so: $(SRC)/tests/bench/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(HOST_CC) -O2 -shared -fPIC -o $@ $<
$(OUT)/bench/%: $(SRC)/tests/bench/%.c
	@mkdir -p $(@D)
	$(call say,CC,$@)$(HOST_CC) -O2 -o $@ $<
# Debian's own python3, which has Debian's matplotlib.
bench: $(LIBRARY) $(COMMAND) $(BENCHES) ## what the guard costs, against its budgets (`make deps bench` once)
	PYTHONDONTWRITEBYTECODE=1 unshare -rn sh -c 'ip link set lo up && exec /usr/bin/python3 "$$@"' bench \
		$(SRC)/tests/bench/bench.py $(abspath $(OUT)/bench $(LIBRARY) $(COMMAND)) $(PARTS)

# Fuzzing, tests/fuzz/README.md: a libFuzzer program a *_fuzz.c. What one finds new stays in the build folder.
FUZZERS := $(patsubst $(SRC)/tests/fuzz/%_fuzz.c,$(OUT)/fuzz/%,$(wildcard $(SRC)/tests/fuzz/*_fuzz.c))
TARGET  ?= $(notdir $(FUZZERS))
SECONDS ?= 40
fuzz_flags_interface = -Wl,--wrap=syscall
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
.PHONY: varied covered fuzzed # what targets above make of another variant

demo: $(LIBRARY) $(COMMAND) ## two servers, unguarded and guarded, seen from here and from a second host
	$(SRC)/tests/system/demo.sh $(abspath $(COMMAND))

lint: $(LIBRARY) $(COMMAND) $(OUT)/obj/shim/cgroup/cgroup_none.o ## formatting, static analysis, and the rules of the house
	$(SRC)/tests/lint/lint.sh $(SRC) $(abspath $(OUT)) $(abspath $(LIBRARY))
