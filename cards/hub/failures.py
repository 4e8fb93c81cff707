"""What went wrong between us and the Hub, how long to wait, and what a user can do about it.

No text of these errors holds a token: what a server or a library says is scrubbed.
"""

from __future__ import annotations

import json
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeAlias

from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HTTPError,  # pyright: ignore[reportPrivateImportUsage] - of its HTTP library, whichever it is
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from ...schemas.errors import DataError, DomainbenchError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


class HubUnreachableError(DataError):
    """The Hub does not answer, or must not be asked."""


_Advice: TypeAlias = "tuple[type[DomainbenchError], str, str | None]"
"""Error to raise, its problem and its hint."""

EXPECTED = (HTTPError, OSError, RuntimeError, ValueError)
"""What calls of ``huggingface_hub`` raise."""
CONFLICTS = (409, 412)
LONGEST_WAIT = 300.0
"""Seconds; a window of the Hub's rate limits. A server that asks for more is not waited for."""

_TRANSIENT = (408, 429, 500, 502, 503, 504)
_LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"
_AGAIN = "run the command again: it goes on from what is there"
_BY_STATUS: dict[int, _Advice] = {
    401: (
        UsageError,
        "the Hub does not accept the token",
        f"make a token at its page settings/tokens; then {_LOG_IN}",
    ),
    403: (
        UsageError,
        "the token has no right for {doing}",
        "use a token that may write to this repository, or to its owner's",
    ),
    429: (HubUnreachableError, "the Hub limits requests: {doing} was refused", _AGAIN),
    **dict.fromkeys(
        CONFLICTS,
        (
            DataError,
            "someone else pushed to the repository meanwhile; nothing of yours was committed",
            _AGAIN,
        ),
    ),
}
_FAILED: _Advice = (HubUnreachableError, "the Hub failed while {doing}", _AGAIN)
_REFUSED: _Advice = (DataError, "the Hub refuses {doing}", None)
_LIMIT = re.compile(r'"[^"]*"\s*;\s*r\s*=\s*(\d+)\s*;\s*t\s*=\s*(\d+)')
_TOKEN = re.compile(r"\b(hf|api_org)_\w{4,}")


def root_of(error: Exception) -> Exception:
    """The error behind those that only say during what it happened."""
    wrappers = (RuntimeError, LocalEntryNotFoundError, ValueError)
    while not isinstance(error, HfHubHTTPError) and isinstance(error, wrappers):
        if not isinstance(error.__cause__, Exception):
            break
        error = error.__cause__
    return error


def status_of(error: Exception) -> int | None:
    """The answer's HTTP status; None where there was no answer."""
    return error.response.status_code if isinstance(error, HfHubHTTPError) else None


def is_transient(error: Exception) -> bool:
    """Whether the same request may be carried out later."""
    status = status_of(error)
    return is_broken(error) if status is None else status in _TRANSIENT


def is_broken(error: Exception) -> bool:
    """Whether the connection failed, or the answer was none of the Hub's."""
    if isinstance(error, OfflineModeIsEnabled | EntryNotFoundError | HfHubHTTPError):
        return False
    if isinstance(error, HTTPError | ConnectionError | TimeoutError | json.JSONDecodeError):
        return True
    # Downloads that end early are an OSError without a number; those of this machine have one.
    return type(error) is OSError and error.errno is None


def wait_asked(error: Exception) -> float | None:
    """Seconds to wait as the server asks in ``Retry-After`` or ``RateLimit``; None if it does not.

    Sources: RFC 9110, 10.2.3; draft-ietf-httpapi-ratelimit-headers.
    """
    if not isinstance(error, HfHubHTTPError):
        return None
    headers: Mapping[str, str] = error.response.headers
    found = [wait for wait in (_retry_after(headers), _limit_reset(headers)) if wait is not None]
    return max(found, default=None)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "").strip()
    if value.isdigit():
        return float(value)
    try:
        # Against the server's clock, which is the one that it means.
        until = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, until.total_seconds())


def _limit_reset(headers: Mapping[str, str]) -> float | None:
    match = _LIMIT.search(headers.get("ratelimit", ""))
    return float(match[2]) if match and match[1] == "0" else None


def scrubbed(text: str, token: str | None) -> str:
    """The text without the token, and without anything of a token's form."""
    if token:
        text = text.replace(token, "***")
    return _TOKEN.sub("***", text)


def explain(error: Exception, doing: str, place: str, token: str | None) -> DomainbenchError:
    """The error of this package that says what went wrong.

    Args:
        error: what was raised, of ``EXPECTED``.
        doing: what was being done, as in "committing".
        place: address of the repository.
        token: never shown.

    Raises:
        Exception: ``error`` itself, where it is about this machine and not about the Hub.
    """
    root = root_of(error)
    said = scrubbed(_said(root), token)
    if isinstance(root, OfflineModeIsEnabled | LocalEntryNotFoundError):
        return HubUnreachableError(
            "the Hub must not be asked, and the cache does not hold what is needed",
            place=place, found=f"no network access while {doing}", hint="unset HF_HUB_OFFLINE",
        )  # fmt: skip
    if isinstance(root, HfHubHTTPError):
        return _explain_answer(root, doing, place, said)
    if is_broken(root):
        return HubUnreachableError(
            f"the Hub cannot be reached: {doing} failed", place=place, found=said,
            hint="check the network and HF_ENDPOINT; then run the command again",
        )  # fmt: skip
    if isinstance(root, OSError) and root.errno is not None:
        raise root
    return DataError(f"{doing} failed", place=place, found=said)


def _explain_answer(error: HfHubHTTPError, doing: str, place: str, said: str) -> DomainbenchError:
    status = error.response.status_code
    kind, problem, hint = (
        _by_kind(error, doing, place)
        or _BY_STATUS.get(status)
        or (_FAILED if status in _TRANSIENT else _REFUSED)
    )
    wait = wait_asked(error) if status == 429 else None
    if wait is not None:
        hint = f"{hint}, in {wait:.0f} seconds"
    return kind(problem.format(doing=doing), place=place, found=said, hint=hint)


def _by_kind(error: HfHubHTTPError, doing: str, place: str) -> _Advice | None:
    if isinstance(error, GatedRepoError):
        problem = "the repository is gated, and this account has no access to it"
        return UsageError, problem, f"ask for access at {place}; then {_LOG_IN}"
    if isinstance(error, RevisionNotFoundError | EntryNotFoundError):
        return DataError, f"{doing} failed: it is not there", None
    if isinstance(error, RepositoryNotFoundError):
        problem = "there is no such repository, or this account may not see it"
        return UsageError, problem, f"check the name; for a private repository, {_LOG_IN}"
    return None


def _said(error: Exception) -> str:
    """What a server or library says, in one line."""
    if isinstance(error, HfHubHTTPError):
        words = error.server_message or error.response.reason_phrase
        text = f"HTTP {error.response.status_code} {words}"
    else:
        text = str(error) or type(error).__name__
    return " ".join(text.split())
