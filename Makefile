# What can one do here? `make` tells. Everything runs in .venv, which sets itself up from the lock files.

VENV := .venv
BIN  := $(VENV)/bin
PIP  := $(BIN)/python -m pip --disable-pip-version-check
PROFILES := $(foreach target,silvasoft riverty telecomx crmcom,ixpole-$(target)-direct ixpole-$(target)-draft)
WORK := mocks bridge conformance tools tests
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
export REDOCLY_TELEMETRY := off
export REDOCLY_SUPPRESS_UPDATE_NOTICE := true
export NO_MKDOCS_2_WARNING := true
# Where this is set, each of some hundred processes of a test run would compile every module anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo serve test coverage-gate mutate test-long simulate campaign conform conform-zoo check format-check types arrows specs fmt bench docs lock clean
.DELETE_ON_ERROR:

help: ## this list
	@echo "ixkit: mock servers, a reference bridge and checks. Type make and one of:"
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.runtime ## a club's season goes into four accounting systems and back, before your eyes
	@$(BIN)/ixkit demo $(ARGS)

serve: $(VENV)/.runtime ## the mock servers, until Ctrl-C (ARGS="--scenario club-season" for more)
	@$(BIN)/ixkit serve $(ARGS)

# One worker more than there are processors on a small machine: many tests wait for the processes that they start.
test: $(VENV)/.dev ## all tests but the long ones: minutes (ARGS="-k silvasoft" for less)
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-ci} $(BIN)/python -m pytest -n 3 --dist worksteal $(or $(strip $(ARGS)),--reached=build/reached.json)
	@$(if $(strip $(ARGS)),:,$(MAKE) --no-print-directory coverage-gate)

coverage-gate: $(VENV)/.dev ## what of the contracts the last whole `make test` did not reach; a part of it
	@$(BIN)/ixkit check --coverage build/reached.json --allow tests/unreached.yaml

mutate: $(VENV)/.dev ## would the tests notice a weaker rule? all rules (ARGS="silvasoft --only SILV-01" for less)
	@$(BIN)/python tools/mutate.py $(or $(ARGS),--write docs/mutants.md)

test-long: $(VENV)/.dev tools/peers/node_modules/.stamp tools/peers/.venv/.stamp ## all tests, the long ones too, with many more examples
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-long} $(BIN)/python -m pytest -n 2 --dist worksteal -m "long or not long" $(ARGS)

simulate: $(VENV)/.dev ## one simulated life, side by side (ARGS="--seed 17" or "--plan … --shrink")
	@PYTHONPATH=tests $(BIN)/python -m simulation.replay $(ARGS)

campaign: $(VENV)/.dev ## very many simulated lives (ARGS="random --lives 100000", ARGS="pairs --done FILE --shard 1/8")
	@PYTHONPATH=tests $(BIN)/python -m simulation.campaign $(ARGS)

check: format-check types arrows specs ## formatting, lint, types, arrows between rooms, contracts

format-check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy --strict mocks bridge conformance

arrows: $(VENV)/.dev
	$(BIN)/lint-imports

# The contracts' linters need Node. A laptop without it skips them and says so; CI must have it.
specs:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory tools/lint/.linted; \
	elif [ -n "$$CI" ]; then echo "check: Node is missing, and in CI the contracts must be linted" >&2; exit 1; \
	else echo "check: no Node here, so Spectral and Redocly did NOT read specs/ (CI will)"; fi

tools/lint/.linted: tools/lint/node_modules/.stamp tools/lint/.spectral.yaml tools/lint/redocly.yaml $(wildcard specs/*.yaml)
	tools/lint/node_modules/.bin/spectral lint --ruleset tools/lint/.spectral.yaml --fail-severity warn --quiet \
	  $(filter-out %.rules.yaml,$(wildcard specs/*.yaml))
	tools/lint/node_modules/.bin/redocly lint --config tools/lint/redocly.yaml \
	  $(filter-out %.rules.yaml,$(wildcard specs/*.yaml))
	@touch $@

fmt: $(VENV)/.dev ## put the code in shape
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

conform: $(VENV)/.dev ## judge the reference bridge as any connector is judged (ARGS="--level 2" for less)
	@mkdir -p build/conform
	@cd tests/conformance && for profile in $(PROFILES); do \
	  rm -f ../../build/conform/$$profile/report.json; echo "$$profile …" >&2; \
	  ../../$(BIN)/ixkit conform run --profile $$profile --report ../../build/conform/$$profile $(ARGS) \
	    >../../build/conform/$$profile.txt 2>&1 || tail -3 ../../build/conform/$$profile.txt >&2; done
	@$(BIN)/python tools/conform_table.py build/conform $(PROFILES) --write docs/conformance.md

conform-zoo: $(VENV)/.dev ## what the suite catches: 48 mistakes, ten times each, and harmless variants (a quarter of an hour)
	PYTHONPATH=tests $(BIN)/python tests/conformance/zoo/zoo.py --times 10 --write docs/conformance-zoo.md $(ARGS)

bench: $(VENV)/.runtime tools/peers/node_modules/.stamp ## requests per second, start and memory, beside Prism; what the bridge books
	$(BIN)/python tests/bench/bench.py $(ARGS)
	$(BIN)/python tests/bench/bridge.py
	$(BIN)/python tests/bench/bridge.py --profile --only "silvasoft, direct"

docs: $(VENV)/.dev ## the pages of docs/, into site/
	$(BIN)/mkdocs build --strict --quiet
	@echo "site/index.html"

lock: ## pin anew what pyproject.toml allows (needs uv)
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-annotate --no-emit-index-url --custom-compile-command "make lock" --quiet -o requirements.lock
	uv pip compile pyproject.toml --extra build --extra dev --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-annotate --no-emit-index-url --custom-compile-command "make lock" --quiet -c requirements.lock -o requirements-dev.lock
	uv pip compile tools/peers/python/requirements.in --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-annotate --no-emit-index-url --custom-compile-command "make lock" --quiet -o tools/peers/python/requirements.lock

clean: ## remove all that make made, .venv too
	rm -rf $(VENV) site dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis \
	  .coverage .coverage.* htmlcov tools/*/node_modules tools/peers/.venv tools/lint/.linted
	find $(WORK) -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- setting up -----------------------------------------------------------------------------------

$(VENV)/bin/python:
	@python=; for p in python3 python3.13 python3.12 python3.11; do \
	  if "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$p; break; fi; done; \
	if [ -z "$$python" ]; then echo "ixkit needs Python 3.11 or newer; python3 here is: $$(python3 --version 2>&1)" >&2; exit 1; fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$python cannot make a virtual environment; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; fi; \
	echo "setting up $(VENV) with $$("$$python" --version) (once)"; \
	"$$python" -m venv $(VENV)

$(VENV)/.locked: requirements.lock | $(VENV)/bin/python
	@echo "installing what requirements.lock pins"
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.runtime: pyproject.toml $(VENV)/.locked
	@$(PIP) install --quiet --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "installing what requirements-dev.lock pins"
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

tools/peers/.venv/.stamp: tools/peers/python/requirements.lock | $(VENV)/bin/python
	@echo "installing what $< pins"
	@$(VENV)/bin/python -m venv tools/peers/.venv
	@tools/peers/.venv/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r $<
	@touch $@

tools/%/node_modules/.stamp: tools/%/package.json tools/%/package-lock.json
	@command -v npm >/dev/null || { echo "tools/$* needs Node 18.20 or newer (Debian: apt-get install nodejs npm)" >&2; exit 1; }
	@echo "installing what tools/$*/package-lock.json pins"
	@cd tools/$* && $(NPM_CI)
	@touch $@
