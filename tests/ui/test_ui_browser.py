"""The whole way in a real browser: open, look around, ask why, change a file; and nothing is sent anywhere."""

from pathlib import Path

import pytest
from ui_family import HOSTILE, write_family
from ui_server import CHROMIUM, serve, start_browser, wait_until_idle


@pytest.mark.slow
def test_the_workbench_in_a_browser(tmp_path: Path) -> None:
    if not CHROMIUM.exists():
        pytest.skip(f"there is no Chromium at {CHROMIUM}")
    family = write_family(tmp_path / "family")
    elsewhere: list[str] = []
    complaints: list[str] = []
    with serve(family, tmp_path / "server.log") as address, start_browser() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("request", lambda request: elsewhere.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        page.get_by_role("heading", name="A family").wait_for()
        wait_until_idle(page)
        page.get_by_text("Nothing wrong").wait_for()

        page.get_by_role("link", name="Knowledge", exact=True).click()
        page.get_by_role("heading", name="Knowledge").wait_for()
        page.get_by_role("button", name="man", exact=True).click()
        page.get_by_role("heading", name="man", exact=True).wait_for()
        page.get_by_text("If A is a man, then A is a person.").wait_for()

        page.get_by_text("Rules", exact=True).click()
        page.get_by_text("A parent of a parent is a grandparent.").wait_for()

        page.get_by_role("link", name="Checks", exact=True).click()
        page.get_by_text("Everything is in order.").wait_for()

        page.get_by_role("link", name="Why", exact=True).click()
        page.get_by_label("Who or what?").fill("bob")
        page.get_by_role("button", name="is a grandparent of Bob").wait_for()
        wait_until_idle(page)
        page.get_by_role("button", name="is a grandparent of Bob").click()
        proof = page.locator("ol.wb-proof > li")
        proof.nth(2).wait_for()
        wait_until_idle(page)
        sentences = [sentence.split("\n")[0] for sentence in proof.all_inner_texts()]
        assert sentences == [
            "Carl is a parent of Bob.",
            f"{HOSTILE} is a parent of Carl.",
            f"{HOSTILE} is a grandparent of Bob.",
        ]
        assert "Because of 1 and 2: A parent of a parent is a grandparent." in proof.nth(2).inner_text()
        # The diagram is drawn, and what a name of the project says is neither link, image nor formula.
        page.get_by_role("img", name="Diagram of the proof above").wait_for()
        assert page.locator("a[href*='example'], img[src*='example'], .katex").count() == 0
        page.get_by_role("button", name=HOSTILE.split(":material")[0].split(":red")[0].strip()).first.wait_for()
        assert "Traceback" not in page.inner_text("body")

        rules = family / "ontologies/family/family.rules"
        rules.write_text(rules.read_text(encoding="utf-8") + "\nrule torn\n", encoding="utf-8")
        page.get_by_role("button", name="Read and check again").click()
        page.get_by_text("Nothing could be concluded").wait_for()
        page.get_by_role("link", name="Checks", exact=True).click()
        page.get_by_text("ontologies/family/family.rules:9").first.wait_for()
    assert complaints == []
    assert [
        url for url in elsewhere if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
    ] == []
    assert "Traceback" not in (tmp_path / "server.log").read_text(encoding="utf-8")
