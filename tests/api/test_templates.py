"""Templates by their use cases: checked, copied, built."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archivist.api import templates
from archivist.doctypes.catalogue import shipped_templates
from archivist.documents.render.docx_package import pack
from archivist.documents.template.check import unknown_templates
from archivist.errors import UsageError
from archivist.workspace import Workspace
from tests.kit import NOW, make_workspace


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
        done = templates.check(again, ["受理通知书"], lambda *step: seen.append(step), pages=False)
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
    built = templates.build(workspace, folder=tmp_path / "版式", now=NOW).built
    assert tmp_path / "版式/acceptance_notice.docx" in built and all(p.is_file() for p in built)


def edited(path: Path, old: str, new: str) -> bytes:
    """Change words of a template, as an editor would; returns the file as it is then."""
    with zipfile.ZipFile(path) as package:
        members = {name: package.read(name) for name in package.namelist()}
    text = members["word/document.xml"].decode()
    assert old in text
    path.write_bytes(pack({**members, "word/document.xml": text.replace(old, new).encode()}))
    return path.read_bytes()


def test_one_is_built_and_never_over_an_edited_copy(workspace: Workspace) -> None:
    """「``templates build NAME`` builds one, never over an edited copy without ``--force`` (which keeps the old as a dated copy)」."""
    target = workspace.templates / "acceptance_notice.docx"
    assert templates.build(workspace, ["受理通知书"], now=NOW).built == (target,)
    assert [p.name for p in workspace.templates.iterdir()] == [target.name], "one, and no other"
    assert templates.build(workspace, ["受理通知书"], now=NOW).unchanged == (target,)
    own = edited(target, "权利和义务", "权利与义务")
    with pytest.raises(UsageError, match="不覆盖") as caught:
        templates.build(workspace, ["受理通知书", "不予受理告知书"], now=NOW)
    assert caught.value.problems == (target.name,)
    assert target.read_bytes() == own and not (workspace.templates / "rejection_notice.docx").exists()
    for n in range(2):
        edited(target, "权利", f"权利{n}")
        before = target.read_bytes()
        done = templates.build(workspace, ["受理通知书"], now=NOW, force=True)
        (kept,) = done.kept
        assert kept.read_bytes() == before and f"{NOW:%Y%m%d}" in kept.name
    assert len(list((workspace.templates / "原样").iterdir())) == 2
    assert target.read_bytes() == (shipped_templates() / target.name).read_bytes()
    assert unknown_templates(workspace.templates, [target.stem]) == [], "what is kept is no template"


def test_all_at_once_shadow_nothing(workspace: Workspace) -> None:
    """「``templates build`` … shadows all types」: without a name it wants a folder."""
    with pytest.raises(UsageError, match="没有写明"):
        templates.build(workspace, now=NOW)
    assert not workspace.templates.exists()


def test_what_an_upgrade_changed_is_told(workspace: Workspace) -> None:
    """「upgrades of shipped templates are told with a diff」."""
    with Workspace.open(workspace.root) as again:
        assert templates.diff(again, "受理通知书") == templates.TemplateDiff(
            "acceptance_notice", "受理通知书", own=False, same_file=True
        )
    templates.copy(workspace, ["受理通知书"])
    with Workspace.open(workspace.root) as again:
        same = templates.diff(again, "受理通知书")
        assert (same.own, same.same_file, same.edited, same.upgraded, same.base_known) == (
            True,
            True,
            (),
            (),
            True,
        )
        assert templates.check(again, ["受理通知书"]).upgraded == ()
    edited(workspace.templates / "acceptance_notice.docx", "权利和义务", "权利与义务")
    edited(
        workspace.templates / "原样/acceptance_notice.docx", "受理条件", "受理的条件"
    )  # as a release before had it
    with Workspace.open(workspace.root) as again:
        found = templates.diff(again, "受理通知书")
        assert templates.check(again, ["受理通知书"]).upgraded == ("acceptance_notice",)
    for changes, old, new in (
        (found.edited, "权利和义务", "权利与义务"),
        (found.upgraded, "受理的条件", "受理条件"),
    ):
        signs = {one.change: one.text for one in changes if one.change != "…"}
        assert old in signs["-"] and new in signs["+"] and len(signs) == 2
