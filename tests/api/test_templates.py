"""Templates by their use cases: checked, copied, built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.api import templates
from archivist.errors import UsageError
from archivist.workspace import Workspace
from tests.kit import make_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        yield made


def test_a_copy_is_the_workspaces_own_and_is_not_written_over(workspace: Workspace) -> None:
    copied = templates.copy(workspace, ["受理通知书"]).copied
    assert [p.name for p in copied] == ["acceptance_notice.docx", "acceptance_notice.toml"]
    assert {p.parent for p in copied} == {workspace.templates}
    with Workspace.open(workspace.root) as again:
        seen: list[tuple[int, int]] = []
        done = templates.check(again, ["受理通知书"], lambda *step: seen.append(step))
        assert (done.checked, done.own, done.faults) == (1, ("acceptance_notice",), {})
        assert seen == [(1, 1)]
        with pytest.raises(UsageError, match="不覆盖"):
            templates.copy(again, ["受理通知书"])
    with pytest.raises(UsageError, match="没有模板"):
        templates.copy(workspace, ["mat_id_card"])


def test_what_is_wrong_with_a_copy_is_said(workspace: Workspace) -> None:
    templates.copy(workspace, ["受理通知书"])
    (workspace.templates / "acceptance_notice.docx").write_bytes(b"no package")
    with Workspace.open(workspace.root) as again:
        done = templates.check(again, ["受理通知书"])
    assert list(done.faults) == ["acceptance_notice"] and done.faults["acceptance_notice"]


def test_templates_are_built_from_their_layouts(workspace: Workspace, tmp_path: Path) -> None:
    built = templates.build(workspace, tmp_path / "版式").built
    assert tmp_path / "版式/acceptance_notice.docx" in built and all(p.is_file() for p in built)
