"""Two plots as SVG: no plotting library has to be installed on the ministry's server for them."""

from __future__ import annotations

from collections.abc import Sequence

_WIDTH, _HEIGHT, _LEFT, _TOP, _SIDE = 560, 420, 70, 30, 340

_ACROSS = "questions without an answer that get one"
_UP = "questions with an answer that get one"


def risk_coverage_svg(curve: Sequence[tuple[float, float, float]], threshold: float) -> str:
    """Return the risk-coverage curve as an SVG picture.

    curve: (threshold, share of answerable questions answered, share of strangers answered). The
    point of `threshold` is marked.
    """

    line = " ".join(_at(strangers, answered) for _, answered, strangers in curve)
    chosen = min(curve, key=lambda point: abs(point[0] - threshold))
    x, y = _at(chosen[2], chosen[1]).split(",")
    note = f"threshold {threshold:.2f}: {chosen[1]:.1%} answered, {chosen[2]:.1%} of strangers"
    drawn = (
        f'<polyline points="{line}" fill="none" stroke="#0b57a4" stroke-width="2"/>'
        f'<circle cx="{x}" cy="{y}" r="5" fill="#b45f00"/><text x="{float(x) + 10:.0f}" y="{float(y) + 18:.0f}">{note}</text>'
    )
    return _axes(_ACROSS, _UP, drawn)


def reliability_svg(bins: Sequence[tuple[float, float, int]]) -> str:
    """Return, as an SVG picture, how often first cards of some confidence are right: on the diagonal, as often as is said.

    bins: (mean confidence, share that is right, how many).
    """
    most = max((count for _, _, count in bins), default=1)
    drawn = f'<path d="M{_at(0, 0).replace(",", " ")}L{_at(1, 1).replace(",", " ")}" stroke="#999" stroke-dasharray="4"/>'
    for said, right, count in bins:
        x, y = _at(said, right).split(",")
        radius = 3 + 9 * (count / most) ** 0.5
        drawn += f'<circle cx="{x}" cy="{y}" r="{radius:.1f}" fill="#0b57a4" fill-opacity=".7"/>'
        drawn += f'<text x="{float(x) + radius + 3:.0f}" y="{float(y) + 4:.0f}" fill="#555">{count}</text>'
    return _axes("confidence in the first card", "first cards that are right", drawn)


def _at(across: float, up: float) -> str:
    return f"{_LEFT + _SIDE * 1.3 * across:.1f},{_TOP + _SIDE * (1 - up):.1f}"


def _axes(across: str, up: str, drawn: str) -> str:
    """Return a picture of two shares from 0 to 100 % with what is drawn in it."""
    ticks = "".join(
        f'<text x="{_LEFT - 8}" y="{_TOP + _SIDE * (1 - share) + 4:.0f}" text-anchor="end">{share:.0%}</text>'
        f'<text x="{_LEFT + _SIDE * 1.3 * share:.0f}" y="{_TOP + _SIDE + 18}" text-anchor="middle">{share:.0%}</text>'
        f'<path d="M{_LEFT} {_TOP + _SIDE * (1 - share):.0f}h{_SIDE * 1.3:.0f}" stroke="#ddd"/>'
        for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>{ticks}{drawn}'
        f'<text x="{_LEFT + _SIDE * 0.65:.0f}" y="{_HEIGHT - 12}" text-anchor="middle">{across}</text>'
        f'<text transform="translate(16 {_TOP + _SIDE / 2:.0f}) rotate(-90)" text-anchor="middle">{up}</text>'
        "</svg>\n"
    )
