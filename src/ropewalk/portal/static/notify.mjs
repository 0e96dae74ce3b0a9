// SPDX-License-Identifier: Apache-2.0
/**
 * How much waits for whoever is logged in: beside the way to the desk, in the page's title, said when
 * it grows; and, for who switched that on, by the browser while the page is in the background.
 */

import { onNews } from "./live.mjs";
import { element, me, notice, text } from "./page.mjs";

const LEAST_MS = 10_000;
const PROJECTED_MS = 600;
const IDLE_MS = 20_000;
const KNOWN = `ropewalk-waiting-${me}`;
const SWITCH = `ropewalk-notify-${me}`;

let askedAt = -Infinity;
let due = Infinity;
let timer;

/** Begin, where somebody is logged in. */
export function watchWaiting() {
  if (!me) return;
  onNews(() => soon(PROJECTED_MS));
  addEventListener("ropewalk-refresh", () => soon(PROJECTED_MS));
  document.addEventListener("visibilitychange", () => soon(0));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-notify]") !== null) toggle();
  });
  showSwitch();
  ask();
}

/** Ask again after a pause, and never sooner than the least time after the last. */
function soon(pause) {
  const at = Math.max(Date.now() + pause, askedAt + LEAST_MS);
  if (at >= due) return;
  due = at;
  clearTimeout(timer);
  timer = setTimeout(ask, at - Date.now());
}

async function ask() {
  due = Infinity;
  if (document.hidden && !isOn()) return; // whoever comes back asks at once
  askedAt = Date.now();
  const answer = await fetch("/desk/count").catch(() => null);
  if (answer?.ok) await heard(await answer.json());
  if (answer?.status !== 401) soon(IDLE_MS);
}

async function heard({ todos, shown, waiting }) {
  show(todos, shown);
  const known = JSON.parse(sessionStorage.getItem(KNOWN) ?? "null");
  const now = { todos, keys: waiting.map(({ key }) => key) };
  sessionStorage.setItem(KNOWN, JSON.stringify(now));
  if (known === null || todos <= known.todos) return;
  const fresh = waiting.find(({ key }) => !known.keys.includes(key));
  const said = await grown(todos - known.todos, fresh?.said);
  await notice(said);
  remind(said, fresh?.address);
}

function grown(count, act) {
  if (act === undefined) return text("notify.more", { count });
  if (count === 1) return text("notify.one", { act });
  return text("notify.some", { count, act });
}

function show(todos, shown) {
  document.title = (todos ? `(${shown}) ` : "") + document.title.replace(/^\(\d+\+?\) /, "");
  const way = document.querySelector('header nav a[href="/desk"]');
  if (way === null) return;
  way.querySelector(".waits")?.remove();
  if (todos) way.append(element("span", { class: "waits" }, shown));
}

// ---------------------------------------------------------------------------------------------
// While the page is in the background

function isOn() {
  return localStorage.getItem(SWITCH) === "on" && globalThis.Notification?.permission === "granted";
}

async function toggle() {
  if (isOn()) {
    localStorage.removeItem(SWITCH);
  } else if ((await Notification.requestPermission()) === "granted") {
    localStorage.setItem(SWITCH, "on");
  } else {
    await notice(await text("notify.refused"), "bad");
  }
  showSwitch();
}

/** The switch on the desk says how it stands; a browser that can't has none. */
export function showSwitch() {
  const found = document.querySelector("[data-notify]");
  if (found === null || !("Notification" in globalThis)) return;
  found.hidden = false;
  found.setAttribute("aria-pressed", String(isOn()));
}

function remind(said, address = "/desk") {
  if (!document.hidden || !isOn()) return;
  try {
    const shown = new Notification("Ropewalk", { body: said, tag: KNOWN });
    shown.addEventListener("click", () => {
      focus();
      location.assign(address);
    });
  } catch {
    localStorage.removeItem(SWITCH); // a browser that tells only by a service worker
  }
}
