# On a fresh machine two commands do everything: `make benchmark` and `make test`.
# PYTHON chooses the interpreter of a new environment, RESULTS the folder of the report.
PYTHON  ?= python3
RESULTS ?= results
VENV    := .venv
BIN     := $(VENV)/bin
STAMP   := $(VENV)/.set-up
DOCS_STAMP := $(VENV)/.set-up-docs
PIP     := $(BIN)/python -m pip install --quiet --constraint constraints.txt

.PHONY: benchmark test test-pandas3 fuzz gallery docs clean

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
	MPLBACKEND=agg $(BIN)/python -m sphinx --builder html --fail-on-warning --keep-going \
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

clean:
	rm -rf $(VENV) $(RESULTS) docs/_build docs/_generated docs/gallery build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
