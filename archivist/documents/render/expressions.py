"""What the tags of a template may say: values by their names, a few filters, conditions, loops over what is declared.

Everything else of the template language is refused before anything is compiled, for compiling already works out what does
not depend on values (``'x' * 999999999``). What is left cannot grow: no text becomes longer than the values and the tag
itself, a loop goes through a value and stands in one other at most, nothing is called, nothing is assigned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from jinja2 import TemplateError, nodes

from archivist.errors import TemplateFault

FILTERS: Final = frozenset(
    ("boxes", "blank", "short", "fit", "join", "default", "d", "first", "last", "length", "count", "trim", "upper", "lower")
)  # fmt: skip
"""Filters a template may use; none makes a long text of a short one."""
TESTS: Final = frozenset(("defined", "undefined", "none", "odd", "even"))
MOST_LOOPS: Final = 2
"""Loops may stand in each other so deep: the rows of a table and a list in one of them."""
MOST_DEPTH: Final = 40
"""Tags and what stands in them may be nested so deep."""
LARGEST_NUMBER: Final = 10_000
LONGEST_TEXT: Final = 4_000
"""Characters of a text that stands in a tag; the longest row of choices has a few hundred."""

_INSTEAD: Final = "只能写字段名、条件，以及对登记的表格逐行循环"
_PLAIN: Final = (
    nodes.Template, nodes.TemplateData, nodes.Output, nodes.If, nodes.Name, nodes.Getattr, nodes.Slice, nodes.List,
    nodes.Tuple, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Concat, nodes.Add,
    nodes.Sub, nodes.Neg, nodes.Pos, nodes.Keyword,
)  # fmt: skip
_NAMED: Final[Mapping[type, str]] = MappingProxyType(
    {
        nodes.Mul: "乘法（*）",
        nodes.Pow: "乘方（**）",
        nodes.Mod: "求余或套格式（%）",
        nodes.Div: "除法（/）",
        nodes.FloorDiv: "除法（//）",
        nodes.Dict: "花括号",
        nodes.Assign: "{% set %}",
        nodes.AssignBlock: "{% set %}",
        nodes.Macro: "{% macro %}",
        nodes.CallBlock: "{% call %}",
        nodes.FilterBlock: "{% filter %}",
        nodes.With: "{% with %}",
        nodes.Block: "{% block %}",
        nodes.Extends: "{% extends %}",
        nodes.Include: "{% include %}",
        nodes.Import: "{% import %}",
        nodes.FromImport: "{% from %}",
        nodes.Scope: "{% autoescape %}",
    }
)


def refuse_beyond(tree: nodes.Template) -> None:
    """Refuse what tags may not say.

    Raises:
        TemplateFault: E303, everything of it, each in a line.
    """
    problems = list(dict.fromkeys(_beyond(tree, 0, 0)))
    if problems:
        raise TemplateFault(problems[0], problems=problems[1:])


def _beyond(node: nodes.Node, depth: int, loops: int) -> Iterator[str]:
    if depth > MOST_DEPTH:
        yield f"标签套得太深（最多 {MOST_DEPTH} 层）"
        return
    if inner := _inner_name(node):
        yield f"标签里不能写以下划线开头的名字（{inner[:40]}）：{_INSTEAD}"
        return
    match node:
        case nodes.Const():
            yield from _constant(node.value)
        case nodes.Getitem():
            if not isinstance(node.arg, nodes.Const | nodes.Slice | nodes.Concat):
                yield "方括号里只能是字段名或序号"
        case nodes.Filter() | nodes.Test():
            yield from _unknown(node)
        case nodes.Call():
            yield f"标签里不能调用 {getattr(node.node, 'attr', getattr(node.node, 'name', ''))}()：{_INSTEAD}"
            return
        case nodes.For():
            loops += 1
            if problems := list(_loop(node, loops)):
                yield from problems
                return
        case _ if not isinstance(node, _PLAIN):
            named = next((_NAMED[kind] for kind in type(node).__mro__ if kind in _NAMED), "这种写法")
            yield f"标签里不能用{named}：{_INSTEAD}"
            return
    for child in node.iter_child_nodes():
        yield from _beyond(child, depth + 1, loops)


def _inner_name(node: nodes.Node) -> str:
    """Return a name that belongs to the language and not to a value, such as ``__class__``; empty for any other node."""
    match node:
        case nodes.Name(name=str(name)) | nodes.Getattr(attr=str(name)) if name.startswith("_"):
            return name
        case nodes.Getitem(arg=nodes.Const(value=str(name))) if name.startswith("_"):
            return name
    return ""


def _unknown(node: nodes.Filter | nodes.Test) -> Iterator[str]:
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        yield f"没有 {node.name} 这种写法（竖线后面只能是 {'、'.join(sorted(FILTERS - {'d', 'count', 'fit'}))}）"
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        yield f"没有 is {node.name} 这种写法（is 后面只能是 {'、'.join(sorted(TESTS))}）"


def _constant(value: object) -> Iterator[str]:
    if isinstance(value, int | float) and abs(value) > LARGEST_NUMBER:
        yield f"标签里的数太大（超过 {LARGEST_NUMBER}）"
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        yield f"标签里的文字太长（超过 {LONGEST_TEXT} 字）"


def _loop(node: nodes.For, loops: int) -> Iterator[str]:
    if loops > MOST_LOOPS:
        yield f"循环套得太深（最多 {MOST_LOOPS} 层）"
    if node.recursive or not isinstance(node.target, nodes.Name):
        yield "循环只能写成 {% for 行 in 表格 %}"
    if not isinstance(node.iter, nodes.Name | nodes.Getattr | nodes.Getitem):
        yield "循环只能逐行走登记的表格或清单，in 后面写它的字段名"


def in_chinese(error: TemplateError, faulty: str) -> str:
    """Say what is wrong with the tags of a template.

    Args:
        error: as the template language says it.
        faulty: the one tag that cannot be read by itself, empty where it is the order of several.
    """
    said = str(error)
    if faulty:
        return f"模板标签写法有误：“{faulty[:60]}”"
    if "Unexpected end of template" in said or "unexpected end of template" in said:
        return "模板标签写法有误：有 {% if %} 或 {% for %} 没有写对应的 {% endif %}、{% endfor %}"
    if "unknown tag" in said.lower():
        word = said.partition("'")[2].partition("'")[0]
        return f"模板标签写法有误：{{% {word} %}} 不认识，或没有与它成对的开头"
    return f"模板标签写法有误：{said}"
