"""Marks on the types of declared values: ``Annotated[str, Form(…)]``, ``field(metadata=NOT_DECLARED)``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, Self

NOT_DECLARED: Final[Mapping[str, bool]] = MappingProxyType({"declared": False})
"""Metadata of a dataclass field that the program fills in; as a key of a table it is unknown."""
GIVEN: Final[Mapping[str, bool]] = MappingProxyType({"given": True})
"""Metadata of a dataclass field whose key the program adds to a table before it is read; people do not write it."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a value must be like, beyond its type.

    Attributes:
        fits: whether it is; a ``ValueError`` or ``InvalidValue`` says why not.
        expected: how messages name it.
        choices: all it may be, where they can be alternatives.
    """

    fits: Callable[[Any], object]
    expected: str
    choices: tuple[str, ...] = ()


class Notation:
    """A value that people write as one text in a small notation (``a|b?``), taken apart once, when it is read.

    ``EXPECTED`` is how messages name it.
    """

    __slots__ = ()
    EXPECTED: ClassVar[str]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text.

        Raises:
            ValueError: it is not written so.
        """
        raise NotImplementedError


def matching(pattern: str, expected: str) -> Form:
    """Return the form of texts a regular expression matches from end to end."""
    return Form(re.compile(pattern).fullmatch, expected)


def one_of(choices: Sequence[str]) -> Form:
    """Return the form of texts that are in a list."""
    return Form(frozenset(choices).__contains__, alternatives(choices), tuple(choices))


def alternatives(choices: Sequence[str]) -> str:
    """Return how messages name what is one of some words."""
    return f"{'、'.join(choices)}{' ' if choices[-1].isascii() else ''}之一"


def _is_condition(condition: str) -> bool:
    from archivist.model import conditions  # settings have forms too, and need no facts of households

    return not condition or bool(conditions.parse(condition))


Words = Annotated[str, Form(str.strip, "文字，不能为空")]
Condition = Annotated[str, Form(_is_condition, "条件，如 step.confirm and not applicant.disability")]
"""A condition on a case, in the words of ``model.conditions``; empty: always."""


FULL_PATH: Final = Form(
    lambda path: not path or (path.isprintable() and PurePath(path).is_absolute()),
    "完整路径，如 '/srv/收件箱'、'D:\\收件箱'（用单引号；~、%USERPROFILE% 不认；Linux 上的网络共享先挂载，再写挂载的文件夹）",
)
"""The form of a path from the root of a disk of this system, or of nothing."""

_NODE = re.compile(r"(https|http)://([^/@\s\[\]:?#]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?")


def _is_node(text: str) -> bool:
    if not (found := _NODE.fullmatch(text)):
        return False
    scheme, host, port = found.groups()
    return (scheme == "https" or host in ("127.0.0.1", "localhost")) and 0 < int(port or 1) < 1 << 16


NODE_ADDRESS: Final = Form(
    _is_node, "https:// 开头的地址，端口不超过 65535，不带用户名、密码和路径（http 只用于本机）"
)
"""Of a node of a cluster: with TLS, but on this machine."""
