"""Whether a bag keeps to the BagIt profile it names: its ``bag-info.txt``, the names of its files, what it must have.

Digests are not asked for here; ``bag_fixity`` has them from the chain. Source: BagIt Profiles 1.3.0, as far as the
profiles under ``docs/profiles`` use it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from archivist.store import bag

NAMED_BY: Final = "BagIt-Profile-Identifier"
"""The line of ``bag-info.txt`` that names the profile; bags of before have none."""
_OWN: Final = frozenset({"bagit.txt", bag.INFO, bag.MANIFEST, bag.TAG_MANIFEST})


def shipped_profiles() -> Path:
    """Return the folder of the profiles: in the wheel, else in the repository."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_profiles"
    return inside if inside.is_dir() else package.parent / "docs" / "profiles"


@dataclass(frozen=True, slots=True)
class BagProfile:
    """One profile as its JSON says it."""

    identifier: str
    rules: Mapping[str, Any]

    def faults(self, info: bytes, paths: Iterable[str]) -> Iterator[str]:
        """Yield in Chinese what of a bag is not as the profile asks.

        Args:
            info: the bytes of its ``bag-info.txt``.
            paths: of every file in it, relative, with ``/``.
        """
        here = set(paths)
        yield from self._faults_of_info(info)
        if not self.rules.get("Allow-Fetch.txt", True) and "fetch.txt" in here:
            yield "有 fetch.txt，按规范不能有"
        for kind, prefix in (("Manifests-Required", "manifest"), ("Tag-Manifests-Required", "tagmanifest")):
            for algorithm in self.rules.get(kind, ()):
                if f"{prefix}-{algorithm}.txt" not in here:
                    yield f"缺 {prefix}-{algorithm}.txt"
        allowed = self.rules.get("Tag-Files-Allowed", ["*"])
        yield from (f"缺 {path}" for path in self.rules.get("Tag-Files-Required", ()) if path not in here)
        for path in sorted(here - _OWN):
            if not bag.is_payload(path) and not any(fnmatchcase(path, form) for form in allowed):
                yield f"{path} 不是规范允许的标签文件"

    def _faults_of_info(self, info: bytes) -> Iterator[str]:
        said = fields(info)
        for key, rule in self.rules["Bag-Info"].items():
            values = said.get(key, ())
            if rule.get("required") and not any(values):
                yield f"{bag.INFO} 缺 {key}"
            elif len(values) > 1 and not rule.get("repeatable", True):
                yield f"{bag.INFO} 的 {key} 写了 {len(values)} 次"
            elif wrong := [v for v in values if v not in rule.get("values", values)]:
                yield f"{bag.INFO} 的 {key} 是“{wrong[0]}”，不在规定之内"
        yield from (
            f"{bag.INFO} 的 {key} 不是规范的项目" for key in said if key not in self.rules["Bag-Info"]
        )


def fields(info: bytes) -> dict[str, tuple[str, ...]]:
    """Return what a ``bag-info.txt`` says, by label; a line that begins with a blank goes on with the one above."""
    found: dict[str, tuple[str, ...]] = {}
    last = ""
    for line in info.decode("utf-8", "replace").splitlines():
        if line[:1] in (" ", "\t") and last:
            *before, value = found[last]
            found[last] = (*before, f"{value} {line.strip()}")
        elif line.strip():
            last, _, value = line.partition(":")
            found[last] = (*found.get(last, ()), value.strip())
    return found


def profile_of(info: bytes) -> BagProfile | None:
    """Return the profile a bag names, ``None`` when it names none, or one that this program does not know."""
    named = fields(info).get(NAMED_BY, ())
    return _profiles().get(named[0]) if len(named) == 1 else None


@cache
def _profiles() -> Mapping[str, BagProfile]:
    found = [json.loads(path.read_bytes()) for path in sorted(shipped_profiles().glob("*.json"))]
    named = ((str(rules["BagIt-Profile-Info"][NAMED_BY]), rules) for rules in found)
    return MappingProxyType({name: BagProfile(name, rules) for name, rules in named})
