# The one front door. `make` lists what there is to do.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo agency up stop clean docs pictures test fuzz check lock setup containers bench bench-debezium bench-check bench-baseline bench-scale bench-report faults faults-smoke \
	faults-again faults-keep faults-report

RESIDENTS ?= 10000
export RESIDENTS
FOUND := for p in python3 python3.14 python3.13 python3.12 python3.11; do command -v $$p >/dev/null && \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo $$p && break; done
PYTHON ?= $(shell $(FOUND))
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPOSE := docker compose --env-file .sekali/compose.env --file deploy/compose.yaml
LOCK := uv pip compile pyproject.toml --extra test --extra bench --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1 /' | \
		while read -r name words; do printf 'make %-15s %s\n' "$$name" "$$words"; done

demo: setup  ## start everything, register RESIDENTS=10000 fictive residents, play and check the story
	@$(BIN)/sekali up
	@$(BIN)/sekali seed
	@$(BIN)/sekali story

up: setup  ## start everything and leave it running
	@$(BIN)/sekali up

stop:  ## stop everything; data stay
	@if [ -x $(BIN)/sekali ]; then $(BIN)/sekali down; else echo "nothing was started here"; fi
	@if [ -f .sekali/compose.env ]; then $(COMPOSE) stop; fi

clean: stop  ## stop everything and remove data, passwords and keys
	@if [ -f .sekali/compose.env ]; then $(COMPOSE) down --volumes; fi
	@rm -rf .sekali .sekali-test

docs: setup  ## the catalogue as a static site in site/: topics, agencies, contracts, AsyncAPI, ODCS
	@$(BIN)/sekali docs

pictures: setup  ## the README's pictures anew, of running services, into docs/pictures/
	@$(BIN)/sekali up
	@$(BIN)/python -m tests.pictures.taking

agency: setup  ## write a new agency that works: make agency NAME=vehicles
	@[ -n "$$NAME" ] || { echo "Which agency? Give it a name of one word: make agency NAME=vehicles" >&2; exit 2; }
	@$(BIN)/sekali agency "$$NAME"

test: setup  ## all tests, on real Kafka, PostgreSQL and registry
	@$(BIN)/pytest

fuzz: setup  ## hostile input, 20 minutes: 1,000,000 records, 10,000 requests, 1,000 dead letters: ONLY=http SEED=7 for a part
	@only=$${ONLY:-codec,http,redrive}; SEKALI_FUZZ_CODEC=$${CODEC:-1000000} SEKALI_FUZZ_HTTP=$${HTTP:-10000} \
		SEKALI_FUZZ_REDRIVE=$${REDRIVE:-1000} SEKALI_FUZZ_SEED=$${SEED:-} SEKALI_FUZZ_CASE=$${CASE:-} \
		$(BIN)/pytest --capture=no --timeout=0 $$(for kind in $${only//,/ }; do echo tests/fuzz/test_$$kind.py; done)

bench: setup  ## measure speed beside the raw limits, 25 minutes: ONLY=P1,P7 for some rows, LONG=1 for half an hour more
	@$(BIN)/python -m bench run

bench-debezium: setup  ## fetch Debezium Server (457 MB), so that `make bench` has P17 and P18
	@$(BIN)/python -m bench.peers.debezium

faults: setup  ## break the bus on purpose and look what was lost, 2 hours: ONLY=F2,F7 for some rows, SEED=7 replays
	@$(BIN)/python -m faults run

faults-smoke: setup  ## the same with small counts at 60 events a second, 25 minutes
	@SMOKE=1 RATE=$${RATE:-60} $(BIN)/python -m faults run

faults-again: setup  ## what did not hold in the last run, once more with its seed: RATE=300 after `make faults`
	@RATE=$${RATE:-60} $(BIN)/python -m faults again

faults-keep: setup  ## the last `make faults` becomes one of the runs of docs/reliability.md
	@$(BIN)/python -m faults keep

faults-report: setup  ## write docs/reliability.md: what is promised, and what the committed runs have shown of it
	@$(BIN)/python -m faults report

bench-check: setup  ## has the last `make bench` lost more than a quarter of a committed ratio?
	@$(BIN)/python -m bench check

bench-baseline: setup  ## the last `make bench` becomes what bench-check compares with
	@$(BIN)/python -m bench baseline

bench-scale: setup  ## how cost grows with partitions, processes and residents: ONLY=subscriber,relay,residents
	@$(BIN)/python -m bench scale

bench-report: setup  ## write docs/performance.md and its pictures from the committed results
	@$(BIN)/python -m bench report

check: setup  ## style, types, import contracts, generated files and the lock
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sekali types --check
	$(BIN)/pytest --quiet tests/local/test_requirements.py

containers: .sekali/compose.env  ## the same in containers, by deploy/compose.yaml
	@$(COMPOSE) up --build --detach --wait agencies

.sekali/compose.env:
	@mkdir -p .sekali
	@umask 077; for name in POSTGRES KAFKA REGISTRY; do \
		echo "$${name}_PASSWORD=$$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"; done > $@

lock: setup  ## pin and hash again what pyproject.toml asks for
	@$(PIP) install uv
	@$(BIN)/$(LOCK) --upgrade --output-file requirements.lock

setup: .venv/stamp

.venv/stamp: requirements.lock pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "Sekali needs Python 3.11 to 3.14 and found none." \
		"Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@[ -x $(BIN)/pip ] || $(PYTHON) -m venv .venv || { \
		echo "A virtual environment could not be made: on Debian and Ubuntu install python3-venv." >&2; exit 1; }
	@echo "setting up .venv from requirements.lock"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
