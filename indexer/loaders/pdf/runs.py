"""What pypdf tells of one page: runs of text with their places and fonts, ruling lines, pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import atan2, hypot, pi
from typing import Any

_THIN = 3.0  # points; a rectangle thinner than this is a ruling line
_KERN = 120  # thousandths of the type size; for more, pypdf sets a space
_MAX_RULES = 20_000  # a drawing, not a table


@dataclass(frozen=True, slots=True)
class Run:
    """Text shown in one go, in one font, in points; y grows upwards, as PDF has it."""

    text: str
    x: float
    right: float
    y: float  # the baseline
    size: float
    font: str
    place: int  # its number in the content stream
    ends: bool = False  # pypdf breaks the line behind it


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight ruling line, level or upright."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def level(self) -> bool:
        return self.x1 - self.x0 >= self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class PageContent:
    """A page as its content stream gives it; turned so that most of its text runs to the right."""

    runs: tuple[Run, ...]
    aside: tuple[Run, ...] = ()  # what is written across the page, as a stamp in the margin is
    rules: tuple[Rule, ...] = ()
    pictured: float = 0.0  # share of the page's area that pictures cover
    drawn: int = 0  # painting operators: letters may have been turned into outlines

    @property
    def letters(self) -> int:
        return sum(char.isalnum() for run in (*self.runs, *self.aside) for char in run.text)


class PageReader:
    """Reads the pages of one PDF; knows its fonts' widths."""

    def __init__(self) -> None:
        self._widths: dict[int, tuple[object, dict[str, float]]] = {}

    def read(self, page: Any) -> PageContent:
        """Return the page's content. Raises whatever pypdf raises on a damaged page."""
        runs: list[Run] = []
        turns: list[int] = []
        marks = _Marks()

        def on_text(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
            if not text:
                return
            body = text.rstrip("\n")
            if not body:
                if runs and len(body) < len(text):
                    runs[-1] = replace(runs[-1], ends=True)
                return
            a, b, x, y = _placed(cm, tm)
            scale = hypot(a, b)
            height = abs(size) * hypot(tm[2] * cm[0] + tm[3] * cm[2], tm[2] * cm[1] + tm[3] * cm[3])
            turn = round(atan2(b, a) / (pi / 2)) % 4
            width = abs(size) * scale * (self._width(font, body) + marks.spread()) + scale * marks.tracking * len(body)
            x, y = _turned(x, y, turn)
            name = str(font.get("/BaseFont", "")).lstrip("/") if font else ""
            runs.append(Run(body, x, x + width, y, height, name, len(runs), len(body) < len(text)))
            turns.append(turn)

        page.extract_text(visitor_text=on_text, visitor_operand_before=marks.see)
        main = Counter(turn for run, turn in zip(runs, turns, strict=True) for _ in run.text.strip()).most_common(1)
        turn = main[0][0] if main else 0
        area = abs(float(page.mediabox.width) * float(page.mediabox.height)) or 1.0
        return PageContent(
            runs=_those(runs, turns, turn, True),
            aside=_those(runs, turns, turn, False),
            rules=tuple(_turned_rule(rule, turn) for rule in marks.rules),
            pictured=marks.pictured / area,
            drawn=marks.drawn,
        )

    def _width(self, font: Any, text: str) -> float:
        """Return the text's width in units of the font's size."""
        key = id(font)
        if key not in self._widths:
            self._widths[key] = (font, _character_widths(font))  # the font is kept, so its id stays its own
        widths = self._widths[key][1]
        default = widths.get("", 0.5)
        return sum(widths.get(char, default) for char in text)


def _character_widths(font: Any) -> dict[str, float]:
    """Return the width of each character by its Unicode text; "" stands for all others."""
    from pypdf.generic._font import Font

    try:
        known = Font.from_font_resource(font)
        widths = {char: width / 1000 for char, width in known.character_widths.items() if len(char) == 1}
        widths |= {
            text: known.character_widths[code] / 1000
            for code, text in known.character_map.items()
            if isinstance(text, str) and code in known.character_widths
        }
        widths[""] = known.character_widths.get("default", 500) / 1000
    except MemoryError:
        raise
    except Exception:  # a damaged font: its text may be read all the same
        return {}
    return widths


class _Marks:
    """Collects from a content stream what is no text: ruling lines, pictures, paintings."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.pictured = 0.0
        self.drawn = 0
        self.tracking = 0.0  # what is added behind each letter, in points
        self._spread = 0.0
        self._at = (0.0, 0.0)

    def spread(self) -> float:
        """Return how far the text since the last call was spread, in units of its size."""
        spread, self._spread = self._spread, 0.0
        return spread

    def see(self, operator: bytes, operands: Any, cm: list[float], tm: list[float]) -> None:
        if operator in (b"re", b"m", b"l"):
            if len(self.rules) < _MAX_RULES:
                self._path(operator, operands, cm)
        elif operator == b"TJ":
            self._spread += sum(-number / 1000 for number in _numbers(operands) if abs(number) < _KERN)
        elif operator == b"Tc":
            self.tracking = next(iter(_numbers([operands])), 0.0)
        elif operator == b"Do" or operator == b"INLINE IMAGE":
            self.pictured += abs(cm[0] * cm[3] - cm[1] * cm[2])
        elif operator in (b"f", b"f*", b"F", b"S", b"s", b"B", b"B*", b"b", b"b*", b"sh"):
            self.drawn += 1

    def _path(self, operator: bytes, operands: Any, cm: list[float]) -> None:
        try:
            numbers = [float(operand) for operand in operands]
            x, y = _moved(numbers[0], numbers[1], cm)
            if operator == b"re":
                right, top = _moved(numbers[0] + numbers[2], numbers[1] + numbers[3], cm)
                self._add(x, y, right, top)
            elif operator == b"l":
                self._add(*self._at, x, y)
            self._at = (x, y)
        except (TypeError, ValueError, IndexError):
            return

    def _add(self, x0: float, y0: float, x1: float, y1: float) -> None:
        left, right, low, high = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        if right - left <= _THIN or high - low <= _THIN:
            self.rules.append(Rule(left, low, right, high))


def _numbers(operands: Any) -> list[float]:
    """Return the numbers in the array that is the first operand."""
    array = operands[0] if operands else None
    return [float(part) for part in array if isinstance(part, (int, float))] if isinstance(array, list) else []


def _placed(cm: Sequence[float], tm: Sequence[float]) -> tuple[float, float, float, float]:
    """Return the direction (a, b) and the place (x, y) of text under both matrices."""
    x, y = _moved(tm[4], tm[5], cm)
    return tm[0] * cm[0] + tm[1] * cm[2], tm[0] * cm[1] + tm[1] * cm[3], x, y


def _moved(x: float, y: float, cm: Sequence[float]) -> tuple[float, float]:
    return x * cm[0] + y * cm[2] + cm[4], x * cm[1] + y * cm[3] + cm[5]


def _turned(x: float, y: float, turn: int) -> tuple[float, float]:
    return ((x, y), (y, -x), (-x, -y), (-y, x))[turn]


def _turned_rule(rule: Rule, turn: int) -> Rule:
    (x0, y0), (x1, y1) = _turned(rule.x0, rule.y0, turn), _turned(rule.x1, rule.y1, turn)
    return Rule(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _those(runs: Iterable[Run], turns: Iterable[int], turn: int, main: bool) -> tuple[Run, ...]:
    kept = [run for run, own in zip(runs, turns, strict=True) if (own == turn) is main]
    if kept:
        kept[-1] = replace(kept[-1], ends=True)
    return tuple(kept)
