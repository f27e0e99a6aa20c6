"""PDF files written by hand, and what can be wrong with them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

from .case import REFUSED, Case, data, fixed

_SIMPLE = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_SHOW = b"BT /F1 12 Tf 50 700 Td (Tram quan trac trong PDF.) Tj ET"


def pdf(objects: Sequence[bytes], trailer: bytes = b"/Root 1 0 R", xref: bool = True) -> bytes:
    """Return a PDF of the objects, numbered from 1."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    if xref:
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer << /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, trailer, start))


def stream(content: bytes, extra: bytes = b"") -> bytes:
    """Return a stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), extra, content)


def one_page(
    content: bytes = _SHOW,
    extra: bytes = b"",
    page: bytes = b"",
    more: Sequence[bytes] = (),
    catalog: bytes = b"",
    trailer: bytes = b"",
) -> bytes:
    """Return a PDF of one page. extra: of its content stream; more: objects from number 6 on."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> %s >>"
        % page,
        stream(content, extra),
        _SIMPLE,
        *more,
    ]
    return pdf(objects, b"/Root 1 0 R " + trailer)


def text_pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """Return a PDF whose pages hold these lines, any letters of Unicode."""
    codes = sorted({ord(letter) for lines in pages for line in lines for letter in line})
    place = {code: number for number, code in enumerate(codes, 1)}
    table = b"".join(b"<%04x> <%04x>\n" % (place[code], code) for code in codes)
    cmap = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
    cmap += b"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
    cmap += b"%d beginbfchar\n%sendbfchar\nendcmap end end" % (len(codes), table)
    kids = b" ".join(b"%d 0 R" % (6 + 2 * number) for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Arial /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Arial /DW 500 /CIDSystemInfo"
        b" << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        stream(zlib.compress(cmap), b"/Filter /FlateDecode"),
    ]
    for number, lines in enumerate(pages):
        shown = b"".join(
            b"<%s> Tj 0 -20 Td " % "".join(f"{place[ord(letter)]:04x}" for letter in line).encode() for line in lines
        )
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1600 842] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % (7 + 2 * number)
        )
        objects.append(stream(zlib.compress(b"BT /F1 12 Tf 50 700 Td " + shown + b"ET"), b"/Filter /FlateDecode"))
    return pdf(objects)


def _inflating(megabytes: int, block: bytes = bytes(1 << 20)) -> bytes:
    packer = zlib.compressobj(1)
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


def _chained(depth: int, content: bytes) -> bytes:
    for _ in range(depth):
        content = zlib.compress(content)
    return one_page(content, b"/Filter [%s]" % (b"/FlateDecode " * depth))


def pdf_cases() -> Iterator[Case]:
    """Yield PDFs that are wrong, odd or heavy."""
    whole = text_pdf([["Tin về trạm đo"], ["Trang hai"]])
    for share in (1, 3, 5, 7, 9):
        yield Case("pdf: cut off", f"cut-{share}.pdf", fixed(whole[: len(whole) * share // 10]))
    yield Case(
        "pdf: no xref",
        "no-xref.pdf",
        fixed(pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Kids [] /Count 0 >>"], xref=False)),
    )
    yield Case("pdf: no xref", "bad-start.pdf", fixed(whole.replace(b"startxref\n", b"startxref\n9")))
    yield Case("pdf: no xref", "no-trailer.pdf", fixed(whole[: whole.index(b"xref")]))
    yield Case("pdf: no xref", "xref-loop.pdf", fixed(one_page(trailer=b"/Prev 900")))
    loop = whole.index(b"xref")
    yield Case("pdf: loops", "prev-loop.pdf", fixed(pdf([b"<< /Type /Catalog >>"], b"/Root 1 0 R /Prev %d" % loop)))
    catalog = b"<< /Type /Catalog /Pages 2 0 R >>"
    yield Case("pdf: loops", "tree-loop.pdf", fixed(pdf([catalog, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"])))
    yield Case(
        "pdf: loops",
        "tree-loop-2.pdf",
        fixed(
            pdf(
                [
                    catalog,
                    b"<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 99 >>",
                    b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>",
                ]
            )
        ),
    )
    kids = b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 2 >>"
    doubling = [kids % (number + 1, number + 1) for number in range(2, 34)]
    yield Case("pdf: loops", "tree-doubling.pdf", fixed(pdf([catalog, *doubling, b"<< /Type /Page /MediaBox [0 0 9 9] >>"])))
    yield Case("pdf: loops", "object-loop.pdf", fixed(pdf([b"2 0 R", b"1 0 R"])))
    yield Case(
        "pdf: loops",
        "length-loop.pdf",
        fixed(
            pdf(
                [
                    catalog,
                    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                    b"<< /Type /Page /Contents 4 0 R >>",
                    b"<< /Length 4 0 R >>\nstream\nx\nendstream",
                ]
            )
        ),
    )
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
    yield Case(
        "pdf: loops",
        "form-loop.pdf",
        fixed(
            one_page(_SHOW + b" /X Do", page=b"", more=[stream(b"/X Do /X Do", form)]).replace(
                b"/Font << /F1 5 0 R >> >>", b"/Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >>"
            )
        ),
    )
    yield Case(
        "pdf: loops",
        "outline-loop.pdf",
        fixed(one_page(catalog=b"/Outlines 6 0 R", more=[b"<< /First 6 0 R /Next 6 0 R /Title (x) >>"])),
    )
    yield Case(
        "pdf: encrypted",
        "locked.pdf",
        fixed(
            one_page(
                trailer=b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <%s> /U <%s> >> /ID [<00> <00>]"
                % (b"ab" * 32, b"cd" * 32)
            )
        ),
        REFUSED,
    )
    yield Case("pdf: encrypted", "unknown.pdf", fixed(one_page(trailer=b"/Encrypt << /Filter /Odd /V 99 >> /ID [<00> <00>]")))
    yield Case(
        "pdf: encrypted",
        "r6.pdf",
        fixed(
            one_page(
                trailer=b"/Encrypt << /Filter /Standard /V 5 /R 6 /Length 256 /P -4 /O <%s> /U <%s>"
                b" /OE <00> /UE <00> /Perms <00> >> /ID [<00> <00>]" % (b"ab" * 48, b"cd" * 48)
            )
        ),
    )
    for number, box in enumerate((b"0 0 1e30 1e30", b"0 0 -9 -9", b"nan 0 0 0", b"", b"0 0 99999999999999999999 9")):
        yield Case("pdf: page size", f"box-{number}.pdf", fixed(one_page().replace(b"0 0 595 842", box)))
    script = b"/OpenAction << /S /JavaScript /JS (while\\(1\\){app.alert\\(1\\)}) >>"
    yield Case("pdf: scripts", "script.pdf", fixed(one_page(catalog=script)), "text", "Tram quan trac trong PDF")
    yield Case(
        "pdf: scripts",
        "launch.pdf",
        fixed(one_page(catalog=b"/OpenAction << /S /Launch /F (/bin/sh) >>")),
        "text",
        "Tram quan trac",
    )
    for depth in (300, 20_000):
        yield Case("pdf: deep", f"array-{depth}.pdf", fixed(one_page(page=b"/X %s%s" % (b"[" * depth, b"]" * depth))))
        yield Case("pdf: deep", f"operands-{depth}.pdf", fixed(one_page(b"[" * depth + b"]" * depth + b" TJ " + _SHOW)))
        yield Case(
            "pdf: deep", f"dictionary-{depth}.pdf", fixed(one_page(page=b"/X %s%s" % (b"<< /A " * depth, b">>" * depth)))
        )
        yield Case("pdf: deep", f"states-{depth}.pdf", fixed(one_page(b"q " * depth + _SHOW)))
        yield Case("pdf: deep", f"string-{depth}.pdf", fixed(one_page(b"BT /F1 9 Tf (%s Tj ET" % (b"(" * depth))))
    for filters in (
        b"/FlateDecode",
        b"/LZWDecode",
        b"/ASCII85Decode",
        b"/ASCIIHexDecode",
        b"/RunLengthDecode",
        b"/DCTDecode",
        b"/JBIG2Decode",
        b"/CCITTFaxDecode",
        b"/JPXDecode",
        b"/Crypt",
        b"/Odd",
        b"[/FlateDecode /LZWDecode]",
    ):
        yield Case(
            "pdf: wrong filter",
            f"filter-{filters.strip(b'[/]').decode().replace(' /', '-')}.pdf",
            fixed(one_page(_SHOW, b"/Filter " + filters)),
        )
    predictor = b"/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 999999999 /Colors 99 /BitsPerComponent 32 >>"
    yield Case("pdf: wrong filter", "predictor.pdf", fixed(one_page(zlib.compress(_SHOW), predictor)))
    for number, map_text in enumerate(
        (
            b"1 beginbfrange <00> <ffffffff> <0000> endbfrange",
            b"1 beginbfchar <zz> <d800> endbfchar",
            b"1 beginbfchar <54> <d800> endbfchar",
            b"begincodespacerange " * 9999,
        )
    ):
        font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
        yield Case("pdf: letters", f"cmap-{number}.pdf", fixed(one_page(more=[stream(map_text)]).replace(_SIMPLE, font)))
    for number, day in enumerate(
        (b"(D:99999999999999)", b"(D:20250230)", b"(hom nay)", b"<feff0000d800>", b"12", b"[1]", b"6 0 R")
    ):
        yield Case(
            "pdf: odd date",
            f"date-{number}.pdf",
            fixed(one_page(trailer=b"/Info << /CreationDate %s /Title %s /Author %s >>" % (day, day, day))),
            "text",
            "Tram quan trac",
        )
    yield Case("pdf: odd number", "count.pdf", fixed(one_page().replace(b"/Count 1", b"/Count 999999999")))
    yield Case("pdf: odd number", "size.pdf", fixed(one_page().replace(b"/Size 6", b"/Size 999999999")))
    yield Case("pdf: odd number", "length.pdf", fixed(one_page().replace(b"/Length 6", b"/Length 99999999996")))
    yield Case("pdf: odd number", "object.pdf", fixed(one_page().replace(b"5 0 obj", b"99999999999 65536 obj")))
    yield Case("pdf: odd number", "digits.pdf", fixed(one_page(b"9" * 5000 + b" 0 Td " + _SHOW)))
    yield from _big_cases()


def _big_cases() -> Iterator[Case]:
    flate = b"/Filter /FlateDecode"
    yield Case("pdf: bomb", "flate-1gb.pdf", data(lambda: one_page(_inflating(1024, b" " * (1 << 20)), flate)), big=True)
    yield Case("pdf: bomb", "chained.pdf", data(lambda: _chained(3, _inflating(256))), big=True)
    yield Case(
        "pdf: bomb",
        "runlength.pdf",
        data(lambda: one_page(zlib.compress(b"\x81 " * 4_000_000), b"/Filter [/FlateDecode /RunLengthDecode]")),
        big=True,
    )
    operators = b"BT /F1 9 Tf (Tin) Tj ET\n" * 45_000  # about 1 MB
    yield Case("pdf: bomb", "operators.pdf", data(lambda: one_page(_inflating(70, operators), flate)), big=True)
    picture = b"/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB /BitsPerComponent 8"
    picture += b" /Filter /FlateDecode"
    shown = b"/Font << /F1 5 0 R >> >>", b"/Font << /F1 5 0 R >> /XObject << /X 6 0 R >> >>"
    yield Case(
        "pdf: bomb",
        "picture.pdf",
        data(lambda: one_page(b"60000 0 0 60000 0 0 cm /X Do", more=[stream(_inflating(600), picture)]).replace(*shown)),
        big=True,
    )
    yield Case(
        "pdf: bomb",
        "cmap-bomb.pdf",
        data(
            lambda: one_page(more=[stream(_inflating(200, b"<0041> <0042>\n" * 75_000), flate)]).replace(
                _SIMPLE, b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>"
            )
        ),
        big=True,
    )
    yield Case(
        "pdf: long", "pages-10000.pdf", data(lambda: text_pdf([[f"Trang số {n} về trạm đo"] for n in range(10_000)])), big=True
    )
    yield Case(
        "pdf: long",
        "page-shared.pdf",
        data(
            lambda: one_page(zlib.compress(operators), flate).replace(
                b"/Kids [3 0 R] /Count 1", b"/Kids [%s] /Count 2000" % (b"3 0 R " * 2000)
            )
        ),
        big=True,
    )
