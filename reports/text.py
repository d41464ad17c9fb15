"""Running text with formulas, code and links in it, and how Markdown and HTML write it.

Everything that reaches a reader passes through here, so that a claim's own words can never break
out of a table, a code span or a tag.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Link = Callable[[str], str]


@dataclass(frozen=True)
class Plain:
    """Words as they are."""

    text: str


@dataclass(frozen=True)
class Math:
    """A formula in LaTeX, without delimiters."""

    latex: str


@dataclass(frozen=True)
class Code:
    """Something typed: an id, a command, a file."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Words that must not be overlooked."""

    text: str


@dataclass(frozen=True)
class Ref:
    """A link to a claim in the same report."""

    id: str
    text: str = ""


@dataclass(frozen=True)
class Href:
    """A link to a file; `url` is relative, empty for no link."""

    text: str
    url: str


Piece = Plain | Math | Code | Strong | Ref | Href
Rich = tuple[Piece, ...]

_MATH = re.compile(
    r"(?<!\\)\$\$(?P<a>.+?)(?<!\\)\$\$"
    r"|(?<!\\)\$(?P<b>[^$]+?)(?<!\\)\$"
    r"|\\\((?P<c>.+?)\\\)"
    r"|\\\[(?P<d>.+?)\\\]",
    re.DOTALL,
)
_COMMAND = re.compile(r"\\[A-Za-z]+")


def parse(text: str) -> Rich:
    """A statement as written, `$...$` marking formulas; one without any mark may be all formula."""
    pieces: list[Piece] = []
    end = 0
    for found in _MATH.finditer(text):
        if found.start() > end:
            pieces.append(Plain(_words(text[end : found.start()])))
        latex = next(group for group in found.groups() if group is not None)
        pieces.append(Math(latex.strip()))
        end = found.end()
    if not pieces and _COMMAND.search(text):
        return (Math(text.strip()),)
    if end < len(text):
        pieces.append(Plain(_words(text[end:])))
    return tuple(pieces)


def _words(text: str) -> str:
    """LaTeX's text marks as plain characters."""
    return text.replace(r"\$", "$").replace(r"\%", "%").replace(r"\&", "&").replace("~", " ")


def joined(items: Iterable[Rich], separator: str = ", ") -> Rich:
    """Several texts as one, a separator between them."""
    pieces: list[Piece] = []
    for item in items:
        if pieces:
            pieces.append(Plain(separator))
        pieces.extend(item)
    return tuple(pieces)


def plain(rich: Rich) -> str:
    """The text alone, formulas as LaTeX: for alternative texts and titles."""
    return "".join(
        piece.latex
        if isinstance(piece, Math)
        else (piece.text or piece.id)
        if isinstance(piece, Ref)
        else piece.text
        for piece in rich
    )


def one_line(text: str) -> str:
    return " ".join(text.split())


# Markdown ---------------------------------------------------------------------------------------

_SPECIAL = re.compile(r"([\\`*\[\]|#~])")
_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def escape_markdown(text: str, *, starts_line: bool = True) -> str:
    """Words that Markdown shows as they are, in a paragraph, a list item or a table cell."""
    kept = _SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", text))
    kept = kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kept = _UNDERSCORE.sub(r"\_", kept).replace("$", "<span>$</span>")
    # A line that began like this would open a list.
    return re.sub(r"^(\s*)([-+]|\d+[.)])(?=\s)", _disarm, kept) if starts_line else kept


def _disarm(found: re.Match[str]) -> str:
    mark = found.group(2)
    return f"{found.group(1)}{mark[:-1]}\\{mark[-1]}"


def code_markdown(text: str) -> str:
    """A code span that may stand in a table cell as well as in a paragraph."""
    content = one_line(text)
    if "|" in content:
        # A bar in a code span is written differently inside tables and outside; entities are not.
        marks = re.sub(r"[^A-Za-z0-9 ]", lambda found: f"&#{ord(found.group())};", content)
        return f"<code>{marks}</code>"
    longest = max((len(run) for run in re.findall(r"`+", content)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if content.startswith("`") or content.endswith("`") or not content else ""
    return f"{fence}{pad}{content}{pad}{fence}"


def math_latex(latex: str) -> str:
    """LaTeX on one line that no Markdown reader mistakes for a table or the end of a code span."""
    content = one_line(latex).replace("`", "'").replace(r"\|", r"\Vert ").replace("|", r"\vert ")
    # Some hosting sites refuse \operatorname; an upright name looks the same.
    return re.sub(r"\\operatorname\*?(?=\s*\{)", r"\\mathrm", content)


def display_markdown(latex: str) -> str:
    """A displayed formula as a fenced block."""
    return f"```math\n{math_latex(latex)}\n```"


def to_markdown(rich: Rich, link: Link, base: str = "") -> str:
    """Markdown on one line; `link` gives the address of a claim, `base` goes before a file's."""
    written = ""
    for piece in rich:
        match piece:
            case Plain(text):
                written += escape_markdown(text, starts_line=not written)
            case Math(latex):
                # A formula right after a letter or a hyphen is not recognised.
                if written and (written[-1].isalnum() or written[-1] in "-_"):
                    written += " "
                written += f"$`{math_latex(latex)}`$"
            case Code(text):
                written += code_markdown(text)
            case Strong(text):
                written += f"**{escape_markdown(text).strip()}**"
            case Ref(id_, text):
                shown = escape_markdown(text) if text else code_markdown(id_)
                target = link(id_)
                written += f"[{shown}]({target})" if target else shown
            case Href(text, url):
                written += f"[{code_markdown(text)}]({base}{url})" if url else code_markdown(text)
    return written


# HTML -------------------------------------------------------------------------------------------


def to_html(rich: Rich, link: Link) -> str:
    """HTML; `link` gives the address of a claim."""
    from reports.mathml import math_html

    written = []
    for piece in rich:
        match piece:
            case Plain(text):
                written.append(html.escape(text))
            case Math(latex):
                written.append(math_html(latex))
            case Code(text):
                written.append(f"<code>{html.escape(text)}</code>")
            case Strong(text):
                written.append(f"<strong>{html.escape(text)}</strong>")
            case Ref(id_, text):
                shown = html.escape(text) if text else f"<code>{html.escape(id_)}</code>"
                target = link(id_)
                written.append(f'<a href="{html.escape(target)}">{shown}</a>' if target else shown)
            case Href(text, url):
                shown = f"<code>{html.escape(text)}</code>"
                written.append(f'<a href="{html.escape(url)}">{shown}</a>' if url else shown)
    return "".join(written)
