# One command on one machine. `make` alone lists what there is.
PYTHON ?= python3
ARGS ?=
PY := .venv/bin/python
SET_UP := $(PYTHON) fucheng/onebox/bootstrap.py
# Tests and benchmarks leave nothing outside the checkout: browsers and font caches write to HOME.
RUN := mkdir -p var/home var/tmp && env -u XDG_CACHE_HOME -u XDG_CONFIG_HOME -u XDG_DATA_HOME \
	HOME="$(CURDIR)/var/home" PYTEST_DEBUG_TEMPROOT="$(CURDIR)/var/tmp" $(PY)

export PORT UNITS DEMO_PASSWORD

.DEFAULT_GOAL := help
.PHONY: help demo test test-deep test-faults check bench bench-deep lock clean

help:
	@echo 'make demo        set up, start the demonstration on http://127.0.0.1:8000, Ctrl-C stops it'
	@echo '                 PORT=8001 another port, UNITS=5000 a smaller street'
	@echo 'make test        all tests but the deep ones; ARGS="tests/grading -k red" for some'
	@echo 'make test-deep   these too: long races, large files, many random examples'
	@echo 'make test-faults kill, hang and starve every part while 20,000 stickers are printed; some 40 minutes'
	@echo 'make check       lint, types, import contracts, templates, migrations, catalogues, deployment'
	@echo 'make bench       measure the main paths; make bench-deep at the size of the real street'
	@echo 'make lock        pin the packages again; ARGS=--upgrade takes the newest'
	@echo 'make clean       remove everything that these commands have made, databases included'
	@echo 'PYTHON=python3.12 names the Python for the set-up (3.11 or later)'

demo:
	@$(SET_UP) demo

test:
	@$(SET_UP) test
	@$(RUN) -m pytest -p tests.plugins.browser_notice -m "not deep" $(ARGS)

test-deep:
	@$(SET_UP) test
	@$(RUN) -m pytest -p tests.plugins.browser_notice $(ARGS)

test-faults:
	@$(SET_UP) test
	@$(RUN) -m tests.faults $(ARGS)

check:
	@$(SET_UP) check
	@$(PY) -m fucheng.onebox.check

bench:
	@$(SET_UP) bench
	@$(RUN) -m benchmarks $(ARGS)

bench-deep:
	@$(SET_UP) bench
	@$(RUN) -m benchmarks --deep $(ARGS)

lock:
	@$(SET_UP) check
	@$(PY) -m fucheng.onebox.lock $(ARGS)

clean:
	@$(PYTHON) -c 'import sys; sys.path.insert(0, "."); from fucheng.onebox import postgres; postgres.main(["stop"])'
	rm -rf .venv node_modules static/vendor staticfiles var .coverage
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
	[ ! -d locale ] || find locale -name '*.mo' -delete
