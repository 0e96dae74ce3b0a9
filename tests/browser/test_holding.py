# SPDX-License-Identifier: Apache-2.0
"""The keyboard is enough, one title goes one way, a restart loses nothing."""

import base64
import json
import signal

import pytest
from playwright.sync_api import Page, Request, expect

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
    expect(page.locator("#signing-sign")).to_be_enabled()
    focus_on(page, "Sign")
    page.keyboard.press("Enter")
    page.wait_for_selector("#signing-outcome.good")
    page.wait_for_selector("#signing", state="hidden")
    expect(page.locator("dl.rows").first).to_contain_text("forwarder")


SLOW_WORDS = """
  const asked = window.fetch;
  window.fetch = async (address, ...rest) => {
    if (`${address}`.includes("words.json")) await new Promise((done) => setTimeout(done, 1200));
    return asked(address, ...rest);
  };
"""


def slow(stage: Stage, name: str, path: str) -> Page:
    """A page of a desk that waits long for its words, as over a thin line."""
    page = stage.desk(name).context.new_page()
    page.add_init_script(SLOW_WORDS)
    return show(page, path)


def posts(page: Page) -> list[str]:
    """Acts that a page sends from now on, each as its signed content."""
    sent: list[str] = []

    def heard(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/v1/transactions"):
            for one in json.loads(request.post_data or "")["transactions"]:
                content = one.split(".")[1]
                sent.append(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)).decode())

    page.on("request", heard)
    return sent


def test_offers_pressed_in_haste_sign_the_one_act_that_is_shown(stage: Stage) -> None:
    title = stage.world.issue("HSAHASTE1")
    page = slow(stage, "shipper", f"/titles/{title}")
    sent = posts(page)
    acts = page.evaluate(
        """() => {
          const form = document.querySelector("form[data-act='title.TRANSFER']");
          form.elements.recipient.value = "forwarder";
          const [button] = document.querySelectorAll("button[data-act]");
          const submit = form.querySelector("button[type=submit]");
          submit.click();
          button.click();
          submit.click();
          button.click();
          return [form.dataset.act, button.dataset.act];
        }"""
    )
    assert len(set(acts)) == 2
    page.wait_for_selector("#signing[open]")
    page.wait_for_timeout(1_500)
    assert "forwarder" in page.locator("#signing-sentence").inner_text()
    page.click("#signing-sign")
    page.wait_for_selector("#signing-outcome.good")
    page.wait_for_selector("#signing", state="hidden")
    page.wait_for_timeout(1_000)
    assert [json.loads(one)["act"] for one in sent] == ["title.TRANSFER"]
    assert page.locator("#signing[open]").count() == 0
    page.close()


def test_who_cancels_an_act_signs_only_the_next(stage: Stage) -> None:
    title = stage.world.issue("HSACANCEL1")
    page = slow(stage, "shipper", f"/titles/{title}")
    sent = posts(page)
    page.locator("summary", has_text="Transfer").first.click()
    form = page.locator("form[data-act='title.TRANSFER']")
    for taker in ("consignee", "forwarder"):
        form.locator("[name=recipient]").fill(taker)
        form.locator("button[type=submit]").click()
        page.wait_for_selector("#signing[open]")
        expect(page.locator("#signing-sentence")).to_contain_text(taker)
        if taker == "consignee":
            page.click("#signing-cancel")
            page.wait_for_selector("#signing", state="hidden")
    page.click("#signing-sign")
    page.wait_for_selector("#signing-outcome.good")
    assert [json.loads(one)["body"]["recipient"] for one in sent] == [
        stage.world.parties["forwarder"]
    ]
    page.close()


def test_a_key_that_is_held_down_signs_nothing(stage: Stage) -> None:
    title = stage.world.issue("HSAHELD1")
    page = show(stage.desk("shipper"), f"/titles/{title}")
    sent = posts(page)
    page.locator("button[data-act]").first.focus()
    for _ in range(40):  # each but the first a repetition
        page.keyboard.down("Enter")
        page.wait_for_timeout(40)
    page.wait_for_selector("#signing[open]")
    expect(page.locator("#signing-sign")).to_be_enabled()
    page.locator("#signing-sign").focus()
    for _ in range(5):
        page.keyboard.down("Enter")
    page.wait_for_timeout(300)
    assert sent == []
    page.keyboard.up("Enter")
    page.keyboard.press("Escape")


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


def test_a_page_of_another_desk_is_not_taken_over_into_this_one(stage: Stage) -> None:
    page = show(stage.desk("shipper"), "/desk")
    parties = stage.world.parties
    expect(page.locator("html")).to_have_attribute("data-me", parties["shipper"])
    other = show(page.context.new_page(), "/desk")
    other.locator(".menu summary").click()
    other.locator(".menu button", has_text="consignee").click()
    expect(other.locator("h1")).to_contain_text("consignee")
    page.evaluate("dispatchEvent(new Event('ropewalk-refresh'))")
    expect(page.locator("h1")).to_contain_text("consignee")
    settled(page)
    assert page.locator("html").get_attribute("data-me") == parties["consignee"]
    assert page.locator(".menu summary").inner_text().startswith("consignee")


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
