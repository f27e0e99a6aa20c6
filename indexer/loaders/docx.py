"""Word documents (DOCX) by python-docx: paragraphs and tables in reading order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from docs_store import LoadError

from .extract import Extract

if TYPE_CHECKING:
    from docx.table import Table

_TEMPLATE_YEAR = 2013  # python-docx's own template says it was created then: that says nothing


def load_docx(path: Path) -> Extract:
    """Return the whole document as one page, a blank line between paragraphs."""
    import docx
    from docx.table import Table

    try:
        document = docx.Document(str(path))
    except Exception as error:  # zip, XML and package errors of three libraries
        raise LoadError(f"tệp DOCX hỏng: {error} | damaged DOCX file") from error
    blocks = [_table_text(block) if isinstance(block, Table) else block.text.strip() for block in document.iter_inner_content()]
    text = "\n\n".join(block for block in blocks if block)
    if not text:
        raise LoadError("tệp DOCX không có chữ | the DOCX file has no text")
    properties = document.core_properties
    created = properties.created
    return Extract(
        pages=(text,),
        format="docx",
        title=(properties.title or "").strip(),
        author=(properties.author or "").strip() if properties.author != "python-docx" else "",
        made=created.date() if created and created.year > _TEMPLATE_YEAR else None,
    )


def _table_text(table: Table) -> str:
    """Return a table's rows as lines, cells parted by ' | ', merged cells once."""
    lines = []
    for row in table.rows:
        cells: list[str] = []
        for cell in row.cells:
            text = " ".join(cell.text.split())
            if text and (not cells or cells[-1] != text):
                cells.append(text)
        if cells:
            lines.append(" | ".join(cells))
    return "\n".join(lines)
