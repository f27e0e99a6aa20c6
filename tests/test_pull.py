"""A site's own news, pulled: what is new, changed or gone; and the manners and bounds of it."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from docs_store import BusyError, UsageError
from indexer.sources import Clock, Fetcher, Limits, ListingReader, PullReport, PullState, Source, pull, read_sources
from indexer.sources.unpacking import TooLargeError, gunzip

from .site import Answer, Site

DAY = 86_400.0
SATELLITE = "Bộ Khoa học và Công nghệ khởi động dự án vệ tinh quan sát nông nghiệp tại Cần Thơ"


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1_717_650_000.0  # 6 June 2024, 12:00 in Hanoi
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.time, self.sleep)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    found = Site()
    yield found
    found.close()


class Puller:
    """One source pulled again and again, an hour of work in no time."""

    def __init__(self, data: Path, site: Site, reader: ListingReader) -> None:
        self.data, self.site, self.reader, self.time = data, site, reader, FakeClock()
        self.folder = data / "tin"
        self.state = data / "pull.sqlite"
        self.limits = Limits(connect=5, read=5, total=10, size=1 << 20)

    def __call__(
        self, *, later: float = 0.0, dry_run: bool = False, yes: bool = False, recheck: bool = False, **given: Any
    ) -> PullReport:
        self.time.time += later
        given = {"feeds": (self.site.url("/rss"),), **given} if "sitemaps" not in given else given
        source = Source(name="Bộ KH&CN", folder=self.folder, **given)
        with (
            PullState(None, copy_of=self.state) if dry_run else PullState(self.state) as state,
            Fetcher("1.0", "https://example.vn/bot", self.limits, self.time.clock(), state.resting()) as fetcher,
        ):
            return pull(source, state, fetcher, dry_run=dry_run, allow_many_removals=yes, recheck=recheck, reader=self.reader)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.suffix != ".yaml") if self.folder.exists() else []

    def sidecars(self) -> list[dict[str, Any]]:
        return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(self.folder.glob("*.yaml"))]


@pytest.fixture(scope="module")
def reader() -> Iterator[ListingReader]:
    with ListingReader() as found:
        yield found


@pytest.fixture
def puller(tmp_path: Path, site: Site, reader: ListingReader) -> Puller:
    return Puller(tmp_path, site, reader)


def article(title: str, text: str = "Tin ngắn về khoa học.") -> str:
    body = f"<article><h1>{title}</h1><p>{text}</p></article>"
    return f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>"


def rss(*items: str, encoding: str = "utf-8") -> str:
    listed = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>Tin</title>{listed}</channel></rss>'


def item(link: str, title: str = "Tin", more: str = "") -> str:
    return f"<title>{title}</title><link>{link}</link>{more}"


def sitemap(*entries: str, news: bool = False) -> str:
    extension = ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"' if news else ""
    listed = "".join(f"<url>{entry}</url>" for entry in entries)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"{extension}>{listed}</urlset>'


def three_articles(site: Site) -> None:
    for name in "abc":
        site.put(f"/tin/{name}.html", article(f"Bài {name}"))
    site.put("/rss", rss(*(item(f"/tin/{name}.html", f"Bài {name}") for name in "abc")))


# --- what a pull brings ---------------------------------------------------------------------


def test_the_first_pull_saves_each_article_as_received_with_what_the_feed_says(puller: Puller, site: Site) -> None:
    page = article("Vệ tinh").encode()
    site.put("/tin/ve-tinh.html?id=7", page, Last_Modified="Wed, 05 Jun 2024 02:00:00 GMT")
    more = "<pubDate>Wed, 05 Jun 2024 20:30:00 GMT</pubDate><category>Công nghệ vũ trụ</category>"
    site.put(
        "/rss", rss(item("/tin/ve-tinh.html?id=7&amp;utm_source=rss#dau", "Vệ &lt;b&gt;tinh&lt;/b&gt; KH&amp;amp;CN", more))
    )
    report = puller()
    assert (len(report.added), report.failed, report.skipped) == (1, [], {})
    (name,) = puller.files()
    assert name.startswith("ve-tinh-id-7-")
    assert (puller.folder / name).read_bytes() == page
    (sidecar,) = puller.sidecars()
    assert sidecar.pop("etag")
    assert sidecar == {
        "url": site.url("/tin/ve-tinh.html?id=7"),
        "title": "Vệ tinh KH&CN",
        "published": "2024-06-06T03:30:00+07:00",  # half past three in the morning of the 6th in Hanoi
        "section": "Công nghệ vũ trụ",
        "fallback": {"publisher": "Bộ KH&CN"},
        "fetched": "2024-06-06T12:00:02+07:00",
        "last-modified": "Wed, 05 Jun 2024 02:00:00 GMT",
        "charset": "utf-8",
    }


def test_a_second_pull_asks_for_the_feed_alone_and_gets_304(puller: Puller, site: Site) -> None:
    three_articles(site)
    puller()
    site.asked.clear()
    report = puller()
    assert [(path, status) for _, path, status in site.asked if path != "/robots.txt"] == [("/rss", 304)]
    assert (report.added, report.updated, report.unchanged) == ([], [], 0)


def test_a_day_later_the_articles_are_looked_at_and_304_leaves_their_files_alone(puller: Puller, site: Site) -> None:
    three_articles(site)
    puller()
    before = {path: path.stat().st_mtime_ns for path in puller.folder.iterdir()}
    site.asked.clear()
    assert puller(later=DAY).unchanged == 3
    assert {status for _, path, status in site.asked if path != "/robots.txt"} == {304}
    assert {path: path.stat().st_mtime_ns for path in puller.folder.iterdir()} == before


def test_an_old_article_is_looked_at_less_often_than_a_young_one(puller: Puller, site: Site) -> None:
    for name in ("cu", "moi"):
        site.put(f"/{name}", article(name))
    old = item("/cu", "Cũ", "<pubDate>Mon, 05 Jun 2023 08:00:00 +0700</pubDate>")
    site.put("/rss", rss(old, item("/moi", "Mới", "<pubDate>Thu, 06 Jun 2024 08:00:00 +0700</pubDate>")))
    puller()
    site.paths()
    puller(later=DAY)
    assert site.paths() == ["/rss", "/moi"]
    puller(later=30 * DAY)
    assert sorted(site.paths()) == ["/cu", "/moi", "/rss"]


def test_a_changed_article_is_fetched_anew(puller: Puller, site: Site) -> None:
    three_articles(site)
    puller()
    site.put("/tin/b.html", article("Bài b", "Bản đã sửa."))
    report = puller(later=DAY)
    assert (report.updated, report.unchanged) == ([site.url("/tin/b.html")], 2)
    assert any("Bản đã sửa." in (puller.folder / name).read_text(encoding="utf-8") for name in puller.files())
    assert len(puller.files()) == 3


def test_a_headline_that_changes_in_the_feed_changes_the_sidecar_at_once(puller: Puller, site: Site) -> None:
    three_articles(site)
    puller()
    site.put("/rss", rss(item("/tin/a.html", "Bài a, đã đính chính")))
    assert puller().updated == [site.url("/tin/a.html")]
    assert "Bài a, đã đính chính" in {sidecar["title"] for sidecar in puller.sidecars()}
    assert all((puller.folder / name).stat().st_size for name in puller.files())


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_the_site_deleted_is_removed_and_told(puller: Puller, site: Site, status: int) -> None:
    three_articles(site)
    puller()
    site.put("/tin/b.html", "", status=status)
    report = puller(later=DAY)
    assert (report.removed, report.failed) == ([site.url("/tin/b.html")], [])
    assert len(puller.files()) == 2
    assert len(puller.sidecars()) == 2
    assert puller(later=DAY).removed == []


@pytest.mark.parametrize("status", [401, 403, 500, 502])
def test_an_error_that_is_no_deletion_removes_nothing(puller: Puller, site: Site, status: int) -> None:
    three_articles(site)
    puller()
    site.put("/tin/b.html", "hỏng", status=status)
    report = puller(later=DAY)
    assert (report.removed, [failure.path for failure in report.failed]) == ([], [site.url("/tin/b.html")])
    assert str(status) in report.failed[0].reason
    assert len(puller.files()) == 3


def test_an_entry_that_leaves_the_listing_is_no_deletion(puller: Puller, site: Site) -> None:
    three_articles(site)
    puller()
    site.put("/rss", rss())
    assert puller(later=DAY).removed == []
    assert len(puller.files()) == 3


def test_many_deletions_at_once_wait_for_a_yes(puller: Puller, site: Site) -> None:
    for number in range(12):
        site.put(f"/{number}", article(f"Bài {number}"))
    site.put("/rss", rss(*(item(f"/{number}") for number in range(12))))
    puller()
    for number in range(12):
        del site.pages[f"/{number}"]
    report = puller(later=DAY)
    assert (report.removed, len(puller.files())) == ([], 12)
    assert "--yes" in report.failed[0].reason
    assert len(puller(yes=True).removed) == 12
    assert puller.files() == []


def test_a_file_that_was_lost_is_fetched_again(puller: Puller, site: Site) -> None:
    three_articles(site)
    puller()
    (puller.folder / puller.files()[0]).unlink()
    puller()
    assert len(puller.files()) == 3


def test_a_dead_link_is_told_once(puller: Puller, site: Site) -> None:
    site.put("/rss", rss(item("/khong-co")))
    assert [failure.reason[:3] for failure in puller().failed] == ["404"]
    assert puller(later=DAY).failed == []


def test_the_same_article_in_two_feeds_is_one_file_with_the_first_feeds_words(puller: Puller, site: Site) -> None:
    site.put("/a", article("A"))
    site.put("/rss", rss(item("/a", "Theo mục một"), item("/a#x", "Lặp lại")))
    site.put("/rss2", rss(item(site.url("/a?utm_campaign=2"), "Theo mục hai")))
    feeds = ({"url": site.url("/rss"), "section": "Một"}, {"url": site.url("/rss2"), "section": "Hai"})
    assert len(puller(feeds=feeds).added) == 1
    assert [(sidecar["title"], sidecar["section"]) for sidecar in puller.sidecars()] == [("Theo mục một", "Một")]


def test_two_addresses_that_lead_to_one_page_are_one_file(puller: Puller, site: Site) -> None:
    site.put("/rss", rss(item("/cu"), item("/moi")))
    site.put("/cu", "", status=301, Location="/moi")
    site.put("/moi", article("Mới"))
    assert puller().skipped == {"trùng bài | duplicates": 1}
    assert len(puller.files()) == 1


def test_a_deleted_page_that_now_leads_to_the_home_page_is_a_failure_and_keeps_its_file(puller: Puller, site: Site) -> None:
    three_articles(site)
    puller()
    site.put("/tin/a.html", "", status=302, Location="/")
    site.put("/", article("Trang chủ"))
    report = puller(later=DAY)
    assert "trang chủ" in report.failed[0].reason
    assert len(puller.files()) == 3


def test_documents_that_are_listed_themselves_are_kept_and_pictures_are_not(puller: Puller, site: Site) -> None:
    site.put("/vb/quyet-dinh.pdf", b"%PDF-1.4 ...", Content_Type="application/octet-stream")
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    site.put("/vb/bao-cao", b"PK\x03\x04...", Content_Type=word)
    site.put("/anh.jpg", b"\xff\xd8\xff", Content_Type="image/jpeg")
    site.put("/rss", rss(item("/vb/quyet-dinh.pdf"), item("/vb/bao-cao"), item("/anh.jpg")))
    assert puller().skipped == {"không phải HTML, PDF, DOCX | other kinds": 1}
    assert [name.rpartition("-")[0] + Path(name).suffix for name in puller.files()] == ["bao-cao.docx", "quyet-dinh.pdf"]


def test_file_names_are_short_safe_and_their_own(puller: Puller, site: Site) -> None:
    links = ["/..%2f..%2fetc%2fpasswd", "/" + "tin-rat-dai-" * 40, "/", "/x?id=1", "/x?id=2", "/%E1%BB%99%F0%9F%98%80"]
    for link in links:
        site.put(link, article("Bài"))
    site.put("/rss", rss(*(item(link) for link in links)))
    puller()
    assert len(puller.files()) == len(links)
    for name in puller.files():
        assert len(name.encode()) <= 100
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
        assert not name.startswith(".")


# --- forms of listings ----------------------------------------------------------------------

_ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/muc/"><title>Tin</title><entry>
<title type="html">Vệ tinh &amp;lt; 5 kg</title><link rel="enclosure" href="x.mp3"/><link href="a.html"/><id>tag:1</id>
<published>2024-06-05T08:00:00+07:00</published><updated>2024-06-05T20:00:00Z</updated></entry></feed>"""
_RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="/"><title>Tin</title></channel>
<item rdf:about="/muc/a.html"><title>Vệ tinh</title><link>/muc/a.html</link><dc:date>2024-06-05</dc:date>
<dc:publisher>Sở KH&amp;CN</dc:publisher></item></rdf:RDF>"""


@pytest.mark.parametrize(
    ("feed", "says"),
    [
        (_ATOM, {"title": "Vệ tinh < 5 kg", "published": "2024-06-05T08:00:00+07:00", "updated": "2024-06-06T03:00:00+07:00"}),
        (_RDF, {"title": "Vệ tinh", "published": "2024-06-05", "publisher": "Sở KH&CN"}),
        (rss(item("muc/a.html", "R&amp;D")), {"title": "R&D"}),
        (rss("<title>Chỉ có guid</title><guid isPermaLink='true'>/muc/a.html</guid>"), {"title": "Chỉ có guid"}),
        (rss(item("/muc/a.html", "Dòng\n  hai")).replace("</rss>", ""), {"title": "Dòng hai"}),
    ],
)
def test_every_kind_of_feed_is_read(puller: Puller, site: Site, feed: str, says: dict[str, str]) -> None:
    site.put("/muc/a.html", article("A"))
    site.put("/rss", feed, Content_Type="application/xml")
    assert puller().added == [site.url("/muc/a.html")]
    (sidecar,) = puller.sidecars()
    assert says == {name: sidecar.get(name) for name in says}


def _in_1258(text: str) -> bytes:
    """Return text in windows-1258, where the tone is a character of its own."""
    out = b""
    for char in text:
        try:
            out += char.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", char)
            tones = [part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323"]
            base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones))
            out += (base + "".join(tones)).encode("cp1258")
    return out


@pytest.mark.parametrize(
    ("encoding", "encode"), [("windows-1258", _in_1258), ("utf-16", lambda text: text.encode("utf-16")), ("utf-8", str.encode)]
)
def test_a_feed_in_an_old_encoding_gives_composed_vietnamese(
    puller: Puller, site: Site, encoding: str, encode: Callable[[str], bytes]
) -> None:
    site.put("/a", article("A"))
    site.put("/rss", encode(rss(item("/a", "Bộ Khoa học và Công nghệ"), encoding=encoding)), Content_Type="text/xml")
    puller()
    assert puller.sidecars()[0]["title"] == "Bộ Khoa học và Công nghệ"


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("Thứ tư, 05/06/2024 - 08:30", "2024-06-05"),
        ("Wed, 05 Jun 2024 23:30:00", "2024-06-05T23:30:00+07:00"),  # no zone: Vietnam's
        ("2024-06-05T18:00:00Z", "2024-06-06T01:00:00+07:00"),
        ("2024-06-05 23:30:00", "2024-06-05T23:30:00+07:00"),
        ("6/5/2024 8:30:00 AM", None),  # June the 5th or May the 6th
        ("Fri, 31 Feb 2024 08:00:00 GMT", None),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("2031-01-01T00:00:00Z", None),
        ("hôm qua", None),
    ],
)
def test_a_date_is_taken_in_vietnams_time_and_a_wrong_one_not_at_all(
    puller: Puller, site: Site, written: str, published: str | None
) -> None:
    site.put("/a", article("A"))
    site.put("/rss", rss(item("/a", "A", f"<pubDate>{written}</pubDate>")))
    puller()
    assert puller.sidecars()[0].get("published") == published


def test_sitemaps_are_followed_through_an_index_and_gz_and_say_what_news_they_list(puller: Puller, site: Site) -> None:
    for name in "ab":
        site.put(f"/{name}", article(name))
    index = "".join(f"<sitemap><loc>{site.url(path)}</loc></sitemap>" for path in ("/news.xml", "/old.xml.gz", "/maps.xml"))
    site.put("/maps.xml", f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{index}</sitemapindex>')
    news = (
        f"<loc>{site.url('/a')}</loc><news:news><news:publication><news:name>Báo A</news:name></news:publication>"
        "<news:title>Vệ tinh</news:title><news:publication_date>2024-06-05</news:publication_date></news:news>"
    )
    site.put("/news.xml", sitemap(news, news=True))
    site.put("/old.xml.gz", gzip.compress(sitemap(f"<loc>{site.url('/b')}</loc>").encode()), Content_Type="application/gzip")
    report = puller(sitemaps=(site.url("/maps.xml"),))
    assert (len(report.added), report.failed) == (2, [])
    said = {sidecar["url"]: sidecar for sidecar in puller.sidecars()}
    assert said[site.url("/a")].items() >= {"title": "Vệ tinh", "published": "2024-06-05", "publisher": "Báo A"}.items()
    assert "title" not in said[site.url("/b")]
    site.put("/c", article("c"))
    site.put("/news.xml", sitemap(f"<loc>{site.url('/c')}</loc>"))  # the index itself stays as it was
    assert puller(sitemaps=(site.url("/maps.xml"),)).added == [site.url("/c")]


def test_lastmod_alone_decides_when_a_page_is_looked_at(puller: Puller, site: Site) -> None:
    def listed(day: str) -> str:
        return sitemap(
            *(f"<loc>{site.url(f'/{name}')}</loc><lastmod>{day if name == 'a' else '2024-06-01'}</lastmod>" for name in "ab")
        )

    for name in "ab":
        site.put(f"/{name}", article(name))
    site.put("/map.xml", listed("2024-06-02"))
    maps = (site.url("/map.xml"),)
    puller(sitemaps=maps)
    site.paths()
    puller(sitemaps=maps, later=3 * DAY)
    assert site.paths() == ["/map.xml"]
    site.put("/map.xml", listed("2024-06-08"))
    puller(sitemaps=maps)
    assert site.paths() == ["/map.xml", "/a"]


@pytest.mark.parametrize("query", ["?x=1&y=2", "?x=1&amp;y=2", "<![CDATA[?x=1&y=2]]>", "?x=1&#38;y=2"])
def test_an_ampersand_in_a_sitemap_is_read_however_it_is_written(puller: Puller, site: Site, query: str) -> None:
    site.put("/a?x=1&y=2", article("A"))
    site.put("/map.xml", sitemap(f"<loc>{site.url('/a')}{query}</loc>"))
    assert puller(sitemaps=(site.url("/map.xml"),)).added == [site.url("/a?x=1&y=2")]


def test_of_a_damaged_sitemap_what_stands_before_the_fault_is_read_and_the_rest_next_time(puller: Puller, site: Site) -> None:
    for name in "ab":
        site.put(f"/{name}", article(name))
    whole = sitemap(f"<loc>{site.url('/a')}</loc>", f"<loc>{site.url('/b')}</loc>")
    site.put("/map.xml", whole[:-30])
    report = puller(sitemaps=(site.url("/map.xml"),))
    assert report.added == [site.url("/a")]
    assert report.skipped == {"phần hỏng của danh mục | damaged parts of listings": 1}
    site.put("/map.xml", whole)
    assert puller(sitemaps=(site.url("/map.xml"),)).added == [site.url("/b")]


@pytest.mark.parametrize(
    "body",
    ["<html><body>Bảo trì</body></html>", "không phải XML", "<rss><channel><", "<urlset", "\x00\x01\x02"],
)
def test_a_listing_that_is_none_is_one_line_and_the_other_listings_are_read(puller: Puller, site: Site, body: str) -> None:
    site.put("/a", article("A"))
    site.put("/tot", rss(item("/a")))
    site.put("/rss", body)
    site.put("/map.xml", body)
    report = puller(feeds=(site.url("/rss"), site.url("/tot")), sitemaps=(site.url("/map.xml"),))
    assert [failure.path for failure in report.failed] == [site.url("/rss"), site.url("/map.xml")]
    assert len(report.added) == 1


def test_a_feed_that_takes_too_long_is_one_line_and_the_others_are_read(tmp_path: Path, site: Site) -> None:
    """30 µs a tag: the parser itself would be busy for a quarter of a minute, and of an hour with a feed of 50 MB."""
    three_articles(site)
    site.put("/sau.rss", b"<rss>" + b"<a>" * 400_000)
    with ListingReader(seconds=2) as reader:
        report = Puller(tmp_path, site, reader)(feeds=(site.url("/sau.rss"), site.url("/rss")))
    assert [(failure.path, "quá lâu" in failure.reason) for failure in report.failed] == [(site.url("/sau.rss"), True)]
    assert len(report.added) == 3


def test_entities_neither_multiply_nor_read_files(puller: Puller, site: Site, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("BÍ MẬT", encoding="utf-8")
    doctype = (
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "file://{tmp_path}/secret"><!ENTITY a "{"a" * 1000}"><!ENTITY b "{"&a;" * 1000}">]>'
    )
    site.put("/a", article("A"))
    site.put("/rss", rss(item("/a", "&x;&b;")).replace("<rss", f"{doctype}<rss"))
    news = f"<loc>{site.url('/a')}</loc><news:news><news:title>&x;&b;Tin</news:title></news:news>"
    site.put("/map.xml", sitemap(news, news=True).replace("<urlset", f"{doctype}<urlset"))
    report = puller(feeds=(site.url("/rss"),), sitemaps=(site.url("/map.xml"),))
    assert ["ENTITY" in failure.reason for failure in report.failed] == [True, True]
    assert puller.files() == []


# --- manners --------------------------------------------------------------------------------


def test_robots_txt_is_obeyed_and_the_pages_it_closes_are_counted(puller: Puller, site: Site) -> None:
    three_articles(site)
    site.put("/robots.txt", "User-agent: hoitin\nDisallow: /tin/b\nCrawl-delay: 7\n\nUser-agent: *\nDisallow: /\n")
    report = puller()
    assert (len(report.added), report.skipped, report.failed) == (2, {"robots.txt": 1}, [])
    assert "/tin/b.html" not in site.paths()
    assert puller.time.slept == [7, 7, 7]


def test_a_host_whose_robots_txt_fails_is_left_alone(puller: Puller, site: Site) -> None:
    three_articles(site)
    site.put("/robots.txt", "hỏng", status=500)
    report = puller()
    assert len(report.failed) == 1
    assert "robots.txt" in report.failed[0].reason
    assert site.paths() == []


def test_requests_name_the_robot_and_keep_their_distance(puller: Puller, site: Site) -> None:
    three_articles(site)
    puller(delay=2.5)
    assert {headers["User-Agent"] for headers in site.headers} == {"hoitin/1.0 (+https://example.vn/bot)"}
    assert puller.time.slept == [2.5] * 4  # robots.txt, the feed, three articles: four gaps


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_host_is_asked_again_when_it_said(puller: Puller, site: Site, status: int) -> None:
    three_articles(site)
    busy = Answer(status=status, headers={"Retry-After": "33"})
    free = site.pages["/rss"]
    site.pages["/rss"] = busy

    def sleep(seconds: float) -> None:
        FakeClock.sleep(puller.time, seconds)
        if seconds == 33:
            site.pages["/rss"] = free

    puller.time.sleep = sleep  # type: ignore[method-assign]
    assert len(puller().added) == 3
    assert puller.time.slept.count(33) == 1


def test_a_host_that_wants_longer_than_max_wait_is_left_until_then(puller: Puller, site: Site) -> None:
    three_articles(site)
    site.put("/tin/b.html", "", status=503, Retry_After="Thu, 06 Jun 2024 08:00:00 GMT")  # 15:00 in Hanoi
    report = puller()
    assert (len(report.added), report.waiting, len(report.failed)) == (1, 2, 1)
    three_articles(site)
    site.paths()
    assert len(puller(later=3600).failed) == 1
    assert site.paths() == []
    assert len(puller(later=2 * 3600).added) == 2


def test_a_host_that_does_not_answer_is_given_up_after_three_requests(puller: Puller, site: Site) -> None:
    def hang_up(handler: Any) -> None:
        handler.close_connection = True

    for number in range(6):
        site.pages[f"/{number}"] = Answer(stream=hang_up)
    site.put("/rss", rss(*(item(f"/{number}") for number in range(6))))
    report = puller()
    assert [failure.reason.partition(" ")[0] for failure in report.failed] == ["lỗi", "lỗi", "lỗi", "máy"]
    assert (report.waiting, report.removed) == (3, [])
    assert len(site.paths()) == 1 + 3


def test_a_host_that_is_not_there_is_said_to_be_so(puller: Puller, site: Site) -> None:
    three_articles(site)
    puller()
    site.close()
    report = puller(later=DAY)
    assert ["từ chối kết nối" in failure.reason for failure in report.failed] == [True]
    assert (report.waiting, report.removed, len(puller.files())) == (3, [], 3)


def test_max_pages_bounds_a_run_newest_first_and_the_next_run_goes_on(puller: Puller, site: Site) -> None:
    for day in (3, 5, 4):
        site.put(f"/{day}", article(f"Ngày {day}"))
    site.put("/rss", rss(*(item(f"/{day}", "Tin", f"<pubDate>2024-06-0{day}</pubDate>") for day in (3, 5, 4))))
    report = puller(max_pages=2)
    assert (report.added, report.waiting) == ([site.url("/5"), site.url("/4")], 1)
    assert puller(max_pages=2).added == [site.url("/3")]


# --- bounds ---------------------------------------------------------------------------------


def test_a_redirect_to_another_host_is_refused_in_one_line(puller: Puller, site: Site) -> None:
    site.put("/rss", rss(item("/a")))
    site.put("/a", "", status=302, Location=site.url("/bi-mat", "localhost"))
    site.put("/bi-mat", article("Bí mật"))
    report = puller()
    assert [failure.path for failure in report.failed] == [site.url("/a")]
    assert "localhost" in report.failed[0].reason
    assert "/bi-mat" not in site.paths()
    assert puller(hosts=(f"localhost:{site.port}",)).added == [site.url("/a")]


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "//169.254.169.254/latest", "http://u:p@127.0.0.1/", "", "http://[::1", "gopher://127.0.0.1"],
)
def test_a_redirect_to_anything_but_an_allowed_host_is_refused(puller: Puller, site: Site, location: str) -> None:
    site.put("/rss", rss(item("/a")))
    site.put("/a", "", status=302, Location=location)
    report = puller()
    assert len(report.failed) == 1
    assert puller.files() == []
    assert site.paths().count("/a") <= 7


def test_redirects_end(puller: Puller, site: Site) -> None:
    site.put("/rss", rss(item("/a")))
    site.put("/a", "", status=302, Location="/a")
    assert "5 lần chuyển hướng" in puller().failed[0].reason


def test_entries_of_other_hosts_and_other_schemes_are_skipped_and_counted(puller: Puller, site: Site) -> None:
    links = [site.url("/x", "localhost"), "https://báo-khác.vn/1", "javascript:alert(1)", "http://u:matkhau@127.0.0.1/y", "/a"]
    site.put("/a", article("A"))
    site.put("/rss", rss(*map(item, links)))
    report = puller()
    assert report.skipped == {"máy chủ khác | other hosts": 2, "địa chỉ không dùng được | unusable address": 2}
    assert site.paths() == ["/rss", "/a"]


def test_a_password_or_a_key_in_an_address_is_never_printed(puller: Puller, site: Site) -> None:
    site.put("/rss?muc=1&key=BIMAT", rss(item("/a?token=BIMAT&amp;id=1"), item("http://u:BIMAT@127.0.0.1/b")))
    site.put("/a?token=BIMAT&id=1", "", status=500)
    report = puller(feeds=(site.url("/rss?muc=1&key=BIMAT"), site.url("/khong-co?key=BIMAT")))
    assert len(report.failed) == 2
    assert "BIMAT" not in json.dumps(report.as_dict())
    assert "id=1" in str(report.failed)


def test_include_and_exclude_choose_pages_and_a_new_choice_is_read_from_an_unchanged_feed(puller: Puller, site: Site) -> None:
    three_articles(site)
    report = puller(include=("/tin/*",), exclude=("*/b.html",))
    assert (len(report.added), report.skipped) == (2, {"include/exclude": 1})
    assert puller(include=("/tin/*",)).added == [site.url("/tin/b.html")]


def test_an_oversized_page_is_refused_whether_or_not_it_says_its_size(puller: Puller, site: Site) -> None:
    def endless(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(10_000):
            handler.wfile.write(b"x" * 1000)

    site.put("/noi-ro", b"x" * 2_000_000)
    site.pages["/khong-noi"] = Answer(stream=endless)
    site.put("/rss", rss(item("/noi-ro"), item("/khong-noi")))
    report = puller(max_megabytes=0.5)
    assert ["0.5 MB" in failure.reason for failure in report.failed] == [True, True]
    assert puller.files() == []


@pytest.mark.parametrize("encoding", ["gzip", "br", "gzip, gzip"])
def test_a_small_answer_that_unpacks_to_a_large_one_is_refused(puller: Puller, site: Site, encoding: str) -> None:
    site.put("/bom", gzip.compress(b"0" * 30_000_000), Content_Encoding=encoding)
    site.put("/rss", rss(item("/bom")))
    assert len(puller(max_megabytes=1).failed) == 1
    assert puller.files() == []


def test_a_bomb_is_never_unpacked_beyond_the_limit() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    tracemalloc.start()
    with pytest.raises(TooLargeError):
        gunzip([bomb], 1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_gzip_bomb_of_a_sitemap_is_refused_and_a_gzip_page_is_read(
    puller: Puller, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.sources.pulling._LISTING_SIZE", 1 << 20)
    site.put("/bom.xml.gz", gzip.compress(sitemap("<loc>x</loc>" * 500_000).encode()))
    site.put("/map.xml", sitemap(f"<loc>{site.url('/a')}</loc>"))
    site.put("/a", gzip.compress(article("A").encode()), Content_Encoding="gzip")
    report = puller(sitemaps=(site.url("/bom.xml.gz"), site.url("/map.xml")))
    assert [failure.path for failure in report.failed] == [site.url("/bom.xml.gz")]
    assert (puller.folder / puller.files()[0]).read_text(encoding="utf-8") == article("A")


def test_a_cut_off_answer_is_no_article(puller: Puller, site: Site) -> None:
    def cut(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"<html>nua")
        handler.close_connection = True

    site.pages["/a"] = Answer(stream=cut)
    packed = gzip.compress(article("B").encode())[:-20]
    site.put("/b", packed, Content_Encoding="gzip")
    site.put("/rss", rss(item("/a"), item("/b")))
    assert len(puller().failed) == 2
    assert puller.files() == []


@pytest.mark.parametrize("part", ["nothing", "headers", "body"])
def test_a_slow_server_is_cut_off(puller: Puller, site: Site, part: str) -> None:
    ended = Event()

    def drip(handler: Any) -> None:
        start = {"nothing": b"", "headers": b"HTTP/1.1 200 OK\r\nX-Long: ", "body": b"HTTP/1.1 200 OK\r\n\r\n"}[part]
        try:
            handler.wfile.write(start)
            while not ended.wait(0.02):
                if part != "nothing":
                    handler.wfile.write(b"x")
        except OSError:
            pass

    site.pages["/cham"] = Answer(stream=drip)
    site.put("/rss", rss(item("/cham")))
    puller.limits = Limits(connect=5, read=0.3 if part == "nothing" else 60, total=60 if part == "nothing" else 0.3)
    report = puller()
    ended.set()
    assert ["hết thời gian" in failure.reason for failure in report.failed] == [True]


# --- a pull that is interrupted, rehearsed, or wrongly called -------------------------------


def test_a_pull_killed_in_the_middle_loses_nothing_and_goes_on(
    puller: Puller, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_articles(site)
    replace = Path.replace
    renamed: list[Path] = []

    def killed(self: Path, target: Path) -> Path:
        if len(renamed) == 3:  # after the sidecar of the second article, before the article itself
            raise KeyboardInterrupt
        renamed.append(target)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        puller()
    monkeypatch.undo()
    assert len(puller.files()) == 1
    site.paths()
    assert len(puller().added) == 2  # although the feed itself says 304
    assert sorted(site.paths()) == ["/rss", "/tin/b.html", "/tin/c.html"]
    assert len(puller.files()) == 3


def test_a_dry_run_tells_what_would_be_fetched_and_writes_nothing(puller: Puller, site: Site) -> None:
    three_articles(site)
    assert puller(dry_run=True, max_pages=2).planned == [site.url("/tin/a.html"), site.url("/tin/b.html")]
    assert site.paths() == ["/rss"]
    assert not list(puller.data.iterdir())
    puller()
    before = {path: path.read_bytes() for path in puller.data.rglob("*") if path.is_file()}
    site.put("/rss", rss(item("/tin/d.html")))
    assert puller(dry_run=True).planned == [site.url("/tin/d.html")]
    assert {path: path.read_bytes() for path in puller.data.rglob("*") if path.is_file()} == before


def test_recheck_looks_at_every_article_at_once(puller: Puller, site: Site) -> None:
    three_articles(site)
    puller()
    assert puller(recheck=True).unchanged == 3


def test_two_pulls_at_once_are_one_too_many(puller: Puller, site: Site) -> None:
    three_articles(site)
    with PullState(puller.state), pytest.raises(BusyError):
        puller()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x =", "TOML"),
        ("", "source"),
        ('[[source]]\nname = "A"', "feeds"),
        ('[[source]]\nname = "A"\nfeed = ["https://a.vn/rss"]', "feed"),
        ('[[source]]\nname = "A"\nfeeds = ["ftp://a.vn/rss"]', "http"),
        ('[[source]]\nname = "A"\nfeeds = ["https://u:matkhau@a.vn/rss"]', "source.1.feeds.1"),
        ('[[source]]\nname = "A"\nfeeds = ["https://a.vn/rss"]\nhosts = ["https://a.vn/"]', "hosts"),
        ('[[source]]\nname = "A"\nfeeds = ["https://a.vn/rss"]\ndelay = -1', "delay"),
        ('[[source]]\nname = "Ả"\nfeeds = ["https://a.vn/1"]\n[[source]]\nname = "a"\nfeeds = ["https://a.vn/2"]', "trùng"),
    ],
)
def test_a_wrong_sources_file_is_one_sentence_that_names_the_place(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_sources(file, tmp_path)
    assert says in str(caught.value)
    assert "matkhau" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_source_has_its_own_folder_below_the_data_unless_it_names_one(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    listed = (
        '[[source]]\nname = "Bộ KH&CN"\nfeeds = ["https://a.vn/1"]\n[[source]]\nname = "B"\nsitemaps = ["https://b.vn/1"]\n'
    )
    file.write_text(f'{listed}folder = "rieng"', encoding="utf-8")
    sources = read_sources(file, tmp_path / "pulled")
    assert [source.folder for source in sources.source] == [tmp_path / "pulled" / "bo-kh-cn", tmp_path / "rieng"]
    assert [source.name for source in sources.named(("bo-kh-cn",))] == ["Bộ KH&CN"]


# --- the command ----------------------------------------------------------------------------


def _run(*arguments: object) -> Result:
    from webui.cli import main

    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def data(tmp_path: Path, site: Site) -> Path:
    """Return a data folder whose sources file names the site."""
    folder = tmp_path / "kho"
    folder.mkdir()
    (folder / "sources.toml").write_text(
        f'[[source]]\nname = "Bộ KH&CN"\nfeeds = ["{site.url("/rss")}"]\ndelay = 0\n', encoding="utf-8"
    )
    return folder


def test_what_was_pulled_can_be_asked_and_is_forgotten_when_the_site_deletes_it(data: Path, site: Site) -> None:
    text = (
        f"{SATELLITE}. Vệ tinh chụp ảnh ruộng lúa năm ngày một lần, giúp dự báo sản lượng và cảnh báo xâm nhập mặn cho mười "
        "hai tỉnh. Kinh phí của dự án là bốn mươi tỷ đồng, lấy từ quỹ phát triển khoa học và công nghệ quốc gia."
    )
    site.put("/ve-tinh.html", article(SATELLITE, text))
    site.put("/rss", rss(item("/ve-tinh.html", SATELLITE)))
    pulled = json.loads(_run("pull", "--data", data, "--json").output)
    assert [len(source["added"]) for source in pulled["sources"]] == [1]
    assert pulled["index"]["documents"] == 1
    answer = json.loads(
        _run("ask", "Dự án vệ tinh nông nghiệp ở Cần Thơ có kinh phí bao nhiêu?", "--data", data, "--json").output
    )
    assert "bốn mươi tỷ đồng" in answer["citations"][0]["passage"]
    site.put("/ve-tinh.html", "", status=410)
    pulled = json.loads(_run("pull", "bo-kh-cn", "--recheck", "--data", data, "--json").output)
    assert [len(source["removed"]) for source in pulled["sources"]] == [1]
    assert pulled["index"]["documents"] == 0


def test_failures_are_lines_with_exit_code_3_and_no_index_leaves_the_index_out(data: Path, site: Site) -> None:
    three_articles(site)
    site.put("/tin/b.html", "", status=500)
    result = _run("lay", "--data", data, "--no-index")
    assert result.exit_code == 3
    assert sum("/tin/b.html" in line and "500" in line for line in result.output.splitlines()) == 1
    assert "mới / new 2" in result.output
    assert not (data / "CURRENT").exists()


def test_a_dry_run_of_the_command_writes_nothing(data: Path, site: Site) -> None:
    three_articles(site)
    result = _run("pull", "--dry-run", "--data", data)
    assert result.exit_code == 0
    assert result.output.count("would fetch") == 3
    assert [path.name for path in data.iterdir()] == ["sources.toml"]


def test_an_unknown_source_or_a_missing_sources_file_is_a_wrong_call(data: Path, tmp_path: Path) -> None:
    result = _run("pull", "Bộ khác", "--data", data)
    assert result.exit_code == 2
    assert "Bộ KH&CN" in result.output
    assert _run("pull", "--data", tmp_path / "khong").exit_code == 2
    assert not (tmp_path / "khong").exists()
