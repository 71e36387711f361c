"""Every writing command, by the command tree: under a name nobody has, or in a role that may not, nothing is written."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final
from unittest import mock

import click
import pytest

from archivist.cli import session
from archivist.cli.main import COMMANDS, cli
from archivist.model.permissions import EVERYBODY, MAY, Act
from archivist.model.roles import HELD, Role
from tests.bureau.kit import make_bureau
from tests.cli.test_json import leaves
from tests.command_line import Office, opened
from tests.people import make_id
from tests.sampling import sweep

PIN: Final = "582913"
NAMES: Final[dict[Role, str]] = {role: f"某{role.value}" for role in HELD}
WRITES: Final[dict[tuple[str, ...], list[tuple[Act, list[str]]]]] = {
    ("case", "open"): [(Act.OPEN_CASE, ["低保", "--name", "赵一", "--id", make_id("19700101", "015")])],
    ("export",): [(Act.EXPORT, ["../全部"])],
    ("import-scans",): [(Act.FILE, ["诊断.txt", "--plan", "诊断.txt", "--apply"])],
    ("import",): [(Act.IMPORT_ROSTER, ["诊断.txt", "--apply"])],
    ("case", "set"): [(Act.CHANGE_FACTS, ["王秀兰", "申请人.联系电话=022-00009999"])],
    ("case", "step"): [(Act.TAKE_STEP, ["王秀兰", "discover", "--on", "2024-03-04"])],
    ("do",): [(Act.TAKE_STEP, ["王秀兰", "--yes"])],
    ("undo",): [(Act.CHANGE_FACTS, ["王秀兰", "--yes"])],
    ("case", "correct"): [(Act.CORRECT_STEP, ["王秀兰", "2", "--void", "--reason", "误记"])],
    ("case", "applicant"): [(Act.CHANGE_APPLICANT, ["王秀兰", "--to", "成员1", "--why", "死亡", "--reason", "死亡"])],
    ("case", "merge"): [(Act.MERGE_HOUSEHOLDS, ["王秀兰", "张样例", "--reason", "结婚"])],
    ("case", "split"): [(Act.SPLIT_HOUSEHOLD, ["王秀兰", "--members", "成员1", "--reason", "分开生活"])],
    ("case", "deregister"): [(Act.DEREGISTER, ["王秀兰", "--reason", "自愿退出", "--yes"])],
    ("case", "finish"): [(Act.FINISH, ["王秀兰"])],
    ("case", "reopen"): [(Act.REOPEN, ["王秀兰", "--reason", "误办"])],
    ("check",): [
        (Act.CONFIRM_CHECK, ["王秀兰", "--confirm", "C10.photos", "--note", "看过"]),
        (Act.CHECK_FOUR_NATURES, ["王秀兰", "--four"]),
    ],
    ("file",): [(Act.FILE, ["王秀兰", "诊断.txt", "--type", "其他材料"])],
    ("case", "record", "serves"): [(Act.RECORD_SERVICE, ["王秀兰", "1", "1", "--received-on", "2024-03-04"])],
    ("case", "record", "move"): [(Act.MOVE_RECORD, ["王秀兰", "1", "王秀兰", "--reason", "归错"])],
    ("case", "record", "retype"): [(Act.RETYPE_RECORD, ["王秀兰", "1", "身份证", "--reason", "认错"])],
    ("case", "residue"): [(Act.CLEAR_EXPUNGED, ["王秀兰", "1", "--cleared", "备份盘", "--reason", "已删"])],
    ("case", "expunge"): [(Act.EXPUNGE, ["王秀兰", "1", "--why", "依法删除", "--by", "某approver", "--by", "某archivist", "--paper", "诊断.txt"])],
    ("transfer", "out"): [
        (Act.TRANSFER_OUT, ["王秀兰", "--to", "TJHX"]),
        (Act.HAND_OVER, ["--custody", "--all", "--to", "TJHX", "--yes"]),
    ],
    ("transfer", "back"): [(Act.TAKE_BACK, ["S-TJHQ-2024-01", "--reason", "写错"])],
    ("transfer", "in"): [(Act.TRANSFER_IN, ["诊断.txt"]), (Act.TAKE_OVER, ["--custody", "诊断.txt"])],
    ("case", "record", "confirm"): [(Act.CONFIRM_RECORD, ["王秀兰", "1", "--note", "看过原件"])],
    ("case", "record", "void"): [(Act.VOID, ["王秀兰", "1", "--reason", "写错"])],
    ("case", "record", "replace"): [(Act.REPLACE, ["王秀兰", "1", "--reason", "写错"])],
    ("watch",): [(Act.TAKE_INBOX, ["--once"])],
    ("review", "split"): [(Act.REARRANGE, ["{item}", "1,2"])],
    ("review", "join"): [(Act.REARRANGE, ["{item}", "{item}"])],
    ("review", "unsplit"): [(Act.REARRANGE, ["{item}"])],
    ("review", "turn"): [(Act.REARRANGE, ["{item}", "1", "90"])],
    ("review", "unlock"): [(Act.UNLOCK, ["{item}"])],
    ("review", "assign"): [(Act.ASSIGN, ["{item}", "王秀兰", "--type", "其他材料"])],
    ("review", "return"): [(Act.HAND_BACK, ["{item}"])],
    ("generate",): [
        (Act.ISSUE, ["卷内文件目录", "王秀兰"]),
        (Act.ISSUE, ["工作人员名册"]),
    ],
    ("report",): [
        (Act.REPORT, ["受理登记簿", "--month", "2024-03"]),
        (Act.REPORT, ["初审公示", "--month", "2024-03"]),
    ],
    ("verify",): [
        (Act.VERIFY, []),
        (Act.VERIFY, ["王秀兰"]),
        (Act.BIND, ["--bind"]),
        (Act.ACCEPT_FINDINGS, ["王秀兰", "--accept", "--reason", "查明", "--with", NAMES[Role.APPROVER]]),
    ],
    ("backup", "make"): [(Act.BACK_UP, ["../备份盘"])],
    ("doctor",): [(Act.TIDY, ["--tidy"])],
    ("search",): [(Act.KEEP_SEARCH, ["诊断", "--save", "乙"]), (Act.DROP_SEARCH, ["--forget", "甲"])],
    ("access", "list"): [(Act.READ_ACCESS, [])],
    ("access", "destroy"): [(Act.DESTROY_ACCESS, ["--with", "某witness", "--reason", "期满"])],
    ("restore",): [
        (Act.RESTORE, ["王秀兰", "--from", "archive"]),
        (Act.RESTORE, ["规则包", "--from", "../备份盘"]),
        (Act.ACCEPT_LOSS, ["王秀兰", "--from", "archive", "--accept-loss", "--with", NAMES[Role.APPROVER], "--reason", "x"]),
    ],
    ("ledger",): [(Act.SEAL, ["seal"]), (Act.ENTER_VACANT, ["--vacant", "--reason", "打印中断"])],
    ("people", "pin"): [(Act.SET_PIN, ["某无岗", "--pin-stdin"]), (Act.CLEAR_PIN, ["某无岗", "--clear"])],
    ("retention", "extend"): [(Act.EXTEND_RETENTION, ["王秀兰", "--permanent", "--appraiser", "甲", "--reason", "有价值"])],
    ("retention", "hold"): [
        (Act.PLACE_HOLD, ["王秀兰", "--cause", "审计"]),
        (Act.DECLARE_HOLD, ["--where", "category=DB", "--cause", "审计"]),
    ],
    ("retention", "release"): [(Act.RELEASE_HOLD, ["王秀兰", "H1", "--basis", "判决生效", "--by", "甲", "--by", "乙"])],
    ("submit", "make"): [(Act.SUBMIT, ["--month", "2024-03"])],
    ("submit", "import"): [(Act.SUBMIT, ["archivist.toml"])],
    ("bureau", "receive"): [(Act.RECEIVE, ["包.zip"])],
    ("bureau", "verify"): [(Act.VERIFY_RECEIVED, []), (Act.VERIFY_RECEIVED, ["--four"])],
    ("bureau", "sample"): [(Act.DRAW_SAMPLE, ["--month", "2024-03", "--lot", "1"])],
    ("bureau", "feedback"): [(Act.GIVE_FEEDBACK, ["S-TJHQ-2024Q1-01", "--findings", "抽查.csv"])],
    ("retention", "propose"): [(Act.PROPOSE_DISPOSAL, [])],
    ("retention", "papers"): [(Act.PROPOSE_DISPOSAL, ["XH-2024-001"])],
    ("retention", "appraise"): [(Act.APPRAISE_DISPOSAL, ["XH-2024-001", "--opinions", "诊断.txt", "--by", "甲", "--by", "乙"])],
    ("retention", "approve"): [(Act.APPROVE_DISPOSAL, ["XH-2024-001", "--by", "丙"])],
    ("retention", "execute"): [(Act.EXECUTE_DISPOSAL, ["XH-2024-001", "--witness", "甲", "--witness", "乙"])],
    ("retention", "cancel"): [(Act.CANCEL_DISPOSAL, ["XH-2024-001", "--reason", "有异议"])],
    ("retention", "residue"): [(Act.CLEAR_RESIDUE, ["XH-2024-001", "--cleared", "某盘", "--by", "甲", "--by", "乙"])],
    ("retention", "close"): [(Act.CLOSE_DISPOSAL, ["XH-2024-001"])],
}  # fmt: skip
"""Command → what it does and what follows its words."""
LOOKS: Final = {
    ("init",), ("case", "show"), ("case", "list"), ("case", "export"), ("case", "sheet"), ("case", "log"), ("next",), ("due",),
    ("review", "list"), ("review", "show"), ("review", "open"), ("review", "image"), ("case", "record", "image"), ("people", "list"), ("backup", "list"), ("backup", "check"), ("backup", "drill"), ("retention", "list"), ("retention", "explain"),
    ("reindex",), ("templates", "list"), ("templates", "check"), ("templates", "copy"), ("templates", "build"), ("templates", "diff"), ("print",), ("unsigned",), ("status",), ("retention", "batches"),
    ("submit", "list"), ("submit", "sign"), ("bureau", "list"), ("bureau", "due"), ("rules", "list"), ("rules", "show"), ("rules", "check"), ("rules", "new"), ("rules", "diff"), ("completion",), ("open",), ("fields",), ("demo",), ("service", "show"), ("service", "install"), ("service", "remove"),
}  # fmt: skip
"""Commands that write nothing to an archive that is there."""
ASKS: Final = {("review", "work"), ("serve",)}
"""Commands that only put questions, and do what is answered through the use cases of others."""
PLANS_FIRST: Final = {("case", "deregister"), ("undo",)}
"""Commands that say what would be done, and what stands against it, before the gate is asked; it may be refused there."""


def picture(root: Path) -> dict[str, tuple[bytes, int]]:
    """Return every file of the archive with its mode."""
    return {
        str(p.relative_to(root)): (p.read_bytes(), p.stat().st_mode)
        for p in sorted((root / "archive").rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with somebody in each role and somebody in none, one household, one file nobody knows, one in the inbox."""
    office = opened(tmp_path_factory.mktemp("staffed"))
    (office.root / "诊断.txt").write_text("门诊诊断证明", encoding="utf-8")
    (office.root / "收条.txt").write_text("收条", encoding="utf-8")
    office.run("file", "王秀兰", "收条.txt", "--type", "其他材料")
    (office.root / "archive/inbox/不知何物.txt").write_text("无人认领", encoding="utf-8")
    office.run("watch", "--once", check=1)
    office.run("search", "诊断", "--save", "甲")
    (office.root.parent / "备份盘").mkdir(exist_ok=True)
    (office.root / "archive/inbox/后来的.txt").write_text("后来的", encoding="utf-8")
    _register(office.root)
    return office


@pytest.fixture(scope="module")
def staffed_bureau(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The bureau's workspace with somebody in each role and somebody in none."""
    root = tmp_path_factory.mktemp("staffed bureau")
    make_bureau(root).close()
    _register(root)
    return Office(root)


def _register(root: Path) -> None:
    rows = [
        f'\n[[people]]\nname = "{name}"\nroles = ["{role.value}"]\npost = "经办机构"\n'
        for role, name in NAMES.items()
    ]
    with (root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write("".join(rows) + '\n[[people]]\nname = "某无岗"\n')


def test_every_command_is_said_to_write_or_to_look() -> None:
    """A property over all commands (click's tree)."""
    every = {path for name in COMMANDS for path in leaves(cli) if path[0] == name}
    assert every == set(WRITES) | LOOKS | ASKS
    assert {act for runs in WRITES.values() for act, _ in runs} == set(MAY) - {
        Act.LOOK_UNLOGGED,
        Act.SEE_NUMBERS,
        Act.IGNORE_CLOCK,
    }


@sweep(1 / 3)
@pytest.mark.parametrize("path", list(WRITES), ids=" ".join)
def test_who_may_not_changes_nothing(staffed: Office, staffed_bureau: Office, path: tuple[str, ...]) -> None:
    """Every writing command under an unknown name, a wrong role, is refused and the archive's bytes are unchanged."""
    office = staffed_bureau if path[0] == "bureau" else staffed
    item = staffed.json("review", "list")["items"][0]["item"]
    before = picture(office.root)
    for act, said in WRITES[path]:
        words = [*path, *(item if word == "{item}" else word for word in said)]
        for name in ("查无此人", "林经办", "某", "某无岗", *(NAMES[role] for role in EVERYBODY - MAY[act])):
            shown = office.json(*words, "--as", name, check=None)
            assert shown["schema"] == "archivist/error/1", (words, name)
            if path not in PLANS_FIRST:
                expected = "E504" if name in ("某无岗", *NAMES.values()) else "E505"
                assert shown["error"]["code"] == expected, (words, name, shown)
            assert picture(office.root) == before, (words, name)


@sweep(1 / 3)
@pytest.mark.parametrize("path", list(WRITES), ids=" ".join)
def test_whoever_has_a_pin_is_asked_for_it(
    staffed: Office, staffed_bureau: Office, tmp_path: Path, path: tuple[str, ...]
) -> None:
    """No act is refused for a PIN that nobody asked for (E506), of whichever of the two people; a trial run asks for none."""
    office = staffed_bureau if path[0] == "bureau" else staffed
    item = staffed.json("review", "list")["items"][0]["item"]
    may_try = "--dry-run" in {word for param in command(path).params for word in param.opts}
    for n, (act, said) in enumerate(WRITES[path]):
        name = NAMES[min(MAY[act])]
        words = [*path, *(item if word == "{item}" else word for word in said), "--as", name]
        for more in ([], ["--dry-run"]) if may_try else ([],):
            here = Office(Path(shutil.copytree(office.root, tmp_path / f"{n}{len(more)}/office")))
            for each in NAMES.values():
                here.typed("people", "pin", each, "--as", each, "--pin-stdin", answers=f"{PIN}\n")
            with (
                mock.patch.object(session, "asked_pin", return_value=PIN) as asked,
                mock.patch("click.launch", return_value=0),
            ):
                done = here.run(*words, *more, check=None)
            assert "E506" not in done.stdout + done.stderr, (words, more, done.stderr)
            assert not (more and asked.called), (words, "nothing is written")


def command(path: tuple[str, ...]) -> click.Command:
    """Return a command of the tree."""
    found: click.Command = cli
    for word in path:
        assert isinstance(found, click.Group)
        following = found.get_command(click.Context(found), word)
        assert following is not None
        found = following
    return found


@pytest.mark.parametrize("role", [*HELD, None])
def test_looking_stays_open(staffed: Office, role: Role | None) -> None:
    """Reading stays open, whoever looks."""
    name = NAMES[role] if role else "查无此人"
    for words in (["case", "show", "王秀兰"], ["case", "list"], ["search", "王秀兰"], ["next"], ["due"], ["ledger"], ["review", "list"],
                  ["report", "受理登记簿", "--month", "2024-03", "--dry-run"], ["generate", "卷内文件目录", "王秀兰", "--dry-run"]):  # fmt: skip
        assert staffed.json(*words, "--as", name, check=None)["schema"] != "archivist/error/1", words
