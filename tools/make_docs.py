"""Writes the generated pages of ``docs/``: errors, permissions, rules, documents, JSON Schemas, and the words a shell completes.

A test checks they are current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

import archivist.cluster_errors
import archivist.disposal_errors
import archivist.reader_errors  # noqa: F401 (their errors are in the tree once they are loaded)
from archivist.cli import command_words
from archivist.cli.main import cli
from archivist.doctypes.catalogue import Catalogue
from archivist.doctypes.doctype import DocumentType
from archivist.errors import all_errors
from archivist.model.ids import Category
from archivist.model.permissions import BY_DOCUMENT, BY_PACK, MAY
from archivist.model.roles import HELD
from archivist.model.states import State
from archivist.rules import admissibility, pack, rule_text
from archivist.rules.pack import CheckRule, Material, Pack, Rule, StepRule
from archivist.web.routes import ROUTES, Who
from tools import duty_calendar, json_schemas, licences, pack_columns

DOCS = Path(__file__).resolve().parent.parent / "docs"
DUTIES = DOCS.parent / "tests/data/duties.tsv"
GENERATED = "<!-- 由 tools/make_docs.py 生成，请勿手改。 -->\n"
NATIONAL: Final = "national"
CATALOGUE: Final = Catalogue.load()
RULES_INTRO: Final = """每一行都写明出处：办法、条、原文。〔推定〕表示条文没有明说、由条文推出，请核实后使用。案件适用受理之日施行的行；
写明“作出的”的行，对那时起作出的一切行为都适用，不论何时受理。
本机关可以在 `archivist.toml` 中用 `[[override.rule]]`、`[[override.step]]`、`[[override.material]]`、`[[override.check]]` 盖过任何一行，
栏目与规则包相同，须写明出处。规则包已有的代号，要写明怎样对待原来的行：`valid_from`（此前受理的仍依原行）、`patch = true`（只改所写的栏）、
`replace = true`（代替）、`withdraw = true`（不再适用）；只对所列类别有效。改后运行 `archivist rules check`。
"""
R = TypeVar("R", Rule, StepRule, Material, CheckRule)
PERMISSIONS_INTRO: Final = """登记了人员（`archivist.toml` 的 `[[people]]`）的，没有登记的、不在岗的不能写入，只能查看；登记了的按岗位办理。试运行（`--dry-run`）不写入，
谁都可以。没有登记人员的不核对，程序每天提醒一次。办理环节的人（`--by`）须有什么岗位，由规则包规定，见 [rules.md](rules.md)。
"""
STATUSES = """退出码：0 完成 · 1 完成，但有待人工处理的 · 2 用法 · 10–19 收件 · 20–29 档案库 · 30–39 模板与文书 ·
40–49 索引 · 50–59 规则与设置 · 60–69 处置（E610、E611 为 22）· 70 程序缺陷 · 130 中断。代码与退出码是稳定的。
"""


def errors_page() -> str:
    """Return ``docs/errors.md``."""
    lines = [
        "# 错误代码\n",
        GENERATED,
        STATUSES,
        "| 代码 | 退出码 | 名称 | 含义 | 怎么办 |",
        "|---|---|---|---|---|",
    ]
    for error in all_errors():
        meaning = (error.__doc__ or "").strip().split("\n")[0]
        lines.append(f"| {error.code} | {error.exit_status} | {error.title} | {meaning} | {error.remedy} |")
    return "\n".join(lines) + "\n"


def permissions_page() -> str:
    """Return ``docs/permissions.md``: who may do what, from the one table of it."""
    lines = [
        "# 谁能做什么\n",
        GENERATED,
        PERMISSIONS_INTRO,
        _row("事项", "命令", *(role.label for role in HELD)),
        "|" + "---|" * (2 + len(HELD)),
    ]
    for act, roles in MAY.items():
        more = (
            "，办理人另须有规则包所写的岗位"
            if act in BY_PACK
            else "，已签署的和决定须分管领导"
            if act in BY_DOCUMENT
            else ""
        )
        lines.append(
            _row(
                act.label + more, f"`archivist {act.value}`", *("●" if role in roles else "" for role in HELD)
            )
        )
    return "\n".join(lines) + "\n"


def rules_page() -> str:
    """Return ``docs/rules.md``: the matrix, the national pack whole, of a jurisdiction's pack what differs from it."""
    packs = {name: pack.load(name) for name in pack.available()}
    national = packs.pop(NATIONAL)
    lines = [
        "# 规则一览\n",
        GENERATED,
        RULES_INTRO,
        "## 哪里下放了哪几类\n",
        "● 下放审核确认 · ○ 只下放审核 · — 没有下放\n",
        _row("规则包", "地区", *(f"{c.label} {c.value}" for c in Category)),
        "|" + "---|" * (2 + len(Category)),
        *(
            _row(f"`{name}`", found.title, *(_power(found, c) for c in Category))
            for name, found in packs.items()
        ),
        "",
        *_section(national, None),
    ]
    for found in packs.values():
        lines += _section(found, national)
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(c.replace("|", "\\|").replace("\n", " ") for c in cells) + " |"


def _power(found: Pack, category: Category) -> str:
    power = found.delegated.get(category)
    return "—" if power is None else "●" if power == "审核确认" else "○"


def _section(found: Pack, below: Pack | None) -> list[str]:
    """Return a pack's section; over another pack only the rows that other one has not."""
    lines = [f"## {found.title}（`{found.id}`）\n"]
    if below is not None:
        lines += [f"在全国通用规则之上增改。{_gone(found, below)}\n"]
        lines += [f"- 没有下放{c.label}：{why}。" for c, why in found.undelegated.items()]
        lines += [""] if found.undelegated else []
    for heading, columns, cells in (
        ("期限与数字", ("规则", "值", "类别", "计时", "出处"), [_rule(r, found) for r in _own(found.rules, below.rules if below else None)]),
        ("环节", ("环节", "从 → 到", "类别", "岗位", "条件与文书", "出处"), [_step(s, found) for s in _own(found.steps, below.steps if below else None)]),
        ("材料", ("材料", "要求", "类别", "出处"), [_material(m, found) for m in _own(found.materials, below.materials if below else None)]),
        ("检查", ("检查", "阶段", "类别", "出处"), [_check(c) for c in _own(found.checks, below.checks if below else None)]),
    ):  # fmt: skip
        if cells:
            lines += [f"### {heading}（{found.title}）\n", _row(*columns), "|" + "---|" * len(columns)]
            lines += [_row(*c) for c in cells] + [""]
    return lines


def _own(rows: Sequence[R], below: Sequence[R] | None) -> list[R]:
    return [r for r in rows if below is None or r not in below]


def _gone(found: Pack, below: Pack) -> str:
    left = {s.id for s in found.steps}
    gone = dict.fromkeys(f"{s.title} `{s.id}`" for s in below.steps if s.id not in left)
    return f"没有的环节：{'、'.join(gone)}。" if gone else ""


def _title(document: str) -> str:
    return f"{CATALOGUE.get(document).title} `{document}`" if document in CATALOGUE else f"`{document}`"


def _rule(rule: Rule, found: Pack) -> tuple[str, ...]:
    return (
        f"{rule.title} `{rule.id}`",
        rule_text.headline(rule).removeprefix(f"{rule.title}：") + _dates(rule),
        rule_text.scope(rule.categories),
        rule_text.timing(rule, found, _title),
        rule_text.basis(rule.source, inferred=rule.inferred, note=rule.note),
    )


def _dates(row: Rule | StepRule | Material | CheckRule) -> str:
    return "".join(f"；{line.removeprefix('施行：')}" for line in rule_text.in_force(row))


def _step(step: StepRule, found: Pack) -> tuple[str, ...]:
    return (
        f"{step.title} `{step.id}`",
        rule_text.moves(step) + _dates(step),
        rule_text.scope(step.categories),
        step.role.label,
        "；".join(f"{head}：{text}" for head, text in rule_text.demands(step, found, _title)),
        rule_text.basis(step.source, inferred=step.inferred, note=step.note),
    )


def _material(material: Material, found: Pack) -> tuple[str, ...]:
    return (
        _title(material.document),
        rule_text.wanted(material, found, _title) + _dates(material),
        rule_text.scope(material.categories),
        rule_text.basis(material.source, inferred=material.inferred),
    )


def _check(check: CheckRule) -> tuple[str, ...]:
    return (
        f"{check.title} `{check.id}`",
        check.stage.label + _dates(check),
        rule_text.scope(check.categories),
        rule_text.basis(check.source, inferred=check.inferred, note=check.note),
    )


# ── documents ────────────────────────────────────────────────────────────────────────────────────────────
LEVELS: Final = {"S": "办法点名", "S*": "办法默示", "N": "国家法律法规", "C": "通行做法"}
DOCUMENTS_INTRO: Final = """每一行是目录中的一种文书：代号、名称、何时制发、适用的救助类别与规则包、依据。● 由本系统制发，○ 收取的材料。
规则包一栏空着的，各地都用。“何时”一栏：办理以后制发的环节（各规则包的 `makes`）；→ 后是以它为前提、因而在那以前制发的环节
（`needs`）；〔〕中是另外可以制发的状态。环节见 [rules.md](rules.md)。没有写明何时的不制发。依据的原文在各文书的登记（`doc_templates/<代号>.toml`）中。
“制发”一栏的“多”是可以同时有几份的，“送”是须送达申请人的；“公”是张贴公示的，受隐私规则约束；“救”是必须告知救济途径的；“号”是须编文号的；“机”是机关文书和册表，不按户制发、
不入户档。
"""


def documents_page() -> str:
    """Return ``docs/documents.md``: every document type by folder, with the steps, packs and laws it belongs to."""
    documents = CATALOGUE.all()
    titles = {s.id: s.title for name in pack.available() for s in reversed(pack.load(name).steps)}
    made = [d for d in documents if d.generated]
    lines = [
        "# 文书一览\n",
        GENERATED,
        DOCUMENTS_INTRO,
        f"共 {len(documents)} 种：制发 {len(made)} 种，收取 {len(documents) - len(made)} 种。\n",
    ]
    for folder in sorted({d.folder for d in documents}):
        lines += [
            f"## {folder}\n",
            _row("", "文书", "代码", "何时", "救助类别", "规则包", "制发", "依据"),
            "|" + "---|" * 8,
            *(_row(*_document(d, titles)) for d in documents if d.folder == folder),
            "",
        ]
    return "\n".join(lines).rstrip("\n") + "\n"


def _document(doc: DocumentType, titles: Mapping[str, str]) -> tuple[str, ...]:
    every = set(doc.categories) == set(Category)
    marks = (
        (doc.public, "公"),
        (doc.remedies_required, "救"),
        (doc.doc_no == "required", "号"),
        (doc.of_office, "机"),
        (doc.many, "多"),
        (doc.served, "送"),
    )
    level = LEVELS.get(doc.level, "")
    return (
        "●" if doc.generated else "○",
        f"{doc.title} `{doc.id}`",
        doc.code,
        _when(doc, titles),
        "全部" if every else " ".join(c.value for c in doc.categories),
        " ".join(f"`{p}`" for p in doc.packs),
        "".join(mark for holds, mark in marks if holds),
        "；".join(dict.fromkeys(b.source for b in doc.basis)) + (f"（{level}）" if level else ""),
    )


def _when(doc: DocumentType, titles: Mapping[str, str]) -> str:
    """Return the steps and states in which a document is issued, or for a paper that comes in those that bring it."""

    def named(ids: Iterable[str]) -> str:
        return "、".join(f"{titles.get(s, s)} `{s}`" for s in dict.fromkeys(ids))

    if not doc.generated or doc.of_office:
        return named(doc.brought_by)
    steps = [s for one in _packs() for s in one.steps]
    makes = named(s.id for s in steps if doc.id in s.makes)
    needs = named(s.id for s in steps if doc.id in s.needed)
    any_state = admissibility.ANY_STATE in doc.states
    states = "随时" if any_state else "、".join(State(s).label for s in doc.states)
    return makes + (f"→ {needs}" if needs else "") + (f"〔{states}〕" if states else "")


@cache
def _packs() -> tuple[Pack, ...]:
    return tuple(pack.load(name) for name in pack.available())


def duties_page() -> str:
    """Return ``docs/duties.md``: each duty that the districts' papers name, with the command that shows it."""
    lines = [
        "# 各地文件要求的事项，哪个命令看得到\n",
        GENERATED,
        "事项出自五个地区的文件（S0 永川、S1 佳木斯、S2 晋城城区、S3 红桥、S4 紫阳）。`{…}` 处写户号，`PACK` 处写规则包。每个命令都由测试运行。\n",
        _row("文件", "事项", "命令", "看得到"),
        "|---|---|---|---|",
    ]
    for line in DUTIES.read_text(encoding="utf-8").splitlines()[3:]:
        seed, duty, command, shows = line.split("\t")
        lines.append(_row(seed, duty, f"`archivist {command}`", shows.replace("|", " 或 ")))
    return "\n".join(lines) + "\n"


ROUTES_INTRO: Final = """由路由表（`archivist/web/routes.py`）生成。表里没有的地址不存在；没有写岗位的谁也打不开（默认拒绝）。● 可以 · “登”登录的人（锁屏时也可） ·
“开”不登录也可。测试逐格试过每个地址、每个岗位。
"""


def page_routes_page() -> str:
    """Return ``docs/page-routes.md``: every address of the page and who gets an answer there, from the table of routes itself."""
    lines = [
        "# 网页的地址，谁可以\n",
        GENERATED,
        ROUTES_INTRO,
        _row("方法", "地址", "事项", *(role.label for role in HELD)),
        "|" + "---|" * (3 + len(HELD)),
    ]
    marks = {Who.ANYBODY: "开", Who.LOCKED: "登"}
    for route in ROUTES:
        cells = [marks.get(route.who, "●" if role in route.roles else "") for role in HELD]
        lines.append(_row("POST" if route.posts else "GET", f"`{route.path}`", route.act, *cells))
    return "\n".join(lines) + "\n"


PAGES = {
    "page-routes.md": page_routes_page,
    "errors.md": errors_page,
    "permissions.md": permissions_page,
    "rules.md": rules_page,
    "documents.md": documents_page,
    "duties.md": duties_page,
    "calendar.md": lambda: duty_calendar.page(GENERATED),
    "pack-columns.md": pack_columns.page,
}


def generated() -> dict[str, str]:
    """Return the text of every generated page by its path below ``docs/``."""
    return {
        **{name: page() for name, page in PAGES.items()},
        **{f"json/{name}": text for name, text in json_schemas.pages().items()},
    }


def main() -> int:
    """Write the pages; a schema that no result has any more goes."""
    pages = generated()
    (DOCS / "json").mkdir(parents=True, exist_ok=True)
    for left in (DOCS / "json").glob("*.schema.json"):
        if f"json/{left.name}" not in pages:
            left.unlink()
    # Of what is installed here: another machine has other releases, so this page is not held word for word against them.
    pages["licences.md"] = licences.page(GENERATED)
    for name, text in pages.items():
        (DOCS / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")
    command_words.FILE.write_text(command_words.written(cli), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
