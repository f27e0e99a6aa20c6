"""One source, pulled: its listings are read, its articles fetched where they are new or due, its dead ones removed."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx

from docs_store import VIETNAM, Trouble

from ..finding import suspiciously_many
from .addresses import AddressError, address, file_name, origin, shown
from .fetching import Fetcher, FetchError, GoneError, Response, RestingError, RobotsError
from .guarded import ListingReader
from .listings import Listing, ListingError, newest, timestamp
from .saving import remove, save, sidecar_of, suffix_of
from .sources_file import Source
from .state import Article, PullState, SeenListing

Progress = Callable[[str, int, int], None]  # stage ("pull"), done, total

_LISTING_SIZE = 50 << 20  # bytes, unpacked: what the sitemap protocol allows
_MOST_SITEMAPS = 200  # in one run
_DEEPEST = 3  # an index of indexes of sitemaps
_SOONEST, _LATEST = 3600.0, 30 * 86_400.0  # seconds between two looks at an article
_AGE_SHARE = 0.1
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)")


@dataclass(slots=True)
class PullReport:
    """What became of one source; addresses, by what became of their pages.

    skipped: reason -> count. waiting: articles left for the next run. planned: what a dry run would have asked for.
    """

    name: str
    folder: str
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    failed: list[Trouble] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    planned: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON types."""
        return asdict(self)


def _silent(stage: str, done: int, total: int) -> None:
    pass


def pull(
    source: Source,
    state: PullState,
    fetcher: Fetcher,
    *,
    dry_run: bool = False,
    recheck: bool = False,
    allow_many_removals: bool = False,
    progress: Progress = _silent,
    reader: ListingReader | None = None,
) -> PullReport:
    """Bring the source's folder in step with its site, and return what was done.

    dry_run: read the listings only, and say what would be asked for; give it a state that is not kept.
    recheck: look at every known article, due or not. A page is removed only where the site answers 404 or 410 for
    it; many at once only where `allow_many_removals`. What fails is a line in the report. reader: one that serves for
    several sources; by default one of its own.
    """
    if reader is None:
        with ListingReader() as own:
            return _Pull(source, state, fetcher, own).run(dry_run, recheck, allow_many_removals, progress)
    return _Pull(source, state, fetcher, reader).run(dry_run, recheck, allow_many_removals, progress)


class _Pull:
    def __init__(self, source: Source, state: PullState, fetcher: Fetcher, reader: ListingReader) -> None:
        self.source, self.state, self.fetcher, self.reader = source, state, fetcher, reader
        self.clock = fetcher.clock
        self.report = PullReport(source.name, str(source.folder))
        self.skipped: Counter[str] = Counter()
        self.rules = _digest([sorted(source.allowed), source.include, source.exclude])
        self.told: set[str] = set()  # hosts whose rest was reported
        self.gone: list[Article] = []
        self.owners: dict[str, str] = {}  # file -> the article that it belongs to

    def run(self, dry_run: bool, recheck: bool, allow_many_removals: bool, progress: Progress) -> PullReport:
        try:
            self._read_listings()
            known = self.state.articles(self.source.slug)
            due = self._due(known, recheck)
            if dry_run:
                self.report.planned = [shown(article.url) for article in due[: self.source.max_pages]]
                self.report.waiting = len(due) - len(self.report.planned)
            else:
                self._look_at_all(known, due, progress)
                self._remove_gone(known, allow_many_removals)
        finally:
            self.state.put_resting(self.fetcher.resting)
        self.report.skipped = dict(self.skipped)
        return self.report

    # --- listings -----------------------------------------------------------------------

    def _read_listings(self) -> None:
        for feed in self.source.feeds:
            self._read_listing(feed.url, "", section=feed.section)
        queue = [(url, "", 0) for url in self.source.sitemaps]
        seen = set(self.source.sitemaps)
        for url, lastmod, depth in queue:  # grows as it is read
            for link, child_lastmod in self._read_listing(url, lastmod, sitemap=True):
                child = self._listed(link)
                if child is None or str(child) in seen:
                    continue
                if depth + 1 > _DEEPEST or len(queue) >= _MOST_SITEMAPS:
                    self.skipped["sitemap quá nhiều hoặc quá sâu | too many sitemaps"] += 1
                    continue
                seen.add(str(child))
                queue.append((str(child), child_lastmod, depth + 1))

    def _read_listing(self, url: str, lastmod: str, *, section: str = "", sitemap: bool = False) -> list[tuple[str, str]]:
        """Note what a feed or sitemap lists, and return the sitemaps that it names."""
        seen = self.state.listing(self.source.slug, url)
        if seen.rules != self.rules + section:  # what was left out then may be wanted now
            seen = SeenListing(url)
        if lastmod and lastmod == seen.lastmod:
            return []
        now = self.clock.now()
        try:
            response = self._get(httpx.URL(url), _LISTING_SIZE, seen.etag, seen.modified)
            if response.unchanged:
                return []
            if sitemap:
                listing = self.reader.sitemap(response.body, now, _LISTING_SIZE)
            else:
                listing = self.reader.feed(response.body, str(response.url), response.content_type, section, now)
        except (FetchError, ListingError) as error:
            self._fail(url, error)
            return []
        stated = self._stated(listing, response.url)
        known = SeenListing(url, rules=self.rules + section)
        if not listing.whole:
            self.skipped["phần hỏng của danh mục | damaged parts of listings"] += 1
        elif not listing.children:  # an index that is the same says nothing of its sitemaps
            known = replace(known, etag=response.etag, modified=response.modified, lastmod=lastmod)
        self.state.put_listing(self.source.slug, known, stated, now)
        return listing.children

    def _stated(self, listing: Listing, base: httpx.URL) -> dict[str, dict[str, str]]:
        """Return address -> what the listing says of it, of the pages that the source wants."""
        stated: dict[str, dict[str, str]] = {}
        for entry in listing.entries:
            url = self._listed(entry.link, base)
            if url is None:
                continue
            if self.source.wants(url):
                stated[str(url)] = {**entry.stated(), **stated.get(str(url), {})}  # of a page listed twice, the first
            else:
                self.skipped["include/exclude"] += 1
        return stated

    def _listed(self, link: str, base: httpx.URL | None = None) -> httpx.URL | None:
        """Return a link's address if it may be asked, else count it as skipped."""
        try:
            url = address(link, base)
        except AddressError:
            self.skipped["địa chỉ không dùng được | unusable address"] += 1
            return None
        if origin(url) in self.source.allowed:
            return url
        self.skipped["máy chủ khác | other hosts"] += 1
        return None

    # --- articles -----------------------------------------------------------------------

    def _due(self, known: list[Article], recheck: bool) -> list[Article]:
        """Return the articles to look at: new ones, the newest first; then changed ones; then the longest unseen."""
        now = self.clock.now()
        new: list[tuple[float, Article]] = []
        changed, others = [], []
        for article in known:
            url = httpx.URL(article.url)
            if origin(url) not in self.source.allowed or not self.source.wants(url):
                continue
            said = self._merged(article)
            if not article.looked or (article.file and not (self.source.folder / article.file).is_file()):
                new.append((newest((said.get("published", ""), said.get("lastmod", ""))), article))
            elif article.looked_as != _digest(said):
                changed.append(article)
            elif recheck or now >= article.looked + _until_next_look(article, said):
                others.append(article)
        new.sort(key=lambda pair: -pair[0])
        return [*(article for _, article in new), *changed, *sorted(others, key=lambda article: article.looked)]

    def _merged(self, article: Article) -> dict[str, str]:
        """Return all that is stated of an article: feeds before sitemaps, an earlier feed before a later one."""
        feeds = [feed.url for feed in self.source.feeds]
        said: dict[str, str] = {}
        for listing in [*sorted(article.stated.keys() - set(feeds)), *reversed(feeds)]:
            said.update(article.stated.get(listing, {}))
        return said

    def _look_at_all(self, known: list[Article], due: list[Article], progress: Progress) -> None:
        self.owners = {article.file: article.url for article in known if article.file}
        asked = 0
        for done, article in enumerate(due, 1):
            if asked >= self.source.max_pages:
                self.report.waiting += len(due) - done + 1
                break
            progress("pull", done, min(len(due), self.source.max_pages))
            try:
                self._look_at(article)
            except RobotsError:
                self.skipped["robots.txt"] += 1
                continue
            except RestingError as error:
                self.report.waiting += 1
                self._fail(article.url, error)
                continue
            except GoneError as error:
                self._note_gone(article, error)
            except FetchError as error:
                self._fail(article.url, error)
            asked += 1

    def _look_at(self, article: Article) -> None:
        """Fetch one article if it changed, and keep it. Raises FetchError."""
        url, folder = httpx.URL(article.url), self.source.folder
        said = self._merged(article)
        have = bool(article.file) and (folder / article.file).is_file()
        size = int(self.source.max_megabytes * 1e6)
        response = self._get(url, size, article.etag if have else "", article.modified if have else "")
        looked = replace(article, looked=self.clock.now(), looked_as=_digest(said))
        if response.url.path == "/" != url.path:
            raise FetchError("chuyển hướng về trang chủ | redirects to the home page")
        if not response.unchanged:
            suffix = suffix_of(response)
            name = file_name(response.url, suffix)
            if not suffix or self.owners.get(name, article.url) != article.url:
                self.skipped["trùng bài | duplicates" if suffix else "không phải HTML, PDF, DOCX | other kinds"] += 1
                self.state.put_article(self.source.slug, replace(looked, file=article.file if have else ""))
                return
            digest = hashlib.sha256(response.body).hexdigest()
            looked = replace(looked, file=name, sha256=digest, etag=response.etag, modified=response.modified)
        same = have and looked.file == article.file and looked.sha256 == article.sha256
        if not same or looked.looked_as != article.looked_as or not sidecar_of(folder / looked.file).is_file():
            sidecar = self._sidecar(looked, said, response)
            save(folder / looked.file, None if same else response.body, sidecar)
        if have and looked.file != article.file:
            remove(folder / article.file)
        self.owners[looked.file] = article.url
        self.state.put_article(self.source.slug, looked)
        if same and looked.looked_as == article.looked_as:
            self.report.unchanged += 1
        else:
            (self.report.updated if have else self.report.added).append(shown(article.url))

    def _sidecar(self, article: Article, said: dict[str, str], response: Response) -> dict[str, object]:
        """Return what the sidecar says: only what the listings state, and how the page was fetched."""
        charset = _CHARSET.search(response.content_type)
        facts = {
            "url": article.url,
            **{name: said.get(name, "") for name in ("title", "published", "updated", "publisher", "section")},
            # Of use only where neither listing nor page names one.
            "fallback": {"publisher": self.source.name},
            "fetched": datetime.fromtimestamp(article.looked, VIETNAM).isoformat(timespec="seconds"),
            "etag": article.etag,
            "last-modified": article.modified,
            "charset": charset.group(1) if charset else "",
        }
        return {name: value for name, value in facts.items() if value}

    # --- pages that are no more ---------------------------------------------------------

    def _note_gone(self, article: Article, error: GoneError) -> None:
        if article.file:
            self.gone.append(article)
            return
        if not article.looked:  # a dead link is told once
            self._fail(article.url, error)
        self._forget(article)

    def _forget(self, article: Article) -> None:
        said = _digest(self._merged(article))
        blank = replace(article, looked=self.clock.now(), looked_as=said, file="", sha256="", etag="", modified="")
        self.state.put_article(self.source.slug, blank)

    def _remove_gone(self, known: list[Article], allow_many: bool) -> None:
        kept = sum(bool(article.file) for article in known)
        if suspiciously_many(len(self.gone), kept) and not allow_many:
            reason = f"{len(self.gone)} trong {kept} bài trả lời 404/410, chưa gỡ; nếu đúng là đã xóa, chạy lại với --yes"
            self.report.failed.append(
                Trouble(self.source.name, f"{reason} | many pages are gone: nothing removed without --yes")
            )
            return
        for article in self.gone:
            remove(self.source.folder / article.file)
            self._forget(article)
            self.report.removed.append(shown(article.url))

    # ------------------------------------------------------------------------------------

    def _get(self, url: httpx.URL, size: int, etag: str, modified: str) -> Response:
        source = self.source
        return self.fetcher.get(url, source.allowed, delay=source.delay, size=size, etag=etag, modified=modified)

    def _fail(self, url: str, error: Exception) -> None:
        """Make a failure one line; a host at rest is told once, not page by page."""
        if isinstance(error, RestingError):
            host = origin(httpx.URL(url))
            if host in self.told:
                return
            self.told.add(host)
        self.report.failed.append(Trouble(shown(url), str(error)))


def _until_next_look(article: Article, said: dict[str, str]) -> float:
    """Return the seconds between two looks at an article: a tenth of its age, from an hour to thirty days.

    A young story is corrected, an old one rarely is. Where the sitemap itself says when a page changed, the longest.
    """
    if said.get("lastmod"):
        return _LATEST
    born = min(article.found, timestamp(said["published"])) if said.get("published") else article.found
    return min(_LATEST, max(_SOONEST, _AGE_SHARE * (article.looked - born)))


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
