# Checks of the native kernel; the Makefile's head says what each does. All that is built lies in
# build/native, by flavour: one compiler with some flags. GNU make's second expansion finds sources.

CORE := nlp_architect_ext/runtime/native/src
CHECKED := build/native
PROGRAMS := tests/native
UNITS := $(patsubst $(CORE)/%.cpp,%,$(wildcard $(CORE)/*.cpp))
# Everything but the doors to other languages.
INNER := $(filter-out binding% c_api,$(UNITS))
HEADERS := $(wildcard $(CORE)/*.h $(CORE)/*.inc)
# Generated tables are as the generator wrote them.
FORMATTED := $(filter-out %_tables.inc,$(wildcard $(addprefix $(CORE)/,*.h *.cpp *.inc) $(PROGRAMS)/*.cpp $(PROGRAMS)/*.h))
COMPILERS := $(foreach compiler,g++ clang++,$(if $(shell command -v $(compiler)),$(compiler)))
PYTHON_H = $(shell $(BIN)/python -c "import sysconfig; print(sysconfig.get_path('include'))")

STRICT := -std=c++17 -O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
# GCC 12 finds its own AVX-512 intrinsics uninitialised, which they're meant to be.
STRICT_g++ := -Wno-uninitialized -Wno-maybe-uninitialized
STRICT_clang++ :=
WATCHED := -std=c++17 -g -fno-omit-frame-pointer -fno-sanitize-recover=all -pthread
ADDRESSES := -O1 -fsanitize=address,undefined
RACES := -O1 -fsanitize=thread

# FLAVOUR,COMPILER,FLAGS: how build/native/FLAVOUR/*.o come about.
define FLAVOUR
$(CHECKED)/$(1)/%.o: $(CORE)/%.cpp $(HEADERS)
	@mkdir -p $$(@D)
	$(2) $(3) -c $$< -o $$@
$(CHECKED)/$(1)/%.o: $(PROGRAMS)/%.cpp $(HEADERS)
	@mkdir -p $$(@D)
	$(2) $(3) -I$(CORE) -c $$< -o $$@
endef
FUZZER := $(if $(wildcard /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-x86_64.a),clang++)
FUZZ_FLAGS := $(WATCHED) $(ADDRESSES)$(if $(FUZZER), -fsanitize=fuzzer-no-link)
FUZZ_COMPILER := $(or $(FUZZER),g++)
$(foreach compiler,$(COMPILERS),$(eval $(call FLAVOUR,check-$(compiler),$(compiler),$(STRICT) $(STRICT_$(compiler)) -isystem $$(PYTHON_H))))
$(eval $(call FLAVOUR,addresses,g++,$(WATCHED) $(ADDRESSES)))
$(eval $(call FLAVOUR,races,g++,$(WATCHED) $(RACES)))
$(eval $(call FLAVOUR,fuzz,$(FUZZ_COMPILER),$(FUZZ_FLAGS)))
objects = $(patsubst %,$(CHECKED)/$(1)/%.o,$(2))

# A function that two files of different instruction sets share would be taken from either of them.
native-check: $(foreach compiler,$(COMPILERS),$(call objects,check-$(compiler),$(UNITS)))
	@for object in $(foreach compiler,$(COMPILERS),$(call objects,check-$(compiler),$(filter isa_%,$(UNITS)))); do \
	    if nm "$$object" | grep -E ' [WVu] '; then echo "$$object: shares these with the baseline's code"; exit 1; fi; \
	done

native-format: $(INSTALLED)
	$(BIN)/clang-format -i $(FORMATTED)

$(CHECKED)/models: $(PROGRAMS)/write_models.py $(INSTALLED)
	rm -rf $@
	OMP_NUM_THREADS=1 $(BIN)/python $< $@

$(CHECKED)/fuzz/fuzz: $(call objects,fuzz,$(INNER) fuzz_files $(if $(FUZZER),,fuzz_main))
	$(FUZZ_COMPILER) $(WATCHED) $(ADDRESSES)$(if $(FUZZER), -fsanitize=fuzzer) $^ -o $@

FUZZ_SECONDS ?= 60
fuzz: $(CHECKED)/fuzz/fuzz $(CHECKED)/models
	mkdir -p $(CHECKED)/fuzz/found
	cd $(CHECKED)/fuzz && $(if $(FUZZER),./fuzz -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -timeout=10 -print_final_stats=1 found ../models/seeds,./fuzz $(FUZZ_SECONDS) 1 ../models/seeds/*)
