"""Whether the bag is as its chain, and as what others hold of it, says: digests, chain, anchor, structure, sums, events that can be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archivist.model.standing import Verdict
from archivist.preservation.comparison import HeadsElsewhere, compare
from archivist.preservation.four_nature.evidence import CaseEvidence
from archivist.preservation.four_nature.office_evidence import OutsideAnchor
from archivist.preservation.four_nature.outcome import ItemOutcome, not_checked
from archivist.preservation.four_nature.registry import checks_item
from archivist.preservation.submission_bags import pack
from archivist.store import bag
from archivist.store.bag_contents import DECLARED_BY
from archivist.store.bag_fixity import FixityFault, FixityFinding
from archivist.store.bag_profile import NAMED_BY, fields, profile_of
from archivist.store.event_witnesses import path_of, seq_of

_BROKEN_CHAIN: Final = "事件链断开或被改动（见事件链、清单），以后的文件没有依据"
_SURPLUS: Final = (FixityFault.EXTRA, FixityFault.STRAY, FixityFault.NESTED)


def said_of(finding: FixityFinding) -> str:
    """Return a finding in one line."""
    return f"{finding.file or '档案袋'}：{finding.problem.label}" + (
        f"（{finding.found}）" if finding.problem is FixityFault.UNCHECKED and finding.found else ""
    )


def _unreadable(evidence: CaseEvidence) -> str:
    """Why the bag as a whole could not be looked at; empty when it could."""
    for finding in evidence.fixity.findings:
        if finding.problem is FixityFault.NEWER:
            return "由更新版本的程序写入，本程序不能判断"
        if finding.problem is FixityFault.UNCHECKED and not finding.file:
            return f"档案袋读不出来（{finding.found}）"
    return evidence.unread if evidence.contents is None else ""


def _is_of_file(finding: FixityFinding) -> bool:
    return bag.is_payload(finding.file) or finding.file.startswith("text/")


def is_surplus(finding: FixityFinding) -> bool:
    """Tell whether a finding is of something that ought not to be there at all."""
    return finding.problem in _SURPLUS or (finding.problem is FixityFault.LINK and not finding.expected)


@checks_item("ZS01")
def digests(evidence: CaseEvidence) -> ItemOutcome:
    """Every file's digest, read anew, is the one the chain has."""
    if why := _unreadable(evidence):
        return not_checked(why)
    mine = [f for f in evidence.fixity.findings if _is_of_file(f) and not is_surplus(f)]
    wrong = [said_of(f) for f in mine if f.problem is not FixityFault.UNCHECKED]
    unread = [said_of(f) for f in mine if f.problem is FixityFault.UNCHECKED]
    if not evidence.fixity.head:
        unread.append(_BROKEN_CHAIN)
    seen = [f"{evidence.fixity.files} 个文件，重读 {evidence.fixity.read} 字节，与事件链相符"]
    return ItemOutcome.of(wrong, unread, seen)


@checks_item("ZS02")
def chain_and_manifests(evidence: CaseEvidence) -> ItemOutcome:
    """Chain and manifests, worked out anew, are those that stand there and those that ledger and index remember."""
    if why := _unreadable(evidence):
        return not_checked(why)
    wrong, unread = [], []
    for finding in evidence.fixity.findings:
        if _is_of_file(finding) or is_surplus(finding) or finding.problem is FixityFault.STATE:
            continue
        if finding.problem is FixityFault.UNCHECKED or _is_unparsed(evidence, finding):
            unread.append(said_of(finding))
        else:
            wrong.append(said_of(finding))
    if not evidence.fixity.head and not wrong and not unread:
        unread.append("事件链没有读到头")
    return ItemOutcome.of(wrong, unread, [f"{evidence.fixity.events} 个事件逐个相接，清单由链重算相同"])


def _is_unparsed(evidence: CaseEvidence, finding: FixityFinding) -> bool:
    """Tell whether an event is in its place as it was written, and only says what no event says (``KY01``, ``ZS06``)."""
    seq = seq_of(finding.file)
    stored = evidence.events.get(seq) if seq else None
    return finding.problem is FixityFault.CHAIN and stored is not None and stored.event is None


@checks_item("ZS03")
def outside_anchor(evidence: CaseEvidence) -> ItemOutcome:
    """The chain holds every head that a seal or a submission has of it."""
    outside = evidence.office.outside
    if isinstance(outside, str):
        return not_checked(outside)
    wrong: list[str] = []
    unread: list[str] = []
    seen: list[str] = []
    for anchor in outside:
        said, verdict = _against(evidence, anchor)
        match verdict:
            case Verdict.FAILED:
                wrong.append(said)
            case Verdict.UNCHECKED:
                unread.append(said)
            case Verdict.PASSED if anchor.on_record:
                seen.append(said)
    if not outside:
        return not_checked("还没有报送过，也没有封存过")
    if not (wrong or unread or seen):
        unread.append("上次报送、封存以后才立户")
    return ItemOutcome.of(wrong, unread, seen)


def _against(evidence: CaseEvidence, anchor: OutsideAnchor) -> tuple[str, Verdict]:
    """Say how the case stands to an anchor: 不适用 where that one does not know it."""
    heads = tuple(head for head in anchor.heads.heads if head.bag == str(evidence.number))
    if not heads:
        return "", Verdict.NOT_APPLICABLE
    (found,) = compare(evidence.office.workspace.archive, HeadsElsewhere(anchor.heads.kind, heads[:1]))
    said = f"{anchor.name}：{found.standing.label}"
    if found.why:
        return f"{said}（{found.why}）", Verdict.UNCHECKED
    return said, Verdict.FAILED if found.standing.alarming else Verdict.PASSED


@checks_item("ZS14")
def structure(evidence: CaseEvidence) -> ItemOutcome:
    """The bag is a BagIt bag and keeps to the profile it names; bags of before name none."""
    if evidence.contents is None or evidence.info is None:
        return not_checked(evidence.unread or f"没有 {bag.INFO}")
    wrong = list(_faults_of_bag(evidence))
    profile = profile_of(evidence.info)
    if profile is not None:
        wrong += profile.faults(evidence.info, evidence.contents.files)
        return ItemOutcome.of(wrong, seen=[f"BagIt 1.0，规范 {profile.identifier}"])
    if named := fields(evidence.info).get(NAMED_BY):
        return ItemOutcome.of([*wrong, f"所写的规范 {named[0]} 不认得"])
    return ItemOutcome.of(wrong, ["格式 1 的袋没有写规范，规范一项未检"])


def _faults_of_bag(evidence: CaseEvidence) -> Iterator[str]:
    """Yield what makes the folder no bag (RFC 8493, 2.1.1, 2.1.3); digests are other items'."""
    for name in (DECLARED_BY, bag.MANIFEST, bag.TAG_MANIFEST):
        try:
            data = (evidence.folder / name).read_bytes()
        except OSError:
            yield f"{name} 缺失或读不出来"
            continue
        if name == DECLARED_BY:
            if not data.startswith((b"BagIt-Version: 1.0\n", b"BagIt-Version: 1.0\r\n")):
                yield f"{name} 没有写 BagIt-Version: 1.0"
            continue
        try:
            bag.parse_manifest(data)
        except ValueError:
            yield f"{name} 有一行不是清单"


@checks_item("WZ01")
def sums(evidence: CaseEvidence) -> ItemOutcome:
    """The number of files and of bytes the chain has is what lies in the bag."""
    if evidence.contents is None or evidence.listed is None:
        return not_checked(evidence.unread or _BROKEN_CHAIN)
    listed = {path: size for path, (_, size) in evidence.listed.items() if bag.is_payload(path)}
    there = {p: s.st_size for p, s in evidence.contents.files.items() if p in listed}
    wrong = []
    if len(there) != len(listed):
        wrong.append(f"应有 {len(listed)} 个文件，实有 {len(there)} 个")
    if sum(there.values()) != sum(listed.values()):
        wrong.append(f"应有 {sum(listed.values())} 字节，实有 {sum(there.values())} 字节")
    told, unread, agreed = _transfer_list(evidence)
    seen = [f"{len(listed)} 个文件、{sum(listed.values())} 字节，逐袋求和相符", *agreed]
    return ItemOutcome.of([*wrong, *told], unread, seen)


def _transfer_list(evidence: CaseEvidence) -> tuple[list[str], list[str], list[str]]:
    """Hold the bag, as it stood then, against the list of the last submission it was in: wrong, left open, right."""
    for name, sums in reversed(evidence.office.transfer_lists.items()):
        if isinstance(sums, str):
            return [], [sums], []
        if told := sums.get(str(evidence.number)):
            packed = pack(evidence.office.workspace.archive.root, told.head)
            now = (packed.records, len(packed.entries), packed.bytes)
            said = (told.records, told.files, told.bytes)
            words = f"{name} 的移交清单 {said[0]} 件、{said[1]} 个文件、{said[2]} 字节"
            wrong = [f"{words}，实为 {now[0]} 件、{now[1]} 个、{now[2]} 字节"] if now != said else []
            return wrong, [], [words]
    return [], [], []


@checks_item("KY01")
def readable_metadata(evidence: CaseEvidence) -> ItemOutcome:
    """Every event can be read, and a state follows from them."""
    if why := _unreadable(evidence):
        return not_checked(why)
    wrong = [
        f"{path_of(seq)}：解析不了"
        for seq, stored in sorted(evidence.events.items())
        if stored.event is None and not stored.newer and seq not in evidence.plain
    ]
    wrong += [
        f"内容前后矛盾，状态折叠不了（{finding.found}）"
        for finding in evidence.fixity.findings
        if finding.problem is FixityFault.STATE
    ]
    unread = [] if evidence.case or wrong else [f"没有折叠：{evidence.unread or '事件链没有读到头'}"]
    return ItemOutcome.of(wrong, unread, [f"{len(evidence.events)} 个事件都可解析，状态可折叠"])
