"""Ways in which a file is spoilt: one bit, or what disks, copies and hands do to it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any, Final

SMALL: Final = 4096
"""Of files up to this many bytes every bit is turned over."""
PLACES: Final = 2_000
"""Of larger ones so many bits."""
MUTATIONS: Final = 20_000
"""Of files of every kind together."""


def flips(path: str, data: bytes) -> list[tuple[str, int]]:
    """Return the bits of a file that are turned over, one at a time: all, or those a fixed seed draws."""
    bits = len(data) * 8
    if len(data) <= SMALL:
        return [(path, bit) for bit in range(bits)]
    return [(path, bit) for bit in sorted(random.Random(path).sample(range(bits), PLACES))]


def flipped(data: bytes, bit: int) -> bytes:
    """Return the bytes with one bit turned over."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def mutated(data: bytes, draw: random.Random) -> tuple[str, bytes]:
    """Return what was done to a file, and what it is now; never what it was."""
    while True:
        how = draw.choice(_WAYS)
        changed = _WAY[how](data, draw)
        if changed != data:
            return how, changed


def _cut(data: bytes, draw: random.Random) -> bytes:
    return data[: draw.randrange(len(data) + 1)]


def _extend(data: bytes, draw: random.Random) -> bytes:
    return data + draw.choice((b"\0", b"\n", b"}", b"\xff", draw.randbytes(draw.randrange(1, 64))))


def _double(data: bytes, draw: random.Random) -> bytes:
    a, b = sorted(draw.randrange(len(data) + 1) for _ in range(2))
    return data[:b] + data[a:b] + data[b:]


def _zero(data: bytes, draw: random.Random) -> bytes:
    a, b = sorted(draw.randrange(len(data) + 1) for _ in range(2))
    return data[:a] + bytes(b - a) + data[b:]


def _swap(data: bytes, draw: random.Random) -> bytes:
    a, b, c = sorted(draw.randrange(len(data) + 1) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def _strange(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data) + 1)
    what = (
        b"\xff\xfe",
        "\u202e".encode(),
        b"\\ud800",
        b"NaN",
        b"1e999",
        b"9" * 5000,
        b"[" * 5000,
        b'{"a":' * 500,
        b"\xed\xa0\x80",
    )
    return data[:at] + draw.choice(what) + data[at:]


def _other_value(data: bytes, draw: random.Random) -> bytes:
    try:
        tree = json.loads(data)
    except ValueError:
        return _strange(data, draw)
    return encoded(with_other_value(tree, draw))


def encoded(tree: object) -> bytes:
    """Return JSON as the program writes it."""
    return (json.dumps(tree, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode(
        "utf-8", "surrogatepass"
    )


def with_other_value(tree: Any, draw: random.Random) -> Any:
    """Return a tree of JSON in which one value is of another type, missing, doubled, or strange."""
    places = list(_places(tree, ()))
    if not places:
        return draw.choice(_STRANGERS)
    place = draw.choice(places)
    tree = json.loads(json.dumps(tree))
    holder = tree
    for key in place[:-1]:
        holder = holder[key]
    if draw.random() < 0.15:
        del holder[place[-1]]
    else:
        holder[place[-1]] = draw.choice(_STRANGERS)
    return tree


def _places(tree: Any, at: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield (*at, key)
        if isinstance(value, dict | list):
            yield from _places(value, (*at, key))


_STRANGERS: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 3.5, 10**40, "", "x", "\ud800", "2024-13-45", "../../x", "\x1b[2J", [], [[]], [None], {}, {"a": 1}, ["x"] * 3,
)  # fmt: skip
_WAY: Final = {
    "cut short": _cut, "extended": _extend, "a piece doubled": _double, "a piece zeroed": _zero,
    "two pieces swapped": _swap, "something strange put in": _strange, "a value of another type": _other_value,
}  # fmt: skip
_WAYS: Final = (*_WAY, "a value of another type", "a value of another type")
