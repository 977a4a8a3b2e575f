"""A stand-in for the Hugging Face hub: the HTTP interface that its real client library calls.

Repositories with branches and commits live in memory. Weights and graphs are uploaded as LFS
objects, other files in the commit itself, as the hub has it. `failing` makes paths fail.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlparse

LFS = (".safetensors", ".onnx", ".png", ".bin", ".pkl")


def _sha1(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


@dataclass
class Repository:
    private: bool = False
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)  # files by commit
    branches: dict[str, str] = field(default_factory=dict)

    def commit(self, branch: str, files: dict[str, bytes]) -> str:
        oid = _sha1(f"{len(self.commits)}{sorted(files)}".encode())
        self.commits[oid] = dict(files)
        self.branches[branch] = oid
        return oid

    def at(self, revision: str) -> str | None:
        oid = self.branches.get(revision, revision)
        return oid if oid in self.commits else None


class Hub:
    """What the server knows, and what it was asked for."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.objects: dict[str, bytes] = {}  # LFS, by SHA-256
        self.asked: list[tuple[str, str]] = []
        self.failing: dict[str, int] = {}  # status by a part of the path; 0 cuts the connection
        self.token = "hf_" + "secret"
        self.url = ""

    def files(self, name: str, branch: str = "main") -> dict[str, bytes]:
        repository = self.repositories[name]
        return repository.commits[repository.branches[branch]]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, *parts: object) -> None:
        pass

    def do_GET(self) -> None:
        self.answer("GET")

    def do_HEAD(self) -> None:
        self.answer("HEAD")

    def do_POST(self) -> None:
        self.answer("POST")

    def do_PUT(self) -> None:
        self.answer("PUT")

    def answer(self, method: str) -> None:
        path = unquote(urlparse(self.path).path)
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            self.body = self.chunks()
        self.hub.asked.append((method, path))
        for part, status in self.hub.failing.items():
            if part in path and status:
                self.send(status, {"error": "as the test wants it"})
                return
            if part in path and method == "GET":
                self.cut()
                return
        for pattern, handle in ROUTES:
            if found := re.fullmatch(f"{method} {pattern}", f"{method} {path}"):
                handle(self, *found.groups())
                return
        self.send(404, {"error": f"no route for {method} {path}"})

    def chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.wfile.write(b"half")
        self.wfile.flush()
        self.connection.close()
        self.close_connection = True

    def send(self, status: int, data: object = None, **headers: str) -> None:
        content = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.send_response(status)
        headers = {"Content-Length": str(len(content)), **headers}
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    @property
    def is_logged_in(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {self.hub.token}"

    def repository(self, name: str) -> Repository | None:
        """The repository, if it's there and may be seen; else the error is sent."""
        found = self.hub.repositories.get(name)
        if found is None or (found.private and not self.is_logged_in):
            # The hub doesn't tell strangers what is there.
            self.send(
                401 if not self.is_logged_in else 404,
                {"error": "Repository not found"},
                X_Error_Code="RepoNotFound",
            )
            return None
        return found

    def files(self, name: str, revision: str) -> tuple[str, dict[str, bytes]] | None:
        repository = self.repository(name)
        if repository is None:
            return None
        oid = repository.at(revision)
        if oid is None:
            self.send(404, {"error": "Invalid rev"}, X_Error_Code="RevisionNotFound")
            return None
        return oid, repository.commits[oid]

    def writable(self) -> bool:
        if not self.is_logged_in:
            self.send(401, {"error": "Invalid username or password."})
        return self.is_logged_in

    def create(self) -> None:
        if not self.writable():
            return
        asked = json.loads(self.body)
        name = f"{asked.get('organization') or 'user'}/{asked['name']}"
        if name in self.hub.repositories:
            self.send(
                409,
                {"error": "You already created this model repo", "url": f"{self.hub.url}/{name}"},
            )
            return
        repository = self.hub.repositories[name] = Repository(
            asked.get("private") or asked.get("visibility") == "private"
        )
        repository.commit("main", {".gitattributes": b"*.safetensors filter=lfs\n"})
        self.send(200, {"url": f"{self.hub.url}/{name}", "name": name})

    def branch(self, name: str, branch: str) -> None:
        repository = self.repository(name) if self.writable() else None
        if repository is None:
            return
        if branch in repository.branches:
            self.send(409, {"error": "Reference already exists"})
            return
        repository.branches[branch] = repository.branches["main"]
        self.send(200, {})

    def info(self, name: str, revision: str | None = None) -> None:
        found = self.files(name, revision or "main")
        if found is not None:
            oid, files = found
            siblings = [{"rfilename": path} for path in files]
            self.send(
                200,
                {
                    "id": name,
                    "modelId": name,
                    "sha": oid,
                    "siblings": siblings,
                    "private": self.hub.repositories[name].private,
                    "tags": [],
                },
            )

    def tree(self, name: str, revision: str) -> None:
        found = self.files(name, revision)
        if found is not None:
            self.send(200, [entry(path, content) for path, content in found[1].items()])

    def preupload(self, name: str, revision: str) -> None:
        found = self.files(name, revision) if self.writable() else None
        if found is None:
            return
        wanted = json.loads(self.body)["files"]
        self.send(
            200,
            {
                "files": [
                    {
                        "path": one["path"],
                        "shouldIgnore": False,
                        "uploadMode": "lfs" if one["path"].endswith(LFS) else "regular",
                    }
                    for one in wanted
                ]
            },
        )

    def batch(self, name: str) -> None:
        if self.writable():
            objects = [
                {**one, "actions": {"upload": {"href": f"{self.hub.url}/lfs/{one['oid']}"}}}
                for one in json.loads(self.body)["objects"]
            ]
            self.send(200, {"transfer": "basic", "objects": objects})

    def put(self, oid: str) -> None:
        assert hashlib.sha256(self.body).hexdigest() == oid
        self.hub.objects[oid] = self.body
        self.send(200, {})

    def commit(self, name: str, revision: str) -> None:
        repository = self.repository(name) if self.writable() else None
        if repository is None:
            return
        files = dict(self.hub.files(name, revision))
        for line in self.body.splitlines():
            operation = json.loads(line)
            value = operation["value"]
            match operation["key"]:
                case "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    files[value["path"]] = self.hub.objects[value["oid"]]
                case "deletedFile":
                    del files[value["path"]]
        oid = repository.commit(revision, files)
        self.send(
            200,
            {
                "success": True,
                "commitOid": oid,
                "commitUrl": f"{self.hub.url}/{name}/commit/{oid}",
                "hookOutput": "",
            },
        )

    def resolve(self, name: str, revision: str, path: str) -> None:
        found = self.files(name, revision)
        if found is None:
            return
        oid, files = found
        if path not in files:
            self.send(
                404, {"error": "Entry not found"}, X_Error_Code="EntryNotFound", X_Repo_Commit=oid
            )
            return
        content = files[path]
        self.send(200, content, X_Repo_Commit=oid, ETag=f'"{etag(path, content)}"')


def etag(path: str, content: bytes) -> str:
    """As the hub names contents: SHA-256 of LFS objects, git's own hash of others."""
    if path.endswith(LFS):
        return hashlib.sha256(content).hexdigest()
    return _sha1(b"blob %d\0" % len(content) + content)


def entry(path: str, content: bytes) -> dict[str, object]:
    found: dict[str, object] = {
        "type": "file",
        "path": path,
        "size": len(content),
        "oid": _sha1(content),
    }
    if path.endswith(LFS):
        found["lfs"] = {"oid": etag(path, content), "size": len(content), "pointerSize": 130}
    else:
        found["oid"] = etag(path, content)
    return found


NAME = r"([\w.-]+/[\w.-]+)"
ROUTES = [
    ("/api/repos/create", Handler.create),
    ("/api/validate-yaml", lambda handler: handler.send(200, {"errors": [], "warnings": []})),
    (f"/api/models/{NAME}/branch/(.+)", Handler.branch),
    (f"/api/models/{NAME}/revision/(.+)", Handler.info),
    (f"/api/models/{NAME}/tree/([^/]+)", Handler.tree),
    (f"/api/models/{NAME}/preupload/(.+)", Handler.preupload),
    (f"/api/models/{NAME}/commit/(.+)", Handler.commit),
    (f"/api/models/{NAME}", Handler.info),
    (f"/{NAME}.git/info/lfs/objects/batch", Handler.batch),
    ("/lfs/([0-9a-f]{64})", Handler.put),
    (f"/{NAME}/resolve/([^/]+)/(.+)", Handler.resolve),
]


@contextmanager
def running():
    """A hub on a free port of this machine."""
    hub = Hub()
    handler = type("Bound", (Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
