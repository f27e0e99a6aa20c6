"""The editor's commands: index, remove, restore, feedback."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import SOME_FAILED, data_option, json_option, settings_of
from .terminal import Bar, print_json, print_plan, print_report, visible

if TYPE_CHECKING:
    from indexer import Report

    from .settings import Settings


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@data_option
@json_option
@click.option("--dry-run", is_flag=True, help="Chỉ cho biết sẽ làm gì. / Only tell what would be done.")
@click.option("--watch", is_flag=True, help="Canh thư mục, có thay đổi là nạp. / Keep watching, index every change.")
@click.option("--rebuild", is_flag=True, help="Lập lại toàn bộ, ví dụ sau khi đổi mô hình. / Build everything anew.")
@click.option("--yes", is_flag=True, help="Đồng ý gỡ nhiều tệp đã bị xóa. / Agree to many removals.")
@click.pass_context
def index(
    ctx: click.Context,
    paths: tuple[Path, ...],
    data: Path | None,
    as_json: bool,
    dry_run: bool,
    watch: bool,
    rebuild: bool,
    yes: bool,
) -> None:
    """Nạp tệp và thư mục tin vào chỉ mục. / Index files and folders of news.

    Tệp mới được thêm, tệp đổi được cập nhật, tệp đổi tên được theo, tệp bị xóa khỏi thư mục được gỡ. Chạy lại bao
    nhiêu lần cũng được.

    New files are added, changed ones updated, renamed ones followed, files deleted from a folder removed. Run it as
    often as you like.
    """
    if not paths and not rebuild:
        raise click.UsageError("Thiếu PATHS: tệp hoặc thư mục cần nạp. / Name the files or folders to index.")
    settings = settings_of(ctx, data)
    if dry_run:
        from indexer import plan

        planned = plan(settings.data, paths, allow_many_removals=yes)
        print_json(planned.as_dict()) if as_json else print_plan(planned)
        return
    if watch:
        from .watching import watch_and_index

        watch_and_index(settings, paths, lambda report: _print(report, as_json), allow_many_removals=yes)
        return
    report = _index(settings, paths, rebuild=rebuild, yes=yes)
    _print(report, as_json)
    if report.failed:
        ctx.exit(SOME_FAILED)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="DOC…")
@data_option
@json_option
@click.option("--reason", default="", help="Lý do, ghi vào nhật ký. / Why, for the audit log.")
@click.pass_context
def remove(ctx: click.Context, names: tuple[str, ...], data: Path | None, as_json: bool, reason: str) -> None:
    """Gỡ ngay một bài khỏi các câu trả lời. / Take an article out of the answers at once.

    DOC: doc_id, hoặc tệp (mọi bài trong tệp). Bài đã gỡ không trở lại dù tệp còn đó; `hoitin restore` cho trở lại.
    Mỗi lần gỡ là một dòng trong DATA/audit.jsonl.

    DOC: its doc_id, or a file (every article in it). What was removed stays out though its file is still there, until
    `hoitin restore`. Each removal is a line in DATA/audit.jsonl.
    """
    from indexer import withdraw

    settings = settings_of(ctx, data)
    removed = withdraw(settings.data, *names, person=_person(), reason=reason)
    if as_json:
        print_json({"removed": [{"doc_id": document.doc_id, "title": document.title} for document in removed]})
    for document in [] if as_json else removed:
        click.echo(visible(f"Đã gỡ / removed: {document.title} ({document.doc_id})"))


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="DOC…")
@data_option
@json_option
@click.pass_context
def restore(ctx: click.Context, names: tuple[str, ...], data: Path | None, as_json: bool) -> None:
    """Cho bài đã gỡ trở lại. / Let a removed article in again."""
    from indexer import restore

    settings = settings_of(ctx, data)
    restored = [doc_id for name in names for doc_id in restore(settings.data, name, person=_person())]
    _index(settings, [], rebuild=False, yes=False)
    if as_json:
        print_json({"restored": restored})
    for doc_id in [] if as_json else restored:
        click.echo(f"Đã cho trở lại / restored: {doc_id}")


@click.command()
@data_option
@json_option
@click.pass_context
def feedback(ctx: click.Context, data: Path | None, as_json: bool) -> None:
    """Xem ý kiến của người hỏi, mới nhất trước. / List what readers said of answers, newest first."""
    from dataclasses import asdict

    from .feedback import read_feedback

    found = read_feedback(settings_of(ctx, data).data)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        verdict = "có ích / helpful" if one.helpful else f"chưa đúng ý / not helpful {one.reason}".rstrip()
        click.secho(visible(f"{one.time}  {verdict}"), fg="green" if one.helpful else "yellow")
        click.echo(visible(f"  {one.question}" + (f"  [{one.held_to}]" if one.held_to else "")))
        if one.comment:
            click.echo("  “" + visible(one.comment).replace("\n", "\n   ") + "”")
        click.secho(visible("  → " + (", ".join(one.documents) or "không tìm thấy / not found")), dim=True)
    helpful = sum(one.helpful for one in found)
    click.echo(f"{len(found)} ý kiến, {helpful} có ích. / {len(found)} replies, {helpful} helpful.")


def _index(settings: Settings, paths: tuple[Path, ...] | list[Path], *, rebuild: bool, yes: bool) -> Report:
    from .assembly import run_index

    with Bar() as bar:
        return run_index(settings, paths, rebuild=rebuild, allow_many_removals=yes, progress=bar)


def _print(report: Report, as_json: bool) -> None:
    print_json(report.as_dict()) if as_json else print_report(report)


def _person() -> str:
    """Return who is at the keyboard, for the audit log."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name, in a container
        return "?"
