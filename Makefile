# SPDX-License-Identifier: Apache-2.0
# Thin lines that call the tools. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-installed
DEV := $(VENV)/.dev-installed
.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test check bench test-long test-planted reference proto lock clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info < (3, 15)))' \
	  || { echo "Ropewalk needs Python 3.11 to 3.14; set PYTHON=/path/to/one"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "python3-venv is missing: apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)

BUILDERS := flit-core|packaging|setuptools|wheel
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(RUN): requirements.lock pyproject.toml | $(VENV)/bin/python
	@awk '/^[a-z]/ {kept = /^($(BUILDERS))==/} kept' requirements.lock > $(VENV)/builders.lock
	$(PIP) --require-hashes -r $(VENV)/builders.lock
	$(PIP) --require-hashes --no-build-isolation -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src
	@touch $@

$(DEV): requirements-dev.lock $(RUN)
	$(PIP) --require-hashes --no-build-isolation -r requirements-dev.lock
	@touch $@

install: $(RUN) ## make .venv with everything that runs
install-dev: $(DEV) ## … and everything that tests

demo: $(RUN) ## play three lives on a small network, then serve it (Ctrl-C ends it)
	@exec $(BIN)/ropewalk demo --boxes 200

test: $(DEV) ## the tests, at most 15 minutes on two cores
	@$(BIN)/python -m tests.run pr

check: $(DEV) ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEV) ## every benchmark, beside its limit; writes bench/results.json
	@$(BIN)/ropewalk bench all --output bench/results.json

test-long: $(DEV) ## the nightly figures; resumable: make test-long PART=adversarial
	@$(BIN)/python -m tests.run long $(PART)

test-planted: $(DEV) ## each harness shown to fail on the bug planted for it
	@$(BIN)/python -m tests.run planted

reference: $(RUN) ## generate docs/reference from the rule table
	$(BIN)/python -m ropewalk.cli.reference

proto: $(DEV) ## generate the ABCI messages from abci.proto
	cd src && ../$(BIN)/python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. ropewalk/engines/abci.proto

lock: $(DEV) ## pin the dependencies anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra dev --extra build pyproject.toml -o requirements-dev.lock

clean: ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
