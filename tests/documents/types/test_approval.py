"""签批链: which posts sign a document is a row of the rule pack, by place, category and day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from archivist.config import Config
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.render.render import document_text, render
from archivist.errors import MissingFields
from archivist.issuing.case_documents import plan_one
from archivist.rules import pack as packs
from archivist.workspace import Workspace
from tests.documents.samples import FULL, QR, a_case
from tests.filing import come_to
from tests.kit import BY, TODAY, make_workspace, open_household, ruled
from tests.sampling import sweep


def chain(office: Workspace, name: str, category: str, on: str = "2024-03-05") -> list[str]:
    """Return the posts that sign a document, each with what it does, as the pack of the office has them."""
    case = a_case({**FULL, "application": {"accepted_on": on}}, category)
    posts = ruled(office, office.catalogue.get(name), case)[FieldPath.APPROVAL_POSTS]
    assert isinstance(posts, list)
    return [row["post"].replace("\n", "") for row in posts]


def office_of(pack: str, **overrides: Sequence[Mapping[str, object]]) -> Workspace:
    """Return an office without a disk, which is enough to ask its rules."""
    made = Workspace(Path("/nonexistent"))
    made.config = Config(pack=pack)
    made.pack = packs.load(pack, overrides=overrides)
    return made


@sweep(1 / 3)
@pytest.mark.parametrize(
    ("pack", "name", "category", "posts"),
    [
        ("tianjin-hongqiao", "review_confirmation_form", "DB",
         "经办机构经办人（初审） 经办机构负责人（初审） 管理部门经办人（复审） 管理部门负责人（复审） 街道分管领导（决定）"),
        ("tianjin-hongqiao", "temp_emergency_approval", "JN",
         "经办机构经办人（初审） 经办机构负责人（初审） 管理部门负责人（审核意见） 街道分管领导（决定）"),
        ("tianjin-hongqiao", "deliberation_opinion_report", "DX", "街道分管社会救助领导（签批）"),
        ("tianjin-hongqiao", "benefit_change_form", "TK",
         "经办机构经办人（提出） 经办机构负责人（提出） 管理部门负责人（审批） 街道分管领导（签署）"),
        ("shanxi-jincheng-chengqu", "review_confirmation_form", "TK", "经办人（初审） 民政助理员（复审） 镇长（主任）（决定）"),
        ("shanxi-jincheng-chengqu", "deregistration_form", "DB", "经办人 民政助理员（审核） 镇长（主任）（审批）"),
        ("heilongjiang-jiamusi", "temp_expenditure_approval", "ZC",
         "经办人（初审） 承接部门负责人（审核意见） 分管领导（决定）"),
        ("shaanxi-ziyang", "review_confirmation_form", "DX", "经办人（受理审核） 镇民政办负责人（复审） 镇分管领导（确认）"),
        ("shaanxi-ziyang", "periodic_review_form", "DB", "经办人（复核） 民政办负责人（复审） 分管领导（须变更的）"),
        ("chongqing-yongchuan", "benefit_change_form", "DB", "经办人（提出） 民政办负责人（审核） 分管领导（签署）"),
        ("chongqing-yongchuan", "benefit_change_form", "CJ",
         "经办人（提出） 民政办负责人（审核） 分管领导（签署） 区民政局（审定）"),
        ("national", "review_confirmation_form", "DB", "经办人（初审） 民政办负责人（复审） 分管领导（决定）"),
    ],
)  # fmt: skip
def test_each_place_has_its_own_posts(pack: str, name: str, category: str, posts: str) -> None:
    """The posts each place's own text names.

    S3「经管理部门负责人同意后报送至街道社会救助分管领导」, S2「镇长（主任）对本镇（街道）社会救助工作负总责」,
    S1「乡镇(街道)要明确承接履责部门」, S4「镇政府确认」, S0「主要领导亲自抓，分管领导具体抓」.
    """
    assert chain(office_of(pack), name, category) == posts.split()


@pytest.mark.parametrize("pack", packs.available())
def test_no_document_lacks_its_posts(pack: str) -> None:
    """Of every document that is signed off post by post, in every delegated category, under every pack."""
    office = office_of(pack)
    signed = [d for d in office.catalogue if d.field(FieldPath.APPROVAL_POSTS)]
    assert len(signed) >= 11
    for doc in signed:
        for category in doc.categories:
            if category in office.pack.delegated and (not doc.packs or pack in doc.packs):
                assert chain(office, doc.id, category.value), (doc.id, category)


def test_the_posts_are_those_of_the_day_of_acceptance() -> None:
    """S2「坚持谁签字、谁负责」: who signs when the rules change is decided by the day the household was accepted."""
    row = {
        "id": "approval.confirm", "title": "签批链", "unit": "文字", "documents": ["review_confirmation_form"],
        "source": {"measure": "本镇工作规则", "article": "", "sentence": "自2024年4月1日起由镇长签批"},
    }  # fmt: skip
    office = office_of(
        "shanxi-jincheng-chengqu",
        rule=[
            row | {"value": "经办人 / 副镇长（决定）", "valid_to": dt.date(2024, 3, 31)},
            row | {"value": "经办人 / 镇长（决定）", "valid_from": dt.date(2024, 4, 1)},
        ],
    )
    assert chain(office, "review_confirmation_form", "DB", "2024-03-29") == ["经办人", "副镇长（决定）"]
    assert chain(office, "review_confirmation_form", "DB", "2024-04-01") == ["经办人", "镇长（决定）"]


@pytest.mark.parametrize("pack", ["tianjin-hongqiao", "shanxi-jincheng-chengqu"])
def test_the_posts_are_printed_and_no_others(tmp_path: Path, pack: str) -> None:
    with make_workspace(tmp_path / "ws") as workspace:
        workspace.pack = packs.load(pack)
        doc = workspace.catalogue.get("review_confirmation_form")
        case = come_to(workspace, open_household(workspace), doc.id)
        planned = plan_one(workspace, BY, doc, case, {}, on=TODAY)
        assert doc.template is not None
        data = render(doc.template, planned.values, qr_payload=QR, phrases=doc.phrases)
    text = "".join("".join(document_text(data)).split())
    posts = chain(office_of(pack), doc.id, "DB")
    assert text.count("□同意") == len(posts)
    assert [p for p in posts if p not in text] == []
    assert ("镇长" in text) is (pack == "shanxi-jincheng-chengqu")
    assert ("经办机构" in text) is (pack == "tianjin-hongqiao")


def test_a_document_whose_posts_no_rule_names_is_refused(tmp_path: Path) -> None:
    with make_workspace(tmp_path / "ws") as workspace:
        workspace.pack = replace(
            workspace.pack, rules=tuple(r for r in workspace.pack.rules if r.id != "approval.confirm")
        )
        doc = workspace.catalogue.get("review_confirmation_form")
        case = come_to(workspace, open_household(workspace), doc.id)
        with pytest.raises(MissingFields, match="签批岗位"):
            plan_one(workspace, BY, doc, case, {}, on=TODAY)
