"""What comes next in a case: each step and paper that its place in the procedure asks for, in the order in which it is due.

Whether one can be done now is asked of the gate (``rules.admissibility``) alone, so that what is offered is admitted and
what is refused is not offered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from archivist.doctypes.catalogue import DocumentType, Mode
from archivist.doctypes.doctype import Origin
from archivist.doctypes.ids import DocumentId
from archivist.errors import ArchivistError
from archivist.model.case import Case
from archivist.model.record import Record, RecordStatus
from archivist.model.roles import Role
from archivist.model.standing import ActKind
from archivist.model.states import State
from archivist.model.step_ids import DELIVERIES, OWN_COMMANDS, StepId
from archivist.procedure import assignment, steps
from archivist.procedure.across import look
from archivist.procedure.step_documents import is_for
from archivist.procedure.steps import Possible
from archivist.rules import admissibility, deadlines, prerequisites, service, service_step, step_rows
from archivist.rules.admissibility import Issuance
from archivist.rules.attempt import Attempt
from archivist.rules.completeness import required_papers
from archivist.rules.deadlines import Obligation
from archivist.rules.rule import DutyBearer, RuleKind, StepRule
from archivist.rules.work_calendar import Deadline
from archivist.workspace import Workspace

_ASIDE: Final = frozenset(
    {
        State.DISCOVERED,
        State.REFUSED,
        State.OBJECTION,
        State.EXPLAIN_PENDING,
        State.DELIBERATION,
        State.SUSPENDED,
        State.TERMINATING,
        State.TERMINATION_OBJECTION,
    }
)
"""States that only something particular leads to; the ordinary way passes them by."""
_PLACEHOLDER: Final = "…"


@dataclass(frozen=True, slots=True)
class NextAct:
    """One thing to be done in a case.

    Attributes:
        id: of the step, of the document type, or the number of the record to be signed.
        words: the command after ``archivist``; ``…`` stands for what only the clerk knows.
        problems: what stands in the way today, each a sentence; none means that the gate admits it.
        tell: what must be told when doing it.
        role: who does it, where a step does; ``people``: those of the office who may.
        aside: it leads off the ordinary way (不予确认, 撤回 …), or leads nowhere (走访).
        due: the last day in time, with the title of the limit (``limit``); ``None`` where none runs.
    """

    kind: ActKind
    id: str
    title: str
    words: tuple[str, ...]
    problems: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    role: Role | None = None
    people: tuple[str, ...] = ()
    aside: bool = False
    due: Deadline | None = None
    limit: str = ""

    @property
    def ready(self) -> bool:
        """Whether nothing stands in the way today."""
        return not self.problems

    @property
    def command(self) -> str:
        """The command as it is typed."""
        return " ".join(("archivist", *map(_quoted, self.words)))


def _quoted(word: str) -> str:
    return f'"{word}"' if any(c in word for c in " ()（）&|;<>") else word


def next_acts(workspace: Workspace, case: Case, *, today: dt.date, actor: str = "") -> tuple[NextAct, ...]:
    """Return what comes next in a case, in the order in which it is due; what leads aside comes last.

    Args:
        workspace: the open workspace.
        case: as it stands.
        today: civil day, Asia/Shanghai.
        actor: who asks; where they may take a step themselves, the command names nobody.
    """
    running = [
        o
        for o in deadlines.running(case, workspace.pack)
        if o.due and o.rule.duty is DutyBearer.OFFICE and o.rule.kind is RuleKind.LIMIT
    ]
    possible = [(p, today) for p in steps.possible(workspace, case, on=today)]
    if (received := _received_on(workspace, case)) and received < today:
        then = {p.step.id: (p, received) for p in steps.possible(workspace, case, on=received)}
        possible = [then[p.step.id] if p.step.id in DELIVERIES else (p, on) for p, on in possible]
    taken = [_with_day(_step(workspace, case, p, running, on, actor), on, today=today) for p, on in possible]
    found = _repeated_aside(case, taken)
    # Papers come before the step that is due.
    before = min((act for act in found if act.due), key=_order, default=None)
    papers = [*_to_issue(workspace, case, today), *_asked_for(workspace, case, today)]
    unsigned = {
        record.type for record in _unsigned(case)
    }  # of those only what may be issued once more is named
    papers = [*_to_sign(case), *(paper for paper in papers if paper.ready or paper.id not in unsigned)]
    if before:
        papers = [replace(paper, due=before.due, limit=before.limit) for paper in papers]
    unique: dict[tuple[ActKind, str], NextAct] = {}
    for act in (*papers, *found):
        unique.setdefault((act.kind, act.id), act)
    return tuple(sorted(unique.values(), key=_order))


def _received_on(workspace: Workspace, case: Case) -> dt.date | None:
    """Return the day on which what is to be served was received by its receipts, which is the day of the step (送达)."""
    proofs = service.of(case, workspace.catalogue).proofs
    papers = service_step.to_serve(case, workspace.pack, workspace.catalogue).papers
    days = {proofs[paper.no].on for paper in papers if paper.no in proofs}
    return days.pop() if len(days) == 1 else None


def _with_day(act: NextAct, on: dt.date, *, today: dt.date) -> NextAct:
    return act if on == today else replace(act, words=(*act.words, "--on", on.isoformat()))


def _repeated_aside(case: Case, acts: Sequence[NextAct]) -> list[NextAct]:
    """Return the steps, those taken in this round already set aside as long as another leads on."""
    taken = {step.id for step in case.round}
    if all(act.aside or act.id in taken for act in acts):
        return [*acts]
    return [replace(act, aside=act.aside or act.id in taken) for act in acts]


_KINDS: Final = {
    kind: n for n, kind in enumerate((ActKind.SIGN, ActKind.DOCUMENT, ActKind.STEP, ActKind.RECEIVE))
}
"""What the office can do itself comes before what others bring."""


def _order(act: NextAct) -> tuple[bool, str, bool, int, int]:
    due = f"{act.due.day}T{act.due.at or '24:00'}" if act.due else "9999"
    return act.aside, due, not act.ready, _KINDS[act.kind], len(act.tell)


# ── steps ────────────────────────────────────────────────────────────────────────────────────────────────
def _step(
    workspace: Workspace,
    case: Case,
    possible: Possible,
    running: Iterable[Obligation],
    today: dt.date,
    actor: str,
) -> NextAct:
    step = possible.step
    attempt = Attempt(case, workspace.pack, step, today)
    able, nobody = _able(workspace, attempt)
    limit = min(
        (o for o in running if step.id in o.rule.ends), key=lambda o: (o.due.day, o.due.at) if o.due else (), default=None
    )  # fmt: skip
    return NextAct(
        ActKind.STEP,
        step.id,
        step.title,
        _step_words(case, step, _least(attempt), able, actor),
        (*possible.problems, *nobody),
        possible.tell,
        step.role,
        able,
        aside=leads_aside(case.state, possible.after),
        due=limit.due if limit else None,
        limit=limit.rule.title if limit else "",
    )


def leads_aside(before: State, after: State) -> bool:
    """Tell whether a step leads off the ordinary way; once there, its end is the ordinary way."""
    if before.ended or before in _ASIDE or after is State.DEREGISTERED:
        return False
    return after is before or after.ended or after in _ASIDE


def _least(attempt: Attempt) -> int:
    rule = (
        attempt.pack.rule_for(attempt.step.people, attempt.case, attempt.on) if attempt.step.people else None
    )
    return int(rule.value) if rule else 1


def _able(workspace: Workspace, attempt: Attempt) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return who of the office may take a step, and that there are too few of them; where nobody is registered, nothing."""
    registered, least = [p.name for p in workspace.config.people], _least(attempt)
    if attempt.step.role is Role.OUTSIDE or not registered:
        return (), ()
    able = tuple(
        name
        for name in registered
        if not assignment.people(
            replace(attempt, by=(name,) * least), workspace.config
        )  # how many is asked below
    )
    if len(able) >= least:
        return able, ()
    why = "、".join(able) or "没有"
    return able, (
        f"办理人不够：须由“{attempt.step.role.label}”{least} 人办理，符合岗位分离、近亲属回避的有：{why}",
    )


def _step_words(case: Case, step: StepRule, least: int, able: tuple[str, ...], actor: str) -> tuple[str, ...]:
    """Return the command that takes a step, with what it must be told left open."""
    if command := OWN_COMMANDS.get(step.id):
        return "case", command, str(case.number), _PLACEHOLDER
    words = ["case", "step", str(case.number), step.id]
    if step.id == StepId.DEREGISTER:  # by its own command a person sees what is still open
        words = ["case", "deregister", str(case.number)]
    names = [actor] if actor in able else []
    names += [name for name in able if name not in names]
    if least > 1 or (able and actor not in able):
        names = (names + [_PLACEHOLDER] * least)[:least]
        words += [w for name in names for w in ("--by", name)]
    for name in step.must_tell:
        if name == "at":
            words += ["--at", "HH:MM"]
        else:
            words += ["--set", f"{name}={_PLACEHOLDER}"]
    if "reason" in step.guards or "amount" in step.must_tell:  # an amount may need its basis
        words += ["--reason", _PLACEHOLDER]
    return tuple(words)


# ── papers ───────────────────────────────────────────────────────────────────────────────────────────────
def _unsigned(case: Case) -> Iterator[Record]:
    """Yield the documents that were issued and wait for their signed copy."""
    yield from (r for r in case.holding if r.status is RecordStatus.PENDING and not r.signs)


def _to_sign(case: Case) -> Iterator[NextAct]:
    for record in _unsigned(case):
        words = ("file", str(case.number), "扫描件", "--signs", str(record.no))
        yield NextAct(ActKind.SIGN, record.no, f"{record.title}（第 {record.no} 件）", words)


def _to_issue(workspace: Workspace, case: Case, today: dt.date) -> Iterator[NextAct]:
    """Yield the documents that the steps of this round bring forth and that are not there yet; of receipts what waits."""
    for taken in case.round:
        row = step_rows.row_taken(workspace.pack, case, taken)
        for name in row.makes if row else ():
            held = any(r.type == name for r in case.holding if r.seq > case.round_since)
            if not held and name != DocumentId.DELIVERY_RECEIPT and is_for(workspace, case, name):
                yield from _document(workspace, case, name, today)
    if service.to_list(case, workspace.catalogue):
        yield from _document(workspace, case, DocumentId.DELIVERY_RECEIPT, today)


def _asked_for(workspace: Workspace, case: Case, today: dt.date) -> Iterator[NextAct]:
    """Yield the papers that the steps on the ordinary way ask for and that are not in the file."""
    leading = [
        step
        for step in step_rows.leading_on(workspace.pack, case, today)
        if not leads_aside(case.state, step.moves[case.state])
    ]
    guards = {guard for step in leading for guard in step.guards}
    if "complete" in guards:
        for material in required_papers.missing(case, workspace.pack, today):
            yield from _document(workspace, case, material.document, today)
    if "verified" in guards and not case.records_of(DocumentId.VERIFICATION_REPORT):
        yield from _document(workspace, case, DocumentId.VERIFICATION_REPORT, today)
    needs = [(need, Attempt(case, workspace.pack, step, today)) for step in leading for need in step.needs]
    for need, attempt in sorted(needs, key=lambda pair: not pair[0].required):  # what is only 宜有 comes last
        names = [name for name in need.documents if name in workspace.catalogue]
        there = any(r.seq > prerequisites.used_up(attempt, r.type) for r in case.records_of(*names))
        if names and not there and names[0] != DocumentId.DELIVERY_RECEIPT:
            yield from _document(workspace, case, names[0], today)


def _document(workspace: Workspace, case: Case, name: str, today: dt.date) -> Iterator[NextAct]:
    """Yield a document to be issued, as the gate has it, or a paper to be received; nothing for one that is not for the case."""
    if name not in workspace.catalogue:
        return
    document = workspace.catalogue.get(name)
    if document.of_office:
        return
    if not document.generated:
        received = ("file", str(case.number), "扫描件", "--type", document.title)
        yield NextAct(ActKind.RECEIVE, document.id, document.title, received)
        return
    pack = workspace.pack
    issuance = Issuance(
        case,
        pack,
        workspace.catalogue,
        document,
        today,
        today,
        standards=workspace.config.standards,
        across=look(workspace, case, today)
        if admissibility.document_looks_across(pack, case, document, today)
        else None,
    )
    try:
        problems = admissibility.of_document(issuance).problems
    except ArchivistError:
        return
    tell = _to_tell(case, document)
    given = [w for label in tell for w in ("--set", f"{label}={_PLACEHOLDER}")]
    words = ("generate", document.id, str(case.number), *given)
    yield NextAct(ActKind.DOCUMENT, document.id, document.title, words, problems, tell)


def _to_tell(case: Case, document: DocumentType) -> tuple[str, ...]:
    """Return what only the clerk can tell of a document."""
    return tuple(
        f.label
        for f in document.fields
        if f.mode is Mode.SYSTEM and f.origin is Origin.SET and f.applies(case.category)
    )
