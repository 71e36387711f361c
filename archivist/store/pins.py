"""The PINs of the office's people: ``keys/pins.json``, beside the archive, mode 0600, saved with the office's keys.

No PIN is stored, only what scrypt makes of it, with a salt and the parameters it was made with. Wrong ones are counted; after
five in a row each next one has to wait longer, a second at first and never more than a minute. Whoever may write to the file may take a PIN away: an offline program cannot
prevent that. Names stand in the file, never in its path.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import math
import secrets
import unicodedata
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from archivist.errors import DamagedFile, InvalidValue, NotIdentified
from archivist.model.plain_json import JsonMap, JsonTable
from archivist.store import durable_files, notes
from archivist.store.office_keys import FOLDER

FILE: Final = "pins.json"
SHORTEST: Final = 6
LONGEST: Final = 64
FREE: Final = 5
"""So many wrong ones in a row cost no waiting."""
_FIRST_WAIT: Final = dt.timedelta(seconds=1)
_LONGEST_WAIT: Final = dt.timedelta(minutes=1)
"""At most so long, however many: nobody locks a colleague out by typing wrong PINs in that name."""
_COST: Final = 15
"""Power of two of scrypt's cost: 32 MB and some 100 ms for each try."""
_MOST_COST: Final = 20
_SHAPE: Final = JsonTable(
    {
        "people": JsonMap(
            JsonTable({"salt": str, "hash": str, "cost": int, "r": int, "p": int, "wrong": int, "until": str})
        )
    }
)
_REMEDY: Final = f"从备份中取回 {FOLDER}/{FILE}（archivist restore 口令 --from 备份）；确实没有的，移走它，各人重新设口令。在此之前不能写入，查看不受影响。"


@dataclass(frozen=True, slots=True)
class Pin:
    """What is kept of a PIN.

    Attributes:
        salt: hexadecimal, like ``hash``.
        cost: power of two; ``r`` and ``p`` as scrypt calls them.
        wrong: how many wrong ones were given in a row.
        until: before this moment (ISO 8601) none is looked at; empty where there is no waiting.
    """

    salt: str
    hash: str
    cost: int = _COST
    r: int = 8
    p: int = 1
    wrong: int = 0
    until: str = ""

    @classmethod
    def of(cls, pin: str) -> Pin:
        """Return what is kept of a new PIN."""
        salt = secrets.token_bytes(16)
        return cls(salt.hex(), _scrypt(pin, salt, _COST, 8, 1).hex())

    def fits(self, pin: str) -> bool:
        """Tell whether it is this one."""
        made = _scrypt(pin, bytes.fromhex(self.salt), self.cost, self.r, self.p)
        return hmac.compare_digest(made, bytes.fromhex(self.hash))


def _scrypt(pin: str, salt: bytes, cost: int, r: int, p: int) -> bytes:
    text = unicodedata.normalize("NFKC", pin).encode()  # an input method may give digits of full width
    return hashlib.scrypt(
        text, salt=salt, n=1 << cost, r=r, p=p, maxmem=(128 * r << cost) + (1 << 20), dklen=32
    )


def read(root: Path) -> dict[str, Pin]:
    """Return what is kept, by name; empty where nobody has one.

    Raises:
        DamagedFile: E212; then nobody knows who has one.
    """
    path = root / FOLDER / FILE
    if not path.exists():
        return {}
    name = f"{FOLDER}/{FILE}"
    found = {who: Pin(**kept) for who, kept in notes.read(path, name, _SHAPE, _REMEDY)["people"].items()}
    if not all(map(_is_sound, found.values())):
        raise DamagedFile("有一项不是口令", file=name, remedy=_REMEDY)
    return found


def _is_sound(pin: Pin) -> bool:
    try:
        if pin.until:
            dt.datetime.fromisoformat(pin.until)
        return (
            len(bytes.fromhex(pin.salt)) >= 8 and len(bytes.fromhex(pin.hash)) == 32
            and 1 <= pin.cost <= _MOST_COST and 1 <= pin.r <= 8 and 1 <= pin.p <= 4 and pin.wrong >= 0
        )  # fmt: skip
    except ValueError:
        return False


def put(root: Path, name: str, pin: str) -> None:
    """Keep a new PIN of somebody. The caller holds the archive's lock.

    Raises:
        InvalidValue: E002, it is too short, too long or too easy. WriteFailed: E204.

    Survives: a kill leaves the file as it was, or as it is to be.
    """
    plain = unicodedata.normalize("NFKC", pin)
    steps = {ord(b) - ord(a) for a, b in pairwise(plain)}
    if not SHORTEST <= len(plain) <= LONGEST or not plain.isprintable() or plain != plain.strip():
        raise InvalidValue(f"口令须为 {SHORTEST} 至 {LONGEST} 个字符，首尾没有空格")
    if steps in ({0}, {1}, {-1}):
        raise InvalidValue("口令太容易猜（同一个字符，或接连的数字）")
    _write(root, read(root) | {name: Pin.of(plain)})


def remove(root: Path, name: str) -> bool:
    """Take somebody's PIN away; tell whether there was one. The caller holds the archive's lock."""
    kept = read(root)
    had = kept.pop(name, None) is not None
    if had:
        _write(root, kept)
    return had


def check(root: Path, name: str, pin: str, now: dt.datetime, *, counted: bool = True) -> None:
    """Refuse a PIN that is not somebody's, and count it, for which the caller holds the archive's lock.

    Raises:
        NotIdentified: E506, it is wrong, there is none, or it has to wait.
    """
    kept = read(root)
    if name not in kept:
        raise NotIdentified(f"{name}没有设口令", remedy=f"先设口令：archivist people pin {name}。")
    own = kept[name]
    wait = _wait(own.wrong)
    # A clock set back must not make the waiting longer than it was meant to be.
    if own.until and (left := min(dt.datetime.fromisoformat(own.until) - now, wait)) > dt.timedelta():
        raise NotIdentified(
            f"{name}的口令连续输错 {own.wrong} 次，还要等 {math.ceil(left.total_seconds())} 秒才能再试",
            remedy="等到时间再试；忘了的，由档案管理或分管领导清除：archivist people pin 姓名 --clear。",
        )
    if own.fits(pin):
        if own.wrong and counted:
            _write(root, kept | {name: replace(own, wrong=0, until="")})
        return
    wrong = own.wrong + 1
    until = (now + _wait(wrong)).isoformat(timespec="milliseconds") if wrong >= FREE else ""
    if counted:
        _write(root, kept | {name: replace(own, wrong=wrong, until=until)})
    raise NotIdentified(
        f"{name}的口令不对（连续第 {wrong} 次）",
        remedy="请本人再输入一次；忘了的，由档案管理或分管领导清除：archivist people pin 姓名 --clear。没有写入任何内容。",
    )


def _wait(wrong: int) -> dt.timedelta:
    if wrong < FREE:
        return dt.timedelta()
    return min(_FIRST_WAIT * (1 << min(wrong - FREE, 10)), _LONGEST_WAIT)


def _write(root: Path, kept: dict[str, Pin]) -> None:
    folder = root / FOLDER
    part = folder / f".{FILE}.part"
    with durable_files.writing("口令没有改动", part):
        durable_files.make_folders(folder, below=root)
        durable_files.unlink(part)
        durable_files.write_new(
            part, notes.seal({"people": {n: asdict(p) for n, p in kept.items()}}), mode=0o600
        )
        durable_files.replace(part, folder / FILE)
        durable_files.sync_folder(folder)
