// SPDX-License-Identifier: Apache-2.0
/** An act that a script composed, and what became of it. */

import { offerAct } from "./act.mjs";

/**
 * Show an act in the dialog, and tell what the ledger made of it. A refusal closes the dialog: whoever
 * composed the act says why, and composes it anew. Whoever closes it after signing is told all the
 * same, since what was sent is not undone by that.
 *
 * @param {{act: string, body: object, proposes: boolean}} told
 * @returns {Promise<object|undefined>} as of `submit`; undefined where it was not signed
 */
export async function decided(told) {
  const found = await offerAct(told);
  const dialog = document.getElementById("signing");
  if (found !== undefined && found.status !== "committed" && dialog.open) dialog.close();
  return found;
}
