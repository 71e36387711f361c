"""Every way the program can refuse, in one tree.

Each class owns its ``code`` (stable, shown to people and in ``--json``), its ``exit_status`` and a default
``remedy``. A message says what happened, to which file, why, and what to do next. Libraries raise; only
``archivist.cli.main`` turns an error into text and an exit status. ``docs/errors.md`` is generated from this tree. What
refuses the later life of a file – holds, destruction, handing over – stands in ``archivist.disposal_errors``, a cluster's refusals in ``archivist.cluster_errors``, a broken reader in ``archivist.reader_errors``.

Exit statuses: 0 done · 1 done, some items wait for a person · 2 usage · 10–19 the dropped file · 20–29 the
archive · 30–39 templates and documents · 40–49 index · 50–59 rules and settings · 60–69 disposal refused ·
70 a bug · 130 interrupted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from archivist.printable import on_one_line


def as_text(what: str, file: str | None, problems: Sequence[str]) -> str:
    """Return an error as people read it: the file, what happened, then each problem on a line of its own."""
    return "\n".join([f"{on_one_line(file)}：{what}" if file else what, *(f"  · {p}" for p in problems)])


class ArchivistError(Exception):
    """Base of every error a person may see.

    Args:
        what: one Chinese sentence: what was refused, and why.
        file: the file, case or field concerned; shown before the sentence. Never a personal name or ID number.
        problems: all single problems, when there are several; each is shown on a line of its own.
        remedy: what to do next; the class's own remedy when not given.
    """

    code: ClassVar[str] = "E700"
    exit_status: ClassVar[int] = 70
    title: ClassVar[str] = "程序内部错误"
    remedy: str = "这是程序的缺陷：请带上 -v 再运行一次，把输出交给维护人员。"

    def __init__(
        self, what: str, *, file: object = None, problems: Sequence[str] = (), remedy: str | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        # A name from the disk need not be text: what cannot be printed must not hide the error itself.
        self.file = None if file is None else str(file).encode("utf-8", "replace").decode()
        self.problems = tuple(problems)
        if remedy is not None:
            self.remedy = remedy

    def __str__(self) -> str:
        return as_text(self.what, self.file, self.problems)

    def as_json(self) -> dict[str, object]:
        """Return the error as the object ``--json`` prints under ``error``."""
        return {
            "code": self.code,
            "title": self.title,
            "message": self.what,
            "file": self.file,
            "problems": list(self.problems),
            "remedy": self.remedy,
            "exit_status": self.exit_status,
        }


# ── usage ────────────────────────────────────────────────────────────────────────────────────────────────
class UsageError(ArchivistError):
    """The command line or an input sheet cannot be understood."""

    code, exit_status, title = "E001", 2, "用法不对"
    remedy = "用 --help 查看该命令的写法。"


class InvalidValue(UsageError):
    """A value given by a person does not fit its field (ID number, date, amount …)."""

    code, title = "E002", "填写的值不合规"
    remedy = "按提示改正后重试；没有写入任何内容。"


class AmbiguousCase(UsageError):
    """A name or ID number fits several cases, or none."""

    code, title = "E003", "不能确定是哪一户"
    remedy = "改用户号；可先用 archivist search 查到户号。"


# ── the dropped file ─────────────────────────────────────────────────────────────────────────────────────
class DroppedFileError(ArchivistError):
    """Something is wrong with a file a clerk handed in; the file stays where it is or goes to the review tray."""

    code, exit_status, title = "E100", 10, "收件有问题"
    remedy = "文件没有丢失：仍在收件箱或待认领中，处理后可重新投入。"


class UnreadableFile(DroppedFileError):
    """The file is damaged, encrypted, empty or of a kind that cannot be read."""

    code, exit_status, title = "E101", 11, "文件读不出来"
    remedy = "请打开原件检查；重新扫描或去除密码后再投入收件箱。"


class PasswordNeeded(UnreadableFile):
    """The file can only be opened with a password, and none, or another, was given."""

    code, exit_status, title = "E106", 16, "文件加了密码"
    remedy = "文件没有丢失：仍在收件箱、待认领中或原处。在待认领里的，向来件人要密码，用 archivist review unlock 编号 输入密码打开；还没有投入的，先投入收件箱。"


class FormatNotRead(UnreadableFile):
    """Nothing is wrong with the file, but nothing of it can be read; it is filed where folder and name say whose and what."""

    code, exit_status, title = "E108", 18, "这种文件不读"
    remedy = "放进该户的投放文件夹、文件名里写明是哪种材料的，会原样归档；否则请用 archivist review assign 指明归入哪一户、是什么材料。"


class FileTooLarge(DroppedFileError):
    """The file exceeds a limit on pages, pixels, bytes, archive entries or nesting."""

    code, exit_status, title = "E102", 12, "文件超过限制"
    remedy = "请分拆、降低分辨率（建议 200–300 dpi 灰度）后再投入收件箱。"


class ReaderStopped(DroppedFileError):
    """The reading process ran out of time or memory, or died on this file."""

    code, exit_status, title = "E103", 13, "读取进程中止"
    remedy = "该文件两次使读取进程中止，已转待认领；请人工查看，必要时重新扫描。"


class TrayItemNotFound(DroppedFileError):
    """No such item in the review tray."""

    code, exit_status, title = "E104", 14, "待认领中没有这一项"
    remedy = "用 archivist review list 查看编号。"


class DuplicateFile(DroppedFileError):
    """The very same bytes are already a record of this case."""

    code, exit_status, title = "E105", 15, "与已归档的件完全相同"
    remedy = "无需再次归档；如确需另存一件，请用 --keep-duplicate。"


class StillWritten(DroppedFileError):
    """The file is open for writing, or has not got its end yet; it stays in the inbox until it is whole."""

    code, exit_status, title = "E107", 17, "文件还没有写完"
    remedy = "不用处理：写完后自动收取。一直这样的，请关闭正打开它的程序，或重新扫描、重新传送。"


# ── the archive ──────────────────────────────────────────────────────────────────────────────────────────
class ArchiveError(ArchivistError):
    """The archive refuses: a case is missing, in the way, or not as its chain says."""

    code, exit_status, title = "E200", 20, "档案库拒绝操作"
    remedy = "没有写入任何内容。"


class CaseNotFound(ArchiveError):
    """No case with this number."""

    code, exit_status, title = "E201", 21, "没有这个户档"
    remedy = "用 archivist case list 或 archivist search 查找户号。"


class IntegrityAlarm(ArchiveError):
    """A case, its manifests and its chain of events disagree. Never repaired silently."""

    code, exit_status, title = "E202", 22, "完整性警报"
    remedy = "请勿改动该户档，先备份整个文件夹，再对照备份或报送副本核查。"


class DamagedFile(IntegrityAlarm):
    """One small file of the archive (a note, a waiting file's reasons) is damaged; everything else goes on."""

    code, title = "E212", "文件已损坏"
    remedy = "从备份取回这个文件；其余一切照常。"


class ArchiveLocked(ArchiveError):
    """Another process is writing to this workspace."""

    code, exit_status, title = "E203", 23, "档案库正被占用"
    remedy = "等对方完成后再试；若在另一台机器上，请在那台机器上结束程序。"


class AlreadyWatched(ArchiveLocked):
    """Another process watches the inbox of this workspace."""

    code, title = "E211", "已有人在守候收件箱"
    remedy = "不用再开一个：放进收件箱的文件由它收取。要由本机接着守候的，先在那里按 Ctrl-C 结束它。"


class WriteFailed(ArchiveError):
    """The disk refused a write (full, failing, no permission); nothing half-done remains."""

    code, exit_status, title = "E204", 24, "写入失败"
    remedy = "请检查磁盘空间、权限与硬件；腾出空间后重新运行，程序会自行恢复。"


class NotAWorkspace(ArchiveError):
    """The folder holds no ``archivist.toml``."""

    code, exit_status, title = "E205", 25, "这里不是工作区"
    remedy = "用 archivist init 建立，或用 --workspace 指明工作区文件夹；archivist.toml 丢了的，用 archivist restore 设置 --from 备份 --workspace 文件夹 取回。"


class WrongWorkspaceKind(ArchiveError):
    """An office's command in the bureau's workspace, or the other way round."""

    code, title = "E215", "不是这种工作区的命令"
    remedy = "换到相应的工作区（--workspace）再运行；建立民政局的工作区用 archivist init --kind bureau。"


class RecordNotFound(ArchiveError):
    """No record with this number in the case."""

    code, exit_status, title = "E206", 26, "没有这一件"
    remedy = "用 archivist case show 查看件号。"


class CaseClosed(ArchiveError):
    """The case does not take this change in its present state (deregistered, already deregistered …)."""

    code, exit_status, title = "E207", 27, "户档状态不允许"
    remedy = "用 archivist case show 查看状态。"


class CaseExists(ArchiveError):
    """The same person already has an open case under this category (一户一档)."""

    code, exit_status, title = "E208", 28, "已有在办户档"
    remedy = "一户一档：请在原户档中办理；确需另立，加 --again 并写明理由。"


class StepRefused(ArchiveError):
    """A step of the procedure cannot be taken now; every reason is listed at once."""

    code, exit_status, title = "E209", 29, "这个环节现在不能办"
    remedy = "按所列逐项解决后重试，没有写入任何内容；用 archivist case step 户 查看现在能办的环节。"


class ClockBehind(ArchiveError):
    """The machine's clock is behind what the ledger wrote before; numbers given by it would lie in the wrong order."""

    code, title = "E214", "机器时间早于上一事件"
    remedy = (
        "请先把电脑的日期和时间调对；上一事件是在时间走快的电脑上写的，由档案管理或分管领导查明后加 "
        "--despite-clock 理由 再办，理由记入总账。没有写入任何内容。"
    )


class NewerFormat(ArchiveError):
    """A newer program wrote this case, or this archive; this program does not know how to add to it."""

    code, title = "E210", "由更新版本的程序写入"
    remedy = "请升级本程序后再办；没有写入任何内容。"


class AccessNotLogged(ArchiveError):
    """Who is shown a household could not be put on record, so nothing of it is shown."""

    code, title = "E213", "查阅没有登记"
    remedy = "修好磁盘、权限后重试；档案库本来只读的，由管理员加 --unlogged 查看。"

    def __init__(self, what: str, *, file: object = None, read_only: bool = False) -> None:
        super().__init__(what, file=file)
        self.read_only = read_only


# ── templates and documents ──────────────────────────────────────────────────────────────────────────────
class DocumentError(ArchivistError):
    """A document cannot be issued; nothing was filed."""

    code, exit_status, title = "E300", 30, "文书不能制发"
    remedy = "没有归档任何内容；按提示补齐后重试。"


class MissingFields(DocumentError):
    """Mandatory ``system`` fields are unknown; all of them are listed at once."""

    code, exit_status, title = "E301", 31, "文书缺少必填项"
    remedy = "户档信息用 archivist case set 补齐；受理日期等由环节登记的，先办环节（archivist case step 户）；只属于这一件文书的用 generate --set 键=值 给出。没有归档任何内容。"


class UnknownDocument(DocumentError):
    """The catalogue has no such document type."""

    code, exit_status, title = "E302", 32, "没有这种文书"
    remedy = "用 archivist templates list 查看文书目录。"


class TemplateFault(DocumentError):
    """A template and its declaration disagree, or the template cannot be rendered."""

    code, exit_status, title = "E303", 33, "模板有错"
    remedy = "用 archivist templates check 查看全部错误；改正模板后重试。"


class RenderedWrong(DocumentError):
    """The rendered document failed its inspection (tag left, phrase lost)."""

    code, exit_status, title = "E304", 34, "生成的文书未通过检查"
    remedy = "请检查模板与填写的内容；没有归档任何内容。"


class UnlawfulDocument(DocumentError):
    """Issuing this document now would break a rule (a second correction notice, no remedies clause …)."""

    code, exit_status, title = "E305", 35, "依规定不能制发"
    remedy = "按所列逐项解决后重试，没有归档任何内容；用 archivist case step 户 查看现在能办的环节；只想看看样子的加 --draft。"


class PdfUnavailable(DocumentError):
    """LibreOffice is not installed, or failed to convert."""

    code, exit_status, title = "E306", 36, "不能转换为 PDF"
    remedy = "安装 LibreOffice 后重试，或不加 --pdf 直接使用 .docx。"


class DocumentNotApplicable(DocumentError):
    """The document does not exist for this category of assistance or in this state of the case."""

    code, exit_status, title = "E307", 37, "现在不适用这种文书"
    remedy = "用 archivist templates list 查看各文书适用的救助类别。"


# ── index ────────────────────────────────────────────────────────────────────────────────────────────────
class IndexFault(ArchivistError):
    """The index is missing, damaged or of another version; the archive itself is not affected."""

    code, exit_status, title = "E400", 40, "索引不可用"
    remedy = "运行 archivist reindex 由档案库重建索引；档案本身不受影响。"


class BadQuery(IndexFault):
    """The query cannot be parsed."""

    code, exit_status, title = "E401", 41, "检索式看不懂"
    remedy = "检查括号与引号；任一个用 |，不要的词前面写 -；要查符号本身，加引号。"


class IndexNotWritten(IndexFault):
    """The disk or the system refused to write the index (full, read-only, another writer); nothing is wrong with it."""

    code, exit_status, title = "E402", 42, "索引写不进去"
    remedy = "请检查磁盘空间与权限；档案不受影响，索引在下次写入或检索时自行补齐。"


class ForeignIndex(IndexFault):
    """The index is another archive's, or of a state this one has not come to: it is asked nothing."""

    code, exit_status, title = "E403", 43, "索引不是本档案库的"
    remedy = "先用 archivist verify 核对档案库没有被换成旧的；无误后运行 archivist reindex。"


# ── rules and settings ───────────────────────────────────────────────────────────────────────────────────
class SettingsError(ArchivistError):
    """``archivist.toml`` or a rule pack is wrong."""

    code, exit_status, title = "E500", 50, "设置有误"
    remedy = "改正 archivist.toml 中所指的一项。"


class UnknownPack(SettingsError):
    """No such rule pack."""

    code, exit_status, title = "E501", 51, "没有这个规则包"
    remedy = "用 archivist rules list 查看可用的规则包。"


class RuleFault(SettingsError):
    """A rule pack does not keep its own form (a row without a source, an unknown unit …)."""

    code, exit_status, title = "E502", 52, "规则包有错"
    remedy = "改正规则包中所指的一行。"


class NotDelegated(SettingsError):
    """The rule pack gives the office no power over this category."""

    code, exit_status, title = "E503", 53, "本地未下放该类救助"
    remedy = "该类别由区（县）民政部门办理；如已另行下放，请在规则包中写明依据。"


class RoleMissing(SettingsError):
    """The acting person has not the role this act needs."""

    code, exit_status, title = "E504", 54, "经办人没有相应岗位"
    remedy = "用 --as 换人，或在 archivist.toml 的 [[people]] 中登记岗位。"


class UnknownActor(SettingsError):
    """Who is named to act is not among the office's people, or not at the post."""

    code, exit_status, title = "E505", 55, "经办人没有登记"
    remedy = (
        "用 --as 写登记的姓名，或在 archivist.toml 的 [[people]] 中登记；查看不受影响。没有写入任何内容。"
    )


class NotIdentified(SettingsError):
    """Who is named to act must show that it is he: the account is another one, or the PIN is wanted, wrong, or slowed down."""

    code, exit_status, title = "E506", 56, "不能确认是本人"
    remedy = "请本人在终端里输入口令，或在本人的账户下办理。没有写入任何内容。"


def all_errors(root: type[ArchivistError] = ArchivistError) -> Iterator[type[ArchivistError]]:
    """Yield every class of the tree that people may meet (a private one is its parent to them), in the order of its code."""
    found: dict[str, type[ArchivistError]] = {}
    todo = [root]
    while todo:
        todo.extend((cls := todo.pop()).__subclasses__())
        if not cls.__name__.startswith("_") and found.setdefault(cls.code, cls) is not cls:
            raise AssertionError(f"code {cls.code} twice: {found[cls.code].__name__}, {cls.__name__}")
    yield from (found[code] for code in sorted(found))
