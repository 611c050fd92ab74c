#!/usr/bin/env bash
# What the tests of report pages need besides Python: Chromium from the system's packages, axe-core from npm.
# Installs what is missing where it may; the tests say what they lack otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."
AXE=4.14.1
SHA256=29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
if ! command -v chromium >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null
fi
axe=.axe/node_modules/axe-core/axe.min.js
if [ ! -f "$axe" ] && command -v npm >/dev/null; then
  npm install --silent --no-save --no-package-lock --ignore-scripts --prefix .axe "axe-core@$AXE"
fi
[ ! -f "$axe" ] || echo "$SHA256  $axe" | sha256sum --check --quiet
