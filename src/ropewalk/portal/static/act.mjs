// SPDX-License-Identifier: Apache-2.0
/**
 * Acts: a button or a form becomes the very bytes that are signed, these bytes are told in words, and
 * only then is the key asked. What is shown is made from what is signed and from nothing else.
 */

import { decode } from "./canonical.mjs";
import { purchase } from "./compose.mjs";
import { decimalsOf } from "./figures.mjs";
import { element, me, myDesk, network, notice, text, told, words } from "./page.mjs";
import { draft, proposedHash, signTransaction, submit, transactionId } from "./signing.mjs";
import { told as inWords } from "./wording.mjs";

const PROPOSAL_S = 30 * 86_400;
const RELOAD_MS = 900;

/** Sign what buttons and forms of this page offer. */
export function watchActs() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-act]");
    if (button !== null) offer(button, {}).catch(failed);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-act],form[data-deal]");
    if (form === null) return;
    event.preventDefault();
    const begin = form.dataset.deal ? composed : (members) => offer(form, members);
    filled(form)
      .then((members) => begin(members, form))
      .catch(failed);
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

/** Show an act that a script composed, and sign it if told to. */
export async function offerAct({ act, body, proposes = false }) {
  const dataset = { act, body: JSON.stringify(body), ...(proposes && { proposes: "" }) };
  await offer({ dataset }, {});
}

/** A deal as its form says it, made into the exchange that carries it. */
async function composed(members, form) {
  const deal = { ...JSON.parse(form.dataset.deal), ...members };
  if (!deal.release) deal.boxes = [];
  const body = purchase(deal, Math.floor(Date.now() / 1000));
  await offerAct({ act: "exchange.OPEN", body });
}

/** Show an act, and sign it if told to. */
async function offer(source, members) {
  const desk = await signing();
  const known = JSON.parse(source.dataset.body || "{}");
  const body = cleaned({ ...known, ...members });
  const made = drafted(desk, source, body);
  const inner = source.dataset.proposal ? await checked(source) : undefined;
  await show(desk, made, inner);
}

function drafted(desk, source, body) {
  const nowS = Math.floor(Date.now() / 1000);
  const { act } = source.dataset;
  if (act === "identity.APPROVE") body.until ??= nowS + PROPOSAL_S;
  if (!("proposes" in source.dataset)) {
    return draft({ act, actor: desk.controller, body, network, nowS });
  }
  const proposal = { act, body, until: nowS + PROPOSAL_S };
  return draft({ act: "identity.PROPOSE", actor: desk.controller, body: proposal, network, nowS });
}

/** A proposal as the page shows it, held to the hash that an approval names. */
async function checked(source) {
  const { acts_for: actsFor, ...proposal } = JSON.parse(source.dataset.proposal);
  const { act_hash: hash } = JSON.parse(source.dataset.body);
  const made = await proposedHash(network, actsFor, proposal);
  if (made !== hash) throw new Error(await text("act.swapped"));
  return proposal;
}

/** Members that nobody filled in are left out. */
function cleaned(body) {
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== null && value !== undefined),
  );
}

async function show(desk, { content, bytes }, inner) {
  const dialog = document.getElementById("signing");
  const { acts, names, texts } = await words();
  const known = { texts, acts, names, locale: navigator.language };
  const said = inWords(bytes, known);
  const within = inner && inWords(innerBytes(content, inner), known);
  fill(said, within);
  const sign = document.getElementById("signing-sign");
  const cancel = document.getElementById("signing-cancel");
  sign.disabled = false;
  sign.hidden = false;
  const ended = new AbortController();
  const { signal } = ended;
  const again = { signal };
  cancel.addEventListener("click", () => dialog.close(), again);
  dialog.addEventListener("close", () => ended.abort(), again);
  sign.addEventListener("click", () => signed(desk, bytes, sign).catch(outcome), again);
  dialog.showModal();
  sign.focus({ preventScroll: true });
}

/** The act inside a proposal as bytes, so that it is told as any other is. */
function innerBytes(content, { act, body }) {
  return draft({ act, actor: content.actor, body, network, nowS: content.valid_until }).bytes;
}

function fill(said, within) {
  document.getElementById("signing-title").textContent = said.title;
  document.getElementById("signing-sentence").textContent = within
    ? `${said.sentence} ${within.title}: ${within.sentence}`
    : said.sentence;
  const rows = document.getElementById("signing-rows");
  const all = [...said.rows, ...(within?.rows ?? [])];
  rows.replaceChildren(
    ...all.flatMap(({ label, value, whole, hint }) => [
      element("dt", {}, label),
      element(
        "dd",
        {},
        value,
        ...(whole && whole !== value ? [" ", element("code", {}, whole)] : []),
        ...(hint ? [" ", element("small", {}, hint)] : []),
      ),
    ]),
  );
  const warnings = document.getElementById("signing-warnings");
  const found = [...said.warnings, ...(within?.warnings ?? [])];
  warnings.textContent = found.join(" ");
  warnings.hidden = found.length === 0;
  const place = document.getElementById("signing-outcome");
  place.textContent = "";
  place.className = "outcome";
}

async function signed(desk, bytes, sign) {
  sign.disabled = true;
  await say(await text("act.sending"), "");
  decode(bytes); // what was shown is the one encoding of itself, or is not signed
  const transaction = await signTransaction(desk, bytes);
  const found = await submit(transaction);
  if (found.status !== "committed") {
    document.dispatchEvent(new CustomEvent("ropewalk-refused", { detail: found }));
  }
  if (found.status === "unknown") {
    await say(await text("act.unknown", { id: (await transactionId(transaction)).slice(0, 12) }), "bad");
    return;
  }
  if (found.status === "refused") {
    sign.disabled = false;
    await say(`${found.detail || ""} (${found.code})`, "bad");
    return;
  }
  sign.hidden = true;
  await say(await text("act.done", { height: found.height }), "good");
  document.dispatchEvent(new CustomEvent("ropewalk-signed", { detail: found }));
  setTimeout(() => {
    document.getElementById("signing").close();
    notice(document.getElementById("signing-outcome").textContent);
    dispatchEvent(new Event("ropewalk-refresh"));
  }, RELOAD_MS);
}

async function outcome(error) {
  document.getElementById("signing-sign").disabled = false;
  const status = error.code ? `${error.detail ?? error.message} (${error.code})` : error.message;
  await say(status, "bad");
}

async function say(words_, kind) {
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
  if (value.trim() === "") return "list" in input.dataset ? [] : undefined;
  if ("list" in input.dataset) {
    const parts = value.split(/[\s,;]+/).filter(Boolean);
    const items = await Promise.all(parts.map((one) => item(kind, one, input, form)));
    return "sorted" in input.dataset ? items.sort() : items;
  }
  return item(kind, value.trim(), input, form);
}

async function item(kind, value, input, form) {
  if (kind === "party") return controller(value);
  if (kind === "time") return Math.floor(new Date(value).getTime() / 1000);
  if (kind === "integer") return Number(value);
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
  const found = /^(\d+)(?:[.,](\d+))?$/.exec(value.replace(/[\s’']/g, ""));
  if (found === null) throw new Error(await text("form.sum", { value }));
  const decimals = (currency && decimalsOf(currency)) || 0;
  const [, whole, rest = ""] = found;
  if (rest.length > decimals) throw new Error(await text("form.finer", { value, currency }));
  const minor = BigInt(whole + rest.padEnd(decimals, "0"));
  return "number" in input.dataset ? Number(minor) : String(minor);
}
