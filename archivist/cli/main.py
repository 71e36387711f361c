"""The command line: a group that loads a family only when it is asked for, and the one error edge."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Sequence
from typing import Final

import click

from archivist import __version__
from archivist.api.result import Failure, Interrupted, Problem
from archivist.cli.chinese_names import NAMES
from archivist.cli.encoding import print_anything
from archivist.cli.family import Family, as_ours
from archivist.cli.session import Session, shared
from archivist.errors import AccessNotLogged, ArchivistError, UsageError, WriteFailed
from archivist.os_reasons import reason_of

_COLLECTED: Final = (20_000, 20, 20)
"""Modules and declarations stay to the end: looking through them for garbage takes an eighth of a quick command."""
COMMANDS: Final = {
    "init": ("archivist.cli.setup", "init", "建立工作区"),
    "case": ("archivist.cli.cases", "case", "户档：立户、查看、改动、注销"),
    "import": ("archivist.cli.roster", "import_", "名册：认列、逐格核对、列出问题；加 --apply 逐户立户"),
    "import-scans": ("archivist.cli.old_scans", "import_scans", "旧扫描件：按户的文件夹列成计划，核对后归档"),
    "next": ("archivist.cli.next_acts", "next_", "下一步：各户该办什么、缺什么、照着敲的命令"),
    "do": ("archivist.cli.doing", "do_", "往下办：办到须有人决定、签字、交材料为止"),
    "undo": ("archivist.cli.undoing", "undo_", "撤销：本人最后办的一件事，先列出再撤"),
    "due": ("archivist.cli.agenda", "due", "期限：逾期、今天、将到、未起算"),
    "check": ("archivist.cli.check", "check", "齐全性：缺什么、依据哪一条"),
    "watch": ("archivist.cli.inbox", "watch", "守候收件箱，自动归档"),
    "file": ("archivist.cli.inbox", "file_", "把指明的文件归入指明的户档"),
    "review": ("archivist.cli.review", "review", "待认领：人工指定归属"),
    "generate": ("archivist.cli.documents", "generate", "制发文书，一户或多户"),
    "print": ("archivist.cli.printing", "print_", "打印：待签的文书合成一个 PDF，按村、户排好"),
    "unsigned": ("archivist.cli.printing", "unsigned", "待签：在外面签的、几天了，今天扫回的，缺页缺章的"),
    "report": ("archivist.cli.reports", "report", "汇总册表：花名册、月报表、发放明细、报送清单"),
    "search": ("archivist.cli.find", "search", "按姓名、拼音、证号、户号、正文检索"),
    "open": ("archivist.cli.looking", "open_", "打开一户的文件夹，或其中一件"),
    "fields": ("archivist.cli.looking", "fields_", "信息项：户档、文书要填什么，写什么键"),
    "verify": ("archivist.cli.fixity", "verify", "核对档案库：链、清单、内容、总账、索引"),
    "submit": ("archivist.cli.submissions", "submit", "报送区民政局，收回执和反馈"),
    "transfer": ("archivist.cli.transfers", "transfer", "户迁走、迁入：转出、接收户档"),
    "export": ("archivist.cli.exporting", "export_", "全部导出：各户信息、事件、各件，写成普通文件"),
    "backup": ("archivist.cli.backup", "backup", "备份到移动硬盘，核对，演练恢复"),
    "restore": ("archivist.cli.fixity", "restore", "从备份按摘要恢复有问题的户档"),
    "ledger": ("archivist.cli.ledger", "ledger", "总账：给出的编号、制发的机关文书、核对与决定"),
    "access": ("archivist.cli.access", "access", "查阅登记：谁、何时、看过哪些户档"),
    "people": ("archivist.cli.people", "people", "人员：岗位、账户、口令"),
    "retention": ("archivist.cli.retention", "retention", "保管期限"),
    "bureau": ("archivist.cli.bureau", "bureau", "民政局：接收报送、核对、抽查、反馈"),
    "reindex": ("archivist.cli.find", "reindex", "由档案库重建索引"),
    "templates": ("archivist.cli.templates", "templates", "文书目录与模板"),
    "rules": ("archivist.cli.rules", "rules", "规则包：列表、出处、检查"),
    "serve": ("archivist.cli.serve", "serve", "网页：在浏览器里办理"),
    "service": ("archivist.cli.service", "service", "服务：开机自动守候收件箱"),
    "status": ("archivist.cli.setup", "status", "运行：守候、收件箱、磁盘、备份、核对、索引"),
    "doctor": ("archivist.cli.setup", "doctor", "检查本机与工作区"),
    "completion": ("archivist.cli.completion", "completion", "补全：按 Tab 补全命令、户号、姓名、文书"),
    "demo": ("archivist.cli.demo.run", "demo", "演示：从扫描件到通知书"),
}
"""Command → module, name there, and the line ``--help`` shows without loading it."""


class Program(Family):
    """Loads a command's module only when it runs, so that a quick question stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command; a shell that asks what may follow is told by its words alone."""
        if cmd_name not in COMMANDS:
            return None
        if ctx.resilient_parsing:
            from archivist.cli.command_words import command as by_its_words

            return as_ours(by_its_words(cmd_name))
        module, name, _ = COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return as_ours(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading any."""
        with formatter.section("命令"):
            formatter.write_dl(
                [(f"{name}, {NAMES[name,][0]}", line) for name, (_, _, line) in COMMANDS.items()]
            )


@click.command(cls=Program, name="archivist", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="archivist", help="显示版本。")
@shared
def cli() -> None:
    """archivist：乡镇（街道）社会救助一户一档 —— 收件归档、制发文书、检索、保管。"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status; errors become text or JSON here and nowhere else."""
    session = Session()
    try:
        result = cli.main(
            args=list(argv) if argv is not None else None,
            prog_name="archivist",
            standalone_mode=False,
            obj=session,
        )
    except ArchivistError as error:
        return _refuse(session, error)
    except click.exceptions.Abort:
        return _interrupted(session)
    except KeyboardInterrupt:
        return _interrupted(session)
    except click.ClickException as error:
        # What cannot be parsed may have stopped the parser before it came to the option.
        session.json = session.json or "--json" in (sys.argv[1:] if argv is None else argv)
        from archivist.cli.help_page import complaint

        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            session.say(error.message)
        context = getattr(error, "ctx", None)
        return _refuse(
            session,
            UsageError(
                complaint(error),
                remedy=f"用 {context.command_path if context else 'archivist'} --help 查看写法。",
            ),
        )
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        session.trace(error)
        name = str(error.filename).replace("\\", "/").rsplit("/", 1)[-1] if error.filename else None
        return _refuse(session, WriteFailed(reason_of(error), file=name))
    except Exception as error:
        session.trace(error)
        return _refuse(session, ArchivistError(f"{type(error).__name__}：{error}"))
    finally:
        session.close()
    return result if isinstance(result, int) else 0


def _interrupted(session: Session) -> int:
    if session.json:
        session.emit(Interrupted())
    else:
        session.warn("已中断；已完成的不受影响，其余可再次运行。")
    return 130


def _refuse(session: Session, error: ArchivistError) -> int:
    try:
        session.emit(Failure(Problem.of(error)))
        session.refuse(Problem.of(error))
    except AccessNotLogged as unlogged:  # whom the error names may not be shown either; this one names nobody
        error = unlogged
        session.emit(Failure(Problem.of(error)))
        session.refuse(Problem.of(error))
    session.trace(error)
    return error.exit_status


def entry() -> None:
    """Console script: run and end the process with the exit status."""
    gc.set_threshold(*_COLLECTED)
    print_anything()
    sys.exit(main())


if __name__ == "__main__":
    entry()
