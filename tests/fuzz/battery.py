"""What is asked of the program after each damage, and what must be true of its answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from archivist import config
from archivist.api import (
    access,
    agenda,
    case_file,
    case_list,
    diagnosis,
    history,
    ledger,
    review,
    saved_searches,
    searching,
)
from archivist.api.search_pages import ORDERS, HitsWanted
from archivist.declarations.cache import CheckedTables
from archivist.doctypes.catalogue import Catalogue
from archivist.errors import ArchivistError, IndexFault
from archivist.model.ids import CaseNo
from archivist.preservation import verification
from archivist.procedure.cases import change_facts
from archivist.reading.kept_reading import unpack
from archivist.rules.pack import Pack
from archivist.search.checksum_file import NAME as CHECKSUMS
from archivist.search.current_folder import current
from archivist.store import bag, notes, office_keys
from archivist.store.archive_fixity import check_format
from archivist.store.bag_fixity import check_bag
from archivist.workspace import Workspace
from tests.fuzz import damages
from tests.fuzz.office import LI, WANG, ZHANG, Office
from tests.kit import BY, NOW

Ask = Callable[[Workspace], object]
UNWITNESSED: Final = "archive/access/"
"""Of its lines each confirms the one before; the last is confirmed by none."""
INDEX: Final = "index/0"
_NO_CONTENT: Final = ("-shm", "-wal")
"""Files of SQLite's own beside the catalogue that are made anew; of them nothing is to be named."""
_BAG: Final = re.compile(r"archive/(cases|ledger|batches)/([^/]+)/")
_warm: list[tuple[Pack, Catalogue]] = []


@contextmanager
def opened(root: Path, *, warm: bool = True) -> Iterator[Workspace]:
    """Open a workspace as a fresh process would; warm: rules and document types are not read again."""
    with Workspace.open(root) as workspace:
        if warm:
            if not _warm:
                _warm.append((workspace.pack, workspace.catalogue))
            workspace.__dict__["pack"], workspace.__dict__["catalogue"] = _warm[0]
        workspace.archive.lock.wait_s = 5.0
        yield workspace


# ── questions ────────────────────────────────────────────────────────────────────────────────────────────
def show(number: CaseNo) -> Ask:
    """Show a case and its history."""

    def ask(workspace: Workspace) -> None:
        case_file.show_case(workspace, str(number))
        history.case_log(workspace, str(number))

    return ask


def write(number: CaseNo) -> Ask:
    """Change what is known of a household."""
    return lambda workspace: change_facts(
        workspace, BY, number, [("applicant.phone", "022-00009999")], reason="来电"
    )


def waiting(workspace: Workspace) -> None:
    """List the tray, and show what is in it."""
    for item in review.list_waiting(workspace, per_page=0).items:
        review.show_waiting(workspace, item.item)


def tray(workspace: Workspace) -> None:
    """List the tray, and read what was read of each file in it."""
    review.list_waiting(workspace, per_page=0)
    for item in workspace.archive.tray.items():
        assert item.text is not None
        unpack(item.reading)


def parts(workspace: Workspace) -> None:
    """Look at what became of the batches."""
    for batch in workspace.archive.batches.ids():
        workspace.archive.batches.standing(batch)
        workspace.archive.batches.names(batch)


def seen(workspace: Workspace) -> None:
    """List who saw what."""
    access.entries(workspace, BY)


def search(workspace: Workspace) -> None:
    """Ask the index."""
    for query in ("wangxiulan", "户口簿 OR 张三丰"):
        searching.search(workspace, query)
    case_list.list_cases(workspace, on=NOW.date())


def settings(workspace: Workspace) -> None:
    """Read the settings."""
    config.load(workspace.root)


def keys(workspace: Workspace) -> None:
    """Read the keys."""
    office_keys.read(workspace.root)


def kept_searches(workspace: Workspace) -> None:
    """Ask what was kept by name again."""
    for one in saved_searches.list_saved(workspace).searches:
        kept = saved_searches.recall(workspace, one.name)
        searching.search(
            workspace,
            kept.query,
            filters=kept.filters,
            wanted=HitsWanted(sort=ORDERS[kept.sort], today=BY.today),
        )


def rules(workspace: Workspace) -> None:
    """Read the rules anew."""
    assert workspace.pack.id


def types(workspace: Workspace) -> None:
    """Read the document types anew."""
    assert workspace.catalogue is not None


def caches(workspace: Workspace) -> None:
    """Look into what was remembered of tables."""
    for path in (workspace.root / "index").glob("*.json"):
        CheckedTables(path).get("x", None)


def entries(workspace: Workspace) -> None:
    """Read the ledger."""
    ledger.ledger_entries(workspace)
    ledger.document_numbers(workspace)


FULL: Final[dict[str, Ask]] = {
    "case show": show(WANG),
    "case show, another": show(ZHANG),
    "search": search,
    "due": lambda w: agenda.due(w, on=NOW),
    "review list": waiting,
    "doctor": lambda w: diagnosis.diagnose(lambda: w, BY),
    "write": write(WANG),
    "reindex": lambda w: searching.reindex(w, BY),
}
"""What is asked after some of the damages, once another case was written to, which must succeed, and all was verified."""


# ── what verify names ────────────────────────────────────────────────────────────────────────────────────
def named(workspace: Workspace, path: str) -> set[str]:
    """Return the files that a check names, from the workspace on, where only one place of the archive is looked at."""
    archive = workspace.archive
    if bag := _BAG.match(path):
        found = check_bag(archive.root / bag[1] / bag[2]).findings
        return {f"archive/{bag[1]}/{f.bag}/{f.file}" for f in found}
    if path.startswith("archive/review/"):
        return {f"archive/{f.bag}/{f.file}" for f in verification.check_tray(archive, quick=False)}
    if path == "archive/FORMAT":
        return {f"archive/{f.file}" for f in check_format(archive.root)}
    return {f"archive/{note.folder}/{note.file}" for note in archive.damaged_notes()}


def named_in_index(workspace: Workspace) -> set[str]:
    """Return the files of the index that its checksums name, from the workspace on; that of the checksums where that is refused."""
    folder = f"index/{current(workspace.root / 'index')}"
    try:
        return {f"{folder}/{name}" for name in workspace.index.damaged()}
    except IndexFault as fault:
        return {f"{folder}/{CHECKSUMS}"} if "校验和" in str(fault) else set()


def named_by_verify(workspace: Workspace) -> set[str]:
    """Return the files that the whole check names, from the workspace on."""
    done = verification.verify(workspace, BY, processes=1)
    areas = {str(n): "cases/" for n in workspace.archive.case_numbers()}
    areas |= {p.name: "ledger/" for p in workspace.archive.ledger_folders()}
    areas |= dict.fromkeys(workspace.archive.batches.ids(), "batches/")
    bags = {"archive": "archive/"}
    return {
        f"{bags.get(f.bag, f'archive/{areas.get(f.bag, str())}{f.bag}/')}{f.file}"
        for f in (*done.findings, *done.known)
        if f.file  # what could not be checked for it is no finding of its own
    }


# ── one damage ───────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Tally:
    """How many damages were tried, and what went wrong with them."""

    tried: int = 0
    searched: int = 0
    full: int = 0
    wrong: list[str] = field(default_factory=list)

    def say(self, damage: str, what: str) -> None:
        """Note what went wrong."""
        self.wrong.append(f"{damage}: {what}")


def attempt(tally: Tally, damage: str, name: str, ask: Ask, workspace: Workspace) -> str:
    """Ask one thing; return the code of its refusal, or nothing. Whatever else it raises went wrong."""
    try:
        ask(workspace)
    except ArchivistError as error:
        if error.code == "E700":
            tally.say(damage, f"{name}: E700 {error}")
        str(error).encode()
        return error.code
    except Exception as error:
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        at = (
            f"{place.tb_frame.f_code.co_filename.rpartition('archivist/')[2]}:{place.tb_lineno}"
            if place
            else ""
        )
        tally.say(damage, f"{name}: {type(error).__name__} {str(error)[:100]} ({at})")
        return type(error).__name__
    return ""


def strike(
    office: Office,
    path: str,
    data: bytes,
    damage: str,
    tally: Tally,
    *,
    full: bool,
    search: bool = True,
    names: bool = True,
    beside: Mapping[str, bytes] = MappingProxyType({}),
) -> None:
    """Damage one file, ask, and bring it back.

    Args:
        office: where.
        path: of the file, from the workspace on.
        data: what stands there now.
        damage: says so in messages.
        tally: what goes wrong is noted here.
        full: ask everything, and compare what was filed afterwards.
        search: of a file of the index: search too, not only ask which of its files are damaged.
        names: the damage must be named, and nothing else.
        beside: other files that are rewritten with it.
    """
    names = names and not path.startswith(UNWITNESSED)
    for place, content in {**beside, path: data}.items():
        office.put(place, content, as_now=True)
    tally.tried += 1
    warm = not path.startswith(("archivist.toml", "packs/", "doc_templates/", "index/"))
    of_index = path.startswith(INDEX)
    searched = of_index and (search or path.endswith(_NO_CONTENT))
    try:
        with opened(office.root, warm=warm or (not full and of_index)) as workspace:
            if searched or not of_index:
                tally.searched += searched
                for name, ask in _asks(path).items():
                    attempt(tally, damage, name, ask, workspace)
            if names and path.startswith(("archive/", INDEX)) and not path.endswith(_NO_CONTENT):
                found: set[str] = set()
                ask_names = named_in_index if of_index else partial(named, path=path)
                attempt(tally, damage, "check", lambda w: found.update(ask_names(w)), workspace)
                if found != {path}:
                    tally.say(damage, f"named {sorted(found)}")
    finally:
        if searched and not full:  # an index that was brought back is put right by the first search
            office.mend()
        elif not full:
            for place in {path, *beside}:
                office.restore(place)
    if full:
        tally.full += 1
        try:
            _ask_everything(office, path, damage, tally, names=names)
        finally:
            office.mend()


def _asks(path: str) -> dict[str, Ask]:
    """Return what is asked after each damage of a file."""
    for start, asks in _ASKS.items():
        if path.startswith(start):
            return asks
    return {}


_ASKS: Final[dict[str, dict[str, Ask]]] = {
    f"archive/cases/{WANG}": {"case show": show(WANG)},
    f"archive/cases/{ZHANG}": {"case show": show(ZHANG)},
    f"archive/cases/{LI}": {"case show": show(LI)},
    "archive/ledger": {"ledger": entries},
    "archive/review": {"review list": tray},
    "archive/batches": {"batches": parts},
    "archive/access": {"access list": seen},
    "archivist.toml": {"settings": settings},
    "keys": {"keys": keys},
    "searches": {"search --saved": kept_searches},
    "packs": {"rules": rules},
    "doc_templates": {"types": types},
    INDEX: {"search": search},
    "index/CURRENT": {"search": search},
    "index/": {"caches": caches},
}


def _ask_everything(office: Office, path: str, damage: str, tally: Tally, *, names: bool) -> None:
    inside = path.startswith("archive/")
    other = LI if str(ZHANG) in path else ZHANG
    whole = path not in ("archive/FORMAT", "archivist.toml") and not path.startswith(
        ("packs/", "doc_templates/")
    )
    with opened(office.root, warm=whole) as workspace:
        filed = _filed(office)
        code = attempt(tally, damage, "write to another case", write(other), workspace)
        if code and whole:
            tally.say(damage, f"write to another case: refused, {code}")
        found: set[str] = set()
        code = attempt(tally, damage, "verify", lambda w: found.update(named_by_verify(w)), workspace)
        if names and inside and found != {path}:
            tally.say(damage, f"verify names {sorted(found)} {code}")
        for name, ask in FULL.items():
            attempt(tally, damage, name, ask, workspace)
        if changed := [p for p, data in filed.items() if (office.root / p).read_bytes() != data]:
            tally.say(damage, f"what was filed has changed: {changed}")


def _filed(office: Office) -> dict[str, bytes]:
    kept = re.compile(
        r"archive/(cases|ledger|batches)/[^/]+/(data|events|text)/|archive/review/[^/]+/original"
    )
    return {p: (office.root / p).read_bytes() for p in office.files if kept.match(p)}


# ── digests made to fit ──────────────────────────────────────────────────────────────────────────────────
def resealed(office: Office, path: str, tree: Any) -> dict[str, bytes]:
    """Return a file that says what it should not, and those beside it in which its digest stands, made to fit.

    Of events only the last is rewritten to any use: those after another one would name what it was.
    """
    found = _BAG.match(path)
    if found is None and isinstance(tree, dict):
        with suppress(UnicodeEncodeError):  # half a character
            return {path: notes.seal(tree)}
    data = damages.encoded(tree)
    if found is None:
        return {path: data}
    tags = f"{found[0]}tagmanifest-sha256.txt"
    was, now = (bag.sha256(one).encode() for one in (office.files[path], data))
    return {path: data, tags: office.files[tags].replace(was, now)}
