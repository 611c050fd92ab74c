#!/usr/bin/env bash
# All tests but those of the command line, on every supported Python that this machine has, and on openai 2.
# Byte-identical results are what the golden tests assert, so passing on each version means the same bytes.
# With --but 3.11 that version is left out: for a caller that runs all tests on it anyway.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"
but=""
if [ "${1:-}" = --but ]; then but=$2; fi

find_python() {
  local candidate
  for candidate in "$(command -v "python$1" || true)" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python; do
    if [ -x "$candidate" ] && "$candidate" -c 'import ssl' 2>/dev/null; then echo "$candidate"; return; fi
  done
}

install() {
  "$1" -m venv "$2"
  "$2/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
  "$2/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
}

ran=0
for version in 3.11 3.12 3.13; do
  python=$(find_python "$version")
  if [ "$version" = "$but" ]; then continue; fi
  if [ -z "$python" ]; then echo "== Python $version is not on this machine"; continue; fi
  echo "== $("$python" --version)"
  install "$python" "$work/$version"
  "$work/$version/bin/pytest" -q -n auto tests --ignore=tests/cli
  ran=$((ran + 1))
done
[ "$ran" -gt 0 ] || [ -n "$but" ]

echo "== openai 2"
if [ "$ran" -eq 0 ]; then install "$(find_python "$but")" "$work/$but"; fi
environment=$(ls -d "$work"/3.* | head -n 1)
"$environment/bin/pip" install --quiet --disable-pip-version-check 'openai[aiohttp]>=2.8,<3' 'jiter<0.15'
"$environment/bin/python" -c 'import openai; print("openai", openai.__version__); assert openai.__version__.startswith("2.")'
"$environment/bin/pytest" -q tests/models tests/golden
