"""Records of large XML files, cut out of the bytes and parsed one by one, and safely.

Weekly USPTO files are many documents in a row, DOCDB files one document of many elements. Cutting
before parsing keeps memory constant, gives each record its offset, and lets reading go on behind a
record that is broken. No entity is expanded, no DTD or other file is loaded, nothing is fetched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from lxml import etree

from .fields import RecordError
from .streams import CHUNK, MAX_RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_DECLARATION = re.compile(rb"<\?xml\s")
_ENCODING = re.compile(rb"<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([^\"']*)[\"']")
_ENCODINGS = frozenset({b"utf-8", b"us-ascii", b"ascii", b"iso-8859-1", b"windows-1252"})
_ENTITY = re.compile(rb"<!ENTITY\s[^>]*>?")
_NDATA = re.compile(
    rb"<!ENTITY\s+[^%\s]\S*\s+(?:SYSTEM|PUBLIC\s+(?:\"[^\"]*\"|'[^']*'))"
    rb"\s+(?:\"[^\"]*\"|'[^']*')\s+NDATA\s+\S+\s*>"
)
"""A declaration that only names a file in another format (a drawing); it is never expanded."""
_COMMENT = re.compile(rb"<!--.*?(?:-->|$)|<\?(?!xml\s).*?\?>", re.DOTALL)
"""Comments and processing instructions; either may hold what looks like a tag."""
_COMMENT_START = re.compile(rb"<!--|<\?(?!xml\s)")
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s/>]")
_NAMESPACE = re.compile(rb"\sxmlns(?::[\w.-]+)?\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_PROLOG = 1 << 20
_LONGEST_MARK = 200

ENTITIES = "declares entities"
BROKEN = "not well-formed XML"
TOO_LARGE = "record too large"
CUT_SHORT = "record cut short"

Element: TypeAlias = etree._Element  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
"""lxml has no other name for the type of its elements."""


class Record(NamedTuple):
    """The bytes of one record."""

    offset: int
    content: bytes
    """Empty if the record was longer than ``MAX_RECORD``."""
    head: bytes
    """Its first 1 MiB."""


def whole(record: Record) -> bytes:
    """The bytes of a record.

    Raises:
        RecordError: it was longer than ``MAX_RECORD``.
    """
    if not record.content:
        raise RecordError(TOO_LARGE, f"expected at most {MAX_RECORD:,} bytes")
    return record.content


def split_documents(stream: BinaryIO) -> Iterator[Record]:
    """Cut a file at its XML declarations."""
    yield from _split(stream, _DECLARATION, 1)


def split_elements(stream: BinaryIO, names: tuple[str, ...]) -> Iterator[Record]:
    """Cut a document at the start tags of certain elements, with any prefix.

    The first record is what stands before the first of them; every record goes on to the next
    start tag, so there may be other bytes behind its end tag.
    """
    listed = "|".join(re.escape(name) for name in names)
    mark = re.compile(rf"<(?:[A-Za-z_][\w.-]*:)?(?:{listed})[\s>]".encode())
    yield from _split(stream, mark, 0)


def _split(stream: BinaryIO, mark: re.Pattern[bytes], searched: int) -> Iterator[Record]:
    buffer = head = b""
    base = 0  # offset of the buffer's first byte
    overlong = False
    while chunk := stream.read(max(CHUNK, min(len(buffer), MAX_RECORD // 4))):
        buffer += chunk
        start = 0
        for found in mark.finditer(buffer, searched):
            content = buffer[start : found.start()]
            yield Record(base + start, b"", head) if overlong else _record(base + start, content)
            overlong, start = False, found.start()
        base += start
        buffer = buffer[start:]
        # The end of the chunk may cut a mark in two; no mark is longer than this.
        searched = max(len(buffer) - _LONGEST_MARK, 1)
        if len(buffer) > MAX_RECORD:
            head = head if overlong else buffer[:_PROLOG]
            overlong = True
            base += searched
            buffer, searched = buffer[searched:], 0
    yield Record(base, b"", head) if overlong else _record(base, buffer)


def _record(offset: int, content: bytes) -> Record:
    return Record(offset, content, content[:_PROLOG])


def _find_root(head: bytes) -> tuple[re.Match[bytes] | None, bytes]:
    """The start tag of the root, and the bytes it stands in, which may be without comments."""
    root = _ROOT.search(head)
    if root and _COMMENT_START.search(head, 0, root.start()):
        head = _COMMENT.sub(b" ", head)
        root = _ROOT.search(head)
    return root, head


def root_name(head: bytes) -> str | None:
    """Name of the first element, without its prefix."""
    root, _ = _find_root(head)
    return root[1].decode() if root else None


def check_prolog(head: bytes) -> None:
    """Refuse entities that could expand, and encodings that could hide them.

    Raises:
        RecordError: the prolog declares an internal, external parsed or parameter entity, or an
            encoding in which markup does not read as ASCII.
    """
    encoding = _ENCODING.match(head.lstrip())
    if encoding and encoding[1].lower() not in _ENCODINGS:
        name = encoding[1].decode("ascii", "replace")
        raise RecordError("unsupported encoding", f"found {name!r}, expected UTF-8")
    root, prolog = _find_root(head)
    if root is None:
        raise RecordError(BROKEN, "no element in the first 1 MiB")
    for declared in _ENTITY.finditer(prolog, 0, root.start()):
        if not _NDATA.match(prolog, declared.start()):
            found = declared[0][:60].decode("ascii", "replace")
            raise RecordError(ENTITIES, f"found {found!r}, expected no entity but drawings (NDATA)")


def parser() -> etree.XMLParser:
    """A parser that expands nothing, loads nothing and keeps libxml2's limits."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def parse(content: bytes, parser: etree.XMLParser) -> Element:
    """Parse one record whose prolog was checked.

    Raises:
        RecordError: it is not well-formed, or refers to an entity that nothing declares.
    """
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise RecordError(BROKEN, str(error.msg)[:200]) from None
    except ValueError as error:
        raise RecordError(BROKEN, str(error)[:200]) from None
    entity = next(root.iter(etree.Entity), None)
    if entity is not None:
        raise RecordError("undeclared entity", f"found {entity.text}")
    return root


def text_of(element: Element) -> str:
    """All text in an element, markup left out."""
    return "".join(cast("Iterator[str]", element.itertext()))


def opening(head: bytes) -> bytes:
    """What to put before an element cut out of a document: its encoding and its namespaces."""
    encoding = _ENCODING.match(head.lstrip())
    declared = b'<?xml version="1.0" encoding="%b"?>' % encoding[1] if encoding else b""
    return declared + b"<records" + b"".join(dict.fromkeys(_NAMESPACE.findall(head))) + b">"


def cut_element(record: Record, opened: bytes) -> bytes:
    """One element of a larger document as a document of its own.

    Args:
        record: bytes that begin with the element's start tag.
        opened: ``opening`` of the document.

    Raises:
        RecordError: its end tag is missing.
    """
    name = re.match(rb"<([^\s>]+)", record.content)
    tag = name[1] if name else b""
    end = re.search(rb"</" + re.escape(tag) + rb"\s*>", record.content)
    if not end:
        raise RecordError(CUT_SHORT, f"no end tag </{tag.decode('ascii', 'replace')}>")
    return opened + record.content[: end.end()] + b"</records>"
