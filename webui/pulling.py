"""`hoitin pull`: bring the folders of a site's own news in step with the site, then index them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .options import SOME_FAILED, data_option, json_option, settings_of
from .terminal import Bar, print_json, print_report, visible

if TYPE_CHECKING:
    from indexer.sources import PullReport


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME…]")
@data_option
@json_option
@click.option("--sources", type=click.Path(path_type=Path), help="Tệp nguồn, mặc định DATA/sources.toml. / Sources file.")
@click.option("--dry-run", is_flag=True, help="Chỉ đọc danh mục, cho biết sẽ tải gì. / Only tell what would be fetched.")
@click.option("--recheck", is_flag=True, help="Xem lại mọi bài đã biết. / Look at every known article again.")
@click.option("--no-index", is_flag=True, help="Chỉ tải, không lập chỉ mục. / Fetch only.")
@click.option("--yes", is_flag=True, help="Đồng ý gỡ nhiều bài đã bị xóa. / Agree to many removals.")
@click.pass_context
def pull(
    ctx: click.Context,
    names: tuple[str, ...],
    data: Path | None,
    as_json: bool,
    sources: Path | None,
    dry_run: bool,
    recheck: bool,
    no_index: bool,
    yes: bool,
) -> None:
    """Lấy tin mới từ RSS, Atom, sitemap rồi lập chỉ mục. / Pull news from feeds and sitemaps, then index it.

    NAME: tên nguồn trong tệp nguồn; không nêu thì lấy mọi nguồn. Bài mới và bài đổi được tải, bài mà trang web trả
    lời 404/410 được gỡ. Chạy lại bao nhiêu lần cũng được, ví dụ mỗi giờ.

    NAME: sources of the sources file, all of them by default. New and changed articles are fetched; one that the
    site answers with 404 or 410 is removed. Run it as often as you like, every hour say.
    """
    from importlib.metadata import version

    from indexer.sources import Fetcher, Limits, ListingReader, PullState, read_sources
    from indexer.sources import pull as pull_source

    from .indexing import index_to_the_end

    settings = settings_of(ctx, data)
    known = read_sources(sources or settings.data / "sources.toml", settings.data / "pulled")
    chosen = known.named(names)
    file = settings.data / "pull.sqlite"
    if not dry_run:
        settings.data.mkdir(parents=True, exist_ok=True)
    reports = []
    with (
        Bar() as bar,
        PullState(None, copy_of=file) if dry_run else PullState(file) as state,
        Fetcher(version("hoitin"), known.contact or "", Limits(wait=known.max_wait), resting=state.resting()) as fetcher,
        ListingReader() as reader,
    ):
        for source in chosen:
            report = pull_source(
                source, state, fetcher, dry_run=dry_run, recheck=recheck, allow_many_removals=yes, progress=bar, reader=reader
            )
            reports.append(report)
            if not as_json:
                _print_pulled(report)
    folders = [source.folder for source in chosen if source.folder.is_dir()]
    indexed = None
    if folders and not (dry_run or no_index):
        indexed = index_to_the_end(settings, folders, rebuild=False, allow_many_removals=yes)
    if as_json:
        print_json({"sources": [report.as_dict() for report in reports], "index": indexed.as_dict() if indexed else None})
    elif indexed:
        print_report(indexed)
    if any(report.failed for report in reports) or (indexed and indexed.failed):
        ctx.exit(SOME_FAILED)


def _print_pulled(report: PullReport) -> None:
    for failure in report.failed:
        click.secho(visible(f"✗ {failure.path}: {failure.reason}"), fg="red")
    for url in report.planned:
        click.echo(visible(f"sẽ tải / would fetch: {url}"))
    counts = [
        f"mới / new {len(report.added)}",
        f"đổi / changed {len(report.updated)}",
        f"giữ nguyên / unchanged {report.unchanged}",
        f"gỡ / removed {len(report.removed)}",
        f"lỗi / failed {len(report.failed)}",
    ]
    if report.waiting:
        counts.append(f"để lần sau / left for the next run {report.waiting}")
    counts += [f"bỏ qua / skipped {count} ({reason.replace(' | ', ' / ')})" for reason, count in report.skipped.items()]
    click.echo(visible(f"{report.name}: {', '.join(counts)}."))
