"""How the later life of a file is refused: holds, appraisal, destruction, what is handed over (E600–E611); the rest of the tree of errors."""

from __future__ import annotations

from archivist.errors import ArchivistError


class DisposalError(ArchivistError):
    """What was to become of a file at its end cannot be."""

    code, exit_status, title = "E600", 60, "不能这样处置"
    remedy = "用 archivist retention explain 户 查看保管期限和依据。"


class OnHold(DisposalError):
    """The file or the record is on hold; nothing of it may go."""

    code, exit_status, title = "E601", 61, "冻结中"
    remedy = "用 archivist retention list 查看是哪一项冻结；解除须两人凭签字的材料（retention release）。没有改动。"


class PeriodRunning(DisposalError):
    """The file must be kept longer than this day."""

    code, exit_status, title = "E602", 62, "期限未满"
    remedy = "用 archivist retention explain 户 查看保管到哪一天、依据哪一句。没有改动。"


class ListChanged(DisposalError):
    """What was appraised, approved or signed is not the list there is."""

    code, exit_status, title = "E603", 63, "清册与批准不符"
    remedy = "按现在的清册重新打印、签字；内容已变的户退出本批。没有改动。"


class AlreadyDestroyed(DisposalError):
    """The file was destroyed by the rules; it does not come back."""

    code, exit_status, title = "E604", 64, "已销毁"
    remedy = "用 archivist ledger 查看销毁的批次和依据；已销毁的档案不恢复。"


class TwoPersonsNeeded(DisposalError):
    """Too few people act, or one person in two parts that exclude each other."""

    code, exit_status, title = "E605", 65, "须两人"
    remedy = "请另一位有此岗位的人一同办理（--by 两次，或另一位监销人）。没有改动。"


class NotExpungeable(DisposalError):
    """This record may not be taken out of its file."""

    code, exit_status, title = "E606", 66, "此件不得剔除"
    remedy = "制发的文书、签署件和决定只能作废（case record void），不能剔除。没有改动。"


class WrongBatchState(DisposalError):
    """The batch is not at the point at which this can be done."""

    code, exit_status, title = "E607", 67, "批次状态不允许"
    remedy = "用 archivist retention list 查看批次走到哪一步。没有改动。"


class WaitingPeriod(DisposalError):
    """The days between approval and destruction are not over."""

    code, exit_status, title = "E608", 68, "等待期未满"
    remedy = (
        "到所写的日期再办；期间有人提出异议的，用 retention hold 冻结或 retention cancel 撤销。没有改动。"
    )


class ResidueLeft(DisposalError):
    """Copies of what was destroyed are still there."""

    code, exit_status, title = "E609", 69, "残留未清"
    remedy = "逐项清除并由两人登记（retention residue 批次 --cleared …），再办。"


class ForkedChain(ArchivistError):
    """What is handed over does not continue what was received before."""

    code, exit_status, title = "E610", 22, "分叉"
    remedy = "先查明哪一份是真的：请报送单位用 archivist verify --against 上次回执 核对。没有接收。"


class ReceiptMismatch(ArchivistError):
    """The receipt or the feedback is not of this office, not of this submission, or was changed."""

    code, exit_status, title = "E611", 22, "回执不符"
    remedy = "请向接收单位索取这次报送的原件。没有写入任何内容。"
