"""LaTeX as MathML: what a browser shows without any script."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# fmt: off
_TAGS = frozenset({
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle",
    "mpadded", "mphantom", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable",
    "mtr", "mtd",
})
_ATTRIBUTES = frozenset({
    "display", "displaystyle", "scriptlevel", "stretchy", "fence", "form", "separator", "lspace",
    "rspace", "minsize", "maxsize", "largeop", "movablelimits", "accent", "accentunder",
    "linethickness", "width", "height", "depth", "voffset", "columnalign", "mathvariant",
})
# fmt: on
# First code points of Unicode's alphabets: upper case, lower case, digits (0 where there is none).
_ALPHABETS = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE),
    "italic": (0x1D434, 0x1D44E, 0),
    "bold-italic": (0x1D468, 0x1D482, 0),
    "script": (0x1D49C, 0x1D4B6, 0),
    "fraktur": (0x1D504, 0x1D51E, 0),
    "double-struck": (0x1D538, 0x1D552, 0x1D7D8),
    "sans-serif": (0x1D5A0, 0x1D5BA, 0x1D7E2),
    "monospace": (0x1D670, 0x1D68A, 0x1D7F6),
}
# Letters that Unicode had before it had the alphabets.
_EXCEPTIONS = {
    "double-struck": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "fraktur": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
    "italic": {"h": "ℎ"},
}
# Fences that stretch of themselves, whichever end they stand at.
_BRACKETS = frozenset("()[]{}⌊⌋⌈⌉⟨⟩")
_NAME = re.compile(r"\\(?:mathrm|operatorname\*?)\s*\{((?:[A-Za-z0-9 .:-]|\\_)+)\}")
_COMMAND = re.compile(r"\\[A-Za-z]+")


@lru_cache(maxsize=8192)
def math_html(latex: str, *, display: bool = False) -> str:
    """A `<math>` element; the LaTeX in `<code>` if it does not parse.

    Nothing but MathML's presentation elements comes out, whatever the LaTeX holds.
    """
    element = _element(latex, display)
    if element is None:
        return f'<code class="latex">{html.escape(latex)}</code>'
    from xml.etree.ElementTree import tostring

    element.attrib.pop("xmlns", None)
    if not display:
        del element.attrib["display"]
    return tostring(element, encoding="unicode", short_empty_elements=False)


def _element(latex: str, display: bool) -> Element | None:
    from latex2mathml.converter import convert_to_element

    readable = _NAME.sub(lambda found: rf"\text{{{found.group(1)}}}".replace(r"\_", "_"), latex)
    try:
        element = convert_to_element(readable, display="block" if display else "inline")
    except Exception:  # noqa: BLE001 - the parser raises many things; the LaTeX itself is shown then
        return None
    return element if _clean(element) else None


def _clean(element: Element) -> bool:
    """Make an element and its children plain MathML Core; False if something in it is not."""
    if element.tag not in _TAGS:
        return False
    for name in list(element.attrib):
        if name not in _ATTRIBUTES:
            del element.attrib[name]
    if element.text:
        # The converter writes characters as entities and would leave "<" bare.
        element.text = html.unescape(element.text)
        if _COMMAND.search(element.text):
            return False
    variant = element.attrib.get("mathvariant")
    if variant is not None and variant != "normal":
        # Browsers know only the variant "normal"; the others are letters of their own.
        del element.attrib["mathvariant"]
        if element.tag != "mtext":
            element.text = "".join(_letter(char, variant) for char in element.text or "")
    if not all(_clean(child) for child in element):
        return False
    _space_functions(element)
    _shorten(element)
    return True


def _shorten(element: Element) -> None:
    """Leave out what a browser assumes: rows of one, a row that is all there is, usual fences."""
    for index, child in enumerate(list(element)):
        if child.tag == "mrow" and len(child) == 1 and not child.attrib:
            element[index] = child[0]
    if element.tag in ("math", "msqrt", "mtd") and len(element) == 1:
        (only,) = element
        if only.tag == "mrow" and not only.attrib:
            element[:] = list(only)
    if element.tag == "mo":
        if element.get("fence") == "true" and element.text in _BRACKETS:
            for name in ("fence", "form", "stretchy"):
                element.attrib.pop(name, None)
        element.attrib.pop("fence", None)


def _space_functions(element: Element) -> None:
    """A thin space between a factor and a function's name after it, as TeX sets `x cos y`."""
    from xml.etree.ElementTree import Element as New

    if element.tag != "mrow":
        return
    children = list(element)
    for index in range(len(children) - 1, 0, -1):
        before = children[index - 1]
        if before.tag not in ("mo", "mspace") and _is_function(children[index]):
            element.insert(index, New("mspace", {"width": "0.167em"}))


def _is_function(element: Element) -> bool:
    while element.tag in ("msub", "msup", "msubsup") and len(element):
        element = element[0]
    name = element.text or ""
    return element.tag in ("mi", "mtext") and len(name) > 1 and name.isascii() and name.isalpha()


def _letter(char: str, variant: str) -> str:
    if variant not in _ALPHABETS or not char.isascii():
        return char
    if char in _EXCEPTIONS.get(variant, {}):
        return _EXCEPTIONS[variant][char]
    upper, lower, digits = _ALPHABETS[variant]
    if "A" <= char <= "Z":
        return chr(upper + ord(char) - ord("A"))
    if "a" <= char <= "z":
        return chr(lower + ord(char) - ord("a"))
    if char.isdigit() and digits:
        return chr(digits + ord(char) - ord("0"))
    return char
