# SPDX-License-Identifier: Apache-2.0
"""Proofs in people's hands: a bundle saved from a page, checked there and without a server."""

from pathlib import Path

from playwright.sync_api import Page, expect

from browser.world import Stage, show
from ropewalk.client import read_trust, verify_bundle


def saved_bundle(stage: Stage, folder: Path) -> Path:
    """A title's bundle as its holder's browser saves it, the document inside."""
    page = show(stage.desk("consignee"), f"/titles/{stage.world.summary['voyage']['title']}")
    page.wait_for_selector(".paper")
    with page.expect_download() as told:
        page.get_by_role("button", name="Save the bundle").click()
    file = folder / "bundle.ropewalk.json"
    told.value.save_as(file)
    return file


def flipped(file: Path) -> Path:
    """The same with one letter of the document changed."""
    data = bytearray(file.read_bytes())
    at = data.index(b'"bytes":"') + 40
    data[at] = ord("A") if data[at] != ord("A") else ord("B")
    other = file.with_name("flipped.ropewalk.json")
    other.write_bytes(bytes(data))
    return other


def check_here(page: Page, bundle: Path) -> str:
    page.set_input_files("#bundle", bundle)
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_selector("[data-verdict] .outcome")
    return page.locator("[data-verdict] .outcome").inner_text()


def test_a_saved_bundle_holds_in_python_in_the_page_and_offline(
    stage: Stage, tmp_path: Path
) -> None:
    bundle = saved_bundle(stage, tmp_path)
    genesis = stage.world.folder / "genesis.json"
    verdict = verify_bundle(bundle.read_bytes(), read_trust(genesis.read_bytes()), None)
    assert verdict.ok, verdict
    assert any("document" in one for one in verdict.proven)

    page = show(stage.desk("consignee"), "/verify")
    assert "It holds." in check_here(page, bundle)
    assert "It does not hold." in check_here(page, flipped(bundle))

    with page.expect_download() as told:
        page.get_by_role("link", name="Save the verifier").click()
    verifier = tmp_path / "verifier.html"
    told.value.save_as(verifier)
    offline(stage, verifier, bundle, genesis)


def offline(stage: Stage, verifier: Path, bundle: Path, genesis: Path) -> None:
    """Open the one file from the disk, with no network at all."""
    page = stage.page(offline=True)
    page.goto(verifier.as_uri())
    for file, word in ((bundle, "Accepted"), (flipped(bundle), "Refused")):
        page.set_input_files("#trust", genesis)
        page.set_input_files("#bundle", file)
        expect(page.locator("#verdict h2").first).to_contain_text(word)
