#!/bin/sh
# Everything a fresh machine needs: a virtual environment of its own in .venv, and Debian's packages where we may
# install them. Says plainly what stays off otherwise. Run again at will.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }

# Debian packages: LibreOffice turns documents into PDF, libarchive-tools opens RAR archives, the fonts are for its pages and for the tests' pictures.
packages="libreoffice-writer-nogui libarchive-tools fonts-noto-cjk poppler-utils strace"
if ! command -v soffice >/dev/null 2>&1 || ! command -v strace >/dev/null 2>&1 || ! command -v pdftoppm >/dev/null 2>&1 || ! command -v bsdtar >/dev/null 2>&1 \
   || [ ! -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ]; then
  if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    say "Installing with apt: $packages"
    log=$(mktemp)
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $packages; } >"$log" 2>&1; then
      tail -n 5 "$log"
      say "apt could not install them: conversion to PDF stays off, tests that need it are skipped."
    fi
    rm -f "$log"
  else
    say "Not installed (no apt, or not root): LibreOffice or Noto CJK fonts. Conversion to PDF stays off; the rest works."
  fi
fi

# Python 3.11 or later.
python=""
for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
  [ -n "$candidate" ] || continue
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$candidate; break; fi
done
[ -n "$python" ] || { say "Python 3.11 or later is needed; set PYTHON=/path/to/python."; exit 1; }

if [ ! -x .venv/bin/python ]; then
  if ! "$python" -m venv .venv 2>/dev/null; then
    rm -rf .venv
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
      { apt-get update && apt-get install -y --no-install-recommends python3-venv; } >/dev/null 2>&1
    fi
    "$python" -m venv .venv
  fi
fi

wanted=$("$python" -c 'import hashlib, sys; print(hashlib.sha256(open("pyproject.toml", "rb").read()).hexdigest() + sys.argv[1])' "${1:-[web]}")
if [ "$(cat .venv/installed 2>/dev/null || true)" != "$wanted" ]; then
  say "Installing Python packages into .venv (about 500 MB the first time) ..."
  .venv/bin/python -m pip install -q --disable-pip-version-check -e ".${1:-[web]}"
  printf '%s' "$wanted" >.venv/installed
fi
