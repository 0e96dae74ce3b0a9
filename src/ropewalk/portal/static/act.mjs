// SPDX-License-Identifier: Apache-2.0
/**
 * Acts: a button or a form becomes the very bytes that are signed, these bytes are told in words, and
 * only then is the key asked. What is shown is made from what is signed and from nothing else.
 */

import { decode } from "./canonical.mjs";
import { OtherCurrencyError, purchase } from "./compose.mjs";
import { sha256Hex } from "./encoding.mjs";
import { decimalsOf } from "./figures.mjs";
import { element, me, myDesk, network, notice, rowElements, text, told, words } from "./page.mjs";
import { draft, proposedBytes, signTransaction, submit, transactionId } from "./signing.mjs";
import { told as inWords, visible } from "./wording.mjs";

const PROPOSAL_S = 30 * 86_400;
const RELOAD_MS = 900;
/** How long the dialog stands before it can be signed: nobody signs by a press meant for the page. */
const ARMED_MS = 600;
/** How long whoever composed an act waits for its outcome once its dialog is closed. */
const WAIT_MS = 60_000;
const UNKNOWN = { status: "unknown", code: "", detail: "" };
const KEYS = ["Enter", " "];

/** The one act that is being prepared or is shown; what the dialog tells and what Sign signs. */
let offered;

/** Sign what buttons and forms of this page offer. */
export function watchActs() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-act]");
    if (button !== null) offer({ ...button.dataset }).catch(failed);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-act],form[data-deal]");
    if (form === null) return;
    event.preventDefault();
    const { deal } = form.dataset;
    const making = deal
      ? async () => composed(JSON.parse(deal), await filled(form))
      : async () => ({ ...form.dataset, members: await filled(form) });
    offer(making).catch(failed);
  });
  watchDialog();
  if (me) words().catch(() => {}); // whoever needs them asks once more, and is told
}

/** The dialog's own buttons, once for all acts. */
function watchDialog() {
  const dialog = document.getElementById("signing");
  if (dialog === null) return;
  document.getElementById("signing-cancel").addEventListener("click", () => dialog.close());
  document.getElementById("signing-sign").addEventListener("click", () => {
    const one = offered;
    if (one?.isArmed && dialog.open) signed(one).catch((error) => outcome(one, error));
  });
  dialog.addEventListener("close", () => {
    const one = offered;
    offered = undefined;
    one?.closed();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.repeat && KEYS.includes(event.key)) event.preventDefault();
  });
}

async function failed(error) {
  await notice(await told(error), "bad");
}

/** The desk that signs, if this browser has its key. */
async function signing() {
  const desk = await myDesk();
  if (desk === undefined) throw new Error(await text(me ? "act.no_key" : "act.no_desk"));
  return desk;
}

/**
 * Show an act that a script composed, and sign it if told to.
 *
 * @param {{act: string, body: object, proposes: boolean}} composed
 * @returns {Promise<object|undefined>} what the ledger made of it, as of `submit`; undefined where it
 *     was not signed
 * @throws {Error} another act is being shown
 */
export async function offerAct({ act, body, proposes = false }) {
  const one = await offer(asSource(act, body, proposes));
  if (one === undefined) throw new Error(await text("act.busy"));
  return one.settled;
}

function asSource(act, body, proposes = false) {
  return { act, body: JSON.stringify(body), ...(proposes && { proposes: "" }) };
}

/** A deal as its form says it, made into the exchange that carries it. */
async function composed(known, members) {
  const deal = { ...known, ...members };
  if (!deal.release) deal.boxes = [];
  try {
    return asSource("exchange.OPEN", purchase(deal, Math.floor(Date.now() / 1000)));
  } catch (error) {
    if (!(error instanceof OtherCurrencyError)) throw error;
    throw new Error(await text("act.other_currency", { currency: error.currency }));
  }
}

/**
 * Show an act; undefined where another is being prepared or shown, and nothing is done.
 *
 * @param {object|function(): Promise<object>} making what a button says of it, or how it is made
 */
async function offer(making) {
  if (offered !== undefined) return undefined;
  const one = underway();
  offered = one;
  try {
    one.desk = await signing();
    const source = typeof making === "function" ? await making() : making;
    const body = cleaned({ ...JSON.parse(source.body || "{}"), ...source.members });
    Object.assign(one, drafted(one.desk, source, body));
    const inner = source.proposal ? await checked(source) : undefined;
    one.about = JSON.parse(source.about || "[]");
    await show(one, inner);
  } catch (error) {
    if (offered === one) offered = undefined;
    throw error;
  }
  return one;
}

/** What is known of an act on its way from its offer to its outcome. */
function underway() {
  const one = { isArmed: false, isSent: false };
  one.settled = new Promise((resolve) => (one.settle = resolve));
  one.closed = () => {
    if (one.isSent) setTimeout(() => one.settle(UNKNOWN), WAIT_MS);
    else one.settle(undefined);
  };
  return one;
}

function drafted(desk, { act, proposes }, body) {
  const nowS = Math.floor(Date.now() / 1000);
  if (act === "identity.APPROVE") body.until ??= nowS + PROPOSAL_S;
  if (proposes === undefined) {
    return draft({ act, actor: desk.controller, body, network, nowS });
  }
  const proposal = { act, body, until: nowS + PROPOSAL_S };
  return draft({ act: "identity.PROPOSE", actor: desk.controller, body: proposal, network, nowS });
}

/** A proposal as the page shows it, held to the hash that an approval names; the bytes of that hash. */
async function checked(source) {
  const { acts_for: actsFor, asked = [], ...proposal } = JSON.parse(source.proposal);
  const { act_hash: hash } = JSON.parse(source.body);
  const bytes = proposedBytes(network, actsFor, proposal);
  if ((await sha256Hex(bytes)) !== hash) throw new Error(await text("act.swapped"));
  return { bytes, asked };
}

/** Members that nobody filled in are left out. */
function cleaned(body) {
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== null && value !== undefined),
  );
}

async function show(one, inner) {
  const dialog = document.getElementById("signing");
  const { acts, names, namers, texts } = await words();
  const known = { texts, acts, names, namers, locale: navigator.language };
  const said = inWords(one.bytes, known);
  const within = inner && inWords(inner.bytes, { ...known, asked: inner.asked, isProposed: true });
  if (offered !== one || dialog.open) throw new Error(await text("act.busy"));
  fill(said, within);
  await beside(one.about);
  const sign = document.getElementById("signing-sign");
  sign.disabled = true;
  sign.hidden = false;
  dialog.showModal();
  document.getElementById("signing-title").focus({ preventScroll: true });
  setTimeout(() => armed(one, sign), ARMED_MS);
}

/** What the page knows of the thing that the act is about: shown apart, since it is not signed. */
async function beside(lines) {
  const place = document.getElementById("signing-about");
  place.hidden = lines.length === 0;
  const items = lines.map((line) => element("li", {}, visible(line)));
  place.replaceChildren(element("p", {}, await text("act.about")), element("ul", {}, ...items));
}

/** A refusal as people read it: what it means, then what the ledger said. */
async function refused({ code, detail }) {
  const { refusals = {} } = await words();
  return [refusals[code], detail, `(${code})`].filter(Boolean).join(" ");
}

function armed(one, sign) {
  if (offered !== one) return;
  one.isArmed = true;
  sign.disabled = false;
}

function fill(said, within) {
  document.getElementById("signing-title").textContent = said.title;
  document.getElementById("signing-sentence").textContent = within
    ? `${said.sentence} ${within.title}: ${within.sentence}`
    : said.sentence;
  const rows = document.getElementById("signing-rows");
  rows.replaceChildren(...rowElements([...said.rows, ...(within?.rows ?? [])]));
  const warnings = document.getElementById("signing-warnings");
  const found = [...new Set([...said.warnings, ...(within?.warnings ?? [])])];
  warnings.textContent = found.join(" ");
  warnings.hidden = found.length === 0;
  const place = document.getElementById("signing-outcome");
  place.textContent = "";
  place.className = "outcome";
}

async function signed(one) {
  const { bytes, desk } = one;
  const sign = document.getElementById("signing-sign");
  [one.isArmed, one.isSent, sign.disabled] = [false, true, true];
  await say(one, await text("act.sending"), "");
  decode(bytes); // what was shown is the one encoding of itself, or is not signed
  const transaction = await signTransaction(desk, bytes);
  const found = await submit(transaction);
  one.settle(found);
  if (found.status === "unknown") {
    const id = (await transactionId(transaction)).slice(0, 12);
    await say(one, await text("act.unknown", { id }), "bad");
    return;
  }
  if (found.status === "refused") {
    again(one);
    await say(one, await refused(found), "bad");
    return;
  }
  if (offered === one) sign.hidden = true;
  const done = await text("act.done", { height: found.height });
  const next = await onward();
  await say(one, done, "good");
  document.dispatchEvent(new CustomEvent("ropewalk-signed", { detail: one.content }));
  setTimeout(() => {
    if (offered === one) {
      document.getElementById("signing").close();
      notice(done, "good", ...next);
    }
    dispatchEvent(new Event("ropewalk-refresh"));
  }, RELOAD_MS);
}

/** The way back to what waits for whoever signed, from every other page. */
async function onward() {
  if (location.pathname === "/desk") return [];
  return [element("a", { href: "/desk" }, await text("act.next"))];
}

/** The same act can be sent once more, where it is still shown. */
function again(one) {
  if (offered === one) armed(one, document.getElementById("signing-sign"));
}

async function outcome(one, error) {
  one.isSent = false;
  again(one);
  const status = error.code ? `${error.detail ?? error.message} (${error.code})` : error.message;
  await say(one, status, "bad");
}

/** Say it in the dialog; at the page's top where the dialog is closed, or shows another act. */
async function say(one, words_, kind) {
  if (offered !== one) {
    if (kind) await notice(words_, kind);
    return;
  }
  const place = document.getElementById("signing-outcome");
  place.textContent = words_;
  place.className = `outcome ${kind}`;
}

// ---------------------------------------------------------------------------------------------
// Forms

/** What somebody filled in, as members of the act. */
async function filled(form) {
  const found = {};
  for (const input of form.querySelectorAll("[data-kind]")) {
    const value = await member(input, form);
    if (value !== undefined) found[input.name] = value;
  }
  return found;
}

async function member(input, form) {
  const { kind } = input.dataset;
  const { value } = input;
  if (kind === "flag") return input.checked;
  if (value.trim() === "") return nothing(input);
  if ("list" in input.dataset) {
    const parts = value.split(/[\s,;]+/).filter(Boolean);
    const items = await Promise.all(parts.map((one) => item(kind, one, input, form)));
    if (!("sorted" in input.dataset)) return items;
    return items.every(Number.isInteger) ? items.sort((one, other) => one - other) : items.sort();
  }
  return item(kind, value.trim(), input, form);
}

/** What a member is that nobody filled in: none, or the nought that its act knows as none. */
function nothing({ dataset }) {
  if ("list" in dataset) return [];
  return "zero" in dataset ? 0 : undefined;
}

async function item(kind, value, input, form) {
  if (kind === "party") return controller(value);
  if (kind === "time") return Math.floor(new Date(value).getTime() / 1000);
  if (kind === "integer") return Number(value);
  if (input.name === "currency") return value.toUpperCase();
  if (kind === "json") return JSON.parse(value);
  if (kind === "sum") return sum(value, input, form);
  if (kind === "commitment" && !/^[0-9a-f]{64}$/.test(value)) {
    throw new Error(await text("form.commitment", { member: input.name }));
  }
  return value;
}

/** A party by its name here, or by its id. */
export async function controller(value) {
  const { names } = await words();
  const found = Object.entries(names).find(([id, name]) => name === value || id === value);
  if (found !== undefined) return found[0];
  if (/^[0-9a-f]{32}$/.test(value)) return value;
  throw new Error(await text("form.party", { value }));
}

/** A sum in the currency's decimals, in minor units. */
async function sum(value, input, form) {
  const currency = form.elements.currency?.value ?? JSON.parse(form.dataset.body || "{}").currency;
  const plain = value.replace(/[\s’']/g, "");
  const grouped = /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(",", "") : plain;
  const found = /^(\d+)(?:[.,](\d+))?$/.exec(grouped);
  if (found === null) throw new Error(await text("form.sum", { value }));
  const decimals = currency ? decimalsOf(currency.trim().toUpperCase()) : 0;
  if (decimals === undefined) throw new Error(await text("form.currency", { currency }));
  const [, whole, rest = ""] = found;
  if (rest.length > decimals) throw new Error(await text("form.finer", { value, currency }));
  const minor = BigInt(whole + rest.padEnd(decimals, "0"));
  return "number" in input.dataset ? Number(minor) : String(minor);
}
