# Everything a person runs. `make help` lists it; docs/operations.md is about production.
# Stamps in .venv/.made say what is up to date, so a second run costs next to nothing.

MADE := .venv/.made
PAGE := $(addprefix api/graphiql/,build.py build.js package.json package-lock.json .npmrc) \
        $(wildcard api/graphiql/src/*)
# The first of these that is new enough makes .venv; PYTHON=… overrules.
PYTHONS := $(or $(PYTHON),python3 python3.11 python3.12 python3.13 python3.14)
# While one test waits for a process or a clock, another has its core.
JOBS ?= 3

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test fuzz-plans fuzz-access fuzz-bytes bench-reads bench-alarms lint format lock schema access errors devices graphiql clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(MADE)/project $(MADE)/page ## Install what Yiyang needs into .venv and build GraphiQL

demo: setup ## Start the demo district; ARGS="--port 8080" passes options on
	@exec .venv/bin/yiyang demo $(ARGS)

test: setup $(MADE)/dev ## Run every test; JOBS=4 for more at once, ARGS="-k alarm" for fewer
	@exec .venv/bin/python -m pytest -n $(JOBS) $(ARGS)

fuzz-plans: $(MADE)/dev ## Hold plans against ordinary execution; OPERATIONS=50000, SEED=1 repeats
	@FUZZ_OPERATIONS=$(or $(OPERATIONS),10000) FUZZ_SEED=$(SEED) .venv/bin/python -m pytest \
	  -x -s -v tests/plans/test_planned_equals_ordinary.py $(ARGS)

fuzz-access: $(MADE)/dev ## Hold random worlds' answers against the oracle; EXAMPLES=500 worlds, SEED=1
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),100) FUZZ_SEED=$(SEED) .venv/bin/python -m pytest \
	  -x -s -v tests/access/worlds $(ARGS)

fuzz-bytes: $(MADE)/dev ## Attack the server with bytes, frames and operations; EXAMPLES=1000
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),500) .venv/bin/python -m pytest --timeout 3600 -s -v \
	  tests/conformance/hostile tests/conformance/generated $(ARGS)

bench-reads: $(MADE)/project ## Measure reads beside Node's best; BENCH_SECONDS=60 shortens, ARGS=--help
	@exec .venv/bin/python -m benchmarks.reads $(ARGS)

bench-alarms: $(MADE)/project ## Break parts while devices call, and count; ARGS="--short" for a little of it
	@exec .venv/bin/python -m benchmarks.alarms $(ARGS)

lint: $(MADE)/dev ## Check style, types and who imports whom
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/pyright
	.venv/bin/lint-imports

format: $(MADE)/dev ## Put the code in the project's style
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

schema: $(MADE)/project ## Write the schema snapshot api/schema.graphql
	.venv/bin/yiyang schema > $(MADE)/schema.graphql
	mv $(MADE)/schema.graphql api/schema.graphql

access: $(MADE)/project ## Write docs/access.md from the row rules and permissions
	.venv/bin/yiyang access > $(MADE)/access.md
	mv $(MADE)/access.md docs/access.md

errors: $(MADE)/project ## Write docs/errors.md from the codes and their texts
	.venv/bin/yiyang errors > $(MADE)/errors.md
	mv $(MADE)/errors.md docs/errors.md

devices: $(MADE)/project ## Write docs/devices.md from the kinds of devices
	.venv/bin/yiyang devices kinds --markdown > $(MADE)/devices.md
	mv $(MADE)/devices.md docs/devices.md

graphiql: $(MADE)/runtime ## Build the GraphiQL page again
	.venv/bin/python api/graphiql/build.py

# pip's own settings are set aside: a lock comes from the index alone, never from a local folder.
lock: export CUSTOM_COMPILE_COMMAND := make lock
lock: export PIP_CONFIG_FILE := /dev/null
lock: $(MADE)/dev ## Resolve the dependencies anew; ARGS=--upgrade takes newer versions
	env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL .venv/bin/pip-compile -q $(ARGS) \
	  --extra build -o requirements.lock pyproject.toml
	env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL .venv/bin/pip-compile -q $(ARGS) \
	  --extra build --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

clean: ## Remove all that was built or installed; the demo's data in .yiyang stays
	rm -rf .venv api/static/graphiql api/graphiql/build api/graphiql/node_modules
	rm -rf tests/client_examples/wechat_miniprogram/node_modules benchmarks/reads/peers/node_modules
	rm -rf tests/conformance/*/node_modules tests/conformance/*/build
	rm -rf build ./*.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE)/venv:
	@for python in $(PYTHONS); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$$python cannot make virtual environments; on Debian: apt-get install python3-venv"; \
	    exit 1; }; \
	  echo "Making .venv with $$("$$python" --version) …"; \
	  "$$python" -m venv .venv && mkdir -p $(MADE) && touch $@; exit; \
	done; \
	echo "Yiyang needs Python 3.11 or newer, and none of these is: $(PYTHONS)." \
	  "Install one, or name it: make PYTHON=/path/to/python3.11"; exit 1

$(MADE)/runtime: requirements.lock | $(MADE)/venv
	@echo "Installing what Yiyang runs with (requirements.lock) …"
	@.venv/bin/python -m pip install --require-hashes -r requirements.lock || { \
	  echo "pip could not install requirements.lock: is your package index reachable (pip config)?"; \
	  exit 1; }
	@touch $@

$(MADE)/project: pyproject.toml $(MADE)/runtime
	@echo "Installing Yiyang itself …"
	@.venv/bin/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

# Without the page Yiyang works all the same, so a failure says its sentence and setup goes on.
$(MADE)/page: $(PAGE) $(MADE)/runtime
	@.venv/bin/python api/graphiql/build.py || true
	@touch $@

$(MADE)/dev: requirements-dev.lock $(MADE)/project
	@echo "Installing what Yiyang is tested with (requirements-dev.lock) …"
	@.venv/bin/python -m pip install --require-hashes -r requirements-dev.lock || { \
	  echo "pip could not install requirements-dev.lock: is your package index reachable (pip config)?"; \
	  exit 1; }
	@touch $@
