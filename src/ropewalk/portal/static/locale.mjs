// SPDX-License-Identifier: Apache-2.0
/** Times in the viewer's zone, UTC in their title; sums grouped as the viewer is used to. */

const SHOWN = { dateStyle: "medium", timeStyle: "short" };

/** Rewrite what a page has of times and sums. */
export function localise(root) {
  for (const one of root.querySelectorAll("time[datetime]")) {
    const at = new Date(one.getAttribute("datetime"));
    if (Number.isNaN(at.getTime())) continue;
    const universal = one.getAttribute("datetime").replace("T", " ").replace("Z", "");
    const isElsewhere = at.getTimezoneOffset() !== 0;
    one.title = `${universal} UTC`;
    one.textContent = at.toLocaleString(undefined, SHOWN);
    one.textContent += isElsewhere ? ` (${universal.slice(11, 16)} UTC)` : " UTC";
  }
  for (const one of root.querySelectorAll("data.money")) {
    const found = /^([A-Z]{3}) (-?\d+)(\.\d+)?$/.exec(one.getAttribute("value"));
    if (found === null) continue;
    const [, currency, whole, decimals = ""] = found;
    const grouped = BigInt(whole).toLocaleString();
    const point = (1.1).toLocaleString().replace(/\d/g, "");
    one.textContent = `${currency} ${grouped}${decimals && point + decimals.slice(1)}`;
  }
}
