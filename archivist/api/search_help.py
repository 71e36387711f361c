"""When nothing is found: what else a query may have meant is asked, and it is said that it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archivist.errors import ArchivistError
from archivist.search.paging import Page

if TYPE_CHECKING:
    from archivist.search.engine import Results
    from archivist.search.nearby import Meant, Nearby
    from archivist.search.query_tree import Node
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class OtherQuery:
    """What was asked instead of a query that finds nothing.

    Attributes:
        tree: what finds something; ``None`` when nothing does.
        said: what people are told of it.
        meant: words that are found and are one letter off.
    """

    tree: Node | None = None
    said: tuple[str, ...] = ()
    meant: tuple[Meant, ...] = ()


def other_query(
    query: str,
    filters: Mapping[str, str],
    tree: Node,
    *,
    read: Callable[[str, Mapping[str, str]], Node],
    ask: Callable[[Node, Page], Results],
    workspace: Workspace,
) -> OtherQuery:
    """Return what may have been meant by a query that finds nothing.

    Args:
        query: in the query language; ``filters`` the conditions beside it.
        filters: name of a field → value.
        tree: what both say.
        read: reads a query with filters.
        ask: puts a tree to the engine.
        workspace: whose document types have other names too.
    """
    other, known_as = _by_other_names(tree, workspace)
    if known_as and ask(other, Page(1)).total:
        return OtherQuery(other, tuple(f"文书“{name}”按“{title}”查了" for name, title in known_as.items()))
    words, others = _with_name(query, filters)
    if not words:
        return OtherQuery()
    from archivist.search.nearby import nearby

    near = nearby(words, lambda one, hits: ask(read(one, others), Page(hits)))
    said = [f"引号里的“{word}”照字面查；要用 * 和 ? 代替不知道的字，请去掉引号" for word in near.literal]
    if near.query:
        said.append(_put_right(near))
    elif near.apart:
        each = "、".join(f"“{word}”" for word in near.apart)
        said.append(f"{each}各自都有，但没有一件（连同它的户）同时有")
    elif near.lacking:
        said.append(_missed(near))
    return OtherQuery(read(near.query, others) if near.query else None, tuple(said), near.meant)


def _missed(near: Nearby) -> str:
    """Say which words are nowhere; of the others nothing where not each was asked for."""
    words = "、".join(map(_quoted, near.lacking))
    if near.others_found:
        return f"{words}没有找到；其余的词是有的"
    return f"{words}{'都' if len(near.lacking) > 1 else ''}没有找到"


def _put_right(near: Nearby) -> str:
    if near.parted:
        return f"照原样没有找到；下面是把“{near.parted}”当作空格查到的"
    taken = [f"“{word}”按字形相近的“{other}”" for word, other in near.slips]
    taken += [f"{_quoted(word)}按{_quoted(other)}" for word, other in near.instead]
    slipped = "（扫描件可能认错了字）" if near.slips else ""
    return f"照原样没有找到；下面是把{'、'.join(taken)}查到的{slipped}"


def _quoted(word: str) -> str:
    return word if word.startswith(('"', "“")) else f"“{word}”"


def _with_name(query: str, filters: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """Return a query with a name that was told beside it as a word of its own, which may be mistyped too; and the other filters."""
    name = filters.get("name", "").replace('"', "").strip()
    words, others = query.strip(), {key: value for key, value in filters.items() if key != "name"}
    if not name:
        return words, filters
    return (f'({words}) 姓名:"{name}"' if words else f'姓名:"{name}"'), others


def _by_other_names(tree: Node, workspace: Workspace) -> tuple[Node, Mapping[str, str]]:
    """Return a query in which a document type is asked for by its own name, and the titles of those that were asked for by another."""
    from archivist.search.query_tree import And, Not, OfType, Or

    known_as: dict[str, str] = {}

    def renamed(node: Node) -> Node:
        match node:
            case And(parts):
                return And(tuple(map(renamed, parts)))
            case Or(parts):
                return Or(tuple(map(renamed, parts)))
            case Not(part):
                return Not(renamed(part))
            case OfType(name):
                try:
                    found = workspace.catalogue.get(name)
                except ArchivistError:
                    return node
                known_as[name] = found.title
                return Or((node, OfType(found.id)))
            case _:
                return node

    return renamed(tree), known_as
