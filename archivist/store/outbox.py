"""Documents that are handed out: files in the outbox, beside what was written before, and the ledger knows of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from archivist.printable import portable_name
from archivist.store import durable_files
from archivist.store.streamed_files import write_streamed

Content = bytes | Callable[[], Iterable[bytes]]
"""What a file holds, or for a long one what yields it piece by piece."""


def hand_out(
    folder: Path,
    root: Path,
    stem: str,
    contents: Mapping[str, Content],
    enter: Callable[[list[dict[str, Any]]], object],
    entered: Callable[[], bool],
) -> tuple[Path, ...]:
    """Write the files of one document; take them away again when it cannot be entered.

    Args:
        folder: of the outbox, below ``root``; made when it is not there.
        root: the archive.
        stem: the name of the files without what follows the dot; counted up where it is taken.
        contents: ``.docx`` → bytes, or what yields them; all under one name.
        enter: enters it in the ledger, given ``path``, ``sha256`` and ``size`` of each file.
        entered: whether the entry stands, asked when ``enter`` failed.
    """
    durable_files.make_folders(folder, below=root)
    names = itertools.chain((stem,), (f"{stem}（{i}）" for i in itertools.count(2)))
    named = (tuple(folder / portable_name(f"{name}{suffix}") for suffix in contents) for name in names)
    paths = next(free for free in named if not any(path.exists() for path in free))
    try:
        entries = []
        for path, content in zip(paths, contents.values(), strict=True):
            digest, size = (
                durable_files.write_new(path, content)
                if isinstance(content, bytes)
                else write_streamed(path, content())
            )
            entries.append(
                {"path": "/".join(path.relative_to(root).parts[1:]), "sha256": digest, "size": size}
            )
        if any(
            isinstance(content, bytes) for content in contents.values()
        ):  # the others see to it themselves
            durable_files.sync_folder(folder)
        enter(entries)
    except BaseException:
        if not entered():  # else the entry stands, and so does what it tells of
            for path in paths:
                with suppress(OSError):
                    durable_files.unlink(path)
        raise
    return paths
