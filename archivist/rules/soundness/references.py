"""What the rows of a pack name and must be there: documents, conditions, tests and their arguments, papers of service."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from archivist.doctypes.catalogue import Catalogue
from archivist.model import conditions
from archivist.rules import service_step
from archivist.rules.completeness.checks import TESTS
from archivist.rules.guards import GUARDS
from archivist.rules.pack import Pack
from archivist.rules.rule import CheckRule, Material, Rule, StepRule
from archivist.rules.rule_ids import RECOVERIES, RulePrefix

Row = Rule | Material | StepRule | CheckRule
_SHORT: Final = re.compile(r"[A-Z]+\d+")
"""A short name of a measure."""


def faults(pack: Pack, catalogue: Catalogue) -> Iterator[str]:
    """Yield what rows name and nobody has.

    Args:
        pack: a pack whose rows could all be read.
        catalogue: the document types.
    """
    rows: tuple[Row, ...] = (*pack.rules, *pack.materials, *pack.steps, *pack.checks)
    for row in rows:
        yield from _categories(row)
        for key, names in _documents(row):
            yield from (
                f"{row.place}：{key} 中的“{n}”不是文书目录中的文书{_near(n, [d.id for d in catalogue])}"
                for n in names
                if n not in catalogue
            )
        if _SHORT.fullmatch(row.source.measure):
            yield f"{row.place}：source measure 是“{row.source.measure}”，[measures] 中没有这个简称"
    for step in pack.steps:
        yield from _not_for(step, pack, catalogue)
        yield from (
            f"{step.place}：guards 中没有条件“{g}”{_near(g, GUARDS)}；可用：{'、'.join(GUARDS)}"
            for g in step.guards
            if g not in GUARDS
        )
    for check in pack.checks:
        yield from _test(check)
    yield from _of_service(pack)
    yield from _of_papers(pack, catalogue)


def _not_for(step: StepRule, pack: Pack, catalogue: Catalogue) -> Iterator[str]:
    """Yield the documents of a step that are never for one of its categories, or are not made here at all."""
    for category in pack.delegated:
        if step.categories and category not in step.categories:
            continue
        for key, names in (
            *(("needs", need.documents) for need in step.needs),
            *(("makes", (name,)) for name in step.makes),
        ):
            kinds = [catalogue.get(name) for name in names if name in catalogue]
            if kinds and not any(kind.of_office or category in kind.categories for kind in kinds):
                yield f"{step.place}：{key} 中的“{'|'.join(names)}”不用于{category.label}"
    for name in step.makes:
        if name in catalogue and not catalogue.get(name).generated:
            yield f"{step.place}：makes 中的“{name}”是收取的材料，不由本系统生成"


def _of_papers(pack: Pack, catalogue: Catalogue) -> Iterator[str]:
    """Yield the rows that papers print and no paper asks for: 依据 by the document's name, 签批链 by ``documents``."""
    for rule in pack.rules:
        if rule.id.startswith(RulePrefix.APPROVAL) and not rule.documents:
            yield f"{rule.place}：documents 是空的，不知道这一签批链用于哪种文书"
        kind = rule.id.removeprefix(RulePrefix.BASIS).rpartition(".")[0]
        if not rule.id.startswith(RulePrefix.BASIS) or kind in RECOVERIES:
            continue
        if kind not in catalogue and f"{kind}_decision" not in catalogue:
            yield f"{rule.place}：id 是“{rule.id}”，没有文书“{kind}”或“{kind}_decision”要印这一依据"


def _categories(row: Row) -> Iterator[str]:
    if len(set(row.categories)) < len(row.categories):
        yield f"{row.place}：categories 中有写了两次的"
    if isinstance(row, Material) and not row.categories:
        yield f"{row.place}：categories 是空的，应写明救助类别"


def _documents(row: Row) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the columns of a row that name documents, each with them."""
    clauses = conditions.read(row.when) if row.when else ()
    yield "when", [c.path.removeprefix("record.") for c in clauses if c.path.startswith("record.")]
    match row:
        case Rule():
            yield "documents", row.documents
        case Material():
            yield "document", [row.document]
            yield "accepts", row.accepts
        case StepRule():
            yield "needs", sorted(row.needed)
            yield "makes", row.makes
        case CheckRule(args=args):
            yield "args documents", [name for need in args.documents for name in need.documents]
            for key in ("besides", "only", "validity"):
                yield f"args {key}", getattr(args, key)
            yield "args document", [args.document] if args.document else []


def _test(check: CheckRule) -> Iterator[str]:
    test = TESTS.get(check.test)
    if test is None:
        yield f"{check.place}：test 是“{check.test}”，没有这个测试{_near(check.test, TESTS)}；可用：{'、'.join(TESTS)}"
        return
    parameters = dict(list(inspect.signature(test).parameters.items())[1:])
    told = check.args.told
    yield from (
        f"{check.place}：args 中的 {key} 不是测试“{check.test}”的参数；可用：{'、'.join(parameters) or '无'}"
        for key in told
        if key not in parameters
    )
    lacking = [
        key for key, p in parameters.items() if p.default is inspect.Parameter.empty and key not in told
    ]
    yield from (f"{check.place}：args 缺 {key}，测试“{check.test}”要用" for key in lacking)


def _of_service(pack: Pack) -> Iterator[str]:
    """A way of service can only ask for what its step is told, or a signature."""
    rows = [step for step in pack.steps if "service_proven" in step.guards]
    for rule in pack.rules:
        if not rule.id.startswith(RulePrefix.SERVICE_METHOD):
            continue
        for step in rows:
            if strange := service_step.unaskable(rule, step):
                yield f"{rule.place}：value 中的“{'、'.join(strange)}”，环节 {step.id} 不问，也不是签名，无从核对"


def _near(name: str, names: Collection[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"，是不是 {near[0]}？" if near else ""
