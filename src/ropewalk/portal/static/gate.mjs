// SPDX-License-Identifier: Apache-2.0
/**
 * The gate's screen: it draws a fresh question, waits for its answer, and offers to let the container
 * out with everything filled in. Whether it may go the ledger says, in green or in red.
 */

import { decided } from "./deciding.mjs";
import { element, notice, refusal, text, told } from "./page.mjs";
import { FRESH_S, GATE, PassError, newChallenge, readAnswer } from "./passes.mjs";

const POLL_MS = 1_500;
const place = document.querySelector("[data-gate]");
const verdict = document.querySelector("[data-verdict]");
let asked;

place?.querySelector("[data-ask]").addEventListener("click", () => ask().catch(failed));
place?.querySelector("[data-paste]").addEventListener("submit", (event) => {
  event.preventDefault();
  answered(event.target.elements.answer.value).catch(failed);
});

async function failed(error) {
  await notice(error instanceof PassError ? await text("gate.no_answer") : await told(error), "bad");
}

/** Draw a question and show it, as a code and as the link that is in it. */
async function ask() {
  const { box } = place.dataset;
  const gate = place.querySelector("[name=gate]").value.trim().toUpperCase();
  if (!GATE.test(gate)) throw new Error(await text("gate.bad_name"));
  const question = { box, gate, challenge: newChallenge() };
  asked = { ...question, until: Date.now() + FRESH_S * 1_000 };
  verdict.hidden = true;
  const query = new URLSearchParams(question);
  place.querySelector("[data-code]").src = `/gate/qr?${query}`;
  const link = place.querySelector("[data-link]");
  link.href = `/gate/answer?${query}`;
  link.textContent = link.href;
  place.querySelector("[data-question]").hidden = false;
  place.querySelector("[data-ask]").textContent = await text("gate.again");
  await wait(asked);
}

/** Look for the answer while its question stands. */
async function wait(question) {
  const status = place.querySelector("[data-waiting]");
  status.textContent = await text("gate.waiting");
  while (asked === question) {
    if (Date.now() > question.until) {
      status.textContent = await text("gate.over");
      return;
    }
    const answer = await fetch(`/gate/answers/${question.challenge}`).catch(() => undefined);
    if (answer?.status === 200) {
      const { answer: found } = await answer.json();
      if (asked === question) await answered(found);
      return;
    }
    if (answer !== undefined && answer.status >= 400) throw await refusal(answer);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Somebody answered: let the container out, if the ledger does. */
async function answered(given) {
  const { collector, presentation, ...of } = readAnswer(given);
  const { box, challenge, gate } = asked;
  const isOurs = of.box === box && of.challenge === challenge && of.gate === gate;
  if (!isOurs) {
    await say("bad", await text("gate.other_question"));
    return;
  }
  place.querySelector("[data-waiting]").textContent = await text("gate.came");
  const body = { box, challenge, collector, gate, presentation };
  const found = await decided({ act: "cargo.GATE_OUT", body });
  asked = undefined;
  place.querySelector("[data-waiting]").textContent = "";
  if (found === undefined) await say("", await text("gate.not_signed"));
  else if (found.status === "unknown") await say("", await text("gate.unknown"), found.detail);
  else if (found.status === "refused") await say("bad", ...(await refused(found)));
  else {
    await say("good", await text("gate.out"));
    place.hidden = true;
  }
}

/** A refusal in words, where the catalogue has some; and as the ledger has it. */
async function refused({ code, detail }) {
  const key = `gate.refused.${code}`;
  const words = await text(key);
  const plain = detail ? `${detail} (${code})` : code;
  const stays = await text("gate.stays");
  return [words === key ? stays : `${stays} ${words}`, plain];
}

/** The answer for whoever stands at the gate, large. */
async function say(kind, words, detail = "") {
  const mark = { good: "✓", bad: "✗" }[kind] ?? "–";
  const parts = [element("p", {}, element("span", { "aria-hidden": "true" }, mark), ` ${words}`)];
  if (detail) parts.push(element("p", { class: "detail" }, detail));
  verdict.className = `verdict ${kind}`;
  verdict.replaceChildren(...parts);
  verdict.hidden = false;
  place.querySelector("[data-question]").hidden = true;
  verdict.scrollIntoView({ block: "nearest" });
}
