"""What a hand can do to an archive: with a text editor, with ``sha256sum``, or with this program's own source."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from archivist.model.event import BOUND_FROM, Event
from archivist.store import bag, chain

Plain = dict[str, Any]


def write(path: Path, data: bytes) -> None:
    """Write over a file, whatever its mode."""
    if path.exists():
        path.chmod(0o600)
    path.write_bytes(data)


def flip(path: Path, at: int = -1) -> None:
    """Turn one bit over, as a dying disk would; by default in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2 if at < 0 else at] ^= 1
    write(path, bytes(data))


def swap(one: Path, other: Path) -> None:
    """Let two files or folders take each other's place."""
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)


def turn_into_link(path: Path) -> None:
    """Move a file or folder away and put a link to it in its place."""
    elsewhere = next(p for p in path.parents if p.name == "ws").parent / f"elsewhere-{path.name}"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def event(folder: Path, seq: int) -> Path:
    """Return an event's file."""
    return folder / chain.EVENTS / chain.event_name(seq)


def edit_event(folder: Path, seq: int, /, **more: Any) -> None:
    """Change an event as with a text editor: nothing else fits it any more."""
    path = event(folder, seq)
    write(path, encode(json.loads(path.read_bytes()) | (more or {"actor": "别人"})))


def encode(plain: Plain) -> bytes:
    """Return an event's file; keys that are ``None`` are left out."""
    said = {key: value for key, value in plain.items() if value is not None}
    return (json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def list_anew(folder: Path, name: str) -> None:
    """Give a manifest the digests its files have now, as ``sha256sum`` would."""
    listed = bag.parse_manifest((folder / name).read_bytes())
    found = {p: bag.sha256((folder / p).read_bytes()) for p in listed if (folder / p).exists()}
    write(folder / name, bag.manifest(found))


def list_all_anew(folder: Path) -> None:
    """Give both manifests the digests the files have now."""
    list_anew(folder, bag.MANIFEST)
    list_anew(folder, bag.TAG_MANIFEST)


def rewrite(
    folder: Path, change: Callable[[Plain], Plain | None], *, name: str = "", manifests: bool = True
) -> None:
    """Write a history anew, as this program's own source would; each event is given to ``change``.

    Args:
        folder: the bag.
        change: returns the event as it shall be; ``None`` leaves it out.
        name: External-Identifier of the bag; by default what its folder is named after.
        manifests: whether both manifests are made to fit.
    """
    paths = [folder / chain.EVENTS / n for n in chain.event_names(folder)]
    current = chain.Chain(name or bag.identifier(folder.name))
    for path in paths:
        plain = change(json.loads(path.read_bytes()))
        path.unlink()
        if plain is not None:
            data = encode(plain | {"seq": current.seq + 1, "prev": current.head})
            event(folder, current.seq + 1).write_bytes(data)
            current.append(Event.from_plain(json.loads(data)), bag.sha256(data))
    if manifests:
        made = current.manifests(bag.sha256((folder / bag.INFO).read_bytes()))
        for manifest, content in zip((bag.MANIFEST, bag.TAG_MANIFEST), made, strict=True):
            write(folder / manifest, content)


def forge(folder: Path, start: int) -> None:
    """Say from an event on that somebody else did it, and chain and list everything after it anew."""
    rewrite(folder, lambda plain: plain | {"actor": "伪造"} if plain["seq"] >= start else plain)


def cut(folder: Path, events: int = 1) -> None:
    """Drop the last events of a bag with all they brought, and make the manifests fit what is left."""
    last = len(chain.event_names(folder)) - events
    rewrite(folder, lambda plain: plain if plain["seq"] <= last else None)
    left = chain.read(folder).files
    for path in [*folder.rglob("data/**/*"), *folder.rglob("text/*")]:
        if path.is_file() and path.relative_to(folder).as_posix() not in left:
            path.unlink()


def replay(folder: Path, older: Path) -> None:
    """Put an older copy of a bag in its place."""
    shutil.rmtree(folder)
    shutil.copytree(older, folder)


def unbind(folder: Path) -> None:
    """Write a history as programs wrote it before events named their case."""
    rewrite(folder, lambda plain: plain | {"format": BOUND_FROM - 1, "case": None})


def append(folder: Path, *, manifests: bool, **more: Any) -> None:
    """Add an event that nobody committed, made from the last one."""
    seq = len(chain.event_names(folder))
    last = event(folder, seq).read_bytes()
    plain = json.loads(last) | {"seq": seq + 1, "prev": bag.sha256(last), "files": None, "source": None}
    event(folder, seq + 1).write_bytes(encode(plain | more))
    if manifests:
        rewrite(folder, lambda plain: plain)


def set_time(path: Path, moment: float = 0.0) -> None:
    """Give a file another time of change."""
    os.utime(path, (moment, moment))
