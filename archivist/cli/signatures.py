"""Signatures beside what is handed over, and forms that are to be signed, shown."""

from __future__ import annotations

from archivist.api.given_papers import FormToSign
from archivist.api.signatures import SignatureView
from archivist.cli.session import Session


def show_signatures(session: Session, signatures: tuple[SignatureView, ...]) -> None:
    """Say what is known of each signature; those that could not be checked are never called sound."""
    for one in signatures:
        session.say(
            f"签名 {one.label}  {one.file}{f'：{one.why}' if one.why else ''}",
            "green" if one.standing == "good" else "yellow",
        )
        if one.standing == "unchecked" and one.certificate:
            session.say(f"      证书 SHA-256 {one.certificate}", "dim")


def show_form(session: Session, form: FormToSign) -> None:
    """Say where a form is that is to be signed, and what becomes of it then."""
    session.emit(form)
    session.say(f"已做《{form.title}》（{form.about}，核对码 {form.code}）", "green")
    session.say(
        f"{form.file}\n打印、两人签字、扫描，再用同一命令加 --by、--paper 办理；内容改了的要重新做表。",
        "cyan",
    )
