# Two commands: `make run` serves the platform with nothing but Python 3.11 and a C compiler; `make test` checks all of it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

PYTHON ?= python3.11
PORT ?= 8000
# Left empty, pip's configured index decides whether torch comes with CUDA; set it to take the build of another index.
TORCH_INDEX_URL ?=

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --disable-pip-version-check --quiet
TORCH := $(shell grep '^torch==' requirements.txt)

.PHONY: help run test setup setup-dev assets format

help:
	@echo "make run     serve on http://127.0.0.1:$(PORT) with demonstration data (PORT=... to change)"
	@echo "make test    set up and run every check and test"
	@echo "make format  format the Python code"

run: setup assets
	@PORT=$(PORT) exec $(PY) -m scripts.serve

test: setup-dev
	@$(PY) -m scripts.system_packages
	@$(MAKE) --no-print-directory assets
	@exec $(PY) -m scripts.test

setup: $(VENV)/.installed
setup-dev: $(VENV)/.installed-dev

assets: setup
	@$(PY) frontend/build.py
	@$(PY) -m scripts.compile_messages

format: setup-dev
	@$(VENV)/bin/ruff check --fix --quiet . && $(VENV)/bin/ruff format .

$(PY):
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed; set PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# pyradiomics builds without isolation and needs numpy and setuptools before it: the order of the three steps matters.
$(VENV)/.installed: requirements.txt requirements-build.txt | $(PY)
	@command -v cc >/dev/null || command -v gcc >/dev/null || {
	  echo "A C compiler is needed to build pyradiomics: apt-get install gcc libc6-dev" >&2; exit 1; }
	$(PY) -c 'import os, sysconfig, sys; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' || {
	  echo "Python's headers are needed to build pyradiomics: apt-get install python3.11-dev" >&2; exit 1; }
	echo "Installing the pinned requirements into $(VENV) (a few minutes the first time)"
	$(PIP) $(TORCH) $(if $(TORCH_INDEX_URL),--index-url $(TORCH_INDEX_URL))
	$(PIP) -r requirements-build.txt
	$(PIP) --no-build-isolation -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@$(PIP) --no-build-isolation -r requirements-dev.txt
	touch $@
