"""``archivist bureau``: submissions received, checked, drawn from and answered, what is due in its offices; in the bureau's own workspace."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from archivist.api import bureau as api
from archivist.api import cluster_agenda
from archivist.api.agenda import DAYS
from archivist.cli.agenda import ROWS, show_offices
from archivist.cli.family import Family
from archivist.cli.fixity import show_findings
from archivist.cli.four_nature import PHASES, check_four_received
from archivist.cli.parameters import DAY
from archivist.cli.passwords import asking, password_file
from archivist.cli.session import Session, with_session
from archivist.cli.signatures import show_signatures
from archivist.errors import UsageError
from archivist.model.by import CHINA
from archivist.model.ids import parse_category

_FILE = click.Path(path_type=Path, dir_okay=False)
_PDF = click.option("--pdf/--no-pdf", default=None, help="纸质单是否另做 PDF；不写按设置。")


@click.group(cls=Family)
def bureau() -> None:
    """民政局：接收各镇（街道）报送的户档，核对，抽查，反馈。工作区用 archivist init --kind bureau 建立。"""


@bureau.command()
@click.argument("files", nargs=-1, required=True, type=_FILE, metavar="报送包…")
@password_file
@_PDF
@with_session
def receive(session: Session, files: tuple[Path, ...], password_file: Path | None, pdf: bool | None) -> int:
    """接收一次报送：各包一起写明，次序不拘；加密的包会问密码。全部核对无误才放入，有一处不对整包不收；逐户接收或退回，写出回执。"""
    ask = asking(password_file)
    with session.progress("接收", least=1_000) as progress:
        done = api.receive(session.workspace, session.by(), files, ask=ask, pdf=pdf, progress=progress)
    session.emit(done)
    told = "以前接收过，没有改动；" if done.again else ""
    session.say(
        f"{done.submission}：{done.parts}/{done.parts} 包，{told}接收 {len(done.accepted)}，退回 {len(done.returned)}；回执已写",
        "green",
    )
    session.say(f"锚 {' '.join(done.anchor[n : n + 4] for n in range(0, 16, 4))}…（全文见回执单）")
    show_signatures(session, done.signatures)
    if done.returned:
        session.table(("退回的户", "原因"), [(case.case, case.why) for case in done.returned])
    for path in done.files:
        session.say(f"  {path}")
    if done.destroyed:
        session.warn(
            f"报送单位已依规销毁、本局仍有副本的 {len(done.destroyed)} 户：{'、'.join(done.destroyed)}"
        )
    return 1 if done.returned or done.destroyed else 0


@bureau.command()
@click.argument("office", required=False, default="", metavar="[单位代码]")
@click.option(
    "--four", is_flag=True, help="四性检测：31 项逐项检，写报告，记总账；只有报送单位知道的写“未检”。"
)
@click.option("--case", "cases", multiple=True, metavar="户", help="与 --four 同用：只检这一户；可多次写。")
@click.option("--phase", type=click.Choice(list(PHASES)), help="与 --four 同用：哪一环节的检测项；默认全部。")
@click.option(
    "--backup",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="与 --four 同用：本局备份盘上的文件夹，连同最近一次备份一起检查。",
)
@click.option("--dry-run", is_flag=True, help="与 --four 同用：只检测，不写报告，不记总账。")
@with_session
def verify(
    session: Session,
    office: str,
    four: bool,
    cases: tuple[str, ...],
    phase: str | None,
    backup: Path | None,
    dry_run: bool,
) -> int:
    """核对收到的户档：内容、清单、事件链，与接收时的链头对照；可只核对一个单位的。加 --four 做四性检测。"""
    if four:
        return check_four_received(session, office, cases, phase, backup, dry_run=dry_run)
    if cases or phase or backup or dry_run:
        raise UsageError("--case、--phase、--backup、--dry-run 与 --four 同用")
    with session.progress("核对") as progress:
        done = api.verify(session.workspace, session.by(), office, progress=progress)
    session.emit(done)
    session.table(
        ("单位", "档案袋", "字节", "不符"),
        [(one.office, one.bags, one.bytes, len(one.findings)) for one in done.offices],
    )
    for one in done.offices:
        show_findings(session, one.findings)
    if not done.offices:
        session.say("还没有收到过报送。")
    return 22 if any(one.findings for one in done.offices) else 0


@bureau.command()
@click.option("--month", required=True, metavar="2026-11", help="确认月份。")
@click.option(
    "--lot", default="", metavar="抽签结果", help="收齐报送以后当众抽签的结果，原样写上；两端的空格不算。"
)
@click.option(
    "--near-kin",
    type=_FILE,
    metavar="文件",
    help="近亲属备案的户号（.txt、.csv、.xlsx）；户档里登记了的不用写。",
)
@_PDF
@with_session
def sample(session: Session, month: str, lot: str, near_kin: Path | None, pdf: bool | None) -> int:
    """抽取抽查名单：近亲属全查，其余按单位、类别各不低于三成；同样的名单和抽签结果，谁来算都一样。"""
    done = api.sample(session.workspace, session.by(), month, lot, near_kin=near_kin, pdf=pdf)
    session.emit(done)
    told = f"{done.draw}（以前抽过，没有改动）" if done.again else done.draw
    session.say(
        f"{told}：框 {done.frame} 户（摘要 {done.frame_sha256[:4]}…），近亲属 {len(done.kin)} 户全查，"
        f"抽取 {len(done.drawn)} 户；种子 {done.seed[:4]}…；任何人可复算",
        "green",
    )
    session.table(
        ("单位", "类别", "户数", "抽中"),
        [(s.office, s.category.label, s.size, s.drawn) for s in done.strata],
    )
    for path in done.files:
        session.say(f"  {path}")
    if done.unknown_kin:
        session.warn(f"名单上的近亲属不在本月新确认的户中：{'、'.join(done.unknown_kin)}")
    if done.before:
        session.warn(f"这个月还抽过 {'、'.join(done.before)}；用哪一份、为什么重抽，要写明")
    return 1 if done.unknown_kin or done.before else 0


@bureau.command()
@click.argument("submission", metavar="报送编号")
@click.option(
    "--findings", required=True, type=_FILE, metavar="表格", help="填好的抽查结果登记表（.xlsx、.csv）。"
)
@click.option("--sample", default="", metavar="2026-11", help="抽查的确认月份，印在反馈单上。")
@_PDF
@with_session
def feedback(session: Session, submission: str, findings: Path, sample: str, pdf: bool | None) -> None:
    """反馈抽查结果：写出给街道 submit import 用的文件和反馈单。"""
    done = api.feedback(session.workspace, session.by(), submission, findings, sample=sample, pdf=pdf)
    session.emit(done)
    session.say(
        f"反馈-{done.submission}.json 与反馈单已写：{done.cases} 户，需整改 {len(done.to_mend)} 户；交街道 submit import",
        "green",
    )
    for path in done.files:
        session.say(f"  {path}")


@bureau.command("list")
@with_session
def list_(session: Session) -> None:
    """各单位最近报送到哪一期、有多少户、还有几户待整改，收到过哪些报送；登记了而没有报送的也列出。"""
    found = api.offices(session.workspace)
    session.emit(found)
    rows = [
        (o.code, s.submission, s.label, s.received_on, s.accepted, s.returned)
        for o in found.offices
        for s in o.submissions
    ]
    if rows:
        session.table(
            ("单位", "名称", "户数", "最近一期", "待整改"),
            [(o.code, o.name, o.cases, o.last, "、".join(o.to_mend)) for o in found.offices if o.submissions],
        )
        session.table(("单位", "报送", "期间", "接收日期", "接收", "退回"), rows)
    for office in found.offices:
        if not office.submissions:
            session.say(f"{office.code} {office.name} 还没有报送过", "yellow")
    if not found.offices:
        session.say("还没有收到过报送，也没有登记报送单位。")


@bureau.command()
@click.argument("office", required=False, default="", metavar="[单位代码]")
@click.option("--on", "on", type=DAY, help="以哪一天为准；默认现在。")
@click.option("--category", help="只看一类救助。")
@click.option("--overdue", is_flag=True, help="只看逾期的。")
@click.option("--days", type=click.IntRange(0), help=f"看到多少天以后；默认 {DAYS} 天。")
@click.option("--all", "everything", is_flag=True, help="不论多远，全部列出。")
@with_session
def due(
    session: Session,
    office: str,
    on: dt.date | None,
    category: str | None,
    overdue: bool,
    days: int | None,
    everything: bool,
) -> int:
    """各单位的期限，由检索集群回答；每个单位按它自己的规则推算，补到什么时候也列出。"""
    if everything and days is not None:
        raise UsageError("--all 与 --days 不能同时写")
    found = cluster_agenda.of_offices(
        session.workspace,
        on=dt.datetime.combine(on, dt.time(), CHINA) if on else session.clock(),
        office=office,
        category=parse_category(category) if category else None,
        overdue=overdue,
        days=None if everything else DAYS if days is None else days,
    )
    session.emit(found)
    if not session.json:
        show_offices(session, found, most=None if everything else ROWS)
    return 1 if found.not_told else 0
