"""The browser and axe-core find what they're there to find."""

import pytest

SOUND = "<!doctype html><html lang=en><title>t</title><main><h1>Words</h1></main></html>"


def test_a_sound_page_has_no_violation(page_at, violations):
    page = page_at(360, "dark")
    page.set_content(SOUND)
    assert violations(page) == []


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        ("<img src='data:,'>", "image-alt"),
        ("<p style='color:#999;background:#fff'>pale</p>", "color-contrast"),
        ("<input>", "label"),
    ],
)
def test_a_fault_is_found(page_at, violations, part, rule):
    page = page_at(1280)
    page.set_content(SOUND.replace("</main>", f"{part}</main>"))
    assert any(line.startswith(f"{rule}:") for line in violations(page))
