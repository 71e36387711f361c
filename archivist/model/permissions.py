"""Who may do what: one table, act → roles. The steps of a procedure have their own roles in the rule packs beside it.

It holds where the office registered its people (``[[people]]``); ``api.authorisation`` asks it, nobody else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from archivist.model.roles import HELD, Role


class Act(StrEnum):
    """What somebody does to the archive; the value names the command."""

    OPEN_CASE = "case open"
    IMPORT_ROSTER = "import --apply"
    CHANGE_FACTS = "case set"
    TAKE_STEP = "case step"
    CORRECT_STEP = "case correct"
    CHANGE_APPLICANT = "case applicant"
    SPLIT_HOUSEHOLD = "case split"
    MERGE_HOUSEHOLDS = "case merge"
    DEREGISTER = "case deregister"
    REOPEN = "case reopen"
    FINISH = "case finish"
    CONFIRM_CHECK = "check --confirm"
    CHECK_FOUR_NATURES = "check --four"
    CONFIRM_RECORD = "case record confirm"
    FILE = "file"
    TAKE_INBOX = "watch"
    ASSIGN = "review assign"
    HAND_BACK = "review return"
    REARRANGE = "review split"
    UNLOCK = "review unlock"
    MOVE_RECORD = "case record move"
    RETYPE_RECORD = "case record retype"
    EXPUNGE = "case expunge"
    CLEAR_EXPUNGED = "case residue --cleared"
    TRANSFER_OUT = "transfer out"
    TRANSFER_IN = "transfer in"
    HAND_OVER = "transfer out --custody"
    TAKE_BACK = "transfer back"
    TAKE_OVER = "transfer in --custody"
    RECORD_SERVICE = "case record serves"
    ISSUE = "generate"
    VOID = "case record void"
    REPLACE = "case record replace"
    REPORT = "report"
    ENTER_VACANT = "ledger --vacant"
    EXTEND_RETENTION = "retention extend"
    PLACE_HOLD = "retention hold"
    DECLARE_HOLD = "retention hold --where"
    RELEASE_HOLD = "retention release"
    PROPOSE_DISPOSAL = "retention propose"
    APPRAISE_DISPOSAL = "retention appraise"
    APPROVE_DISPOSAL = "retention approve"
    EXECUTE_DISPOSAL = "retention execute"
    CANCEL_DISPOSAL = "retention cancel"
    CLEAR_RESIDUE = "retention residue --cleared"
    CLOSE_DISPOSAL = "retention close"
    VERIFY = "verify"
    BIND = "verify --bind"
    ACCEPT_FINDINGS = "verify --accept"
    SEAL = "ledger seal"
    BACK_UP = "backup"
    SUBMIT = "submit"
    RESTORE = "restore"
    ACCEPT_LOSS = "restore --accept-loss"
    IGNORE_CLOCK = "--despite-clock"
    SET_PIN = "people pin"
    CLEAR_PIN = "people pin --clear"
    TIDY = "doctor --tidy"
    READ_ACCESS = "access list"
    DESTROY_ACCESS = "access destroy"
    LOOK_UNLOGGED = "--unlogged"
    SEE_NUMBERS = "search --full"
    EXPORT = "export"
    KEEP_SEARCH = "search --save"
    DROP_SEARCH = "search --forget"
    RECEIVE = "bureau receive"
    VERIFY_RECEIVED = "bureau verify"
    DRAW_SAMPLE = "bureau sample"
    GIVE_FEEDBACK = "bureau feedback"

    @property
    def label(self) -> str:
        """How people call it."""
        return _LABELS[self]


_LABELS: Final[Mapping[Act, str]] = MappingProxyType(
    {
        Act.OPEN_CASE: "立户",
        Act.IMPORT_ROSTER: "导入名册",
        Act.CHANGE_FACTS: "改动户档信息",
        Act.TAKE_STEP: "登记办理环节",
        Act.CORRECT_STEP: "更正办理环节",
        Act.CHANGE_APPLICANT: "变更申请人",
        Act.SPLIT_HOUSEHOLD: "分户",
        Act.MERGE_HOUSEHOLDS: "并户",
        Act.DEREGISTER: "注销",
        Act.REOPEN: "撤销注销",
        Act.FINISH: "立卷",
        Act.CONFIRM_CHECK: "登记人工核对",
        Act.CHECK_FOUR_NATURES: "四性检测",
        Act.CONFIRM_RECORD: "登记看过原件",
        Act.FILE: "归档",
        Act.TAKE_INBOX: "收取收件箱",
        Act.ASSIGN: "认领待认领的件",
        Act.HAND_BACK: "退回待认领的件",
        Act.REARRANGE: "拆分、合并待认领的件",
        Act.UNLOCK: "打开加密的待认领件",
        Act.MOVE_RECORD: "移走归错的件",
        Act.RETYPE_RECORD: "改正件的种类",
        Act.EXPUNGE: "剔除卷内的一件（须两人）",
        Act.CLEAR_EXPUNGED: "登记已剔除的件的残留已清（须两人）",
        Act.TRANSFER_OUT: "转出迁走的户档",
        Act.TRANSFER_IN: "接收转来的户档",
        Act.HAND_OVER: "机构变动移交全部户档",
        Act.TAKE_BACK: "收回没有接收的移交（须两人）",
        Act.TAKE_OVER: "接管别的机关的户档",
        Act.RECORD_SERVICE: "登记送达回证",
        Act.ISSUE: "制发文书",
        Act.VOID: "作废文书",
        Act.REPLACE: "作废重制",
        Act.REPORT: "制作册表",
        Act.ENTER_VACANT: "登记空号",
        Act.EXTEND_RETENTION: "延长保管期限",
        Act.PLACE_HOLD: "冻结",
        Act.DECLARE_HOLD: "成批冻结",
        Act.RELEASE_HOLD: "登记解除冻结（须两人签字）",
        Act.PROPOSE_DISPOSAL: "拟销毁",
        Act.APPRAISE_DISPOSAL: "登记鉴定意见",
        Act.APPROVE_DISPOSAL: "登记销毁的批准",
        Act.EXECUTE_DISPOSAL: "销毁档案（须两人监销）",
        Act.CANCEL_DISPOSAL: "撤销销毁批次",
        Act.CLEAR_RESIDUE: "登记残留已清（须两人）",
        Act.CLOSE_DISPOSAL: "完成销毁批次",
        Act.VERIFY: "核对档案库",
        Act.BIND: "绑定旧版程序写的户档、总账",
        Act.ACCEPT_FINDINGS: "认可检查出的问题（须两人）",
        Act.SEAL: "封存总账",
        Act.BACK_UP: "备份",
        Act.SUBMIT: "报送区民政局、收回执",
        Act.RESTORE: "从备份恢复",
        Act.ACCEPT_LOSS: "恢复时放弃已知存在过的内容（须两人）",
        Act.IGNORE_CLOCK: "机器时间早于上一事件仍给号",
        Act.SET_PIN: "设本人的口令",
        Act.CLEAR_PIN: "清除忘了的口令",
        Act.TIDY: "移出无关文件",
        Act.READ_ACCESS: "查看查阅登记",
        Act.DESTROY_ACCESS: "销毁期满的查阅登记（须两人）",
        Act.LOOK_UNLOGGED: "档案库只读时不登记而查阅",
        Act.SEE_NUMBERS: "检索时不遮挡证号",
        Act.EXPORT: "全部导出",
        Act.KEEP_SEARCH: "保存检索、删去自己保存的",
        Act.DROP_SEARCH: "删去别人保存的检索",
        Act.RECEIVE: "接收报送",
        Act.VERIFY_RECEIVED: "核对收到的户档",
        Act.DRAW_SAMPLE: "抽取抽查名单",
        Act.GIVE_FEEDBACK: "登记抽查结果",
    }
)
EVERYBODY: Final = frozenset(HELD)
STAFF: Final = frozenset({Role.INTAKE, Role.REVIEWER, Role.APPROVER, Role.ARCHIVIST})
"""Those who work on files; panel, appraisers and witnesses are named in steps, they enter nothing."""
FILING: Final = frozenset({Role.INTAKE, Role.ARCHIVIST})
CUSTODY: Final = frozenset({Role.APPROVER, Role.ARCHIVIST})
"""Those who answer for the archive itself."""
DECIDING: Final = frozenset({Role.APPROVER})
MAY: Final[Mapping[Act, frozenset[Role]]] = MappingProxyType(
    {
        Act.OPEN_CASE: FILING,
        Act.IMPORT_ROSTER: FILING,
        Act.CHANGE_FACTS: frozenset({Role.INTAKE, Role.REVIEWER, Role.ARCHIVIST}),
        Act.TAKE_STEP: STAFF,
        Act.CORRECT_STEP: STAFF,
        Act.CHANGE_APPLICANT: STAFF,
        Act.SPLIT_HOUSEHOLD: STAFF,
        Act.MERGE_HOUSEHOLDS: STAFF,
        Act.DEREGISTER: STAFF,
        Act.REOPEN: DECIDING,
        Act.FINISH: FILING,
        Act.CONFIRM_CHECK: STAFF,
        Act.CHECK_FOUR_NATURES: FILING | CUSTODY,
        Act.CONFIRM_RECORD: STAFF,
        Act.FILE: FILING,
        Act.TAKE_INBOX: FILING,
        Act.ASSIGN: FILING,
        Act.HAND_BACK: FILING,
        Act.REARRANGE: FILING,
        Act.UNLOCK: FILING,
        Act.MOVE_RECORD: FILING,
        Act.RETYPE_RECORD: FILING,
        Act.EXPUNGE: CUSTODY,
        Act.CLEAR_EXPUNGED: CUSTODY,
        Act.TRANSFER_OUT: CUSTODY,
        Act.TRANSFER_IN: FILING,
        Act.HAND_OVER: CUSTODY,
        Act.TAKE_BACK: CUSTODY,
        Act.TAKE_OVER: CUSTODY,
        Act.RECORD_SERVICE: FILING,
        Act.ISSUE: STAFF,
        Act.VOID: STAFF,
        Act.REPLACE: STAFF,
        Act.REPORT: STAFF,
        Act.ENTER_VACANT: CUSTODY,
        Act.EXTEND_RETENTION: DECIDING,
        Act.PLACE_HOLD: STAFF,
        Act.DECLARE_HOLD: DECIDING,
        Act.RELEASE_HOLD: frozenset({Role.REVIEWER, Role.APPROVER, Role.ARCHIVIST}),
        Act.PROPOSE_DISPOSAL: frozenset({Role.ARCHIVIST}),
        Act.APPRAISE_DISPOSAL: CUSTODY,
        Act.APPROVE_DISPOSAL: CUSTODY,
        Act.EXECUTE_DISPOSAL: frozenset({Role.ARCHIVIST}),
        Act.CANCEL_DISPOSAL: CUSTODY,
        Act.CLEAR_RESIDUE: CUSTODY,
        Act.CLOSE_DISPOSAL: CUSTODY,
        Act.VERIFY: EVERYBODY,
        Act.BIND: CUSTODY,
        Act.ACCEPT_FINDINGS: CUSTODY,
        Act.SEAL: FILING | CUSTODY,
        Act.BACK_UP: FILING | CUSTODY,
        Act.SUBMIT: FILING | CUSTODY,
        Act.RESTORE: CUSTODY,
        Act.ACCEPT_LOSS: CUSTODY,
        Act.IGNORE_CLOCK: CUSTODY,
        Act.SET_PIN: EVERYBODY,
        Act.CLEAR_PIN: CUSTODY,
        Act.TIDY: FILING | CUSTODY,
        Act.READ_ACCESS: CUSTODY,
        Act.DESTROY_ACCESS: CUSTODY,
        Act.LOOK_UNLOGGED: CUSTODY,
        Act.SEE_NUMBERS: STAFF | FILING | CUSTODY,
        Act.EXPORT: CUSTODY,
        Act.KEEP_SEARCH: EVERYBODY,
        Act.DROP_SEARCH: CUSTODY,
        Act.RECEIVE: FILING | CUSTODY,
        Act.VERIFY_RECEIVED: EVERYBODY,
        Act.DRAW_SAMPLE: CUSTODY,
        Act.GIVE_FEEDBACK: frozenset({Role.REVIEWER, Role.APPROVER, Role.ARCHIVIST}),
    }
)
"""Who may, by act. Of a step and what goes with it (``BY_PACK``, ``BY_DOCUMENT``) more is asked: see there."""
BY_PACK: Final = frozenset(
    {
        Act.TAKE_STEP,
        Act.CORRECT_STEP,
        Act.CHANGE_APPLICANT,
        Act.SPLIT_HOUSEHOLD,
        Act.MERGE_HOUSEHOLDS,
        Act.DEREGISTER,
    }
)
"""Acts that record a step: who took it must have the role its row in the rule pack names."""
BY_DOCUMENT: Final = frozenset({Act.VOID, Act.REPLACE})
"""Acts that undo a document: a signed one or a decision only the one who decides may, see ``procedure.assignment``."""
BUREAU: Final = "bureau"
"""The family of commands of the bureau's workspace."""
_AT_BOTH: Final = (
    "init", "doctor", "--despite-clock", "--unlogged", "people", "access", "ledger", "search", "reindex", "templates", "rules",
    "case show", "case log", "demo", "backup", "report",
)  # fmt: skip
"""Commands, or families of them, that fit the workspace of an office and the bureau's: what reads, and what keeps the house."""


def fits(command: str, *, bureau: bool) -> bool:
    """Tell whether a command, by the words it is typed with or the value of its act, is one of this kind of workspace."""
    if command == BUREAU or command.startswith(f"{BUREAU} "):
        return bureau
    return not bureau or any(command == one or command.startswith(f"{one} ") for one in _AT_BOTH)
