"""The editor's commands: index, remove, restore, feedback."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import COPIES_LEFT, SOME_FAILED, data_option, json_option, settings_of
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
    nhiêu lần cũng được. Nhiều tin thì sau vài phút chỉ mục đã trả lời được, theo chữ và theo mô hình nhanh; vectơ của
    mô hình đã chọn được thêm dần, dừng giữa chừng thì lần chạy sau làm tiếp.

    New files are added, changed ones updated, renamed ones followed, files deleted from a folder removed. Run it as
    often as you like. Where there is much to do the index answers within minutes, by its words and a quick model; the
    vectors of the model that is set are added behind, and a run that is ended meanwhile is gone on with by the next.
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
@click.option("--copies", "with_copies", is_flag=True, help="Gỡ cả bài đăng lại đoạn ấy. / Also what prints the same passage.")
@click.option("--erase", "erasing", is_flag=True, help="Xóa hẳn chữ khỏi kho và các chỉ mục. / Erase its text for good.")
@click.pass_context
def remove(
    ctx: click.Context,
    names: tuple[str, ...],
    data: Path | None,
    as_json: bool,
    reason: str,
    with_copies: bool,
    erasing: bool,
) -> None:
    """Gỡ ngay một bài khỏi các câu trả lời. / Take an article out of the answers at once.

    DOC: doc_id, hoặc tệp (mọi bài trong tệp). Bài đã gỡ không trở lại dù tệp còn đó, đổi tên hay kho bị mất; `hoitin restore`
    cho trở lại. Mỗi lần gỡ là một dòng trong DATA/takedowns.jsonl và DATA/audit.jsonl. Còn bài khác đăng lại đoạn ấy thì lệnh
    nêu tên và kết thúc với mã 12.

    DOC: its doc_id, or a file (every article in it). What was removed stays out though its file is still there, is renamed, or
    the library is lost, until `hoitin restore`. Each removal is a line in DATA/takedowns.jsonl and DATA/audit.jsonl. Where
    other documents print the same passage the command names them and ends with exit code 12.
    """
    from indexer import erase

    from .removal import take_out

    settings = settings_of(ctx, data)
    removal = take_out(settings, names, person=_person(), reason=reason, with_copies=with_copies, known=erasing)
    removed, left = removal.removed, removal.left
    files: list[str] = []
    if erasing:
        wanted = [document.doc_id for document in removed] + list(removal.known)
        _, files = erase(settings.data, *wanted, person=_person(), reason=reason)
    if as_json:
        print_json(
            {
                "removed": [{"doc_id": document.doc_id, "title": document.title} for document in removed],
                "copies": [{"doc_id": copy.doc_id, "title": copy.title, "publisher": copy.publisher} for copy in left],
                "erased": erasing,
                "files": files,
            }
        )
    else:
        for document in removed:
            click.echo(visible(f"Đã gỡ / removed: {document.title} ({document.doc_id})"))
        if erasing:
            click.echo("Đã xóa chữ khỏi kho và các chỉ mục. / Erased from the library and every index.")
        for file in files:
            click.secho(visible(f"! Tệp gốc vẫn còn chữ ấy / the file itself still holds it: {file}"), fg="yellow")
        if left:
            click.secho(f"Còn {len(left)} bài đăng lại đoạn này / still print the same passage:", fg="yellow", err=True)
            for copy in left:
                click.echo(visible(f"  {copy.title} · {copy.publisher} ({copy.doc_id})"), err=True)
            click.echo(f"→ hoitin remove {' '.join(copy.doc_id for copy in left)}", err=True)
    if left:
        ctx.exit(COPIES_LEFT)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="DOC…")
@data_option
@json_option
@click.pass_context
def restore(ctx: click.Context, names: tuple[str, ...], data: Path | None, as_json: bool) -> None:
    """Cho bài đã gỡ trở lại. / Let a removed article in again."""
    from indexer import restore

    from .assembly import run_index

    settings = settings_of(ctx, data)
    restored = [doc_id for name in names for doc_id in restore(settings.data, name, person=_person())]
    with Bar() as bar:
        run_index(settings, [], rebuild=False, allow_many_removals=False, progress=bar)
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


def _index(settings: Settings, paths: tuple[Path, ...], *, rebuild: bool, yes: bool) -> Report:
    from .indexing import index_to_the_end

    return index_to_the_end(settings, paths, rebuild=rebuild, allow_many_removals=yes)


def _print(report: Report, as_json: bool) -> None:
    print_json(report.as_dict()) if as_json else print_report(report)


def _person() -> str:
    """Return who is at the keyboard, for the audit log."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name, in a container
        return "?"
