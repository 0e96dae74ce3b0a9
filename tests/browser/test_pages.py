# SPDX-License-Identifier: Apache-2.0
"""Every page at three widths, light and dark: nothing overflows, axe finds nothing."""

import json
from pathlib import Path
from typing import Any, Final, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from browser.world import Stage, show

WIDTHS: Final = (390, 820, 1440)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
READ: Final = ((WIDTHS[0], "light"), (WIDTHS[2], "dark"))
"""Where axe reads a page: its narrow and its wide form, each scheme once."""
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WEIGHT_MAX: Final = 400_000
PAINT_MAX_MS: Final = 1_000


def addresses(stage: Stage) -> dict[str, str]:
    """Every page, by what its picture is called."""
    voyage: dict[str, Any] = stage.world.summary["voyage"]
    desks = json.loads((stage.world.folder / "desks.json").read_bytes())
    return {
        "desk": "/desk",
        "desks": "/desks",
        "voyage": "/voyage",
        "title": f"/titles/{voyage['title']}",
        "exchange": f"/exchanges/{voyage['exchanges']['goods']}",
        "finance": "/finance",
        "receivable": f"/receivables/{next(iter(voyage['receivables'].values()))}",
        "box": f"/boxes/{desks['voyage']['boxes'][0]}",
        "release": "/release",
        "rope": f"/titles/{voyage['title']}/rope",
        "gate": "/gate",
        "issue": "/issue",
        "network": "/network",
        "verify": "/verify",
        "keys": "/keys",
        "names": "/names",
        "acts": "/acts",
        "act": "/acts/title.PLEDGE",
        "search": "/search?text=ARX",
        "missing": "/titles/" + "0" * 64,
    }


def violations(page: Page) -> list[str]:
    """What axe finds, a line each."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def test_every_page_fits_and_reads(stage: Stage, report: Path) -> None:
    page = stage.desk("consignee")
    found: dict[str, list[str]] = {}
    for name, address in addresses(stage).items():
        show(page, address)
        if name == "title":
            page.wait_for_selector(".paper")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.screenshot(path=report / f"{name}-{width}-{scheme}.png", full_page=True)
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                lines = [f"{wide} px too wide at {width}"] if wide > 0 else []
                if (width, scheme) in READ:
                    lines += violations(page)
                found.setdefault(f"{name} {scheme}", []).extend(lines)
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_signing_dialog_reads_well_and_takes_the_keyboard(stage: Stage, report: Path) -> None:
    page = show(stage.desk("shipper"), "/acts/capital.OPEN_ACCOUNT")
    page.fill("[name=currency]", "EUR")
    page.fill("[name=customer]", "consignee")
    page.keyboard.press("Enter")
    page.wait_for_selector("#signing[open]")
    assert page.evaluate("document.activeElement.id") == "signing-title"
    assert page.locator("#signing-sign").is_disabled()
    expect(page.locator("#signing-sign")).to_be_enabled()
    page.screenshot(path=report / "signing-1280-light.png")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.wait_for_selector("#signing", state="hidden")


def test_a_statement_is_saved_for_people_and_for_spreadsheets(stage: Stage) -> None:
    page = show(stage.desk("consignee"), "/finance")
    saved = {}
    for kind in ("CSV", "PDF"):
        with page.expect_download() as told:
            page.get_by_role("link", name=f"As {kind}").first.click()
        saved[kind] = Path(told.value.path())
    lines = saved["CSV"].read_text().splitlines()
    assert ",OPENING," in lines[1]
    assert ",CLOSING," in lines[-1]
    sheet = saved["PDF"].read_bytes()
    assert sheet.startswith(b"%PDF-")
    assert b"<pdfaid:part>2<" in sheet


def test_what_pages_weigh_and_how_soon_they_paint(stage: Stage, report: Path) -> None:
    """Measured and left in the report; the weight alone is held here, a time is the machine's."""
    page = stage.desk("consignee")
    figures: dict[str, dict[str, int]] = {}
    for name, address in addresses(stage).items():
        weight = 0

        def heard(response: Any) -> None:
            nonlocal weight
            if "/live" not in response.url and "/sea/" not in response.url:  # no map, no charts
                weight += int(response.headers.get("content-length", 0))

        context = stage.browser.new_context(
            base_url=stage.world.url, storage_state=page.context.storage_state()
        )
        fresh = context.new_page()
        fresh.on("response", heard)
        show(fresh, address)
        paint = fresh.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? -1"
        )
        figures[name] = {"bytes": weight, "first_paint_ms": round(paint)}
        context.close()
    (report / "weights.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(json.dumps(figures))
    assert {name: one for name, one in figures.items() if one["bytes"] > WEIGHT_MAX} == {}
