"""The company's colour -> the page's accents, each dark or light enough to be read."""

from __future__ import annotations

from markupsafe import Markup

from promptkit.model import Company

_READABLE = 4.6  # A little more than the 4.5 of WCAG 2.2, success criterion 1.4.3.
_LIGHT_CARD, _DARK_CARD = (255, 255, 255), (23, 29, 27)  # As in base.css.
_WASH = 0.1
Colour = tuple[int, int, int]


def company_style(company: Company | None) -> Markup:
    """Styles with the accents of a company's colour; none without one."""
    if company is None or company.colour is None:
        return Markup()
    colour = _read(company.colour)
    light, dark = _readable(colour, (0, 0, 0), _LIGHT_CARD), _readable(colour, (255, 255, 255), _DARK_CARD)
    deep = f"{_written(_mixed(light, (0, 0, 0), 0.25))}, {_written(_mixed(dark, (255, 255, 255), 0.35))}"
    return Markup(
        ":root {{ --accent: light-dark({}, {}); --accent-deep: light-dark({}); \n"
        "  --on-accent: light-dark(#fff, #10130f); --wash: color-mix(in srgb, var(--accent) 10%, var(--card)); }}\n"
    ).format(_written(light), _written(dark), deep)


def _readable(colour: Colour, towards: Colour, card: Colour) -> Colour:
    """The colour, mixed with black or white until it can be read on a card that has a wash of it."""
    steps = (_mixed(colour, towards, step / 20) for step in range(21))
    return next(mixed for mixed in steps if contrast(mixed, _mixed(card, mixed, _WASH)) >= _READABLE)


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, as WCAG defines it: from 1 to 21."""
    low, high = sorted([_luminance(one), _luminance(other)])
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (one / 255 for one in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(colour: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(own + (two - own) * share) for own, two in zip(colour, other, strict=True))
    return red, green, blue


def _read(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def _written(colour: Colour) -> str:
    return f"#{bytes(colour).hex()}"
