// SPDX-License-Identifier: Apache-2.0
/** Check a bundle in this page, by the verifier that shares no code with the node's. */

import { element, text } from "./page.mjs";
import { readTrust, refusal, verifySheet } from "./ropewalk-verify.mjs";

const form = document.querySelector("[data-verify]");
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  document.querySelector("[data-verdict]").replaceChildren();
  checked().catch((error) => shown(refusal(error)));
});

async function bytesOf(name) {
  const file = form.elements[name].files[0];
  return file && new Uint8Array(await file.arrayBuffer());
}

async function checked() {
  const own = await bytesOf("trust");
  const genesis = own ?? new Uint8Array(await (await fetch("/v1/genesis")).arrayBuffer());
  const now = Math.floor(Date.now() / 1000);
  await shown(await verifySheet(await bytesOf("bundle"), readTrust(genesis), now));
}

async function shown(verdict) {
  const place = document.querySelector("[data-verdict]");
  const word = await text(verdict.ok ? "verify.ok" : "verify.refused");
  const lists = [
    ["verify.proven", verdict.proven ?? []],
    ["verify.not_proven", verdict.not_proven ?? []],
  ];
  place.replaceChildren(
    element("p", { class: `outcome ${verdict.ok ? "good" : "bad"}` }, word),
    ...(verdict.ok ? [] : [element("p", {}, `${verdict.failed_item}: ${verdict.detail}`)]),
  );
  for (const [key, items] of lists) {
    if (items.length === 0) continue;
    const list = element("ul", {}, ...items.map((one) => element("li", {}, one)));
    place.append(element("h3", {}, await text(key)), list);
  }
}
