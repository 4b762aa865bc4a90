# basecheck: make run, make test, make check, make ui; all need only Python 3.11 to 3.13 and make.
PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
SURVEY ?= nhanes2
OUTPUT := $(or $(BASECHECK_OUTPUT_DIR),output)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-strip-extras --no-header pyproject.toml

PYTEST = $(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
SQL := dbt/models dbt/lint
LINTERS := ruff mypy imports sql dependencies dbt-score

.PHONY: run test check lint $(LINTERS) complexity ui bench faults dbt-docs schemas lock clean

run: $(VENV)/.run ## Every survey, from its folder to its release
	@$(BIN)/basecheck run $(ARGS)

test: lint ## Lint, types and every test; make test ARGS="-k words" for some of them
	@echo "basecheck: every test"
	@$(PYTEST) $(ARGS)

check: lint ## Lint, types and the quick unit tests: what to run after each change
	@echo "basecheck: quick unit tests"
	@$(PYTEST) -m "not slow" tests/unit $(ARGS)

lint: $(VENV)/.dev
	@$(MAKE) --no-print-directory --jobs $(WORKERS) --output-sync=target $(LINTERS)

mypy: $(VENV)/.dev
	@echo "basecheck: types"
	@$(BIN)/mypy

sql: dbt/target/.linted ; @:
dbt/target/.linted: $(VENV)/.dev .sqlfluff $(shell find dbt -path dbt/target -prune -o -name '*.sql' -print) dbt/lint/__init__.py
	@echo "basecheck: SQL"
	@$(BIN)/sqlfluff lint --disable-progress-bar --processes $(WORKERS) $(SQL)
	@mkdir -p $(@D) && touch $@

dbt-score: dbt/target/.scored ## What dbt's descriptions and tests are worth, of 10; pyproject.toml has the least
	@:
dbt/target/.scored: $(VENV)/.dev pyproject.toml $(shell find dbt -path dbt/target -prune -o -name '*.sql' -print -o -name '*.yml' -print)
	@echo "basecheck: dbt-score"
	@$(BIN)/python -c "from dagster_project.defs.dbt_project import manifest_json; manifest_json()"
	@$(BIN)/dbt-score lint --manifest dbt/target/manifest.json --show failing-items
	@touch $@

ruff: $(VENV)/.dev
	@echo "basecheck: lint and format"
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet

imports: $(VENV)/.dev
	@echo "basecheck: who imports whom"
	@$(BIN)/lint-imports --no-logo

dependencies: $(VENV)/.dev
	@echo "basecheck: dependencies"
	@$(BIN)/deptry .

complexity: $(VENV)/.dev ## Write the list of the blocks that are too complex anew; it may only shrink
	@$(BIN)/python -m tests.complexity

ui: $(VENV)/.run ## The Dagster UI on 127.0.0.1:3000, the releases on 127.0.0.1:3001 (BASECHECK_UI_PORT, BASECHECK_RELEASES_PORT); BASECHECK_UI_READ_ONLY=1 for viewers; Ctrl-C ends both
	@$(BIN)/python -m dagster_project.defs.ui

bench: $(VENV)/.dev ## What a run costs beside the bare imports of its parts
	@$(BIN)/python benchmarks/whole_run.py

faults: $(VENV)/.dev ## Thirty runs killed at random moments beside a running UI, and what comes after them
	@$(BIN)/python benchmarks/random_kills.py $(ARGS)

dbt-docs: $(VENV)/.run ## dbt's documentation of one survey's database, as one page: make dbt-docs SURVEY=nhanes2
	@cd dbt && BASECHECK_OUTPUT_DIR="$(abspath $(OUTPUT))" BASECHECK_SURVEY=$(SURVEY) ../$(BIN)/dbt --quiet docs generate --static
	@echo "basecheck: dbt/target/static_index.html"

schemas: $(VENV)/.run ## What is written from declarations: docs/tables.md, dbt's sources, the JSON Schemas of editors
	@$(BIN)/python -m dagster_project.defs.schemas

lock: $(VENV)/.dev ## Choose the versions anew
	@$(COMPILE) --extra dev --upgrade -o requirements-dev.lock
	@$(COMPILE) --constraint requirements-dev.lock -o requirements.lock

clean: ## Remove what was installed and cached; output/ with its releases stays
	rm -rf $(VENV) dbt/target dbt/logs logs .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/.run: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 14) else \
	  "basecheck needs Python 3.11, 3.12 or 3.13, and this is %d.%d; name one: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	@echo "basecheck: making .venv and installing $$(grep -c == requirements.lock) pinned packages (once, a minute or two)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "basecheck: installing what the tests need besides"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
