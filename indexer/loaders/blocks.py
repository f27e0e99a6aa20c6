"""Blocks: the paragraphs, tables and list numbers that marked-up formats become, and how they stand on a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

Block = tuple[str, ...]  # a paragraph, or the rows of a table

BULLET = "•"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


def page_of(blocks: Iterable[Block]) -> str:
    """Return blocks as one page, a blank line between them."""
    return "\n\n".join("\n".join(block) for block in blocks)


def table(rows: Sequence[Sequence[Sequence[Block]]]) -> Iterator[Block]:
    """Yield a table's rows as lines, cells parted by ' | ', empty cells left out.

    rows: of cells, of blocks. A table of one column is a frame: its paragraphs are paragraphs.
    """
    filled = [[cell for cell in row if cell] for row in rows]
    if all(len(row) < 2 for row in filled):
        yield from (block for row in filled for cell in row for block in cell)
    else:
        yield tuple(" | ".join(" ".join(map(one_line, cell)) for cell in row) for row in filled if row)


def one_line(block: Block) -> str:
    """Return a block on one line; the rows of a table in a table are parted by ';'."""
    return "; ".join(" ".join(line.split()) for line in block)


def trim(text: str) -> str:
    """Return text without white space around its lines and without the empty ones that soft breaks make."""
    return "\n".join(stripped for line in text.splitlines() if (stripped := line.strip()))


def format_number(number: int, form: str) -> str:
    """Return a number as a list shows it; form is "1", "a", "A", "i" or "I"."""
    if form in ("a", "A") and 0 < number < 1000:
        shown = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
    elif form in ("i", "I") and 0 < number < 4000:
        shown = ""
        for value, letters in _ROMAN:
            shown += letters * (number // value)
            number %= value
    else:
        return str(number)
    return shown.upper() if form.isupper() else shown


def shown_bullet(bullet: str) -> str:
    """Return a list's bullet, "•" for what only a symbol font can show: it lies in the private use area."""
    return bullet if bullet.strip() and bullet.isprintable() else BULLET
