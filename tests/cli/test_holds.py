"""What a clerk reads of holds (冻结): placed, listed, shown, due, and what does not release them."""

from __future__ import annotations

from tests.cli.golden_texts import agrees, typed
from tests.command_line import Office

PEOPLE = """
[[people]]
name = "林经办"
roles = ["intake", "archivist"]
[[people]]
name = "赵分管"
roles = ["approver"]
"""
RELEASE = ["retention", "release", "王秀兰", "H1", "--basis", "判决生效"]


def test_what_a_clerk_reads_of_holds(office: Office) -> None:
    """“已冻结 户号（行政诉讼，自…），第 H1 号”, “现有 … 户，今后符合的一并冻结”, and what each refusal says."""
    office.run("case", "deregister", "王秀兰", "--reason", "旧档", "--yes")
    agrees(
        "retention-holds",
        "\n".join(
            typed(office, words)
            for words in (
                ["retention", "hold", "王秀兰", "--cause", "行政诉讼", "--start", "2024-03-01", "--until", "判决生效"],
                ["retention", "hold", "王秀兰", "--cause", "行政诉讼", "--start", "2024-03-01"],
                ["retention", "hold", "王秀兰", "--cause", "心情"],
                ["retention", "hold", "--where", "category=DB village=样例里", "--cause", "审计", "--dry-run"],
                ["retention", "hold", "--where", "category=DB village=样例里", "--cause", "审计"],
                ["retention", "hold", "--where", "猫=1", "--cause", "审计"],
                ["retention", "hold", "--cause", "审计"],
                ["retention", "list", "--on", "2029-01-01"],
                ["due", "--on", "2025-03-05"],
                [*RELEASE, "--by", "赵分管"],
                [*RELEASE, "--by", "赵分管", "--by", "钱复审"],
                [*RELEASE, "--by", "赵分管", "--by", "钱复审", "--dry-run"],
                ["retention", "release", "王秀兰", "G1", "--basis", "审计结束", "--by", "赵分管", "--by", "钱复审"],
                ["retention", "release", "--basis", "审计结束"],
            )
        ),
    )  # fmt: skip


def test_a_group_hold_is_the_deciders(office: Office) -> None:
    """“E504 须分管领导”."""
    with (office.root / "archivist.toml").open("a", encoding="utf-8") as settings:
        settings.write(PEOPLE)
    words = ["retention", "hold", "--where", "category=DB", "--cause", "审计"]
    refused = office.json(*words, check=None)
    assert refused["error"]["code"] == "E504" and "分管领导" in refused["error"]["message"]
    assert office.json(*words, "--as", "赵分管")["hold"]["hold"] == "G1"
    asked = office.json(*RELEASE, "--by", "赵分管", "--by", "林经办", check=None)
    assert asked["error"]["code"] == "E504" and any("林经办" in p for p in asked["error"]["problems"])
