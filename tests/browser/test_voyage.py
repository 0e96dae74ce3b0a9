# SPDX-License-Identifier: Apache-2.0
"""The cherries' voyage, clicked through by all its parties, each in a browser of its own."""

import json
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from browser.world import Stage, act, fill, show, sign
from ropewalk.client import attached, read_trust, verify_bundle

STEPS = 14


@dataclass
class Voyage:
    """The voyage that the demo leaves to be played."""

    stage: Stage
    title: str = ""
    exchange: str = ""

    @property
    def box(self) -> str:
        """The page of its one container."""
        told = json.loads((self.stage.world.folder / "desks.json").read_bytes())
        return f"/boxes/{told['voyage']['boxes'][0]}"

    def on(self, desk: str, path: str) -> Page:
        """A page on somebody's desk."""
        return show(self.stage.desk(desk), path)

    def issue(self) -> None:
        """The carrier issues the document that lies ready."""
        carrier = self.on("carrier", "/issue")
        carrier.get_by_role("button", name="Issue").first.click()
        carrier.wait_for_selector("#signing[open]")
        assert "ARXVAP2600502" in carrier.locator("#signing").inner_text()
        carrier.click("#signing-sign")
        carrier.wait_for_url("**/titles/*")
        self.title = carrier.url

    def finance(self) -> None:
        """The exporter pledges the bill to the importer's bank, which lends on it."""
        said = fill(
            self.on("shipper", self.title),
            "title.PLEDGE",
            amount="150000.00",
            currency="USD",
            due="2030-01-01T00:00",
            pledgee="importers-bank",
        )
        assert "150,000.00" in said
        assert "importers-bank" in said

    def offer(self) -> None:
        """The importer offers to buy; in another currency than the pledge's it can't."""
        consignee = self.on("consignee", self.title)
        form = consignee.locator("form[data-deal]")
        form.locator("[name=currency]").fill("EUR")
        form.locator("button[type=submit]").click()
        expect(consignee.locator(".notice.bad")).to_contain_text("The pledge is in USD")
        form.locator("[name=currency]").fill("USD")
        form.locator("button[type=submit]").click()
        consignee.wait_for_selector("#signing[open]")
        consignee.click("#signing-sign")
        consignee.wait_for_selector("#signing-outcome.good")

    def agree(self) -> None:
        """The bank puts the bill in, the exporter approves, carrier and exporter say yes."""
        bank = self.on("importers-bank", "/voyage")
        bank.get_by_role("link", name="Do it").click()
        bank.wait_for_url("**/exchanges/*")
        self.exchange = bank.url
        act(self.on("importers-bank", self.exchange), "exchange.ESCROW_TITLE")
        shipper = self.on("shipper", "/desk")
        shipper.locator("a[href^='/proposals/']").first.click()
        shipper.wait_for_url("**/proposals/*")
        expect(shipper.locator("[data-within]")).to_contain_text("Who is asked")
        shipper.locator("button[data-act='identity.APPROVE']").click()
        shipper.wait_for_selector("#signing[open]")
        rows = shipper.locator("#signing-rows")
        labels, values = (rows.locator(each).all_inner_texts() for each in ("dt", "dd"))
        told = list(zip(labels, values, strict=True))
        assert [who[:7] for label, who in told if label == "You act as"] == ["shipper"]
        [owner] = [who for label, who in told if label == "In the name of"]
        assert owner.startswith("importers-bank")
        [asked] = [who for label, who in told if label == "Who is asked"]
        assert asked.startswith("shipper")
        assert "escrow" in sign(shipper).lower()
        for name in ("carrier", "shipper"):
            act(self.on(name, self.exchange), "exchange.AGREE")

    def pay(self) -> None:
        """The carrier announces the box; the importer pays, and everything changes at once."""
        fill(self.on("carrier", self.box), "cargo.ANNOUNCE_ARRIVAL")
        for _ in range(2):
            act(self.on("consignee", self.exchange), "exchange.ESCROW_DEPOSIT")
        act(self.on("consignee", self.exchange), "exchange.SETTLE")
        state = self.on("consignee", self.exchange).locator(".head .pill").first
        expect(state).to_have_text("settled")

    def release(self) -> None:
        """Customs and terminal turn their lights green, and the box leaves through the gate."""
        act(self.on("customs", self.box), "cargo.SET_CUSTOMS_STATUS")
        act(self.on("discharge-terminal", self.box), "cargo.SET_READINESS")
        act(self.on("consignee", self.box), "cargo.ACCEPT_PICK_UP")
        gate = self.on("discharge-terminal", f"/gate?box={self.box.removeprefix('/boxes/')}")
        gate.locator("[data-ask]").click()
        link = gate.locator("[data-link]")
        expect(link).not_to_have_attribute("href", "/gate")
        collector = self.on("consignee", str(link.get_attribute("href")))
        collector.locator("[data-answer]").click()
        expect(collector.locator(".verdict.good")).to_be_visible()
        gate.wait_for_selector("#signing[open]")
        gate.click("#signing-sign")
        expect(gate.locator(".verdict.good").first).to_be_visible(timeout=20_000)


def for_readme(rope: Page, report: Path) -> None:
    """The pictures that README shows: copied to docs/images when they change."""
    rope.set_viewport_size({"width": 1180, "height": 820})
    rope.locator("#rope").scroll_into_view_if_needed()
    rope.evaluate("document.getElementById('rope').scrollIntoView()")
    rope.screenshot(path=report / "readme-rope.png")


def test_issued_financed_paid_for_and_released_from_its_desks(stage: Stage, report: Path) -> None:
    voyage = Voyage(stage)
    voyage.issue()
    voyage.finance()
    voyage.offer()
    voyage.agree()
    voyage.pay()
    voyage.release()
    expect(voyage.on("consignee", "/voyage").locator(".step.done")).to_have_count(STEPS)
    rope = voyage.on("consignee", f"{voyage.title}/rope")
    expect(rope.locator(".rope .tied").first).to_be_visible()
    rope.wait_for_selector("img.picture")
    rope.screenshot(path=report / "voyage-rope.png", full_page=True)
    for_readme(rope, report)
    page = voyage.on("consignee", voyage.title)
    page.wait_for_selector(".paper")
    with page.expect_download() as told:
        page.get_by_role("button", name="Save as PDF").click()
    bundle = attached(Path(told.value.path()).read_bytes())
    genesis = (stage.world.folder / "genesis.json").read_bytes()
    assert verify_bundle(bundle, read_trust(genesis), None).ok
