# SPDX-License-Identifier: MIT
# libbindguard: `make help` lists the targets. Works from any folder: make -f /path/to/Makefile. What tests, measures and checks
# is in tests/tests.mk, included below.

BUILD    ?= build
# make splits names at blanks and takes some characters for its own: said here, instead of "No rule to make target" later.
ifneq ($(words $(CURDIR)) $(words $(MAKEFILE_LIST)) $(words $(BUILD)),1 1 1)
$(error cannot build in "$(CURDIR)" into "$(BUILD)": a name with a blank in it, or none; move the sources to another folder)
endif
hash := \#
ODD := % : ; | & < > ( ) * ? [ ] \ ' " ` $$ $(hash)
ifneq ($(strip $(foreach c,$(ODD),$(findstring $(c),$(CURDIR)$(MAKEFILE_LIST)$(BUILD)))),)
$(error cannot build in "$(CURDIR)" into "$(BUILD)": make takes a character in that name for its \
own; move the sources to another folder)
endif
SRC      := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
VARIANT  ?= release
OUT      := $(BUILD)/$(VARIANT)
VERSION  := 0.1.0
RULES    := $(SRC)/Makefile $(SRC)/tests/tests.mk

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

# Variants are values of these, never copied rules. clang's fills what nobody has set, so that its use is seen.
OPT_release := -O2
OPT_clang   := -O2 -ftrivial-auto-var-init=pattern
OPT_asan    := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_tsan    := -O1 -fsanitize=thread -fno-omit-frame-pointer
OPT_cov     := -O0
OPT_fuzz    := -O1 -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT         := $(OPT_$(VARIANT))
VARIANTS    := $(patsubst OPT_%,%,$(filter OPT_%,$(.VARIABLES)))
DEFS_release := -Wl,-z,defs
DEFS_clang   := -Wl,-z,defs
ifeq ($(OPT),)
$(error unknown VARIANT "$(VARIANT)", expected one of: $(sort $(VARIANTS)))
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
GUARD   := $(call objects,shim/guard) $(call objects,shim/guard/sink) $(call objects,shim/guard/program)
LOAD    := $(filter-out %/compile_policy.o,$(call objects,shim/load))
PRELOAD := $(call objects,shim/preload)
CONFUSE := $(OUT)/confuse/confuse.o
POLICY  := $(patsubst %,$(OUT)/gen/%_policy.o,default lockdown pin)
ARCHIVE := $(OUT)/bindguard.a
SECCOMP := $(call objects,shim/seccomp)
# Engine cgroup: programs for the kernel, for which all of these are needed. Without one of them the command is built without it.
CLANG    ?= clang
BPFTOOL  ?= $(firstword $(shell command -v bpftool || ls /usr/sbin/bpftool 2>/dev/null) bpftool)
BPF_LIBS := -lbpf
LACKING  := $(shell command -v $(CLANG) >/dev/null || echo clang; $(BPFTOOL) version >/dev/null 2>&1 || echo bpftool; \
	echo '$(hash)include <bpf/bpf_helpers.h>' | $(CC) -fsyntax-only -x c -include stdint.h -include linux/bpf.h - 2>/dev/null || \
	echo libbpf-dev)
ENGINE_cgroup := $(filter-out %.bpf.o %/cgroup_none.o,$(call objects,shim/cgroup))
CGROUP   := $(if $(LACKING),$(OUT)/obj/shim/cgroup/cgroup_none.o,$(ENGINE_cgroup))
LAUNCHER := $(foreach d,launcher $(wildcard $(SRC)/launcher/*/),$(call objects,$(patsubst $(SRC)/%,%,$(d:/=)))) $(SECCOMP) $(CGROUP)
LAUNCHER_LIBS := -lmnl -lsmartcols -ljansson -lseccomp $(if $(LACKING),,$(BPF_LIBS))

# What is delivered lies on top of the build folder, what other variants make in their own.
MADE    := $(if $(filter release,$(VARIANT)),$(BUILD),$(OUT))
LIBRARY := $(MADE)/libbindguard.so
COMMAND := $(MADE)/bindguard

# `make deps check`: one after the other, also with -j.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
.NOTPARALLEL:
endif

.DELETE_ON_ERROR:
.SECONDARY:
# What has a line of help is a target, and no file.
TARGETS := $(shell sed -n 's/^\([a-z-]*\):[^$(hash)]*$(hash)$(hash) .*/\1/p' $(RULES))
.PHONY: $(TARGETS) FORCE

all: $(LIBRARY) $(COMMAND) ## build build/libbindguard.so and build/bindguard (the default)
ifneq ($(LACKING),)
	@echo 'built without the engine cgroup, for want of: $(strip $(LACKING)); `make deps` installs what it needs'
endif

$(CORE) $(GUARD) $(filter-out %/init.o,$(PRELOAD)): CFLAGS_ALL += $(HOT)

# glibc 2.38's headers make __isoc23_strtoul of a strtoul, and its like, where GNU's extensions are asked for: programs
# that have musl's libc cannot load a library with such a name in it.
$(LOAD): CPPFLAGS_ALL += -U_GNU_SOURCE -D_DEFAULT_SOURCE
$(LOAD): $(SRC)/Makefile # `flags` has none of it

$(OUT)/obj/shim/%.o $(OUT)/obj/launcher/%.o: CFLAGS_ALL += $(COUNT_$(VARIANT))
$(COUNTERS_cov): CPPFLAGS_ALL += -DBG_COVERAGE_DIR='"$(abspath $(OUT))/counters"'

# What the objects depend on beside their sources: the compiler and its flags; where the library will be.
KEPT_flags  := $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(HOT) $(COUNT_$(VARIANT)) $(LINK)
KEPT_libdir := $(LIBDIR)
$(OUT)/flags $(OUT)/libdir: $(OUT)/%: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(KEPT_$*))' | cmp -s - $@ || printf '%s\n' '$(subst ','\'',$(KEPT_$*))' > $@

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
	@ld -r --wrap=cfg_yylex -o $(@D)/all.o $(@D)/libconfuse_la-*.o # reader.c stands between scanner and parser
	@nm -u $(@D)/all.o | awk 'NR == FNR { used[$$NF]; next } $$1 in used' - $< > $(@D)/redefine # one target, one name
	$(call say,OBJCOPY,$@)$(OBJCOPY) --redefine-syms=$(@D)/redefine --set-section-flags .note.gnu.property=exclude $(@D)/all.o $@

# The built-in policies, compiled in by the very loader that reads users' files.
$(OUT)/compile_policy: $(OUT)/obj/shim/load/compile_policy.o $(LOAD) $(CORE) $(GUARD) $(CONFUSE) $(COUNTERS)
	$(call say,AR,$@)ar rcs $(OUT)/compile.a $(LOAD) $(CORE) $(GUARD)
	$(call say,LD,$@)$(CC) $(CFLAGS_ALL) $(LINK) -o $@ $< $(COUNTERS) $(OUT)/compile.a $(CONFUSE) $(OUT)/compile.a
$(OUT)/gen/default_policy.c: $(SRC)/conf/bindguard.conf
$(OUT)/gen/lockdown_policy.c: $(SRC)/conf/lockdown.conf
$(OUT)/gen/pin_policy.c: $(SRC)/conf/pin.conf
$(POLICY:.o=.c): $(OUT)/gen/%_policy.c: $(OUT)/compile_policy
	@mkdir -p $(@D)
	$(call say,GEN,$@)ASAN_OPTIONS=detect_leaks=0 $< bg_policy_$* $(filter %.conf,$^) > $@

LINK_SO := -shared -Wl,-soname,libbindguard.so -Wl,--version-script=$(SRC)/shim/preload/exports.map -Wl,-Bsymbolic \
	-nostartfiles -Wl,-z,lazy -Wl,-z,relro -Wl,-z,noexecstack -Wl,-z,nodelete -Wl,--gc-sections -Wl,--as-needed $(DEFS_$(VARIANT))
$(LIBRARY): $(CORE) $(GUARD) $(LOAD) $(PRELOAD) $(POLICY) $(CONFUSE) $(COUNTERS) $(SRC)/shim/preload/exports.map
	$(call say,LD,$@)$(CC) $(CFLAGS_ALL) $(LINK_SO) $(LINK) -o $@ $(filter %.o,$^)

$(ARCHIVE): $(CORE) $(GUARD) $(LOAD) $(POLICY)
	$(call say,AR,$@)rm -f $@ && ar rcs $@ $^

# What the engine cgroup runs in the kernel: an object of shim/core and shim/cgroup, in a header that loads it.
MACHINE    := $(shell $(CC) -dumpmachine)
MULTIARCH  := $(shell $(CC) -print-multiarch 2>/dev/null)
BPF_OBJECT := $(OUT)/obj/shim/cgroup/guard.bpf.o
SKELETON   := $(OUT)/gen/cgroup/guard.skel.h
# libc's headers ask which machine they are for; a warning about what core has for other engines only would say nothing.
BPF_CC     := $(CLANG) -std=gnu11 -O2 -g -target bpf -mcpu=v3 -D__$(firstword $(subst -, ,$(MACHINE)))__ -I$(SRC)/include \
	-I$(SRC)/shim $(if $(MULTIARCH),-idirafter /usr/include/$(MULTIARCH)) -Wall -Wextra -Wno-undefined-internal
$(BPF_OBJECT): $(SRC)/shim/cgroup/guard.bpf.c $(OUT)/flags
	@mkdir -p $(@D)
	$(call say,BPF,$@)$(BPF_CC) -MMD -MP -c -o $@ $<
$(SKELETON): $(BPF_OBJECT)
	@mkdir -p $(@D)
	$(call say,GEN,$@)$(BPFTOOL) gen skeleton $< name guard_bpf > $@
$(OUT)/obj/shim/cgroup/object.o: $(SKELETON)
$(OUT)/obj/shim/cgroup/object.o: CPPFLAGS_ALL += -isystem $(OUT)/gen

# The command. It looks for the library beside itself, then where `make install` puts it.
$(OUT)/obj/launcher/%.o: CPPFLAGS_ALL += -I$(SRC) -DBG_LIBDIR='"$(LIBDIR)"'
$(OUT)/obj/launcher/run/library.o: $(OUT)/libdir
$(COMMAND): $(LAUNCHER) $(ARCHIVE) $(CONFUSE) $(COUNTERS)
	$(call say,LD,$@)$(CC) $(CFLAGS_ALL) $(LINK) -o $@ $(filter %.o,$^) $(ARCHIVE) $(LAUNCHER_LIBS)

# `make deps demo` does not wait for the thirty servers that the tests want.
deps: ## install what build and tests need (Debian packages, as root or with sudo); `deps demo`, and bench, deb, check-deb, check-kernels: for these
	$(SRC)/tests/deps.sh $(or $(filter bench deb check-deb check-kernels,$(MAKECMDGOALS)),\
		$(if $(filter-out deps all demo install,$(MAKECMDGOALS)),,$(filter demo,$(MAKECMDGOALS))))

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

dist: ## the sources as an archive in the build folder, which builds without git
deb: ## Debian packages and their source, in build/deb (`make deps deb` once)
dist deb:
	$(SRC)/debian/package.sh $@ $(VERSION) $(BUILD)

# Only what a build made, which its `flags` tell: BUILD may name a folder that holds more.
clean: ## remove what was built
	for variant in $(VARIANTS); do \
		test ! -e $(BUILD)/$$variant/flags || rm -rf $(BUILD)/$$variant $(BUILD)/libbindguard.so $(BUILD)/bindguard; done
	test ! -d $(BUILD) || rmdir --ignore-fail-on-non-empty $(abspath $(BUILD))

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' $(RULES) | expand -t 22

include $(SRC)/tests/tests.mk
-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
