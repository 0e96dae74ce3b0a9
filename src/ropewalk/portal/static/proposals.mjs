// SPDX-License-Identifier: Apache-2.0
/** What a proposal's page shows of the act within, told as the dialog tells it before it is signed. */

import { network, rowElements, words } from "./page.mjs";
import { proposedBytes } from "./signing.mjs";
import { told } from "./wording.mjs";

/** Tell the act within in words, where a page has a place for it. */
export async function showProposal() {
  const place = document.querySelector("[data-within]");
  if (place === null) return;
  const { acts_for: actsFor, asked, ...proposal } = JSON.parse(place.dataset.within);
  const { acts, names, namers, texts } = await words();
  const known = { acts, names, namers, texts, locale: navigator.language, isProposed: true };
  const bytes = proposedBytes(network, actsFor, proposal);
  place.replaceChildren(...rowElements(told(bytes, { ...known, asked }).rows));
}
