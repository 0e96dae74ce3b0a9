# SPDX-License-Identifier: Apache-2.0
"""Ways to a desk: a ready-made key, a new one, a passkey; and what each of them can do."""

from pathlib import Path

from playwright.sync_api import Page, expect

from browser.world import Stage, act, settled, show
from ropewalk.crypto import keys

PASSPHRASE = "a passphrase of some length"


def with_authenticator(page: Page) -> None:
    """Give a browser a passkey device of its own, which says yes."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_a_ready_made_desk_is_marked_and_switched_with_one_click(stage: Stage) -> None:
    page = stage.desk("shipper")
    assert page.locator(".menu .demo").inner_text() == "demo key"
    page.locator(".menu summary").click()
    page.locator(".menu button", has_text="consignee").click()
    expect(page.locator("h1")).to_contain_text("consignee")


def test_a_desk_made_here_leaves_its_copy_once_and_waits_to_be_registered(
    stage: Stage, tmp_path: Path
) -> None:
    page = show(stage.page(), "/desks")
    page.fill("#desk-name", "Aurora Trading")
    page.fill("#desk-pass", PASSPHRASE)
    with page.expect_download() as told:
        page.get_by_role("button", name="Make the key").click()
    file = tmp_path / "key.pem"
    told.value.save_as(file)
    file.chmod(0o600)
    key = keys.read(file, PASSPHRASE)
    page.wait_for_selector(".notice.good")
    assert key.kid in page.locator(".notice.good").inner_text()
    page.locator("[data-desk]").click()
    page.wait_for_selector(".notice.bad")
    assert "no active key" in page.locator(".notice.bad").inner_text()


def test_no_script_of_a_page_reads_a_private_key(stage: Stage) -> None:
    page = stage.desk("shipper")
    found = page.evaluate(
        """() => new Promise((resolve) => {
          const asked = indexedDB.open("ropewalk-desks");
          asked.onsuccess = () => {
            const all = asked.result.transaction("desks").objectStore("desks").getAll();
            all.onsuccess = () => Promise.all(all.result.flatMap((desk) =>
              ["signing", "exchange"].flatMap((name) => ["pkcs8", "jwk", "raw"].map((format) =>
                crypto.subtle.exportKey(format, desk[name]).then(() => "out", (error) => error.name)
              )))).then(resolve);
          };
        })"""
    )
    assert found
    assert set(found) <= {"InvalidAccessError", "NotSupportedError"}


def test_a_passkey_lets_in_to_read_and_signs_nothing(stage: Stage) -> None:
    page = stage.desk("shipper", viewport={"width": 1280, "height": 900})
    with_authenticator(page)
    show(page, "/keys")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_selector(".notice.good")
    page.evaluate("indexedDB.deleteDatabase('ropewalk-desks')")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Leave this desk").click()
    page.wait_for_url("**/desks")
    settled(page)
    page.get_by_role("button", name="Log in with a passkey").click()
    page.wait_for_url("**/desk")
    settled(page)
    assert "shipper" in page.locator("h1").inner_text()
    show(page, "/acts/exchange.AGREE?exchange=" + "0" * 64)
    page.locator("button[data-act]").click()
    page.wait_for_selector(".notice.bad")
    assert "no key of this desk" in page.locator(".notice.bad").inner_text()


def test_a_second_browser_is_let_in_by_the_partys_own_approval(stage: Stage) -> None:
    first = stage.desk("forwarder", viewport={"width": 1280, "height": 900})
    with_authenticator(first)
    show(first, "/keys")
    first.get_by_role("button", name="Add a passkey").click()
    first.wait_for_selector(".notice.good")
    first.evaluate("indexedDB.deleteDatabase('ropewalk-desks')")  # as if on another device
    first.locator(".menu summary").click()
    first.get_by_role("button", name="Leave this desk").click()
    first.wait_for_url("**/desks")
    settled(first)
    first.get_by_role("button", name="Log in with a passkey").click()
    first.wait_for_url("**/desk")
    show(first, "/keys")
    first.fill("#asking-label", "The laptop at home")
    first.fill("#asking-pass", PASSPHRASE)
    with first.expect_download():
        first.get_by_role("button", name="Make a key and ask").click()
    first.wait_for_selector(".notice.good")

    other = stage.desk("forwarder", viewport={"width": 1281, "height": 900})
    show(other, "/desk")
    assert "The laptop at home" in other.locator("main").inner_text()
    act(other, "identity.ADD_KEY")
    show(first, "/keys")
    assert first.locator(".pill.good", has_text="active").count() == 2
