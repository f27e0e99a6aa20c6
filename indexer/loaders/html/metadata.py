"""What a page says of itself: headline, author, dates, publisher, section, address, language.

Sources in order: JSON-LD, og: and article: meta, Dublin Core, itemprop, what the page shows.
Each value is kept with where it was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from docs_store.vietnamese import fold

from .days import metadata_day, stamped_days
from .json_ld import Facts, plain
from .page import Page

if TYPE_CHECKING:
    from lxml.html import HtmlElement

PAGE_TEXT = "trang | page text"
_SUFFIX = re.compile(r"\s+[|–—-]\s+([^|–—]{2,80})$")
_HOME = {"trang chu", "home", "homepage", "trang nhat", "tin tuc", "chuyen muc", "ban dang o day", "trangchu"}
_NO_AUTHOR = {"admin", "administrator", "root", "quan tri", "quantri", "quan tri vien", "editor", "webmaster", "user", "system"}
_BYLINE = re.compile(
    r"^(?:(?:tác giả|bài và ảnh|bài, ảnh|bài|thực hiện|người viết|by|đăng bởi|biên tập)\s*:?\s+)", re.IGNORECASE
)
_DOMAIN = re.compile(r"(?:https?://)?(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}/?", re.IGNORECASE)
_VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")
_OUTSIDE = ("nav", "footer", "aside", "header")


@dataclass(slots=True)
class Found:
    """The first value found for each field of an Extract, and its origin."""

    values: dict[str, str | date] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: str | date | None, origin: str) -> None:
        """Keep a value if there is one and the field has none yet."""
        if value and name not in self.values:
            self.values[name] = value
            self.origins[name] = origin

    def replace(self, name: str, value: str | date | None, origin: str) -> None:
        """Keep a value, if there is one, instead of what was found before."""
        if value:
            self.values[name], self.origins[name] = value, origin

    def text(self, name: str) -> str:
        """Return a field's text, "" if it has none."""
        return str(self.values.get(name, ""))


class Metadata:
    """Reads one page's metadata, before anything is taken out of its tree."""

    def __init__(self, page: Page, roles: dict[str, list[HtmlElement]]) -> None:
        self._root = page.root
        self._roles = roles
        self._facts = Facts(page.json_ld)
        self._meta: dict[str, str] = {}
        for element in page.root.iter("meta"):
            name = (element.get("property") or element.get("name") or element.get("http-equiv") or "").strip().lower()
            self._meta.setdefault(name, "")
            self._meta[name] = self._meta[name] or plain(element.get("content"))
        self._props: dict[str, HtmlElement] = {}
        for element in page.root.xpath("//*[@itemprop]"):
            for prop in element.get("itemprop").split():
                self._props.setdefault(prop.lower(), element)
        self.headline = self._headline()
        self.found = Found()
        self._read_url(page.saved_from)
        self._read_publisher()
        self._read_title()
        self._read_author()
        self._read_days()
        self._read_section()
        self._read_language()

    @property
    def says_article(self) -> bool:
        """Tell whether the page calls itself an article."""
        return bool(self._facts.article) or self._meta.get("og:type", "").lower() in ("article", "news", "news_article")

    @property
    def descriptions(self) -> list[tuple[str, str]]:
        """Return what the page calls its description, with origins; often the lead, or the site's motto."""
        found = [(self._facts.text("description"), "json-ld"), *self._metas("og:description", "dc.description", "description")]
        return [(text, origin) for text, origin in found if text]

    def _metas(self, *names: str) -> Iterator[tuple[str, str]]:
        for name in names:
            if value := self._meta.get(name):
                yield value, name if name.startswith(("og:", "article:")) else f"meta {name}"

    def _prop(self, name: str) -> Iterator[tuple[str, str]]:
        element = self._props.get(name)
        if element is not None:
            value = element.get("content") or element.get("datetime") or element.text_content()
            if value and len(value) < 2000:
                yield plain(value), f"itemprop {name}"

    def _first(self, name: str, candidates: Iterable[tuple[str, str]]) -> None:
        for value, origin in candidates:
            self.found.add(name, value, origin)

    def _headline(self) -> HtmlElement | None:
        """Return the heading that the page's article stands under, or None."""
        titles = [
            _squeezed(title) for title in (self._facts.text("headline"), self._meta.get("og:title", ""), self._title_tag())
        ]
        headings = [heading for heading in self._root.iter("h1") if len(heading.text_content().split()) > 1]
        prop = self._props.get("headline")
        if prop is not None and prop.tag != "meta":
            headings.insert(0, prop)
        for heading in headings:
            text = _squeezed(heading.text_content())
            if any(text and title and (title.startswith(text[:60]) or text.startswith(title[:60])) for title in titles):
                return heading
        # A site's name in its header is no headline, nor is a link to the home page.
        headings = [
            heading for heading in headings if not any(parent.tag in _OUTSIDE[:3] for parent in heading.iterancestors())
        ]
        headings = [
            heading for heading in headings if heading.find(".//a[@href='/']") is None and heading.find(".//img") is None
        ]
        return headings[0] if headings else None

    def _title_tag(self) -> str:
        return plain(self._root.findtext(".//title"))

    def _read_url(self, saved_from: str) -> None:
        canonical = next(
            (link.get("href") for link in self._root.iter("link") if (link.get("rel") or "").lower() == "canonical"), ""
        )
        base = next((element.get("href") for element in self._root.iter("base") if element.get("href")), "") or saved_from
        candidates = [
            (canonical, "link canonical"),
            (self._meta.get("og:url", ""), "og:url"),
            (self._facts.text("mainEntityOfPage"), "json-ld"),
            (self._facts.text("url"), "json-ld"),
            (saved_from, "saved from url"),
        ]
        whole = [(_web_address((value or "").strip(), base), origin) for value, origin in candidates]
        # A canonical link to the home page is a template's slip: any address with a path says more.
        self._first("url", [(url, origin) for url, origin in whole if url and urlsplit(url).path.strip("/")])
        self._first("url", whole)

    def _read_publisher(self) -> None:
        names = [(name, "json-ld") for name in self._facts.names("publisher")]
        names += self._metas("og:site_name", "dc.publisher", "dcterms.publisher", "publisher", "application-name")
        names += self._prop("publisher")
        # A name says more than a domain: "Thư viện Pháp luật" than "thuvienphapluat.vn".
        self._first("publisher", [pair for pair in names if not _DOMAIN.fullmatch(pair[0]) and len(pair[0]) < 120])
        suffix = _SUFFIX.search(self._title_tag())
        heading = plain(self.headline.text_content()) if self.headline is not None else ""
        if suffix and heading and self._title_tag().startswith(heading[:40]):
            self.found.add("publisher", suffix.group(1), "title")
        self._first("publisher", [pair for pair in names if len(pair[0]) < 120])
        self.found.add("publisher", (urlsplit(self.found.text("url")).hostname or "").removeprefix("www."), "url")

    def _read_title(self) -> None:
        heading = plain(self.headline.text_content()) if self.headline is not None else ""
        candidates = [
            (self._facts.text("headline"), "json-ld"),
            *self._metas("og:title", "dc.title", "dcterms.title", "twitter:title"),
        ]
        candidates += self._prop("headline")
        for value, origin in candidates:
            title = self._without_site(value)
            begun = title.rstrip(".… ")
            if heading.startswith(begun) and begun and len(heading) < 300:  # JSON-LD cuts headlines at 110 characters
                title = heading
            self.found.add("title", title, origin)
        if 0 < len(heading) < 300:
            self.found.add("title", heading, PAGE_TEXT)
        self.found.add("title", self._without_site(self._title_tag()), "title")

    def _without_site(self, title: str) -> str:
        """Return a title without the site's name behind it: 'Tin mới | Báo Mẫu'."""
        suffix = _SUFFIX.search(title)
        if suffix is None:
            return title
        name = fold(suffix.group(1)).strip()
        host = urlsplit(self.found.text("url")).hostname or ""
        site = {fold(self.found.text("publisher")), fold(self._meta.get("og:site_name", ""))}
        known = name in site or (host and re.sub(r"\W", "", name) in re.sub(r"\W", "", host))
        return title[: suffix.start()].strip() if known or name.startswith(("bao ", "cong thong tin", "tap chi ")) else title

    def _read_author(self) -> None:
        authors = ", ".join(name for name in self._facts.names("author") if self._is_person(name))
        candidates = [(authors, "json-ld"), *self._metas("article:author", "author", "dc.creator", "dcterms.creator")]
        candidates += self._prop("author")
        candidates += [(text, PAGE_TEXT) for element in self._roles["author"] if (text := self._byline(element))]
        self._first("author", [(_BYLINE.sub("", name), origin) for name, origin in candidates if self._is_person(name)])

    def _byline(self, element: HtmlElement) -> str:
        if any(parent.tag in _OUTSIDE[:3] for parent in element.iterancestors()) or self._is_aside(element):
            return ""
        links = [plain(link.text_content()) for link in element.iter("a")]
        text = next((link for link in links if link and "@" not in link), "") or plain(element.text_content())
        return text if len(text) < 80 and "\n" not in text else ""

    def _is_person(self, name: str) -> bool:
        """Tell whether a name can be an author's: no address, no account, not the site itself."""
        folded = fold(name).strip()
        site = {fold(self.found.text("publisher")), fold(self._meta.get("og:site_name", ""))}
        looks = 1 < len(name) < 100 and "@" not in name and not name.startswith("http") and not _DOMAIN.fullmatch(name)
        return looks and folded not in _NO_AUTHOR | site and not re.search(r"\d{2}", name)

    def _read_days(self) -> None:
        published = [(self._facts.text("datePublished"), "json-ld"), (self._facts.text("dateCreated"), "json-ld")]
        published += self._metas(
            "article:published_time", "og:published_time", "og:article:published_time", "pubdate", "publishdate"
        )
        published += self._metas("dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "dcterms.created", "date")
        updated = [
            (self._facts.text("dateModified"), "json-ld"),
            *self._metas("article:modified_time", "og:updated_time", "lastmod"),
        ]
        updated += self._metas("dc.date.modified", "dcterms.modified", "last-modified")
        for name, candidates, prop in (("published", published, "datepublished"), ("updated", updated, "datemodified")):
            for value, origin in [*candidates, *self._prop(prop)]:
                self.found.add(name, metadata_day(value), origin)
        posted, changed = stamped_days(self._stamps())
        self.add_stamps(posted, changed)

    def add_stamps(self, posted: date | None, changed: date | None) -> None:
        """Keep what the page's visible stamps say, where its metadata said nothing."""
        self.found.add("updated", changed, PAGE_TEXT)
        self.found.add("published", posted or changed, PAGE_TEXT)

    def _stamps(self) -> list[str]:
        """Return the texts of the date stamps nearest to the headline; a header's clock is none."""
        if self.headline is None:
            return []
        stamps = [*self._roles["date"], *self._root.iter("time")]
        stamps = [element for element in stamps if not self._is_aside(element)]
        for around in self.headline.iterancestors():
            near = [element for element in stamps if any(parent is around for parent in element.iterancestors())]
            texts = [element.get("datetime") or plain(element.text_content()) for element in near]
            texts = [text for text in texts if 0 < len(text) < 200]
            if any(stamped_days(texts[:4])):
                return texts[:4]
            if around.tag in ("article", "main") or around.getparent() is None or around.getparent().tag == "body":
                break
        return []

    def _is_aside(self, element: HtmlElement) -> bool:
        """Tell whether an element stands in a header, a list of other stories, a comment, or is a clock."""
        others = {*self._roles["clock"], *self._roles["comments"]}
        lists = {other for other in self._roles["noise"] if self.headline is None or not _holds(other, self.headline)}
        for around in (element, *element.iterancestors()):
            if around in others or around in lists or around.tag in _OUTSIDE[:3]:
                return True
            if around.tag == "header" and not (self.headline is not None and _holds(around, self.headline)):
                return True
        return False

    def _read_section(self) -> None:
        candidates = [(self._facts.text("articleSection").split(",")[0], "json-ld")]
        candidates += [(name, "json-ld") for name in reversed(self._facts.breadcrumbs())]
        candidates += [*self._metas("article:section"), *self._prop("articlesection")]
        for crumbs in self._roles["crumbs"][:1]:
            links = [plain(link.text_content()).strip("»›>/ ") for link in crumbs.iter("a")]
            candidates += [(text, PAGE_TEXT) for text in reversed(links)]
        title = _squeezed(self.found.text("title"))
        for value, origin in candidates:
            name = fold(value).strip()
            if name and name not in _HOME and len(value) < 60 and not title.startswith(_squeezed(value)[:40]):
                self.found.add("section", value.strip(), origin)

    def _read_language(self) -> None:
        codes = [(self._facts.text("inLanguage"), "json-ld"), (self._root.get("lang") or "", "html lang")]
        codes += [
            (self._root.get("{http://www.w3.org/XML/1998/namespace}lang") or self._root.get("xml:lang") or "", "html lang")
        ]
        codes += self._metas("og:locale", "content-language", "dc.language", "dcterms.language", "language")
        names = {"vietnamese": "vi", "tieng viet": "vi", "viet nam": "vi", "english": "en", "vn": "vi"}
        for value, origin in codes:
            code = names.get(fold(value), re.split(r"[-_,;]", value.strip().lower())[0])
            self.found.add("language", code if re.fullmatch(r"[a-z]{2}", code) else None, origin)

    def check_language(self, text: str) -> None:
        """Correct what many a template claims: a text full of ă, đ, ơ and ư is Vietnamese whatever its lang says."""
        sample = text[:5000]
        if self.found.text("language") != "vi" and len(_VIETNAMESE.findall(sample)) > len(sample) / 25:
            self.found.replace("language", "vi", PAGE_TEXT)


def _holds(element: HtmlElement, other: HtmlElement) -> bool:
    return any(parent is element for parent in other.iterancestors())


def _web_address(value: str, base: str) -> str:
    try:
        url = urljoin(base, value) if value else ""
        return url if url.startswith(("http://", "https://")) and urlsplit(url).hostname and len(url) < 2000 else ""
    except ValueError:  # not an address at all
        return ""


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))
