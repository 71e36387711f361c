"""Drafts (草稿) as files that only their owner may read."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from archivist.api import parcels
from archivist.errors import PdfUnavailable
from archivist.store import durable_files

DRAFTS: Final = "草稿"
"""Where drafts go within the outbox when no folder is named."""


def write_drafts(folder: Path, pages: Mapping[str, bytes], *, pdf: bool) -> tuple[Path, ...]:
    """Write drafts (草稿) that only their owner may read.

    Args:
        folder: where; made when it is not there.
        pages: name without what follows the dot → the ``.docx``.
        pdf: a PDF of each as well.

    Raises:
        PdfUnavailable: E306, before anything is written. WriteFailed: E204.
    """
    files = {f"{stem}（草稿）.docx": page for stem, page in pages.items()}
    if pdf:
        files |= _as_pdf(files)
    paths = []
    with durable_files.writing("草稿没有写成"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in sorted(files):
            path = folder / name
            path.unlink(missing_ok=True)
            with parcels.private(path) as out:
                out.write(files[name])
            paths.append(path)
    return tuple(paths)


def _as_pdf(files: Mapping[str, bytes]) -> dict[str, bytes]:
    from archivist.documents.render import pdf as pdf_maker

    if not pdf_maker.available():
        raise PdfUnavailable("没有找到 LibreOffice")
    with tempfile.TemporaryDirectory(prefix="archivist-drafts-") as work:
        pages = []
        for name, page in files.items():
            pages.append(Path(work, name))
            pages[-1].write_bytes(page)
        made = pdf_maker.to_pdf(pages, Path(work, "pdf"))
        return {path.name: path.read_bytes() for path in made}
