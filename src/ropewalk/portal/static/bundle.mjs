// SPDX-License-Identifier: Apache-2.0
/** A title's bundle: what the node proves, and the document that only this browser has in clear. */

import { toBase64 } from "./encoding.mjs";
import { refusal } from "./page.mjs";

/**
 * @param {string} title id
 * @param {{bytes: Uint8Array, salt: Uint8Array}} [kept] the document; left out it stays undisclosed
 * @returns {Promise<string>} the file
 */
export async function bundleOf(title, kept) {
  const answer = await fetch(`/titles/${title}/bundle`);
  if (!answer.ok) throw await refusal(answer);
  const bundle = await answer.json();
  if (kept !== undefined) {
    bundle.document = { bytes: toBase64(kept.bytes), salt: toBase64(kept.salt) };
  }
  return sorted(bundle);
}

/** JSON with its members in order, as bundles are written. */
function sorted(value) {
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${sorted(value[name])}`);
  return `{${members.join(",")}}`;
}
