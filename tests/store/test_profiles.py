"""New bags keep to the BagIt profile they name; any BagIt tool takes them."""

from __future__ import annotations

import fnmatch
import json
from pathlib import Path
from typing import Any, Final

import bagit
import pytest

from archivist.store import bag
from tests.tamper.scene import Scene, make_scene

PROFILES: Final = Path(__file__).parent.parent.parent / "docs/profiles"
PLACES: Final = {
    "shehui-jiuzhu-huodang": "cases",
    "zongzhang": "ledger",
    "piliang-saomiao": "batches",
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Households, a year of the ledger, a batch."""
    return make_scene(tmp_path_factory.mktemp("profiles"))


def contradictions(profile: dict[str, Any], folder: Path) -> list[str]:
    """Return what in a bag is not as its profile says."""
    opened = bagit.Bag(str(folder))
    assert opened.is_valid()
    found = []
    for key, rule in profile["Bag-Info"].items():
        value = opened.info.get(key)
        if rule["required"] and not value:
            found.append(f"{key} is missing")
        elif isinstance(value, list) or (value and value not in rule.get("values", [value])):
            found.append(f"{key}: {value}")
    found += [f"{key} is not in the profile" for key in opened.info if key not in profile["Bag-Info"]]
    own = {"bagit.txt", bag.INFO, bag.MANIFEST, bag.TAG_MANIFEST}
    tags = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - own
    allowed, required = profile["Tag-Files-Allowed"], set(profile["Tag-Files-Required"])
    found += [
        p for p in tags if not p.startswith("data/") and not any(fnmatch.fnmatch(p, a) for a in allowed)
    ]
    return found + sorted(required - tags)


@pytest.mark.parametrize("name", PLACES)
def test_a_new_bag_keeps_to_the_profile_it_names(scene: Scene, name: str) -> None:
    """A new ``bag-info.txt`` adds ``BagIt-Profile-Identifier``, ``Archivist-Format: 2`` and passes."""
    profile = json.loads((PROFILES / f"{name}-1.0.json").read_text(encoding="utf-8"))
    folders = sorted((scene.archive / PLACES[name]).iterdir())
    for folder in folders:
        assert contradictions(profile, folder) == []
        told = bagit.Bag(str(folder)).info["BagIt-Profile-Identifier"]
        assert told == profile["BagIt-Profile-Info"]["BagIt-Profile-Identifier"]
    info = folders[0] / bag.INFO
    info.write_text(info.read_text(encoding="utf-8").replace("Archivist-Format: 2", "X: 1"), encoding="utf-8")
    with pytest.raises(AssertionError):
        contradictions(profile, folders[0])
