"""A headless Chromium: what it shows, what it asks the network for, and what it complains about. Knows no gallery."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

PROGRAMS = ("chromium", "chromedriver")
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)


@dataclass(frozen=True)
class Browser:
    """A running browser with one page."""

    driver: Chrome

    def open(self, path: Path, width: int = 1600, height: int = 1000, fragment: str = "") -> None:
        """Open a file in a window of that size, in CSS pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.get("about:blank")
        self.driver.get(path.absolute().as_uri() + fragment)

    def prefer(self, **features: str) -> None:
        """Emulate what a user prefers, such as prefers_color_scheme="light"."""
        listed = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": listed})

    def find(self, selector: str) -> WebElement:
        """The first element."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        """All elements."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def press(self, *keys: str) -> None:
        """Press keys wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def drag(self, element: WebElement, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag with the mouse between two places in an element, each in shares of its width and height."""
        size = element.size
        chain = ActionChains(self.driver)
        for (x, y), act in ((start, chain.click_and_hold), (end, chain.release)):
            across, down = (x - 0.5) * size["width"], (y - 0.5) * size["height"]
            chain.move_to_element_with_offset(element, round(across), round(down))
            act()
        chain.perform()

    def run(self, script: str, *arguments: object) -> Any:
        """The value of a JavaScript expression."""
        return self.driver.execute_script(f"return {script}", *arguments)

    def picture(self) -> Image.Image:
        """What the window shows, once all pictures in sight are there."""
        self.driver.set_script_timeout(30)
        self.driver.execute_async_script(
            "const done = arguments[0], near = [...document.images].filter((i) => i.offsetParent &&"
            " i.getBoundingClientRect().top < innerHeight);"
            "Promise.all(near.map((i) => i.decode().catch(() => 0))).then(() => requestAnimationFrame(() => done()))"
        )
        return Image.open(BytesIO(self.driver.get_screenshot_as_png())).convert("RGB")

    def asked_for(self) -> list[str]:
        """The URLs that were asked for since the last call, pictures included."""
        events = [json.loads(line["message"])["message"] for line in self.driver.get_log("performance")]  # type: ignore[no-untyped-call]
        sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in sent if one["request"]["url"] != "about:blank"]

    def complaints(self) -> list[str]:
        """What the console says since the last call."""
        return [line["message"] for line in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]


@contextmanager
def new_browser(profile: Path) -> Iterator[Browser]:
    """A browser of its own that is closed at the end."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or "chromium"
    for option in (*_OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
