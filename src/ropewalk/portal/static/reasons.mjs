// SPDX-License-Identifier: Apache-2.0
/**
 * A reason in words: the ledger gets a salted fingerprint of it, whoever gives it keeps words and
 * salt as a file, and shows them to those who ask. As the client's `content_commitment` has it.
 */

import { toBase64, utf8 } from "./encoding.mjs";
import { contentCommitment } from "./issuing.mjs";
import { download, element, text } from "./page.mjs";

const kept = new Map();

addWords();
new MutationObserver(addWords).observe(document.getElementById("main"), { childList: true });
document.addEventListener("ropewalk-signed", ({ detail: { body } }) => {
  const signed = JSON.stringify(body);
  for (const commitment of [...kept.keys()]) if (signed.includes(commitment)) save(commitment);
});

/** Above each field for a fingerprint, one for the words that it is of. */
async function addWords() {
  const [pattern, hint] = await Promise.all([text("reasons.words"), text("reasons.hint")]);
  for (const input of document.querySelectorAll("input[data-words-for]:not([data-worded])")) {
    input.dataset.worded = "yes";
    const label = `${input.labels[0].firstChild.textContent.trim()}${pattern}`;
    const id = `${input.id}-w`;
    const words = element("textarea", { id, rows: "2", "aria-describedby": `${id}-h` });
    words.addEventListener("input", () => committed(input, words.value));
    const field = input.closest(".field");
    field.before(
      element(
        "div",
        { class: "field" },
        element("label", { for: id }, label),
        words,
        element("small", { id: `${id}-h` }, hint),
      ),
    );
  }
}

/** The fingerprint of words, with a fresh salt each time they change. */
async function committed(input, words) {
  if (words.trim() === "") {
    input.value = "";
    return;
  }
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const commitment = await contentCommitment(utf8(words), salt);
  if (words !== document.getElementById(`${input.id}-w`).value) return;
  kept.clear();
  kept.set(commitment, { words, salt });
  input.value = commitment;
}

function save(commitment) {
  const { words, salt } = kept.get(commitment);
  const content = JSON.stringify({
    content: toBase64(utf8(words)),
    format: "ropewalk-content/1",
    salt: toBase64(salt),
  });
  kept.delete(commitment);
  const blob = new Blob([content], { type: "application/json" });
  download(blob, `reason-${commitment.slice(0, 8)}.json`);
}
