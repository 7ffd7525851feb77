"""Opens a report in Chromium, light, dark and narrow, and does with it what its readers do.

Usage: browser.py REPORT [FOLDER]; with a FOLDER it leaves screenshots there.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

# What a client may call itself; the report must show it as it is.
HOSTILE = "</script><script>document.title='taken'</script>"


def check_quiet(page, said, asked, address):
    assert said == [], said
    assert asked == [address], asked
    assert page.title() == "Policy dry run", page.title()
    assert page.locator("script").count() == 1
    assert page.locator("img, iframe, link").count() == 0
    assert page.get_by_text(HOSTILE, exact=True).count() >= 1, "a name is shown as it is"


def check_filter(page, section, words):
    rows = page.locator(f"#{section} tbody[data-row]")
    every = rows.count()
    assert every > 1, f"{section} has {every} rows"
    field = page.locator(f"#{section}").get_by_role("searchbox")
    field.fill(words)
    shown = page.locator(f"#{section} tbody[data-row]:visible")
    assert 0 < shown.count() < every, (words, shown.count(), every)
    for row in shown.all():
        text = row.locator("tr").first.inner_text().lower()
        assert all(word in text for word in words.lower().split()), text
    assert page.locator(f"#{section} output").inner_text() == f"{shown.count()} of {every}"
    field.fill("nothing is called so")
    assert shown.count() == 0
    field.fill("")
    assert shown.count() == every


def check_charts(page):
    """Costs and times before and after are lines; what is estimated is dashed, and its interval is drawn."""
    for section in ("time", "latency", "first-token"):
        chart = page.locator(f"#{section} svg")
        for side in ("before", "after"):
            drawn = chart.locator(f"path.line.{side}:not([d=''])").count()
            assert drawn >= 2, f"{section} has no line of what was {side}"
        hint = chart.locator("rect.hover title").first.text_content()
        assert "before" in hint and "after" in hint, hint
    for section in ("latency", "first-token"):
        dashed = page.locator(f"#{section} path.line.after.estimated:not([d=''])")
        assert dashed.count() >= 2, f"no estimates in {section}"
        dashes = dashed.last.evaluate("line => getComputedStyle(line).strokeDasharray")
        assert dashes != "none", dashes
        assert page.locator(f"#{section} rect.band.after").count() > 0, f"no interval in {section}"
        assert page.locator(f"#{section} rect.band.before").count() == 0, "what was recorded is exact"
        told = page.locator(f"#{section} rect.hover title").all_text_contents()
        assert any(" estimated (" in hint for hint in told), told[:3]


def check_groups(page):
    """The keyboard opens a group and closes it."""
    button = page.locator("#groups").get_by_role("button").first
    example = page.locator("#" + button.get_attribute("aria-controls"))
    assert not example.is_visible()
    page.locator("#groups").get_by_role("searchbox").focus()
    page.keyboard.press("Tab")
    assert button.evaluate("button => button === document.activeElement")
    page.keyboard.press("Enter")
    assert example.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    assert "route" in example.locator("pre").first.inner_text()
    page.keyboard.press("Space")
    assert not example.is_visible()


def check_colours(page):
    """Text stands out from what is behind it, whatever the scheme."""
    contrast = """() => {
        const light = (colour) => {
            const parts = colour.match(/[0-9.]+/g).slice(0, 3).map((part) => part / 255)
                .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
        };
        const paper = light(getComputedStyle(document.body).backgroundColor);
        const worst = (tag) => Math.min(...[...document.querySelectorAll(tag)].map((element) => {
            const style = getComputedStyle(element);
            const ink = light(element.namespaceURI.endsWith("svg") ? style.fill : style.color);
            return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        }));
        const lines = Math.min(...[...document.querySelectorAll("path.line")].map((element) => {
            const ink = light(getComputedStyle(element).stroke);
            return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        }));
        const texts = ["p", "td", "th", "dt", "dd", "button", "text"].map((tag) => [tag, worst(tag), 4.5]);
        return [...texts, ["path.line", lines, 3]];
    }"""
    for tag, worst, least in page.evaluate(contrast):
        assert worst >= least, (tag, worst)


def main(report, folder=None):
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        sys.exit("there is no Chromium (Debian: apt-get install chromium)")
    address = Path(report).absolute().as_uri()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            page = browser.new_page(color_scheme=scheme, viewport={"width": 1100, "height": 2075})
            said, asked = [], []
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("request", lambda request: asked.append(request.url))
            page.goto(address)
            if folder is not None:
                page.screenshot(path=f"{folder}/{scheme}.png")
                continue
            check_filter(page, "groups", "small large")
            check_filter(page, "tenants", "SEARCH")
            check_groups(page)
            check_charts(page)
            check_colours(page)
            page.set_viewport_size({"width": 400, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 400, f"{wide} pixels on a narrow screen"
            check_quiet(page, said, asked, address)
            page.close()
        browser.close()
    print("done")


main(*sys.argv[1:])
