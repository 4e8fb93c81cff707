"""A Hub in memory, on the loopback interface: the protocol that its clients speak, and its faults.

It knows the requests that ``huggingface_hub`` and ``datasets`` make for repositories of data. One
that it does not know is answered with 501 and kept in ``MiniHub.unknown``, so that a client that
begins to ask for something else is noticed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

LARGE = (".parquet", ".arrow", ".bin", ".gz", ".zst")
LARGE_BYTES = 10 << 20
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
REFUSED = "Invalid credentials in Authorization header"


@dataclass(frozen=True)
class File:
    """What a commit holds at a path."""

    data: bytes
    large: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def blob(self) -> str:
        """Git's name of the contents, or of the pointer to them."""
        return git_blob(self.pointer if self.large else self.data)

    @property
    def pointer(self) -> bytes:
        size = len(self.data)
        return (
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {size}\n"
        ).encode()

    def entry(self, path: str) -> dict[str, Any]:
        known: dict[str, Any] = {
            "type": "file",
            "path": path,
            "size": len(self.data),
            "oid": self.blob,
        }
        if self.large:
            size = len(self.pointer)
            known["lfs"] = {"oid": self.sha256, "size": len(self.data), "pointerSize": size}
        return known


def git_blob(data: bytes) -> str:
    return sha1(b"blob %d\0" % len(data) + data)


def sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Commit:
    oid: str
    parent: str | None
    files: dict[str, File]
    title: str
    date: datetime

    @property
    def when(self) -> str:
        return self.date.strftime("%Y-%m-%dT%H:%M:%S.000Z")


@dataclass
class Repository:
    name: str
    private: bool = False
    gated: bool = False
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def commit(self, files: dict[str, File], title: str, branch: str = "main") -> Commit:
        parent = self.branches.get(branch)
        number = len(self.commits)
        oid = sha1(f"{self.name} {parent} {title} {number}".encode())
        made = Commit(oid, parent, files, title, EPOCH + timedelta(minutes=number))
        self.commits[oid] = made
        self.branches[branch] = oid
        return made

    def find(self, revision: str) -> Commit | None:
        oid = self.branches.get(revision) or self.tags.get(revision)
        if oid is None and len(revision) >= 7:
            oid = next((known for known in self.commits if known.startswith(revision)), None)
        return self.commits.get(oid or "")

    @property
    def head(self) -> Commit:
        return self.commits[self.branches["main"]]

    def history(self, commit: Commit | None) -> Iterator[Commit]:
        while commit is not None:
            yield commit
            commit = self.commits.get(commit.parent or "")


@dataclass(frozen=True)
class Account:
    name: str
    may_write: bool = True


@dataclass
class Fault:
    """What happens to the next requests of a kind instead of, or besides, their being answered."""

    method: str
    path: str
    """Searched for in the request's path."""
    status: int | None = None
    """Answer; None to cut the connection, unless ``first`` is given."""
    headers: dict[str, str] = field(default_factory=dict)
    applied: bool = False
    """Whether the request is carried out all the same."""
    half: bool = False
    """Whether the answer is sent, and cut in the middle."""
    first: Callable[[], object] | None = None
    """Done before the request, which is then answered as ever."""
    times: int = 1
    text: str = "injected fault"


class MiniHub(ThreadingHTTPServer):
    """The server; ``url`` is its address."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.repositories: dict[str, Repository] = {}
        self.blobs: dict[str, bytes] = {}
        self.accounts: dict[str, Account] = {}
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str]] = []
        self.unknown: list[str] = []
        self.lock = threading.RLock()
        self.closed = False

    @contextmanager
    def serving(self) -> Generator[MiniHub]:
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self.closed = True  # also for connections that clients keep
            self.shutdown()
            self.server_close()
            thread.join()

    def make(self, name: str, *, private: bool = False, gated: bool = False) -> Repository:
        made = self.repositories[name] = Repository(name, private, gated)
        made.commit({".gitattributes": File(b"*.parquet filter=lfs\n", large=False)}, "first")
        return made

    def fail(self, method: str, path: str, status: int | None = None, **more: Any) -> Fault:
        fault = Fault(method, path, status, **more)
        self.faults.append(fault)
        return fault

    def take_fault(self, method: str, path: str) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.times and fault.method == method and re.search(fault.path, path):
                    fault.times -= 1
                    return fault
        return None

    def asked(self, method: str, path: str) -> int:
        """How many requests of a kind there were."""
        return sum(m == method and bool(re.search(path, p)) for m, p in self.requests)


class Answer(Exception):  # noqa: N818 - an answer is no error, though it ends the handling
    """An answer that ends the handling of a request."""

    def __init__(
        self,
        status: int,
        body: Any = None,
        *,
        code: str | None = None,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> None:
        super().__init__(status)
        self.status = status
        self.headers = dict(headers or {})
        if code is not None:
            self.headers |= {"X-Error-Code": code, "X-Error-Message": body["error"]}
        self.data = raw if raw is not None else json.dumps(body).encode()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one packet: two would wait for each other
    server: MiniHub

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""

    def handle_one(self) -> None:
        if self.server.closed:
            self._cut()
            return
        split = urlsplit(self.path)
        self.query = parse_qs(split.query)
        self.server.requests.append((self.command, split.path))
        fault = self.server.take_fault(self.command, split.path)
        if fault is not None and fault.first is not None:
            fault.first()
            fault = None
        if fault is not None and fault.status is None and not (fault.applied or fault.half):
            self.rfile.read(int(self.headers.get("Content-Length") or 0) // 2)
            self._cut()
            return
        body = self._body()
        try:
            if fault is not None and not (fault.applied or fault.half):
                raise Answer(fault.status or 500, {"error": fault.text}, headers=fault.headers)
            self._route(split.path, body)
        except Answer as answer:
            if fault is None:
                self._send(answer)
            elif fault.half:
                self._send(answer, len(answer.data) // 2)
                self._cut()
            elif fault.status is None:
                self._cut()
            else:
                failure = Answer(fault.status, {"error": fault.text}, headers=fault.headers)
                self._send(failure if fault.applied else answer)

    do_GET = do_HEAD = do_POST = do_PUT = handle_one  # noqa: N815 - names of the base class

    def _cut(self) -> None:
        """Close the connection without an answer."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts: list[bytes] = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, answer: Answer, sent: int | None = None) -> None:
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(answer.data))}
        for name, value in (headers | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.data[:sent])
            self.wfile.flush()

    def _route(self, path: str, body: bytes) -> None:
        if (self.account is None) and self.headers.get("Authorization"):
            raise Answer(401, {"error": REFUSED}, headers={"X-Error-Message": REFUSED})
        for method, pattern, handle in ROUTES:
            match = re.fullmatch(pattern, path)
            if match and self.command in method.split():
                with self.server.lock:
                    handle(self, body, *(part and unquote(part) for part in match.groups()))
                raise AssertionError(f"{pattern} gave no answer")
        self.server.unknown.append(f"{self.command} {path}")
        raise Answer(501, {"error": f"this Hub does not know {self.command} {path}"})

    @property
    def account(self) -> Account | None:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        return self.server.accounts.get(token)

    def owns(self, name: str) -> bool:
        """Whether a repository of that name is the account's."""
        return self.account is not None and name.startswith(f"{self.account.name}/")

    def repository(self, name: str, *, write: bool = False) -> Repository:
        found = self.server.repositories.get(name)
        owns = self.owns(name)
        if found is None or (found.private and not owns):
            status = 401 if self.account is None else 404
            raise Answer(status, {"error": "Repository not found"}, code="RepoNotFound")
        if write and not (owns and self.account and self.account.may_write):
            raise Answer(403, {"error": "You don't have the rights to write here"})
        return found

    def commit(self, name: str, revision: str | None) -> tuple[Repository, Commit]:
        repository = self.repository(name)
        found = repository.find(revision or "main")
        if found is None:
            error = {"error": f"Invalid rev id: {revision}"}
            raise Answer(404, error, code="RevisionNotFound")
        return repository, found


def whoami(h: Handler, body: bytes) -> None:
    if h.account is None:
        raise Answer(401, {"error": "no token"})
    raise Answer(200, {"type": "user", "name": h.account.name, "orgs": [], "auth": {}})


def create(h: Handler, body: bytes) -> None:
    asked = json.loads(body)
    if h.account is None:
        raise Answer(401, {"error": "no token"})
    name = f"{asked.get('organization') or h.account.name}/{asked['name']}"
    url = f"{h.server.url}/datasets/{name}"
    if name in h.server.repositories:
        raise Answer(409, {"error": "You already created this dataset repo", "url": url})
    if not h.owns(name) or not h.account.may_write:
        raise Answer(403, {"error": f"You don't have the rights to create {name}"})
    private = asked.get("private") or asked.get("visibility") == "private"
    h.server.make(name, private=bool(private))
    raise Answer(200, {"url": url, "name": name, "id": name})


def validate_yaml(h: Handler, body: bytes) -> None:
    text = json.loads(body)["content"]
    match = re.match(r"---\n(.*?)\n---\n", text, re.DOTALL)
    try:
        front = yaml.safe_load(match[1]) if match else {}
        names = [config["config_name"] for config in front.get("configs", [])]
        problems = [] if len(names) == len(set(names)) else ["config names repeat"]
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        problems = [f"the metadata is wrong: {error!r}"]
    errors = [{"message": problem} for problem in problems]
    raise Answer(400 if errors else 200, {"errors": errors, "warnings": []})


def info(h: Handler, body: bytes, name: str, revision: str | None = None) -> None:
    repository, commit = h.commit(name, revision)
    payload = {
        "_id": "0", "id": name, "author": name.partition("/")[0], "sha": commit.oid,
        "lastModified": repository.head.when, "createdAt": repository.head.when,
        "private": repository.private, "gated": "auto" if repository.gated else False,
        "disabled": False, "tags": [], "downloads": 0, "likes": 0,
        "siblings": [{"rfilename": path} for path in sorted(commit.files)],
    }  # fmt: skip
    raise Answer(200, payload)


def preupload(h: Handler, body: bytes, name: str, revision: str) -> None:
    h.repository(name, write=True)
    _, commit = h.commit(name, revision)
    found: list[dict[str, Any]] = []
    for asked in json.loads(body)["files"]:
        large = asked["path"].endswith(LARGE) or asked["size"] > LARGE_BYTES
        item = {"path": asked["path"], "uploadMode": "lfs" if large else "regular"}
        there = commit.files.get(asked["path"])
        if there is not None:
            item["oid"] = there.sha256 if there.large else there.blob
        found.append(item | {"shouldIgnore": False})
    raise Answer(200, {"files": found})


def lfs_batch(h: Handler, body: bytes, name: str) -> None:
    h.repository(name, write=True)
    objects: list[dict[str, Any]] = []
    for asked in json.loads(body)["objects"]:
        item: dict[str, Any] = {"oid": asked["oid"], "size": asked["size"]}
        if asked["oid"] not in h.server.blobs:
            item["actions"] = {"upload": {"href": f"{h.server.url}/storage/{asked['oid']}"}}
        objects.append(item)
    raise Answer(200, {"transfer": "basic", "objects": objects})


def lfs_put(h: Handler, body: bytes, oid: str) -> None:
    if hashlib.sha256(body).hexdigest() != oid:
        raise Answer(400, {"error": "the contents are not those announced"})
    h.server.blobs[oid] = body
    raise Answer(200, {}, headers={"ETag": f'"{oid}"'})


def commit(h: Handler, body: bytes, name: str, branch: str) -> None:
    repository = h.repository(name, write=True)
    _, parent = h.commit(name, branch)
    files, title = dict(parent.files), ""
    for line in body.splitlines():
        item = json.loads(line)
        kind, value = item["key"], item["value"]
        if kind == "header":
            title = value["summary"]
            if value.get("parentCommit") not in (None, parent.oid):
                raise Answer(412, {"error": "A commit has happened since. Please refresh."})
        elif kind == "file":
            files[value["path"]] = File(base64.b64decode(value["content"]), large=False)
        elif kind == "lfsFile":
            if value["oid"] not in h.server.blobs:
                raise Answer(400, {"error": f"there is no object {value['oid']}"})
            files[value["path"]] = File(h.server.blobs[value["oid"]], large=True)
        elif kind == "deletedFile":
            if files.pop(value["path"], None) is None:
                raise Answer(404, {"error": "A file with this name doesn't exist"})
        else:
            raise Answer(501, {"error": f"this Hub does not know {kind}"})
    made = repository.commit(files, title, branch)
    url = f"{h.server.url}/datasets/{name}/commit/{made.oid}"
    raise Answer(200, {"success": True, "commitOid": made.oid, "commitUrl": url})


def tag(h: Handler, body: bytes, name: str, revision: str) -> None:
    repository = h.repository(name, write=True)
    wanted = json.loads(body)["tag"]
    if wanted in repository.tags:
        raise Answer(409, {"error": f"Tag reference exists already: {wanted}"})
    repository.tags[wanted] = h.commit(name, revision)[1].oid
    raise Answer(200, {})


def refs(h: Handler, body: bytes, name: str) -> None:
    repository = h.repository(name)

    def listed(kind: str, names: dict[str, str]) -> list[dict[str, str]]:
        return [{"name": n, "ref": f"refs/{kind}/{n}", "targetCommit": o} for n, o in names.items()]

    branches, tags = listed("heads", repository.branches), listed("tags", repository.tags)
    raise Answer(200, {"branches": branches, "tags": tags, "converts": []})


def commits(h: Handler, body: bytes, name: str, revision: str) -> None:
    repository, last = h.commit(name, revision)
    listed = [
        {"id": c.oid, "authors": [], "date": c.when, "title": c.title, "message": ""}
        for c in repository.history(last)
    ]
    raise Answer(200, listed)


def tree(h: Handler, body: bytes, name: str, revision: str, folder: str | None = None) -> None:
    _, commit = h.commit(name, revision)
    prefix = f"{folder.strip('/')}/" if folder else ""
    deep = h.query.get("recursive", ["false"])[0].lower() == "true"
    found: list[dict[str, Any]] = []
    folders: dict[str, None] = {}
    for path, file in sorted(commit.files.items()):
        if not path.startswith(prefix):
            continue
        parts = path.removeprefix(prefix).split("/")
        for depth in range(1, len(parts) if deep else min(2, len(parts))):
            folders[prefix + "/".join(parts[:depth])] = None
        if deep or len(parts) == 1:
            found.append(file.entry(path))
    found += [{"type": "directory", "path": f, "oid": git_blob(f.encode())} for f in folders]
    if prefix and not found:
        raise Answer(404, {"error": f"{folder} does not exist"}, code="EntryNotFound")
    if h.query.get("expand", ["false"])[0].lower() == "true":
        last = {"id": commit.oid, "title": commit.title, "date": commit.when}
        found = [entry | {"lastCommit": last} for entry in found]
    raise Answer(200, sorted(found, key=lambda entry: entry["path"]))


def paths_info(h: Handler, body: bytes, name: str, revision: str) -> None:
    _, commit = h.commit(name, revision)
    is_json = "json" in (h.headers.get("Content-Type") or "")
    paths = json.loads(body)["paths"] if is_json else parse_qs(body.decode()).get("paths", [])
    found: list[dict[str, Any]] = []
    for path in paths:
        if path in commit.files:
            found.append(commit.files[path].entry(path))
        elif any(other.startswith(f"{path.rstrip('/')}/") for other in commit.files):
            found.append({"type": "directory", "path": path, "oid": git_blob(path.encode())})
    raise Answer(200, found)


def resolve(h: Handler, body: bytes, name: str, revision: str, path: str) -> None:
    repository, commit = h.commit(name, revision)
    if repository.gated and not h.owns(name):
        raise Answer(403, {"error": "Access to this dataset is restricted"}, code="GatedRepo")
    file = commit.files.get(path)
    if file is None:
        error = {"error": "Entry not found"}
        found = {"X-Repo-Commit": commit.oid}
        raise Answer(404, error, code="EntryNotFound", headers=found)
    etag = f'"{file.sha256 if file.large else file.blob}"'
    headers = {"X-Repo-Commit": commit.oid, "ETag": etag, "Accept-Ranges": "bytes"}
    headers["Content-Type"] = "application/octet-stream"
    size = len(file.data)
    if file.large:
        headers |= {"X-Linked-Etag": etag, "X-Linked-Size": str(size)}
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", h.headers.get("Range") or "")
    if asked is None or h.command == "HEAD":
        raise Answer(200, headers=headers, raw=file.data)
    start, stop = int(asked[1]), min(int(asked[2] or size - 1), size - 1)
    headers["Content-Range"] = f"bytes {start}-{stop}/{size}"
    raise Answer(206, headers=headers, raw=file.data[start : stop + 1])


def missing(h: Handler, body: bytes) -> None:
    """Services beside the repositories, which clients do without."""
    raise Answer(404, {"error": "there is no such service here"})


_NAME = r"([^/]+/[^/]+)"
_API = rf"/api/datasets/{_NAME}"
ROUTES: list[tuple[str, str, Callable[..., None]]] = [
    ("GET", r"/api/whoami-v2", whoami),
    ("POST", r"/api/repos/create", create),
    ("POST", r"/api/validate-yaml", validate_yaml),
    ("GET", _API, info),
    ("GET", rf"{_API}/revision/([^/]+)", info),
    ("POST", rf"{_API}/preupload/([^/]+)", preupload),
    ("POST", rf"{_API}/commit/([^/]+)", commit),
    ("POST", rf"{_API}/tag/([^/]+)", tag),
    ("GET", rf"{_API}/refs", refs),
    ("GET", rf"{_API}/commits/([^/]+)", commits),
    ("GET", rf"{_API}/tree/([^/]+)(?:/(.*))?", tree),
    ("POST", rf"{_API}/paths-info/([^/]+)", paths_info),
    ("POST", rf"/datasets/{_NAME}\.git/info/lfs/objects/batch", lfs_batch),
    ("PUT", r"/storage/([0-9a-f]{64})", lfs_put),
    ("GET HEAD", rf"/datasets/{_NAME}/resolve/([^/]+)/(.+)", resolve),
    ("GET", r"/api/agent-harnesses", missing),
]
