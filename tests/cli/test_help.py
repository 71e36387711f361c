"""«Chinese aliases of commands, did-you-mean, every ``--help`` in Chinese with a real example»: each command of the tree."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from archivist.cli import chinese_names, examples
from archivist.cli.help_page import ChineseHelp
from archivist.cli.main import cli
from archivist.cli.session import Session
from tests.cli.test_json import leaves
from tests.command_line import Office

ENGLISH = re.compile(
    r"Usage|Options|Commands|Show |OPTIONS|COMMAND|ARGS|TEXT|INTEGER|FLOAT|DIRECTORY|\bFILE\b|PATH|default|required|RANGE"
)
MARKS = re.compile(r"\\|[\x00-\x09\x0b-\x1f]|``|\*\*")
"""What is written for click, or for a page, and nobody should read."""
LEAVES = sorted(leaves(cli))


def every() -> list[tuple[str, ...]]:
    """Return every command and family of the tree."""
    return sorted({path[:n] for path in LEAVES for n in range(len(path) + 1)})


def parsed(words: list[str]) -> tuple[str, ...]:
    """Read a command line with the program's own parser and run nothing; return which command it is."""
    command: click.Command = cli
    context = cli.make_context("archivist", [*words], obj=Session())
    while isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args]
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None and name
        context = found.make_context(name, rest, parent=context)
        command = found
    return tuple(context.command_path.split()[1:])


def test_every_help_is_in_chinese_and_ends_in_an_example(office: Office) -> None:
    for path in every():
        text = office.run(*path, "--help").stdout
        assert text.startswith("用法：archivist"), path
        assert "选项：" in text and "显示这一页" in text, path
        assert not ENGLISH.search(re.sub(r"ARCHIVIST_\w+", "", text)), (path, ENGLISH.findall(text))
        assert not MARKS.search(text), (path, MARKS.findall(text))
        assert re.search(r"\n例：(\n  archivist .+)+\n$", text), (path, text)


@pytest.mark.parametrize("mark", ["\\b", "\b"])
def test_a_mark_that_keeps_lines_is_not_shown_and_keeps_them(mark: str) -> None:
    """In a raw docstring it is two characters, else one: lines stay lines after either."""
    shown = ChineseHelp(width=60)
    shown.write_text(f"一句话。\n\n{mark}\n  1、2 …          第几个\n  o 打开\n\n末了。")
    assert shown.getvalue() == "一句话。\n\n1、2 …          第几个\no 打开\n\n末了。\n"


def test_every_example_is_what_the_parser_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """«a test that goes through all commands' help and runs or parses the example»; the files they name are there."""
    monkeypatch.chdir(tmp_path)
    for line in (line for lines in examples._EXAMPLES.values() for line in lines):
        for word in line.split():
            if word.endswith((".pdf", ".xlsx", ".json", ".zip")):
                (tmp_path / word).write_bytes(b"")
    assert set(examples._EXAMPLES) - {()} == set(LEAVES)
    for path, lines in examples._EXAMPLES.items():
        for line in lines:
            read = parsed(shlex.split(line))
            assert read == path or not path, line


def test_every_command_has_a_chinese_name_of_its_own(office: Office) -> None:
    """«Chinese aliases of commands (立户 制发 检索 期限 核对 状态 下一步 备份 …)»."""
    assert set(chinese_names.NAMES) == set(every()) - {()}
    for path, names in chinese_names.NAMES.items():
        for name in names:
            assert chinese_names.named(path[:-1], name) == path[-1:], (path, name)
    for name in chinese_names._AT_ONCE:
        assert len(chinese_names.named((), name)) > 1, name
    given = {
        "立户": ("case", "open"), "制发": ("generate",), "检索": ("search",), "期限": ("due",), "核对": ("verify",),
        "状态": ("status",), "下一步": ("next",), "备份": ("backup",), "注销": ("case", "deregister"),
    }  # fmt: skip
    for name, path in given.items():
        assert chinese_names.named((), name) == path
    assert office.run("户档", "列表").stdout == office.run("case", "list").stdout
    assert office.run("立户", "--help").stdout == office.run("case", "open", "--help").stdout


def test_who_types_a_chinese_name_is_on_record_with_the_command(office: Office) -> None:
    office.run("下一步", "王秀兰")
    office.run("查看", "王秀兰")
    assert {e["act"] for e in office.json("access", "list")["entries"]} >= {"next", "case show"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["serch", "王秀兰"], "没有命令 serch；是不是 search"),
        (["检所", "王秀兰"], "没有命令 检所；是不是 检索"),
        (["case", "opne"], "没有命令 opne；是不是 open"),
        (["户档", "立互"], "没有命令 立互；是不是 立户"),
        (["case", "list", "--stat", "公示中"], "没有选项 --stat；是不是 --state"),
        (["case", "step", "王秀兰", "受里"], "没有“受里”这一环节；是不是 受理"),
        (["case", "step", "王秀兰", "acept"], "没有“acept”这一环节；是不是 accept"),
        (["case", "set", "王秀兰", "申请人.联系电活=022-00001111"], "没有“联系电活”；是不是 联系电话"),
        (
            ["case", "set", "王秀兰", "申请仁.联系电话=022-00001111"],
            "没有“申请仁.联系电话”这一项；是不是 申请",
        ),
        (["generate", "受理通之书", "王秀兰"], "受理通知书"),
        (["case", "list", "--state", "公视中"], "是不是 公示中"),
        (["case", "open", "低宝", "--name", "甲"], "是不是 低保"),
    ],
)
def test_a_mistyped_word_is_guessed_at(office: Office, typed: list[str], meant: str) -> None:
    """«did-you-mean for commands, options, steps, fields, types»: said, never done."""
    shown = office.run(*typed, check=None)
    assert shown.returncode and meant in shown.stderr, shown.stderr


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["search", "王", "--limit", "x"], "--limit：“x”不是整数"),
        (["next", "--limit", "0"], "--limit：0 不在范围内"),
        (["file", "王秀兰", "没有.pdf"], "没有.pdf"),
        (["case", "show"], "缺少 户"),
        (["case", "show", "甲", "乙"], "多出了参数：乙"),
        (["case", "list", "--state"], "--state 后面要有一个值"),
        (["case", "list", "--json=1"], "--json 后面不跟值"),
        (["case"], "用法：archivist case"),
    ],
)
def test_the_parser_objects_in_chinese(office: Office, typed: list[str], said: str) -> None:
    shown = office.run(*typed, check=None)
    assert shown.returncode and said in shown.stdout + shown.stderr
    assert not re.search(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}", re.sub("archivist [a-z ]*", "", shown.stderr))
