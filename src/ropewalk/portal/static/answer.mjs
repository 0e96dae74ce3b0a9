// SPDX-License-Identifier: Apache-2.0
/** The driver's side of the gate: what the page says is signed with the key of this browser. */

import { me, myDesk, notice, refusal, text, told } from "./page.mjs";
import { present, writeAnswer } from "./passes.mjs";

const place = document.querySelector("[data-answer-to]");
const button = place?.querySelector("[data-answer]");
button?.addEventListener("click", () => {
  button.disabled = true;
  answer().catch(failed);
});

async function failed(error) {
  button.disabled = false;
  await notice(await told(error), "bad");
}

/** Sign the answer, let the node carry it, and show it for a gate that goes by another. */
async function answer() {
  const desk = await myDesk();
  if (desk === undefined) throw new Error(await text(me ? "act.no_key" : "act.no_desk"));
  const { box, challenge, gate, right } = place.dataset;
  const presentation = await present(desk, { box, challenge, gate, right });
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ presentation });
  const sent = await fetch("/gate/answers", { method: "POST", headers, body });
  if (!sent.ok) throw await refusal(sent);
  place.querySelector("[data-code]").src = `/gate/answers/${challenge}/qr`;
  const shown = writeAnswer({ collector: desk.controller, presentation });
  place.querySelector("[data-text]").value = shown;
  place.querySelector("[data-given]").hidden = false;
  button.hidden = true;
}
