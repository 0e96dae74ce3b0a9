// SPDX-License-Identifier: Apache-2.0
/**
 * Issue a document: it is read here, encrypted here for those it names, and only then is the ISSUE
 * shown and signed. A title whose document nobody keeps would be worth nothing, so the vault has it
 * first; where the carrier does not sign, it is erased there.
 */

import { controller } from "./act.mjs";
import { sheetOf } from "./boxes.mjs";
import { decided } from "./deciding.mjs";
import { fromBase64, toBase64, utf8 } from "./encoding.mjs";
import {
  SALT_SIZE,
  SECRET_SIZE,
  issueBody,
  readTransportDocument,
  termsOf,
  titleId,
} from "./issuing.mjs";
import { putPayload, sealPayload } from "./opening.mjs";
import { download, me, myDesk, network, notice, refusal, text, told } from "./page.mjs";
import { paper } from "./sheet.mjs";
import { signedFetch } from "./signing.mjs";

const ready = document.querySelector("[data-ready-document]");
const own = document.querySelector("form[data-own-document]");
if (ready !== null) lies(ready).catch(failed);
if (own !== null) {
  own.elements.file.addEventListener("change", () => preview().catch(failed));
  own.addEventListener("submit", (event) => {
    event.preventDefault();
    filled().then(once(own)).catch(failed);
  });
}

async function failed(error) {
  await notice(await told(error), "bad");
}

/** Issue, the button asleep meanwhile: nobody issues the same document twice by two clicks. */
function once(place) {
  const button = place.querySelector("[data-issue]");
  return async (draft) => {
    button.disabled = true;
    try {
      await issued(draft);
    } finally {
      button.disabled = false;
    }
  };
}

// ---------------------------------------------------------------------------------------------
// What is issued

/** The document that lies ready on the carrier's desk. */
async function lies(place) {
  const answer = await fetch("/voyage/document");
  if (!answer.ok) throw await refusal(answer);
  const voyage = await answer.json();
  const bytes = fromBase64(voyage.document);
  const { life } = readTransportDocument(bytes);
  const { bank, consignee, shipper } = voyage.parties;
  const parties = { shipper };
  if (life === "to-order") parties.endorsee = bank;
  if (life === "straight" || life === "waybill") parties.consignee = consignee;
  await show(place.querySelector("[data-paper]"), bytes);
  const draft = {
    bytes,
    law: voyage.law,
    onBoard: voyage.on_board,
    parties,
    readers: [shipper, bank, consignee],
    secret: fromBase64(voyage.secret),
  };
  const button = place.querySelector("[data-issue]");
  button.addEventListener("click", () => once(place)(draft).catch(failed));
  button.disabled = false;
}

async function show(place, bytes) {
  place.replaceChildren(await paper(sheetOf(bytes)));
}

async function bytesOfFile() {
  return new Uint8Array(await own.elements.file.files[0].arrayBuffer());
}

/** What a chosen file says, and which fields it asks for. */
async function preview() {
  const bytes = await bytesOfFile();
  const { isToOrder, life, onBoardDate } = readTransportDocument(bytes);
  await show(own.querySelector("[data-paper]"), bytes);
  const { consignee, endorsee, on_board: onBoard } = own.elements;
  consignee.required = !isToOrder;
  endorsee.required = life === "to-order";
  endorsee.disabled = life !== "to-order";
  onBoard.value = onBoardDate;
}

/** A document of one's own, as the form says it. */
async function filled() {
  const { alsoread, consignee, endorsee, law, on_board: onBoard, secret, shipper } = own.elements;
  const party = async ({ value, disabled }) =>
    value.trim() === "" || disabled ? "" : controller(value.trim());
  const others = alsoread.value.split(",").map((one) => one.trim()).filter(Boolean);
  const known = secret.value.trim();
  return {
    bytes: await bytesOfFile(),
    law: law.value.trim(),
    onBoard: onBoard.value,
    parties: {
      shipper: await party(shipper),
      consignee: await party(consignee),
      endorsee: await party(endorsee),
    },
    readers: await Promise.all(others.map(controller)),
    secret: known ? fromBase64(known) : secretOf(own.elements.file.files[0]),
  };
}

const drawn = new WeakMap();

/** A new secret for a file, drawn and saved once, however often its issue is tried. */
function secretOf(file) {
  if (!drawn.has(file)) {
    drawn.set(file, crypto.getRandomValues(new Uint8Array(SECRET_SIZE)));
    save(drawn.get(file), file.name);
  }
  return drawn.get(file);
}

// ---------------------------------------------------------------------------------------------
// Issuing it

async function issued({ bytes, law, onBoard, parties, readers, secret }) {
  const desk = await myDesk();
  if (desk === undefined) throw new Error(await text(me ? "act.no_key" : "act.no_desk"));
  const document = readTransportDocument(bytes);
  const terms = await termsOrNone(document, secret);
  const salt = crypto.getRandomValues(new Uint8Array(SALT_SIZE));
  const dated = onBoard ? { date: onBoard } : undefined;
  const body = await issueBody(document, { salt, law, parties, terms, onBoard: dated });
  const title = await titleId(network, desk.controller, body);
  const named = [desk.controller, ...Object.values(parties), ...readers];
  const payload = await shared(desk, { bytes, salt }, named);
  const found = await decided({ act: "title.ISSUE", body });
  if (found?.status !== "committed") {
    if (found?.status !== "unknown") await erased(desk, payload);
    if (found !== undefined) throw Object.assign(new Error(found.detail), found);
    return;
  }
  await tell(title, payload);
  location.assign(`/titles/${title}`);
}

/** A document's terms; nothing where its cargo can't be told in a list. */
async function termsOrNone(document, secret) {
  try {
    return await termsOf(document, secret);
  } catch (error) {
    if (error.code === "client.no_cargo") return undefined;
    throw error;
  }
}

/** The document with its salt in the vault, for everybody named; the payload's name. */
async function shared(desk, { bytes, salt }, named) {
  const content = {
    content: toBase64(bytes),
    format: "ropewalk-content/1",
    salt: toBase64(salt),
  };
  const people = [...new Set(named)].filter(Boolean);
  const readers = (await Promise.all(people.map(keysOf))).flat();
  const payload = await sealPayload(utf8(JSON.stringify(content)), readers);
  await putPayload(desk, payload);
  return payload.name;
}

/** The active keys of a controller: each of them can read. */
async function keysOf(id) {
  const answer = await fetch(`/v1/controllers/${id}`);
  if (!answer.ok) throw await refusal(answer);
  const { record } = await answer.json();
  return record.keys
    .filter(({ revoked }) => !revoked)
    .map(({ kid }) => ({ controller: id, kid }));
}

/** What was not issued does not stay in the vault. */
async function erased(desk, payload) {
  await signedFetch(desk, network, "DELETE", `/v1/vault/${payload}`).catch(() => {});
}

/** Tell this node which payload has the title's document. */
async function tell(title, payload) {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ payload, title });
  const answer = await fetch("/papers", { method: "POST", headers, body });
  if (!answer.ok) throw await refusal(answer);
}

/** A new secret is kept by the carrier: without it nobody could show later what a tag stands for. */
function save(secret, document) {
  const name = document.replace(/[^A-Za-z0-9._-]/g, "_");
  download(new Blob([`${toBase64(secret)}\n`], { type: "text/plain" }), `${name}.secret.txt`);
}
