# `make` alone prints what there is. Every target sets up what it needs, once, in .venv.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test ui lint lint-style lint-format lint-types lint-layers bench clean force
.DELETE_ON_ERROR:

# The Python to make .venv with; when empty, the first of python3.11, 3.12, 3.13, python3 that will do.
PYTHON :=
# More words for pytest or for the benchmarks, as in: make test ARGS="-k rules"
ARGS :=

BIN := .venv/bin
EXTRAS_core :=
EXTRAS_dev := [ui,dev]
EXTRAS_ui := [ui]
EXTRAS_bench := [bench]

help:  ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

demo: .venv/ready-core  ## build and verify the training sets of this repository's own knowledge project
	@$(BIN)/workbench build

test: .venv/ready-dev  ## run the whole test suite (two workers)
	@$(BIN)/pytest -n 2 $(ARGS)

ui: .venv/ready-ui  ## open the workbench in the browser
	@$(BIN)/workbench ui

lint: lint-style lint-format lint-types lint-layers  ## style, format, types and layers: what CI refuses

lint-style: .venv/ready-dev
	$(BIN)/ruff check .

lint-format: .venv/ready-dev
	$(BIN)/ruff format --check .

lint-types: .venv/ready-dev
	$(BIN)/mypy

lint-layers: .venv/ready-dev
	$(BIN)/lint-imports

bench: .venv/ready-bench  ## measure the engine beside other reasoners
	@$(BIN)/python -m benchmarks $(ARGS)

clean:  ## remove what was built and cached; .venv and the undo journal stay
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find workbench tests benchmarks -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# Installed anew when pyproject.toml changes or when the environment is a new one.
.venv/ready-%: pyproject.toml .venv/made-in
	@echo "Installing what 'make $(or $(MAKECMDGOALS),help)' needs into .venv (once; a few minutes on a new machine)."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --editable '.$(EXTRAS_$*)'
	@touch $@

# An environment holds absolute paths: one that was moved or copied with its folder is made anew.
ifneq ($(shell cat .venv/made-in 2>/dev/null),$(CURDIR))
.venv/made-in: force
endif
.venv/made-in:
	@usable='import sys; sys.exit(sys.version_info < (3, 11))'; \
	if $(BIN)/python -c "$$usable" 2>/dev/null \
	    && $(BIN)/pip --version 2>/dev/null | grep -qF " from $(CURDIR)/.venv/"; then \
	  echo "Using the .venv that is here."; \
	else \
	  found=; \
	  for candidate in $(or $(PYTHON),python3.11 python3.12 python3.13 python3); do \
	    if "$$candidate" -c "$$usable" 2>/dev/null; then found=$$candidate; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "Workbench needs Python 3.11 or newer, and none was found. Install it, or name one: make PYTHON=/path/to/python3.11" >&2; \
	    exit 1; \
	  fi; \
	  if ! "$$found" -m venv --clear .venv; then \
	    echo "$$found cannot make a virtual environment. On Debian or Ubuntu install the package python3-venv and try again." >&2; \
	    exit 1; \
	  fi; \
	fi; \
	printf '%s\n' "$(CURDIR)" > $@

force:
