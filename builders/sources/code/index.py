"""Source distributions of a package index: the one place that uses a network.

A source ``pypi:NAME`` stands for the newest release within the window, ``pypi:NAME>=2,<3`` for all
such releases within it, ``pypi:NAME==2.1`` for that one. Pre-releases and releases that were
withdrawn (yanked) count only where they are named. Unless one version was named, the newest release
before the window comes along, as it tells which functions are old.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from importlib.metadata import version as installed_version
from typing import TYPE_CHECKING, NamedTuple, Self

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from ....schemas.errors import DataError, UsageError
from .archives import SUFFIXES
from .dates import format_moment
from .index_cache import Archive, IndexCache, without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from packaging.specifiers import SpecifierSet
    from pypi_simple import DistributionPackage, ProjectPage, PyPISimple

    from ....schemas.progress import Progress
    from .dates import Sidecar, Window

PREFIX = "pypi:"
DEFAULT_INDEX = "https://pypi.org/simple/"

NO_SDIST = "project without a source distribution"
NO_UPLOAD_TIME = "release without an upload time"
NO_RELEASE = "no release within the window"
BAD_VERSION = "file whose version is none"

_TIMEOUT = (10.0, 60.0)
_ATTEMPTS = 3
_BUSY = (429, 502, 503, 504)
_ARCHIVE_BYTES = 512 << 20
_OFFLINE = (
    "an exact version, as pypi:NAME==1.2, needs no network once it is in the cache; archives that "
    "lie here can be given with a file of dates"
)


class Request(NamedTuple):
    """What a source names."""

    name: str
    """As the source spells it."""
    specifier: SpecifierSet
    exact: str | None
    """The one version named."""


def parse_request(source: str) -> Request:
    """Read a source ``pypi:NAME`` with or without a range of versions.

    Raises:
        UsageError: it is none.
    """
    try:
        requirement = Requirement(source.removeprefix(PREFIX))
    except InvalidRequirement:
        requirement = None
    if requirement is None or requirement.extras or requirement.marker or requirement.url:
        raise UsageError(
            "the source is no package of an index",
            found=repr(source),
            expected="pypi:NAME, pypi:NAME==VERSION or a range, as pypi:NAME>=2,<3",
        )
    clauses = list(requirement.specifier)
    exact = None
    if len(clauses) == 1 and clauses[0].operator in ("==", "===") and "*" not in str(clauses[0]):
        exact = clauses[0].version
    return Request(requirement.name, requirement.specifier, exact)


@dataclass
class Fetched:
    """Archives that a source stands for."""

    archives: list[Archive] = field(default_factory=list[Archive])
    """In the order of their versions."""
    earlier: list[Archive] = field(default_factory=list[Archive])
    """Those from before the window that tell what is old."""
    skipped: Counter[str] = field(default_factory=Counter[str])
    rejected: dict[str, str] = field(default_factory=dict[str, str])
    """Reason → detail, why there is no archive."""


class _Release(NamedTuple):
    """The sdist of a release."""

    version: Version
    package: DistributionPackage
    moment: datetime | None


class PackageIndex:
    """A package index with what was fetched from it before."""

    def __init__(
        self, address: str | None, cache: IndexCache, sidecar: Sidecar, progress: Progress
    ) -> None:
        self._address = address or os.environ.get("PIP_INDEX_URL") or DEFAULT_INDEX
        self._cache = cache
        self._sidecar = sidecar
        self._progress = progress

    def fetch(self, source: str, window: Window) -> Fetched:
        """Archives of a source, downloaded unless the cache has them.

        Raises:
            UsageError: the index has no such project or version.
            DataError: the index cannot be reached, its answer cannot be read, or an archive is not
                what the index says it is.
        """
        request = parse_request(source)
        if request.exact is not None:
            cached = self._cache.find_version(self._address, request.name, request.exact)
            if cached is not None:
                return Fetched([cached])
        with self._client() as client, self._faults(request.name):
            page = self._page(client, request.name)
            fetched = Fetched()
            releases = self._releases(page, request.name, fetched)
            if releases:
                chosen, earlier = _choose(releases, request, window, fetched)
                fetched.archives = [self._download(client, item, request.name) for item in chosen]
                fetched.earlier = [self._download(client, item, request.name) for item in earlier]
        return fetched

    @contextmanager
    def _client(self) -> Generator[PyPISimple]:
        from pypi_simple import ACCEPT_JSON_PREFERRED, PyPISimple
        from requests import Session
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry

        if not self._address.startswith(("http://", "https://")):
            raise UsageError(
                "a package index is read over HTTP",
                found=without_secrets(self._address),
                expected="an address that begins with https://",
            )
        session = Session()
        session.headers["User-Agent"] = f"domainbench/{installed_version('domainbench')}"
        retry = Retry(_ATTEMPTS, backoff_factor=0.2, status_forcelist=_BUSY, raise_on_status=False)
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        with PyPISimple(self._address, session=session, accept=ACCEPT_JSON_PREFERRED) as client:
            yield client

    @contextmanager
    def _faults(self, name: str) -> Generator[None]:
        """What goes wrong between here and the index, as errors that say what to do."""
        from pypi_simple import DigestMismatchError, NoDigestsError, UnsupportedRepoVersionError
        from requests import RequestException

        place = without_secrets(self._address)
        try:
            yield
        except DigestMismatchError as error:
            raise DataError(
                "an archive is not what the index says it is",
                place=without_secrets(error.url),
                found=f"{error.algorithm} {error.actual_digest}",
                expected=error.expected_digest,
            ) from None
        except NoDigestsError as error:
            raise DataError(
                "the index gives no digest, so an archive cannot be checked",
                place=without_secrets(error.url),
            ) from None
        except RequestException as error:
            if isinstance(error, ValueError) and error.response is None:
                raise _unreadable(error, place) from None
            if error.response is not None:
                found = f"HTTP status {error.response.status_code}"
            else:
                found = f"{type(error).__name__} while {name} was looked up"
            raise DataError(
                "the package index cannot be read", place=place, found=found, hint=_OFFLINE
            ) from None
        except (UnsupportedRepoVersionError, ValueError) as error:
            raise _unreadable(error, place) from None

    def _page(self, client: PyPISimple, name: str) -> ProjectPage:
        from pypi_simple import NoSuchProjectError, UnexpectedRepoVersionWarning

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnexpectedRepoVersionWarning)
            try:
                return client.get_project_page(name, timeout=_TIMEOUT)
            except NoSuchProjectError:
                raise UsageError(
                    "the package index has no such project",
                    place=without_secrets(self._address),
                    found=repr(name),
                ) from None

    def _releases(self, page: ProjectPage, name: str, fetched: Fetched) -> list[_Release]:
        """The sdist of every release, the newest version last."""
        best: dict[Version, _Release] = {}
        for package in sorted(page.packages, key=_preference):
            if package.package_type != "sdist" or not package.filename.lower().endswith(SUFFIXES):
                continue
            try:
                version = Version(package.version or "")
            except InvalidVersion:
                fetched.skipped[BAD_VERSION] += 1
                continue
            moment = self._sidecar.find(package.filename, name, str(package.version))
            release = _Release(version, package, moment or _uploaded(package))
            best.setdefault(version, release)
        if not best:
            fetched.rejected[NO_SDIST] = f"{len(page.packages)} files, no sdist that can be read"
        return sorted(best.values())

    def _download(self, client: PyPISimple, release: _Release, name: str) -> Archive:
        package = release.package
        # The name has been taken apart as that of an sdist, so no part of it is a folder's.
        path = self._cache.place(self._address, name, package.filename)
        cached = self._cache.find(path)
        if cached is not None and package.digests.get("sha256", cached.sha256) == cached.sha256:
            return cached
        partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
        with self._progress.step(f"fetching {path.name}", package.size) as advance:

            def tracker(_: int | None) -> _Meter:
                return _Meter(advance, path)

            client.download_package(package, partial, progress=tracker, timeout=_TIMEOUT)
        partial.replace(path)
        uploaded = _uploaded(package)
        return self._cache.store(
            path, str(release.version), format_moment(uploaded) if uploaded else None
        )


def _unreadable(error: Exception, place: str) -> DataError:
    return DataError(
        "the answer of the package index cannot be read",
        place=place,
        found=str(error).partition("\n")[0][:200],
        expected="the Simple API of package indexes, in JSON (PEP 691) or HTML",
    )


def _preference(package: DistributionPackage) -> tuple[bool, str]:
    """Of the archives of a release, the usual kind first."""
    return not package.filename.endswith(".tar.gz"), package.filename


def _uploaded(package: DistributionPackage) -> datetime | None:
    moment = package.upload_time
    if moment is None:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _choose(
    releases: Sequence[_Release], request: Request, window: Window, fetched: Fetched
) -> tuple[list[_Release], list[_Release]]:
    """Releases that a source stands for, and the one before the window."""
    by_range = bool(str(request.specifier))
    matching = [item for item in releases if _matches(item, request)]
    if by_range and not matching:
        known = [str(item.version) for item in releases]
        raise UsageError(
            f"{request.name} has no such version",
            found=str(request.specifier),
            expected="one of " + ", ".join(["…"] * (len(known) > 8) + known[-8:]),
        )
    if request.exact is not None:
        return matching[-1:], []
    dated = [item for item in matching if item.moment is not None]
    if dated and len(dated) < len(matching):
        fetched.skipped[NO_UPLOAD_TIME] += len(matching) - len(dated)
    inside = [item for item in dated if item.moment is not None and item.moment in window]
    if not dated:
        fetched.rejected[NO_UPLOAD_TIME] = (
            "the index does not say when its files came; an exact version can be given with a "
            "file of dates"
        )
    elif not inside:
        fetched.skipped[NO_RELEASE] += 1
    chosen = inside if by_range else inside[-1:]
    before = [
        item
        for item in releases
        if item.moment is not None and window.is_before(item.moment) and _is_ordinary(item)
    ]
    older = [item for item in before if chosen and item.version < chosen[0].version]
    return chosen, older[-1:]


def _is_ordinary(release: _Release) -> bool:
    return not release.package.is_yanked and not release.version.is_prerelease


def _matches(release: _Release, request: Request) -> bool:
    if not str(request.specifier):
        return _is_ordinary(release)
    if request.exact is None and release.package.is_yanked:
        return False
    named = request.exact is not None or bool(request.specifier.prereleases)
    return request.specifier.contains(release.version, prereleases=named)


class _Meter:
    """Shows a download's progress, and ends one that is larger than any sdist."""

    def __init__(self, advance: Callable[[int], None], path: Path) -> None:
        self._advance = advance
        self._path = path
        self._bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Leave the file as it is."""

    def update(self, increment: int) -> None:
        """Count bytes that came."""
        self._bytes += increment
        if self._bytes > _ARCHIVE_BYTES:
            raise DataError(
                "an archive of the index is larger than is allowed",
                place=self._path.name,
                expected=f"at most {_ARCHIVE_BYTES} bytes",
            )
        self._advance(increment)
