"""Notes: the small JSON files of the archive that stand in no bag (tray, alarms, moves, runs), each with a digest of itself.

A note is one table; its key ``digest`` is the SHA-256 of the very same file without that key. A bit that turned over, or
a hand, shows: what a damaged note says is not used. Notes of earlier programs have no digest and are read by their
shape alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from archivist.errors import DamagedFile, InvalidValue
from archivist.model.ids import CaseNo
from archivist.model.plain_json import SMALL, JsonTable, MalformedData, parse_json, require_shape
from archivist.os_reasons import reason_of
from archivist.store import bag

T = TypeVar("T")
DIGEST: Final = "digest"


def seal(note: Mapping[str, Any]) -> bytes:
    """Return the file of a note."""
    body = {key: value for key, value in note.items() if key != DIGEST}
    return _encoded(body | {DIGEST: bag.sha256(_encoded(body))})


def _encoded(note: Mapping[str, Any]) -> bytes:
    return (json.dumps(note, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def unseal(data: bytes, shape: JsonTable, limit: int = SMALL) -> dict[str, Any]:
    """Return what a note says.

    Raises:
        MalformedData: it is none of this shape, or its digest is another.
    """
    note = parse_json(data, most=limit)
    if isinstance(note, dict) and DIGEST in note:
        if seal(note) != data:
            raise MalformedData("与其中写明的校验码不符")
        del note[DIGEST]
    elif any(DIGEST in key for key in _keys(note)):
        raise MalformedData("校验码不在它的位置上")
    require_shape(note, shape)
    told: dict[str, Any] = note
    return told


def _keys(tree: object) -> Iterator[str]:
    """Yield the keys of a tree of JSON: notes of earlier programs have none that is called so."""
    if isinstance(tree, dict):
        yield from tree
    for value in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _keys(value)


def read(path: Path, name: str, shape: JsonTable, advice: str, limit: int = SMALL) -> dict[str, Any]:
    """Read a note.

    Args:
        path: of the file; ``name`` what messages call it, from the archive on.
        name: see above.
        shape: what it must hold.
        advice: what to do when it is damaged.
        limit: bytes it has at most.

    Raises:
        DamagedFile: E212.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
        return unseal(data, shape, limit)
    except MalformedData as wrong:
        why = str(wrong)
    except OSError as error:
        why = reason_of(error)
    raise DamagedFile(why, file=name, remedy=advice)


@dataclass(frozen=True, slots=True)
class DamagedNote:
    """A note of which nothing is used.

    Attributes:
        folder: of the archive; ``file`` the note's name in it.
        stops: the cases its name names: until somebody has looked, nothing is written to them.
    """

    folder: str
    file: str
    stops: tuple[CaseNo, ...]
    why: DamagedFile


def read_all(
    paths: Iterable[Path], shape: JsonTable, make: Callable[[dict[str, Any]], T], *, limit: int = SMALL
) -> tuple[list[T], list[DamagedNote]]:
    """Read the notes of a folder.

    Args:
        paths: of the files.
        shape: what each must hold.
        make: returns what a note says; may raise what comes of values that do not fit.
        limit: bytes each has at most.

    Returns:
        What they say, and those that are damaged, in the order of their names.
    """
    told: list[T] = []
    damaged: list[DamagedNote] = []
    for path in sorted(paths):
        place, name = path.parent.name, path.name
        try:
            try:
                told.append(make(read(path, f"{place}/{name}", shape, remedy(place, name), limit)))
            except (ValueError, KeyError, TypeError, InvalidValue) as error:
                wrong = f"{place}/{name}"
                raise DamagedFile(f"内容读不懂（{error}）", file=wrong, remedy=remedy(place, name)) from error
        except DamagedFile as why:
            damaged.append(DamagedNote(place, name, _cases_named(path), why))
    return told, damaged


def _cases_named(path: Path) -> tuple[CaseNo, ...]:
    """Return the case that a note's name begins with."""
    for text in (path.stem, path.stem.rpartition("-")[0]):
        try:
            return (CaseNo.parse(text),)
        except InvalidValue:
            continue
    return ()


_REMEDIES: Final[Mapping[str, str]] = {
    "alarms": "这一户保持只读；用 archivist verify 户号 重新核对，没有问题的自动解除，有问题的重新写明",
    "moves": "从备份取回这个文件；没有备份的，用 archivist case show 看这件材料（成员）现在在哪一户，理清后删去这个文件；"
    "名字以 .ledger 结尾的，重新恢复那一年的总账",
    "runs": "不用处理：下一次取号时记清它用过的号，然后删去",
}
_DERIVED: Final = "不用处理：只是识读结果，归档时重新识读；原件没有变"
_ITEM: Final = (
    "原件还在这个文件夹里：从备份取回 why.json；没有备份的，"
    "用 archivist review return 编号 取出原件，重新投入收件箱"
)


def remedy(folder: str, file: str) -> str:
    """Return what to do about a damaged file outside the bags; empty for what is no note.

    Args:
        folder: within the archive, as ``alarms`` or ``review/20240308-1a2b3c4d``.
        file: its name.
    """
    if folder.startswith("review/"):
        return {"why.json": _ITEM, "text.txt": _DERIVED, "pages.json": _DERIVED}.get(file, "")
    return _REMEDIES.get(folder, "")
