"""PDF files as text, page by page."""

from __future__ import annotations

import io
import logging
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pypdf import PdfReader

from ..fields import RecordError
from ..record import Reject
from .plain import clean
from .records import Document

if TYPE_CHECKING:
    from collections.abc import Generator

DAMAGED = "damaged PDF"
ENCRYPTED = "encrypted PDF"
WITHOUT_TEXT = "PDF without text"
UNREADABLE_PAGE = "page that cannot be read"


def read_pdf(content: bytes, member: str | None) -> tuple[Document, list[Reject]]:
    """The text of a PDF, its pages one after the other, and the pages that cannot be read.

    Raises:
        RecordError: it is damaged, asks for a password, or has no text.
    """
    with _quiet():
        pages = _open(content)
        texts, rejects = _texts(pages)
    kept = [(number, text) for number, text in texts if text]
    if not kept:
        if rejects:
            raise RecordError(DAMAGED, f"none of its pages can be read; {rejects[0].detail}")
        detail = f"{len(pages)} page(s); pages that are images must be recognised before"
        raise RecordError(WITHOUT_TEXT, detail)
    starts: list[int] = []
    length = 0
    for _, text in kept:
        starts.append(length)
        length += len(text) + 1
    whole = "\n".join(text for _, text in kept)
    numbers = tuple(number for number, _ in kept)
    return Document(member, whole, pages=tuple(starts), numbers=numbers), rejects


@contextmanager
def _quiet() -> Generator[None]:
    """What is odd in a file is no news to whoever builds from hundreds of them."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)


def _open(content: bytes) -> list[Any]:
    try:
        reader = PdfReader(io.BytesIO(content))
        # Many files that forbid printing open with the empty password.
        locked = reader.is_encrypted and not _unlock(reader)
        pages = [] if locked else list(reader.pages)
    except Exception as error:  # noqa: BLE001 - the library raises anything on damaged files
        raise RecordError(DAMAGED, f"{type(error).__name__}: {error}"[:200]) from None
    if locked:
        raise RecordError(ENCRYPTED, "it asks for a password, or its cipher is not known here")
    if not pages:
        raise RecordError(DAMAGED, "it has no page")
    return pages


def _unlock(reader: PdfReader) -> bool:
    try:
        return bool(reader.decrypt(""))
    except Exception:  # noqa: BLE001 - also a cipher that needs a package that is not there
        return False


def _texts(pages: list[Any]) -> tuple[list[tuple[int, str]], list[Reject]]:
    texts: list[tuple[int, str]] = []
    rejects: list[Reject] = []
    for number, page in enumerate(pages, 1):
        try:
            # Composing may leave blanks at the edges, so they go last.
            texts.append((number, clean(page.extract_text()).strip()))
        except Exception as error:  # noqa: BLE001 - see above
            detail = f"page {number}: {type(error).__name__}: {error}"[:200]
            rejects.append(Reject(UNREADABLE_PAGE, detail))
    return texts, rejects
