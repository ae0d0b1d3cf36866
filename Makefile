# The two commands: `make demo` and `make test`. Both prepare .venv once and then work offline.
# `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV ?= .venv
export VENV
BIN := $(VENV)/bin
PYTEST_ARGS ?=
WORKERS ?= 2

# The first Python on the PATH that is new enough; `make test PYTHON=python3.13` chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; \
	done)

.PHONY: help demo test check quick browser format specs constraints dist clean python venv-demo venv-test

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: venv-demo ## Train on real data, log, register, promote, build a site in demo/
	@# passive: threads of XGBoost that wait for each other leave the processor to other programs.
	@OMP_WAIT_POLICY=$${OMP_WAIT_POLICY:-passive} $(BIN)/python examples/nyc_taxi_duration/run.py --output demo $(DEMO_ARGS)

test: venv-test browser check ## Lint, types and layers, then unit, integration and browser tests
	@$(BIN)/python .ci/environment.py node
	@$(BIN)/python .ci/environment.py mlflow
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

check: venv-test ## Lint, formatting, types, layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --config pyproject.toml

quick: venv-test ## The tests that take no more than a moment
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not slow and not browser" $(PYTEST_ARGS)

browser: venv-test ## Find a Chromium for the tests, or install one
	@$(BIN)/python tests/support/chromium.py

format: venv-test ## Format the code and fix what can be fixed
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

specs: venv-test ## Make the chart specs anew, after a change in src/runsite/charts/
	@$(BIN)/python -m runsite.charts > src/runsite/charts/specs.json.new
	@mv src/runsite/charts/specs.json.new src/runsite/charts/specs.json

constraints: venv-test ## Pin in constraints.txt what .venv holds now
	@$(BIN)/python .ci/environment.py freeze

dist: venv-test ## Build the sdist and the wheel into dist/
	@$(BIN)/python -m build --no-isolation --outdir dist .

clean: ## Remove what these commands made, .venv included
	rm -rf $(VENV) demo site dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

venv-demo: python
	@$(PYTHON) .ci/environment.py demo

venv-test: python
	@$(PYTHON) .ci/environment.py test

python:
	@test -n "$(PYTHON)" || { \
		echo "error: runsite needs Python 3.11 or newer, and there is none on the PATH" >&2; \
		echo "  hint:  install one, or name it: make test PYTHON=/path/to/python3" >&2; \
		exit 1; }
