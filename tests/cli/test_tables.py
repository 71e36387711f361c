"""«tables by one helper that never cuts a 户号, a name or an amount at any width from 20»: made tables, and those of every command."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

import archivist.cli
from archivist.cli.session import Session
from archivist.cli.tables import lay_out
from archivist.model.chinese import parse_name
from archivist.printable import visible
from tests.cli.test_json import RUNS, filled, prepare
from tests.command_line import opened
from tests.people import make_id
from tests.sampling import sample

WIDTHS = range(20, 201)
NUMBER = r"[A-Z]{2,6}-[A-Z]{2}-20[0-9]{2}-[0-9]{5,6}"
WHOLE = re.compile(rf"{NUMBER}|[0-9]+(?:[.,:：-][0-9]+)*X?")
"""Case numbers, amounts, days, hours, ID numbers: whatever of them stands in a cell is printed in one piece."""
Given = tuple[tuple[str, ...], list[list[str]]]


def require_whole(
    columns: Sequence[str], rows: Sequence[Sequence[str]], width: int, names: Sequence[str]
) -> bool:
    """Hold a table laid out for a window against its cells; ``False`` where it is printed entry by entry."""
    laid = lay_out(columns, rows, width, cell_len)
    if laid is None:
        return False
    assert sum(laid.widths) + 3 * len(columns) <= width
    for given_row, row in zip(rows, laid.rows, strict=True):
        for n, (cell, lines) in enumerate(zip(given_row, row, strict=True)):
            assert re.sub(r"\s", "", lines) == re.sub(r"\s", "", cell)
            assert all(cell_len(line) <= laid.widths[n] for line in lines.split("\n")), (columns[n], lines)
            for piece in [*WHOLE.findall(cell), *(name for name in names if name in cell)]:
                assert lines.count(piece) == cell.count(piece), f"{piece} cut at {width}: {lines!r}"
    return True


PERSONS = st.one_of(
    st.text("王李欧阳娜仁托娅·𬭊", min_size=2, max_size=12),
    st.text("买买提古丽·吐尔逊", min_size=13, max_size=100),
    st.lists(st.from_regex(r"[A-Z][a-z'.-]{1,11}", fullmatch=True), min_size=2, max_size=8).map(" ".join),
).map(lambda name: parse_name(name.strip("·")) if name.strip("·") else "王秀兰")
"""Names of any length that a file takes: a hundred characters at the most, foreign ones in several words."""
ROWS = st.lists(
    st.tuples(
        st.from_regex(NUMBER, fullmatch=True),
        PERSONS,
        st.builds("{}村 {} 元，见 {}，{}".format, st.text("村社区样例里", max_size=30),
                  st.decimals(0, 10**8, places=2).map(lambda n: f"{n:,.2f}"), st.from_regex(NUMBER, fullmatch=True), st.text("句子很长。", max_size=40)),
        st.decimals(0, 10**8, places=2).map(lambda n: f"{n:,.2f}"),
        st.dates().map(str),
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@given(ROWS, st.integers(20, 200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_made_table_is_whole_at_any_width(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    rows: list[tuple[str, ...]],
    width: int,
) -> None:
    """«(key columns whole; if the floors exceed the width, one block a row)»: in what is printed, not in what is reckoned."""
    columns = ("户号", "申请人", "说明", "金额", "日期")
    require_whole(columns, rows, width, [row[1] for row in rows])
    monkeypatch.setenv("COLUMNS", str(width))
    capsys.readouterr()
    Session().table(columns, rows)
    text = capsys.readouterr().out
    for row in rows:
        assert all(cell in text for cell in (row[0], row[1], row[3], row[4])), (width, row, text)
        assert all(piece in text for piece in WHOLE.findall(row[2])), (width, row, text)


def test_a_name_is_whole_in_the_sentences_of_a_table_too() -> None:
    """A table of one household tells of its people in sentences: a name that a column gives is not broken there either."""
    rows = [["TJHQ-DB-2024-000001", "欧阳娜仁托娅", "本月起由欧阳娜仁托娅的配偶代领，金额 1,234.50 元。"]]
    kept = [w for w in WIDTHS if require_whole(("户号", "申请人", "说明"), rows, w, ["欧阳娜仁托娅"])]
    assert kept and min(kept) > 20, "at twenty cells it is one block a row"


def test_no_line_begins_with_a_closing_sign() -> None:
    laid = lay_out(("说明",), [["一二三四五，六七八九十。" * 3]], 16, cell_len)
    assert laid is not None
    assert not [line for line in laid.rows[0][0].split("\n") if line[0] in "，。"]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, ...], list[Given]]:
    """The tables that the commands print in an office of two households, by command."""
    root = tmp_path_factory.mktemp("office")
    office = opened(root)
    office.run(
        "case", "open", "特困", "--name", "欧阳𬭊", "--id", make_id("19700101", "015"), "--on", "2024-03-04",
        "--set", "申请人.住址=石桥村1号", "--set", "申请人.村（社区）=石桥村", "--set", "申请人.联系电话=022-00001111",
        "--set", "申请.收件日期=2024-03-04",
    )  # fmt: skip
    office.come_to("受理通知书", "TJHQ-TK-2024-000001")
    office.run("generate", "受理通知书", "TJHQ-TK-2024-000001")
    (root / "诊断.txt").write_text("门诊诊断证明", encoding="utf-8")
    (root / "回证.txt").write_text("送达回证 王秀兰", encoding="utf-8")
    found: dict[tuple[str, ...], list[Given]] = {}
    real = Session.table

    def keep(
        self: Session, columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = ""
    ) -> None:
        found.setdefault(path, []).append((tuple(columns), [[visible(str(c)) for c in row] for row in rows]))
        real(self, columns, rows, title)

    with mock.patch.object(Session, "table", keep):
        for path, runs in RUNS.items():
            for _, _, words in runs:
                prepare(office, path)
                said = [filled(office, word) for word in words]
                office.typed(*path, *said, answers="x1\n", check=None)
    return found


def test_the_tables_of_every_command_are_whole_at_every_width(
    printed: dict[tuple[str, ...], list[Given]],
) -> None:
    """«property test over widths 20–200 for every command that prints a table»."""
    assert {
        ("case", "list"), ("due",), ("review", "list"), ("print",), ("unsigned",), ("retention", "list"), ("report",), ("ledger",)
    } <= set(printed)  # fmt: skip
    names = ["欧阳𬭊", "王秀兰", "林经办"]
    side_by_side = 0
    for path, tables in printed.items():
        for columns, rows in sample(tables, 1, f"tables of {path}"):
            shown_names = [
                name for name in names if any(row[n] == name for row in rows for n in range(len(row)))
            ]
            for width in sample(WIDTHS, 1 / 12, f"widths of {path}", ends=True):
                if rows:
                    side_by_side += require_whole(columns, rows[:12], width, shown_names)
    assert side_by_side


def _calls(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*.py"):
        if re.search(r"import Table\b|rich\.table", path.read_text(encoding="utf-8")):
            yield path


def test_tables_are_printed_in_one_place() -> None:
    folder = Path(archivist.cli.__file__).parent
    assert [path.relative_to(folder).as_posix() for path in _calls(folder)] == ["session.py"]
