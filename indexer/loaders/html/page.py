"""From the bytes of a saved page to one parsed tree, whatever the bytes are.

Scripts, styles, comments and embedded pictures go before parsing: they are most of a page's
weight. The HTML parser knows no entities but HTML's and opens no other file, also for XHTML.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

from docs_store import LoadError
from docs_store.vietnamese import nfc

from ...legacy import decode, repair

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MAX_FILE = 100_000_000  # bytes as saved; pictures embedded by a browser weigh much
_MAX_MARKUP = 8_000_000  # bytes after stripping: the tree takes about fifty times as much
_MAX_TAG = 8_000  # the parser's time is quadratic in the attributes of one tag
_MAX_JSON = 1_000_000

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_OPAQUE = re.compile(rb"<(!--|(?:script|style|svg)(?=[\s/>]))", re.IGNORECASE)
_END = {
    b"!--": re.compile(rb"--!?>"),
    b"script": re.compile(rb"</script[^>]*>", re.IGNORECASE),
    b"style": re.compile(rb"</style[^>]*>", re.IGNORECASE),
    b"svg": re.compile(rb"</svg[^>]*>", re.IGNORECASE),
}
_JSON_LD = re.compile(rb"type\s*=\s*[\"']?application/ld\+json", re.IGNORECASE)
_SAVED_FROM = re.compile(rb"saved from url=\(\d{1,6}\)(https?://[^\s\"'<>]{1,2000})", re.IGNORECASE)
_DATA_URI = re.compile(rb"data:[\w/+.;=-]{0,100},[\w+/=%-]{256,}")
_TAG = re.compile(rb"<[a-zA-Z](?:[^>\"']++|\"[^\"]*+\"|'[^']*+'|[\"'])*+>?")
_TAG_NAME = re.compile(rb"<[a-zA-Z][\w:-]{0,40}")
_INTERNAL_SUBSET = re.compile(rb"<!DOCTYPE[^>\[]{0,500}\[[^\]]{0,100000}\]\s{0,10}>", re.IGNORECASE)
_SELF_CLOSED = re.compile(rb"<(script|style|title|textarea|iframe|div|span|a|p|b|i|em|strong|td|th|li|ul)\b([^<>]{0,2000})/>")
_DECLARED = re.compile(
    rb"<meta[^>]{1,300}charset\s*=\s*[\"']?([\w-]{1,40})|<\?xml[^>]{1,100}encoding\s*=\s*[\"']([\w-]{1,40})", re.I
)
# Of all that Python can decode, what a browser would: not punycode, not unicode_escape.
_WEB_CHARSET = re.compile(r"(?:windows|cp|x-cp|iso|us-ascii|ascii|koi8|gb|big5|shift|euc|utf-?8|utf-?16|latin)[\w-]*")
# TCVN3 writes ư where Latin-1 has the soft hyphen, which no browser shows: such a page is converted before it is cleaned.
_HIDDEN_LETTER = re.compile("\u00ad|&(?:#0*173|#x0*ad|shy);", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d+|#x[\da-f]+|[a-z]+\d*);", re.IGNORECASE)
_MAX_BROKEN = 500  # one character in so many may be broken and the page still is UTF-8


@dataclass(frozen=True, slots=True)
class Page:
    """One parsed page: its tree, its JSON-LD scripts as text, the address a browser saved it from."""

    root: HtmlElement
    json_ld: tuple[str, ...]
    saved_from: str
    encoding: str = ""  # of before Unicode, that the page was converted from


def read_page(path: Path) -> Page:
    """Return the page in a file. Raises LoadError if it is too large or no web page."""
    if path.stat().st_size > _MAX_FILE:
        raise LoadError(f"trang HTML lớn hơn {_MAX_FILE // 1_000_000} MB | the HTML page is too large")
    data = path.read_bytes()
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = codecs.BOM_UTF8 + decode(data).text.encode("utf-8", "replace")
    saved_from = _SAVED_FROM.search(data, 0, 4096)
    data, json_ld = _strip(data)
    if len(data) > _MAX_MARKUP:
        raise LoadError(f"trang HTML có hơn {_MAX_MARKUP // 1_000_000} MB chữ và thẻ | the HTML page has too much markup")
    if any(tag.end() - tag.start() > _MAX_TAG for tag in _TAG.finditer(data)):
        data = _TAG.sub(_short_tag, data)
    text = _decode_html(data).replace("\x00", "")
    encoding = ""
    if _HIDDEN_LETTER.search(text):
        text, encoding = repair(_ENTITY.sub(_letter, text))
    return Page(
        root=_parse(text.encode("utf-8", "replace")),
        json_ld=tuple(_decode_html(script) for script in json_ld),
        saved_from=saved_from.group(1).decode("ascii", "replace") if saved_from else "",
        encoding=encoding,
    )


def _letter(match: re.Match[str]) -> str:
    """Return the letter of an entity; the entity itself if that is ASCII, such as < and &."""
    letter = unescape(match.group())
    return match.group() if letter.isascii() else letter


def _decode_html(data: bytes) -> str:
    """Return the text of a page: UTF-8 where it is, else what the page declares, else what statistics say."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(data[:4096])
    name = (declared.group(1) or declared.group(2)).decode("ascii").lower() if declared else ""
    if _WEB_CHARSET.fullmatch(name) and not name.startswith("utf"):
        try:
            return nfc(data.decode(name))  # windows-1258 writes tones as combining marks
        except (UnicodeDecodeError, LookupError):
            pass
    text = data.decode("utf-8-sig", "replace")
    return text if text.count("\ufffd") <= len(text) // _MAX_BROKEN else decode(data, name).text


def _strip(data: bytes) -> tuple[bytes, list[bytes]]:
    """Return the page without what is not text, and its JSON-LD scripts. Linear in time, whatever the bytes."""
    if data[:200].lstrip(codecs.BOM_UTF8 + b" \r\n\t").startswith(b"<?xml"):
        data = _SELF_CLOSED.sub(rb"<\1\2></\1>", data).replace(b"<![CDATA[", b"").replace(b"]]>", b"")
    kept: list[bytes] = []
    json_ld: list[bytes] = []
    unclosed: set[bytes] = set()
    position = 0
    while opening := _OPAQUE.search(data, position):
        kind = opening.group(1).lower()
        kept.append(data[position : opening.start()])
        # "<!-->" is a whole comment: its end may share the opening's hyphens.
        start = opening.start() + 2 if kind == b"!--" else opening.end()
        end = None if kind in unclosed else _END[kind].search(data, start)
        if end is None:
            unclosed.add(kind)
            if kind in (b"script", b"style"):  # a browser, too, reads the rest as script
                position = len(data)
                break
            position = opening.end()
            continue
        if kind == b"script" and end.start() - start < _MAX_JSON:
            attributes, _, content = data[start : end.start()].partition(b">")
            if _JSON_LD.search(attributes):
                json_ld.append(content)
        position = end.end()
        kept.append(b" ")
    kept.append(data[position:])
    data = _DATA_URI.sub(b"data:,", b"".join(kept))
    return _INTERNAL_SUBSET.sub(b"<!DOCTYPE html>", data, count=1), json_ld


def _short_tag(tag: re.Match[bytes]) -> bytes:
    if len(tag.group()) <= _MAX_TAG:
        return tag.group()
    name = _TAG_NAME.match(tag.group())
    return name.group() + b">" if name else b""


def _parse(data: bytes) -> HtmlElement:
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise LoadError("trang HTML không có nội dung chính | the HTML page has no main text") from error
    # The parser stops without a word where tags lie deeper than 2,048: better no page than half of one.
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log.filter_from_fatals()):
        raise LoadError("thẻ HTML lồng quá sâu | HTML tags nested too deep")
    for element in root.iter():  # lxml reads these letters, and refuses to write them where an element is dropped
        if element.text and _CONTROLS.search(element.text):
            element.text = _CONTROLS.sub("", element.text)
        if element.tail and _CONTROLS.search(element.tail):
            element.tail = _CONTROLS.sub("", element.tail)
    return root
