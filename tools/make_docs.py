"""Writes the generated pages of ``docs/``: the errors table and the rules table. A test checks they are current."""

from __future__ import annotations

import sys
from pathlib import Path

from archivist.errors import all_errors
from archivist.rules import pack

DOCS = Path(__file__).resolve().parent.parent / "docs"
GENERATED = "<!-- 由 tools/make_docs.py 生成，请勿手改。 -->\n"
STATUSES = """退出码：0 完成 · 1 完成，但有待人工处理的 · 2 用法 · 10–19 收件 · 20–29 档案库 · 30–39 模板与文书 ·
40–49 索引 · 50–59 规则与设置 · 60–69 处置 · 70 程序缺陷 · 130 中断。代码与退出码是稳定的。
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


def rules_page() -> str:
    """Return ``docs/rules.md``."""
    lines = ["# 规则一览\n", GENERATED, "〔推定〕表示条文没有明说、由条文推出，请核实后使用。\n"]
    for name in pack.available():
        found = pack.load(name)
        lines += [
            f"## {found.title}（`{name}`）\n",
            "已下放：" + "、".join(f"{c.label}（{what}）" for c, what in found.delegated.items()) + "\n",
            "| 规则 | 值 | 起算 | 类别 | 出处 |",
            "|---|---|---|---|---|",
        ]
        for rule in found.rules:
            value = str(rule.value) if rule.unit == "文字" else f"{rule.value} {rule.unit}"
            mark = "〔推定〕" if rule.inferred else ""
            note = f"；{rule.note}" if rule.note else ""
            categories = " ".join(c.value for c in rule.categories) or "各类"
            lines.append(
                f"| {rule.title} `{rule.id}` | {value} | {rule.trigger} | {categories} | {rule.source}{mark}{note} |"
            )
        lines += ["", "申请材料：\n", "| 材料 | 要求 | 类别 | 出处 |", "|---|---|---|---|"]
        lines += [
            f"| `{m.document}` | {m.requirement} | {' '.join(c.value for c in m.categories)} | {m.source} |"
            for m in found.materials
        ]
        lines.append("")
    return "\n".join(lines)


PAGES = {"errors.md": errors_page, "rules.md": rules_page}


def main() -> int:
    """Write the pages."""
    DOCS.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"docs/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
