"""The package index, as a real server on this machine gives it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from domainbench.builders.sources.code.dates import Sidecar, Window, format_moment
from domainbench.builders.sources.code.index import (
    BAD_VERSION,
    NO_RELEASE,
    NO_SDIST,
    NO_UPLOAD_TIME,
    PackageIndex,
    parse_request,
)
from domainbench.builders.sources.code.index_cache import IndexCache, without_secrets
from domainbench.schemas.errors import DataError, UsageError
from domainbench.schemas.progress import SILENT

JSON = "application/vnd.pypi.simple.v1+json"


class Server:
    """An index of projects whose files are what a test says; it keeps what it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, dict[str, Any] | bytes] = {}
        self.files: dict[str, bytes] = {}
        self.status: dict[str, int] = {}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.agents.add(self.headers.get("User-Agent", ""))
                kind, body = outer.answer(self.path)
                self.send_response(outer.status.get(self.path, 200 if body is not None else 404))
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/simple/"

    def answer(self, path: str) -> tuple[str, bytes | None]:
        if path.startswith("/files/"):
            return "application/octet-stream", self.files.get(path.removeprefix("/files/"))
        page = self.pages.get(path.removeprefix("/simple/").rstrip("/"))
        if isinstance(page, dict):
            return JSON, json.dumps(page).encode()
        return "text/html", page

    def add(self, name: str, *files: dict[str, Any], version: str = "1.1") -> None:
        """A page of a project; ``filename`` and ``upload-time`` of each file are enough."""
        entries: list[dict[str, Any]] = []
        for file in files:
            data = file.pop("data", file["filename"].encode())
            self.files[file["filename"]] = data
            entry = {
                "url": f"../../files/{file['filename']}",
                "hashes": {"sha256": hashlib.sha256(data).hexdigest()},
                "size": len(data),
                **file,
            }
            entries.append({key: value for key, value in entry.items() if value is not None})
        self.pages[name] = {"meta": {"api-version": version}, "name": name, "files": entries}


def sdist(version: str, date: str | None, name: str = "proj", **more: Any) -> dict[str, Any]:
    uploaded = None if date is None else f"{date}T08:00:00.123456Z"
    return {"filename": f"{name}-{version}.tar.gz", "upload-time": uploaded, **more}


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


def index(server: Server, tmp_path: Path, sidecar: Sidecar | None = None) -> PackageIndex:
    cache = IndexCache(tmp_path / "cache")
    return PackageIndex(server.url, cache, sidecar or Sidecar(), SILENT)


WINDOW = Window.parse("2025-01-01", "2025-07-01")
RELEASES = (
    sdist("0.9", "2024-01-01"),
    sdist("1.0", "2024-11-01"),
    sdist("1.1.dev1", "2024-12-01"),
    sdist("1.1", "2025-02-01"),
    sdist("1.2", "2025-03-01"),
    sdist("1.3", "2025-04-01", yanked="broken"),
    sdist("2.0rc1", "2025-05-01"),
    sdist("1.0.1", "2025-06-01"),
    sdist("3.0", "2025-07-01"),
    {"filename": "proj-1.2-py3-none-any.whl", "upload-time": "2025-03-01T08:00:00Z"},
)


def add_releases(server: Server) -> None:
    server.add("proj", *(dict(release) for release in RELEASES))


@pytest.mark.parametrize(
    ("source", "chosen", "earlier"),
    [
        ("pypi:Proj", ["1.2"], ["1.0"]),
        ("pypi:proj>=1,<2", ["1.0.1", "1.1", "1.2"], ["1.0"]),
        ("pypi:proj>1.1", ["1.2"], ["1.0"]),
        ("pypi:proj>=2.0rc0", ["2.0rc1"], ["1.0"]),
        ("pypi:proj==1.3", ["1.3"], []),
        ("pypi:proj==2.0.0rc1", ["2.0rc1"], []),
        ("pypi:proj==3", ["3.0"], []),
        ("pypi:proj==1.*", ["1.0.1", "1.1", "1.2"], ["1.0"]),
        ("pypi:proj<1", [], []),
    ],
)
def test_a_source_stands_for_releases_of_the_window(
    server: Server, tmp_path: Path, source: str, chosen: list[str], earlier: list[str]
) -> None:
    add_releases(server)
    fetched = index(server, tmp_path).fetch(source, WINDOW)
    assert [archive.version for archive in fetched.archives] == chosen
    assert [archive.version for archive in fetched.earlier] == earlier
    assert fetched.skipped == ({NO_RELEASE: 1} if not chosen else {})
    assert fetched.rejected == {}
    downloads = [path for path in server.asked if path.startswith("/files/")]
    assert len(downloads) == len(chosen) + len(earlier)
    assert all(agent.startswith("domainbench/") for agent in server.agents)
    for archive in (*fetched.archives, *fetched.earlier):
        assert archive.name == "proj"
        assert archive.path.read_bytes() == f"proj-{archive.version}.tar.gz".encode()
        assert archive.sha256 == hashlib.sha256(archive.path.read_bytes()).hexdigest()


def test_what_was_fetched_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    add_releases(server)
    first = index(server, tmp_path).fetch("pypi:proj", WINDOW)
    server.asked.clear()
    assert index(server, tmp_path).fetch("pypi:proj", WINDOW) == first
    assert server.asked == ["/simple/proj/"]


def test_an_exact_version_of_the_cache_needs_no_network(server: Server, tmp_path: Path) -> None:
    add_releases(server)
    first = index(server, tmp_path).fetch("pypi:proj==1.2", WINDOW)
    server.asked.clear()
    assert index(server, tmp_path).fetch("pypi:proj==1.2.0", WINDOW) == first
    assert server.asked == []
    assert format_moment(first.archives[0].uploaded) == "2025-03-01T08:00:00Z"


def test_an_archive_that_changed_in_the_cache_is_fetched_anew(
    server: Server, tmp_path: Path
) -> None:
    add_releases(server)
    (archive,) = index(server, tmp_path).fetch("pypi:proj==1.2", WINDOW).archives
    archive.path.write_bytes(b"changed")
    (again,) = index(server, tmp_path).fetch("pypi:proj==1.2", WINDOW).archives
    assert again == archive
    assert again.path.read_bytes() == b"proj-1.2.tar.gz"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": "1.2"}'])
def test_a_broken_record_of_the_cache_is_none(server: Server, tmp_path: Path, text: str) -> None:
    add_releases(server)
    (archive,) = index(server, tmp_path).fetch("pypi:proj==1.2", WINDOW).archives
    archive.path.with_name(archive.path.name + ".json").write_text(text)
    assert index(server, tmp_path).fetch("pypi:proj==1.2", WINDOW).archives == [archive]


def test_upload_times_of_the_cache_date_the_same_archive_elsewhere(
    server: Server, tmp_path: Path
) -> None:
    add_releases(server)
    index(server, tmp_path).fetch("pypi:proj==1.2", WINDOW)
    cache = IndexCache(tmp_path / "cache")
    same, other = tmp_path / "proj-1.2.tar.gz", tmp_path / "other" / "proj-1.2.tar.gz"
    same.write_bytes(b"proj-1.2.tar.gz")
    other.parent.mkdir()
    other.write_bytes(b"another archive of this name")
    assert format_moment(cache.upload_time(same, "Proj")) == "2025-03-01T08:00:00Z"
    assert cache.upload_time(other, "proj") is None
    assert cache.upload_time(same, "unknown") is None


def test_of_several_archives_of_a_release_the_usual_kind_is_taken(
    server: Server, tmp_path: Path
) -> None:
    files = ("proj-1.0.zip", "proj-1.0.tar.bz2", "proj-1.0.tar.gz", "proj-1.0.tar.Z")
    for chosen in ("proj-1.0.tar.gz", "proj-1.0.tar.bz2", "proj-1.0.zip"):
        server.add(
            "proj", *({"filename": name, "upload-time": "2025-02-01T00:00:00Z"} for name in files)
        )
        fetched = index(server, tmp_path / chosen).fetch("pypi:proj", WINDOW)
        assert [archive.path.name for archive in fetched.archives] == [chosen]
        files = tuple(name for name in files if name != chosen)


def test_a_project_without_an_sdist(server: Server, tmp_path: Path) -> None:
    server.add("proj", {"filename": "proj-1.0-py3-none-any.whl"}, {"filename": "proj-1.0.exe"})
    fetched = index(server, tmp_path).fetch("pypi:proj", WINDOW)
    assert fetched.archives == []
    assert list(fetched.rejected) == [NO_SDIST]


def test_an_index_that_does_not_say_when_files_came(server: Server, tmp_path: Path) -> None:
    server.add("proj", sdist("1.0", None), sdist("1.1", None), version="1.0")
    fetched = index(server, tmp_path).fetch("pypi:proj", WINDOW)
    assert fetched.archives == []
    assert list(fetched.rejected) == [NO_UPLOAD_TIME]
    exact = index(server, tmp_path).fetch("pypi:proj==1.0", WINDOW)
    assert [archive.uploaded for archive in exact.archives] == [None]
    sidecar = Sidecar()
    sidecar.add({"filename": "proj-1.1.tar.gz", "date": "2025-02-01"})
    dated = index(server, tmp_path, sidecar).fetch("pypi:proj", WINDOW)
    assert [archive.version for archive in dated.archives] == ["1.1"]
    assert dated.skipped == {NO_UPLOAD_TIME: 1}


def test_an_html_page_is_read_as_well(server: Server, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"html").hexdigest()
    server.files["proj-1.0.tar.gz"] = b"html"
    link = f'<a href="/files/proj-1.0.tar.gz#sha256={digest}">proj-1.0.tar.gz</a>'
    server.pages["proj"] = f"<!DOCTYPE html><html><body>{link}</body></html>".encode()
    (archive,) = index(server, tmp_path).fetch("pypi:proj==1.0", WINDOW).archives
    assert archive.path.read_bytes() == b"html"


def test_files_that_are_no_release_are_counted(server: Server, tmp_path: Path) -> None:
    server.add("proj", sdist("1.0", "2025-02-01"), sdist("final_version", "2025-03-01"))
    fetched = index(server, tmp_path).fetch("pypi:proj", WINDOW)
    assert [archive.version for archive in fetched.archives] == ["1.0"]
    assert fetched.skipped == {BAD_VERSION: 1}


def test_an_archive_that_is_another_than_the_index_says_is_refused(
    server: Server, tmp_path: Path
) -> None:
    server.add("proj", sdist("1.0", "2025-02-01", hashes={"sha256": "0" * 64}))
    with pytest.raises(DataError, match="not what the index says") as caught:
        index(server, tmp_path).fetch("pypi:proj", WINDOW)
    assert caught.value.expected == "0" * 64
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


def test_an_archive_without_a_digest_is_refused(server: Server, tmp_path: Path) -> None:
    server.add("proj", sdist("1.0", "2025-02-01", hashes={}))
    with pytest.raises(DataError, match="gives no digest"):
        index(server, tmp_path).fetch("pypi:proj", WINDOW)


def test_a_file_name_that_leads_elsewhere_is_refused(server: Server, tmp_path: Path) -> None:
    server.add("proj", sdist("1.0", "2025-02-01"))
    server.pages["proj"]["files"][0]["filename"] = "../proj-1.0.tar.gz"
    fetched = index(server, tmp_path).fetch("pypi:proj", WINDOW)
    assert list(fetched.rejected) == [NO_SDIST]
    assert not list(tmp_path.rglob("*.tar.gz"))


def test_an_archive_that_is_too_large_is_refused(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domainbench.builders.sources.code.index._ARCHIVE_BYTES", 5)
    add_releases(server)
    with pytest.raises(DataError, match="larger than is allowed"):
        index(server, tmp_path).fetch("pypi:proj==1.2", WINDOW)


def test_unknown_names_and_versions_are_the_calls_fault(server: Server, tmp_path: Path) -> None:
    add_releases(server)
    with pytest.raises(UsageError, match="no such project") as caught:
        index(server, tmp_path).fetch("pypi:nothing", WINDOW)
    assert caught.value.place == server.url
    for source in ("pypi:proj==7", "pypi:proj>=7"):
        with pytest.raises(UsageError, match="no such version") as caught:
            index(server, tmp_path).fetch(source, WINDOW)
        assert "3.0" in str(caught.value)


@pytest.mark.parametrize("status", [403, 500])
def test_a_server_that_fails(server: Server, tmp_path: Path, status: int) -> None:
    add_releases(server)
    server.status["/simple/proj/"] = status
    with pytest.raises(DataError, match=f"HTTP status {status}"):
        index(server, tmp_path).fetch("pypi:proj", WINDOW)


def test_a_busy_server_is_asked_again(server: Server, tmp_path: Path) -> None:
    add_releases(server)
    server.status["/simple/proj/"] = 503
    with pytest.raises(DataError, match="HTTP status 503"):
        index(server, tmp_path).fetch("pypi:proj", WINDOW)
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "page",
    [
        {"meta": {"api-version": "1.0"}},
        {"meta": {"api-version": "2.0"}, "name": "proj", "files": []},
        {"name": 3},
    ],
)
def test_an_answer_that_is_none(server: Server, tmp_path: Path, page: dict[str, Any]) -> None:
    server.pages["proj"] = page
    with pytest.raises(DataError, match="answer of the package index cannot be read"):
        index(server, tmp_path).fetch("pypi:proj", WINDOW)


def test_a_newer_minor_version_of_the_answer_is_read(server: Server, tmp_path: Path) -> None:
    server.add("proj", sdist("1.0", "2025-02-01"), version="1.99")
    assert len(index(server, tmp_path).fetch("pypi:proj", WINDOW).archives) == 1


def test_an_index_that_cannot_be_reached_says_what_helps(tmp_path: Path) -> None:
    server = Server()
    server.http.server_close()
    address = server.url.replace("http://", "http://user:secret@")
    unreachable = PackageIndex(address, IndexCache(tmp_path), Sidecar(), SILENT)
    with pytest.raises(DataError, match="cannot be read") as caught:
        unreachable.fetch("pypi:proj", WINDOW)
    assert "pypi:NAME==1.2" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_address_comes_from_pips_variable_or_the_call(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_releases(server)
    monkeypatch.setenv("PIP_INDEX_URL", server.url)
    found = PackageIndex(None, IndexCache(tmp_path), Sidecar(), SILENT).fetch("pypi:proj", WINDOW)
    assert len(found.archives) == 1
    with pytest.raises(UsageError, match="file:///simple"):
        PackageIndex("file:///simple", IndexCache(tmp_path), Sidecar(), SILENT).fetch(
            "pypi:proj", WINDOW
        )


@pytest.mark.parametrize(
    "source", ["pypi:", "pypi:a b", "pypi:a[x]", "pypi:a; python_version>'3'", "pypi:a==", "pypi:-"]
)
def test_what_is_no_package_is_the_calls_fault(source: str) -> None:
    with pytest.raises(UsageError, match="no package of an index"):
        parse_request(source)


@pytest.mark.parametrize(
    ("source", "exact"),
    [("pypi:a==1.0", "1.0"), ("pypi:a===1.0", "1.0"), ("pypi:a==1.*", None), ("pypi:a>=1", None)],
)
def test_which_sources_name_one_version(source: str, exact: str | None) -> None:
    assert parse_request(source).exact == exact


def test_secrets_are_cut_out_of_addresses() -> None:
    assert without_secrets("https://u:p@h.org:8/simple/?a=1") == "https://h.org:8/simple/?a=1"
    assert without_secrets("https://h.org/simple/") == "https://h.org/simple/"
