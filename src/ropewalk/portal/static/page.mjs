// SPDX-License-Identifier: Apache-2.0
/** What the page says of itself, the words it needs, and notices at its top. */

import { desk as deskOf } from "./keys.mjs";

const ROOT = document.documentElement;
const DOWNLOAD_MS = 10_000;

/** The network's id. */
export const network = ROOT.dataset.network;

/** Who is logged in, "" where nobody is. */
export const me = ROOT.dataset.me;

let asked;

/** Texts, names and the rule table. */
export function words() {
  asked ??= fetched().catch((error) => {
    asked = undefined; // the next who needs them asks again
    throw error;
  });
  return asked;
}

async function fetched() {
  const answer = await fetch("/words.json");
  if (!answer.ok) throw new Error(`words.json: ${answer.status}`);
  return answer.json();
}

/** A text of the catalogue; the key itself where it can't be had. */
export async function text(key, members = {}) {
  const { texts } = await words().catch(() => ({ texts: {} }));
  const pattern = texts[`script.${key}`] ?? key;
  return pattern.replace(/\{(\w+)\}/g, (_whole, name) => String(members[name] ?? ""));
}

/** The desk of whoever is logged in, from this browser's keys; undefined where it has none. */
export async function myDesk() {
  return me ? deskOf(me) : undefined;
}

/** An element with text in it; nothing is ever taken for markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Have the browser save something as a file. */
export function download(blob, name) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), DOWNLOAD_MS);
}

/** What `told` of wording.mjs says of each member, as the rows of a list of descriptions. */
export function rowElements(rows) {
  return rows.flatMap(({ label, value, whole, hint }) => [
    element("dt", {}, label),
    element(
      "dd",
      {},
      value,
      ...(whole && whole !== value ? [" ", element("code", {}, whole)] : []),
      ...(hint ? [" ", element("small", {}, hint)] : []),
    ),
  ]);
}

/** Say something at the top of the page. */
export async function notice(said, kind = "good", ...more) {
  const closing = element("button", { type: "button" }, await text("notice.close"));
  const box = element("div", { class: `notice ${kind}` }, element("span", {}, said), ...more, closing);
  closing.addEventListener("click", () => box.remove());
  const place = document.getElementById("notices");
  while (place.children.length > 3) place.firstChild.remove();
  place.append(box);
}

/** What to tell of an error, whatever it is. */
export async function told(error) {
  if (error?.detail || error?.code) return `${error.detail ?? ""} (${error.code ?? ""})`;
  return error instanceof Error ? error.message : String(error);
}

/** The refusal in an answer, as an error. */
export async function refusal(answer) {
  const found = await answer.json().catch(() => ({}));
  return Object.assign(new Error(found.detail ?? `${answer.status}`), found);
}
