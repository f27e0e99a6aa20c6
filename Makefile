# The two commands of the README: `make demo` and `make test`. Each does its own installing.

PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PORT ?= 7860
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
QUESTION := Ai là Tổng Thư ký IEC được Thứ trưởng Lê Xuân Định tiếp tại Hà Nội?

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

PROGRAMS := chromium fonts-noto-core tesseract-ocr tesseract-ocr-vie

programs:  ## the browser tests drive a real Chromium, the OCR tests a real Tesseract
	@{ command -v chromium || command -v chromium-browser; } >/dev/null && tesseract --list-langs 2>/dev/null | grep -qx vie || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -q && apt-get install -y -q $(PROGRAMS); \
	else \
		echo "Some tests will be skipped: they need $(PROGRAMS) (Debian: apt-get install)"; \
	fi

install: .venv/.installed

bench: .venv/.tests-installed  ## make bench NEWS=file.jsonl: minutes, memory, milliseconds
	$(BIN)/python -m tests.benchmarks.load $(NEWS)

lock:  ## write both lock files anew from pyproject.toml
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install hatchling editables && .venv-lock/bin/pip install --no-build-isolation .
	.venv-lock/bin/pip freeze --exclude hoitin | sed 's/+cpu$$//' > requirements.lock
	.venv-lock/bin/pip install --no-build-isolation '.[test]'
	(echo "-r requirements.lock"; .venv-lock/bin/pip freeze --exclude hoitin | sed 's/+cpu$$//' | grep -vxFf requirements.lock) > requirements-test.lock
	rm -rf .venv-lock

clean:
	rm -rf .venv demo-data

.venv/.installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "hoitin needs Python 3.11 or newer; none was found (PYTHON=/path/to/python3 make …)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install -q -r requirements.lock
	$(PIP) install -q --no-deps --no-build-isolation -e .
	touch $@

.venv/.tests-installed: .venv/.installed requirements-test.lock
	$(PIP) install -q -r requirements-test.lock
	touch $@
