"""Whether the papers' files are whole, open, of lasting formats, without locks; from what came of opening each one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePath
from typing import Final

from archivist.preservation.four_nature.evidence import CaseEvidence
from archivist.preservation.four_nature.local_tools import ToolRun
from archivist.preservation.four_nature.outcome import ItemOutcome, not_checked
from archivist.preservation.four_nature.registry import checks_item
from archivist.reading.formats.registry import by_kind
from archivist.reading.trial_opening import TrialOpening, TrialOutcome

LASTING: Final = frozenset({"pdf", "ofd", "jpeg", "tiff", "png"})
"""Formats in which papers are kept for good; ``docx`` besides, of what the program itself printed."""
OPEN_COMPRESSIONS: Final = frozenset(
    {"raw", "packbits", "group3", "group4", "tiff_ccitt", "tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "jpeg"}
)  # fmt: skip
"""How the frames of a TIFF may be compressed: what TIFF 6.0 and its public supplements define, by Pillow's names."""
_SEE: Final = {
    TrialOutcome.CUT_SHORT: "不完整（见内容数据完整性）",
    TrialOutcome.LOCKED: "加了密（见无加密、非公开压缩）",
    TrialOutcome.DAMAGED: "打不开（见内容可打开）",
}
"""Why something could not be looked at that another item names as wrong."""
Judge = Callable[[str, TrialOpening], tuple[str, str]]
"""Says of a file what is wrong with it, and why it could not be looked at; both empty where it is right."""


def _over_files(evidence: CaseEvidence, judge: Judge, seen: str) -> ItemOutcome:
    """Judge every file the chain names; one that is not there, or was not tried, is left open."""
    if evidence.contents is None:
        return not_checked(evidence.unread)
    wrong, unread = [], list(_lost(evidence))
    if evidence.listed is None:
        unread.append("事件链断开，应有哪些文件没有依据")
    for path in evidence.payload:
        trial = evidence.trials.get(path)
        fault, why = judge(path, trial) if trial else ("", "没有试开")
        wrong += [f"{path}：{fault}"] if fault else []
        unread += [f"{path}：{why}"] if why else []
    return ItemOutcome.of(
        wrong, unread, [f"{len(evidence.payload)} 个文件{seen}"] if evidence.payload else []
    )


def _lost(evidence: CaseEvidence) -> Iterator[str]:
    here = set(evidence.payload)
    for path in sorted(_papers(evidence) - here):
        yield f"{path}：不在袋内（见固化信息有效性）"


def _papers(evidence: CaseEvidence) -> set[str]:
    return {f.path for r in evidence.case.records.values() for f in r.files} if evidence.case else set()


def _unlooked(trial: TrialOpening) -> str:
    return _SEE.get(trial.outcome) or trial.why


@checks_item("WZ05")
def wholeness(evidence: CaseEvidence) -> ItemOutcome:
    """PDFs have their end and pages that can be counted, pictures can be decoded to the last line."""

    def judge(_: str, trial: TrialOpening) -> tuple[str, str]:
        if trial.outcome is TrialOutcome.CUT_SHORT:
            return f"截断：{trial.why}", ""
        return "", "" if trial.outcome is TrialOutcome.OPENED else _unlooked(trial)

    return _over_files(evidence, judge, "完整")


@checks_item("KY02")
def opening(evidence: CaseEvidence) -> ItemOutcome:
    """Each file opens, at its first and its last page."""

    def judge(_: str, trial: TrialOpening) -> tuple[str, str]:
        if trial.outcome is TrialOutcome.DAMAGED:
            return trial.why, ""
        return "", "" if trial.outcome is TrialOutcome.OPENED else _unlooked(trial)

    return _over_files(evidence, judge, "首末页都打得开")


@checks_item("KY03")
def formats(evidence: CaseEvidence) -> ItemOutcome:
    """Every file is of a format in which papers are kept; a .docx only where the program itself printed it."""
    printed = (
        {f.path for r in evidence.case.records.values() if r.issued for f in r.files}
        if evidence.case
        else set()
    )

    def judge(path: str, trial: TrialOpening) -> tuple[str, str]:
        if not trial.kind:
            return "", trial.why
        if trial.kind in LASTING or (trial.kind == "docx" and path in printed):
            return "", ""
        return f"是{by_kind(trial.kind).label}，不在长期保存的格式之内", ""

    claims = sum(bool(trial.traits.claims) for trial in evidence.trials.values())
    pdfs = sum(trial.kind == "pdf" for trial in evidence.trials.values())
    said = (
        f"格式都在之内；{pdfs} 个 PDF 中 {claims} 个自称 PDF/A，一致性不在这里验" if pdfs else "格式都在之内"
    )
    return _over_files(evidence, judge, said)


@checks_item("KY04")
def locks(evidence: CaseEvidence) -> ItemOutcome:
    """Nothing is encrypted or compressed in a way that is not public."""

    def judge(_: str, trial: TrialOpening) -> tuple[str, str]:
        if trial.traits.encrypted:
            return "加了密", ""
        if odd := [c for c in trial.traits.compressions if c not in OPEN_COMPRESSIONS]:
            return f"图像压缩方案 {'、'.join(odd)} 不公开或少见", ""
        looked = trial.outcome is TrialOutcome.OPENED or (
            trial.outcome is TrialOutcome.NOT_TRIED and trial.kind
        )
        return "", "" if looked else _unlooked(trial)

    return _over_files(evidence, judge, "没有加密，压缩方案公开")


@checks_item("ZS12")
def attributes(evidence: CaseEvidence) -> ItemOutcome:
    """Size and extension are those of the content; moments of the file system are not asked, they say nothing reliable."""
    sizes = evidence.listed or {}

    def judge(path: str, trial: TrialOpening) -> tuple[str, str]:
        state = evidence.contents.files[path] if evidence.contents else None
        if state and path in sizes and state.st_size != sizes[path][1]:
            return f"{state.st_size} 字节，登记为 {sizes[path][1]} 字节", ""
        if not trial.kind:
            return "", trial.why
        known = by_kind(trial.kind)
        if not known.extensions:
            return "", f"{known.label}，没有扩展名可比"
        suffix = PurePath(path).suffix.lower()
        return (
            "" if suffix in known.extensions else f"内容是{known.label}，扩展名却是 {suffix or '没有'}"
        ), ""

    return _over_files(evidence, judge, "的大小、格式与扩展名一致")


@checks_item("ZS04")
def signatures(evidence: CaseEvidence) -> ItemOutcome:
    """Electronic signatures in the files are valid, as the office's own program says; most papers have none."""
    if evidence.contents is None:
        return not_checked(evidence.unread)
    signed = [path for path in evidence.payload if _signed(evidence.trials.get(path))]
    unlooked = [f"{p}：看不出有没有电子签名" for p in evidence.payload if _unknown(evidence.trials.get(p))]
    if not signed:
        return ItemOutcome.of(unchecked=unlooked or ["没有带电子签名的件"])
    wrong, unread, seen = [], unlooked, []
    for path, run in _runs(evidence, signed):
        match run:
            case ToolRun.CLEAN:
                seen.append(f"{path}：验签通过")
            case ToolRun.FOUND:
                wrong.append(f"{path}：验签失败")
            case ToolRun.FAILED:
                unread.append(f"{path}：验签工具没有给出结果")
            case str():
                unread.append(f"{path}：有电子签名，{run}")
    return ItemOutcome.of(wrong, unread, seen)


def _signed(trial: TrialOpening | None) -> bool:
    return trial is not None and trial.traits.signatures > 0


def _unknown(trial: TrialOpening | None) -> bool:
    looked = (TrialOutcome.OPENED, TrialOutcome.NOT_TRIED)
    return trial is None or trial.outcome not in looked


def _runs(evidence: CaseEvidence, paths: Iterable[str]) -> Iterator[tuple[str, ToolRun | str]]:
    for path in paths:
        yield path, evidence.office.signature_check(evidence.folder / path)


@checks_item("KY05")
def environment(evidence: CaseEvidence) -> ItemOutcome:
    """Whether the receiver's machines open the files only a person can try."""
    return not_checked(f"由人工在接收方机器上试开抽样件（本户 {len(evidence.payload)} 个文件）")
