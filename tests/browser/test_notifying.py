# SPDX-License-Identifier: Apache-2.0
"""What waits for somebody is told on every page of his, once it waits; and parties get names."""

import re
from typing import Final

from playwright.sync_api import Page, expect

from browser.world import Stage, act, fill, show
from ropewalk.cli.wallet import GOVERNANCE

SOON_MS: Final = 40_000
HEARD: Final = """
  window.Notification = class extends EventTarget {
    static permission = "default";
    static async requestPermission() { return (Notification.permission = "granted"); }
    constructor(title, { body }) {
      super();
      document.documentElement.dataset.told = `${title}: ${body}`;
    }
  };
"""
"""A browser's notifications, kept where a test can read them."""
AWAY: Final = """
  Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
"""


def waiting(page: Page) -> int:
    """How much waits, as the page says beside the way to the desk."""
    found = page.locator("header nav a[href='/desk'] .waits")
    return int(found.inner_text().rstrip("+")) if found.count() else 0


def asked(page: Page, path: str) -> int:
    """Open a page and wait until it knows what waits; how much."""
    with page.expect_response("**/desk/count"):
        show(page, path)
    page.wait_for_timeout(300)
    return waiting(page)


def test_an_act_by_one_makes_the_others_count_grow(stage: Stage) -> None:
    title = stage.world.issue("HSANOTIFY1")
    giver, taker = stage.desk("shipper"), stage.desk("forwarder")
    before = asked(taker, "/verify")
    show(giver, f"/titles/{title}")
    fill(giver, "title.TRANSFER", recipient="forwarder")
    notice = taker.locator("#notices .notice")
    expect(notice).to_contain_text(re.compile("1 more waits for you: .+"), timeout=SOON_MS)
    assert waiting(taker) == before + 1
    assert taker.title().startswith(f"({before + 1}) ")
    assert taker.locator("#notices").get_attribute("aria-live") == "polite"
    show(taker, f"/titles/{title}")
    act(taker, "title.REFUSE_TRANSFER")
    assert asked(taker, "/verify") == before
    assert taker.title().startswith(f"({before}) " if before else "Verify")


def test_the_browser_tells_of_it_in_the_background_once_that_is_switched_on(stage: Stage) -> None:
    title = stage.world.issue("HSANOTIFY2")
    giver, taker = stage.desk("shipper"), stage.desk("forwarder")
    taker.add_init_script(HEARD)
    asked(taker, "/desk")
    switch = taker.locator("[data-notify]")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    taker.evaluate(AWAY)
    show(giver, f"/titles/{title}")
    fill(giver, "title.TRANSFER", recipient="forwarder")
    told = re.compile("Ropewalk: 1 more waits for you: .+")
    expect(taker.locator("html")).to_have_attribute("data-told", told, timeout=SOON_MS)
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "false")


def test_no_page_asks_more_often_than_each_ten_seconds(stage: Stage) -> None:
    page = stage.desk("consignee")
    times: list[str] = []
    page.on("request", lambda one: times.append(one.url) if "/desk/count" in one.url else None)
    show(page, "/desk")
    for number in range(3):
        stage.world.issue(f"HSAOFTEN{number}")
    page.wait_for_timeout(4_000)
    assert len(times) == 1


def test_a_party_is_named_and_the_name_shows_whose_word_it_is(stage: Stage) -> None:
    page = show(stage.desk("consignee"), "/names")
    node, governance = stage.world.actor(GOVERNANCE)
    node.close()
    mine = stage.world.parties["consignee"]
    for controller, kind in (
        (stage.world.parties["carrier"], "bad"),
        (governance.controller, "good"),
    ):
        page.fill("#naming-controller", controller)
        page.fill("#naming-name", "Harbour Board")
        page.click("form[data-naming] button")
        expect(page.locator(f"#notices .notice.{kind}")).to_be_visible()
    row = page.locator("tbody tr", has_text="Harbour Board")
    expect(row).to_contain_text(f"named by consignee {mine[:8]}")
    other = show(stage.desk("shipper"), f"/names?text={governance.controller[:8]}")
    expect(other.locator(".who b[title^='named by consignee']")).to_have_text("Harbour Board*")
    expect(other.locator("tbody a")).to_have_count(0)
