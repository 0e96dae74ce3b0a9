// SPDX-License-Identifier: Apache-2.0
/**
 * A transport document as the boxes of its sheet, in plain text.
 *
 *     const sheet = sheetOf(bytes);
 *     const boxes = boxesOf(sheet);
 *
 * Drawn of the very members that its title is issued of, wherever the file holds them; what can't be
 * seen in a text is spelt, a number is its text in the document. As sheet_pdf.py has it.
 */

import { readTransportDocument } from "./issuing.mjs";
import { Numeral } from "./ropewalk-verify.mjs";
import { visible } from "./wording.mjs";

/** Members in which lines are the writer's own; elsewhere a line is a member. */
const FREE = new Set(["carrierClauses", "descriptionOfGoods", "termsAndConditions"]);

/**
 * A document's members as they are shown: objects, lists, texts; numbers are texts.
 *
 * @param {Uint8Array} bytes the file
 * @returns {object}
 * @throws {IssuingError} it is no transport document, or not one alone
 */
export function sheetOf(bytes) {
  return shown(readTransportDocument(bytes).members, "");
}

function shown(value, name) {
  if (typeof value === "string") return FREE.has(name) ? byLines(value) : visible(value);
  if (value instanceof Numeral) return value.text;
  if (Array.isArray(value)) return value.map((each) => shown(each, name));
  if (!(value instanceof Map)) return undefined;
  return Object.fromEntries([...value].map(([key, member]) => [key, shown(member, key)]));
}

function byLines(text) {
  return text.split(/\r?\n/).map(visible).join("\n");
}

/** The elements of a list; a text that stands for a list of one. */
export function elements(value) {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((each) => each !== undefined) : [];
}

/**
 * The sheet, box by box: what each is about, its text, whether it takes the whole width.
 *
 * @param {object} sheet of `sheetOf`
 * @returns {[string, string, boolean][]}
 */
export function boxesOf(sheet) {
  const { documentParties: parties = {}, transports = {} } = sheet;
  return [
    ["shipper", party(parties.shipper), false],
    ["consignee", party(parties.consignee) || party(parties.endorsee), false],
    ["notify", elements(parties.notifyParties).map(party).join("\n\n"), false],
    ["carrier", party(parties.issuingParty), false],
    ["vessel", elements(transports.vesselVoyages).map(vessel).join("\n"), false],
    ["loading", place(transports.portOfLoading), false],
    ["discharge", place(transports.portOfDischarge), false],
    ["dates", dates(sheet), false],
    ["goods", elements(sheet.consignmentItems).map(goods).join("\n\n"), true],
    ["boxes", elements(sheet.utilizedTransportEquipments).map(equipment).join("\n"), true],
    ["terms", lines(...elements(sheet.carrierClauses), sheet.termsAndConditions), true],
  ];
}

/** Texts, each after the other; what is absent, or is no text, is left out. */
function joined(between, values) {
  return values.filter((one) => typeof one === "string" && one !== "").join(between);
}

function lines(...values) {
  return joined("\n", values);
}

function words(...values) {
  return joined(" ", values);
}

function party(found = {}) {
  const { address = {} } = found;
  return lines(
    found.partyName,
    words(address.street, address.streetNumber),
    words(address.postCode, address.city, address.countryCode),
  );
}

function place(found = {}) {
  const { locationName, UNLocationCode: code } = found;
  return words(locationName, words(code) && `(${code})`);
}

function vessel(one) {
  return words(one.vesselName, one.carrierExportVoyageNumber);
}

function dates(sheet) {
  const issued = words(sheet.issueDate, place(sheet.placeOfIssue));
  const aboard = words(sheet.shippedOnBoardDate);
  return lines(aboard && `⚓ ${aboard}`, issued && `✎ ${issued}`);
}

function goods(item) {
  const codes = joined(", ", elements(item.HSCodes));
  return lines(
    ...elements(item.descriptionOfGoods),
    codes && `HS ${codes}`,
    ...elements(item.cargoItems).map(weighed),
  );
}

function weighed(cargo) {
  const { outerPackaging: packed = {}, cargoGrossWeight: weight = {} } = cargo;
  return joined(" · ", [
    cargo.equipmentReference,
    words(packed.numberOfPackages, packed.description ?? packed.packageCode),
    words(weight.value, weight.unit),
  ]);
}

function equipment(one) {
  const { activeReeferSettings: reefer = {} } = one;
  const seals = joined(", ", elements(one.seals).map((seal) => seal.number));
  const celsius = words(reefer.temperatureSetpoint);
  return joined(" · ", [
    one.equipment?.equipmentReference,
    one.equipment?.ISOEquipmentCode,
    seals && `⛓ ${seals}`,
    celsius && `${celsius} °C`,
  ]);
}
