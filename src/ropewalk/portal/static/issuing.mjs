// SPDX-License-Identifier: Apache-2.0
/**
 * From a transport document to the ISSUE of its title: what the ledger is told of it, and no more.
 *
 *     const document = readTransportDocument(bytes);
 *     const terms = await termsOf(document, secret);
 *     const body = issueBody(document, { salt, law, parties, terms, onBoard: { date } });
 *     const title = await titleId(network, carrier, body);
 *
 * The document is the file, byte for byte; goods and places are told by tags under the consignment's
 * secret, amounts in grams and cubic decimetres. Member by member what the Python client gives
 * (client/document.py, client/terms.py, client/issuing.py).
 * Source: DCSA EBL 3.0.4; docs/concepts/visibility.md; docs/reference/title.md.
 */

import { encode } from "./canonical.mjs";
import { joined, sha256, sha256Hex, toHex, utf8 } from "./encoding.mjs";
import { Numeral, dcsaChecksum, readDocument, writeJcs } from "./ropewalk-verify.mjs";

const SIZE_MAX = 20 << 20;
const ITEMS_MAX = 32;
const EQUIPMENTS_MAX = 100;
const COUNT_MAX = 2n ** 53n - 1n;
const PROVIDERS = ["NMFTA", "SMDG"];
const WRAPPERS = ["document", "transportDocument"];
export const SECRET_SIZE = 32;
export const SALT_SIZE = 32;

/** What each unit is in grams (UN/ECE Recommendation 20): numerator and denominator. */
const GRAMS = {
  GRM: [1n, 1n],
  KGM: [1_000n, 1n],
  LBR: [45_359_237n, 100_000n],
  LTN: [45_359_237n * 2_240n, 100_000n],
  ONZ: [45_359_237n, 1_600_000n],
  STN: [45_359_237n * 2_000n, 100_000n],
  TNE: [1_000_000n, 1n],
};
/** What each unit is in cubic decimetres. */
const CUBIC_DECIMETRES = {
  CMQ: [1n, 1_000n],
  DMQ: [1n, 1n],
  FTQ: [3_048n ** 3n, 10n ** 9n],
  INQ: [254n ** 3n, 10n ** 9n],
  LTR: [1n, 1n],
  MTQ: [1_000n, 1n],
  YDQ: [9_144n ** 3n, 10n ** 9n],
};

/** The document can't be issued, or not so; `code` is the client's. */
export class IssuingError extends Error {
  constructor(code, detail) {
    super(detail);
    Object.assign(this, { code, detail });
  }
}

function refuse(name, detail) {
  throw new IssuingError(`client.${name}`, detail);
}

// ---------------------------------------------------------------------------------------------
// The document

/**
 * What a title needs to know of its document.
 *
 * @param {Uint8Array} bytes the file, taken unedited
 * @returns {{bytes: Uint8Array, members: Map, carrierCode: string, provider: string,
 *     reference: string, type: string, isToOrder: boolean, life: string, onBoardDate: string}}
 * @throws {IssuingError} it can't be read in one way, or leaves open which document it is
 */
export function readTransportDocument(bytes) {
  const top = objectOf(bytes);
  const inside = wrapperOf(top);
  const members = inside === "" ? top : membersIn(top.get(inside));
  const named = referenceOf(members);
  const { type, isToOrder } = kindOf(members);
  const life = lifeOf(type, isToOrder, membersIn(members.get("documentParties")));
  const onBoardDate = textIn(members.get("shippedOnBoardDate"));
  return { bytes, members, ...named, type, isToOrder, life, onBoardDate };
}

function objectOf(bytes) {
  if (bytes.length > SIZE_MAX) refuse("document_too_large", "a document has at most 20 MiB");
  let value;
  try {
    value = readDocument(bytes);
  } catch (error) {
    refuse("document_not_json", error.detail ?? error.message);
  }
  if (!(value instanceof Map)) {
    refuse("document_not_an_object", "a transport document is a JSON object");
  }
  return value;
}

function membersIn(value) {
  return value instanceof Map ? value : new Map();
}

function elementsIn(value) {
  return Array.isArray(value) ? value : [];
}

function textIn(value) {
  return typeof value === "string" ? value : "";
}

/** The member that holds the transport document, "" where the file is nothing else. */
function wrapperOf(top) {
  const name = "transportDocumentReference";
  if (top.has(name)) return "";
  const inside = WRAPPERS.filter((one) => membersIn(top.get(one)).has(name));
  return inside.length === 1 ? inside[0] : "";
}

function referenceOf(members) {
  const reference = members.get("transportDocumentReference") ?? "";
  if (reference === "") {
    refuse("document_reference_missing", "the document has no transportDocumentReference");
  }
  if (typeof reference !== "string") {
    refuse("document_reference_malformed", "the transportDocumentReference is no text");
  }
  const provider = textIn(members.get("carrierCodeListProvider"));
  const carrierCode = textIn(members.get("carrierCode"));
  if (!PROVIDERS.includes(provider) || !/^[!-9;-~]{1,35}$/.test(carrierCode)) {
    refuse("document_carrier_missing", "carrierCodeListProvider and carrierCode name no carrier");
  }
  if (!/^[!-~](?:[ -~]{0,98}[!-~])?$/.test(reference)) {
    refuse("document_reference_malformed", "the reference has 1 to 100 printable characters");
  }
  return { provider, carrierCode, reference };
}

/** Bill or waybill, and whether it is negotiable; what is left open is never guessed. */
function kindOf(members) {
  const written = members.get("transportDocumentTypeCode") ?? null;
  const toOrder = members.get("isToOrder") ?? null;
  if (toOrder !== null && typeof toOrder !== "boolean") {
    refuse("document_kind_unclear", "isToOrder is neither true nor false");
  }
  if (written === null && toOrder) return { type: "BOL", isToOrder: true };
  if (written === "SWB") return { type: "SWB", isToOrder: false };
  if (written !== "BOL") {
    refuse("document_kind_unclear", "transportDocumentTypeCode is neither BOL nor SWB");
  }
  const parties = membersIn(members.get("documentParties"));
  return { type: "BOL", isToOrder: toOrder ?? inferredToOrder(parties) };
}

function inferredToOrder(parties) {
  const [endorsee, consignee] = ["endorsee", "consignee"].map(
    (role) => membersIn(parties.get(role)).size > 0,
  );
  if (endorsee === consignee) {
    refuse("document_kind_unclear", "isToOrder is absent, and no party tells what it should be");
  }
  return endorsee;
}

function lifeOf(type, isToOrder, parties) {
  if (type === "SWB") return "waybill";
  if (!isToOrder) return "straight";
  const others = elementsIn(parties.get("other")).map(membersIn);
  const isNamed =
    membersIn(parties.get("endorsee")).size > 0 ||
    others.some((one) => one.get("partyFunction") === "endorsee");
  return isNamed ? "to-order" : "blank";
}

// ---------------------------------------------------------------------------------------------
// Tags

/**
 * HMAC-SHA256 under a secret over a kind and a JSON value, hex.
 *
 * @param {Uint8Array} secret
 * @param {string} kind
 * @param {*} value of `readDocument`'s kinds
 */
export async function tag(secret, kind, value) {
  return toHex(await hmac(secret, utf8(`ropewalk tag v1\n${kind}\n${writeJcs(value)}`)));
}

/** The tag by which the ledger knows a box of a consignment. */
export async function boxTag(secret, equipment) {
  const own = await hmac(secret, utf8(`ropewalk box v1\n${equipment}`));
  return tag(own, "equipment", equipment);
}

async function hmac(secret, message) {
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, how, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
}

// ---------------------------------------------------------------------------------------------
// Goods and voyage

/**
 * What an ISSUE says of goods and voyage.
 *
 * @param {object} document of `readTransportDocument`
 * @param {Uint8Array} secret the consignment's, 32 bytes
 * @returns {Promise<{cargo: object, items: string, hash: string, shipment: string,
 *     destination: string}>} `cargo` is the list; only its hash is told
 * @throws {IssuingError} `client.no_cargo`: its cargo can't be told in a list
 */
export async function termsOf({ members }, secret) {
  const cargo = await cargoOf(members, secret);
  const transports = membersIn(members.get("transports"));
  const items = await sha256Hex(encode(cargo.items));
  const whole = encode({ equipments: cargo.equipments, items });
  const hash = await sha256Hex(joined(utf8("ropewalk cargo v1\n"), whole));
  const clauses = elementsIn(members.get("carrierClauses")).map(textIn).sort(byCodePoint);
  const shipped = members.get("shippedOnBoardDate");
  const date = textIn(isSomething(shipped) ? shipped : members.get("receivedForShipmentDate"));
  const place = (role) => placeOf(transports.get(role));
  const shipment = { clauses, date, portOfLoading: place("portOfLoading") };
  const places = ["placeOfDelivery", "portOfDischarge"].map((role) => [role, place(role)]);
  return {
    cargo,
    items,
    hash,
    shipment: await tag(secret, "shipment", new Map(Object.entries(shipment))),
    destination: await tag(secret, "destination", new Map(places)),
  };
}

/** What a text or number stands for where another one may take its place, as the client asks. */
function isSomething(value) {
  if (value instanceof Map) return value.size > 0;
  if (Array.isArray(value)) return value.length > 0;
  return value instanceof Numeral ? value.number !== 0 : Boolean(value);
}

/** A place by its UN/LOCODE, or by its name where it has none. */
function placeOf(value) {
  const members = membersIn(value);
  return textIn(members.get("UNLocationCode")) || textIn(members.get("locationName"));
}

function byCodePoint(one, other) {
  const [left, right] = [[...one], [...other]];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const apart = left[at].codePointAt(0) - right[at].codePointAt(0);
    if (apart !== 0) return apart;
  }
  return left.length - right.length;
}

async function cargoOf(members, secret) {
  const [sums, boxes] = [new Map(), new Set()];
  for (const [goods, cargo] of cargoItems(members)) {
    const box = textIn(cargo.get("equipmentReference"));
    if (box !== "") boxes.add(await boxTag(secret, box));
    add(sums, await tag(secret, "goods", goods), cargo);
  }
  if (sums.size === 0 || sums.size > ITEMS_MAX || boxes.size > EQUIPMENTS_MAX) {
    refuse("no_cargo", `${sums.size} kinds of goods in ${boxes.size} boxes`);
  }
  const names = [...sums.keys()].sort();
  const items = names.map((name) => itemOf(name, sums.get(name)));
  if (items.some((one) => one.packages === 0 && one.weight_g === 0)) {
    refuse("no_cargo", "some goods have neither packages nor weight");
  }
  return { equipments: [...boxes].sort(), items };
}

/** What describes each cargo item's goods, and the item. */
function* cargoItems(members) {
  for (const item of elementsIn(members.get("consignmentItems")).map(membersIn)) {
    const [codes, described] = [item.get("HSCodes"), item.get("descriptionOfGoods")];
    const goods = new Map([
      ["HSCodes", isSomething(codes) ? codes : []],
      ["descriptionOfGoods", isSomething(described) ? described : ""],
    ]);
    for (const cargo of elementsIn(item.get("cargoItems"))) yield [goods, membersIn(cargo)];
  }
}

function add(sums, item, cargo) {
  const packaging = membersIn(cargo.get("outerPackaging"));
  const written = textIn(packaging.get("packageCode"));
  const name = item + (/^[0-9A-Z]{2}$/.test(written) ? written : "");
  const added = [
    countOf(packaging.get("numberOfPackages")),
    measured(membersIn(cargo.get("cargoGrossVolume")), CUBIC_DECIMETRES),
    measured(membersIn(cargo.get("cargoGrossWeight")), GRAMS),
  ];
  const before = sums.get(name) ?? [0n, 0n, 0n];
  const summed = added.map((one, at) => one + before[at]);
  if (summed.some((one) => one > COUNT_MAX)) refuse("no_cargo", "more than the ledger can count");
  sums.set(name, summed);
}

/** The tag has one length, so that tag and package code, joined, sort as the pair does. */
function itemOf(name, [packages, volume, weight]) {
  return {
    item: name.slice(0, 64),
    package_code: name.slice(64),
    packages: Number(packages),
    volume_dm3: Number(volume),
    weight_g: Number(weight),
  };
}

function countOf(value) {
  const isCount = value instanceof Numeral && value.isInteger && BigInt(value.text) >= 0n;
  return isCount ? BigInt(value.text) : 0n;
}

/** A measure in the ledger's unit, to the nearest, halves up; 0 where none is stated. */
function measured(members, units) {
  if (members.size === 0) return 0n;
  const unit = textIn(members.get("unit"));
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined) refuse("no_cargo", `${unit} is no unit of this table`);
  const text = decimalOf(members.get("value"));
  const found = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/.exec(text);
  if (found === null || text.length > 40) refuse("no_cargo", "a measure is no plain number");
  const [, whole, written = ""] = found;
  const fraction = written.replace(/0+$/, "");
  const below = 10n ** BigInt(fraction.length) * factor[1];
  const result = (2n * BigInt(whole + fraction) * factor[0] + below) / (2n * below);
  if (result > COUNT_MAX) refuse("no_cargo", "more than the ledger can count");
  return result;
}

/** A number's decimal text, as the client writes it: `12000.0` and `12000` are one weight. */
function decimalOf(value) {
  if (!(value instanceof Numeral)) return "";
  if (value.isInteger) return String(BigInt(value.text));
  const { number } = value;
  if (Object.is(number, -0)) return "-0.0";
  const size = Math.abs(number);
  if (size >= 1e16) return `${BigInt(number)}.000000`;
  return size !== 0 && size < 1e-4 ? number.toFixed(6) : String(number);
}

// ---------------------------------------------------------------------------------------------
// The ISSUE

/**
 * What a document's ISSUE commits to: salt, exact bytes and DCSA checksum.
 *
 * @returns {Promise<string>} hex
 */
export async function commitmentOf(bytes, salt) {
  return sha256Hex(joined(salt, await sha256(bytes), dcsaChecksum(bytes)));
}

/**
 * What the ledger holds of any content: of a JSON object as of a document, of anything else its
 * bytes' hash stands for the checksum too.
 *
 * @returns {Promise<string>} hex
 */
export async function contentCommitment(bytes, salt) {
  const hash = await sha256(bytes);
  return sha256Hex(joined(salt, hash, checksumOr(bytes, hash)));
}

function checksumOr(bytes, otherwise) {
  try {
    return dcsaChecksum(bytes);
  } catch {
    return otherwise;
  }
}

/**
 * The ISSUE's body for a document.
 *
 * @param {object} document of `readTransportDocument`
 * @param {object} told
 * @param {Uint8Array} told.salt 32 random bytes, kept with the document
 * @param {string} told.law a recognised code, such as `GB`
 * @param {{shipper: string, consignee: string, endorsee: string, issueTo: string}} told.parties
 *     controllers of the parties that the document names, "" or nothing for none
 * @param {object} [told.terms] of `termsOf`; without them it can't be split or combined
 * @param {{date: string, override: string}} [told.onBoard] that the goods are on board
 * @returns {Promise<object>}
 * @throws {IssuingError} the parties do not fit the document, or an on-board bill has no boxes
 */
export async function issueBody(document, { salt, law, parties, terms, onBoard }) {
  const { consignee = "", endorsee = "", issueTo = "", shipper } = parties;
  checkParties(document, { consignee, endorsee });
  const body = {
    carrier_code: document.carrierCode,
    carrier_code_list_provider: document.provider,
    commitment: await commitmentOf(document.bytes, salt),
    document_type: document.type,
    governing_law: law,
    is_to_order: document.isToOrder,
    shipper,
    transport_document_reference: document.reference,
  };
  if (document.type === "BOL") body.issue_to = issueTo || shipper;
  if (terms !== undefined) {
    const { destination, hash: cargo, shipment } = terms;
    Object.assign(body, { cargo, destination, shipment });
  }
  if (consignee) body.consignee = consignee;
  if (endorsee) body.endorsee = endorsee;
  if (onBoard !== undefined) body.on_board = onBoardOf(terms, onBoard);
  return body;
}

/** A document's endorsee left out would make a bearer bill of it, so it is never guessed. */
function checkParties({ isToOrder, life }, { consignee, endorsee }) {
  if ((life === "to-order") !== (endorsee !== "")) {
    refuse(
      "parties",
      life === "to-order"
        ? "the document names an endorsee: say which controller that is"
        : `the document names no endorsee (${life}), so there is none to give`,
    );
  }
  if (!isToOrder && consignee === "") {
    refuse("parties", `a ${life} document needs its consignee's controller`);
  }
}

function onBoardOf(terms, { date, override = "" }) {
  if (terms === undefined || terms.cargo.equipments.length === 0) {
    refuse("parties", "an on-board bill tells its boxes, and this document names none");
  }
  const told = { boxes: [...terms.cargo.equipments], date, items: terms.items };
  return override ? { ...told, override } : told;
}

/**
 * A title's id: a hash over network, issuer and the body of its ISSUE, which is salted.
 *
 * @returns {Promise<string>} hex
 */
export function titleId(network, issuer, content) {
  const data = encode({ content, issuer, network });
  return sha256Hex(joined(utf8("ropewalk title v1\n"), data));
}
