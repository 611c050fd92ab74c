#!/usr/bin/env bash
# What the tests of the shared reply cache need besides Python: redis-server from the system's packages.
# Installs it where it may; the tests say that they lack it otherwise.
set -euo pipefail
if ! command -v redis-server >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server >/dev/null
fi
