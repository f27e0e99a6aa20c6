# The two commands of the README: `make demo` and `make test`. Each does its own installing.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
PORT ?= 7860
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
QUESTION := Ai là Tổng Thư ký IEC được Thứ trưởng Lê Xuân Định tiếp tại Hà Nội?

# What is installed is what the lock files name, file by file: wheels only, so that nothing is built, with a known SHA-256.
# They hold for Python 3.11, 3.12 and 3.13 on x86-64 and arm64. --no-deps: they are complete, and torch has its own.
LOCKED := $(PIP) install -q --require-hashes --no-deps --only-binary=:all:
LOCK_PIP := 26.3
LOCK_UV := 0.13.9
COMPILE = .venv-lock/bin/uv pip compile -q pyproject.toml --universal --generate-hashes --only-binary :all: --no-annotate \
	--no-emit-package torch --custom-compile-command "make lock" $(UPGRADE)

# torch in its CPU build, which PyPI does not have: from where pip's own configuration says, else from PyTorch's index.
# Tried: the whole install on Python 3.11, x86-64; all but torch on 3.12 and 3.13, x86-64; for arm64 pip found every wheel but
# torch's, under the locked hashes. torch's other five hashes are those that PyTorch's index gives, as several public locks have them.
TORCH := $(shell sed -n 's/^ *"torch==\([0-9.]*\)".*/\1/p' pyproject.toml)
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

.PHONY: demo test lint programs install bench lock clean

demo: install  ## install, index the sample news, answer one question, serve the chat
	$(BIN)/hoitin index docs_store/samples/articles --data demo-data
	@echo "\n$$ hoitin ask \"$(QUESTION)\""
	@$(BIN)/hoitin ask "$(QUESTION)" --data demo-data
	@test -n "$(DEMO_EXIT)" || $(BIN)/hoitin serve --data demo-data --port $(PORT)

test: .venv/.tests-installed programs lint  ## install what the tests need, and pass them
	$(BIN)/python -m pytest

lint: .venv/.tests-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

PROGRAMS := chromium fonts-noto-core tesseract-ocr tesseract-ocr-vie nginx-light

programs:  ## the tests drive a real Chromium, a real Tesseract, a real nginx
	@{ command -v chromium || command -v chromium-browser; } >/dev/null && tesseract --list-langs 2>/dev/null | grep -qx vie && \
	PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -q && apt-get install -y -q $(PROGRAMS); \
	else \
		echo "Some tests will be skipped: they need $(PROGRAMS) (Debian: apt-get install)"; \
	fi

install: .venv/.installed

bench: .venv/.tests-installed  ## make bench NEWS=file.jsonl: minutes, memory, milliseconds
	$(BIN)/python -m tests.benchmarks.load $(NEWS)

lock:  ## write the lock files anew from pyproject.toml; what still fits stays, or with UPGRADE=--upgrade goes to the newest
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install -q pip==$(LOCK_PIP) uv==$(LOCK_UV)
	$(COMPILE) --group build -o requirements.lock
	$(COMPILE) --extra test -c requirements.lock $$(sed -n 's/^\([a-z0-9._-]*\)==.*/--no-emit-package \1/p' requirements.lock) \
		-o requirements-test.lock
	.venv-lock/bin/python tools/lock_torch.py $(TORCH)+cpu $(TORCH_INDEX)
	rm -rf .venv-lock

clean:
	rm -rf .venv demo-data

.venv/.installed: requirements.lock requirements-torch.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "hoitin needs Python 3.11, 3.12 or 3.13; none was found (PYTHON=/path/to/python3 make …)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(LOCKED) -r requirements.lock
	@$(LOCKED) -r requirements-torch.lock 2>/dev/null || $(LOCKED) -r requirements-torch.lock --index-url $(TORCH_INDEX)
	$(PIP) install -q --no-deps --no-build-isolation -e .
	touch $@

.venv/.tests-installed: .venv/.installed requirements-test.lock
	$(LOCKED) -r requirements-test.lock
	touch $@
