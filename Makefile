# Every target makes .venv by itself. `make install` is quick when nothing changed and rebuilds when native code did.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
NATIVE := CMakeLists.txt pyproject.toml $(wildcard native/*)
DEMO := demo

.PHONY: install dev demo test lint format bench wheel lock clean

install: $(VENV)/.native

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Reelscape needs Python 3.11 or newer: install python3.11 and run make with PYTHON=python3.11.' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo 'Python cannot make a virtual environment: install it with "apt-get install python3-venv".' >&2; exit 1; }
	@touch $@

$(VENV)/.locked: requirements.lock $(VENV)/.python
	$(PIP) install --quiet --requirement requirements.lock
	@touch $@

$(VENV)/.native: $(NATIVE) $(VENV)/.locked
	@command -v $${CXX:-c++} >/dev/null || { echo 'There is no C++ compiler: install one with "apt-get install g++" (Debian, Ubuntu) or "xcode-select --install" (macOS), then run make again.' >&2; exit 1; }
	$(PIP) install --quiet --no-deps --editable .
	@touch $@

dev: $(VENV)/.dev

$(VENV)/.dev: requirements-dev.lock $(VENV)/.native
	$(PIP) install --quiet --requirement requirements-dev.lock
	@touch $@

demo: install
	$(BIN)/reelscape sample $(DEMO)/room.mp4
	$(BIN)/reelscape run $(DEMO)/room.mp4 --out $(DEMO)/room --resume
	@echo 'Look at $(DEMO)/room/preview.jpg and $(DEMO)/room/turntable.mp4.'

test: dev
	$(BIN)/python -m pytest

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install
	$(BIN)/python bench/step.py

wheel: dev
	$(BIN)/python -m build --wheel

# Needs uv: writes the exact versions of everything, without addresses.
lock:
	uv pip compile --quiet --universal --no-header --no-emit-index-url --no-emit-find-links --no-annotate --python-version 3.11 pyproject.toml --output-file requirements.lock
	uv pip compile --quiet --universal --no-header --no-emit-index-url --no-emit-find-links --no-annotate --python-version 3.11 --extra dev --constraint requirements.lock pyproject.toml --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) build dist $(DEMO)
	find src -name '*.so' -delete
