"""Files that are ZIP archives inside: ZIP, DOCX, ODT, EPUB, and what can be wrong with them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from .case import EITHER, REFUSED, Case, data, fixed

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/package/2006"
_TYPES = (
    f'<Types xmlns="{_R}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = (
    f'<Relationships xmlns="{_R}/relationships"><Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument"'
    ' Target="word/document.xml"/></Relationships>'
)
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_OPF = (
    '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i"><metadata'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="i">1</dc:identifier><dc:title>Tin</dc:title>'
    '<dc:language>vi</dc:language></metadata><manifest><item id="c" href="{href}" media-type="application/xhtml+xml"/>'
    '</manifest><spine><itemref idref="c"/></spine></package>'
)
_CONTAINER = (
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_BLOCK = bytes(1 << 20)
_GOOD = "Trạm quan trắc trong tệp nén có hai máy đo.".encode()


def zipped(members: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive of the members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            # ODF and EPUB want their first member as it is: its bytes tell the format.
            how = zipfile.ZIP_STORED if name == "mimetype" else method
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=how)
    return buffer.getvalue()


def docx(paragraphs: Sequence[str], *, doctype: str = "", body: str = "", **parts: str | bytes) -> bytes:
    """Return a Word document. body: XML in place of the paragraphs; parts: "word/x.xml" -> content, "" drops it."""
    body = body or "".join(f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>" for text in paragraphs)
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": f'{doctype}<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>',
        **parts,
    }
    return zipped({name: content for name, content in members.items() if content})


def odt(paragraphs: Sequence[str], *, doctype: str = "", body: str = "") -> bytes:
    """Return an OpenDocument text."""
    body = body or "".join(f"<text:p>{escape(text)}</text:p>" for text in paragraphs)
    kind = "application/vnd.oasis.opendocument.text"
    content = (
        f'{doctype}<office:document-content xmlns:office="{_ODF}:office:1.0" xmlns:text="{_ODF}:text:1.0">'
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0"><manifest:file-entry manifest:full-path="/"'
        f' manifest:media-type="{kind}"/></manifest:manifest>'
    )
    return zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def epub(paragraphs: Sequence[str], *, doctype: str = "", body: str = "", href: str = "c.xhtml") -> bytes:
    """Return an electronic book of one chapter."""
    body = body or "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    chapter = f'{doctype}<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Tin</title></head><body>{body}</body></html>'
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": _CONTAINER,
        "OEBPS/content.opf": _OPF.format(href=href),
        "OEBPS/c.xhtml": chapter,
    }
    return zipped(members)


def laughs(levels: int = 10) -> str:
    """Return a document type whose entity &z; expands to 10**levels letters."""
    entities = "".join(f'<!ENTITY e{n} "{"ha" if n == 0 else f"&e{n - 1};" * 10}">' for n in range(levels))
    return f'<?xml version="1.0"?><!DOCTYPE x [{entities}<!ENTITY z "&e{levels - 1};">]>'


def external(file: Path) -> str:
    """Return a document type whose entity &z; is the content of a file."""
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY z SYSTEM "{file.as_uri()}">]>'


def _patched(archive: bytes, *, at: int, local: int, value: bytes) -> bytes:
    """Return the archive with a field overwritten in each header: at in the central one, local in the local one."""
    out = bytearray(archive)
    for mark, offset in ((b"PK\x01\x02", at), (b"PK\x03\x04", local)):
        found = out.find(mark)
        while found >= 0:
            out[found + offset : found + offset + len(value)] = value
            found = out.find(mark, found + 4)
    return bytes(out)


def _overlapping(times: int) -> bytes:
    """Return an archive whose directory names the same compressed member many times."""
    archive = zipped({"a.txt": _BLOCK * 8})
    start = archive.index(b"PK\x01\x02")
    end = archive.index(b"PK\x05\x06")
    directory = archive[start:end] * times
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, times, times, len(directory), start, 0)
    return archive[:start] + directory + tail


def _inflating(name: str, megabytes: int, before: bytes = b"", after: bytes = b"", others: Mapping[str, str] = {}) -> bytes:
    """Return an archive with one member that inflates to so many megabytes of spaces."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for other, content in others.items():
            archive.writestr(other, content)
        with archive.open(name, "w", force_zip64=True) as member:
            member.write(before)
            for _ in range(megabytes):
                member.write(b" " * (1 << 20))
            member.write(after)
    return buffer.getvalue()


def _nested(depth: int) -> bytes:
    archive = zipped({"a.txt": _BLOCK})
    for _ in range(depth):
        archive = zipped({f"{n}.zip": archive for n in range(10)})
    return archive


def _link_member(target: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, str(target))
    return buffer.getvalue()


def archive_cases(secret: Path, escape_to: Path) -> Iterator[Case]:
    """Yield archives. secret: a file outside that must not be read; escape_to: one that must not be written."""
    climbing = [
        f"../{escape_to.name}.txt",
        "../" * 12 + str(escape_to)[1:],
        str(escape_to),
        f"..\\{escape_to.name}",
        "C:\\x.txt",
    ]
    for number, name in enumerate(climbing):
        yield Case("zip: member climbs out", f"climb-{number}.zip", fixed(zipped({name: _GOOD})))
        yield Case("zip: member climbs out", f"climb-{number}.docx", fixed(docx(["Tin."], **{name: _GOOD})))
    yield Case("zip: member climbs out", "climb.epub", fixed(epub(["Tin."], href="../" * 9 + str(secret)[1:])))
    yield Case("zip: member climbs out", "climb-abs.epub", fixed(epub(["Tin."], href=secret.as_uri())))
    yield Case("zip: link member", "link.zip", data(lambda: _link_member(secret)))
    yield Case(
        "zip: encrypted", "enc.zip", fixed(_patched(zipped({"a.txt": _GOOD}), at=8, local=6, value=b"\x01\x00")), REFUSED
    )
    yield Case("zip: encrypted", "enc.docx", fixed(_patched(docx(["Tin."]), at=8, local=6, value=b"\x01\x00")), REFUSED)
    for method, label in ((b"\x63\x00", "unknown"), (b"\x0e\x00", "lzma"), (b"\x0c\x00", "bzip2")):
        wrong = _patched(zipped({"a.txt": _GOOD * 9}), at=10, local=8, value=method)
        yield Case("zip: wrong method", f"{label}.zip", fixed(wrong), REFUSED)
        yield Case("zip: wrong method", f"{label}.docx", fixed(_patched(docx(["Tin."]), at=10, local=8, value=method)), REFUSED)
    for size in (b"\x01\x00\x00\x00", b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff"):
        archive = _patched(zipped({"a.txt": _GOOD}), at=24, local=22, value=size)
        yield Case("zip: wrong size", f"size-{size[1]}{size[3]}.zip", fixed(archive))
        yield Case(
            "zip: wrong size", f"size-{size[1]}{size[3]}.docx", fixed(_patched(docx(["Tin."]), at=24, local=22, value=size))
        )
    for position in (0, 16, 42):
        bent = _patched(zipped({"a.txt": _GOOD}), at=position or 16, local=14, value=b"\xff\xff\xff\x7f")
        yield Case("zip: bent header", f"bent-{position}.zip", fixed(bent), REFUSED)
    for label, archive in (
        ("empty", zipped({})),
        ("only-folder", zipped({"a/": b""})),
        ("odd-names", zipped({"a\nb.txt": _GOOD, "\x1b[31m.txt": _GOOD, "x" * 60_000 + ".txt": _GOOD, "-rf.txt": _GOOD})),
        ("no-name", zipped({"": _GOOD, "b.txt": _GOOD})),
        ("none-listed", zipped({"a.txt": _GOOD}).replace(b"PK\x05\x06\0\0\0\0\1\0\1\0", b"PK\x05\x06" + bytes(8))),
        ("half", zipped({"a.txt": _GOOD * 99})[:60]),
        ("nothing-known", zipped({"a.exe": b"MZ" + bytes(99)})),
    ):
        yield Case("zip: odd", f"{label}.zip", fixed(archive))
    for suffix, make in (("docx", docx), ("odt", odt), ("epub", epub)):
        tag = {"docx": "<w:p><w:r><w:t>Tin {}</w:t></w:r></w:p>", "odt": "<text:p>Tin {}</text:p>", "epub": "<p>Tin {}</p>"}[
            suffix
        ]
        yield Case("xml: entity bomb", f"laughs.{suffix}", fixed(make([], doctype=laughs(), body=tag.format("&z;"))))
        yield Case(
            "xml: outside entity", f"outside.{suffix}", fixed(make([], doctype=external(secret), body=tag.format("&z;")))
        )
        yield Case("xml: broken", f"broken.{suffix}", fixed(make([], body="<a><b></a>")))
        yield Case(
            "xml: control letters",
            f"control.{suffix}",
            fixed(make([], body=tag.format("\x00\x0b\ud800".encode("utf-8", "replace").decode()))),
        )
        for levels in (300, 100_000):
            head, _, tail = tag.partition("Tin {}")
            deep = "<a>" * levels + head + "Tin" + tail + "</a>" * levels
            yield Case("xml: deep", f"deep-{levels}.{suffix}", fixed(make([], body=deep)))
    yield from _docx_cases(secret)
    yield from _big_cases()


def _docx_cases(secret: Path) -> Iterator[Case]:
    relations = f'<Relationships xmlns="{_R}/relationships">{{}}</Relationships>'
    external_part = f'<Relationship Id="rId9" Type="{_DOCUMENT}/image" Target="{secret.as_uri()}" TargetMode="External"/>'
    climbing = f'<Relationship Id="rId9" Type="{_DOCUMENT}/image" Target="{"../" * 12}{str(secret)[1:]}"/>'
    loop = f'<Relationship Id="rId9" Type="{_DOCUMENT}/styles" Target="document.xml"/>'
    for label, content in (
        ("external", external_part),
        ("climbing", climbing),
        ("loop", loop),
        ("many", external_part * 50_000),
    ):
        parts = {"word/_rels/document.xml.rels": relations.format(content)}
        yield Case("docx: relationships", f"rel-{label}.docx", fixed(docx(["Tin."], **parts)))
    # Whoever reads the text part alone needs none of the others: such a file may be read, or refused.
    for part, expected in (("[Content_Types].xml", EITHER), ("_rels/.rels", EITHER), ("word/document.xml", REFUSED)):
        label = part[-9:].strip(".").replace("/", "-")
        for kind, content in (("missing", ""), ("damaged", "<x"), ("of zeros", bytes(99))):
            yield Case(f"docx: part {kind}", f"{kind[:3]}-{label}.docx", fixed(docx(["Tin."], **{part: content})), expected)
    types = _TYPES.replace("wordprocessingml.document", "spreadsheetml.sheet")
    yield Case("docx: wrong type", "sheet.docx", fixed(docx(["Tin."], **{"[Content_Types].xml": types})))
    rows = "<w:tr><w:tc><w:p/></w:tc></w:tr>"
    tables = "<w:tbl>" + rows
    for _ in range(60):
        tables = f"<w:tbl><w:tr><w:tc>{tables}</w:tbl><w:p/></w:tc></w:tr>"
    yield Case("docx: table in table", "tables.docx", fixed(docx([], body=tables + "</w:tbl>")))
    span = '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr><w:p><w:r><w:t>Tin</w:t></w:r></w:p>'
    span += "</w:tc></w:tr></w:tbl>"
    yield Case("docx: table in table", "span.docx", fixed(docx([], body=span)))
    core = "application/vnd.openxmlformats-package.core-properties+xml"
    date = '<cp:coreProperties xmlns:cp="{0}/metadata/core-properties" xmlns:t="http://purl.org/dc/terms/">'
    date += "<t:created>{1}</t:created></cp:coreProperties>"
    for number, value in enumerate(("0000-00-00T00:00:00Z", "99999-01-01", "hôm nay", "2025-06-01T25:61:61+99:99")):
        types = _TYPES.replace(
            "</Types>",
            f'<Override PartName="/docProps/core.xml" ContentType="{core}"/></Types>',
        )
        relation = _RELATIONS.replace(
            "</Rel",
            f'<Relationship Id="rId2" Type="{_R}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Rel',
        )
        parts = {"[Content_Types].xml": types, "_rels/.rels": relation, "docProps/core.xml": date.format(_R, value)}
        yield Case("docx: odd date", f"date-{number}.docx", fixed(docx(["Tin về trạm đo."], **parts)), "text", "Tin về trạm đo")


def _big_cases() -> Iterator[Case]:
    start = f'<w:document xmlns:w="{_W}"><w:body><w:p><w:r><w:t xml:space="preserve">Tin'.encode()
    word = {"[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONS}
    yield Case("zip: bomb", "ratio.zip", data(lambda: _inflating("a.txt", 512, _GOOD)), big=True)
    yield Case(
        "zip: bomb",
        "document.docx",
        data(lambda: _inflating("word/document.xml", 500, start, b"</w:t></w:r></w:p></w:body></w:document>", word)),
        big=True,
    )
    yield Case(
        "zip: bomb",
        "image.docx",
        data(
            lambda: _inflating(
                "word/media/a.png",
                1500,
                b"\x89PNG",
                b"",
                {**word, "word/document.xml": start.decode() + "</w:t></w:r></w:p></w:body></w:document>"},
            )
        ),
        big=True,
    )
    yield Case(
        "zip: bomb",
        "content.odt",
        data(lambda: _inflating("content.xml", 500, b"<a>", b"</a>", {"mimetype": "application/vnd.oasis.opendocument.text"})),
        big=True,
    )
    yield Case("zip: bomb", "nested.zip", data(lambda: _nested(5)), big=True)
    yield Case("zip: bomb", "overlap.zip", data(lambda: _overlapping(1000)), big=True)
    yield Case("zip: bomb", "overlap.docx", data(lambda: _overlapping(1000)), REFUSED, big=True)
    yield Case(
        "zip: many members",
        "members.zip",
        data(lambda: zipped({f"{n}.txt": b"Tin" for n in range(100_000)}, zipfile.ZIP_STORED)),
        big=True,
    )
    yield Case(
        "zip: many members",
        "members.docx",
        data(lambda: docx(["Tin."], **{f"word/{n}.xml": b"<a/>" for n in range(30_000)})),
        big=True,
    )
    paragraph = "<w:p><w:r><w:t>Trạm đo.</w:t></w:r></w:p>"
    yield Case("docx: long", "long.docx", data(lambda: docx([], body=paragraph * 200_000)), big=True)
    row = "<w:tr>" + "<w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc>" * 20 + "</w:tr>"
    yield Case("docx: long", "table.docx", data(lambda: docx([], body=f"<w:tbl>{row * 2000}</w:tbl>")), big=True)
