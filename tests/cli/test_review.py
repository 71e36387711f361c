"""The tray as a clerk goes through it: what the list shows, and how little has to be typed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import TrayItemNotFound
from archivist.model.ids import Sha256
from archivist.store.tray_items import TrayItem, named, short_names
from tests.command_line import Office, opened
from tests.people import make_id

PEOPLE = [f"{family}{given_}" for family in "赵钱孙李周" for given_ in ("福来", "文秀", "立夏", "大雪")]


def waiting(office: Office) -> list[dict[str, str]]:
    return list(office.json("review", "list", "--per-page", "0")["items"])


@pytest.fixture(scope="module")
def twenty_waiting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty households, and a letter from each that gives the name alone; nothing can be filed by itself."""
    office = opened(tmp_path_factory.mktemp("twenty"))
    for n, name in enumerate(PEOPLE):
        office.run(
            "case", "open", "低保", "--name", name, "--id", make_id(f"19{50 + n}0304", f"{11 + 2 * n:03d}")
        )
        text = f"情况说明\n本人{name}，家住样例里，今年收成不好，第 {n} 封\n"
        (office.root / "archive/inbox" / f"来信{n:02d}.txt").write_text(text, encoding="utf-8")
    office.run("watch", "--once", check=1)
    return office.root


@pytest.fixture
def twenty(twenty_waiting: Path, tmp_path: Path) -> Office:
    """A copy of that office for one test."""
    shutil.copytree(twenty_waiting, tmp_path / "ws")
    return Office(tmp_path / "ws")


def test_the_list_shows_names_and_proposals(twenty: Office) -> None:
    """「list with names, proposed household and type, filter, paging」."""
    listed = twenty.json("review", "list")
    assert (listed["waiting"], listed["matching"], listed["pages"], len(listed["items"])) == (20, 20, 1, 20)
    first = next(i for i in listed["items"] if i["name"] == "来信00.txt")
    assert [h["applicant"] for h in first["households"]] == [PEOPLE[0]]
    assert first["reason_label"] == "不知是哪一户"
    second = twenty.json("review", "list", "--per-page", "7", "--page", "3")
    assert (second["page"], second["pages"], len(second["items"])) == (3, 3, 6)
    (found,) = twenty.json("review", "list", "--case", PEOPLE[4])["items"]
    assert found["name"] == "来信04.txt"
    assert twenty.json("review", "list", "--why", "线索矛盾")["matching"] == 0
    assert twenty.json("review", "list", "--why", "不知是哪一户")["matching"] == 20


def test_items_are_searchable(twenty: Office) -> None:
    """「items searchable」: by what stands on the page, or in the file's name."""
    for words in (["第 7 封"], ["收成", "来信07"]):
        (found,) = twenty.json("review", "list", *(w for word in words for w in ("--search", word)))["items"]
        assert found["name"] == "来信07.txt"
    assert twenty.json("review", "list", "--search", "没有这个词")["items"] == []


def test_twenty_items_in_at_most_400_typed_characters(twenty: Office) -> None:
    """「20 items in at most 400 typed characters」, when each needs a household and a type to be named."""
    items = waiting(twenty)
    numbers = {c["applicant"]: str(int(c["case"][-6:])) for c in twenty.json("case", "list")["cases"]}
    pairs = [f"{i['short']}={numbers[i['households'][0]['applicant']]}" for i in items]  # type: ignore[index]
    words = ["review", "assign", *pairs, "--type", "其他材料"]
    assert len(" ".join(["archivist", *words])) <= 400
    done = twenty.json(*words)
    assert len(done["filed"]) == 20 and not done["failed"]
    assert waiting(twenty) == []
    for name in PEOPLE:
        (record,) = twenty.json("case", "show", name)["records"]
        assert record["type"] == "other"


def test_a_sole_candidate_is_taken_by_one_word(office: Office) -> None:
    """「of a sole candidate by --suggested」, and only where nothing speaks against it."""
    inbox = office.root / "archive/inbox"
    (inbox / "王秀兰 诊断证明.txt").write_text("诊断证明\n患者王秀兰，腰椎间盘突出\n", encoding="utf-8")
    office.run("case", "open", "低保", "--name", "钱立夏", "--id", make_id("19550303", "033"))
    (folder,) = (p for p in inbox.iterdir() if p.is_dir() and "王秀兰" in p.name)
    other = make_id("19550303", "033")
    (folder / "诊断证明.txt").write_text(f"诊断证明\n患者钱立夏 {other}\n", encoding="utf-8")
    office.run("watch", "--once", check=1)
    items = {i["name"].rpartition("/")[2]: i for i in waiting(office)}
    assert {name: bool(i["suggested"]) for name, i in items.items()} == {
        "王秀兰 诊断证明.txt": True,
        "诊断证明.txt": False,
    }
    planned = office.json("review", "assign", "--suggested", "--dry-run")["planned"]
    assert [(p["name"], p["applicant"], p["title"]) for p in planned] == [
        ("王秀兰 诊断证明.txt", "王秀兰", "医疗诊断材料")
    ]
    assert len(waiting(office)) == 2
    done = office.json("review", "assign", "--suggested")
    assert [f["name"] for f in done["filed"]] == ["王秀兰 诊断证明.txt"]
    (left,) = waiting(office)
    refused = office.json("review", "assign", "--suggested", left["short"], check=None)
    assert "建议" in refused["error"]["message"]


def test_several_items_of_one_household(twenty: Office) -> None:
    """「review assign of many at once」."""
    shorts = [i["short"] for i in waiting(twenty)[:3]]
    done = twenty.json("review", "assign", *shorts, "王秀兰", "--type", "其他材料")
    assert len(done["filed"]) == 3
    assert len(twenty.json("case", "show", "王秀兰")["records"]) == 3


def test_nothing_is_filed_where_one_item_cannot_be_understood(twenty: Office) -> None:
    items = waiting(twenty)
    for wrong in ("zzz=王秀兰", f"{items[1]['short']}=查无此人", f"{items[0]['short']}=王秀兰", "x=y=z=u"):
        refused = twenty.json(
            "review", "assign", f"{items[0]['short']}=王秀兰", wrong, "--type", "其他材料", check=None
        )
        assert refused["schema"] == "archivist/error/1", wrong
    assert len(waiting(twenty)) == 20


def test_what_cannot_be_filed_stays_and_is_told_while_the_others_go_on(twenty: Office) -> None:
    first, second, *_ = waiting(twenty)
    twenty.run("review", "assign", first["short"], "王秀兰", "--type", "其他材料")
    same = twenty.root / "archive/inbox" / "又一份.txt"
    (record,) = (twenty.root / "archive/cases").glob("*/data/*/0001 其他材料.txt")
    same.write_bytes(record.read_bytes())
    twenty.run("watch", "--once", check=1)
    again = next(i for i in waiting(twenty) if i["name"] == "又一份.txt")
    done = twenty.json(
        "review", "assign", again["short"], second["short"], "王秀兰", "--type", "其他材料", check=None
    )
    assert [f["name"] for f in done["filed"]] == [second["name"]]
    assert [(f["name"], f["problem"]["code"]) for f in done["failed"]] == [("又一份.txt", "E105")]


def test_going_through_them_one_by_one(twenty: Office) -> None:
    """``review work``: a look, a word, the next; what is typed is counted."""
    answers = ["1 其他材料"] * 17 + ["s", "r", "王秀兰 其他材料"]
    typed = "\n".join(answers) + "\n"
    assert len(typed) <= 400
    shown = twenty.typed("review", "work", answers=typed)
    assert "归入 18 件" in shown.stdout
    assert len(waiting(twenty)) == 1
    assert len(twenty.json("case", "show", "王秀兰")["records"]) == 1
    assert [p.name.startswith("来信") for p in (twenty.root / "archive/outbox/退回").iterdir()] == [True]


def test_the_work_can_be_broken_off(twenty: Office) -> None:
    twenty.typed("review", "work", answers="1 其他材料\nq\n")
    assert len(waiting(twenty)) == 19
    twenty.typed("review", "work", answers="查无此人\n1 没有这种材料\n1 其他材料\n")
    assert len(waiting(twenty)) == 18


def test_a_case_is_named_by_the_last_digits_of_its_number(twenty: Office) -> None:
    """「by number prefix」: 12 is the one case whose number ends in 000012."""
    cases = {int(c["case"][-6:]): c["applicant"] for c in twenty.json("case", "list")["cases"]}
    assert twenty.json("case", "show", "12")["applicant"] == cases[12]
    assert twenty.json("case", "show", "000012")["applicant"] == cases[12]
    twenty.run("case", "open", "低收入", "--name", "吴大雪", "--id", make_id("19880304", "611"))
    refused = twenty.json("case", "show", "1", check=None)
    assert refused["error"]["code"] == "E003" and len(refused["error"]["problems"]) == 2
    assert twenty.json("case", "show", "999", check=None)["error"]["code"] == "E201"


def item(name: str) -> TrayItem:
    return TrayItem(name, Path(), name, Sha256("0" * 64), 0, "", "", "", {}, {}, {}, Path())


names = st.builds(
    lambda day, digest, part: f"202403{day:02d}-{digest:08x}{part}",
    st.integers(1, 3), st.sampled_from([0, 1, 0x1A2B3C4D, 0x1A2B3C4E, 0x1A2BFFFF]) | st.integers(0, 2**32 - 1),
    st.sampled_from(["", "-2", "-3", "-p01", "-p02", "-p012"]),
)  # fmt: skip


@given(st.lists(names, unique=True, max_size=12))
def test_a_short_name_names_one_item_and_no_shorter_one_does(found: list[str]) -> None:
    items = [item(name) for name in found]
    short = short_names(items)
    for each in items:
        assert named(items, short[each.id]) is each
        assert named(items, short[each.id].upper()) is each
        assert named(items, each.id) is each
    for word in ("", " ", "zz"):
        with pytest.raises(TrayItemNotFound):
            named(items, word)


def test_two_households_alike_in_name_and_sequence_are_told_apart(tmp_path: Path) -> None:
    """「what, which file, why, what next」: 低收入 and 特困 each begin with 000001, and one name may stand in both."""
    office = opened(tmp_path)
    for category, born in (("低收入", "19550615"), ("特困", "19660505")):
        office.run("case", "open", category, "--name", "乐文秀", "--id", make_id(born, "001"))
    (office.root / "archive/inbox/来信.txt").write_text("情况说明\n姓名：乐文秀\n", encoding="utf-8")
    office.run("watch", "--once", check=1)
    both = {h["case"] for h in office.json("review", "list")["items"][0]["households"]}
    office.settings["COLUMNS"] = "200"  # so that no number is broken over two lines of the table
    shown = office.run("review", "list").stdout
    assert len(both) == 2
    assert all(number in shown for number in both), shown
