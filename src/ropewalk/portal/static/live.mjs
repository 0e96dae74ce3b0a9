// SPDX-License-Identifier: Apache-2.0
/**
 * News as they come: the ledger's events; the page is asked for anew where one is about what it
 * shows. What somebody is writing, and where he is, stays.
 */

const PAUSE_MS = 400;
const BUSY_MS = 2_000;
const policy =
  globalThis.trustedTypes?.createPolicy("ropewalk", { createHTML: (page) => page }) ??
  { createHTML: (page) => page };

const listeners = [];

/** Be told of news too: a page has one stream, since a browser opens few to a node. */
export function onNews(listener) {
  listeners.push(listener);
}

/**
 * Follow the ledger.
 *
 * @param {function(Element)} settle what a fresh page needs
 */
export function watchLedger(settle) {
  addEventListener("ropewalk-refresh", () => refresh(settle));
  const watched = document.querySelector("[data-watch]");
  if (watched === null) return;
  const from = Number(document.documentElement.dataset.position);
  const watch = encodeURIComponent(watched.dataset.watch);
  const source = new EventSource(`/live?from=${from}&watch=${watch}`);
  const live = document.getElementById("live");
  source.addEventListener("open", () => (live.hidden = false));
  source.addEventListener("error", () => (live.hidden = true));
  let waiting;
  const soon = (pause) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => (isBusy() ? soon(BUSY_MS) : refresh(settle)), pause);
  };
  source.addEventListener("message", () => {
    soon(PAUSE_MS);
    for (const listener of listeners) listener();
  });
  addEventListener("pagehide", () => source.close());
}

/** Whether somebody reads what is to be signed, or fills in a form. */
function isBusy() {
  return document.querySelector("dialog[open], #main form :focus") !== null;
}

async function refresh(settle) {
  const main = document.getElementById("main");
  const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
  if (answer === null || !answer.ok) return;
  const page = new DOMParser().parseFromString(policy.createHTML(await answer.text()), "text/html");
  if (page.documentElement.dataset.me !== document.documentElement.dataset.me) {
    location.reload(); // another desk was opened meanwhile: its page is not this desk's
    return;
  }
  const fresh = page.getElementById("main");
  if (fresh === null) return;
  const open = [...main.querySelectorAll("details[open] > summary")].map((one) => one.textContent);
  const focus = document.activeElement?.id;
  main.replaceChildren(...fresh.childNodes);
  for (const one of main.querySelectorAll("details > summary")) {
    if (open.includes(one.textContent)) one.parentElement.open = true;
  }
  if (focus) document.getElementById(focus)?.focus();
  settle(main);
}
