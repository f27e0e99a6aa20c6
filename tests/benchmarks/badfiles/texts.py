"""Plain text, Markdown, HTML, JSON Lines, RTF, CSV: what can be wrong with letters and markup."""

from __future__ import annotations

import gzip
import json
import lzma
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from .archives import external, laughs
from .case import EITHER, REFUSED, TEXT, Case, Make, data, fixed

_LINE = "Trạm quan trắc đo gió và nước ở Lào Cai. "
_WORDS = "Trạm quan trắc đo gió"
_BIG = 50_000_000


def text_cases(secret: Path) -> Iterator[Case]:
    """Yield texts. secret: a file outside that must not be read."""
    yield from _letters()
    yield from _front_matter()
    yield from _sidecars(secret)
    yield from _html(secret)
    yield from _json_lines()
    yield from _rtf_and_csv(secret)


def _letters() -> Iterator[Case]:
    text = _LINE.encode()
    for suffix in ("txt", "md", "html", "pdf", "docx", "jsonl", "odt", "epub", "rtf", "csv", "zip", "doc"):
        yield Case("nothing in it", f"empty.{suffix}", fixed(b""), REFUSED)
        yield Case("nothing in it", f"blank.{suffix}", fixed(b" \n\t\r\n\xc2\xa0\n"), REFUSED)
        yield Case("nothing in it", f"zeros.{suffix}", fixed(bytes(5000)), REFUSED)
    yield Case("nothing in it", "marks.txt", fixed("─── *** ✂ ───".encode()), REFUSED)
    yield Case("nothing in it", "bom.txt", fixed(b"\xef\xbb\xbf"), REFUSED)
    yield Case("nothing in it", "invisible.txt", fixed(("\u200b\u2060\ufeff\u00ad" * 999).encode()), REFUSED)
    yield Case("letters", "nul.txt", fixed(text.replace(b" ", b"\x00 ", 1) + text * 9), TEXT, "quan trắc")
    yield Case("letters", "nul-many.txt", fixed(text.replace(b" ", b"\x00") * 50))
    yield Case("letters", "invalid.txt", fixed(text * 9 + b"\xff\xfe\xc0\x80\xed\xa0\x80" + text))
    yield Case("letters", "overlong.txt", fixed(b"\xf8\x88\x80\x80\x80\xc1\x81" * 99))
    for code in ("utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp1258", "cp037", "hz"):
        yield Case("letters", f"{code}.txt", fixed((_LINE * 9).encode(code, "replace")))
    yield Case("letters", "utf-16-odd.txt", fixed((_LINE * 9).encode("utf-16")[:-1]))
    yield Case("letters", "utf-16-half.txt", fixed(b"\xff\xfe" + b"\x00\xd8" * 99 + _LINE.encode("utf-16-le")))
    for name, marks in (("acute", "\u0301"), ("two", "\u0301\u0323"), ("hebrew", "\u05b4\u05b0"), ("kana", "\u3099\u302a")):
        run = "e" + marks * (100_000 // len(marks))
        yield Case("marks in a run", f"run-{name}.txt", fixed((_LINE + run + " hết.").encode()))
        yield Case("marks in a run", f"title-{name}.md", fixed(f"# Tin {run}\n\n{_LINE}".encode()))
    bidi = "\u202e\u2066\u200f\u061c" * 99
    yield Case("letters", "bidi.txt", fixed((bidi + _LINE + "\u200b".join(_LINE)).encode()), TEXT, _WORDS)
    yield Case(
        "letters", "planes.txt", fixed(("\U0001f600\U000e0041\U0010ffff\ufffe\uffff" * 99 + _LINE).encode()), TEXT, _WORDS
    )
    yield Case("letters", "controls.txt", fixed(bytes(range(1, 32)) + text + b"\x1b[2J\x1b]0;x\x07"), TEXT, _WORDS)
    for name, content in (
        ("stars", "*" * 9999),
        ("brackets", "[" * 9999 + "](" * 999),
        ("rules", "---\n" * 9999),
        ("source", "Nguồn: " + " ." * 9999),
    ):
        yield Case("text against patterns", f"{name}.md", fixed(f"{_LINE}\n\n{content}\n".encode()), TEXT, _WORDS)
    yield Case("text against patterns", "heading.md", fixed(f"# a{' ' * 19_000}b\n\n{_LINE}".encode()), TEXT, _WORDS)
    yield Case(
        "text against patterns", "dates.txt", fixed((_LINE + "1/1/" * 5000 + "99/99/9999 " * 999).encode()), TEXT, _WORDS
    )
    yield Case("text against patterns", "digits.txt", fixed((_LINE + "9" * 100_000).encode()), TEXT, _WORDS)
    yield Case("text against patterns", "syllables.txt", fixed((_LINE + "a " * 100_000).encode()), TEXT, _WORDS)
    yield Case("long", "line.txt", data(lambda: (_LINE * (_BIG // len(text))).encode()), EITHER, big=True)
    yield Case("long", "word.txt", data(lambda: b"a" * _BIG), EITHER, big=True)
    yield Case("long", "stars.md", data(lambda: b"*" + b"a " * 5_000_000), EITHER, big=True)
    yield Case("long", "lines.txt", data(lambda: b"a\n" * 1_000_000), EITHER, big=True)
    yield Case("long", "paragraphs.txt", data(lambda: b"Tin.\n\n" * 300_000), EITHER, big=True)
    yield Case("long", "invalid.txt", data(lambda: (b"\xff" + text) * 200_000), EITHER, big=True)


def _front_matter() -> Iterator[Case]:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    heads = {
        "bomb": bomb,
        "bomb-title": f"{bomb}title: *i",
        "python": "title: !!python/object/apply:os.system ['touch hoitin-was-here']",
        "python-name": "title: !!python/name:os.system",
        "loop": "title: &a [*a]",
        "merge": "a: &a {<<: *a}\ntitle: x",
        "deep": "title: " + "[" * 5000 + "]" * 5000,
        "deep-block": "\n".join("  " * n + "a:" for n in range(800)),
        "keys": "? [a, b]\n: c\n? {a: b}\n: d\ntitle: x",
        "number": "title: " + "9" * 9999 + "\nday: 99999999999999999999-99-99",
        "tabs": "title:\t\tx\n\t- y",
        "documents": "title: x\n...\n%YAML 9.9",
        "control": "title: \x07\x00x",
        "anchors": "title: *nothing",
        "types": "title: {a: b}\nauthor: [[1, 2], {c: d}]\npublished: [2025]\nurl: {}\nlead: []",
    }
    for name, head in heads.items():
        yield Case("front matter", f"{name}.md", fixed(f"---\n{head}\n---\n{_LINE}\n".encode()))
    yield Case("front matter", "open.md", fixed(f"---\ntitle: x\n{_LINE}\n".encode()), TEXT, _WORDS)
    yield Case(
        "front matter", "long.md", data(lambda: b"---\n" + b"a: [b, c]\n" * 200_000 + b"---\n" + _LINE.encode()), big=True
    )


def _sidecars(secret: Path) -> Iterator[Case]:
    """Yield good texts beside which a bad NAME.yaml lies."""

    def beside(content: bytes | Callable[[Path], object]) -> Make:
        def make(path: Path) -> None:
            path.write_bytes(f"Tin về trạm đo\n\n{_LINE}".encode())
            sidecar = path.with_name(path.name + ".yaml")
            sidecar.write_bytes(content) if isinstance(content, bytes) else content(sidecar)

        return make

    contents: dict[str, bytes | Callable[[Path], object]] = {
        "deep": b"title: " + b"[" * 5000,
        "deep-block": b"- " * 20_000 + b"x",
        "bytes": b"\xff\xfe\x00",
        "long": b"a: b\n" * 100_000,
        "list": b"- a\n- b\n",
        "odd": b"title: {a: {b: [c, d]}}\npublished: 99999-99-99\nurl: 'javascript:alert(1)'\nlanguage: []\n",
        "python": b"title: !!python/object/apply:os.system ['touch hoitin-was-here']",
        "link": lambda sidecar: sidecar.symlink_to(secret),
        "pipe": os.mkfifo,
        "folder": Path.mkdir,
        "control": b'title: "a\\0b\\x1b[31m\\ud800"\n',
    }
    for name, content in contents.items():
        yield Case("sidecar", f"{name}.txt", beside(content))


def _html(secret: Path) -> Iterator[Case]:
    page = "<html><head><title>Tin</title>{}</head><body><article>{}<p>{}</p></article></body></html>"
    long = _LINE * 9
    ld, odd = (
        '<script type="application/ld+json">',
        '{"@type":"NewsArticle","datePublished":{"a":[]},"author":9,"headline":null}',
    )
    pages = {
        "nested-300": page.format("", "<div>" * 300, long),
        "nested-100000": page.format("", "<div>" * 100_000, long),
        "nested-span": page.format("", "<b>" * 100_000, long),
        "nested-table": page.format("", "<table><tr><td>" * 5000, long),
        "attribute": page.format("", f'<p title="{"x" * 5_000_000}">', long),
        "attributes": page.format("", "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">", long),
        "comment": page.format("<!--" + "-" * 1_000_000, "", long),
        "unclosed": "<html><body><p>" + long + "<" * 100_000,
        "cdata": page.format("", "<![CDATA[" * 9999, long),
        "json-ld": page.format(ld + "[" * 100_000 + "</script>", "", long),
        "json-ld-date": page.format(f"{ld}{odd}</script>", "", long),
        "metas": page.format('<meta property="og:title" content="x">' * 20_000, "", long),
        "canonical": page.format("<link rel=canonical href=javascript:x><link rel=canonical href=http://[::1>", "", long),
        "base": page.format('<base href="http://[bad"><meta property="og:url" content="http://\ud7ff:99999999/">', "", long),
        "date": page.format('<meta property="article:published_time" content="99999-99-99T99:99">', "<time datetime=0>", long),
        "charset": page.format('<meta charset="rot13">', "", long),
        "charset-hex": page.format('<meta charset="hex">', "", long),
        "charset-idna": page.format('<meta charset="idna">', "", long),
        "charset-utf7": page.format('<meta charset="utf-7">', "+ADw-script+AD4-", long),
        "charset-undefined": page.format('<meta charset="undefined">', "", long),
        "charset-unicode-escape": page.format('<meta charset="unicode_escape">', "\\ud800", long),
        "frames": page.format("", f'<iframe src="{secret.as_uri()}"></iframe><object data="{secret.as_uri()}"></object>', long),
        "entities": page.format("", "&#x110000;&#0;&#xD800;&#99999999999;&bogus;" * 999, long),
        "controls": page.format("", "<p><button>x</button>&#1;\x02 tin</p>" + "<script>x</script>&#x1f;", long),
        "links": page.format("", "<a href=x>y</a> " * 20_000, long),
        "lists": page.format("", "<ul><li>x" * 3000, long),
    }  # fmt: skip
    for name, content in pages.items():
        yield Case("html", f"{name}.html", fixed(content.encode()))
    for suffix in ("xhtml", "svg", "rss", "xml", "html"):
        for kind, head in (("xml: entity bomb", laughs()), ("xml: outside entity", external(secret))):
            body = f"<html><body><article><p>{long}</p><p>Tin &z;</p></article></body></html>"
            yield Case(kind, f"{kind[5:8]}.{suffix}", fixed((head + body).encode()))
        include = f'<html xmlns:xi="http://www.w3.org/2001/XInclude"><body><p>{long}</p><xi:include href="{secret.as_uri()}"'
        include += ' parse="text"/></body></html>'
        yield Case("xml: outside entity", f"include.{suffix}", fixed(include.encode()))
    uri = '<img src="data:image/png;base64,{}">'
    yield Case("html: long", "data-uri.html", data(lambda: page.format("", uri.format("A" * _BIG), long).encode()), big=True)
    yield Case(
        "html: long", "paragraphs.html", data(lambda: page.format("", f"<p>{_LINE}</p>" * 100_000, long).encode()), big=True
    )
    yield Case("html: long", "text.html", data(lambda: page.format("", "", _LINE * 200_000).encode()), big=True)
    yield Case("html: long", "script.html", data(lambda: page.format("<script>" + "x" * _BIG, "", "").encode()), big=True)


def _json_lines() -> Iterator[Case]:
    good = json.dumps({"id": "a", "title": "Tin", "body": _LINE}, ensure_ascii=False)
    lines = {
        "surrogates": '{"id": "\\ud800", "title": "\\udfff", "body": "' + _LINE + '\\ud800 \\udc00\\ud83d"}',
        "deep": '{"id": "b", "body": ' + "[" * 100_000,
        "deep-title": '{"id": "b", "title": ' + '{"a":' * 900 + "1" + "}" * 900 + f', "body": "{_LINE}"}}',
        "number": '{"id": ' + "9" * 10_000 + ', "body": "x"}',
        "number-float": '{"id": 1e999999, "date": -Infinity, "title": NaN, "body": "Tin khác"}',
        "twice": '{"id": "b", "id": "c", "body": "một", "body": "Tin hai về gió", "body": 3}',
        "types": '{"id": {"a": 1}, "title": ["a", {}], "date": {"y": 1}, "url": [], "body": "Tin ba về gió"}',
        "newline-id": '{"id": "a\\nb\\u001b[31m", "title": "x\\ny", "body": "Tin bốn về gió"}',
        "path-id": '{"id": "../../../etc/passwd", "body": "Tin năm về gió"}',
        "long-id": json.dumps({"id": "x" * 1_000_000, "body": "Tin sáu về gió"}),
        "nul": '{"id": "n\\u0000", "body": "Tin\\u0000 bảy"}',
        "bytes": "\udcff\udcfe{",
        "no-dict": '[1]\n"x"\n3\nnull\ntrue',
        "empty-body": '{"id": "e", "body": "   "}\n{"id": "f", "body": "***"}',
        "utf-16": "{\x00}\x00",
    }
    for name, line in lines.items():
        content = f"{good}\n{line}\n".encode("utf-8", "surrogateescape")
        yield Case("json lines", f"{name}.jsonl", fixed(content), TEXT, _WORDS)
    packed = gzip.compress(f"{good}\n".encode() * 50)
    for place in range(10, len(packed), 9):
        bent = bytes(byte ^ (0x55 if place == n else 0) for n, byte in enumerate(packed))
        yield Case("json lines: damaged gzip", f"bent-{place}.jsonl.gz", fixed(bent))
    yield Case("json lines: damaged gzip", "cut.jsonl.gz", fixed(packed[:-20]))
    yield Case("json lines: damaged gzip", "not.jsonl.gz", fixed(b"plain text\n"), REFUSED)
    yield Case("json lines: damaged gzip", "more.jsonl.gz", fixed(packed + b"trailing garbage"))
    xz = lzma.compress(good.encode())
    yield Case("json lines: damaged gzip", "cut.jsonl.xz", fixed(xz[:-9]))
    yield Case("json lines: damaged gzip", "bent.jsonl.xz", fixed(xz[:30] + b"\xff" + xz[31:]))
    head = good[:-1].encode() + b', "x": '
    yield Case(
        "json lines: long", "line-50mb.jsonl", data(lambda: head + b'"' + b"a" * _BIG + b'"}\n' + good.encode()), big=True
    )
    yield Case("json lines: long", "lists-18mb.jsonl", data(lambda: head + b"[" + b"[]," * 6_000_000 + b"1]}\n"), big=True)
    yield Case("json lines: long", "bad-lines.jsonl.gz", data(lambda: gzip.compress(b"x\n" * 2_000_000)), big=True)
    yield Case("json lines: long", "bomb.jsonl.gz", data(lambda: gzip.compress(bytes(600_000_000), 1)), REFUSED, big=True)
    yield Case(
        "json lines: long", "blank-lines.jsonl.xz", data(lambda: lzma.compress(b"\n" * 30_000_000, preset=0)), REFUSED, big=True
    )


def _rtf_and_csv(secret: Path) -> Iterator[Case]:
    rich = {
        "groups": "{\\rtf1 " + "{" * 100_000 + "Tin" + "}" * 100_000 + "}",
        "open": "{\\rtf1 " + "{\\b " * 9999 + "Tin",
        "closed": "{\\rtf1 Tin" + "}" * 9999,
        "binary": "{\\rtf1 \\bin999999999999 Tin}",
        "units": "{\\rtf1 \\u-999999999999999?\\u99999?\\u55357?\\u? Tin}",
        "skip": "{\\rtf1 \\uc999999999 \\u7841? Tin}",
        "hex": "{\\rtf1 \\'zz\\'\\'f Tin\\}",
        "page": "{\\rtf1\\ansi\\ansicpg99999 T\\'ein}",
        "word": "{\\rtf1 \\" + "a" * 100_000 + " Tin}",
        "number": "{\\rtf1 \\fs" + "9" * 10_000 + " Tin}",
        "object": "{\\rtf1 {\\object\\objdata " + "41" * 100_000 + "} Tin}",
        "field": f'{{\\rtf1 {{\\field{{\\*\\fldinst INCLUDETEXT "{secret}"}}{{\\fldrslt x}}}} Tin}}',
        "head": "{\\rt",
        "slash": "{\\rtf1 Tin\\",
    }
    for name, content in rich.items():
        yield Case("rtf", f"{name}.rtf", fixed(content.encode()))
    tables = {
        "open-quote": 'id,title,body\n1,Tin,"' + _LINE * 99,
        "ragged": "id,title,body\n1\n1,2,3,4,5,6\n,,\n",
        "bytes-in-head": "id,ti\udcaatle,body\n1,Tin,Trạm đo\n",
        "nul": "id,title,body\n1,T\x00in,x\x00\n",
        "wide": ",".join(f"c{n}" for n in range(50_000)) + "\n" + "x," * 50_000,
        "names": "title,title,title\na,b,c\n",
        "no-head": _LINE,
        "field": f'id,title,body\n1,Tin,"{"x" * 200_000}"\n',
        "quotes": '"""""""\n' * 999,
        "formula": "id,title,body\n1,=cmd|' /C calc'!A0,@SUM(1) về gió\n",
    }
    for name, content in tables.items():
        yield Case("csv", f"{name}.csv", fixed(content.encode("utf-8", "surrogateescape")))
    yield Case("csv", "open-quote-50mb.csv", data(lambda: b'id,title,body\n1,Tin,"' + b"a\n" * (_BIG // 2)), big=True)
    yield Case("csv", "rows.csv", data(lambda: b"id,title,body\n" + b"1,Tin,x\n" * 300_000), big=True)
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    heads = (b"", bytes(504), b"\xff" * 504, bytes(16) + b"\x3e\x00\x03\x00\xfe\xff\x09\x00" + b"\xfe\xff\xff\xff" * 120)
    for number, rest in enumerate(heads):
        yield Case("doc", f"ole-{number}.doc", fixed(ole + rest), REFUSED)
    yield Case("doc", "sectors.doc", fixed(ole + heads[3] + bytes(512) * 40), REFUSED)
    yield Case("doc", "text.doc", fixed(_LINE.encode() * 9))
