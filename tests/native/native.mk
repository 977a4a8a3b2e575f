# Checks of the native kernel; the Makefile's head says what each does. All that is built lies in
# build/native, by flavour: one compiler with some flags.

CORE := nlp_architect_ext/runtime/native/src
CHECKED := build/native
PROGRAMS := tests/native
UNITS := $(patsubst $(CORE)/%.cpp,%,$(wildcard $(CORE)/*.cpp))
# Everything but the doors to other languages.
INNER := $(filter-out binding% c_api,$(UNITS))
# Generated tables are as the generator wrote them.
FORMATTED := $(filter-out %_tables.inc,$(wildcard $(addprefix $(CORE)/,*.h *.cpp *.inc) $(PROGRAMS)/*.cpp $(PROGRAMS)/*.h))
COMPILERS := $(foreach compiler,g++ clang++,$(if $(shell command -v $(compiler)),$(compiler)))
PYTHON_H = $(shell $(BIN)/python -c "import sysconfig; print(sysconfig.get_path('include'))")
# Clang's sanitizers and fuzzer are a package of their own: in Debian libclang-rt-14-dev. Without, GCC's
# sanitizers and a small fuzzer of ours do.
FUZZER := $(if $(wildcard $(shell clang++ -print-runtime-dir 2>/dev/null)/libclang_rt.fuzzer*.a),clang++)
WATCHER := $(or $(FUZZER),g++)

# Wide vectors never leave their file, so how they'd be passed to another doesn't matter.
STRICT := -std=c++17 -O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-psabi -Werror
# GCC 12 finds its own AVX-512 intrinsics uninitialised, which they're meant to be.
STRICT_g++ := -Wno-uninitialized -Wno-maybe-uninitialized
STRICT_clang++ :=
WATCHED := -std=c++17 -O1 -g -w -fno-omit-frame-pointer -fno-sanitize-recover=all -pthread
ADDRESSES := $(WATCHED) -fsanitize=address,undefined
RACES := $(WATCHED) -fsanitize=thread

# FLAVOUR,COMPILER,FLAGS: how build/native/FLAVOUR/*.o come about.
define FLAVOUR
$(CHECKED)/$(1)/%.o: $(CORE)/%.cpp
	@mkdir -p $$(@D)
	$(2) $(3) -MMD -MP -c $$< -o $$@
$(CHECKED)/$(1)/%.o: $(PROGRAMS)/%.cpp
	@mkdir -p $$(@D)
	$(2) $(3) -MMD -MP -I$(CORE) -c $$< -o $$@
endef
$(foreach compiler,$(COMPILERS),$(eval $(call FLAVOUR,check-$(compiler),$(compiler),$(STRICT) $(STRICT_$(compiler)) -isystem $$(PYTHON_H))))
$(eval $(call FLAVOUR,addresses,$(WATCHER),$(ADDRESSES)$(if $(FUZZER), -fsanitize=fuzzer-no-link)))
$(eval $(call FLAVOUR,races,$(WATCHER),$(RACES)))
-include $(wildcard $(CHECKED)/*/*.d)
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

# One model under many threads, on every path of this processor; addresses as well as races. Watched,
# the portable path is a hundred times slower than the others.
EXPORTS := softmax-int8 softmax-fp32 crf-int8 deep-int8 id-cnn-int8 id-cnn-fp32 chain-int8 chain-fp32
STRESSED := $(EXPORTS:%=$(CHECKED)/models/%)
$(CHECKED)/addresses/stress: $(call objects,addresses,$(INNER) stress)
	$(WATCHER) $(ADDRESSES) $^ -o $@
$(CHECKED)/races/stress: $(call objects,races,$(INNER) stress)
	$(WATCHER) $(RACES) $^ -o $@
sanitize: $(CHECKED)/addresses/stress $(CHECKED)/races/stress $(CHECKED)/models
	for path in avx512-vnni avx-vnni avx2 neon-dot neon; do \
	    NLP_ARCHITECT_EXT_KERNEL=$$path $(CHECKED)/addresses/stress 4 $(STRESSED) || exit 1; \
	done
	NLP_ARCHITECT_EXT_KERNEL=portable $(CHECKED)/addresses/stress 1 $(CHECKED)/models/softmax-int8
	$(CHECKED)/races/stress 32 $(STRESSED)

# What is found to be of use stays in build/native/found-*, and is where the next run starts.
FUZZ_SECONDS ?= 60
FUZZED := files model
fuzz: $(FUZZED:%=fuzz-%)
$(FUZZED:%=$(CHECKED)/addresses/fuzz-%): $(CHECKED)/addresses/fuzz-%: $(call objects,addresses,$(INNER)) $(CHECKED)/addresses/fuzz_%.o $(if $(FUZZER),,$(CHECKED)/addresses/fuzz_main.o)
	$(WATCHER) $(ADDRESSES)$(if $(FUZZER), -fsanitize=fuzzer) $^ -o $@
fuzz-files: SEEDS := models/files
fuzz-model: SEEDS := models/models
$(FUZZED:%=fuzz-%): export NLP_FUZZ_EXPORT := models/softmax-int8
$(FUZZED:%=fuzz-%): fuzz-%: $(CHECKED)/addresses/fuzz-% $(CHECKED)/models
	mkdir -p $(CHECKED)/found-$*
	cd $(CHECKED) && addresses/fuzz-$* $(if $(FUZZER),-max_total_time=$(FUZZ_SECONDS) -max_len=200000 -timeout=30 -print_final_stats=1 found-$* $(SEEDS),$(FUZZ_SECONDS) 1 $(SEEDS)/*)
