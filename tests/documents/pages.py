"""The text of a finished document, its 续页 put back where the text was cut off."""

from __future__ import annotations

import re

from archivist.documents.render.render import document_text


def whole(data: bytes) -> str:
    """Return the text of a document with what stands on its 续页 put back where it was cut off."""
    lines = [line.rstrip("\n") for line in document_text(data)]
    start = next((n for n, line in enumerate(lines) if re.fullmatch("《.*》续页", line)), None)
    if start is None:
        return "\n".join(lines)
    end = next(n for n, line in enumerate(lines) if line.startswith("续页签章："))
    items: list[list[str]] = []
    for line in lines[start + 2 : end]:
        if line.startswith(f"第{len(items) + 1}项　") and line.endswith("（上接正文）"):
            items.append([])
        else:
            items[-1].append(line)
    text = "\n".join((*lines[:start], *lines[end + 1 :]))
    for n, item in enumerate(items, 1):
        assert text.count(f"（下接续页第{n}项）") == 1
        text = text.replace(f"（下接续页第{n}项）", "\n".join(item))
    return text


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
