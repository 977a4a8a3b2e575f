# make setup   a virtual environment in .venv with the versions of constraints.txt (every other target does it first)
# make demo    fine-tune a teacher, distil it, compare: under five minutes on two cores
# make test    the whole suite with coverage        make check   ruff and mypy        make bench   the measurements
# make native  the C++ kernel, compiled anew where its sources changed (setup does it too)
# make native-check    the kernel without a warning from g++ and clang++
# make sanitize fuzz   its test programs under sanitizers; damaged files and models (FUZZ_SECONDS=60)
# make site    the documentation as a site in build/site; a link that leads nowhere is an error
# make test-install   what README.md says about installing, in fresh virtual environments: some minutes of pip
# make test-browser   the pages in a headless Chromium: needs node, npm and Debian's chromium (or CHROMIUM=path)
#
# With your own encoder and data (a folder with train.txt, dev.txt, test.txt and unlabeled.txt):
#   make demo TEACHER=bert-base-cased DATA=path/to/folder

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PACKAGED := $(VENV)/.packaged
KERNEL := nlp_architect_ext/runtime/native
KERNEL_SOURCES := $(wildcard $(KERNEL)/src/*) setup.py
# Where a compiler is, a kernel that doesn't compile is an error; elsewhere one line says it's missing.
NLP_ARCHITECT_EXT_NATIVE ?= $(if $(shell command -v g++ || command -v c++ || command -v clang++),require)
TEACHER ?=
DATA ?=
OUT ?= demo
PAGE := nlp_architect_ext/serving/page
PAGES := README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md LICENSE docs examples benchmarks
BENCH ?= $(sort $(wildcard benchmarks/*.py))

.DEFAULT_GOAL := test
.PHONY: setup native native-check native-format sanitize fuzz fuzz-files fuzz-model demo test test-browser test-install check docs site bench

setup native: $(INSTALLED)

$(PACKAGED): setup.py constraints.txt
	$(PYTHON) -m venv $(VENV)
	NLP_ARCHITECT_EXT_NATIVE=skip $(BIN)/python -m pip install -c constraints.txt -e '.[dev,demo,docs]'
	touch $@

$(INSTALLED): $(PACKAGED) $(KERNEL_SOURCES)
	NLP_ARCHITECT_EXT_NATIVE=$(NLP_ARCHITECT_EXT_NATIVE) $(BIN)/python setup.py -q build_ext --inplace
	touch $@

demo: $(INSTALLED)
	$(BIN)/python examples/demo/demo.py --output_dir '$(OUT)' $(if $(TEACHER),--teacher '$(TEACHER)') $(if $(DATA),--data_dir '$(DATA)')

# One thread a worker: two workers with two threads each would wait for one another on two cores.
test: export OMP_NUM_THREADS := 1
test: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 --cov --cov-branch --cov-report=term --cov-fail-under=90

# What is missing fails here, where the tests called by name would skip.
test-browser: export BROWSER_TESTS_REQUIRED := 1
test-browser: export OMP_NUM_THREADS := 1
test-browser: $(INSTALLED)
	npm --prefix $(PAGE) ci --no-audit --no-fund
	npm --prefix $(PAGE) run check
	npm --prefix $(PAGE) test
	$(BIN)/python -m pytest tests/browser

test-install: $(INSTALLED)
	$(BIN)/python -m pytest tests/install

check: $(INSTALLED)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/clang-format --dry-run -Werror $(FORMATTED)

docs: $(INSTALLED)
	$(BIN)/python docs/make_command_line.py

site: $(INSTALLED)
	rm -rf build/pages build/site
	mkdir -p build/pages
	ln -s $(addprefix ../../,$(PAGES)) build/pages
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

bench: $(INSTALLED)
	@for script in $(BENCH); do echo "$$script"; $(BIN)/python "$$script" || exit 1; done

include tests/native/native.mk
