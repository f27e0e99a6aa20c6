"""What a Word document does not write out: styles that are inherited, and the numbers of its lists."""

from __future__ import annotations

from .numbering import Level, List, Numbering
from .package import Element, attribute, child, local

_DEEPEST_STYLE = 20  # styles that are based on one another, or in a circle
_OFF = ("0", "false", "off")


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


def read_numbering(root: Element | None, styles: Styles) -> Numbering:
    """Return the lists of a document (numbering.xml)."""
    elements = list(root) if root is not None else []
    definitions = {attribute(e, "abstractNumId"): e for e in elements if local(e) == "abstractNum"}
    numbers = {attribute(e, "numId"): e for e in elements if local(e) == "num"}
    return Numbering({name: _list(number, definitions, numbers, styles) for name, number in numbers.items()})


def _list(number: Element, definitions: dict[str, Element], numbers: dict[str, Element], styles: Styles) -> List:
    name = attribute(child(number, "abstractNumId"), "val")
    link = attribute(child(definitions.get(name), "numStyleLink"), "val")
    if link:  # the list is defined by a list style, which names another list
        other = numbers.get(attribute(styles.find(link, "pPr", "numPr", "numId"), "val"))
        name = attribute(child(other, "abstractNumId"), "val") or name
    found = List(name, _levels(definitions.get(name)))
    for override in number:
        if local(override) == "lvlOverride":
            found.levels |= _levels(override)
            if start := attribute(child(override, "startOverride"), "val"):
                found.starts[_integer(attribute(override, "ilvl"), 0)] = _integer(start, 1)
    return found


def _levels(parent: Element | None) -> dict[int, Level]:
    found: dict[int, Level] = {}
    for element in parent if parent is not None else ():
        if local(element) != "lvl":
            continue
        restart = attribute(child(element, "lvlRestart"), "val")
        found[_integer(attribute(element, "ilvl"), 0)] = Level(
            start=_integer(attribute(child(element, "start"), "val"), 0),
            form=attribute(child(element, "numFmt"), "val") or "decimal",
            text=attribute(child(element, "lvlText"), "val"),
            gap="" if attribute(child(element, "suff"), "val") == "nothing" else " ",
            restart=_integer(restart, 0) if restart else None,
            digits=is_on(child(element, "isLgl")),
            style=attribute(child(element, "pStyle"), "val"),
            font=font_name(child(element, "rPr", "rFonts")),
        )
    return found


def _integer(text: str, otherwise: int) -> int:
    try:
        return int(text) if len(text) < 10 else otherwise
    except ValueError:
        return otherwise
