// SPDX-License-Identifier: Apache-2.0
/** The address book's form: a name goes to this node alone, signed by nobody. */

import { notice, refusal, text, told } from "./page.mjs";

/** Listen to the form, where a page has it. */
export function watchNames() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-naming]");
    if (form === null) return;
    event.preventDefault();
    give(form).catch(async (error) => notice(await told(error), "bad"));
  });
}

async function give(form) {
  const { controller, name } = form.elements;
  const answer = await fetch(`/names/${controller.value.trim()}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: name.value }),
  });
  if (!answer.ok) throw await refusal(answer);
  form.reset();
  dispatchEvent(new Event("ropewalk-refresh"));
  await notice(await text("names.kept"));
}
