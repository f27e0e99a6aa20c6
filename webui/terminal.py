"""What the commands print: a progress bar, reports, citations."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from indexer import Report
    from retriever import Citation, Understood


class Bar:
    """A progress bar on standard error, one for each stage of long work; silent where nobody watches."""

    _LABELS = {  # noqa: RUF012
        "read": "Đọc tệp", "embed": "Lập chỉ mục", "vectors": "Thêm vectơ",
        "verify": "Kiểm tra", "eval": "Đo", "pull": "Tải tin",
    }  # fmt: skip

    def __init__(self) -> None:
        self._stage = ""
        self._bar: Any = None
        self._done = 0

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._finish()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if not sys.stderr.isatty() or not total:
            return
        if stage != self._stage:
            self._finish()
            self._stage, self._done = stage, 0
            self._bar = click.progressbar(length=total, label=self._LABELS.get(stage, stage), file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._done)
        self._done = done

    def _finish(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None


_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """Return text that a terminal only shows: control characters, which could move its cursor or title, become '·'."""
    return _UNSEEN.sub("·", text.replace("\r\n", "\n"))


def print_json(value: object) -> None:
    import json

    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_report(report: Report) -> None:
    """Print what a run of the indexer did: what could not be read by name, the rest in figures."""
    _print_troubles(report)
    _print_figures(report)
    click.echo(
        f"Chỉ mục có {report.documents} bài, {report.passages} đoạn ({report.seconds:.1f} giây). / "
        f"The index holds {report.documents} documents, {report.passages} passages."
    )
    if report.waiting:
        click.echo(
            f"Đã trả lời được; {report.waiting} đoạn còn chờ vectơ, lần hoitin index sau làm tiếp. / "
            f"It answers already; {report.waiting} passages wait for a vector, the next hoitin index goes on."
        )


def duration(seconds: int) -> str:
    """Return a length of time in words, to the minute."""
    minutes = max(1, round(seconds / 60))
    hours, rest = divmod(minutes, 60)
    return f"{hours} giờ / h {rest} phút / min" if hours else f"{rest} phút / min"


def print_plan(report: Report) -> None:
    """Print what a run of the indexer would do, file by file."""
    _print_troubles(report)
    for mark, paths in (("+", report.added), ("~", report.updated), ("-", report.removed)):
        for path in paths:
            click.echo(visible(f"{mark} {path}"))
    for old, new in report.renamed:
        click.echo(visible(f"→ {old} → {new}"))
    _print_figures(report)
    click.echo("Chưa làm gì (--dry-run). / Nothing was done (--dry-run).")


def _print_troubles(report: Report) -> None:
    for warning in report.warnings:
        click.secho(visible(f"! {warning.path}: {warning.reason}"), fg="yellow")
    for source, day in report.later:
        click.secho(visible(f"⏳ {source}: đăng ngày {day}, giữ lại đến hôm ấy / kept back until that day"), fg="yellow")
    for source, doc_id in report.held:
        why = f"cùng nội dung hoặc địa chỉ với bài đã gỡ {doc_id} / the text or address of what was taken down"
        click.secho(visible(f"⛔ {source}: {why}"), fg="yellow")
    for source in report.recovered[:20]:
        click.secho(visible(f"↺ {source}: kho đã mất bài này, lấy lại từ chỉ mục / taken in again from the index"), fg="yellow")
    if len(report.recovered) > 20:
        click.secho(f"↺ … {len(report.recovered)} bài / documents", fg="yellow")
    for failure in report.failed:
        click.secho(visible(f"✗ {failure.path}: {failure.reason}"), fg="red")


def _print_figures(report: Report) -> None:
    renamed = f"đổi tên / renamed {len(report.renamed)}, " if report.renamed else ""
    doubtful = f", không chắc / doubtful {len(report.warnings)}" if report.warnings else ""
    click.echo(
        f"Thêm / added {len(report.added)}, cập nhật / updated {len(report.updated)}, {renamed}"
        f"giữ nguyên / unchanged {report.unchanged}, gỡ / removed {len(report.removed)}, "
        f"không đọc được / failed {len(report.failed)}{doubtful}."
    )


def print_citation(citation: Citation) -> None:
    from .cards import is_sure
    from .chat_words import quoted, word
    from .links import source_url
    from .messages import VI

    before = visible(citation.passage[: citation.quote_start])
    after = visible(citation.passage[citation.quote_start + len(citation.quote) :])
    parts = [citation.publisher, citation.published.strftime("%d/%m/%Y") if citation.published else ""]
    if citation.paged:
        parts.append(f"trang {citation.page + 1}")
    parts += [VI.note(note) for note in citation.notes]
    click.secho(visible(f"[{citation.number}] {citation.title}"), bold=True)
    click.secho(visible("    " + " · ".join(part for part in parts if part)), dim=True)
    if citation.lacks:
        click.secho(visible(f"    {word(VI, 'lacks', words=quoted(citation.lacks))}"), dim=True)
    sure = is_sure(citation)
    quote = click.style(visible(citation.quote), bold=sure or None, fg="green" if sure else None, underline=not sure or None)
    body = before + quote + after
    click.echo("    " + body.replace("\n", "\n    "))
    click.secho(f"    {citation.url or source_url(citation)}", dim=True)
    if citation.copies:
        names = ", ".join(dict.fromkeys(copy.publisher or copy.title for copy in citation.copies))
        click.secho(f"    đăng lại ở {len(citation.copies)} nguồn / also printed by: {names}", dim=True)
    click.echo()


def print_understood(understood: Understood, typed: str) -> None:
    """Print how the question was taken, where that is not plain from its words."""
    from .messages import VI
    from .understood import chips

    if understood.question != typed:
        click.secho(f"Hiểu là / taken as: {understood.question}", dim=True)
    for chip in chips(understood, VI):
        click.secho(f"• {chip.text}", dim=True)
