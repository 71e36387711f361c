"""Packs that are wrong in one thing each: every fault is named with its file, its row, its key, what was found and what is expected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest

from archivist.doctypes.catalogue import Catalogue
from archivist.errors import RuleFault
from archivist.rules.pack import load
from archivist.rules.soundness import proof
from tests.rules.sample_pack import FILES, altered, sample

CATALOGUE: Final = Catalogue.load()
ON: Final = dt.date(2024, 3, 4)
SOURCE: Final = 'source = { measure = "M1", sentence = "样例" }\n'
RULE: Final = "sample/rules.toml [[rule]] 第 {} 行 {}："
STEP: Final = "sample/steps.toml [[step]] 第 {} 行 {}："
CHECK: Final = "sample/checks.toml [[check]] 第 {} 行 {}："
MATERIAL: Final = "sample/materials.toml [[material]] 第 {} 行 {}："


def told(files: Mapping[str, str]) -> list[str]:
    """Return everything that is said against a pack: when it is loaded, else when it is examined as a whole."""
    try:
        pack = sample(files)
    except RuleFault as fault:
        return [*fault.problems]
    return proof.faults(pack, CATALOGUE, ON)


def test_the_sample_is_sound() -> None:
    """What the others break has nothing wrong with it."""
    assert told(FILES) == []


def rule(old: str, new: str) -> Mapping[str, str]:
    return altered("rules.toml", old, new)


def step(old: str, new: str) -> Mapping[str, str]:
    return altered("steps.toml", old, new)


def one_more(file: str, row: str) -> Mapping[str, str]:
    return {**FILES, file: f"{FILES[file]}\n{row}{SOURCE}"}


def without_row(file: str, table: str, row_id: str) -> Mapping[str, str]:
    """Return the files without the rows of an id."""
    head = f"[[{table}]]"
    rows = FILES[file].split(head)
    kept = [r for r in rows if f'\nid = "{row_id}"\n' not in r]
    assert len(kept) < len(rows)
    return {**FILES, file: head.join(kept)}


# ── values, units, dates of one row ──────────────────────────────────────────────────────────────────────
BROKEN: dict[str, tuple[Mapping[str, str], str, tuple[str, ...]]] = {
    "a number written as words": (
        rule("value = 45", 'value = "四十五"'), RULE.format(3, "overall.extended"),
        ("value 是 四十五", "与单位“工作日”不合", "整数，1 至 2500")),
    "a number in quotes": (
        rule("value = 0.3", 'value = "0.3"'), RULE.format(8, "visit.monthly.ratio"), ("value 是 0.3", "单位“比例”", "数字，0.0001 至 1")),
    "a negative limit": (
        rule("value = 45", "value = -45"), RULE.format(3, "overall.extended"), ("value 是 -45", "1 至 2500")),
    "no time at all": (rule("value = 45", "value = 0"), RULE.format(3, "overall.extended"), ("value 是 0", "1 至 2500")),
    "a limit of many years": (
        rule("value = 45", "value = 99999999999"), RULE.format(3, "overall.extended"), ("value 是 99999999999", "1 至 2500")),
    "half a working day": (rule("value = 45", "value = 4.5"), RULE.format(3, "overall.extended"), ("value 是 4.5", "整数")),
    "yes for a number": (rule("value = 45", "value = true"), RULE.format(3, "overall.extended"), ("value 是 True", "整数")),
    "more than all of them": (
        rule("value = 0.3", "value = 30.0"), RULE.format(8, "visit.monthly.ratio"), ("value 是 30.0", "单位“比例”", "0.0001 至 1")),
    "a share that is no number": (
        rule("value = 0.3", "value = nan"), RULE.format(8, "visit.monthly.ratio"), ("value 是 nan", "数字，0.0001 至 1")),
    "a cap without end": (
        rule("value = 2\nunit = \"倍\"", "value = inf\nunit = \"倍\""), RULE.format(15, "temp.town_approval_cap"), ("value 是 inf", "数字，0.01 至 1000")),
    "the 32nd of the month": (
        rule("value = 25", "value = 32"), RULE.format(14, "filing.monthly.cutoff"), ("value 是 32", "单位“当月日”", "整数，1 至 31")),
    "a unit misspelt": (
        rule('unit = "当月日"', 'unit = "当月曰"'), RULE.format(14, "filing.monthly.cutoff"), ("unit 是“当月曰”", "应为工作日、", "是不是 当月日？")),
    "a unit the program does not reckon with": (
        rule('value = 3\nunit = "年"', 'value = 3\nunit = "月"'),
        RULE.format(22, "retention.case"), ("unit 是“月”", "应为年之一", "程序按此计算")),
    "no people": (
        rule('title = "入户调查人数"\nvalue = 2', 'title = "入户调查人数"\nvalue = 0'), RULE.format(5, "survey.team.min"), ("value 是 0", "单位“人数”", "1 至 ")),
    "words that are empty": (
        rule('value = "应保尽保"', 'value = " "'), RULE.format(13, "motto"), ("value 是  ", "文字，不能为空")),
    "a category nobody knows": (
        rule('value = "低保、特困"', 'value = "低保、猫"'), RULE.format(10, "across.excludes"), ("value 是“低保、猫”", "应为救助类别")),
    "it ends before it begins": (
        rule("valid_from = 2022-10-20", "valid_from = 2022-10-20\nvalid_to = 2022-10-01"), RULE.format(2, "overall"),
        ("valid_to 是 2022-10-01", "应不早于 valid_from（2022-10-20）")),
    "a date in quotes": (
        rule("valid_from = 2022-10-20", 'valid_from = "2022-10-20"'), RULE.format(2, "overall"), ("valid_from 是“2022-10-20”", "应为日期", "不加引号")),
    "a moment for a date": (
        rule("valid_from = 2022-10-20", "valid_from = 2022-10-20T08:00:00"), RULE.format(2, "overall"), ("valid_from 是 2022-10-20 08:00:00", "应为日期")),
    "warned when it is over": (
        rule("warn = 20", "warn = 25"), RULE.format(14, "filing.monthly.cutoff"), ("warn 是 25", "应小于 value（25）")),
    "warned before anything": (
        rule("warn = 20", "warn = 0"), RULE.format(14, "filing.monthly.cutoff"), ("warn 是 0", "应为整数，1 至 31")),
    "a warning where no time is counted": (
        rule('value = 0.3\nunit = "比例"', 'value = 0.3\nunit = "比例"\nwarn = 1'), RULE.format(8, "visit.monthly.ratio"), ("单位“比例”不计时", "warn")),
    "a key misspelt": (
        rule('kind = "wait"', 'knid = "wait"'), RULE.format(4, "publicity.initial"), ("没有“knid”这一项", "是不是 kind？")),
    "a kind misspelt": (
        rule('kind = "wait"', 'kind = "wate"'), RULE.format(4, "publicity.initial"), ("kind 是“wate”", "应为 limit、wait 之一", "是不是 wait？")),
    "no sentence": (
        rule('sentence = "公示七日"', 'sentence = ""'), RULE.format(4, "publicity.initial"), ("source sentence 是空的", "文字，不能为空")),
    "no source": (
        rule('source = { measure = "M1", sentence = "公示七日" }', ""), RULE.format(4, "publicity.initial"), ("缺 source", "应为表 { measure = …, sentence = … }")),
    "a list where one word is asked for": (
        rule('title = "初审公示"', 'title = ["初审公示"]'), RULE.format(4, "publicity.initial"), ("title 是数组 [初审公示]", "应为文字")),
    "a word where a list is asked for": (
        rule('starts = ["publicize"]', 'starts = "publicize"'), RULE.format(4, "publicity.initial"), ("starts 是“publicize”", "应为数组")),
    "a condition that cannot be read": (
        rule('when = "step.extend"', 'when = "if extended"'), RULE.format(3, "overall.extended"), ("when 是“if extended”", "应为条件", "看不懂的条件")),
    "a condition on a fact nobody records": (
        rule('when = "step.extend"', 'when = "applicant.zodiac"'), RULE.format(3, "overall.extended"), ("when 是“applicant.zodiac”", "没有“zodiac”")),
    "a condition on a group nobody has": (
        rule('when = "step.extend"', 'when = "zodiac"'), RULE.format(3, "overall.extended"), ("when 是“zodiac”", "没有“zodiac”这一组")),
    "a condition on a value no choice has": (
        rule('when = "step.extend"', 'when = "benefit.review_cycle = 每天"'), RULE.format(3, "overall.extended"), ("when 是“benefit.review_cycle = 每天”", "没有“每天”", "每半年")),
    "a condition on a state nobody has": (
        rule('when = "step.extend"', 'when = "state = asleep"'), RULE.format(3, "overall.extended"), ("没有“asleep”", "draft")),
    # ── what the columns of a row say against each other ──
    "days left out of months": (
        rule('unit = "月"\nstarts = ["report_death"]', 'unit = "月"\nexcludes = ["publicized"]\nstarts = ["report_death"]'), RULE.format(9, "death.process"),
        ("按月计的期限不能扣除日数", "excludes")),
    "an end without a beginning": (
        rule('id = "visit.monthly.ratio"', 'id = "visit.monthly.ratio"\nends = ["pay"]'), RULE.format(8, "visit.monthly.ratio"), ("有 ends 而没有 starts",)),
    "a waiting period that nothing sets going": (
        rule('id = "survey.team.min"', 'id = "survey.team.min"\nkind = "wait"'), RULE.format(5, "survey.team.min"), ("kind 是“wait”而没有 starts",)),
    "time counted in shares": (
        rule('id = "visit.monthly.ratio"', 'id = "visit.monthly.ratio"\nstarts = ["confirm"]'), RULE.format(8, "visit.monthly.ratio"), ("有 starts", "单位却是“比例”", "不计时")),
    "counted from a day nobody asks for": (
        rule('from_value = "died_on"', 'from_value = "buried_on"'), RULE.format(9, "death.process"), ("from_value 是“buried_on”", "report_death", "不问这一项")),
    "counted from what is no day": (
        rule('from_value = "died_on"', 'from_value = "person"'), RULE.format(9, "death.process"), ("from_value 是“person”", "应为日期项")),
    # ── what a row names ──
    "a step nobody has": (
        rule('starts = ["publicize"]', 'starts = ["publicise"]'), RULE.format(4, "publicity.initial"), ("starts 中的“publicise”不是规则包中的环节", "是不是 publicize？")),
    "a condition on a step nobody has": (
        rule('when = "step.extend"', 'when = "step.extand"'), RULE.format(3, "overall.extended"), ("when 中的“extand”不是规则包中的环节", "是不是 extend？")),
    "a state misspelt": (
        step('moves = { delivered = "in_benefit" }', 'moves = { delivered = "in_benifit" }'), STEP.format(9, "pay"), ("moves delivered 是“in_benifit”", "是不是 in_benefit？")),
    "a state misspelt on the left": (
        step('moves = { delivered = "in_benefit" }', 'moves = { deliverd = "in_benefit" }'), STEP.format(9, "pay"), ("deliverd", "是不是 delivered？")),
    "a role nobody holds": (
        step('role = "archivist"', 'role = "archivar"'), STEP.format(12, "deregister"), ("role 是“archivar”", "之一", "是不是 archivist？")),
    "a category misspelt": (
        altered("materials.toml", 'categories = ["DB", "TK"]', 'categories = ["DB", "TQ"]'), MATERIAL.format(1, "application_form"), ("categories 第 2 项是“TQ”", "DB、", "之一")),
    "apart from nobody": (
        step('apart = ["survey"]', 'apart = ["surveys"]'), STEP.format(6, "confirm"), ("apart 中的“surveys”不是规则包中的环节", "是不是 survey？")),
    "people by no rule": (
        step('people = "survey.team.min"', 'people = "survey.team"'), STEP.format(3, "survey"), ("people 所指的规则 survey.team 不存在",)),
    "people by a rule that counts none": (
        step('people = "survey.team.min"', 'people = "overall"'), STEP.format(3, "survey"), ("people 所指的规则 overall 的单位是“工作日”", "应为“人数”")),
    "a fact nobody has is set": (
        step('"application.accepted_on" = "date"', '"application.acepted_on" = "date"'), STEP.format(2, "accept"), ("sets application.acepted_on 是“application.acepted_on”", "应为户档信息的项")),
    "set to what nobody asks": (
        step('"application.accepted_on" = "date"', '"application.accepted_on" = "day"'), STEP.format(2, "accept"), ("sets application.accepted_on 是“day”", "应为 date 或 asks 中的项")),
    "a person nobody names": (
        step('"application.accepted_on" = "date"', '"person.name" = "date"'), STEP.format(2, "accept"), ("sets person.name", "asks 中没有 person")),
    "a need that cannot be read": (
        step('needs = ["household_survey?"]', 'needs = ["household_survey ?"]'), STEP.format(3, "survey"), ("needs 第 1 项是“household_survey ?”", "任一写作 a|b")),
    "either of the same": (
        step("application_form|economic_declaration", "application_form|application_form"), STEP.format(1, "submit"), ("needs 第 1 项是“application_form|application_form”",)),
    "an ask that cannot be read": (
        step('"method?" = "送达方式"', '"送达方式" = "送达方式"'), STEP.format(8, "deliver"), ("asks 送达方式是“送达方式”", "项的代号")),
    "asked twice": (
        step('"method?" = "送达方式"', '"method?" = "送达方式", method = "方式"'), STEP.format(8, "deliver"), ("asks 中“method”写了两次",)),
    "anew what is not needed": (
        step('needs = ["household_survey?"]', 'needs = ["household_survey?"]\nanew = ["appraisal_record"]'), STEP.format(3, "survey"), ("anew 中的 appraisal_record 不在 needs 中",)),
    "an argument no check has": (
        altered("checks.toml", 'args = { step = "publicize" }', 'args = { stop = "publicize" }'), CHECK.format(2, "C02"), ("args 中没有“stop”这一项", "是不是 step？")),
    "an argument of another kind": (
        altered("checks.toml", 'args = { besides = ["agency_authorization"] }', "args = { besides = 3 }"), CHECK.format(1, "C01"), ("args besides 是 3", "应为数组")),
    "a day no year has": (
        altered("checks.toml", 'start = "07-01"', 'start = "02-30"'), CHECK.format(4, "C04"), ("args start 是“02-30”", "应为月日")),
    "an argument that names no step": (
        altered("checks.toml", 'args = { step = "publicize" }', 'args = { step = "publish" }'), CHECK.format(2, "C02"), ("args step 中的“publish”不是规则包中的环节",)),
    "a stage nobody comes to": (
        altered("checks.toml", 'stage = "archive"', 'stage = "later"'), CHECK.format(3, "C03"), ("stage 是“later”", "应为 acceptance、benefit、archive 之一")),
}  # fmt: skip

# ── the pack as a whole ──────────────────────────────────────────────────────────────────────────────────
BROKEN |= {
    "a gap": (
        rule("valid_from = 2022-10-20", "valid_from = 2023-01-01"), RULE.format(2, "overall"),
        ("2022-10-20 起至 2022-12-31 没有一行", "第 1 行 overall”止于 2022-10-19", "valid_from 应为 2022-10-20")),
    "a gap of one day": (
        rule("valid_to = 2022-10-19", "valid_to = 2022-10-18"), RULE.format(2, "overall"),
        ("2022-10-19 起至 2022-10-19 没有一行", "valid_from 应为 2022-10-19")),
    "an overlap": (
        rule("valid_to = 2022-10-19", "valid_to = 2022-10-20"), RULE.format(2, "overall"),
        ("2022-10-20 起至 2022-10-20 与“sample/rules.toml [[rule]] 第 1 行 overall”重叠",)),
    "an overlap for ever": (
        rule("valid_to = 2022-10-19\n", ""), RULE.format(2, "overall"), ("2022-10-20 起与“", "重叠", "同一天有两行")),
    "the same row twice": (
        one_more("rules.toml", '[[rule]]\nid = "survey.team.min"\ntitle = "人数"\nvalue = 3\nunit = "人数"\n'), RULE.format(28, "survey.team.min"), ("始终与“", "第 5 行 survey.team.min”重叠")),
    "two rows for a category among others": (
        one_more("rules.toml", '[[rule]]\nid = "fee"\ntitle = "x"\nvalue = 3\nunit = "元"\ndisplay = true\ncategories = ["DB", "TK"]\n'
                 'source = { measure = "M1", sentence = "样例" }\n[[rule]]\nid = "fee"\ntitle = "x"\nvalue = 4\nunit = "元"\ndisplay = true\ncategories = ["DB", "DX"]\n'),
        RULE.format(29, "fee"), ("重叠",)),
    "a step twice from one state": (
        one_more("steps.toml", '[[step]]\nid = "pay"\ntitle = "x"\nmoves = { delivered = "in_benefit" }\nrole = "intake"\n'), STEP.format(13, "pay"), ("与“sample/steps.toml [[step]] 第 9 行 pay”重叠",)),
    "a material twice": (
        one_more("materials.toml", '[[material]]\ndocument = "application_form"\nrequirement = "x"\ncategories = ["TK"]\n'), MATERIAL.format(3, "application_form"), ("第 1 行 application_form”重叠",)),
    "a check twice": (
        one_more("checks.toml", '[[check]]\nid = "C02"\ntitle = "x"\nstage = "benefit"\ntest = "photos"\nargs = { step = "publicize" }\n'), CHECK.format(5, "C02"), ("第 2 行 C02”重叠",)),
    "extended to less": (
        rule("value = 45", "value = 25"), RULE.format(3, "overall.extended"), ("value 是 25", "应不小于 overall 的 30", "第 1 行 overall")),
    "at most fewer than at least": (
        rule('title = "议事机构人数上限"\nvalue = 7', 'title = "议事机构人数上限"\nvalue = 3'), RULE.format(7, "deliberation.size.max"), ("value 是 3", "最多应不小于 deliberation.size.min 的 5")),
    "a wait and a limit of one id": (
        rule('valid_from = 2022-10-20\n', 'valid_from = 2022-10-20\nkind = "wait"\n'), RULE.format(2, "overall"), ("kind 是“wait”", "是“limit”", "应一致")),
    "given and not given": (
        altered("pack.toml", "[delegated]", '[undelegated]\nDB = "没有下放"\n[delegated]'), "sample/pack.toml：", ("最低生活保障", "delegated", "undelegated")),
    "a rule nothing reads": (
        rule("display = true\n", ""), RULE.format(13, "motto"), ("id 是“motto”", "程序不读这一行", "display = true")),
    "a rule nothing reads for a slip": (
        rule('id = "visit.monthly.ratio"', 'id = "visit.montly.ratio"'), RULE.format(8, "visit.montly.ratio"), ("程序不读这一行", "是不是 visit.monthly.ratio？")),
    "only shown, and read": (
        rule('value = 0.3', 'display = true\nvalue = 0.3'), RULE.format(8, "visit.monthly.ratio"), ("display 是 true", "应删去 display")),
    "a document nobody has is needed": (
        step("application_form|economic_declaration", "application_form|economic_declarations"), STEP.format(1, "submit"), ("needs 中的“economic_declarations”不是文书目录中的文书", "是不是 economic_declaration？")),
    "a rule about a document nobody has": (
        rule('title = "公告送达"\n', 'title = "公告送达"\ndocuments = ["public_delivery_notise"]\n'), RULE.format(12, "service.public"), ("documents 中的“public_delivery_notise”不是文书目录中的文书", "是不是 public_delivery_notice？")),
    "a document nobody has is made": (
        step('makes = ["acceptance_notice"]', 'makes = ["acceptence_notice"]'), STEP.format(2, "accept"), ("makes 中的“acceptence_notice”", "是不是 acceptance_notice？")),
    "a material nobody has": (
        altered("materials.toml", 'accepts = ["mat_agent_id"]', 'accepts = ["mat_agent_card"]'), MATERIAL.format(2, "agency_authorization"), ("accepts 中的“mat_agent_card”不是文书目录中的文书",)),
    "a check of a document nobody has": (
        altered("checks.toml", "confirmation_decision|refusal_decision", "confirmation_decision|no_such_form"), CHECK.format(3, "C03"), ("args documents 中的“no_such_form”",)),
    "a condition on a document nobody has": (
        rule('when = "step.extend"', 'when = "step.extend and not record.no_such_form"'), RULE.format(3, "overall.extended"), ("when 中的“no_such_form”不是文书目录中的文书",)),
    "a guard nobody has": (
        step('guards = ["publicity_over"]', 'guards = ["publicity_ovr"]'), STEP.format(6, "confirm"), ("guards 中没有条件“publicity_ovr”", "是不是 publicity_over？")),
    "a test nobody has": (
        altered("checks.toml", 'test = "photos"', 'test = "photo"'), CHECK.format(2, "C02"), ("test 是“photo”", "没有这个测试", "是不是 photos？")),
    "a test without what it needs": (
        altered("checks.toml", 'args = { step = "publicize" }', ""), CHECK.format(2, "C02"), ("args 缺 step",)),
    "a test told what it does not ask": (
        altered("checks.toml", 'args = { step = "publicize" }', 'args = { step = "publicize", document = "consent" }'), CHECK.format(2, "C02"), ("args 中的 document 不是测试“photos”的参数", "可用：step")),
    "a way of service that asks for the moon": (
        rule('value = "受送达人签名"', 'value = "受送达人签名、月亮"'), RULE.format(11, "service.method.direct"), ("value 中的“月亮”", "环节 deliver 不问")),
    "a category written twice": (
        altered("materials.toml", 'categories = ["DB", "TK"]', 'categories = ["DB", "DB"]'), MATERIAL.format(1, "application_form"), ("categories 中有写了两次的",)),
    "a measure nobody knows": (
        rule('measure = "M1", sentence = "公示七日"', 'measure = "M9", sentence = "公示七日"'), RULE.format(4, "publicity.initial"), ("source measure 是“M9”", "[measures] 中没有这个简称")),
    "a posts' chain for no document": (
        one_more("rules.toml", '[[rule]]\nid = "approval.confirm"\ntitle = "x"\nvalue = "经办人"\nunit = "文字"\n'), RULE.format(28, "approval.confirm"), ("documents 是空的",)),
    "a basis for no document": (
        one_more("rules.toml", '[[rule]]\nid = "basis.confirmatoin.local"\ntitle = "x"\nvalue = "《样例》"\nunit = "文字"\n'), RULE.format(28, "basis.confirmatoin.local"), ("没有文书“confirmatoin”",)),
    "a paper that comes in is made": (
        step('makes = ["acceptance_notice"]', 'makes = ["mat_id_card"]'), STEP.format(2, "accept"), ("makes 中的“mat_id_card”是收取的材料",)),
    "a document for others only": (
        step('makes = ["acceptance_notice"]', 'makes = ["disability_refusal_notice"]'), STEP.format(2, "accept"), ("makes 中的“disability_refusal_notice”不用于最低生活保障",)),
    "a limit that nothing sets going": (
        {
            **one_more("rules.toml", '[[rule]]\nid = "x"\ntitle = "x"\nvalue = 3\nunit = "月"\nstarts = ["stray"]\n'),
            "steps.toml": FILES["steps.toml"] + '[[step]]\nid = "stray"\ntitle = "x"\nmoves = { in_benefit = "in_benefit" }\ncategories = ["CJ"]\nrole = "intake"\n' + SOURCE},
        RULE.format(28, "x"), ("starts 是 stray", "最低生活保障、特困人员救助供养都走不到", "从不起算")),
    "a form without those who sign it": (
        step('makes = ["acceptance_notice"]', 'makes = ["review_confirmation_form"]'), STEP.format(2, "accept"), ("要印签批链", "documents 含 review_confirmation_form")),
    "a decision without its basis": (
        without_row("rules.toml", "rule", "basis.refusal.local"), "sample：", ("要印依据", "basis.refusal.…")),
    "a table that is none": (
        {**FILES, "rules.toml": "rule = 3"}, "sample/rules.toml [[rule]]：", ("应写成 [[rule]] 的表",)),
    "a row that is none": (
        {**FILES, "checks.toml": 'check = ["C01"]'}, "sample/checks.toml [[check]]：", ("应写成 [[check]] 的表",)),
    "a guard without its rule": (
        without_row("rules.toml", "rule", "service.public"), STEP.format(8, "deliver"), ("条件“service_proven”要用规则 service.public", "规则包没有一行", "最低生活保障（", "特困人员救助供养（")),
    "a guard without any row of its kind": (
        without_row("rules.toml", "rule", "service.method.direct"), STEP.format(8, "deliver"), ("条件“service_proven”要用规则 service.method.…",)),
    "a guard without its rule on some days": (
        rule("valid_to = 2022-10-19", "valid_to = 2022-10-19\nvalid_from = 2021-07-01"), STEP.format(5, "extend"), ("条件“overall_running”要用规则 overall", "2021-06-30 受理的")),
    "a guard without its rule for a category": (
        rule('title = "公告送达"\n', 'title = "公告送达"\ncategories = ["DB"]\n'), STEP.format(8, "deliver"), ("要用规则 service.public", "特困人员救助供养（")),
    "a guard without its rule in some circumstances": (
        rule('title = "公告送达"\n', 'title = "公告送达"\nwhen = "agent.name"\n'), STEP.format(8, "deliver"), ("要用规则 service.public", "各行的 when（agent.name）没有包括所有情形")),
    "a step without its rule": (
        without_row("rules.toml", "rule", "pay.start"), STEP.format(6, "confirm"), ("环节 confirm 要用规则 pay.start",)),
    "a notice that hangs for no time": (
        without_row("rules.toml", "rule", "publicity.initial"), STEP.format(4, "publicize"), ("环节 publicize 公示", "没有由它起算的公示期")),
    "a way past the notice": (
        step('moves = { accepted = "surveying" }', 'moves = { accepted = "surveying", submitted = "publicized" }'), STEP.format(6, "confirm"), ("条件等公示期满", "从“公示中”办时却没有起算过公示期")),
    "a dead end": (
        step('moves = { terminated = "deregistered", closed_refused = "deregistered" }', 'moves = { terminated = "deregistered" }'), "最低生活保障（2022-10-19 受理的）：", ("走到“", "closed_refused", "没有路可以结案")),
    "a dead end from a day on": (
        step('title = "注销"\n', 'title = "注销"\nvalid_to = 2025-12-31\n'), "最低生活保障（2026-01-01 受理的）：", ("没有路可以结案",)),
    "a step out of reach": (
        step('moves = { in_benefit = "reviewing" }', 'moves = { paid = "reviewing" }'), STEP.format(10, "report_death"), ("环节 report_death（死亡报告）永远走不到", "已发放")),
    "a step from nowhere": (
        step('moves = { in_benefit = "reviewing" }', "moves = {}"), STEP.format(10, "report_death"), ("moves 的起点（没有写）", "永远走不到")),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_pack_is_told_where_and_how(name: str) -> None:
    """“`rules check` on 40 broken packs (each fault above): each named rightly”."""
    files, place, words = BROKEN[name]
    said = told(files)
    assert any(line.startswith(place) and all(word in line for word in words) for line in said), said


# ── an office's own rows ─────────────────────────────────────────────────────────────────────────────────
DAYS: Final = {"valid_from": dt.date(2025, 1, 1)}
OWN: Final[dict[str, tuple[str, dict[str, Any], tuple[str, ...]]]] = {
    "the findings' ten in words": ("rule", {"id": "decide", "title": "x", "value": "十", "unit": "工作日", **DAYS}, ("value 是 十", "与单位“工作日”不合")),
    "the findings' documents in one word": (
        "rule", {"id": "decide", "title": "x", "value": 10, "unit": "工作日", "documents": "confirmation_decision", **DAYS}, ("documents 是“confirmation_decision”", "应为数组")),
    "a negative patch": ("rule", {"id": "decide", "patch": True, "value": -3}, ("value 是 -3", "整数，1 至 2500")),
    "a unit of another kind": ("rule", {"id": "retention.case", "patch": True, "unit": "月"}, ("unit 是“月”", "应为年之一")),
    "a step nobody has": ("rule", {"id": "decide", "patch": True, "starts": ["reviews"]}, ("starts 中的“reviews”", "是不是 review？")),
    "a document nobody has": ("material", {"document": "mat_lottery_ticket", "requirement": "x", "categories": ["DB"]}, ("document 中的“mat_lottery_ticket”不是文书目录中的文书",)),
    "a guard nobody has": ("step", {"id": "confirm", "patch": True, "guards": ["sunny"]}, ("guards 中没有条件“sunny”",)),
    "a check told too much": ("check", {"id": "C99", "title": "x", "stage": "archive", "test": "dates", "args": {"step": "pay"}}, ("args 中的 step 不是测试“dates”的参数",)),
    "a rule of its own that nothing reads": ("rule", {"id": "overal", "title": "x", "value": 15, "unit": "工作日"}, ("程序不读这一行", "是不是 overall？")),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_a_broken_row_of_the_office_is_told_where_and_how(name: str) -> None:
    """「untyped values (`value = "十"`, `documents = "…"`) crash `due` with E700」: they are refused, by their place."""
    table, row, words = OWN[name]
    own = row | {"source": {"measure": "《样例街道办事规程》", "sentence": "样例"}}
    try:
        said: Sequence[str] = proof.faults(load("national", overrides={table: [own]}), CATALOGUE, ON)
    except RuleFault as fault:
        said = fault.problems
    place = f"archivist.toml [[override.{table}]] 第 1 行 {row.get('id', row.get('document'))}："
    assert any(line.startswith(place) and all(word in line for word in words) for line in said), said


def test_they_are_at_least_forty_and_of_every_table() -> None:
    assert len(BROKEN) >= 40
    assert {place.split(" ")[0].split("/")[-1] for _, place, _ in BROKEN.values()} >= set(FILES) - {
        "pack.toml"
    }
