// SPDX-License-Identifier: Apache-2.0
/** Pictures of a voyage: ports and boxes stand in the document, which this browser alone has open. */

import { elements } from "./boxes.mjs";
import { element, text } from "./page.mjs";

/**
 * Show the way over sea and what the reefers measured, where a page has a place for it.
 *
 * @param {Element} place of the sheet
 * @param {object} sheet the DCSA document, of `sheetOf`
 */
export async function showVoyage(place, sheet) {
  const body = place.querySelector("[data-voyage-body]");
  if (body === null) return;
  const { portOfLoading: from = {}, portOfDischarge: to = {} } = sheet.transports ?? {};
  const [origin, destination] = [from.UNLocationCode, to.UNLocationCode];
  const found = [];
  if (origin && destination) {
    const said = await text("sea.route", { origin: name(from), destination: name(to) });
    const query = new URLSearchParams({ origin, destination });
    found.push(picture(`/sea/route.svg?${query}`, said), caption(said));
  }
  for (const equipment of reefers(sheet)) found.push(...(await measured(place, equipment)));
  body.replaceChildren(...found);
}

function name(port) {
  return port.locationName ?? port.UNLocationCode;
}

function reefers(sheet) {
  return elements(sheet.utilizedTransportEquipments)
    .filter((one) => one.activeReeferSettings)
    .map((one) => one.equipment?.equipmentReference)
    .filter((one) => /^[A-Z]{4}\d{7}$/.test(one ?? ""));
}

async function measured(place, equipment) {
  const [band] = JSON.parse(place.dataset.bands || "[]");
  const query = new URLSearchParams({ equipment, ...(band && { least: band.least, most: band.most }) });
  const address = `/sea/readings.svg?${query}`;
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok) return [caption(await text("sea.none", { equipment }))];
  const said = await text("sea.readings", { equipment });
  return [picture(address, said), caption(said)];
}

function picture(src, alt) {
  return element("img", { class: "picture", src, alt, loading: "lazy" });
}

function caption(said) {
  return element("p", { class: "fine" }, said);
}
