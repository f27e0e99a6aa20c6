"""A plain Word file, written by hand: headings, paragraphs of bold, italic and plain runs, links. Nothing else is needed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_MAIN}.styles+xml"/></Types>'
)
_ROOT = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_STYLES = f'{_HEAD}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>' + (
    '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/><w:sz w:val="26"/>'
    '<w:lang w:val="vi-VN"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="288" '
    'w:lineRule="auto"/></w:pPr></w:pPrDefault>'
    '</w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
)


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look. url: an http(s) address to link to."""

    text: str
    bold: bool = False
    italic: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Runs in one style: "Title", "Heading1", "Quote" or "Normal"."""

    runs: Sequence[Run]
    style: str = "Normal"


def docx(paragraphs: Sequence[Paragraph]) -> bytes:
    """Return the paragraphs as a Word file."""
    links = list(dict.fromkeys(run.url for paragraph in paragraphs for run in paragraph.runs if run.url))
    numbers = {url: f"rId{number}" for number, url in enumerate(links, 2)}
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{one.style}"/></w:pPr>{"".join(_run(run, numbers) for run in one.runs)}</w:p>'
        for one in paragraphs
    )
    looks = {"Title": ("Title", 36, 0), "Heading1": ("heading 1", 30, 0), "Quote": ("Quote", 26, 360)}
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:pPr><w:ind w:left="{left}"/></w:pPr>'
        f'<w:rPr>{"" if left else "<w:b/>"}<w:sz w:val="{size}"/></w:rPr></w:style>'
        for key, (name, size, left) in looks.items()
    )
    outside = "".join(
        f'<Relationship Id="{number}" Type="{_R}/hyperlink" Target={quoteattr(url)} TargetMode="External"/>'
        for url, number in numbers.items()
    )
    own = f'<Relationship Id="rId1" Type="{_R}/styles" Target="styles.xml"/>'
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _ROOT,
        "word/document.xml": f'{_HEAD}<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>{body}</w:body></w:document>',
        "word/styles.xml": f"{_STYLES}{styles}</w:styles>",
        "word/_rels/document.xml.rels": (
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{own}{outside}</Relationships>'
        ),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def _run(run: Run, numbers: dict[str, str]) -> str:
    look = ("<w:b/>" if run.bold else "") + ("<w:i/>" if run.italic else "")
    look += '<w:color w:val="0B57A4"/><w:u w:val="single"/>' if run.url else ""
    lines = _NOT_XML.sub("", run.text).replace("\r\n", "\n").split("\n")
    text = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in lines)
    written = f"<w:r><w:rPr>{look}</w:rPr>{text}</w:r>"
    return f'<w:hyperlink r:id="{numbers[run.url]}">{written}</w:hyperlink>' if run.url else written
