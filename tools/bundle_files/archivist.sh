#!/bin/sh
# Starts archivist with the Python beside it, wherever the folder stands.
here=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
export PYTHONPATH="$here/site-packages" PYTHONNOUSERSITE=1 PYTHONUTF8=1
export LD_LIBRARY_PATH="$here/python/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
unset PYTHONHOME
# A service is told this name, which an upgrade switches.
current=$(dirname "$here")/current/bin/archivist
if [ -e "$current" ]; then export ARCHIVIST_LAUNCHER="$current"; else unset ARCHIVIST_LAUNCHER; fi
[ -z "${ARCHIVIST_PYTHON_ONLY:-}" ] || { unset ARCHIVIST_PYTHON_ONLY; exec "$here/python/bin/python3" -P "$@"; }
exec "$here/python/bin/python3" -P -m archivist "$@"
