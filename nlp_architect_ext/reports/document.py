"""A page that needs no other file: one style, one small script, and a policy that keeps it so."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files

from nlp_architect_ext.reports.markup import element


def document(title: str, *body: str) -> str:
    """A whole page.

    Args:
        title: of the page, as text.
        body: HTML; a heading of first rank belongs into it.
    """
    return "".join([*beginning(title), *body, end()])


def beginning(title: str) -> Sequence[str]:
    """All that stands before the content, so that a long page can be written bit by bit.

    No request leaves the page, whatever words are in it: the policy allows this style and this
    script and nothing else.
    """
    style, script = asset("style.css"), asset("report.js")
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}"
    policy += "; base-uri 'none'; form-action 'none'"
    return [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n',
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        '<meta name="color-scheme" content="light dark">\n',
        f"<title>{escape(title)}</title>\n<style>{style}</style></head>\n<body>",
    ]


def end() -> str:
    """All that stands behind the content."""
    return f"\n<script>{asset('report.js')}</script></body></html>\n"


@cache
def asset(name: str) -> str:
    """A file that the package brings along."""
    return files("nlp_architect_ext.reports").joinpath("assets", name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
