"""PDF files written by hand, as small as the format allows, and PDFs put on the shelf with a text of our choice."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from docs_store import Document, FileState, Library
from indexer import reindex

from .fake import DIMENSION, HashEmbedder

PICTURE = b"q 400 0 0 400 100 250 cm /Im Do Q"  # the content stream of a page that shows the PDF's image


def write_pdf(
    path: Path, pages: Sequence[bytes], *, image: bytes = b"", page_extra: bytes = b"", root_extra: bytes = b""
) -> Path:
    """Write a PDF with these content streams, one a page, in Helvetica; return its path. image: an object, /Im to the pages."""
    numbers = [5 + 2 * n for n in range(len(pages))]
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R" + root_extra + b">>",
        2: b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), b" ".join(b"%d 0 R" % n for n in numbers)),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        4: image or b"null",
    }
    for number, content in zip(numbers, pages, strict=True):
        resources = b"<</Font<</F 3 0 R>>/XObject<</Im 4 0 R>>>>"
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources%s/Contents %d 0 R" % (resources, number + 1)
        objects[number] = page + page_extra + b">>"
        objects[number + 1] = b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)
    out = bytearray(b"%PDF-1.7\n")
    table = {}
    for number, body in sorted(objects.items()):
        table[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    size = max(objects) + 1
    rows = b"".join(b"%010d 00000 n \n" % table[n] if n in table else b"0000000000 65535 f \n" for n in range(size))
    out += b"xref\n0 %d\n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, rows, size, start)
    path.write_bytes(out)
    return path


def lines(*texts: str) -> bytes:
    """Return a content stream with these lines, top down. Latin letters only."""
    shown = b"".join(b"(%s) Tj T*\n" % text.encode("latin-1") for text in texts)
    return b"BT /F 14 Tf 20 TL 60 760 Td\n" + shown + b"ET"


def scan(coding: str) -> bytes:
    """Return an image object, white with a black middle, coded as "fax" or "jpeg2000" as scanners do."""
    from PIL import Image

    image = Image.new("L", (64, 64), 255)
    image.paste(0, (16, 16, 48, 48))
    file = io.BytesIO()
    if coding == "jpeg2000":
        image.save(file, "JPEG2000")
        data, entries = file.getvalue(), b"/Filter/JPXDecode"
    else:
        image.convert("1").save(file, "TIFF", compression="group4")
        with Image.open(file) as tiff:
            place, length, white_is_zero = tiff.tag_v2[273][0], tiff.tag_v2[279][0], tiff.tag_v2[262] == 0
        black = b"false" if white_is_zero else b"true"
        entries = b"/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode/DecodeParms"
        entries += b"<</K -1/Columns 64/Rows 64/BlackIs1 %s>>" % black
        data = file.getvalue()[place : place + length]
    head = b"<</Type/XObject/Subtype/Image/Width 64/Height 64%s/Length %d>>" % (entries, len(data))
    return head + b"stream\n" + data + b"\nendstream"


class _StillEmbedder(HashEmbedder):
    """Sees no difference between texts: for documents that nobody asks for."""

    def embed_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full((len(texts), DIMENSION), DIMENSION**-0.5, dtype=np.float32)


def shelve(data: Path, *documents: Document) -> None:
    """Publish documents as if each had been read from the file that it names."""
    data.mkdir(exist_ok=True)
    with Library(data / "library.sqlite") as library:
        for document in documents:
            file = Path(document.source)
            status = file.stat()
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            library.put_file(str(file), FileState(status.st_size, status.st_mtime_ns, digest, "test"), [document])
    reindex(data, [], _StillEmbedder())  # --rebuild would read the files
