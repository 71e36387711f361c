"""What is due, as a cluster tells it: to an office its own, to the bureau that of every office, as each office's own ``due`` has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from archivist.errors import IndexFault
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo, Category
from archivist.search.cluster_agenda import KeptAgenda, kept_agenda
from archivist.search.cluster_engine import ClusterEngine
from archivist.search.opensearch import ClusterAddress, ClusterRequests
from archivist.store import Draft, Stamp
from archivist.workspace import Workspace
from tests.cluster import Nodes, asked
from tests.cluster.conftest import Nothing, index_of
from tests.cluster.test_commands import FREE, with_cluster
from tests.cluster.test_following import Dying, Killed
from tests.command_line import Office
from tests.filing import ACCEPTED, take
from tests.kit import BY, SETTINGS, open_household
from tests.people import WANG, make_id
from tests.search.household import MemoryArchive, make_number

CODES: Final = ("HQAJ", "HQBJ", "HQCJ")
OWN_RULE: Final = """
[[override.rule]]
id = "survey.start"
patch = true
value = 2
source = { measure = "《样例街道办事规程》", article = "第三条", sentence = "2个工作日内启动调查" }
[calendar]
"2024-03-06" = "休"
"""
"""What one of the offices has of its own: a shorter limit, and a day on which nobody works there."""
ASKED: Final[tuple[tuple[str, ...], ...]] = (
    (), ("--all",), ("--overdue",), ("--overdue", "--on", "2024-04-20"), ("--category", "特困"), ("--days", "0"), ("--on", "2025-03-20", "--all"),
)  # fmt: skip


@dataclass(frozen=True)
class District:
    """Offices and their bureau, whose settings name one cluster."""

    offices: tuple[Office, ...]
    bureau: Office


def fill(office: Workspace, n: int) -> None:
    """Open files that stand everywhere: late, waiting for somebody, in a publicity, by the hour, in benefit, held, returned, closed."""
    trails: tuple[tuple[Category, tuple[str, ...]], ...] = (
        (Category.DB, ("submit submitted 2024-03-04", ACCEPTED)),
        (Category.DB, ("submit submitted 2024-02-26", "accept accepted 2024-02-27", "verify verifying 2024-02-28",
                       "explain explain_pending 2024-03-06")),
        (Category.TK, ("submit submitted 2024-02-05", "accept accepted 2024-02-06", "verify verifying 2024-02-07",
                       "survey surveying 2024-02-20", "prelim prelim_reviewed 2024-03-01", "publicize publicized 2024-03-07")),
        (Category.JN, ("submit submitted 2024-03-08 09:10",)),
        (Category.DB, ("confirm confirmed 2024-01-20", "pay in_benefit 2024-02-05", "visit in_benefit 2024-03-01")),
        (Category.TK, ("confirm confirmed 2024-03-01",)),
    )  # fmt: skip
    for k, (category, trail) in enumerate(trails[: 6 - n]):
        person = WANG["applicant"] | {"id_number": make_id(f"19{60 + n}0305", f"{100 + 2 * k:03d}")}
        more: dict[str, Any] = {"application": WANG["application"] | {"urgent": category is Category.JN}}
        case = open_household(office, parse_facts(dict(WANG) | {"applicant": person} | more), category)
        take(office, case, *trail)
        if k == 1:
            said = {
                "submission": "S-1",
                "bureau": "局",
                "passed": False,
                "text": "补签字",
                "until": "2024-03-20",
                "reply": "0" * 64,
            }
            office.commit(case.number, lambda _, said=said: Draft(Op.CHECK_FEEDBACK, said), BY)  # type: ignore[misc]


def made_office(folder: Path, nodes: Nodes, more: str = "") -> Office:
    """Make an office that bears the folder's name as its code."""
    folder.mkdir()
    settings = SETTINGS.replace('code = "TJHQ"', f'code = "{folder.name}"') + more
    (folder / "archivist.toml").write_text(settings, encoding="utf-8")
    return with_cluster(Office(folder), *nodes.urls)


@pytest.fixture(scope="module")
def district(one_node: Nodes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    asked(f"{one_node[0].url}/archivist-*", "DELETE")
    root = tmp_path_factory.mktemp("district")
    offices = []
    for n, code in enumerate(CODES):
        office = made_office(root / code, one_node, OWN_RULE if n == 1 else "")
        with Workspace.open(office.root) as workspace:
            fill(workspace, n)
        number = f"{code}-DB-2024-000001"
        office.run(
            "retention",
            "hold",
            number,
            "--cause",
            "行政诉讼",
            "--start",
            "2024-03-01",
            "--until",
            "判决生效",
            "--review-on",
            "2024-03-10",
        )
        office.run(
            "retention", "hold", "--where", "category=DB", "--cause", "审计", "--review-on", "2024-03-12"
        )
        office.run("reindex", "--to", "opensearch")
        offices.append(office)
    (root / "局").mkdir()
    bureau = Office(root / "局")
    bureau.run(
        "init", ".", "--kind", "bureau", "--pack", "national", "--office", "样例区民政局", "--code", "HQMZ"
    )
    yield District(tuple(offices), with_cluster(bureau, *one_node.urls))


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
def test_an_office_is_told_what_its_own_list_has(district: District, words: tuple[str, ...]) -> None:
    """“The catalogue (names, IDs, due) has its counterpart there”: the whole answer is the same, to every word."""
    for office in district.offices:
        here = office.json("due", *words)
        assert office.json("due", *words, "--engine", "opensearch") == here
    assert words != () or {e["status"] for e in here["entries"]} >= {"overdue", "coming"}


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
def test_the_bureau_is_told_what_each_office_has(district: District, words: tuple[str, ...]) -> None:
    """“A district of 15 offices answers names, IDs and due lists too”: each by its own rules and calendar, whatever the bureau's are."""
    told = district.bureau.json("bureau", "due", *words)
    assert ([one["office"] for one in told["offices"]], told["not_told"]) == (list(CODES), [])
    for office, one in zip(district.offices, told["offices"], strict=True):
        here = office.json("due", *words)
        for key in ("on", "cases", "entries", "findings"):
            assert one["agenda"][key] == here[key], key
        assert one["agenda"]["holds"] == [hold for hold in here["holds"] if hold["case"]]
        duties = {duty["rule"]: duty for duty in here["duties"]}
        for duty in one["agenda"]["duties"]:
            own = duties[duty["rule"]]
            assert (
                duty == own or own["unit"] == "次"
            )  # a submission that is owed, in the place of its bare rule
        assert one["as_of"]


def test_every_rule_is_told_with_the_offices_own_sentence(district: District) -> None:
    """An office's own row, and its own rest day, are what its households are reckoned by."""
    told = district.bureau.json("bureau", "due", "--all")["offices"]
    limits = {
        one["office"]: next(e for e in one["agenda"]["entries"] if e["rule"] == "survey.start")
        for one in told
    }
    assert {code: limit["due"] for code, limit in limits.items()} == {
        "HQAJ": "2024-03-07", "HQBJ": "2024-03-07", "HQCJ": "2024-03-07",
    }  # fmt: skip
    assert (
        "样例街道办事规程" in limits["HQBJ"]["source"]
        and limits["HQAJ"]["source"] == limits["HQCJ"]["source"]
    )
    assert limits["HQBJ"]["value"] == 2


def test_an_office_sees_its_own_households_alone(district: District) -> None:
    """“An office sees only its own through routing and filtered alias, the bureau all.”."""
    for office, code in zip(district.offices, CODES, strict=True):
        found = office.json("due", "--all", "--engine", "opensearch")
        assert {entry["case"].partition("-")[0] for entry in found["entries"]} == {code}
    one = district.bureau.json("bureau", "due", "hqbj", "--all")
    assert [o["office"] for o in one["offices"]] == ["HQBJ"]
    district.bureau.run("bureau", "due", "HQXX", check=2)


def test_a_clerk_reads_who_is_late_and_where(district: District) -> None:
    shown = district.bureau.run("bureau", "due").stdout
    assert (
        all(code in shown for code in CODES) and "逾期" in shown and "补到" in shown and "2024-03-08" in shown
    )
    district.offices[0].run("due", "--engine", "opensearch", "--case", f"{CODES[0]}-DB-2024-000001", check=2)


# ── what changes ─────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def one(district: District) -> Iterator[Office]:
    """An office whose rules and files a test may change; put right after."""
    office = district.offices[2]
    settings = office.root / "archivist.toml"
    before = settings.read_text(encoding="utf-8")
    yield office
    settings.write_text(before, encoding="utf-8")
    office.run("reindex", "--to", "opensearch", "--behind")
    assert office.json("due", "--all", "--engine", "opensearch") == office.json("due", "--all")


def of_office(district: District, code: str) -> Any:
    told = district.bureau.json("bureau", "due", "--all", check=None)
    return next(o for o in (*told["offices"], *told["not_told"]) if o["office"] == code)


def test_a_step_taken_is_told_once_the_cluster_has_followed(district: District) -> None:
    first, number = district.offices[0], "HQAJ-DB-2024-000001"

    def told() -> list[str]:
        return [e["rule"] for e in of_office(district, "HQAJ")["agenda"]["entries"] if e["case"] == number]

    with Workspace.open(first.root) as office:
        take(office, office.archive.read(CaseNo.parse(number)), "verify verifying 2024-03-06")
    assert "survey.start" in told()
    assert first.json("due", "--all", "--engine", "opensearch") == first.json("due", "--all")
    assert told() and "survey.start" not in told()


def test_new_rules_are_told_only_when_everything_was_worked_out_by_them(
    district: District, one: Office
) -> None:
    """A list that rests on rules of before is refused, the offices beside it are told."""
    path = one.root / "archivist.toml"
    path.write_text(path.read_text(encoding="utf-8") + OWN_RULE, encoding="utf-8")
    refused = one.json("due", "--engine", "opensearch", check=40)["error"]
    assert "现行的规则" in refused["message"] and "--behind" in refused["remedy"]
    assert of_office(district, "HQCJ")["agenda"]  # as the office had it up to then
    one.run("reindex", "--to", "opensearch", "--behind")
    assert one.json("due", "--all", "--engine", "opensearch") == one.json("due", "--all")
    assert any("样例街道办事规程" in e["source"] for e in of_office(district, "HQCJ")["agenda"]["entries"])


def test_rules_that_cannot_be_read_stop_no_search(district: District, one: Office) -> None:
    """What is due there is told by nobody; what was filed meanwhile is followed and found."""
    path = one.root / "archivist.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('pack = "tianjin-hongqiao"', 'pack = "nowhere"'),
        encoding="utf-8",
    )
    with Workspace.open(one.root) as office:
        number = CaseNo.parse("HQCJ-DB-2024-000002")
        office.archive.commit(number, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {"applicant": WANG["applicant"] | {"village": "绝无仅有村"}}}), Stamp(BY, "nowhere@0"))  # fmt: skip
    one.run("reindex", "--to", "opensearch", "--behind")
    assert one.json("search", "绝无仅有村", "--engine", "opensearch")["total"]
    one.run("due", "--engine", "opensearch", check=51)
    assert "现行的规则" in of_office(district, "HQCJ")["problem"]["message"]


def test_an_office_that_has_no_index_stops_no_other(district: District) -> None:
    bureau = district.bureau
    path = bureau.root / "archivist.toml"
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(before + '\n[[offices]]\ncode = "HQDJ"\nname = "丁街道"\n', encoding="utf-8")
        shown = bureau.run("bureau", "due", check=1)
        assert (
            "未检：HQDJ" in shown.stdout + shown.stderr
            and "reindex --to opensearch" in shown.stdout + shown.stderr
        )
        told = bureau.json("bureau", "due", check=1)
        assert (len(told["offices"]), [o["office"] for o in told["not_told"]]) == (3, ["HQDJ"])
        with_cluster(bureau, FREE)
        bureau.run("bureau", "due", check=44)
    finally:
        path.write_text(before, encoding="utf-8")


def test_what_was_handed_over_is_due_in_neither_list_here(
    district: District, one_node: Nodes, tmp_path: Path
) -> None:
    """“`due` … at the old office no longer show handed-over files as live work”: nor in the cluster, once it was told."""
    giving = made_office(tmp_path / "HQEJ", one_node)
    with Workspace.open(giving.root) as workspace:
        fill(workspace, 3)
    giving.run("reindex", "--to", "opensearch")
    before = of_office(district, "HQEJ")["agenda"]
    giving.run("transfer", "out", "--custody", "--all", "--to", "TJHX", "--out", str(tmp_path), "--yes")
    assert giving.json("due", "--all", "--engine", "opensearch") == giving.json("due", "--all")
    giving.run("reindex", "--to", "opensearch", "--behind")
    here = giving.json("due", "--all")
    assert giving.json("due", "--all", "--engine", "opensearch") == here
    assert (here["cases"], here["handed_over"]) == (0, before["cases"])
    told = of_office(district, "HQEJ")["agenda"]
    assert before["entries"] and (told["entries"], told["handed_over"]) == ([], before["cases"])


# ── killed while the rules change ────────────────────────────────────────────────────────────────────────
def test_killed_before_any_request_no_list_rests_on_two_rules(
    one_node: Nodes, requests: ClusterRequests, tmp_path: Path
) -> None:
    """Until every household was worked out by the new rules and they stand there, what is due is told by neither."""
    archive = MemoryArchive()
    for sequence in (1, 2, 3):
        archive.open(make_number(sequence))
    index_of(requests, archive, tmp_path, agenda=Nothing("old")).rebuild()
    dying = Dying(ClusterAddress(one_node.urls))
    point = 0
    for point in range(100):
        stamp = f"rules {point}"
        dying.left = point
        try:
            index_of(dying, archive, tmp_path, agenda=Nothing(stamp)).catch_up()
        except Killed:
            kept = told(requests)
            assert kept is None or len(kept.open) == 3
        else:
            break
    after = told(requests)
    assert point > 5 and after is not None and after.rules.stamp == stamp
    dying.close()


def told(requests: ClusterRequests) -> KeptAgenda | None:
    """Return what is told of the office, ``None`` where it is refused; whatever is told rests on one set of rules."""
    (index,) = requests.ask("GET", "/_alias/archivist-tjhq")
    requests.ask("POST", f"/{index}/_refresh")
    try:
        return kept_agenda(requests, ClusterEngine(requests, "archivist-tjhq"), index)
    except IndexFault as refused:
        assert "现行的规则" in str(refused)
        return None
