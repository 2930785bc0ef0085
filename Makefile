PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# what Qt needs of Debian and Ubuntu; neurokit doctor names the same
QT_PACKAGES := libegl1 libgl1 libglib2.0-0 libfontconfig1 libxkbcommon0 libdbus-1-3 fonts-dejavu-core
# whether Qt can draw: what is missing may only show when it starts
DRAWS := QT_QPA_PLATFORM=offscreen $(BIN)/python -c 'from PyQt6.QtWidgets import QApplication as A; A([])'

.PHONY: demo test check bench qt clean

demo: $(VENV)/.run
	$(BIN)/neurokit demo
	@if $(BIN)/python -m neurokit.app.desktop.screen; \
	then echo "The same in the window, where you click:"; $(BIN)/neurokit app --demo; fi

test: $(VENV)/.test
	@if $(DRAWS) 2>/dev/null; \
	then set -x; $(BIN)/python -m pytest -n 2; \
	else set -x; $(BIN)/python -m pytest -n 2 -p no:pytest-qt; fi

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p neurokit
	$(BIN)/codespell --toml pyproject.toml $$(git ls-files '*.py' '*.md' '*.toml' '*.yaml' '*.html')

bench: $(VENV)/.bench
	$(BIN)/python -m tests.benchmarks

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("neurokit needs Python 3.11 or newer, this is " + sys.version.split()[0] + ": make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	$(MAKE) --no-print-directory qt
	touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	$(MAKE) --no-print-directory qt
	touch $@ $(VENV)/.run

$(VENV)/.bench: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --editable '.[test,peers]'
	touch $@

qt:
	@if $(DRAWS) 2>/dev/null && ls /usr/share/fonts/*/* >/dev/null 2>&1; \
	then echo "Qt finds its system libraries"; \
	elif [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; \
	then echo "the window lacks system libraries, all else works; as root: apt-get install $(QT_PACKAGES)"; \
	else apt-get update -qq; apt-get install -y -qq --no-install-recommends $(QT_PACKAGES) >/dev/null \
	|| echo "the window's system libraries could not be installed, all else works"; fi

clean:
	rm -rf $(VENV) build dist *.egg-info
