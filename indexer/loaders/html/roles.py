"""What the elements of a page are for, told by their class, id and itemprop names.

The names are those that Vietnamese news sites and government portals use (facts about how these
pages are built). A name counts as a whole or between hyphens: "box-tinlienquan" is about related
news, "unrelated" is not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement


def _names(*names: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[\s_-])(?:{'|'.join(names)})(?=$|[\s_-])")


# The whole text of the article and nothing else, on sites that say so.
_BODY = re.compile(
    r"(?:^|\s)(?:articlebody|fck_detail|singular-content|detail-content|detail-cmain|afcbc-body|article__body|cms-body"
    r"|zce-content-body|entry-content|post-content|article-content|article-body|story-body|maincontent|main-content-body"
    r"|content-detail|contentdetail|news-content|news-detail-content|detail-news-content|noidung|noi-dung|noidungtin"
    r"|content_detail|divcontentdetail|journal-content-article|toanvancontent|vbcontent|content1|the-article-body"
    r"|articlecontent|article-detail-content|detail__content|knc-content|detail-content-body|ms-rtestate-field)(?=\s|$)"
)
_LEAD = _names(
    "sapo", "singular-sapo", "detail-sapo", "article__sapo", "chapeau", "lead", "lead_post_detail", "news-sapo", "description",
    "knc-sapo", "the-article-summary", "content-detail-sapo", "articlelead", "post-excerpt", "entry-summary", "mota", "mo-ta",
    "trichyeu", "gioithieu", "tomtat", "tom-tat", "standfirst",
)  # fmt: skip
_AUTHOR = _names(
    "author", "authors", "author-name", "article__author", "singular-author", "detail-author", "author-info", "author_mail",
    "tac-gia", "tacgia", "byline", "nguoi-viet", "nguoiviet", "post-author", "bai-viet-tac-gia", "pauthor", "author-make",
    "source-author", "vcard",
)  # fmt: skip
_DATE = _names(
    "date", "time", "datetime", "date-time", "pubdate", "published", "publish-date", "post-date", "posted-on", "entry-date",
    "article__meta", "author-time", "detail-time", "bread-crumb-detail__time", "ngaydang", "ngay-dang", "ngay", "thoigian",
    "thoi-gian", "cap-nhat", "capnhat", "article-date", "meta-date", "news-date", "datepublished", "datemodified", "dateupdate",
)  # fmt: skip
_CLOCK = _names(
    "clock", "today", "currentdate", "current-date", "time-now", "date-now", "datenow", "timenow", "ngayhomnay", "lich"
)
_CRUMBS = _names("breadcrumbs?", "bread-crumbs?", "path-way", "pathway", "duong-dan", "sitemappath", "dongdan")
_COMMENTS = _names("comments?", "comment-\\w+", "binh-?luan", "ykien", "y-kien", "fb-comments", "box_comment", "phan-hoi")
_NOISE = _names(
    "relate", "related", "relates", "relation", "tin-?lien-?quan", "lien-?quan", "bai-?lien-?quan", "tin-?khac", "cac-tin-khac",
    "tin-?cung-chuyen-muc", "cung-chuyen-muc", "xem-?them", "doc-?them", "readmore", "read-more", "more-news", "tin-?noi-?bat",
    "tin-?moi", "tin-?moi-nhat", "hotnews", "xem-?nhieu", "doc-?nhieu", "most-?(?:view|read)\\w*", "box-category", "list-news",
    "share", "sharing", "shares", "social", "socials", "like-share", "addthis\\w*", "sharethis", "zalo-share-button", "fb-like",
    "tags?", "tag-?list", "tags-links", "tu-khoa", "tukhoa", "keywords", "menu", "nav", "navbar", "navigation", "sidebar",
    "banner", "ads?", "ads-\\w+", "adv", "advert\\w*", "adsbygoogle", "quang-?cao", "qc", "popup", "modal", "footer",
    "author-box", "author-bio", "box-author", "newsletter", "subscribe", "rating", "ratings", "danh-gia", "vote", "toolbar",
    "btn-print",
    "print-button", "pagination", "pager", "captions?", "photocms_caption", "wp-caption-text", "pcaption", "image-caption",
    "img-caption", "chu-thich", "chuthich", "desc-image", "image_desc", "tplcaption", "pic-caption", "search", "search-form",
    "searchform", "login", "login-form", "cookie", "copyright", "skip-link", "visually-hidden", "sr-only", "screen-reader-text",
    "luot-xem", "view-count", "audio-player", "voice", "nghe-bai", "font-size", "font-resize", "co-chu", "google-news",
)  # fmt: skip
_HAS = re.compile(r"\b(?:has|with|no)-[\w-]+")  # "has-sidebar" is said of what stands beside a sidebar

_PATTERNS = {
    "body": _BODY, "lead": _LEAD, "author": _AUTHOR, "date": _DATE,
    "clock": _CLOCK, "crumbs": _CRUMBS, "comments": _COMMENTS, "noise": _NOISE,
}  # fmt: skip


@lru_cache(maxsize=20_000)
def _roles(names: str) -> frozenset[str]:
    names = _HAS.sub("", names.lower())
    return frozenset(role for role, pattern in _PATTERNS.items() if pattern.search(names))


def elements_by_role(root: HtmlElement) -> dict[str, list[HtmlElement]]:
    """Return the elements of each role ("body", "lead", "author", "date", …), in the order of the page."""
    found: dict[str, list[HtmlElement]] = {role: [] for role in _PATTERNS}
    for element in root.xpath("//body//*[@class or @id or @itemprop or @data-role]"):
        get = element.get
        names = f"{get('class') or ''} {get('id') or ''} {get('itemprop') or ''} {get('data-role') or ''}"
        if len(names) < 500:
            for role in _roles(names):
                found[role].append(element)
    return found
