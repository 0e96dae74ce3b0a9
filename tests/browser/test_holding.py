# SPDX-License-Identifier: Apache-2.0
"""The keyboard is enough, one title goes one way, a restart loses nothing."""

import signal

import pytest
from playwright.sync_api import Page, expect

from browser.world import Stage, act, fill, settled, show


def focus_on(page: Page, name: str) -> None:
    """Walk by the tabulator to what is called so, as somebody without a mouse does."""
    for _ in range(120):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "(() => { const a = document.activeElement;"
            " return (a.labels?.[0]?.textContent ?? a.textContent ?? '').trim(); })()"
        )
        if found.startswith(name):
            return
    pytest.fail(f"the keyboard does not reach {name}")


def test_a_transfer_by_the_keyboard_alone(stage: Stage) -> None:
    title = stage.world.issue("HSAKEYBOARD1")
    page = show(stage.desk("shipper"), f"/titles/{title}")
    focus_on(page, "Skip to the content")
    page.keyboard.press("Enter")
    focus_on(page, "Transfer")
    page.keyboard.press("Enter")
    focus_on(page, "Recipient")
    page.keyboard.type("forwarder")
    focus_on(page, "Look it over")
    page.keyboard.press("Enter")
    page.wait_for_selector("#signing[open]")
    assert "forwarder" in page.locator("#signing-sentence").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_selector("#signing-outcome.good")
    page.wait_for_selector("#signing", state="hidden")
    expect(page.locator("dl.rows").first).to_contain_text("forwarder")


def test_two_tabs_race_for_one_title_and_one_is_told(stage: Stage) -> None:
    title = stage.world.issue("HSARACE1")
    one = show(stage.desk("shipper"), f"/titles/{title}")
    other = show(one.context.new_page(), f"/titles/{title}")
    for page, taker in ((one, "forwarder"), (other, "consignee")):
        page.locator("summary", has_text="Transfer").first.click()
        form = page.locator("form[data-act='title.TRANSFER']")
        form.locator("[name=recipient]").fill(taker)
        form.locator("button[type=submit]").click()
        page.wait_for_selector("#signing[open]")
    one.click("#signing-sign")
    one.wait_for_selector("#signing-outcome.good")
    other.click("#signing-sign")
    told = other.locator("#signing-outcome.bad")
    expect(told).to_be_visible()
    assert "title." in told.inner_text()
    show(other, f"/titles/{title}")
    expect(other.locator("dl.rows").first).to_contain_text("forwarder")


def test_another_desks_act_shows_without_asking(stage: Stage) -> None:
    title = stage.world.issue("HSALIVE1")
    holder = show(stage.desk("shipper"), f"/titles/{title}")
    onlooker = show(stage.desk("forwarder"), f"/titles/{title}")
    expect(onlooker.locator("#live")).to_be_visible()
    fill(holder, "title.TRANSFER", recipient="consignee")
    expect(onlooker.locator("dl.rows").first).to_contain_text("consignee", timeout=15_000)


def test_a_node_that_is_killed_in_the_middle_loses_nothing(stage: Stage) -> None:
    title = stage.world.issue("HSARESTART1")
    page = show(stage.desk("shipper"), f"/titles/{title}")
    fill(page, "title.TRANSFER", recipient="forwarder")
    stage.world.stop(signal.SIGKILL)
    taker = stage.page()
    stage.world.start()
    settled(page)
    show(page, f"/titles/{title}")  # the session outlived it
    expect(page.locator("dl.rows").first).to_contain_text("forwarder")
    taker.close()
    forwarder = show(stage.desk("forwarder"), f"/titles/{title}")
    act(forwarder, "title.REFUSE_TRANSFER")
    show(page, f"/titles/{title}")
    expect(page.locator("dl.rows").first).to_contain_text("shipper")


def test_an_act_that_is_signed_while_the_node_is_away_is_sent_once_it_is_back(
    stage: Stage,
) -> None:
    title = stage.world.issue("HSAAWAY1")
    page = show(stage.desk("shipper"), f"/titles/{title}")
    page.locator("summary", has_text="Transfer").first.click()
    form = page.locator("form[data-act='title.TRANSFER']")
    form.locator("[name=recipient]").fill("forwarder")
    form.locator("button[type=submit]").click()
    page.wait_for_selector("#signing[open]")
    stage.world.stop(signal.SIGKILL)
    page.click("#signing-sign")
    stage.world.start()
    expect(page.locator("#signing-outcome.good, .notice.good").first).to_be_visible(timeout=30_000)
