"""Take the picture in the README: `python tests/ui/take_screenshot.py` writes docs/images/ui.png."""

import sys
import tempfile
from pathlib import Path

from ui_server import serve, start_browser, wait_until_idle

_ROOT = Path(__file__).resolve().parents[2]


def take(target: Path) -> None:
    """Show why Elizabeth II has a claim to a throne, and write what the browser shows."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        serve(_ROOT, Path(folder) / "log") as address,
        start_browser() as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        page.goto(f"{address}/why")
        page.get_by_label("Who or what?").fill("Elizabeth II")
        page.get_by_label("Search these facts").wait_for(timeout=60_000)
        page.get_by_label("Search these facts").fill("throne")
        wait_until_idle(page)
        page.get_by_role("button", name="claim by descent to the British throne").click()
        page.locator("ol.wb-proof").wait_for()
        wait_until_idle(page)
        page.mouse.move(0, 0)
        page.screenshot(path=target)


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else _ROOT / "docs" / "images" / "ui.png")
