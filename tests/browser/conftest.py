"""A real Chromium for tests of pages, and axe-core to look for what keeps people out.

`page_at(width, scheme)` opens a page, `violations(page)` runs axe-core in it. What a page may never
do fails the test by itself: an error in its scripts, a breach of its content security policy, a
request to another host.

A missing Chromium or a missing `npm ci` skips these tests, unless BROWSER_TESTS_REQUIRED is set, as
`make test-browser` does.
"""

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

PAGE_SOURCES = Path(__file__).parents[2] / "nlp_architect_ext" / "serving" / "page"
AXE = PAGE_SOURCES / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Chromium's own calls home are off: a page without a foreign host must be seen to have none.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OWN_HOSTS = {"127.0.0.1", "localhost", ""}  # a file has none


def missing(what, remedy):
    """Skip, or fail where these tests must run."""
    reason = f"{what}; {remedy}"
    if os.environ.get("BROWSER_TESTS_REQUIRED"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright isn't installed", "pip install -e '.[dev]'")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        missing("there is no chromium", "apt-get install chromium, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield started
        started.close()


@pytest.fixture
def page_at(browser):
    """`page_at(width, scheme)`: an empty page of that width in CSS pixels, "light" or "dark"."""
    contexts, faults = [], []

    def watch(page):
        def on_console(message):
            # A refused request, such as 401, is no fault of the page.
            if message.type == "error" and "Failed to load resource" not in message.text:
                faults.append(message.text)

        def on_request(request):
            if urlsplit(request.url).hostname not in {*OWN_HOSTS, None}:
                faults.append(f"a request to {request.url}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", on_request)

    def open_page(width=1280, scheme="light", height=900, **options):
        # Without transitions: between two colours the contrast is neither's.
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        watch(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, faults


@pytest.fixture(scope="session")
def page_sources():
    """The folder of the service's page, with its packages."""
    if not AXE.exists():
        missing("the page's packages aren't installed", f"call npm ci in {PAGE_SOURCES}")
    return PAGE_SOURCES


@pytest.fixture(scope="session")
def violations(page_sources):
    """`violations(page)`: what axe-core finds, a line each; an empty list is what's wanted."""
    axe = AXE.read_text(encoding="utf-8")

    def run(page):
        page.evaluate(axe)  # a script tag would be refused by the page's security policy
        found = page.evaluate(
            "rules => axe.run({runOnly: rules}).then(result => result.violations)", RULES
        )
        return [
            f"{violation['id']}: {violation['help']}: {node['html'][:200]} {node['failureSummary']}"
            for violation in found
            for node in violation["nodes"]
        ]

    return run
