# Boxwork. `make` alone says what one can do.
#
# Lessons are found by their folders: lessons/c02-chroot, solutions/c02-chroot, ... A new
# lesson needs no line here. Everything that is made goes to build/.

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help learn demo test build packages test-packages sync format format-check bench handout clean \
        grade-build grade-variants kit-tests mine judges sync-check

CC := gcc
FROM ?= solutions
INTO := build

# What Debian 12 needs beside its base system; nothing here is downloaded otherwise.
PACKAGES := gcc libc6-dev binutils make busybox-static libreadline-dev libcmocka-dev \
            libcap-dev libseccomp-dev libjansson-dev libmd4c-dev libcapstone-dev \
            libarchive-dev qemu-system-x86 strace gnuplot-nox

# And what only the kit's own tests need, which a handout does not have: a browser for the page of
# `compare`, and what asks bash what Tab offers.
TEST_PACKAGES := $(if $(wildcard tests/kit),bash-completion chromium)

WARNINGS := -Wall -Wextra -Werror
INCLUDES := -Imini-container -Imini-hypervisor -Ilessons/tutor -Itests/grader -Ilabs \
            -Ilabs/machine -Ilessons/compare
CFLAGS   := -std=gnu17 -O2 -g $(WARNINGS) $(INCLUDES)
DEPEND    = -MMD -MP -MF $(@:.o=.d)

# A module is compiled so that each of its functions can be replaced by another one of the
# same name, even for calls from inside the module: position-independent, with no inlining,
# every function in a section of its own (which the linker can then drop).
REPLACEABLE := -fPIC -fsemantic-interposition -fno-inline -ffunction-sections
LAB_CFLAGS  := -std=gnu17 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-unused-function \
               $(INCLUDES) $(REPLACEABLE)

TUTOR_LIBS   := -lreadline -lmd4c -ljansson -lcap -lseccomp -lcapstone -ldl -lpthread
GRADER_LIBS  := -lcmocka -ljansson -lseccomp -lcap
COURSE_LIBS  := -lreadline -lmd4c -ljansson -lseccomp -lcmocka -larchive -lm -ldl -lpthread
MODULE_LIBS  := -lseccomp -lcap

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# What is made is said in a line each; `make V=1` shows the commands.
V   :=
Q   := $(if $(V),,@)
say  = @$(if $(V),:,printf '  %-5s %s\n' $1 $@)

# --- What there is ----------------------------------------------------------------------

LESSONS := $(sort $(patsubst lessons/%/step.c,%,$(wildcard lessons/[chx][0-9][0-9]-*/step.c)))

objects = $(patsubst %.c,build/%.o,$(wildcard $(addsuffix /*.c,$1)))
modules = $(sort $(basename $(notdir $(wildcard solutions/$1/*.c solutions/$1/*.o))))
reference = $(patsubst %,build/reference/$1/%.o,$(call modules,$1))
weak      = $(patsubst %,build/weak/$1/%.o,$(call modules,$1))
short     = $(firstword $(subst -, ,$1))
track     = $(if $(filter c%,$1),container,$(if $(filter h%,$1),hypervisor,compare))

# A module belongs to its product as soon as it is there, before its page and its judge.
MODULES := $(sort $(LESSONS) $(notdir $(wildcard solutions/[chx][0-9][0-9]-*)))
CONTAINER_MODULES  := $(filter c%,$(MODULES))
HYPERVISOR_MODULES := $(filter h%,$(MODULES))
COMPARE_MODULES    := $(filter x%,$(MODULES))

# A module stands on those of its track that come before it. A comparison runs the engines as
# programs, so it stands on none.
upto_container  :=
upto_hypervisor :=
upto_compare    :=
define ORDER
upto_$(call track,$1) += $1
upto_$1 := $$(upto_$(call track,$1))
endef
$(foreach l,$(MODULES),$(eval $(call ORDER,$l)))

STEPS    := $(foreach l,$(LESSONS),build/$(call short,$l))
JUDGES   := $(foreach l,$(LESSONS),$(if $(wildcard tests/$l/test.c),build/tests/$l/judge))
PRODUCTS := $(if $(CONTAINER_MODULES),build/mini-container) \
            $(if $(HYPERVISOR_MODULES),build/mini-hypervisor) \
            $(if $(COMPARE_MODULES),build/mini-compare)

# --- What one can do ---------------------------------------------------------------------

help:
	@echo 'make learn      install what is missing, build, and open the course'
	@echo 'make demo       the whole story in a minute: a process, a container, a machine, compared'
	@echo 'make test       install what is missing, build, and run every test'
	@echo 'make build      build everything into build/'
	@echo 'make build FROM=labs   the same, with your own finished functions in the products'
	@echo 'make handout    a tree without solutions, for a class: build/handout'
	@echo 'make sync       cut labs/ from solutions/ again (labs that you changed are yours:'
	@echo '                it refuses to overwrite them)'
	@echo 'make bench      what it all costs, against the least that it could (BENCH=boot for one)'
	@echo 'make fuzz       feed changed inputs to the loaders and devices (SECONDS=60 each)'
	@echo 'make format     put the C sources into the form that .clang-format says'
	@echo 'make clean      remove build/'
	@echo
	@echo 'The course itself: build/boxwork --help'

packages: build/.packages
test-packages: build/.test-packages

# One line of apt-get, run by root or through sudo, or printed for whoever can run it.
define INSTALL
@mkdir -p build
@missing=$$(for p in $1; do \
    dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; \
done); \
if [ -n "$$missing" ]; then \
    set -- apt-get install -y --no-install-recommends $$missing; \
    if [ "$$(id -u)" = 0 ]; then apt-get update && "$$@" || exit 1; \
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; } && \
         sudo apt-get update && sudo "$$@"; then :; \
    else \
        echo 'boxwork: some packages are missing; install them with:' >&2; \
        echo "    apt-get install --no-install-recommends $$(echo $$missing)" >&2; exit 1; \
    fi; \
fi
@touch $@
endef
build/.packages: Makefile
	$(call INSTALL,$(PACKAGES))
build/.test-packages: Makefile
	$(call INSTALL,$(TEST_PACKAGES))

learn: packages
	@$(MAKE) -s build
	@exec build/boxwork learn

demo: packages
	@$(MAKE) -s build
	@sh lessons/demo.sh

test: packages test-packages
	@$(MAKE) -s build judges kit-tests
	@sh tests/run.sh $(TESTS)

all: build

build: $(PRODUCTS) $(STEPS) build/boxwork build/rootfs/.made build/machine/.made guests
	$(if $(COMPARE_MODULES),@$(MAKE) $(INTO)/compare/.made || \
	    echo "  what is compared is not made: boxwork compare tries it again")

judges: $(JUDGES) $(foreach l,$(LESSONS),build/tests/$l/probe.o) build/grader/probe.o

clean:
	rm -rf build

# --- Objects -------------------------------------------------------------------------------

build/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) $(DEPEND) -c $< -o $@

# The products are called as their folders, so their objects stand elsewhere.
build/objects/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) $(DEPEND) -c $< -o $@

build/sanitized/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) $(DEPEND) -c $< -o $@

build/libtutor.a: $(call objects,lessons/tutor)
	@rm -f $@
	$(Q)ar rcs $@ $^

# probe.c is the player's side: it goes into every probe and into nothing else.
build/libgrader.a: $(filter-out build/tests/grader/probe.o,$(call objects,tests/grader))
	@rm -f $@
	$(Q)ar rcs $@ $^

build/grader/probe.o: tests/grader/probe.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) $(DEPEND) -c $< -o $@

# --- A lesson: its modules, its step program, its judge ------------------------------------

define LESSON_RULES
build/reference/$1/%.o: solutions/$1/%.c
	@mkdir -p $$(@D)
	$$(call say,CC)
	$$(Q)$$(CC) $$(CFLAGS) $$(REPLACEABLE) $$(DEPEND) -c $$< -o $$@

# In a handout the reference comes as objects.
build/reference/$1/%.o: solutions/$1/%.o
	@mkdir -p $$(@D)
	$$(Q)cp $$< $$@

# Only what it defines: a weak reference to fork(2) would not pull it out of a static libc, and
# would be called at address 0.
build/weak/$1/%.o: build/reference/$1/%.o
	@mkdir -p $$(@D)
	$$(Q)nm --defined-only --extern-only $$< | awk '{ print $$$$3 }' > $$@.names
	$$(Q)objcopy --weaken-symbols=$$@.names $$< $$@

# "FUNCTION STEP POINTS FILE" for each function that the lab asks for, in the order of the steps.
build/reference/$1/functions: $(if $(wildcard solutions/$1/functions),solutions/$1/functions,$(wildcard solutions/$1/*.c) labs/cut.awk)
	@mkdir -p $$(@D)
	$$(Q)$(if $(wildcard solutions/$1/functions),cp $$< $$@,for f in $$(filter %.c,$$^); do awk -f labs/cut.awk -v list=1 $$$$f; done | sort -V -k 2,2 > $$@)

build/reference/$1.so: $(call reference,$1)
	$$(call say,LINK)
	$$(Q)$$(CC) -shared -o $$@ $$^

# One trampoline for each public function of the module: see lessons/tutor/switchboard.h.
build/trampolines/$1.S: build/reference/$1/functions $(call reference,$1)
	@mkdir -p $$(@D)
	$$(Q){ echo '#include "trampoline.S.h"'; \
	  nm --defined-only $$(filter %.o,$$^) | awk -v lesson=$1 ' \
	    NR == FNR { step[$$$$1] = $$$$2; points[$$$$1] = $$$$3; order[NR] = $$$$1; n = NR; next } \
	    $$$$2 == "T" { if (!($$$$3 in step)) { order[++n] = $$$$3; step[$$$$3] = "-"; points[$$$$3] = 0 } } \
	    END { for (i = 1; i <= n; i++) \
	        print "SWITCH " order[i] ", " lesson ", " step[order[i]] ", " points[order[i]] }' $$< -; } > $$@

build/trampolines/$1.o: build/trampolines/$1.S lessons/tutor/trampoline.S.h
	$$(Q)$$(CC) -Ilessons/tutor -c $$< -o $$@

# What the learner wrote: one object of all files, the names of the functions that are not
# written yet, and the same as a shared object that a REPL can load.
build/labs/$1/module.o: $(wildcard labs/$1/*.c) $(wildcard labs/$1/*.h) labs/lab.h $(wildcard mini-container/*.h mini-hypervisor/*.h lessons/compare/*.h)
	@mkdir -p $$(@D)
	@for f in $$(filter %.c,$$^); do \
	    $$(CC) $$(LAB_CFLAGS) -c $$$$f -o build/labs/$1/$$$$(basename $$$$f .c).part.o || exit 1; \
	done
	@ld -r -o $$@ $$(patsubst labs/$1/%.c,build/labs/$1/%.part.o,$$(filter %.c,$$^))

build/labs/$1.todo: build/labs/$1/module.o
	@sh tests/grader/todo.sh $$< > $$@

build/labs/$1.so: build/labs/$1/module.o build/labs/$1.todo
	@$$(CC) -shared -o $$@ $$<

# Names that the lab does not ask for stay the learner's: two labs may have a helper of the same name.
build/mixed/$1.o: build/labs/$1/module.o build/labs/$1.todo build/reference/$1/functions
	@mkdir -p $$(@D)
	@awk '{ print $$$$1 }' build/reference/$1/functions > $$@.asked
	@objcopy --keep-global-symbols=$$@.asked $$$$([ ! -s build/labs/$1.todo ] || echo --weaken-symbols=build/labs/$1.todo) $$< $$@

build/$(call short,$1): $(foreach l,$(upto_$1),$(call objects,lessons/$l) build/trampolines/$l.o build/reference/$l.so) \
    $(if $(filter x%,$1),build/lessons/compare/report/values.o) build/libtutor.a
	$$(call say,LINK)
	$$(Q)$$(CC) -o $$@ $$(filter %.o,$$^) -Wl,--whole-archive build/libtutor.a -Wl,--no-whole-archive \
	    -Wl,--no-as-needed $$(filter %.so,$$^) -Wl,-rpath,'$$$$ORIGIN/reference' \
	    -Wl,--as-needed $$(TUTOR_LIBS)

# All but the probe, which is the player's side.
build/tests/$1/judge: $(filter-out build/tests/$1/probe.o,$(call objects,tests/$1)) build/libgrader.a
	$$(call say,LINK)
	$$(Q)$$(CC) -o $$@ $$^ -Wl,--as-needed $$(GRADER_LIBS)
endef
$(foreach l,$(MODULES),$(eval $(call LESSON_RULES,$l)))

mine: $(foreach l,$(LESSONS),$(if $(wildcard labs/$l/*.c),build/labs/$l.so))

# Builds what a judge needs to grade one module: see tests/grader/build.sh.
ifneq ($(LESSON),)
grade-build grade-variants: $(foreach l,$(upto_$(LESSON)),$(call weak,$l)) build/reference/$(LESSON)/functions \
             build/tests/$(LESSON)/probe.o build/grader/probe.o build/tests/$(LESSON)/judge
grade-build:
	@CC='$(CC)' CFLAGS='$(LAB_CFLAGS) $(EXTRA)' LIBS='$(MODULE_LIBS)' \
	    sh tests/grader/build.sh $(LESSON) $(MODULE) $(OUT) \
	    $(foreach l,$(upto_$(LESSON)),$(call weak,$l))

# The same for every version of a module that a lab is tested by: see tests/variants.sh.
grade-variants:
	@CC='$(CC)' CFLAGS='$(LAB_CFLAGS) -fdata-sections' LIBS='$(MODULE_LIBS)' \
	    sh tests/variants.sh $(LESSON) $(OUT) $(foreach l,$(upto_$(LESSON)),$(call weak,$l))
endif

# --- The products --------------------------------------------------------------------------

# FROM=labs: the reference is weak, so that each finished function of a lab takes its place; a
# stub is weak too, and stands behind the reference. FROM=solutions: the reference alone.
ifeq ($(FROM),labs)
parts = $(foreach l,$1,$(call weak,$l)) $(foreach l,$1,$(if $(wildcard labs/$l/*.c),build/mixed/$l.o))
else
parts = $(foreach l,$1,$(call reference,$l))
endif

# The products are linked again when FROM is another one than last time. `boxwork compare --mine`
# links them elsewhere: INTO=build/mine.
.PHONY: always
$(INTO)/.from: always
	@mkdir -p $(@D)
	@[ "$$(cat $@ 2>/dev/null)" = '$(FROM)' ] || echo '$(FROM)' > $@

$(INTO)/mini-container: $(patsubst %.c,build/objects/%.o,$(wildcard mini-container/*.c)) $(call parts,$(CONTAINER_MODULES)) \
                      $(INTO)/container-whose.o $(INTO)/ready-filter.o
	$(call say,LINK)
	$(Q)$(CC) -static -o $@ $^ $(MODULE_LIBS)

# The default filter, ready. A learner's is made when it is needed.
build/make-filter: build/objects/mini-container/make/filter.o $(foreach l,$(CONTAINER_MODULES),$(call reference,$l))
	$(call say,LINK)
	$(Q)$(CC) -static -o $@ $^ $(MODULE_LIBS)
$(INTO)/ready-filter.c: build/make-filter $(INTO)/.from
	$(Q)build/make-filter $(if $(filter labs,$(FROM)),none) > $@
$(INTO)/ready-filter.o: $(INTO)/ready-filter.c mini-container/container.h
	$(Q)$(CC) $(CFLAGS) -c $< -o $@

# The engine with --without STEP and --naive STEP, for the tests that take each protection out, or
# do it as one does it first, and must see it.
build/red/%.o: mini-container/%.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) -DBOXWORK_RED $(DEPEND) -c $< -o $@

build/red/naive.o: tests/kit/engine/naive.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) -DBOXWORK_RED $(DEPEND) -c $< -o $@

build/red/mini-container: $(patsubst mini-container/%.c,build/red/%.o,$(wildcard mini-container/*.c)) build/red/naive.o \
                          $(foreach l,$(CONTAINER_MODULES),$(call reference,$l)) $(INTO)/container-whose.o \
                          $(INTO)/ready-filter.o
	$(call say,LINK)
	$(Q)$(CC) -static -o $@ $^ $(MODULE_LIBS)

$(INTO)/mini-hypervisor: $(patsubst %.c,build/objects/%.o,$(wildcard mini-hypervisor/*.c)) $(call parts,$(HYPERVISOR_MODULES)) \
                       $(INTO)/hypervisor-whose.o
	$(call say,LINK)
	$(Q)$(CC) -static -o $@ $^

# What `make bench` runs: tests/bench/NAME.sh, and programs of its own, tests/bench/NAME.c, which
# may use the hypervisor's modules.
BENCHES := $(patsubst tests/bench/%.c,build/bench/%,$(wildcard tests/bench/*.c))
build/bench/%: build/objects/tests/bench/%.o build/objects/mini-hypervisor/exits.o \
               $(foreach l,$(HYPERVISOR_MODULES),$(call reference,$l))
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) -static -Wl,--gc-sections -o $@ $^

bench: packages
	@$(MAKE) -s build $(BENCHES)
	@sh tests/bench/run.sh $(BENCH)

# Which function is whose, for `--version`: the table whose[] of whose.h.
define WHOSE
$(INTO)/$1-whose.c: $(INTO)/.from $(foreach l,$2,build/reference/$l/functions $(if $(filter labs,$(FROM)),$(if $(wildcard labs/$l/*.c),build/mixed/$l.o)))
	@sh labs/whose.sh $(FROM) $2 > $$@
	@$(if $(filter labs,$(FROM)),sed -n 's/^ *"\(.*\)".*/\1/p' $$@)
$(INTO)/$1-whose.o: $(INTO)/$1-whose.c
	$$(Q)$$(CC) $$(CFLAGS) -c $$< -o $$@
endef
$(eval $(call WHOSE,container,$(CONTAINER_MODULES)))
$(eval $(call WHOSE,hypervisor,$(HYPERVISOR_MODULES)))
$(eval $(call WHOSE,compare,$(COMPARE_MODULES)))

# What measures one against the other: lessons/compare. It runs where they do, also in the lab
# machine; boxwork makes the report of its figures.
$(INTO)/mini-compare: $(call objects,lessons/compare) $(call parts,$(COMPARE_MODULES)) $(INTO)/compare-whose.o
	$(call say,LINK)
	$(Q)$(CC) -o $@ $^ -ljansson

# The programs that run inside, and what they run in. One of them measures, too.
COMPARE_WORK := $(patsubst lessons/compare/inside/%.c,$(INTO)/compare/inside/%,$(wildcard lessons/compare/inside/*.c))
$(INTO)/compare/inside/%: build/lessons/compare/inside/%.o $(call parts,$(COMPARE_MODULES)) $(INTO)/.from
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) -static -s -o $@ $(filter %.o,$^)

$(INTO)/compare/.made: lessons/compare/build.sh $(wildcard lessons/compare/inside/library/*) $(COMPARE_WORK) build/rootfs/.made build/machine/.made
	@sh lessons/compare/build.sh $(INTO)
	@touch $@

build/boxwork: $(call objects,lessons/course lessons/compare/report) $(patsubst %.c,build/%.o,$(filter-out labs/machine/init.c,$(wildcard labs/machine/*.c))) \
               build/libtutor.a build/libgrader.a
	$(call say,LINK)
	$(Q)$(CC) -o $@ $^ -Wl,--as-needed $(COURSE_LIBS)

# --- What runs inside: a root file system and guests -----------------------------------------

# Debian's busybox, a link for each of its commands, and the few files that programs ask for.
# Whatever the umask is here: a sandbox looks at it as somebody else.
build/rootfs/.made: Makefile
	@rm -rf build/rootfs build/rootfs.new
	@umask 022; mkdir -p build/rootfs.new
	@umask 022; cd build/rootfs.new && mkdir -p bin dev etc proc sys tmp root home && chmod 1777 tmp && \
	    cp "$$(command -v busybox)" bin/busybox && \
	    for c in $$(./bin/busybox --list); do [ $$c = busybox ] || ln -s busybox bin/$$c; done && \
	    echo 'root:x:0:0:root:/root:/bin/sh' > etc/passwd && \
	    echo 'nobody:x:65534:65534:nobody:/:/bin/sh' >> etc/passwd && \
	    echo 'root:x:0:' > etc/group && echo 'nogroup:x:65534:' >> etc/group
	@touch build/rootfs.new/.made
	@mv build/rootfs.new build/rootfs

# Flat programs: real-mode ones assembled for offset 0 of whatever segment they are loaded at,
# protected-mode ones for address 0x1000. The ELF file beside each keeps the symbols. 64-bit
# ones are C, linked as ELF; one in assembly that brings its own beginning stands alone.
# Their assembly is GNU as's, also where the C compiler is another one.
GUEST_AS := gcc
GUESTS := $(patsubst mini-hypervisor/guests/%.S,build/guests/%.bin,$(wildcard mini-hypervisor/guests/real/*.S mini-hypervisor/guests/protected/*.S)) \
          $(patsubst mini-hypervisor/guests/%.c,build/guests/%.elf,$(wildcard mini-hypervisor/guests/long/*.c)) \
          $(patsubst mini-hypervisor/guests/%.S,build/guests/%.elf,$(filter-out %/start.S %/handlers.S,$(wildcard mini-hypervisor/guests/long/*.S)))
.PHONY: guests
guests: $(GUESTS) build/guests/linux/initrd

build/guests/real/%.elf: mini-hypervisor/guests/real/%.S
	@mkdir -p $(@D)
	$(call say,AS)
	$(Q)$(GUEST_AS) -m32 -c -Imini-hypervisor $< -o $(@:.elf=.o)
	$(Q)ld -m elf_i386 -Ttext=0 -e 0 -o $@ $(@:.elf=.o)

build/guests/protected/%.elf: mini-hypervisor/guests/protected/%.S
	@mkdir -p $(@D)
	$(call say,AS)
	$(Q)$(GUEST_AS) -m32 -c -Imini-hypervisor $< -o $(@:.elf=.o)
	$(Q)ld -m elf_i386 -Ttext=0x1000 -e _start -o $@ $(@:.elf=.o)

build/guests/%.bin: build/guests/%.elf
	$(Q)objcopy -O binary $< $@

# A 64-bit guest has no operating system under it: no libc, no red zone (an interrupt uses the
# stack below the pointer), no vector registers (nobody has switched them on).
GUEST_CFLAGS := -std=gnu17 -O2 -g $(WARNINGS) -ffreestanding -fno-pic -fno-stack-protector \
                -fcf-protection=none -mno-red-zone -mgeneral-regs-only \
                -fno-asynchronous-unwind-tables
LINK_GUEST = ld -nostdlib -static -z max-page-size=0x1000 -z noexecstack \
             -T mini-hypervisor/guests/long/guest.ld -o $@

build/guests/long/%.o: mini-hypervisor/guests/long/%.c $(wildcard mini-hypervisor/guests/long/*.h)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(GUEST_CFLAGS) -c $< -o $@

build/guests/long/%.o: mini-hypervisor/guests/long/%.S
	@mkdir -p $(@D)
	$(call say,AS)
	$(Q)$(GUEST_AS) -c -Imini-hypervisor $< -o $@

$(patsubst mini-hypervisor/guests/%.c,build/guests/%.elf,$(wildcard mini-hypervisor/guests/long/*.c)): \
build/guests/long/%.elf: build/guests/long/start.o build/guests/long/%.o build/guests/long/handlers.o mini-hypervisor/guests/long/guest.ld
	$(Q)$(LINK_GUEST) $(filter %.o,$^)

build/guests/long/%.elf: build/guests/long/%.o mini-hypervisor/guests/long/guest.ld
	$(Q)$(LINK_GUEST) $<

# A Linux guest: the kernel comes with the lab machine's (labs/machine/build.sh), which is an
# unmodified one of Debian; here is its first file system: busybox, and one script.
build/guests/linux/initrd: mini-hypervisor/guests/linux/init Makefile
	@rm -rf $(@D)/root
	@umask 022; mkdir -p $(@D)/root/bin $(@D)/root/proc $(@D)/root/sys $(@D)/root/dev
	$(call say,CPIO)
	$(Q)cp "$$(command -v busybox)" $(@D)/root/bin/busybox
	$(Q)cp $< $(@D)/root/init && chmod 755 $(@D)/root/init
	$(Q)cd $(@D)/root && find . | LC_ALL=C sort | busybox cpio -o -H newc -R 0:0 > ../initrd 2> /dev/null
	@rm -rf $(@D)/root

build/machine/.made: $(wildcard labs/machine/*)
	@mkdir -p $(@D)
	@sh labs/machine/build.sh || { touch $@; \
	    echo "  the lab machine is not made: it is tried again when a lesson needs it"; }

# --- The kit's own checks ----------------------------------------------------------------------

# A test of the kit is a cmocka program; all but those that say @no-sanitizer are built with the
# address and undefined-behaviour sanitizers, and so is what they test.
KIT := $(patsubst tests/kit/%.c,build/kit/%,$(wildcard tests/kit/*.c))
PLAIN_KIT := $(patsubst tests/kit/%.c,build/kit/%,$(shell grep -ls @no-sanitizer tests/kit/*.c))

sanitized = $(patsubst %.c,build/sanitized/%.o,$(wildcard $(addsuffix /*.c,$1)))
build/sanitized/libkit.a: $(filter-out %/tutor/main.o,$(call sanitized,lessons/tutor lessons/compare/report)) \
                          $(filter-out %/grader/probe.o,$(call sanitized,tests/grader))
	@rm -f $@
	$(Q)ar rcs $@ $^

$(filter-out $(PLAIN_KIT),$(KIT)): build/kit/%: build/sanitized/tests/kit/%.o build/sanitized/libkit.a
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -Wl,--as-needed $(COURSE_LIBS)

$(PLAIN_KIT): build/kit/%: build/tests/kit/%.o build/libtutor.a build/libgrader.a
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) -o $@ $^ -Wl,--as-needed $(COURSE_LIBS)


# A fuzz target changes good inputs and feeds them to what reads bytes from anybody. Each runs
# for some seconds in `make test`, and for SECONDS=… with `make fuzz`.
FUZZ := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(filter-out tests/fuzz/driver.c,$(wildcard tests/fuzz/*.c)))
SECONDS := 60
.PHONY: fuzz
fuzz: $(FUZZ)
	@for target in $(FUZZ); do echo "$$target $(SECONDS) s"; $$target $(SECONDS) $$(date +%s) || exit 1; done

build/fuzz/%: build/sanitized/tests/fuzz/%.o build/sanitized/tests/fuzz/driver.o \
              $(call sanitized,$(addprefix solutions/,$(HYPERVISOR_MODULES)))
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -Wl,--as-needed $(MODULE_LIBS)

build/red/hostile: tests/kit/engine/hostile.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CFLAGS) -static -o $@ $< -lcap

kit-tests: $(KIT) $(FUZZ) $(if $(wildcard tests/kit/engine),build/red/mini-container build/red/hostile)

# labs/ is cut from solutions/. A lab that differs from both the new cut and the committed one
# has been worked on, and is left alone.
sync:
	@sh labs/sync.sh write
sync-check:
	@sh labs/sync.sh check

C_SOURCES = $(filter-out %.S.h,$(wildcard $(foreach d,lessons labs solutions mini-container mini-hypervisor tests,\
              $d/*.[ch] $d/*/*.[ch] $d/*/*/*.[ch])))
format:
	@clang-format -i $(C_SOURCES)
format-check:
	@clang-format --dry-run --Werror $(C_SOURCES)

handout: build $(foreach l,$(MODULES),build/reference/$l/functions)
	@sh labs/handout.sh build/handout

-include $(shell find build -name '*.d' -type f -not -path 'build/handout*' 2>/dev/null)
