"""Read saved web pages and time each step: `python -m tests.benchmarks.html [FOLDER]`.

Prints pages a second, on one core, of the lxml parse alone, of trafilatura with all its options
(as hoitin called it before), of trafilatura as hoitin calls it now, and of the whole loader.
Without a folder the pages are made here: news of 50 to 100 KB, with menus, scripts, related
links and comments as news sites have them.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from docs_store import LoadError
from indexer.loaders.html import load_html
from indexer.loaders.html.page import Page, read_page

_WORDS = (
    "Bộ Khoa học và Công nghệ công bố tiêu chuẩn quốc gia mới về trạm sạc xe điện nhằm bảo đảm an toàn cho người dùng trong "
    "cả nước các địa phương doanh nghiệp được yêu cầu rà soát hồ sơ năng lực thử nghiệm trước thời hạn quy định theo đề án "
    "chuyển đổi số nông nghiệp thông minh của tỉnh miền núi phía Bắc với kinh phí hỗ trợ từ ngân sách trung ương"
).split()


def make_page(number: int, *, marked: bool) -> str:
    """Return one news page of 50 to 100 KB; always the same for the same number.

    marked: whether the page names its article body by a class that is well known.
    """
    rng = random.Random(number)

    def sentence() -> str:
        return " ".join(rng.choices(_WORDS, k=rng.randint(12, 28))).capitalize() + "."

    def links(count: int) -> str:
        items = (f'<li><a href="/tin-{n}.html" title="{n}">{sentence()[:60]}</a></li>' for n in range(count))
        return "".join(items)

    paragraphs = [" ".join(sentence() for _ in range(rng.randint(2, 4))) for _ in range(rng.randint(12, 30))]
    body = "".join(f'<p class="Normal">{text}</p>\n' for text in paragraphs)
    title = sentence().removesuffix(".")
    facts = {"@type": "NewsArticle", "headline": title, "datePublished": "2024-06-05T08:30:00+07:00"} if number % 3 else {}
    script = "".join(f'window.slot{n}={{"id":{rng.random()},"size":[300,250]}};\n' for n in range(rng.randint(300, 700)))
    comments = "".join(
        f'<div class="comment-item"><p class="nick">Bạn đọc {n}</p><p>{sentence()}</p></div>' for n in range(30)
    )
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
