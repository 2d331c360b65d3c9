# The commands of this checkout; tools/ holds what they do. `make setup PYTHON=python3.12` names a Python; an environment
# that is there already keeps its own.
PYTHON ?= $(shell for p in .venv/bin/python python3 python3.14 python3.13 python3.12 python3.11 python3.10; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$p && break; done)
# Hundreds of Pythons are started here; compiling what they import again each time would double the time of `make test`.
unexport PYTHONDONTWRITEBYTECODE
TEST_ARGS ?= -n 4 --dist worksteal

.PHONY: help setup up down test soak bench lint clean python

help:
	@echo 'make up      set everything up, start the emulator, copy three snapshots, show what there is'
	@echo 'make down    undo it'
	@echo 'make test    set up, check the style and types, run every test'
	@echo 'make soak    the long tests: killed at every call, thousands of random steps'
	@echo 'make bench   measure it beside other ways, about an hour; writes docs/performance.md'
	@echo 'make setup   .venv with pulumi and snapcopy; make lint; make clean'

python:
	@test -n '$(PYTHON)' || { echo 'error: Python 3.10 or newer is needed, and none is on PATH. Install it, or name one: make setup PYTHON=/path/to/python3' >&2; exit 1; }

setup: python
	@"$(PYTHON)" -m tools.setup

up: setup
	@.venv/bin/python -m tools.up

down: python
	@"$(PYTHON)" -m tools.down

clean: python
	@"$(PYTHON)" -m tools.clean

lint: setup
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy

test: lint
	@.venv/bin/python -m tools.workflow_checker
	@.venv/bin/pytest $(TEST_ARGS)

soak: setup
	@HYPOTHESIS_PROFILE=soak .venv/bin/pytest $(TEST_ARGS) -m 'soak or property'

bench: setup
	@.venv/bin/python -m tools.bench $(BENCH_ARGS)
