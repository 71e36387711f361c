"""The progress bar: on the error stream, for what takes long, never in a program's way."""

from __future__ import annotations

import pytest

from archivist.cli.session import MANY, Session


@pytest.mark.parametrize(
    ("total", "least", "shown"),
    [(MANY - 1, MANY, False), (MANY, MANY, True), (1, 0, True)],
)
def test_a_bar_for_many_only(capsys: pytest.CaptureFixture[str], total: int, least: int, shown: bool) -> None:
    """``least``: for fewer than so many there is no bar."""
    with Session().progress("推算期限", least) as progress:
        for done in range(total + 1):
            progress(done, total)
    out, err = capsys.readouterr()
    assert out == ""
    assert (f"{total}/{total}" in err) is shown and ("推算期限" in err) is shown


def test_no_bar_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    session = Session()
    session.json = True
    with session.progress("推算期限", MANY) as progress:
        progress(MANY, MANY)
    assert capsys.readouterr() == ("", "")
