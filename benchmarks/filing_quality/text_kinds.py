"""What is read and what is believed: text layers, ID numbers badly printed, papers that are no material at all."""

from __future__ import annotations

import random

from benchmarks.filing_quality import materials, scans, sheets
from benchmarks.filing_quality.kinds import Kind, Setting
from benchmarks.filing_quality.material_kinds import subject
from benchmarks.filing_quality.truth import Drop, Must, Part
from tests.reading.pages import Sheet

DIAGNOSIS = ("诊断证明书",)
INCOME = ("收入证明",)


# ── text layers ──────────────────────────────────────────────────────────────────────────────────────────
def _long(page: Sheet) -> str:
    """Return the words of a page again and again: so much text that a reader may think the page born digital."""
    return "\n".join([page.text] * 6)


def _rubbish(at: Setting) -> Drop:
    """The scanner's own recognition knows no Chinese."""
    chance = random.Random(at.rng.random())
    words = ("".join(chance.choices("abcdeiltEFHIKTXZ12378:#", k=chance.randint(1, 6))) for _ in range(300))
    text = "\n".join(" ".join(next(words) for _ in range(15)) for _ in range(20))
    picture = scans.taken(scans.flat(materials.income(subject(at))), "gray", at.chance)
    return at.drop(scans.with_hidden_text(picture, text, at.path(".pdf")), Part(at.household.key, INCOME))


def _good_layer(at: Setting) -> Drop:
    """The scanner's own recognition knows Chinese well."""
    page = materials.statement(subject(at))
    picture = scans.taken(scans.flat(page), "gray", at.chance)
    path = scans.with_hidden_text(picture, page.text, at.path(".pdf"))
    return at.drop(path, Part(at.household.key, ("银行流水",)))


def _foreign_layer(at: Setting) -> Drop:
    """The picture is of one household, the invisible text of another: believe the eye, or ask."""
    picture = scans.taken(scans.flat(materials.income(subject(at))), "gray", at.chance)
    hidden = _long(materials.income(subject(at, at.another)))
    path = scans.with_hidden_text(picture, hidden, at.path(".pdf"))
    return at.drop(path, Part(at.household.key, INCOME, "either"))


def _foreign_layer_stranger(at: Setting) -> Drop:
    """The picture is of a stranger, the invisible text of a household on file."""
    who = at.town.people.one()
    visible = sheets.letter(
        "收入证明", [f"兹证明{who.name}（身份证号{who.id_number}）系我单位职工，月工资2100元。"]
    )
    hidden = _long(materials.income(subject(at)))
    picture = scans.taken(scans.flat(visible), "gray", at.chance)
    return at.drop(scans.with_hidden_text(picture, hidden, at.path(".pdf")), Part(None, INCOME, "wait"))


# ── ID numbers ───────────────────────────────────────────────────────────────────────────────────────────
def _numbered(at: Setting, page: Sheet, must: Must = "file") -> Drop:
    return at.drop(at.paper([page]), Part(at.household.key, DIAGNOSIS, must))


def _over_two_lines(at: Setting) -> Drop:
    """The number breaks at the end of a line, as in a narrow column."""
    s = subject(at)
    number, cut = s.person.id_number, at.rng.randint(6, 13)
    rows = [
        "",
        f"姓名：{s.person.name}",
        f"身份证号：{number[:cut]}",
        f"　　　　　{number[cut:]}",
        "诊断：腰椎间盘突出症",
    ]
    page = sheets.lines(rows)
    page.centre(320, "诊断证明书", size=20)
    return _numbered(at, page)


def _with_blanks(at: Setting) -> Drop:
    s = subject(at)
    n = s.person.id_number
    return _numbered(at, materials.diagnosis(s, birth=False, number=f"{n[:6]} {n[6:14]} {n[14:]}"))


def _digit_by_digit(at: Setting) -> Drop:
    """One digit a box, as forms have it."""
    s = subject(at)
    return _numbered(at, materials.diagnosis(s, birth=False, number=" ".join(s.person.id_number)))


def _full_width(at: Setting) -> Drop:
    s = subject(at)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in s.person.id_number)
    return _numbered(at, materials.diagnosis(s, birth=False, number=wide))


def _alike(at: Setting) -> Drop:
    """Zeros and ones read as letters; the name stands beside it."""
    s = subject(at)
    text = s.person.id_number.replace("0", "O", 1).replace("1", "l", 1)
    return _numbered(at, materials.diagnosis(s, birth=False, number=text), "either")


def _alike_of_another(at: Setting) -> Drop:
    """The number, once its letters are read as digits, is of another household than the name."""
    s = subject(at)
    text = at.another.applicant.id_number.replace("0", "O", 1).replace("1", "l", 1)
    page = materials.diagnosis(s, birth=False, number=text)
    return at.drop(at.paper([page]), Part(None, DIAGNOSIS, "wait"))


def _one_digit_wrong(at: Setting) -> Drop:
    """The check digit does not fit: it may be anybody's."""
    s = subject(at)
    n = s.person.id_number
    wrong = n[:9] + str((int(n[9]) + 3) % 10) + n[10:]
    page = materials.diagnosis(s, birth=False, number=wrong)
    return at.drop(at.paper([page]), Part(None, DIAGNOSIS, "wait"))


def _in_an_account(at: Setting) -> Drop:
    """Within the 22 digits of an account stands the valid number of another household."""
    s = subject(at)
    rows = [
        ("姓名", s.person.name), ("身份证号", s.person.id_number),
        ("收款账号", f"62{at.another.applicant.id_number.replace('X', '0')}17"), ("金额", s.money),
    ]  # fmt: skip
    page = sheets.form("收入证明", rows, [s.date])
    return at.drop(at.paper([page]), Part(at.household.key, INCOME))


def _old_number(at: Setting) -> Drop:
    """The fifteen digits of the old cards: two people may have had them."""
    s = subject(at)
    n = s.person.id_number
    page = materials.diagnosis(s, birth=False, number=n[:6] + n[8:17])
    return at.drop(at.paper([page]), Part(None, DIAGNOSIS, "wait"))


# ── no materials ─────────────────────────────────────────────────────────────────────────────────────────
def _receipt(at: Setting) -> Drop:
    s = subject(at)
    rows = ["", f"今收到{s.person.name}（身份证号{s.person.id_number}）", f"交来水费人民币{s.money}元整。", "收款人：样例物业", s.date]  # fmt: skip
    page = sheets.lines(rows)
    page.centre(320, "收据", size=20)
    return at.drop(at.paper([page]), Part(at.household.key, ("收据",), "either"))


def _iou(at: Setting) -> Drop:
    s = subject(at)
    rows = ["", "今借到表弟人民币伍仟元整，用于看病，年底归还。", f"借款人：{s.person.name}", f"身份证：{s.person.id_number}", s.date]  # fmt: skip
    page = sheets.lines(rows)
    page.centre(320, "借条", size=20)
    return at.drop(at.paper([page]), Part(at.household.key, ("借条",), "either"))


def _list_of_many(at: Setting) -> Drop:
    """A list with many households' numbers, under the heading 姓名 性别 身份证号."""
    rows = [["序号", "姓名", "性别", "身份证号", "备注"]]
    for number, home in enumerate(at.town.households.values(), 1):
        who = home.applicant
        rows.append([str(number), who.name, who.sex, who.id_number, ""])
    page = sheets.listing("春节慰问品领取名单", [200, 460, 260, 860, 400], rows)
    return at.drop(at.paper([page]), Part(None, (), "wait"))


def _list_of_strangers(at: Setting) -> Drop:
    """A list on which one household on file stands among strangers."""
    people = [at.town.people.one() for _ in range(9)]
    people.insert(at.rng.randrange(9), at.household.applicant)
    rows = [["序号", "姓名", "性别", "身份证号", "签名"]]
    rows += [[str(n), p.name, p.sex, p.id_number, ""] for n, p in enumerate(people, 1)]
    page = sheets.listing("社区活动报名表", [200, 460, 260, 860, 400], rows)
    return at.drop(at.paper([page]), Part(None, (), "wait"))


def _list_of_one(at: Setting) -> Drop:
    """A list of one household's own people: theirs, and no ID card."""
    rows = [["姓名", "性别", "身份证号", "关系"]]
    rows += [[p.name, p.sex, p.id_number, p.relation] for p in at.household.people]
    page = sheets.listing("家庭成员一览", [460, 260, 860, 400], rows)
    return at.drop(at.paper([page]), Part(at.household.key, (), "either"))


def _letter_mentions(at: Setting) -> Drop:
    """A letter that mentions papers by their names, and is none of them."""
    s = subject(at)
    text = f"您好，我是{s.person.name}，身份证号{s.person.id_number}。您让我补的身份证和户口本复印件下周送来，收入证明单位还没有开。"
    page = sheets.lines(["尊敬的工作人员："])
    page.paragraph(600, text)
    return at.drop(at.paper([page]), Part(at.household.key, (), "either"))


KINDS = (
    Kind("text layer: rubbish", _rubbish),
    Kind("text layer: right", _good_layer),
    Kind("text layer: another household's, invisible", _foreign_layer),
    Kind("text layer: a household's behind a stranger's picture", _foreign_layer_stranger),
    Kind("ID number: over two lines", _over_two_lines),
    Kind("ID number: with blanks", _with_blanks),
    Kind("ID number: digit by digit", _digit_by_digit),
    Kind("ID number: full width", _full_width),
    Kind("ID number: letters like digits", _alike),
    Kind("ID number: letters like digits, another household's", _alike_of_another),
    Kind("ID number: one digit wrong", _one_digit_wrong),
    Kind("ID number: another household's within an account", _in_an_account),
    Kind("ID number: fifteen digits", _old_number),
    Kind("receipt", _receipt),
    Kind("IOU", _iou),
    Kind("list: many households", _list_of_many),
    Kind("list: one household among strangers", _list_of_strangers),
    Kind("list: one household's own people", _list_of_one),
    Kind("letter that mentions papers", _letter_mentions),
)
