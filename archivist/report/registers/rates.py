"""Four rates that are to be a hundred per cent (四项100%): three follow from the files, one has to be asked for outside."""

from __future__ import annotations

from collections.abc import Sequence

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.errors import InvalidValue, UsageError
from archivist.model.step_ids import GRANTING, REFUSING, StepId
from archivist.model.values import parse_value
from archivist.report.case_history import HouseholdHistory
from archivist.report.register import ROWS, Register, RegisterRequest, in_order, who
from archivist.report.registers.applications import received_on
from archivist.report.registers.registry import register
from archivist.report.registers.reviews import percent
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId

_TAKEN_UP = (StepId.ACCEPT, StepId.ADVANCE, StepId.NOT_ACCEPT)
_GIVEN_UP = (StepId.ABANDON, StepId.WITHDRAW)
_POSTED = (StepId.PUBLICIZE, StepId.PUBLICIZE_PROPOSED)


@register(DocumentId.PERFORMANCE_RATES)
def performance_rates(asked: RegisterRequest) -> Register:
    """Rates of the period, and every household that misses one.

    受理率: of the applications that came in and were not given up, those accepted, or not accepted in writing. 入户率: of
    those decided, those visited for the survey. 公示率: of those granted, those posted. The last two of what the pack has
    such a step for; 急难型 is not posted. 知晓率 is told (``awareness.asked``, ``awareness.aware``) or not known.
    """
    period, rows = asked.period, []
    counts = {
        key: [0, 0]
        for key in (FieldPath.RATES_ACCEPTED, FieldPath.RATES_SURVEYED, FieldPath.RATES_PUBLICIZED)
    }
    for house in asked.houses:
        missed = []
        for path, holds, words in _of_house(house, asked):
            counts[path][0] += holds
            counts[path][1] += 1
            missed += [] if holds else [words]
        if missed:
            rows.append(who(house) | {"missed": "、".join(missed)})
    found = Register({ROWS: in_order(rows)}, tells=True)
    found.values |= {path: _rate(done, base) for path, (done, base) in counts.items()}
    found.values[FieldPath.RATES_AWARE] = _awareness(asked, found)
    if rule := asked.pack.find(RuleId.KPI_100, None, RuleDays.alike(period.last)):
        found.notes.append(f"规定为{percent(round(float(rule.value)), 1)}（{rule.source.printed}）。")
        found.doubts += [f"{row['number']}：{row['missed']}" for row in found.rows]
    found.notes.append(
        "受理率按统计期内收件、没有放弃或撤回的申请计，书面不予受理的计为已处理；入户率、公示率按统计期内作出决定的计。"
    )
    return found


def _of_house(house: HouseholdHistory, asked: RegisterRequest) -> Sequence[tuple[FieldPath, bool, str]]:
    """Return which rates a household counts for, whether it holds there, and what it misses."""
    period, found = asked.period, []

    def done(*ids: str) -> bool:
        return any(step.on <= period.last for step in house.steps(*ids))

    if (received_on(house) in period) and not done(*_GIVEN_UP):
        found.append((FieldPath.RATES_ACCEPTED, done(*_TAKEN_UP), "收件后没有受理"))
    has = {step.id for step in asked.pack.steps_of(house.case, period.last)}
    if house.steps(*GRANTING, *REFUSING, within=period) and StepId.SURVEY in has:
        found.append((FieldPath.RATES_SURVEYED, done(StepId.SURVEY, StepId.PAPERWORK), "没有入户调查"))
    if house.steps(*GRANTING, within=period) and has & set(_POSTED):
        found.append((FieldPath.RATES_PUBLICIZED, done(*_POSTED), "没有公示"))
    return found


def _rate(done: int, base: int) -> str:
    return f"{percent(done, base)}（{done}/{base}）" if base else "本期没有应计的"


def _awareness(asked: RegisterRequest, found: Register) -> str:
    """Return the rate by what the office asked people, or that nothing can be told.

    Raises:
        UsageError: E001, what was told is no number, or more people knew than were asked.
    """
    told = [asked.told.get(path) for path in (FieldPath.AWARENESS_ASKED, FieldPath.AWARENESS_AWARE)]
    if not all(told):
        found.notes.append("政策知晓率不能由户档算出：须由机关抽样调查，再填调查人数、知晓人数。")
        return "不能计算（没有调查数据）"
    try:
        people, aware = (int(str(parse_value("int", value))) for value in told)
    except InvalidValue as error:
        raise UsageError(f"调查人数、知晓人数：{error.what}") from None
    if not 0 <= aware <= people or people == 0:
        raise UsageError(f"知晓人数 {aware} 应在 0 与调查人数 {people} 之间，调查人数应大于 0")
    found.notes.append("政策知晓率由机关调查填写。")
    return _rate(aware, people)
