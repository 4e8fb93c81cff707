# One environment for everything; both targets make it if it is not there.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Installed first and by itself, so that an index with PyTorch's CPU build can serve it; set
# TORCH=torch for the newest build.
TORCH ?= torch==2.13.0

.PHONY: demo test mteb lm-eval lint clean

demo: $(VENV)/ready
	rm -rf demo
	$(BIN)/domainbench sample patents -o demo/patents
	$(BIN)/domainbench evaluate demo/patents -s bm25 -s dense -s rrf:bm25+dense -o demo/results

test: $(VENV)/ready
	$(BIN)/python -m pytest -q -n auto

# MTEB and BEIR themselves on a release; they bring many packages, so they have their own environment.
mteb: $(VENV)-mteb/ready
	HF_HUB_OFFLINE=1 $(VENV)-mteb/bin/python -m pytest -q tests/interop -k "mteb or beir"

# lm-evaluation-harness on exported tasks, in an environment of its own for the same reason.
lm-eval: $(VENV)-lm-eval/ready
	HF_HUB_OFFLINE=1 $(VENV)-lm-eval/bin/python -m pytest -q tests/interop/test_lm_eval.py

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright --pythonpath $(BIN)/python

# The strict editable mode links every module, so that type checkers find them.
$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet "$(TORCH)"
	$(BIN)/python -m pip install --quiet --editable ".[cpu,dev]" --config-settings editable_mode=strict
	touch $@

$(VENV)-mteb/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)-mteb
	$(VENV)-mteb/bin/python -m pip install --quiet --upgrade pip
	$(VENV)-mteb/bin/python -m pip install --quiet "$(TORCH)"
	$(VENV)-mteb/bin/python -m pip install --quiet --editable ".[cpu,mteb]" "pytest>=8.4" "hypothesis>=6.130"
	$(VENV)-mteb/bin/python -m pip install --quiet --no-deps "beir>=2.2"
	touch $@

$(VENV)-lm-eval/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)-lm-eval
	$(VENV)-lm-eval/bin/python -m pip install --quiet --upgrade pip
	$(VENV)-lm-eval/bin/python -m pip install --quiet "$(TORCH)"
	$(VENV)-lm-eval/bin/python -m pip install --quiet --editable ".[cpu,lm-eval]" "pytest>=8.4" "hypothesis>=6.130"
	touch $@

clean:
	rm -rf $(VENV) $(VENV)-mteb $(VENV)-lm-eval demo build *.egg-info
