# Every target makes .venv by itself. `make install` is quick when nothing changed and rebuilds when native code did.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
NATIVE := CMakeLists.txt pyproject.toml $(wildcard native/*)
BUILD_HOOK := from scikit_build_core.build import get_requires_for_build_wheel
DEMO := demo
DATA ?= data
PORT ?= 8000

.PHONY: install dev demo serve test lint format bench sanitize docs wheel lock clean

install: $(VENV)/.native

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Reelscape needs Python 3.11 or newer: install python3.11 and run make with PYTHON=python3.11.' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo 'Python cannot make a virtual environment: install it with "apt-get install python3-venv".' >&2; exit 1; }
	@touch $@

$(VENV)/.locked: requirements.lock $(VENV)/.python
	$(PIP) install --quiet --requirement requirements.lock
	@touch $@

# What builds the kernel, at locked versions; CMake and Ninja only where the machine has none that will do.
$(VENV)/.build-tools: requirements-build.lock $(VENV)/.python
	$(PIP) install --quiet --constraint requirements-build.lock scikit-build-core nanobind
	@tools=$$($(BIN)/python -c '$(BUILD_HOOK) as requires; print(*requires())') && \
	if [ -n "$$tools" ]; then $(PIP) install --quiet --constraint requirements-build.lock $$tools; fi
	@touch $@

$(VENV)/.native: $(NATIVE) $(VENV)/.locked $(VENV)/.build-tools
	@command -v $${CXX:-c++} >/dev/null || { echo 'There is no C++ compiler: install one with "apt-get install g++" (Debian, Ubuntu) or "xcode-select --install" (macOS), then run make again.' >&2; exit 1; }
	@$(BIN)/python -c 'import pathlib, sys, sysconfig; sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists())' || { echo 'The headers of Python are missing: install them with "apt-get install python3-dev", then run make again.' >&2; exit 1; }
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

dev: $(VENV)/.dev

$(VENV)/.dev: requirements-dev.lock $(VENV)/.native
	$(PIP) install --quiet --requirement requirements-dev.lock
	@touch $@

demo: install
	rm -rf $(DEMO)
	$(BIN)/reelscape sample $(DEMO)/room.mp4
	$(BIN)/reelscape run $(DEMO)/room.mp4 --out $(DEMO)/room
	@echo 'Look at $(DEMO)/room/preview.jpg and $(DEMO)/room/turntable.mp4.'

serve: install
	$(BIN)/reelscape serve --data $(DATA) --port $(PORT)

test: dev
	$(BIN)/python -m pytest

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --strict tools bench
	$(BIN)/lint-imports

format: dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install
	$(BIN)/reelscape bench

# The kernels' tests with kernels built under AddressSanitizer and UBSan.
SANITIZERS := address,undefined,float-cast-overflow
sanitize: dev
	tools/sanitize.sh $(SANITIZERS) tests/splat tests/mesh

docs: install
	$(BIN)/python tools/write_docs.py

wheel: install
	$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

# Needs uv: writes the exact versions of everything, without addresses.
COMPILE := uv pip compile --quiet --universal --no-header --no-emit-index-url --no-emit-find-links --no-annotate --python-version 3.11
lock:
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) --extra dev --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock
	$(PYTHON) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], "cmake>=3.18", "ninja", sep="\n")' \
	| $(COMPILE) --constraint requirements-dev.lock - --output-file requirements-build.lock

clean:
	rm -rf $(VENV) build dist $(DEMO)
	find src -name '*.so' -delete
