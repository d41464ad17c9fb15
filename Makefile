# Everything a newcomer needs: `make report` writes a verification report, `make test` runs every
# test. Both set up .venv first, with the exact versions of constraints.txt in force throughout.

PYTHON ?= python3
VENV ?= .venv
OUT ?= report
READY = $(VENV)/.ready
BIN = $(VENV)/bin

.PHONY: setup report nightly test lint types unit claims benchmarks clean published docs
.DEFAULT_GOAL := help

help:
	@echo "make report   check the catalogue and write the report to $(OUT)/"
	@echo "make nightly  the same with the nightly profile"
	@echo "make docs     write the API reference to reference/"
	@echo "make test     lint, types, unit tests, every claim as a test, benchmarks"

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; name one with make PYTHON=..."; exit 1; }
	@echo "setting up $(VENV) (a few minutes the first time)"
	@$(PYTHON) -m venv $(VENV)
	@PIP_CONSTRAINT=$(CURDIR)/constraints.txt $(BIN)/python -m pip install --disable-pip-version-check \
	  --quiet --progress-bar on -e '.[test,cluster,docs]'
	@touch $@

report: $(READY)
	$(BIN)/theorems report --out $(OUT)
	@echo "read $(OUT)/report.md or open $(OUT)/report.html"

nightly: $(READY)
	$(BIN)/theorems report --profile nightly --out $(OUT)
	@echo "read $(OUT)/report.md or open $(OUT)/report.html"

published: $(READY)
	$(BIN)/theorems check --json .theorems/published.json
	$(BIN)/python -m reports.publish .theorems/published.json

docs: $(READY)
	$(BIN)/python -m reports.reference reference
	@echo "open reference/index.html"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

unit: $(READY)
	$(BIN)/pytest tests --ignore tests/benchmarks -n auto --dist loadfile

claims: $(READY)
	$(BIN)/pytest theorems -n auto

benchmarks: $(READY)
	$(BIN)/pytest tests/benchmarks -s

test: lint types unit claims benchmarks
	@echo "all tests passed; read README.md for what they check, or make report for the verdicts"

clean:
	rm -rf $(VENV) $(OUT) reference .theorems build *.egg-info
