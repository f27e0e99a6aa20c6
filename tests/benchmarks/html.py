"""Read saved web pages and time each step: `python -m tests.benchmarks.html [FOLDER]`.

Prints pages a second, on one core, of the lxml parse alone, of trafilatura with all its options
(as hoitin called it before), of trafilatura as hoitin calls it now, and of the whole loader.
Without a folder the pages are made here: news of 50 to 100 KB, with menus, scripts, related
links and comments as news sites have them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from docs_store import LoadError
from indexer.loaders.html import load_html, read_page

_TEXT = (
    "Bộ Khoa học và Công nghệ công bố tiêu chuẩn quốc gia mới về trạm sạc xe điện nhằm bảo đảm an toàn cho người dùng trong "
    "cả nước các địa phương doanh nghiệp được yêu cầu rà soát hồ sơ năng lực thử nghiệm trước thời hạn quy định theo đề án "
    "chuyển đổi số nông nghiệp thông minh của tỉnh miền núi phía Bắc với kinh phí hỗ trợ từ ngân sách trung ương"
)


def make_page(number: int, *, marked: bool) -> str:
    """Return one news page of 50 to 100 KB; always the same for the same number.

    marked: whether the page names its article body by a class that is well known.
    """
    rng = random.Random(number)
    words = _TEXT.split()

    def sentence() -> str:
        return " ".join(rng.choices(words, k=rng.randint(12, 28))).capitalize() + "."

    def links(count: int) -> str:
        items = (f'<li><a href="/tin-{n}.html" title="{n}">{sentence()[:60]}</a></li>' for n in range(count))
        return "".join(items)

    paragraphs = [" ".join(sentence() for _ in range(rng.randint(2, 4))) for _ in range(rng.randint(12, 30))]
    body = "".join(f'<p class="Normal">{text}</p>\n' for text in paragraphs)
    title = sentence().removesuffix(".")
    facts = {"@type": "NewsArticle", "headline": title, "datePublished": "2024-06-05T08:30:00+07:00"} if number % 3 else {}
    script = "".join(f'window.slot{n}={{"id":{rng.random()},"size":[300,250]}};\n' for n in range(rng.randint(300, 700)))
    comments = "".join(f'<div class="comment-item"><p class="nick">Bạn đọc {n}</p><p>{sentence()}</p></div>' for n in range(30))
    return f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title} - Báo Mẫu</title>
<meta property="og:title" content="{title}"><meta property="og:site_name" content="Báo Mẫu">
<meta property="article:published_time" content="2024-06-05T08:30:00+07:00">
<link rel="canonical" href="https://bao.example/tin-{number}.html">
<script type="application/ld+json">{json.dumps(facts, ensure_ascii=False)}</script><script>{script}</script>
<style>{".a{color:red}" * 400}</style></head>
<body><header class="header"><span class="time-now">Thứ Ba, 24/11/2026</span></header>
<nav class="main-nav"><ul>{links(60)}</ul></nav><section class="page-detail"><div class="container"><div class="sidebar-1">
<ul class="breadcrumb"><li><a href="/">Trang chủ</a></li><li><a href="/kh">Khoa học</a></li></ul>
<span class="date">Thứ tư, 5/6/2024, 08:30 (GMT+7)</span><h1 class="title-detail">{title}</h1>
<p class="description">{sentence()}</p><{"article class=fck_detail" if marked else "div class=c7"}>{body}
<table><tr><td>Năm</td><td>Số trạm</td></tr><tr><td>2023</td><td>120</td></tr></table>
<figure><img src="a.jpg"><figcaption>{sentence()}</figcaption></figure>
</{"article" if marked else "div"}><div class="share"><a href="#">Chia sẻ</a></div></div>
<div class="sidebar-2"><h3>Xem nhiều</h3><ul>{links(40)}</ul></div></div></section>
<div class="comments">{comments}</div><footer class="footer"><ul>{links(60)}</ul></footer></body></html>"""


def main() -> None:
    """Run the benchmark and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="saved pages, *.html and *.htm (default: made here)")
    parser.add_argument("--pages", type=int, default=200, help="how many pages to make, or to read at most")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if options.folder is None:
            for number in range(options.pages):
                page = make_page(number, marked=number % 2 == 0)
                (folder / f"{'marked' if number % 2 == 0 else 'unmarked'}-{number}.html").write_text(page, encoding="utf-8")
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".html", ".htm"))[: options.pages]
        size = sum(path.stat().st_size for path in paths)
        machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
        print(f"{machine}; {len(paths)} pages, {size / len(paths) / 1000:.0f} KB each")
        _time("lxml parse alone", paths, _parse)
        _time("trafilatura, all its options", paths, lambda path: _trafilatura(path, fast=False, with_metadata=True))
        _time("trafilatura, fast, no metadata", paths, lambda path: _trafilatura(path, fast=True, with_metadata=False))
        _time("read and parse as the loader does", paths, read_page)
        for kind in ("marked", "unmarked"):
            if chosen := [path for path in paths if path.name.startswith(f"{kind}-")]:
                _time(f"whole loader, {kind} article body", chosen, load_html)
        _time("whole loader", paths, load_html)


def _time(name: str, paths: list[Path], read: Callable[[Path], object]) -> None:
    """Print how many pages a second of CPU time `read` takes, and how many it refuses."""
    read(paths[0])  # imports and regular expressions are paid for once
    refused = 0
    started = time.process_time()
    for path in paths:
        try:
            read(path)
        except LoadError:
            refused += 1
    seconds = time.process_time() - started
    print(f"{name:38}{len(paths) / seconds:8.0f} pages/s{f', {refused} refused' if refused else ''}")


def _parse(path: Path) -> object:
    from lxml import html

    return html.document_fromstring(path.read_bytes(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True))


def _trafilatura(path: Path, *, fast: bool, with_metadata: bool) -> object:
    import trafilatura

    return trafilatura.bare_extraction(path.read_bytes(), fast=fast, with_metadata=with_metadata, include_comments=False)


if __name__ == "__main__":
    main()
