"""What somebody else writes between the look at a household and the act on it: the act is refused under the lock, nothing is overwritten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from archivist.api import cases, history
from archivist.errors import UsageError
from archivist.model.ids import CaseNo
from archivist.workspace import Workspace
from tests.command_line import Office
from tests.web.browser import PIN, Page
from tests.web.test_household import AT, CASE, head
from tests.web.test_record import HERE, filed

__all__ = ["filed"]

ACTS = {
    "set": (f"{AT}/set", {"fact": "applicant.phone", "value": "022-00004444", "reason": "核实"}),
    "step": (f"{AT}/step", {"step": "", "on": "2024-03-08", "confirmed": "1"}),
    "issue": (f"{AT}/issue", {"document": "卷内文件目录", "on": "2024-03-08", "confirmed": "1"}),
    "move": (f"{HERE}/move", {"target": "赵一", "reason": "归错"}),
    "retype": (f"{HERE}/retype", {"type": "身份证", "reason": "认错"}),
}
"""Every form of a household and of a record that changes what was seen."""


def somebody_else(page: Page) -> None:
    """Change the household from the command line."""
    Office(page.root).typed(
        "case", "set", CASE, "申请人.联系电话=022-00003333", "--pin-stdin", answers=f"{PIN}\n"
    )


def operations(page: Page) -> list[str]:
    """Return what stands in the household's chain."""
    with Workspace.open(page.root) as workspace:
        return [str(event.op) for event, _ in workspace.archive.chain(CaseNo.parse(CASE)).events]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("when", ["before the form", "after the look"])
def test_an_act_on_what_is_no_longer_so_is_refused(
    filed: Page, act: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“forms carry the event head; changed → 409 shows the other's change”: also when it changed after the form was looked at and before the lock."""
    browser = filed.browser("林经办")
    path, form = ACTS[act]
    if act == "step":
        for step in re.findall(rf'href="{AT}/step\?step=([a-z_]+)"', browser.get(f"{AT}/step").text):
            if 'name="confirmed"' in browser.get(f"{AT}/step?step={step}").text:
                form = {**form, "step": step}
                break
        assert form["step"]
    form = {**form, "head": head(browser, path.rpartition("/")[0])}
    before = operations(filed)
    if when == "before the form":
        somebody_else(filed)
    else:
        real = history.acting_on

        @contextmanager
        def raced(workspace: Workspace, case: str, seen: str) -> Iterator[None]:
            with real(workspace, case, seen):
                somebody_else(filed)
                yield

        monkeypatch.setattr(history, "acting_on", raced)
    late = browser.post(path, **form)
    assert late.status_code == 409, late.text
    assert "有人改过" in late.text
    assert "林经办 信息变更" in late.text
    assert operations(filed) == [*before, "facts_changed"]
    monkeypatch.undo()
    fresh = re.search(rf'action="{path}".*?name="head" value="([0-9a-f]{{64}})"', late.text, re.DOTALL)
    assert fresh, "the form that is shown again can be sent again"
    again = browser.post(path, **{**form, "head": fresh[1]})
    assert again.status_code == 303, again.text
    assert len(operations(filed)) == len(before) + 2


def test_an_act_of_two_changes_does_not_refuse_itself(page: Page) -> None:
    """What follows in the same act stands on its own change; out of the block nothing is compared any more."""
    with Workspace.open(page.root) as workspace:
        by = page.office.by("林经办")
        seen = workspace.archive.chain(CaseNo.parse(CASE)).head
        with history.acting_on(workspace, CASE, str(seen)):
            for last in "56":
                cases.change_facts(
                    workspace, by, CASE, [("applicant.phone", f"022-0000000{last}")], reason="核实"
                )
        cases.change_facts(workspace, by, CASE, [("applicant.phone", "022-00000007")], reason="核实")
        with pytest.raises(UsageError, match="有人改过"), history.acting_on(workspace, CASE, str(seen)):
            raise AssertionError("what is stale is not begun")
