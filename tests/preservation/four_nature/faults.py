"""Faults by their kind: what is done to a sound office, and which items must find it."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from archivist.model.event import Op
from archivist.model.record import RecordStatus
from archivist.preservation.backup import back_up
from archivist.preservation.four_nature.evidence import CaseEvidence
from archivist.preservation.seal import seal
from archivist.preservation.submission import SubmissionOrder, submit
from archivist.preservation.submission_selection import Wanted
from archivist.report.query import Period
from archivist.store import Draft, NewFile, bag
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.preservation.four_nature.office import GRAY, ONE, file_paper, paper, pdf, picture
from tests.reading import files, locked
from tests.tamper import hands

Act = Callable[[Workspace, Path], object]


def nothing(_: Workspace, __: Path) -> None:
    """Leave the office as it is."""


@dataclass(frozen=True, slots=True)
class FaultOfKind:
    """One fault.

    Attributes:
        act: makes it, given the office and a folder for what it needs.
        failing: the items that must say 不合格; no other may.
        unchecked: items that must say 未检.
        passing: items that must say 合格.
        after: changes what was gathered, for what no file can be made to say.
        medium: whether the backup's medium, ``disk`` in the folder, is at hand.
    """

    act: Act = nothing
    failing: frozenset[str] = frozenset()
    unchecked: frozenset[str] = frozenset()
    passing: frozenset[str] = frozenset()
    after: Callable[[CaseEvidence], CaseEvidence] = lambda evidence: evidence
    medium: bool = False


def fault(
    act: Act = nothing,
    failing: str = "",
    *,
    unchecked: str = "",
    passing: str = "",
    after: Callable[[CaseEvidence], CaseEvidence] = lambda evidence: evidence,
    medium: bool = False,
) -> FaultOfKind:
    return FaultOfKind(
        act, frozenset(failing.split()), frozenset(unchecked.split()), frozenset(passing.split()), after, medium
    )  # fmt: skip


def filed(name: str, make: Callable[[Path], bytes], kind: str = "household_survey", **said: Any) -> Act:
    """File one more paper."""
    return lambda workspace, folder: file_paper(workspace, name, make(folder), kind, **said)


def _cut(folder: Path) -> bytes:
    return pdf(folder)[:-60]


def _bytes_of(path: Path) -> bytes:
    return path.read_bytes()


def bag_of(workspace: Workspace) -> Path:
    return workspace.archive.cases / str(ONE)


def forget(workspace: Workspace) -> None:
    """Take the index away, which remembers heads; the ledger has none yet."""
    workspace.close()
    shutil.rmtree(workspace.root / "index", ignore_errors=True)


def rewritten(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Act:
    """Write the history anew with another content, consistent in itself, as if it had been so from the start."""

    def act(workspace: Workspace, _: Path) -> None:
        hands.rewrite(bag_of(workspace), change)
        forget(workspace)

    return act


def _with_record(number: str, **said: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def change(plain: dict[str, Any]) -> dict[str, Any]:
        record = plain["data"].get("record")
        if record and record["no"] == number:
            plain["data"]["record"] = {**record, **said}
        return plain

    return change


def commit(op: Op, data: Mapping[str, Any], *new: NewFile) -> Act:
    def act(workspace: Workspace, _: Path) -> None:
        workspace.archive.commit(ONE, lambda _: Draft(op, dict(data), files=new), workspace.stamp(BY))

    return act


def noted(**said: Any) -> Act:
    """Let the ledger tell of a destruction that began."""
    data = {"disposal": "XH-2024-001", "list_sha256": "0" * 64, "executor": "丙", **said}
    return lambda workspace, _: workspace.archive.note(Op.DISPOSAL_STARTED, data, workspace.stamp(BY))


def garbage(workspace: Workspace, _: Path) -> None:
    """Let the last event be no JSON, and list it so: nothing else contradicts it."""
    last = max((bag_of(workspace) / "events").iterdir())
    hands.write(last, b"{ not JSON\n")
    hands.list_all_anew(bag_of(workspace))
    forget(workspace)


def of_no_shape(workspace: Workspace, _: Path) -> None:
    """Let the last event be JSON, and no event."""
    last = max((bag_of(workspace) / "events").iterdir())
    plain = json.loads(last.read_bytes())
    plain["data"]["record"]["title"] = 7
    hands.write(last, hands.encode(plain))
    hands.list_all_anew(bag_of(workspace))
    forget(workspace)


def without_line(line: str) -> Act:
    """Take a line out of ``bag-info.txt``, as if the bag had been made so."""

    def act(workspace: Workspace, _: Path) -> None:
        info = bag_of(workspace) / bag.INFO
        left = [said for said in info.read_text(encoding="utf-8").splitlines() if not said.startswith(line)]
        data = "".join(f"{said}\n" for said in left).encode()
        hands.write(info, data)

        def change(plain: dict[str, Any]) -> dict[str, Any]:
            if "bag_info_sha256" in plain["data"]:
                plain["data"]["bag_info_sha256"] = bag.sha256(data)
            return plain

        hands.rewrite(bag_of(workspace), change)
        forget(workspace)

    return act


def set_back(workspace: Workspace, folder: Path) -> None:
    """Set everything back to an older copy but the outbox, where a seal lies: nothing here remembers."""
    shutil.copytree(workspace.root, folder / "older", ignore=shutil.ignore_patterns("outbox"))
    workspace.close()
    with Workspace.open(workspace.root) as now:
        file_paper(now, ".pdf", pdf(folder))
        seal(now, BY)
    for name in ("cases", "ledger", "changed"):
        shutil.rmtree(workspace.root / "archive" / name)
        shutil.copytree(folder / "older" / "archive" / name, workspace.root / "archive" / name)
    shutil.rmtree(workspace.root / "index")


def sealed(workspace: Workspace, _: Path) -> None:
    seal(workspace, BY)


def sealed_and_lost(workspace: Workspace, _: Path) -> None:
    made = seal(workspace, BY)
    shutil.rmtree(made.files[0].parent)


def secured(command: str, status: int, more: str = "") -> Act:
    """Configure a program that always ends with one status."""

    def act(workspace: Workspace, folder: Path) -> None:
        program = folder / "tool.py"
        program.write_text(f"raise SystemExit({status})", encoding="utf-8")
        settings = workspace.root / "archivist.toml"
        words = json.dumps([sys.executable, str(program), "{path}"])
        said = f"[security]\n{command} = {words}\n" + more.replace("DATA", json.dumps(str(program)))
        settings.write_text(settings.read_text(encoding="utf-8") + said, encoding="utf-8")

    return act


def settled(table: str, line: str) -> Act:
    """Write something into the settings."""

    def act(workspace: Workspace, _: Path) -> None:
        path = workspace.root / "archivist.toml"
        path.write_text(f"{path.read_text(encoding='utf-8')}[{table}]\n{line}\n", encoding="utf-8")

    return act


def finished(no: str, pages: int = 2) -> Act:
    """Finish the volume, the first paper with so many pages."""
    ranges = [["0001", 1, pages], ["0002", pages + 1, pages + 2], ["0003", pages + 3, pages + 4]]
    return commit(Op.VOLUME_FINISHED, {"no": no, "pages": ranges})


def both(*acts: Act) -> Act:
    def act(workspace: Workspace, folder: Path) -> None:
        for one in acts:
            with Workspace.open(workspace.root) as fresh:
                one(fresh, folder)

    return act


def backed_up(days: int = 0) -> Act:
    def act(workspace: Workspace, folder: Path) -> None:
        (folder / "disk").mkdir()
        back_up(workspace, replace(BY, time=BY.time - dt.timedelta(days=days)), folder / "disk")

    return act


def spoil_backup(_: Workspace, folder: Path) -> None:
    hands.flip(next((folder / "disk").glob("*/archive/cases/*/data/*/0001 *")))


def twice_numbered(workspace: Workspace, folder: Path) -> None:
    for kind in ("acceptance_notice", "correction_notice"):
        said = {"doc_no": "红样救字〔2024〕7号", "template_sha256": "0" * 64}
        file_paper(workspace, ".pdf", pdf(folder), kind, data_of_record=said)


def _signed(folder: Path) -> bytes:
    """Return a PDF with a field for a signature in which one stands: dots, which nobody could verify."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, NameObject, NumberObject
    from pypdf.generic import TextStringObject as Text

    writer = PdfWriter(clone_from=PdfReader(files.text_pdf(folder / "unsigned.pdf", "一")))
    value = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Sig"),
            NameObject("/Filter"): NameObject("/Adobe.PPKLite"),
            NameObject("/SubFilter"): NameObject("/adbe.pkcs7.detached"),
            NameObject("/Contents"): ByteStringObject(b"." * 32),
            NameObject("/ByteRange"): ArrayObject(map(NumberObject, (0, 10, 20, 10))),
        }
    )
    field = DictionaryObject(
        {
            NameObject("/FT"): NameObject("/Sig"),
            NameObject("/T"): Text("签名"),
            NameObject("/V"): writer._add_object(value),
        }
    )
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject(
        {
            NameObject("/Fields"): ArrayObject([writer._add_object(field)]),
            NameObject("/SigFlags"): NumberObject(3),
        }
    )
    writer.write(folder / "signed.pdf")
    return (folder / "signed.pdf").read_bytes()


def _stack(compression: str) -> bytes:
    return picture("TIFF", compression=compression, save_all=True, append_images=[GRAY])


def _gap(evidence: CaseEvidence) -> CaseEvidence:
    assert evidence.case is not None
    left = {n: r for n, r in evidence.case.records.items() if n != "0002"}
    return replace(evidence, case=replace(evidence.case, records=MappingProxyType(left)))


def _blank_state(evidence: CaseEvidence) -> CaseEvidence:
    """Let nobody have taken the first step."""
    assert evidence.case is not None
    first, *others = evidence.case.steps
    return replace(evidence, case=replace(evidence.case, steps=(replace(first, by=(), actor=""), *others)))


def _later_step_first(evidence: CaseEvidence) -> CaseEvidence:
    """Close the file before its last step."""
    assert evidence.case is not None
    return replace(evidence, case=replace(evidence.case, deregistered_on=dt.date(2024, 1, 2)))


def _other_sums(evidence: CaseEvidence) -> CaseEvidence:
    assert evidence.listed is not None
    path, (digest, size) = next((p, of) for p, of in evidence.listed.items() if p == bag.LEAFLET)
    return replace(evidence, listed=MappingProxyType({**evidence.listed, path: (digest, size + 1)}))


def handed_over(workspace: Workspace, _: Path) -> None:
    submit(workspace, BY, SubmissionOrder(Period.of_month("2024-03"), "2024M03", Wanted.ALL))


def _other_list(evidence: CaseEvidence) -> CaseEvidence:
    """Let the list say one byte more of the household."""
    ((name, (entry, submission)),) = evidence.office.handed_over.items()
    assert submission is not None
    cases = tuple(replace(told, bytes=told.bytes + 1) for told in submission.cases)
    evidence.office.__dict__["handed_over"] = {name: (entry, replace(submission, cases=cases))}
    return evidence


CLEAN: Final = "virus_data = DATA\nvirus_scan_name = '样例杀毒 1.0'\n"
FONDS: Final = ("archive", 'fonds = "Z109"')
KINDS: Final[Mapping[str, FaultOfKind]] = {
    "sound": fault(passing="ZS01 ZS02 ZS05 ZS06 ZS07 ZS09 ZS11 ZS12 ZS13 ZS14 WZ01 WZ03 WZ04 WZ05 KY01 KY02 KY03 KY04 AQ02 AQ03 AQ04",
                   unchecked="ZS03 ZS04 KY05 AQ01 AQ05 WZ06"),
    # made of a file before it is filed
    "a PDF cut short": fault(filed(".pdf", _cut), "WZ05", unchecked="KY02 KY04"),
    "a photograph cut short": fault(filed(".jpg", lambda _: picture()[:-200]), "WZ05", unchecked="KY02"),
    "a PDF whose last page is damaged": fault(
        filed(".pdf", lambda f: _bytes_of(files.pdf_with_damaged_page(f / "d.pdf", "一", "二", damaged=2))), "KY02", unchecked="WZ05"),
    "a PDF behind a password": fault(
        filed(".pdf", lambda f: _bytes_of(files.encrypted_pdf(f / "e.pdf"))), "KY04", unchecked="KY02 WZ05"),
    "a PDF encrypted with an empty password": fault(
        filed(".pdf", lambda f: _bytes_of(locked.locked_pdf(f / "o.pdf", files.text_pdf(f / "p.pdf", "一"), ""))), "KY04"),
    "a TIFF of a rare compression": fault(filed(".tif", lambda _: _stack("zstd")), "KY04"),
    "a text file": fault(filed(".txt", lambda _: "一行字".encode()), "KY03"),
    "a Word file of somebody else's": fault(filed(".docx", lambda f: _bytes_of(files.word(f / "w.docx"))), "KY03"),
    "a photograph called PDF": fault(filed(".pdf", lambda _: picture()), "ZS12"),
    "a file of nothing known": fault(filed(".dat", lambda _: bytes(range(1, 200)) * 9), "KY03", unchecked="WZ05 KY02 ZS12"),
    "a signature that is not valid": fault(both(filed(".pdf", _signed), secured("signature_check", 1)), "ZS04"),
    "a signature that is valid": fault(both(filed(".pdf", _signed), secured("signature_check", 0)), passing="ZS04"),
    "a signature that nobody can check": fault(filed(".pdf", _signed), unchecked="ZS04"),
    "a checker of signatures that breaks": fault(both(filed(".pdf", _signed), secured("signature_check", 3)), unchecked="ZS04"),
    # of what the events say
    "a title without end": fault(filed(".pdf", pdf, title="长" * 300), "ZS05"),
    "a digest that is none": fault(filed(".pdf", pdf, source={"sha256": "ABC"}), "ZS06"),
    "a day that is none": fault(filed(".pdf", pdf, data_of_record={"on": "2024-13-01"}), "ZS06"),
    "a type that is not in the catalogue": fault(filed(".pdf", pdf, "no_such_paper"), "ZS07"),
    "a lost character in a title": fault(filed(".pdf", pdf, title="入户\ufffd调查表"), "ZS09"),
    "a private character in a title": fault(filed(".pdf", pdf, title="入户\ue123调查表"), "ZS09"),
    "a bell in a title": fault(filed(".pdf", pdf, title="入户\a调查表"), "ZS09"),
    "two papers of one number": fault(twice_numbered, "ZS11", unchecked="ZS10"),
    "a file that belongs to no record": fault(
        commit(Op.FACTS_CHANGED, {"facts": {}}, NewFile("data/01 申请/孤件.pdf", b"%PDF-")), "ZS13 WZ05", unchecked="KY02"),
    "a paper without a day": fault(filed(".pdf", pdf, data={}), "WZ02"),
    "a paper of others": fault(filed(".pdf", pdf, "mat_id_card"), unchecked="WZ02"),
    "pages that nobody counted": fault(filed(".pdf", pdf, pages=0), "WZ02", unchecked="WZ03"),
    "an annex that is missing": fault(filed(".pdf", pdf, "verification_request"), "WZ06"),
    "an annex that is there": fault(
        both(filed(".pdf", pdf, "verification_request"), filed(".pdf", pdf, "verification_authorization")), passing="WZ06"),
    "a number in the archive": fault(both(settled(*FONDS), finished("Z109-DB·2024-D3-000001")), passing="ZS10 WZ03"),
    "a number of another form": fault(both(settled(*FONDS), finished("2024-17")), "ZS10"),
    "a number of another file": fault(both(settled(*FONDS), finished("Z109-DB·2024-D3-000002")), "ZS10"),
    "no number where there is a form": fault(settled(*FONDS), "ZS10"),
    "a number where there is no form": fault(finished("2024-17"), unchecked="ZS10"),
    "pages that are not those of the paper": fault(finished("2024-17", 3), "WZ03"),
    "a paper after the volume was finished": fault(both(finished("2024-17"), filed(".pdf", pdf)), unchecked="WZ03"),
    "one appraiser twice": fault(commit(Op.RETENTION_EXTENDED, {"until": "永久", "appraisers": ["甲", "甲"]}), "AQ04"),
    "one witness twice": fault(noted(witnesses=["甲", "甲"]), "AQ04"),
    "a witness who does it himself": fault(noted(witnesses=["甲", "丙"]), "AQ04"),
    "two witnesses": fault(noted(witnesses=["甲", "乙"]), passing="AQ04"),
    "an event that is no JSON": fault(garbage, "KY01", unchecked="ZS02 ZS07 ZS08 ZS11 WZ02"),
    "an event of no shape": fault(of_no_shape, "ZS06", unchecked="ZS02 KY01"),
    "a status that does not follow": fault(rewritten(_with_record("0001", signs="0099")), "KY01", unchecked="ZS13 WZ04"),
    "a bag-info that lacks a line": fault(without_line("Bagging-Date"), "ZS14"),
    "a bag of before": fault(
        lambda w, f: (without_line("BagIt-Profile-Identifier")(w, f)), unchecked="ZS14"),
    "a number that is left out": fault(after=_gap, failing="WZ03 ZS13"),
    "a step that nobody took": fault(after=_blank_state, failing="WZ04"),
    "closed before it was decided": fault(after=_later_step_first, failing="ZS08"),
    "a sum that is not right": fault(after=_other_sums, failing="WZ01"),
    # done to the archive afterwards
    "a bit turned over": fault(lambda w, _: hands.flip(paper(w)), "ZS01", unchecked="AQ03"),
    "a file lost": fault(lambda w, _: paper(w).unlink(), "ZS01 WZ01", unchecked="KY02 WZ05 KY03 KY04 ZS12"),
    "an event changed": fault(lambda w, _: hands.edit_event(bag_of(w), 3), "ZS02", unchecked="ZS01 KY01 ZS07 WZ01"),
    "the last event cut": fault(lambda w, _: hands.cut(bag_of(w)), "ZS02"),
    "a manifest changed": fault(lambda w, _: hands.write(bag_of(w) / bag.MANIFEST, b"0" * 64 + b"  data/x\n"), "ZS02"),
    "a file too many": fault(lambda w, _: (bag_of(w) / "data" / "笔记.txt").write_text("x", encoding="utf-8"), "AQ02 KY03"),
    "another program's leavings": fault(lambda w, _: (bag_of(w) / "Thumbs.db").write_bytes(b"x"), "AQ02 ZS14"),
    "a folder among the bags": fault(lambda w, _: (w.archive.cases / "新建文件夹").mkdir(), "AQ02"),
    "a folder that others may open": fault(lambda w, _: bag_of(w).chmod(0o755), "AQ04"),
    # what others keep
    "a seal that holds": fault(sealed, passing="ZS03"),
    "a seal that is lost": fault(sealed_and_lost, unchecked="ZS03"),
    "all set back behind a seal": fault(set_back, "ZS03"),
    "handed over": fault(handed_over, passing="ZS03 WZ01"),
    "handed over and gone on": fault(both(handed_over, filed(".pdf", pdf)), passing="ZS03 WZ01"),
    "a list that says another sum": fault(handed_over, "WZ01", passing="ZS03", after=_other_list),
    "heads handed over that are lost": fault(
        both(handed_over, lambda w, _: next(w.archive.ledger.glob("*/data/报送/*/heads.tsv")).unlink()), unchecked="ZS03"),
    "a virus": fault(secured("virus_scan", 1, CLEAN), "AQ01"),
    "no virus": fault(secured("virus_scan", 0, CLEAN), passing="AQ01"),
    "no virus by data of no known day": fault(secured("virus_scan", 0), unchecked="AQ01"),
    "a scanner that breaks": fault(secured("virus_scan", 2, CLEAN), unchecked="AQ01"),
    "a backup": fault(backed_up(), passing="AQ05", medium=True),
    "a backup that is not at hand": fault(backed_up(), unchecked="AQ05"),
    "a backup of long ago": fault(backed_up(32), "AQ05", medium=True),
    "a backup of just a month": fault(backed_up(31), passing="AQ05", medium=True),
    "a backup that is damaged": fault(both(backed_up(), spoil_backup), "AQ05", medium=True),
}  # fmt: skip


def fresh_case(folder: Path) -> Workspace:
    """Return an office with a household of which nothing but the opening is on record."""
    workspace = make_workspace(folder / "ws")
    open_household(workspace)
    return workspace


PENDING: Final = RecordStatus.PENDING
