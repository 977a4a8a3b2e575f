"""A stand-in for the service: its page and answers over HTTP, and any failure that a test wants."""

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PAGE = Path(__file__).parents[2] / "nlp_architect_ext" / "serving" / "page" / "dist"
POLICY = "default-src 'self'"  # the service's own
MIME = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
TYPES = ["PER", "LOC", "ORG", "EVENT", "PROD"]
STUDENT = {
    "Ada Lovelace": ("PER", 0.98),
    "Charles Babbage": ("PER", 0.95),
    "London": ("LOC", 0.99),
    "Marie Curie": ("PER", 0.97),
    "Sorbonne": ("ORG", 0.55),
    "Paris": ("LOC", 0.93),
    "Nobel Foundation": ("ORG", 0.88),
    "Lisbon": ("LOC", 0.41),
    "Inês Pereira": ("PER", 0.90),
    "Northwind Sports": ("ORG", 0.77),
    "🦊 Labs": ("ORG", 0.60),
    "דנה כהן": ("PER", 0.91),
    "תל אביב": ("LOC", 0.87),
}
TEACHER = {
    **{
        name: found for name, found in STUDENT.items() if name not in ("Lisbon", "Northwind Sports")
    },
    "Lisbon Marathon": ("EVENT", 0.81),
    "Sorbonne": ("LOC", 0.72),
    "June 1833": ("EVENT", 0.35),
}


def words_of(text):
    return [list(match.span()) for match in re.finditer(r"\w+|[^\w\s]", text)]


def entities_of(text, names):
    found = [
        {"entity_group": label, "score": score, "word": name, "start": at.start(), "end": at.end()}
        for name, (label, score) in names.items()
        for at in re.finditer(re.escape(name), text)
    ]
    return sorted(found, key=lambda entity: entity["start"])


def item(number, text, uncertainty=None):
    return {
        "id": str(number),
        "text": text,
        "words": words_of(text),
        "entities": entities_of(text, STUDENT),
        "uncertainty": uncertainty,
        "labelled": None,
    }


def suspicious(number, text, labels, suspects):
    """A labelled sentence; `suspects` are words from and to, labels given and suggested."""
    keys = ("start", "end", "given", "suggested")
    found = [
        {"kind": "type", "score": 0.99, **dict(zip(keys, one, strict=True))} for one in suspects
    ]
    labelled = {"file": "data/train.txt", "line": 7, "labels": labels, "suspects": found}
    return {**item(number, text), "labelled": labelled}


UNCERTAIN = [
    "The Lisbon Marathon sold out in a day.",
    "Marie Curie taught at the Sorbonne in Paris.",
    "Ada Lovelace met Charles Babbage.",
    "Northwind Sports moved to London.",
]


@dataclass
class StandIn:
    """What the service has and how it behaves; tests change it as they go."""

    url: str = ""
    types: list = field(default_factory=lambda: list(TYPES))
    scheme: str = "IOB2"
    models: list = field(default_factory=lambda: ["demo"])
    teacher: bool = True
    language: str = "en"
    token: str = ""
    failure: tuple | None = None  # status and message of every prediction
    queues: dict = field(default_factory=dict)
    total: int = 0  # of a queue; 0 for what is sent
    asked: list = field(default_factory=list)

    def answer(self, method, path, body):
        """Status and JSON."""
        parts = urlsplit(path)
        if parts.path == "/models":
            return 200, {"models": [self.model(name) for name in self.models]}
        if parts.path.endswith("/queue"):
            kind = parse_qs(parts.query).get("kind", ["uncertain"])[0]
            items = self.queues.get(kind, [])
            return 200, {"items": items, "kind": kind, "total": self.total or len(items)}
        if method == "POST" and parts.path.endswith("/predict"):
            self.asked.append(body)
            if self.failure:
                return self.failure[0], {"error": self.failure[1]}
            return 200, {"results": [self.predict(one, body["teacher"]) for one in body["texts"]]}
        return 404, {"error": "there is no such address"}

    def model(self, name):
        return {
            "name": name,
            "labels": self.types,
            "scheme": self.scheme,
            "language": self.language,
            "engine": "onnx",
            "teacher": self.teacher,
        }

    def predict(self, text, teacher):
        return {
            "text": text,
            "words": words_of(text),
            "entities": entities_of(text, STUDENT),
            "teacher_entities": entities_of(text, TEACHER) if teacher else None,
        }


def handler(service):
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            path = urlsplit(self.path).path
            if path == "/" or path.startswith("/assets/"):
                return self.send_file(PAGE / (path[1:] or "index.html"))
            return self.send_json(None)

        def do_POST(self):
            size = int(self.headers["Content-Length"])
            return self.send_json(json.loads(self.rfile.read(size)))

        def send_file(self, path):
            if not path.is_file():
                return self.send(404, "text/plain", b"")
            return self.send(200, MIME[path.suffix], path.read_bytes())

        def send_json(self, body):
            given = self.headers.get("Authorization", "")
            if service.token and given != f"Bearer {service.token}":
                status, answer = 401, {"error": "a token is needed"}
            else:
                status, answer = service.answer(self.command, self.path, body)
            return self.send(status, "application/json", json.dumps(answer).encode())

        def send(self, status, kind, content):
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(content)

    return Handler


@contextmanager
def running():
    """A stand-in that listens on a free port."""
    service = StandIn()
    service.queues["uncertain"] = [
        item(number, text, 0.4 - number / 20) for number, text in enumerate(UNCERTAIN)
    ]
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(service))
    service.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
