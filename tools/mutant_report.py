"""Turn the verdicts on mutated packs into a page and the list of survivors: ``ARCHIVIST_MUTANT_REPORT=folder pytest --long …``, then this.

The folder holds ``<pack>.json``, ``{mutant: layer that caught it, empty: none}``, written by ``tests/rules/mutants``. The page is
``docs/pack-mutants.md``; in ``tests/data/pack_mutants.toml`` the survivors and the rows gone through are written anew, the
equivalent ones and their sentences stay.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

from tests.rules.mutants.mutations import mutants

ROOT = Path(__file__).resolve().parent.parent
HEADING = """# Mutated rule packs

<!-- written by make long, never by hand -->

Each row of each shipped pack is taken away, each value of each row perturbed, one at a time (numbers ±1 and doubled, the unit
swapped, dates moved by a day and a year, a category, guard, paper, state, question or argument dropped, a condition negated or
dropped, an enumeration flipped): {total:,} mutants tried. A mutant counts as caught only by somebody who knows what is right apart from
the pack; that what the program shows has changed is no catch. Rows that a pack only inherits are mutated where they stand.

- **reading**: the row cannot be read as typed values (`archivist rules check`, and every start of the program);
- **whole**: the proof of the pack as a whole names it (`archivist rules check`, `rules/soundness/`);
- **sentence**: the number is not in the sentence the row quotes (`tests/rules/mutants/sentences.py`, `tests/data/rule_numbers.tsv`);
- **table**: the table of what the law demands at least, written by hand, says otherwise (`tests/data/procedure_expectations.tsv`);
- **tests**: a test of the packs fails on it (date vectors reckoned by hand, walks through the procedures, guards).

Not mutated: titles, notes, sources, triggers and marks of inference, which are for people; `documents` of rules where only people
read them.
"""
LAYERS = {
    "读入": "reading",
    "整体核对": "whole",
    "所引句子": "sentence",
    "期望表": "table",
    "规则测试": "tests",
}


def page(verdicts: dict[str, dict[str, str]], equivalent: dict[str, str]) -> str:
    """Return the page.

    Args:
        verdicts: pack → mutant → layer, empty where it survives.
        equivalent: mutant → why it changes nothing.
    """
    total = sum(map(len, verdicts.values()))
    lines = [HEADING.format(total=total)]
    for pack, said in sorted(verdicts.items()):
        if len(said) < (there := len(mutants(pack))):
            lines.append(f"Of {pack} a drawn {len(said):,} of {there:,} were tried.\n")
    lines.append(f"| pack | mutants | {' | '.join(LAYERS.values())} | equivalent | survive | caught |")
    lines.append(f"|---|--:|{'--:|' * (len(LAYERS) + 3)}")
    sums: Counter[str] = Counter()
    for pack, said in sorted(verdicts.items()):
        counts = Counter(
            "equivalent" if not layer and m in equivalent else layer or "survive" for m, layer in said.items()
        )
        sums.update(counts)
        lines.append(_row(pack, len(said), counts))
    lines.append(_row("**all**", total, sums))
    lines += ["", "## Equivalent", ""]
    lines += [f"- `{mutant}`: {why}" for mutant, why in sorted(equivalent.items())] or ["None."]
    lines += ["", "## Survivors", ""]
    for pack, said in sorted(verdicts.items()):
        by_row: dict[str, list[str]] = defaultdict(list)
        for mutant, layer in said.items():
            if not layer and mutant not in equivalent:
                row, _, change = mutant.removeprefix(f"{pack} ").partition(": ")
                by_row[row].append(change)
        lines += (
            [f"### {pack}", ""]
            + [f"- `{row}`: {'; '.join(changes)}" for row, changes in by_row.items()]
            + [""]
        )
    return "\n".join(lines).rstrip() + "\n"


def _row(name: str, total: int, counts: Counter[str]) -> str:
    cells = [counts[layer] for layer in LAYERS]
    gone = sum(cells) + counts["equivalent"]
    share = f"{100 * gone / total:.1f} %" if total else ""
    return f"| {name} | {total:,} | {' | '.join(f'{c:,}' for c in cells)} | {counts['equivalent']} | {counts['survive']} | {share} |"


def listed(verdicts: dict[str, dict[str, str]], equivalent: dict[str, str]) -> str:
    """Return the list of survivors as TOML."""
    survivors = [
        m
        for _, said in sorted(verdicts.items())
        for m, layer in said.items()
        if not layer and m not in equivalent
    ]
    quoted = [f"  {json.dumps(m, ensure_ascii=False)}," for m in survivors]
    rows = {
        m.row_id: m.row_digest for pack in sorted(verdicts) for m in mutants(pack) if m.id in verdicts[pack]
    }
    tried = [f"{json.dumps(row, ensure_ascii=False)} = {json.dumps(digest)}" for row, digest in rows.items()]
    why = [
        f"{json.dumps(m, ensure_ascii=False)} = {json.dumps(w, ensure_ascii=False)}"
        for m, w in sorted(equivalent.items())
    ]
    head = (
        "# Mutated packs that nobody catches (written by make long), the rows that were gone through with what they said, and the\n"
        "# mutants that change nothing: each of these, written by hand, with a sentence."
    )
    return (
        "\n".join([head, "survivors = [", *quoted, "]", "", "[rows]", *tried, "", "[equivalent]", *why])
        + "\n"
    )


def main() -> None:
    """Write both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    verdicts = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))
    }
    target = ROOT / "tests/data/pack_mutants.toml"
    equivalent = tomllib.loads(target.read_text(encoding="utf-8")).get("equivalent", {})
    target.write_text(listed(verdicts, equivalent), encoding="utf-8")
    (ROOT / "docs/pack-mutants.md").write_text(page(verdicts, equivalent), encoding="utf-8")


if __name__ == "__main__":
    main()
