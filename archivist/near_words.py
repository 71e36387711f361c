"""What a mistyped word may have meant: said in the error, never acted on."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, names: Iterable[str], most: int = 3) -> list[str]:
    """Return which names a mistyped word may have meant: those that are like it, then those it is a part of."""
    import difflib  # only where a word is wrong

    known = [name for name in dict.fromkeys(names) if name]
    folded = {name.casefold(): name for name in known}
    like = difflib.get_close_matches(word.casefold(), folded, n=most * 2, cutoff=0.5)
    like.sort(
        key=lambda one: one[:1] != word[:1].casefold()
    )  # of two that are as like, the one that begins so
    parts = [name for name in known if len(word) > 1 and (word in name or (len(name) > 1 and name in word))]
    return list(dict.fromkeys([*(folded[one] for one in like), *parts]))[:most]


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown word: what may have been meant; nothing where nothing is near."""
    near = nearest(word, names)
    return f"；是不是 {'、'.join(near)}？" if near else ""
