"""From the office to the bureau and back, by commands alone: submitted, received, acknowledged, looked into, answered."""

from __future__ import annotations

import shutil
from pathlib import Path

from archivist.documents.render.render import document_text
from tests.command_line import Office, opened
from tests.preservation.test_detached_signatures import OWN, fingerprint, signed

INIT = (
    "init",
    ".",
    "--kind",
    "bureau",
    "--pack",
    "tianjin-hongqiao",
    "--office",
    "红桥区民政局",
    "--code",
    "HQMZ",
)
NUMBER = "TJHQ-DB-2024-000001"


def test_what_the_office_hands_over_comes_back_answered(tmp_path: Path) -> None:
    """The receipt and the feedback are what the office's ``submit import`` takes, once; what is to be put right is due there."""
    for name in ("街道", "局"):
        (tmp_path / name).mkdir()
    office, bureau = opened(tmp_path / "街道"), Office(tmp_path / "局")
    bureau.settings["ARCHIVIST_AS"] = "局经办"
    bureau.run(*INIT)
    made = office.json("submit", "--month", "2024-03", "--all", "--to", str(tmp_path), check=None)
    parts = sorted(map(str, tmp_path.rglob("S-*.zip")))
    assert parts, made
    received = bureau.json("bureau", "receive", *parts)
    assert received["accepted"] == [NUMBER] and not received["returned"] and not received["again"]
    receipt = next(path for path in received["files"] if path.endswith(".json"))
    office.json("submit", "import", receipt)
    listed = bureau.json("bureau", "list")["offices"]
    assert [(one["code"], one["cases"]) for one in listed] == [("TJHQ", 1)]
    assert bureau.json("bureau", "verify", "TJHQ")["offices"][0]["findings"] == []
    assert [hit["case"] for hit in bureau.json("search", "王秀兰")["hits"]] == [NUMBER]
    assert bureau.json("case", "show", NUMBER)["case"] == NUMBER
    table = tmp_path / "抽查.csv"
    table.write_text(
        f"户号,结果,问题和要求,整改期限\n{NUMBER},需整改,缺入户照片,2024-04-30\n", encoding="utf-8"
    )
    given = bureau.json(
        "bureau", "feedback", received["submission"], "--findings", str(table), "--sample", "2024-03"
    )
    page = next(Path(path) for path in given["files"] if path.endswith(".docx"))
    letter = "\n".join(document_text(page.read_bytes()))
    assert "天津市红桥区样例街道办事处：" in letter, "nobody registered it: as it calls itself"
    assert f"报送编号 {received['submission']}，抽查" in letter and "限 2024年4月30日前整改" in letter
    answer = next(path for path in given["files"] if path.endswith(".json"))
    office.json("submit", "import", answer, check=1)
    assert "缺入户照片" in office.run("due", check=None).stdout
    edited = tmp_path / "改过.json"
    edited.write_text(
        Path(answer).read_text(encoding="utf-8").replace("缺入户照片", "没有问题"), encoding="utf-8"
    )
    assert office.json("submit", "import", str(edited), check=None)["error"]["code"] == "E611"


def test_a_submission_without_households_is_received_too(tmp_path: Path) -> None:
    """“empty package is still an anchor”: received once, with a receipt that the office takes in."""
    for name in ("街道", "局"):
        (tmp_path / name).mkdir()
    office, bureau = opened(tmp_path / "街道"), Office(tmp_path / "局")
    bureau.settings["ARCHIVIST_AS"] = "局经办"
    bureau.run(*INIT)
    for which, expected in (("--changed", []), ("--all", [NUMBER]), ("--changed", [])):
        stick = tmp_path / f"盘{len(list(tmp_path.iterdir()))}"
        stick.mkdir()
        office.json("submit", "--month", "2024-03", which, "--to", str(stick), check=None)
        received = bureau.json("bureau", "receive", *sorted(map(str, stick.rglob("S-*.zip"))))
        assert received["accepted"] == expected, received
        receipt = next(path for path in received["files"] if path.endswith(".json"))
        assert office.json("submit", "import", receipt)["accepted"] == expected


def test_locked_parts_are_received_with_the_password_told_apart(tmp_path: Path) -> None:
    """The anchor and digests are of the plain content: the receipt fits; a wrong password is a clear error and changes nothing."""
    for name in ("街道", "局", "盘"):
        (tmp_path / name).mkdir()
    office, bureau = opened(tmp_path / "街道"), Office(tmp_path / "局")
    bureau.settings["ARCHIVIST_AS"] = "局经办"
    bureau.run(*INIT)
    secret, wrong = tmp_path / "密码.txt", tmp_path / "错的.txt"
    secret.write_text("Kapok-7-umbrella\n", encoding="utf-8")
    wrong.write_text("Kapok-8-umbrella\n", encoding="utf-8")
    stick = tmp_path / "盘"
    to = ("submit", "--month", "2024-03", "--all", "--to", str(stick), "--encrypt")
    assert office.json(*to, check=None)["error"]["code"] == "E001", "nobody to ask"
    (stick / "密码.txt").write_text("Kapok-7-umbrella\n", encoding="utf-8")
    refused = office.json(*to, "--password-file", str(stick / "密码.txt"), check=None)
    assert refused["error"]["code"] == "E001", "the password lies on the stick"
    (stick / "密码.txt").unlink()
    office.json(*to, "--password-file", str(secret))
    parts = sorted(map(str, stick.glob("S-*.加密.zip")))
    assert parts and not [path for path in stick.glob("S-*.zip") if "加密" not in path.name]
    refused = bureau.json("bureau", "receive", *parts, "--password-file", str(wrong), check=None)
    assert refused["error"]["code"] == "E106" and bureau.json("bureau", "list")["offices"] == []
    received = bureau.json("bureau", "receive", *parts, "--password-file", str(secret))
    assert received["accepted"] == [NUMBER]
    assert not list((tmp_path / "局" / "archive" / ".work").iterdir()), "nothing decrypted is left"
    receipt = next(path for path in received["files"] if path.endswith(".json"))
    assert office.json("submit", "import", receipt)["accepted"] == [NUMBER]
    against = office.json("verify", "--against", parts[0], "--password-file", str(secret))
    assert against["kind"] == "submission" and not against["alarming"]
    refused = office.json("verify", "--against", parts[0], "--password-file", str(wrong), check=None)
    assert refused["error"]["code"] == "E106"
    for root in (tmp_path / "街道", tmp_path / "局"):
        for path in root.rglob("*"):
            assert not path.is_file() or b"umbrella" not in path.read_bytes(), path


def test_what_an_office_signs_is_held_against_its_registered_certificate(tmp_path: Path) -> None:
    """A signature by the office's UKey beside each part: 合格 of the registered certificate, 未检 of nobody's, broken or foreign refused."""
    for name in ("街道", "局", "盘"):
        (tmp_path / name).mkdir()
    office, bureau = opened(tmp_path / "街道"), Office(tmp_path / "局")
    bureau.settings["ARCHIVIST_AS"] = "局经办"
    bureau.run(*INIT)
    stick = tmp_path / "盘"
    made = office.json("submit", "--month", "2024-03", "--all", "--to", str(stick))
    (part,) = stick.glob("S-*.zip")
    signature = part.with_name(f"{part.name}.p7s")
    told = office.json("submit", "sign", made["submission"], "--to", str(stick), check=1)
    assert [one["standing"] for one in told["parts"]] == ["unsigned"]
    key, own = OWN["ec"]
    signature.write_bytes(signed(key, own, content=part.read_bytes()))
    told = office.json("submit", "sign", made["submission"], "--to", str(stick), check=1)
    assert [(one["standing"], one["certificate"]) for one in told["parts"]] == [
        ("unchecked", fingerprint(own))
    ]
    for folder, table in (("街道", "[office]"), ("局", '[[offices]]\nname = "街道"\ncode = "TJHQ"')):
        path = tmp_path / folder / "archivist.toml"
        line = f'{table}\ncertificate = "{fingerprint(own)}"\n'
        text = path.read_text(encoding="utf-8")
        text = text.replace("[office]\n", line, 1) if folder == "街道" else f"{text}\n{line}"
        path.write_text(text, encoding="utf-8")
    told = office.json("submit", "sign", made["submission"], "--to", str(stick))
    assert [one["standing"] for one in told["parts"]] == ["good"]
    assert office.json("verify", "--against", str(part))["signature"]["standing"] == "good"
    for wrong in (signed(*OWN["rsa"], content=part.read_bytes()), signed(key, own, content=b"another"), b"0"):
        signature.write_bytes(wrong)
        refused = bureau.json("bureau", "receive", str(part), check=None)
        assert refused["error"]["code"] == "E202"
        assert office.json("verify", "--against", str(part), check=None)["error"]["code"] == "E202"
        assert not [one for one in bureau.json("bureau", "list")["offices"] if one["submissions"]]
    signature.unlink()
    again = tmp_path / "又一个"
    again.mkdir()
    bare = Path(shutil.copy(part, again))
    received = bureau.json("bureau", "receive", str(bare))
    assert [one["standing"] for one in received["signatures"]] == ["unsigned"], "who signs is missed without"
    signature.write_bytes(signed(key, own, content=part.read_bytes()))
    received = bureau.json("bureau", "receive", str(part))
    assert received["again"] and [one["standing"] for one in received["signatures"]] == ["good"]
