// SPDX-License-Identifier: Apache-2.0
/** An act that a script composed, and what became of it. */

import { offerAct } from "./act.mjs";

const WAIT_MS = 60_000;

/**
 * Show an act in the dialog, and tell what the ledger made of it. A refusal closes the dialog: whoever
 * composed the act says why, and composes it anew. Whoever closes it after signing is told all the
 * same, since what was sent is not undone by that.
 *
 * @param {{act: string, body: object, proposes: boolean}} told
 * @returns {Promise<object|undefined>} as of `submit`; undefined where it was not signed
 */
export async function decided(told) {
  const dialog = document.getElementById("signing");
  const ended = new AbortController();
  const { signal } = ended;
  let isSent = false;
  const waiting = new Promise((resolve, reject) => {
    const settled = ({ detail }) => resolve(detail);
    document.addEventListener("ropewalk-signed", settled, { signal });
    document.addEventListener("ropewalk-refused", settled, { signal });
    const sign = document.getElementById("signing-sign");
    sign.addEventListener("click", () => (isSent = true), { signal });
    const closed = () => {
      if (isSent) setTimeout(() => resolve({ status: "unknown", code: "", detail: "" }), WAIT_MS);
      else resolve(undefined);
    };
    dialog.addEventListener("close", closed, { signal });
    offerAct(told).catch(reject);
  });
  try {
    const found = await waiting;
    if (found !== undefined && found.status !== "committed" && dialog.open) dialog.close();
    return found;
  } finally {
    ended.abort();
  }
}
