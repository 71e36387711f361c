"""Where templates run: Jinja in an immutable sandbox, everything escaped, values never read as template code.

What tags may say at all is ``expressions``; how much may come of them is limited here, at issue as at the check.
Also what a template asks for, read from its tags: every dotted path in every branch.
"""

from __future__ import annotations

import contextvars
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from archivist.documents.render.continuation import fit
from archivist.documents.render.expressions import FILTERS, TESTS, in_chinese, refuse_beyond
from archivist.errors import TemplateFault
from archivist.model.chinese import clean_text

BUILT_IN: Final = "code"
"""The one name every template may use without declaring it: the QR payload as clear text, empty on a draft."""
PUT: contextvars.ContextVar[list[str] | None] = contextvars.ContextVar("put", default=None)
"""Where the texts a template prints are noted while it is rendered."""
WIDEST_BLANK: Final = 200
"""Characters of the longest line for a pen."""
MOST_CHARS: Final = 40_000_000
"""Characters of XML a part may be filled to; a register of a thousand rows has four million."""


def printed(value: object) -> object:
    """Note every printed value for the inspection; hide its braces, turn its line ends into paragraphs.

    A list prints one item on a line.
    """
    put = PUT.get()
    if put is None:
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = "\n".join(value)
    if not isinstance(value, str):
        if isinstance(value, int | Undefined):
            return value
        raise TemplateFault(
            f"模板要打印的不是文字，而是{'一张表' if isinstance(value, list) else '一组内容'}"
        )
    text = clean_text(value)
    if "\ufdd0" in text or "\ufdd1" in text:
        raise TemplateFault("填写的内容含有不是文字的字符（U+FDD0、U+FDD1），请删去后重填")
    put.append(text)
    return text.replace("{", "\ufdd0").replace("}", "\ufdd1").replace("\n", "\a")


def boxes(value: object, choices: str) -> str:
    """Show choices as boxes, the chosen ones ticked: ``□本人  ☑委托村居``.

    Args:
        value: the chosen one, or several joined by ``、``; empty ticks none.
        choices: separated by blanks; a ``/`` between blanks starts a new line.
    """
    chosen = str(value).split("、")
    return "\n".join(
        "  ".join(("☑" if c in chosen else "□") + c for c in line.split()) for line in choices.split(" / ")
    )


def blank(value: object, width: int = 8) -> str:
    """Show a value, or a line for the pen of so many characters when there is none."""
    if not 0 < width <= WIDEST_BLANK:
        raise TemplateFault(f"blank 后面的字数应为 1 至 {WIDEST_BLANK}")
    return str(value) or "＿" * width


def short(value: object) -> str:
    """Show a date as narrow columns do: ``2024年8月16日`` as ``2024.8.16``, a month as ``2024.8``."""
    return re.sub(r"(?<=\d)[年月](?=\d)", ".", str(value)).rstrip("年月日")


_OPERATORS: Final = ("eq", "==", "ne", "!=", "in", "lt", "<", "gt", ">", "le", "<=", "ge", ">=")
"""Tests the template language may use by itself."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Reads a group's values before its methods: a field may be called ``items`` or ``copy``."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def environment(undefined: type[Undefined] = StrictUndefined) -> ImmutableSandboxedEnvironment:
    """Return the sandbox templates run in: no globals, no loader, everything escaped."""
    env = _Sandbox(undefined=undefined, autoescape=True, finalize=printed, loader=DictLoader({}))
    env.globals.clear()
    env.filters.update({"boxes": boxes, "blank": blank, "short": short, "fit": fit})
    env.filters = {name: env.filters[name] for name in FILTERS}
    env.tests = {name: test for name, test in env.tests.items() if name in {*TESTS, *_OPERATORS}}
    return env


ENVIRONMENT: Final = environment()


def compile_source(source: str) -> Template:
    """Return a text with tags, ready to be filled.

    Raises:
        TemplateFault: E303, the tags cannot be read, or say what they may not.
    """
    return ENVIRONMENT.from_string(parsed(source))


def parsed(source: str) -> nodes.Template:
    """Return what the tags of a text say; nothing of it was worked out.

    Raises:
        TemplateFault: E303, the tags cannot be read, or say what they may not.
    """
    try:
        tree = ENVIRONMENT.parse(source)
    except TemplateError as error:
        raise TemplateFault(in_chinese(error, _faulty(source))) from None
    except RecursionError:
        raise TemplateFault("标签套得太深") from None
    refuse_beyond(tree)
    return tree


_VALUE: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def _faulty(source: str) -> str:
    """Return the first tag that prints a value and cannot be read by itself; empty where each can."""
    for tag in dict.fromkeys(_VALUE.findall(source)):
        try:
            ENVIRONMENT.parse(tag)
        except (TemplateError, RecursionError):
            shown = re.sub(r"<[^>]+>", "", tag)
            return "".join(f"〔U+{ord(c):04X}〕" if unicodedata.category(c) == "Cf" else c for c in shown)
    return ""


def filled(template: Template, values: Mapping[str, object], name: str) -> str:
    """Return a template filled; ``name`` is its file's.

    Raises:
        TemplateFault: E303, it asks for what is not there or does what it must not.
    """
    pieces, size = [], 0
    try:
        for piece in template.root_render_func(template.new_context(dict(values))):
            pieces.append(piece)
            size += len(piece)
            if size > MOST_CHARS:
                raise TemplateFault("模板填写后太大：循环或内容过多", file=name)
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise TemplateFault(f"模板不能填写：{error}", file=name) from None
    return "".join(pieces)


# ── what a template asks for ─────────────────────────────────────────────────────────────────────────────
def paths_in(source: str, names: Mapping[str, str]) -> set[str]:
    """Return every dotted path a text with tags reads.

    Args:
        source: the text.
        names: what the loops around it go through: name → path of the table.

    Raises:
        TemplateFault: E303, the tags cannot be read.
    """
    found: set[str] = set()
    inside = {**{name: f"{path}[]" for name, path in names.items()}, **({"loop": ""} if names else {})}
    _walk(parsed(source), inside, found)
    return found


def _walk(node: nodes.Node, names: Mapping[str, str], found: set[str]) -> None:
    if isinstance(node, nodes.For) and isinstance(node.target, nodes.Name):
        source = _path(node.iter, names)
        _walk(node.iter, names, found)
        inside = {**names, node.target.name: f"{source}[]", "loop": ""}
        for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
            _walk(child, inside, found)
        return
    path = _path(node, names)
    if path is None:
        for child in node.iter_child_nodes():
            _walk(child, names, found)
    elif path:
        found.add(path)


def _path(node: nodes.Node, names: Mapping[str, str]) -> str | None:
    """Return the dotted path an expression stands for; ``""`` for loop counters, ``None`` for anything else."""
    if isinstance(node, nodes.Name):
        return names.get(node.name, node.name)
    if isinstance(node, nodes.Getattr):
        base = _path(node.node, names)
        return base and f"{base}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        base = _path(node.node, names)
        return base and (f"{base}.{node.arg.value}" if isinstance(node.arg.value, str) else f"{base}[]")
    return None
