#!/usr/bin/env bash
# Usage: tests/installed.sh PYTHON BUILDER
# Builds wheel and sdist with BUILDER (a Python with the locked tools) and installs each, by PYTHON, into a
# clean environment; the golden, layout and example tests of this checkout must pass on what is installed there.
set -euo pipefail
python=$1 builder=$2
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$root"
"$builder" -m build --no-isolation --outdir "$work/dist" . >"$work/build.log" 2>&1 || { cat "$work/build.log"; exit 1; }
ls "$work/dist"
"$builder" - "$work"/dist/*.whl <<'PY'
import sys, zipfile
names = zipfile.ZipFile(sys.argv[1]).namelist()
tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
assert tops == {"extractor"}, f"the wheel holds more than the package: {tops}"
for wanted in ("extractor/prompts/claims/v1.md", "extractor/schemas/claims/v1.py", "extractor/py.typed",
               "extractor/report/assets/report.css"):
    assert wanted in names, f"the wheel lacks {wanted}"
PY

# The tests stand alone, without the checkout's package beside them.
mkdir "$work/alone"
cp -rL tests golden examples prompts schemas "$work/alone"
sed -n '/^\[tool.pytest/,/^$/p' pyproject.toml >"$work/alone/pyproject.toml"

for package in "$work"/dist/*.whl "$work"/dist/*.tar.gz; do
  echo "== $(basename "$package")"
  "$python" -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation "$package"
  (cd "$work/alone" && "$work/venv/bin/pytest" -q tests/golden tests/test_layout.py tests/test_examples.py tests/test_library.py tests/test_pytest_plugin.py)
  rm -rf "$work/venv"
done
