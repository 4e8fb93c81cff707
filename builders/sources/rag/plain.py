"""Plain text, Markdown and HTML as the text that a reader sees."""

from __future__ import annotations

import codecs
import unicodedata
from typing import Any

from lxml import etree
from lxml.html import HTMLParser, document_fromstring
from markdown_it import MarkdownIt

from ..fields import RecordError

EMPTY = "empty document"
NOT_TEXT = "not a text"
NOT_UTF8 = "not valid UTF-8"
_SILENT = frozenset(
    {"head", "iframe", "math", "nav", "noscript", "object", "script", "style", "svg", "template"}
)
"""Elements without text that is shown, or, as nav, with none that is of the page's matter."""
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
     "font", "i", "img", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike",
     "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)  # fmt: skip
_CELLS = frozenset({"td", "th"})


def clean(text: str) -> str:
    """The text in NFC, its lines ended by line feeds, halves of surrogate pairs replaced."""
    if not text.isascii():
        # Two halves that belong together become one character on the way.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        text = unicodedata.normalize("NFC", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode(content: bytes) -> str:
    """A text file's text: UTF-8, or UTF-16 where its first mark says so.

    Raises:
        RecordError: it is neither, or no text at all.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\0" in content:
        raise RecordError(NOT_TEXT, f"byte 0x00 at offset {content.index(0)}")
    else:
        encoding = "utf-8-sig"
    try:
        return clean(content.decode(encoding))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        byte = content[error.start]
        detail = f"byte 0x{byte:02x} in line {line}; expected UTF-8, or UTF-16 with its mark"
        raise RecordError(NOT_UTF8, detail) from None


def markdown_text(text: str) -> tuple[str, str]:
    """Text and title (its first heading of the first level) of CommonMark with tables.

    Each block is a line; HTML in it gives the text it shows.
    """
    lines: list[str] = []
    title = ""
    heading = ""
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "heading_open":
            heading = token.tag
        elif token.type == "inline":
            line = "".join(_inline(child) for child in token.children or [])
            title = title or (line.strip() if heading == "h1" else "")
            heading = ""
            lines.append(line)
        elif token.type in {"fence", "code_block"}:
            lines.append(token.content)
        elif token.type == "html_block":
            lines.append(_fragment_text(token.content))
    return _shown(lines), title


def _inline(token: Any) -> str:
    if token.type in {"text", "code_inline", "image"}:
        return token.content
    return {"softbreak": " ", "hardbreak": "\n"}.get(token.type, "")


def _fragment_text(content: str) -> str:
    try:
        return html_text(content.encode("utf-8"))[0]
    except RecordError:  # a comment, say
        return ""


def html_text(content: bytes) -> tuple[str, str]:
    """Text and title of a page: what is shown, without scripts, styles and navigation.

    Each block is a line. A page that is valid UTF-8 is taken for it; else its own word counts.

    Raises:
        RecordError: there is no element in it.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", "replace").encode("utf-8")
    encoding = "utf-8"
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        encoding = None
    # A null ends the page for the parser, wherever it stands.
    parser = HTMLParser(encoding=encoding, huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = document_fromstring(content.replace(b"\0", b""), parser=parser)
    except etree.LxmlError as error:
        raise RecordError(EMPTY, str(error)) from None
    title = " ".join((root.findtext(".//head/title") or "").split())
    return _shown(["".join(_pieces(root))]), clean(title)


def _pieces(root: Any) -> list[str]:
    pieces: list[str] = []
    walk: Any = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        gap = "" if tag in _INLINE else " " if tag in _CELLS else "\n"
        if event == "start":
            hidden = tag in _SILENT or element.get("hidden") is not None
            pieces += [gap, "" if hidden else _flat(element.text)]
            if hidden:
                walk.skip_subtree()
        else:
            pieces += [gap, _flat(element.tail)]
    return pieces


def _flat(text: str | None) -> str:
    """White space of the source as blanks: only blocks end lines."""
    if not text:
        return ""
    inner = " ".join(text.split())
    return f"{' ' * text[0].isspace()}{inner}{' ' * (bool(inner) and text[-1].isspace())}"


def _shown(blocks: list[str]) -> str:
    lines = (" ".join(line.split()) for block in blocks for line in block.split("\n"))
    return clean("\n".join(line for line in lines if line))
