# SPDX-License-Identifier: MIT
# The engine cgroup, for ../../Makefile.

# Programs for the kernel, for which all of these are needed. Without one of them the command is built without the engine.
CLANG    ?= clang
BPFTOOL  ?= $(firstword $(shell command -v bpftool || ls /usr/sbin/bpftool 2>/dev/null) bpftool)
LACKING  := $(shell command -v $(CLANG) >/dev/null || echo clang; $(BPFTOOL) version >/dev/null 2>&1 || echo bpftool; \
	echo '$(hash)include <bpf/bpf_helpers.h>' | $(CC) -fsyntax-only -x c -include stdint.h -include linux/bpf.h - 2>/dev/null || \
	echo libbpf-dev)
ENGINE_cgroup := $(filter-out %.bpf.o %/cgroup_none.o,$(call objects,shim/cgroup))
CGROUP   := $(if $(LACKING),$(OUT)/obj/shim/cgroup/cgroup_none.o,$(ENGINE_cgroup))
CGROUP_LIBS := $(if $(LACKING),,-lbpf)

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
