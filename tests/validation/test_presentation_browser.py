"""The HTML report in a real browser: it filters, unfolds on paper, and asks no one for anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from report_cases import ERROR, WIDE, make_findings

from workbench.model.report import Location, Report
from workbench.validation.presentation import format_html

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("there is no Chromium at /usr/bin/chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    many = [replace(ERROR, message=f"Person {n}.", location=Location("people.ttl", n)) for n in range(1, 43)]
    image = "<img src=https://example.org/x.png onerror=alert(1)>"
    hostile = replace(ERROR, message=image, location=Location("x.ttl", 1))
    findings = make_findings(report=Report.collect([*WIDE.violations, *many, hostile]))
    place = tmp_path_factory.mktemp("page") / "check.html"
    place.write_text(format_html(findings), encoding="utf-8")
    return place


def open_page(browser: Browser, report: Path, width: int = 1100, scheme: str = "light") -> tuple[Page, list[str]]:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    noticed: list[str] = []
    page.on("console", lambda message: noticed.append(message.text))
    page.on("request", lambda request: noticed.append(request.url) if request.url != report.as_uri() else None)
    page.on("dialog", lambda dialog: noticed.append(dialog.message))
    page.goto(report.as_uri())
    return page, noticed


def test_severities_can_be_hidden_with_the_files_that_have_nothing_else(browser: Browser, report: Path) -> None:
    page, noticed = open_page(browser, report)
    errors, notes = page.locator("main > section .finding.error"), page.locator("main > section .finding.info")
    assert (errors.first.is_visible(), notes.first.is_visible()) == (True, True)
    page.uncheck("#show-error")
    assert (errors.first.is_visible(), notes.first.is_visible()) == (False, True)
    assert not page.get_by_role("heading", name="people.ttl").is_visible()
    assert page.get_by_role("heading", name="Nowhere in particular").is_visible()
    page.check("#show-error")
    assert errors.first.is_visible()
    assert noticed == []


def test_many_alike_findings_are_folded_on_the_screen_and_not_on_paper(browser: Browser, report: Path) -> None:
    page, _ = open_page(browser, report)
    last = page.get_by_text("Person 42.", exact=True)
    assert not last.is_visible()
    page.get_by_text("and 37 more of").click()
    assert last.is_visible()
    page.reload()
    page.emulate_media(media="print")
    assert last.is_visible()
    assert not page.locator("#show-error").is_visible()


@pytest.mark.parametrize("width", [360, 1100])
def test_the_page_is_as_wide_as_the_window(browser: Browser, report: Path, width: int) -> None:
    page, _ = open_page(browser, report, width)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_dark_and_light_have_enough_contrast(browser: Browser, report: Path) -> None:
    """WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1."""
    script = """() => {
      const read = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
      const light = (rgb) => rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
      const clear = 'rgba(0, 0, 0, 0)';
      const ground = (e) => {
        for (; e; e = e.parentElement)
          if (getComputedStyle(e).backgroundColor !== clear) return getComputedStyle(e).backgroundColor;
        return 'rgb(255, 255, 255)';
      };
      const compare = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return [...document.querySelectorAll('h1, h2, h3, p, dt, dd, .word, .meta, b, summary, pre, mark, .number')]
        .map(e => [compare(light(read(getComputedStyle(e).color)), light(read(ground(e)))), e.className || e.tagName])
        .sort((a, b) => a[0] - b[0])[0];
    }"""
    grounds = set()
    for scheme in ("light", "dark"):
        page, _ = open_page(browser, report, scheme=scheme)
        worst, which = page.evaluate(script)
        assert worst >= 4.5, (scheme, which)
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2
