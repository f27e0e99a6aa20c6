"""A saved web page becomes its article and what it says of itself, whatever site built it."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from docs_store import LoadError
from indexer.loaders.extract import Extract
from indexer.loaders.html import load_html, page
from indexer.loaders.html.days import stamped_days, written_day
from indexer.reading import read_file

from . import html_pages as pages
from .html_pages import BODY, LEAD, NOISE, TITLE

_DAY = date(2024, 6, 5)
_NEWS = (
    pages.like_vnexpress, pages.like_dantri, pages.like_tuoitre, pages.like_vietnamplus, pages.like_chinhphu,
    pages.sharepoint_portal, pages.liferay_portal, pages.wordpress, pages.saved_by_browser, pages.amp, pages.xhtml,
)  # fmt: skip


def _load(folder: Path, content: str | bytes, name: str = "trang.html") -> Extract:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load_html(path)


def _in_page(body: str, head: str = "") -> str:
    return (
        f'<html lang="vi"><head><meta charset="utf-8"><title>Tin</title>{head}</head><body><h1>{TITLE}</h1>{body}</body></html>'
    )


def test_html_keeps_the_main_text_and_drops_menu_sidebar_and_comments(news: Path) -> None:
    html = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Bộ công bố chuẩn mới | Cổng tin</title>
    <meta property="og:title" content="Bộ công bố chuẩn mới về trạm sạc"><meta property="og:site_name" content="Cổng tin mẫu">
    <meta property="article:published_time" content="2025-03-12T08:00:00+07:00">
    <link rel="canonical" href="https://example.gov.vn/chuan-moi"></head><body>
    <nav><a href="/">Trang chủ</a> <a href="/lien-he">Liên hệ quảng cáo</a></nav>
    <article><h1>Bộ công bố chuẩn mới về trạm sạc</h1>
    <p>Chiều 12/3/2025, Bộ Khoa học và Công nghệ công bố ba tiêu chuẩn mới về trạm sạc xe điện cho cả nước.</p>
    <p>Các tiêu chuẩn có hiệu lực từ ngày 1/7/2025 và được xây dựng trên cơ sở tiêu chuẩn của IEC.</p></article>
    <aside><h3>Tin liên quan</h3><a href="/x">Giá vàng tăng mạnh</a></aside>
    <div class="comments"><p>Bạn đọc: bài viết hay quá</p></div><footer>Bản quyền</footer></body></html>"""
    (news / "trang.html").write_text(html, encoding="utf-8")
    document = read_file(news / "trang.html")
    assert document.title == "Bộ công bố chuẩn mới về trạm sạc"
    assert (document.publisher, document.published) == ("Cổng tin mẫu", date(2025, 3, 12))
    assert document.url == "https://example.gov.vn/chuan-moi"
    assert "trạm sạc xe điện" in document.pages[0]
    assert not any(noise in document.pages[0] for noise in ("Giá vàng", "Liên hệ quảng cáo", "bài viết hay quá"))


@pytest.mark.parametrize("make", _NEWS)
def test_the_whole_story_is_read_once_in_order_and_nothing_else(news: Path, make: Callable[[], str]) -> None:
    found = _load(news, make())
    text = found.pages[0]
    places = [text.find(paragraph) for paragraph in (LEAD, *BODY)]
    assert -1 not in places
    assert places == sorted(places)
    assert all(text.count(paragraph) == 1 for paragraph in (LEAD, *BODY))
    assert [noise for noise in NOISE if noise in text] == []
    assert TITLE not in text
    assert "Minh An" not in text
    assert found.title.startswith(TITLE)
    assert found.language == "vi"


@pytest.mark.parametrize("make", _NEWS)
def test_no_site_gives_a_wrong_date(news: Path, make: Callable[[], str]) -> None:
    assert _load(news, make()).published in (_DAY, None)


@pytest.mark.parametrize("make", [make for make in _NEWS if make not in (pages.amp, pages.xhtml)])
def test_the_date_is_found_where_the_page_has_one(news: Path, make: Callable[[], str]) -> None:
    assert _load(news, make()).published == _DAY


def test_facts_come_with_their_origin(news: Path) -> None:
    found = _load(news, pages.like_dantri())
    assert (found.title, found.author, found.publisher, found.section) == (TITLE, "Minh An", "Báo Mẫu", "Khoa học")
    assert (found.published, found.updated) == (_DAY, date(2024, 6, 6))
    assert found.url == "https://baomau.example/tram-sac.htm"
    assert found.lead.endswith(LEAD)
    assert found.origins["title"] == found.origins["author"] == "json-ld"
    assert found.origins["url"] == "link canonical"
    assert {name for name in found.origins if getattr(found, name)} == set(found.origins)


def test_an_author_in_the_last_line_to_the_right_leaves_the_text(news: Path) -> None:
    found = _load(news, pages.like_vnexpress())
    assert (found.title, found.author, found.lead) == (TITLE, "Minh An", LEAD)
    assert (found.published, found.updated, found.section) == (_DAY, date(2024, 6, 6), "Khoa học")
    assert found.origins["published"] == "meta pubdate"
    assert found.pages[0].startswith(LEAD)


def test_itemprop_and_relative_addresses_are_understood(news: Path) -> None:
    found = _load(news, pages.like_vietnamplus())
    assert (found.author, found.publisher, found.published) == ("Minh An", "Báo Mẫu", _DAY)
    assert found.origins["published"] == "itemprop datepublished"
    found = _load(news, pages.like_tuoitre())
    assert found.url == "https://baomau.example/tram-sac-2024060508300000.htm"
    assert found.author == "MINH AN"


def test_a_portal_without_metadata_is_read_from_what_it_shows(news: Path) -> None:
    found = _load(news, pages.like_chinhphu())
    assert (found.title, found.publisher, found.author, found.section) == (TITLE, "Cổng tin Mẫu", "Minh An", "Khoa học")
    assert found.origins["title"] == "meta dc.title"
    assert found.origins["published"] == found.origins["updated"] == "trang | page text"
    assert (found.published, found.updated, found.lead) == (_DAY, _DAY, LEAD)


def test_layout_tables_are_unfolded_and_tables_of_figures_kept(news: Path) -> None:
    found = _load(news, pages.sharepoint_portal())
    assert "Năm | Số trạm\n2023 | 1.200\n2024" in found.pages[0]
    assert (found.publisher, found.author) == ("Cổng thông tin Bộ Mẫu", "Minh An")
    assert (found.language, found.origins["language"]) == ("vi", "trang | page text")


def test_graph_references_lists_and_quotes(news: Path) -> None:
    found = _load(news, pages.wordpress())
    assert (found.author, found.publisher, found.section) == ("Minh An", "Hội Mẫu", "Khoa học")
    assert "Việc cần làm\n\n- Kiểm tra vỏ chống nước\n- Gửi báo cáo" in found.pages[0]
    assert "1. Bước một\n2. Bước hai" in found.pages[0]
    assert "Không để trạm sạc thành mối lo." in found.pages[0]


def test_a_page_saved_by_a_browser_tells_its_address(news: Path) -> None:
    found = _load(news, pages.saved_by_browser())
    assert (found.url, found.origins["url"]) == ("https://somau.example.vn/tin/tram-sac.html", "saved from url")
    assert (found.title, found.publisher) == (TITLE, "Sở Mẫu")


def test_a_law_keeps_every_article_once_and_in_order(news: Path) -> None:
    found = _load(news, pages.legal_document(53))
    starts = [line.split(". ")[0] for line in found.pages[0].split("\n\n") if line.startswith("Điều ")]
    assert starts == [f"Điều {number}" for number in range(1, 54)]
    assert all(found.pages[0].count(f"2. Kinh phí của việc thứ {number} do") == 1 for number in range(1, 54))
    assert found.pages[0].endswith("BỘ TRƯỞNG\n\nTrần Văn Nam")
    assert "Thông tư số 3/2020" not in found.pages[0]
    assert (found.number, found.published, found.publisher) == ("12/2024/TT-BKHCN", _DAY, "Bộ Khoa học và Công nghệ")
    assert found.origins["number"] == "trang | page text"


def test_short_lines_are_an_article_too(news: Path) -> None:
    assert _load(news, _in_page("<div>Bộ Khoa học<br>họp tổng kết</div>")).pages == ("Bộ Khoa học\nhọp tổng kết",)


def test_news_of_two_sentences_is_not_lost_among_the_links(news: Path) -> None:
    assert _load(news, pages.short_news()).pages[0] == f"{BODY[0]}\n\n{BODY[3]}"


def test_a_site_that_names_nothing_is_read_by_its_shape(news: Path) -> None:
    others = "".join(
        f'<div class="k1"><div><a href="/{n}">{NOISE[0]} lần {n}</a></div><div>{NOISE[1]} và còn mưa nữa.</div></div>'
        for n in range(12)
    )
    story = "".join(f"<div>{text}</div>" for text in (LEAD, *BODY))
    picture = f'<p align="center"><img src="a.jpg"></p><p align="center"><em>{NOISE[2]}</em></p>'
    owner = "<div>Cơ quan chủ quản: Bộ Mẫu. Địa chỉ: số 1 phố Mẫu.</div>"
    found = _load(news, _in_page(f"<div>05/06/2024 07:15</div>{picture}<div>{story}</div><div>{others}</div>{owner}"))
    assert found.pages[0].split("\n\n") == [LEAD, *BODY]
    assert found.published == _DAY


@pytest.mark.parametrize("make", [pages.home_page, pages.search_results, pages.login_page, pages.script_only])
def test_a_page_that_is_no_article_is_refused_in_one_line(news: Path, make: Callable[[], str]) -> None:
    with pytest.raises(LoadError, match="không có nội dung chính") as caught:
        _load(news, make())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Thứ Tư, 05/06/2024 | 08:30", _DAY),
        ("Thứ tư, 5/6/2024, 08:30 (GMT+7)", _DAY),
        ("08:30 | 05-06-2024", _DAY),
        ("Ngày 5 tháng 6 năm 2024", _DAY),
        ("5 Tháng Sáu, 2024", _DAY),
        ("Tháng Sáu 5, 2024", _DAY),
        ("20240605083000", _DAY),
        ("2024/06/05", _DAY),
        ("06/05/2099", None),
        ("1/1/1970", None),
        ("không có ngày", None),
    ],
)
def test_days_are_read_day_first_and_must_be_believable(text: str, day: date | None) -> None:
    assert written_day(text) == day


def test_a_stamp_says_whether_it_is_an_update() -> None:
    later = date(2024, 6, 7)
    assert stamped_days(["Cập nhật lúc 08:30, ngày 5/6/2024 (GMT+7)"]) == (None, _DAY)
    assert stamped_days(["Đăng ngày 5/6/2024 - Cập nhật: 07/06/2024"]) == (_DAY, later)
    assert stamped_days(["7/6/2024", "Ngày đăng: 05/06/2024"]) == (_DAY, None)


def test_times_of_another_zone_become_days_in_vietnam(news: Path) -> None:
    assert _load(news, pages.wordpress()).published == _DAY  # 18:30 UTC of the day before


def test_a_future_date_gives_way_to_the_next_source(news: Path) -> None:
    head = '<meta property="article:published_time" content="2999-01-01"><meta name="dc.date" content="05/06/2024">'
    found = _load(news, _in_page("".join(f"<p>{text}</p>" for text in BODY), head))
    assert (found.published, found.origins["published"]) == (_DAY, "meta dc.date")


def test_broken_json_ld_gives_what_can_be_saved(news: Path) -> None:
    broken = f'{{"@type":"NewsArticle","headline":"{TITLE}","datePublished":"2024-06-05","description":"có "ngoặc" hỏng",'
    found = _load(
        news, _in_page("".join(f"<p>{text}</p>" for text in BODY), f'<script type="application/ld+json">{broken}</script>')
    )
    assert (found.title, found.published, found.origins["published"]) == (TITLE, _DAY, "json-ld")


def test_a_cut_headline_is_completed_from_the_page(news: Path) -> None:
    head = f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "headline": TITLE[:30] + "..."})}</script>'
    assert _load(news, _in_page("".join(f"<p>{text}</p>" for text in BODY), head)).title == TITLE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1258"])
def test_the_declared_charset_is_read(news: Path, encoding: str) -> None:
    html = _in_page("".join(f"<p>{text}</p>" for text in BODY)).replace("utf-8", encoding)
    data = b"".join(map(_windows_1258, html)) if encoding == "windows-1258" else html.encode(encoding)
    assert _load(news, data).pages[0].split("\n\n") == list(BODY)


def _windows_1258(char: str) -> bytes:
    """Return a letter in the code page that writes most tones as marks behind their letters."""
    try:
        return char.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", char)
        tone = next(mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323")
        return (unicodedata.normalize("NFC", parts.replace(tone, "")) + tone).encode("cp1258")


def test_a_page_cut_inside_a_letter_is_still_utf_8(news: Path) -> None:
    data = _in_page("".join(f"<p>{text}</p>" for text in BODY)).encode().replace("Hà Nội".encode(), b"H\xc3 N\xe1\xbb\x99i")
    assert BODY[0] in _load(news, data).pages[0]


def test_an_undeclared_charset_has_one_place_to_be_guessed(news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_decode_html", lambda data: _in_page(f"<p>{BODY[0]}</p><p>{BODY[1]}</p>"))
    assert _load(news, b"<p>B\xe9 KHCN c\xabng b\xe8</p>").pages[0].endswith(BODY[1])


_HOSTILE = {
    "nested": b"<div>" * 100_000 + b"chu",
    "attributes": b"<p " + b" ".join(b'a%d="1>"' % n for n in range(50_000)) + b">",
    "line": b"<p>" + "chữ của Bộ ".encode() * 200_000,
    "unclosed": b"<script>" + b"<!--<svg><style>" * 100_000,
    "openings": b"<svg" * 200_000 + b"<!--" * 200_000,
    "json": b'<script type="application/ld+json">' + b"[" * 200_000 + b"</script>",
    "entities": b'<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><p>&b;&b;' + b"&amp;" * 100_000,
    "numbers": b"&#x110000;&#0;&#xD800;" * 20_000,
    "nul": b"<p>\x00tin\x00</p>" * 10_000,
    "tables": b"<table><tr><td>" * 2_000,
    "lists": b"<ul><li>" * 900 + b"chu" * 100,
    "picture": b'<img src="data:image/png;base64,' + b"A" * 5_000_000 + b'">',
    "refresh": b'<meta http-equiv="refresh" content="0;url=http://evil.example/">',
    "letters": bytes(range(128, 256)) * 2_000,
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_hostile_markup_ends_in_text_or_in_one_line(news: Path, name: str) -> None:
    story = "".join(f"<p>{text}</p>" for text in BODY).encode()
    path = news / "a.html"
    path.write_bytes(b"<html><body><h1>" + TITLE.encode() + b"</h1>" + story + _HOSTILE[name])
    if name in ("nested", "tables", "letters"):
        with pytest.raises(LoadError, match=r"^[^\n]+$"):
            read_file(path)
    else:
        assert BODY[0] in read_file(path).pages[0]


def test_an_external_entity_opens_no_file(news: Path) -> None:
    (news / "bi-mat.txt").write_text("điều bí mật", encoding="utf-8")
    html = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "{(news / "bi-mat.txt").as_uri()}">]>' + _in_page(
        f"<p>{BODY[0]} &x;</p><p>{BODY[1]}</p>"
    )
    text = _load(news, html, "a.xhtml").pages[0]
    assert "bí mật" not in text
    assert BODY[0] in text


def test_a_page_too_large_is_refused_before_it_is_parsed(news: Path) -> None:
    with pytest.raises(LoadError, match="MB chữ và thẻ"):
        _load(news, b"<p>" + b"<b>chu</b> " * 1_200_000)


def test_a_page_of_four_megabytes_is_read_below_a_gibibyte(news: Path) -> None:
    (news / "a.html").write_text("<html><body>" + "<p>Một <b>dòng</b> tin của Bộ Khoa học.</p>\n" * 80_000, encoding="utf-8")
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "from pathlib import Path; from indexer.reading import read_file\n"
        "print(read_file(Path(sys.argv[1])).pages[0].count('Khoa học'))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(news / "a.html")], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "80000", done.stderr[-2000:]
