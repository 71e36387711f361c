"""What the console's encoding can carry: a Chinese Windows prints GBK, and a person's name may not be in it."""

from __future__ import annotations

import io
import json
import sys


def print_anything() -> None:
    """Let no character stop the program: what the console's encoding has not is printed by its number.

    A Chinese Windows prints GBK when its output goes into a file or a pipe, and a person's name may not be in GBK.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def encodable(document: str) -> str:
    """Return a JSON document as the console's encoding can carry it, the same for whoever parses it."""
    try:
        document.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(json.loads(document), ensure_ascii=True, indent=2)
    return document
