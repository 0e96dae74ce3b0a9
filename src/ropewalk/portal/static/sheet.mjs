// SPDX-License-Identifier: Apache-2.0
/**
 * The document as its sheet: fetched from the vault with the desk's key, opened in this browser, held
 * to the ledger's commitment before a word of it is shown. The node never has it in clear.
 */

import { boxesOf, sheetOf } from "./boxes.mjs";
import { bundleOf } from "./bundle.mjs";
import { fromBase64, joined, sha256, sha256Hex, toBase64 } from "./encoding.mjs";
import { openPayload } from "./opening.mjs";
import { download, element, me, myDesk, notice, refusal, text, told, words } from "./page.mjs";
import { showVoyage } from "./voyage.mjs";

/** Open every sheet of the page that has one for this desk. */
export function watchSheets() {
  for (const place of document.querySelectorAll("[data-sheet]:not([data-opened])")) {
    place.dataset.opened = "yes";
    if (place.dataset.sheet && me) opened(place).catch((error) => failed(place, error));
  }
  for (const button of document.querySelectorAll("[data-bundle]:disabled")) {
    button.disabled = false;
    button.addEventListener("click", () => saved(button).catch((error) => failedButton(error)));
  }
}

const kept = new Map();

async function failed(place, error) {
  const said = error?.status === 404 ? await text("sheet.not_yours") : await told(error);
  place.querySelector("[data-sheet-body]").replaceChildren(element("p", { class: "empty" }, said));
}

async function failedButton(error) {
  await notice(await told(error), "bad");
}

async function opened(place) {
  const desk = await myDesk();
  if (desk === undefined) return;
  const { content } = await openPayload(desk, place.dataset.sheet);
  const inside = JSON.parse(new TextDecoder().decode(content));
  const [bytes, salt] = [fromBase64(inside.content), fromBase64(inside.salt)];
  const { dcsaChecksum } = await import("./ropewalk-verify.mjs");
  const commitment = await sha256Hex(joined(salt, await sha256(bytes), dcsaChecksum(bytes)));
  if (commitment !== place.dataset.commitment) throw new Error(await text("sheet.other"));
  kept.set(place.dataset.title, { bytes, salt });
  const sheet = sheetOf(bytes);
  place.querySelector("[data-sheet-body]").replaceChildren(await paper(sheet));
  await showVoyage(place, sheet);
  for (const button of document.querySelectorAll(`[data-pdf="${place.dataset.title}"]`)) {
    button.hidden = false;
    button.addEventListener("click", () => printed(button.dataset.pdf).catch(failedButton));
  }
}

/** The sheet as PDF/A-3: the node makes it of what this browser hands it for that, and keeps none. */
async function printed(title) {
  const { bytes, salt } = kept.get(title);
  const body = JSON.stringify({ document: toBase64(bytes), salt: toBase64(salt) });
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`/titles/${title}/sheet.pdf`, { method: "POST", headers, body });
  if (!answer.ok) throw await refusal(answer);
  download(await answer.blob(), `${title}.pdf`);
}

async function saved(button) {
  const title = button.dataset.bundle;
  const bundle = await bundleOf(title, kept.get(title));
  download(new Blob([bundle], { type: "application/json" }), `${title}.ropewalk.json`);
}

/**
 * A DCSA transport document as people know it.
 *
 * @param {object} sheet of `sheetOf`
 */
export async function paper(sheet) {
  const { texts } = await words();
  const label = (key) => texts[`script.sheet.${key}`] ?? key;
  const drawn = boxesOf(sheet)
    .filter(([, value]) => value)
    .map(([key, value, isWide]) =>
      element(
        "div",
        { class: isWide ? "wide" : "" },
        element("h3", {}, label(key)),
        element("p", {}, value),
      ),
    );
  return element("div", { class: "paper" }, ...drawn);
}
