# On a fresh machine two commands do everything: `make benchmark` and `make test`.
# PYTHON chooses the interpreter of a new environment, OLDEST the one for the oldest versions,
# RESULTS the folder of the report.
PYTHON  ?= python3
OLDEST  ?= python3.10
RESULTS ?= results
VENV    := .venv
BIN     := $(VENV)/bin
STAMP   := $(VENV)/.set-up
DOCS_STAMP := $(VENV)/.set-up-docs
PIP     := $(BIN)/python -m pip install --quiet --constraint constraints.txt

.PHONY: benchmark test test-pandas3 test-oldest fuzz gallery docs dist clean

benchmark: $(STAMP)
	$(BIN)/gansampler benchmark --out $(RESULTS)

test: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy gansampler
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

# The same tests with pandas 3, which lies beside the environment and goes before its pandas.
test-pandas3: $(STAMP)
	$(BIN)/python -m pip install --quiet --no-deps --upgrade --target $(VENV)/pandas3 'pandas>=3,<4'
	PYTHONPATH=$(VENV)/pandas3 $(BIN)/python -m pytest --numprocesses 2 --dist worksteal

# The same tests with the oldest versions that are allowed, in an environment of their own.
test-oldest:
	$(OLDEST) -m venv $(VENV)/oldest
	$(VENV)/oldest/bin/python -m pip install --quiet --constraint constraints-oldest.txt torch
	$(VENV)/oldest/bin/python -m pip install --quiet --constraint constraints-oldest.txt \
		--editable '.[dev]'
	$(VENV)/oldest/bin/python -m pytest --numprocesses 2 --dist worksteal

# Ten thousand random tables, and as many shrinkable ones with random settings: about half an
# hour on two cores. What fails is printed small, with what makes it again.
fuzz: $(STAMP)
	$(BIN)/python -m pytest tests/test_fuzz.py --numprocesses 2 --dist worksteal \
		--frames 10000 --hypothesis-profile fuzz

# The stamp is written last, so that an interrupted set-up is taken up again.
# torch comes first and alone: constraints.txt says why.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch
	$(PIP) --editable '.[dev]'
	touch $@

# The site, in docs/_build/html: every live block is run, a warning is an error, links are followed.
docs: $(DOCS_STAMP)
	MPLBACKEND=agg $(BIN)/python -m sphinx --quiet --builder html --fail-on-warning --keep-going \
		docs docs/_build/html
	$(BIN)/python docs/check_links.py docs/_build/html

# What the pages need, and not what the tests do.
$(DOCS_STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) torch
	$(PIP) --editable '.[docs]'
	touch $@

# Every page of examples/, its figures and the table of its targets.
gallery: $(STAMP)
	$(BIN)/python benchmarks/gallery.py

# The wheel and the source archive in dist/, checked, and the wheel at work far from the sources.
dist: $(STAMP)
	$(PIP) '.[release]'
	rm -rf dist $(VENV)/wheel
	$(BIN)/python -m build --outdir dist
	$(BIN)/twine check --strict dist/*
	$(PYTHON) -m venv $(VENV)/wheel
	$(VENV)/wheel/bin/python -m pip install --quiet --constraint constraints.txt torch
	$(VENV)/wheel/bin/python -m pip install --quiet --constraint constraints.txt \
		"$$(ls dist/*.whl)[benchmark]"
	cd $(VENV)/wheel && bin/gansampler benchmark --out results

clean:
	rm -rf $(VENV) $(RESULTS) docs/_build docs/_generated docs/gallery docs/sg_execution_times.rst build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
