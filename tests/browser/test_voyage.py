# SPDX-License-Identifier: Apache-2.0
"""The cherries' voyage, clicked through by all its parties, each in a browser of its own."""

from browser.world import Stage, act, fill, show


def test_issued_financed_paid_for_and_released_from_six_desks(stage: Stage) -> None:
    carrier = show(stage.desk("carrier"), "/issue")
    carrier.get_by_role("button", name="Issue").first.click()
    carrier.wait_for_selector("#signing[open]")
    assert "ARXVAP2600502" in carrier.locator("#signing").inner_text()
    carrier.click("#signing-sign")
    carrier.wait_for_url("**/titles/*")
    title = carrier.url

    shipper = show(stage.desk("shipper"), title)
    said = fill(
        shipper,
        "title.PLEDGE",
        amount="150000.00",
        currency="USD",
        due="2030-01-01T00:00",
        pledgee="importers-bank",
    )
    assert "150,000.00" in said
    assert "importers-bank" in said

    consignee = show(stage.desk("consignee"), title)
    consignee.locator("form[data-deal] button[type=submit]").click()
    consignee.wait_for_selector("#signing[open]")
    assert "206" not in consignee.locator("#signing-title").inner_text()
    consignee.click("#signing-sign")
    consignee.wait_for_selector("#signing-outcome.good")

    show(stage.desk("importers-bank"), "/voyage").get_by_role("link", name="Do it").click()
    bank = stage.desk("importers-bank")
    bank.wait_for_url("**/exchanges/*")
    exchange = bank.url
    act(show(bank, exchange), "exchange.ESCROW_TITLE")

    show(shipper, "/desk").locator("a[href^='/proposals/']").first.click()
    shipper.wait_for_url("**/proposals/*")
    said = act(show(shipper, shipper.url), "identity.APPROVE")
    assert "escrow" in said.lower()

    act(show(carrier, exchange), "exchange.AGREE")
    for _ in range(2):
        act(show(consignee, exchange), "exchange.ESCROW_DEPOSIT")
