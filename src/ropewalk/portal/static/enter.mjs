// SPDX-License-Identifier: Apache-2.0
/**
 * Ways to a desk: a ready-made one, one of this browser, a new one, a key file, a passkey. A key is
 * made and kept here; what goes to the node is a signature, and back comes a cookie for reading.
 */

import { desk as deskOf, desks, importDesk, importSealed, makeDesk } from "./keys.mjs";
import { fromBase64 } from "./encoding.mjs";
import { download, element, me, network, notice, refusal, text, told } from "./page.mjs";
import { logInByPasskey, makePasskey, taken } from "./passkey.mjs";
import { signedFetch } from "./signing.mjs";

const CLICKED =
  "[data-demo-desk],[data-desk],[data-leave],[data-passkey-login],[data-passkey-new]," +
  "[data-passkey-remove],[data-asking-dismiss]";

/** Listen to all that leads to a desk. */
export function watchDesks() {
  document.addEventListener("click", (event) => {
    const found = event.target.closest(CLICKED);
    if (found !== null) clicked(found).catch(failed);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-new-desk],[data-import-desk],[data-asking-key]");
    if (form === null) return;
    event.preventDefault();
    const makers = { newDesk, importDesk: imported, askingKey: ask };
    const name = Object.keys(makers).find((one) => one in form.dataset);
    makers[name](form).catch(failed);
  });
  showDesks().catch(failed);
}

async function failed(error) {
  await notice(await told(error), "bad");
}

async function clicked({ dataset }) {
  if (dataset.demoDesk) await enter(await demoDesk(dataset.demoDesk), dataset.then);
  else if (dataset.desk) await enter(await deskOf(dataset.desk));
  else if ("leave" in dataset) await leave();
  else if (dataset.passkeyRemove) await taken(`/passkeys/${dataset.passkeyRemove}`);
  else if (dataset.askingDismiss) await taken(`/passkeys/asking/${dataset.askingDismiss}`);
  else if ("passkeyLogin" in dataset) await logInByPasskey();
  else await makePasskey();
}

/** Log in as a desk and go to a page of this node. */
async function enter(desk, then = "/desk") {
  const answer = await signedFetch(desk, network, "POST", "/session");
  if (!answer.ok) throw await refusal(answer);
  location.assign(new URL(then, location.origin).pathname);
}

async function leave() {
  const answer = await fetch("/session", { method: "DELETE" });
  if (!answer.ok) throw await refusal(answer);
  location.assign("/desks");
}

/** A ready-made desk's key is the demo's, taken in once. */
async function demoDesk(controller) {
  const known = await deskOf(controller);
  if (known !== undefined && known.network === network) return known;
  const answer = await fetch(`/demo/desks/${controller}`, { method: "POST" });
  if (!answer.ok) throw await refusal(answer);
  const { name, seed } = await answer.json();
  return importDesk({ name, network, controller, seed: fromBase64(seed), demo: true });
}

async function newDesk(form) {
  const { name, passphrase } = form.elements;
  const { desk, sealed } = await makeDesk({ name: name.value, network });
  save(await sealed(passphrase.value), `${desk.kid.slice(0, 8)}.pem`);
  form.reset();
  await showDesks();
  await notice(await text("desk.made", { kid: desk.kid }));
}

async function imported(form) {
  const { name, controller, file, passphrase } = form.elements;
  const pem = await file.files[0].text();
  const about = { name: name.value, network, controller: controller.value || undefined };
  await importSealed(pem, passphrase.value, about);
  form.reset();
  await showDesks();
}

/** A second key for the desk that is logged in: made here, and asking to be let in. */
async function ask(form) {
  const { label, passphrase } = form.elements;
  const { desk, sealed } = await makeDesk({ name: label.value, network, controller: me });
  save(await sealed(passphrase.value), `${desk.kid.slice(0, 8)}.pem`);
  const body = JSON.stringify({ kid: desk.kid, label: label.value });
  const headers = { "content-type": "application/json" };
  const answer = await fetch("/passkeys/asking", { method: "POST", headers, body });
  if (!answer.ok) throw await refusal(answer);
  form.reset();
  await notice(await text("key.asked"));
}

function save(content, name) {
  download(new Blob([content], { type: "application/x-pem-file" }), name);
}

/** The desks whose keys are in this browser. */
async function showDesks() {
  const place = document.querySelector("[data-desks-here]");
  if (place === null) return;
  const found = (await desks()).filter((one) => one.network === network && !one.demo);
  document.getElementById("no-desks").hidden = found.length > 0;
  place.replaceChildren(
    ...found.map((one) =>
      element(
        "button",
        { type: "button", class: "deskcard", "data-desk": one.controller },
        element("b", {}, one.name),
        element("span", {}, `${one.controller.slice(0, 8)}${one.controller === me ? " ✓" : ""}`),
      ),
    ),
  );
}

