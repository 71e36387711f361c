"""Checks ``SHA256SUMS`` where no ``sha256sum`` is to be had (Windows); exit status 2 when a file is missing or changed."""

import hashlib
import sys
from pathlib import Path

root = Path(sys.argv[1])
bad = 0
for line in (root / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
    digest, _, name = line.partition("  ")
    file = root / name
    if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
        sys.stdout.write(f"{name}\n")
        bad = 2
sys.exit(bad)
