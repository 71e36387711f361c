"""``archivist case export``: a household file as ordinary files."""

from __future__ import annotations

from pathlib import Path

import click

from archivist.cli.session import Session, with_session
from archivist.errors import IntegrityAlarm


@click.command()
@click.argument("case_", metavar="户")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="写到哪个文件夹。"
)
@click.option("--searchable", is_flag=True, help="扫描件写成可检索文字的 PDF（PDF/A-2b），图像不变。")
@with_session
def export(session: Session, case_: str, out: Path, searchable: bool) -> int:
    """把一户的各件另存为普通文件，便于移交、查阅；档案库不变。"""
    from archivist.api.case_export import export_case

    done = export_case(session.workspace, case_, out, searchable=searchable)
    session.emit(done)
    damaged = [file for file in done.files if file.damaged]
    session.say(f"{done.case}：{len(done.files) - len(damaged)} 个文件已写到 {done.folder}", "green")
    if scans := sum(file.searchable for file in done.files):
        session.say(f"其中 {scans} 个扫描件可检索文字（PDF/A-2b 标记，未经验证）")
    for file in done.files:
        if file.problem and not file.damaged:
            session.say(f"第 {file.record} 件 {file.title} 照原样另存：{file.problem}", "yellow")
    for file in damaged:
        session.say(f"第 {file.record} 件 {file.title}：{file.problem}", "red")
    return IntegrityAlarm.exit_status if damaged else 0
