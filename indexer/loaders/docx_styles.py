"""What a Word document does not write out: styles that are inherited, and the numbers of its lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .blocks import format_number, shown_bullet
from .package import Element, attribute, child, local

_DEEPEST_STYLE = 20  # styles that are based on one another, or in a circle
_LEVELS = 9
_LEVEL_NUMBER = re.compile(r"%([1-9])")
_OFF = ("0", "false", "off")
_FORMS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}


def is_on(switch: Element | None) -> bool:
    """Tell whether a property such as w:vanish is there and not switched off."""
    return switch is not None and attribute(switch, "val").lower() not in _OFF


class Styles:
    """The styles of a document (styles.xml)."""

    def __init__(self, root: Element | None) -> None:
        found = [element for element in root if local(element) == "style"] if root is not None else []
        self._styles = {attribute(style, "styleId"): style for style in found}
        self._defaults = child(root, "docDefaults", "rPrDefault", "rPr")
        self._normal = next(
            (attribute(s, "styleId") for s in found if attribute(s, "type") == "paragraph" and attribute(s, "default") == "1"),
            "",
        )
        self._fonts: dict[str, str] = {}

    def find(self, style_id: str, *path: str) -> Element | None:
        """Return the first element at `path` in a style or those it is based on; None if there is none."""
        for _ in range(_DEEPEST_STYLE):
            style = self._styles.get(style_id)
            if style is None:
                return None
            if (found := child(style, *path)) is not None:
                return found
            style_id = attribute(child(style, "basedOn"), "val")
        return None

    def name(self, style_id: str) -> str:
        """Return the name people see, in small letters: "heading 1"."""
        return attribute(child(self._styles.get(style_id), "name"), "val").lower()

    def font(self, style_id: str) -> str:
        """Return the font of a paragraph in this style; "" if it is a theme's."""
        if style_id not in self._fonts:
            ways = (
                self.find(style_id, "rPr", "rFonts"),
                self.find(self._normal, "rPr", "rFonts"),
                child(self._defaults, "rFonts"),
            )
            self._fonts[style_id] = next((font for fonts in ways if (font := font_name(fonts))), "")
        return self._fonts[style_id]


def font_name(fonts: Element | None) -> str:
    """Return the font that a w:rFonts names; "" if none."""
    return attribute(fonts, "ascii") or attribute(fonts, "hAnsi")


@dataclass(slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None  # 0: never
    decimal: bool = False  # legal style: all its numbers in digits
    style: str = ""
    font: str = ""


@dataclass(slots=True)
class _List:
    definition: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)  # level -> where this list starts anew, until it has


class Numbering:
    """The lists of a document (numbering.xml), counted in reading order."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._counts: dict[str, dict[int, int]] = {}
        elements = list(root) if root is not None else []
        definitions = {attribute(e, "abstractNumId"): e for e in elements if local(e) == "abstractNum"}
        nums = {attribute(e, "numId"): e for e in elements if local(e) == "num"}
        self._lists = {number: _read_list(num, definitions, nums, styles) for number, num in nums.items()}

    def label(self, number: str, level: int | None, style: str) -> tuple[str, str]:
        """Count one paragraph; return its visible number with what parts it from the text ("Điều 3. "), and its font."""
        found = self._lists.get(number)
        if found is None:
            return "", ""
        if level is None:
            level = next((at for at, known in found.levels.items() if style and known.style == style), 0)
        if level not in found.levels:
            return "", ""
        counts = self._counts.setdefault(found.definition, {})
        self._count(found, counts, level)
        text = self._text(found, counts, level)
        own = found.levels[level]
        return text if not text or own.suffix == "nothing" else text + " ", own.font

    @staticmethod
    def _count(found: _List, counts: dict[int, int], level: int) -> None:
        if level in found.starts:
            counts[level] = found.starts.pop(level)
        else:
            counts[level] = counts[level] + 1 if level in counts else found.levels[level].start
        for deeper, known in found.levels.items():
            restarts = level < known.restart if known.restart is not None else True
            if deeper > level and restarts:
                counts.pop(deeper, None)

    @staticmethod
    def _text(found: _List, counts: dict[int, int], level: int) -> str:
        own = found.levels[level]
        if own.form == "bullet":
            return shown_bullet(own.text)

        def number(match: re.Match[str]) -> str:
            at = int(match.group(1)) - 1
            known = found.levels.get(at)
            if known is None:
                return ""
            count = counts.setdefault(at, known.start)
            if known.form in ("none", "bullet"):
                return ""
            if known.form == "decimalZero":
                return f"{count:02d}"
            return format_number(count, "1" if own.decimal else _FORMS.get(known.form, "1"))

        return _LEVEL_NUMBER.sub(number, own.text)


def _read_list(num: Element, definitions: dict[str, Element], nums: dict[str, Element], styles: Styles) -> _List:
    name = attribute(child(num, "abstractNumId"), "val")
    link = attribute(child(definitions.get(name), "numStyleLink"), "val")
    if link:  # the list is defined by a list style, which names another list
        other = nums.get(attribute(styles.find(link, "pPr", "numPr", "numId"), "val"))
        name = attribute(child(other, "abstractNumId"), "val") or name
    found = _List(name, _levels(definitions.get(name)))
    for override in num:
        if local(override) == "lvlOverride":
            found.levels |= _levels(override)
            level = _integer(attribute(override, "ilvl"), 0)
            start = attribute(child(override, "startOverride"), "val")
            if start:
                found.starts[level] = _integer(start, 1)
    return found


def _levels(parent: Element | None) -> dict[int, _Level]:
    found: dict[int, _Level] = {}
    for element in parent if parent is not None else ():
        if local(element) != "lvl":
            continue
        restart = attribute(child(element, "lvlRestart"), "val")
        found[_integer(attribute(element, "ilvl"), 0)] = _Level(
            start=_integer(attribute(child(element, "start"), "val"), 0),
            form=attribute(child(element, "numFmt"), "val") or "decimal",
            text=attribute(child(element, "lvlText"), "val"),
            suffix=attribute(child(element, "suff"), "val") or "tab",
            restart=_integer(restart, 0) if restart else None,
            decimal=is_on(child(element, "isLgl")),
            style=attribute(child(element, "pStyle"), "val"),
            font=font_name(child(element, "rPr", "rFonts")),
        )
    return {level: known for level, known in found.items() if 0 <= level < _LEVELS}


def _integer(text: str, otherwise: int) -> int:
    try:
        return int(text) if len(text) < 10 else otherwise
    except ValueError:
        return otherwise
