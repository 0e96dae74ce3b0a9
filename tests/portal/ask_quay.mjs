// SPDX-License-Identifier: Apache-2.0
/**
 * Many questions to the scripts of the quay's pages in one process: a list of `[name, …]` in JSON on
 * stdin, a list of answers on stdout. Bytes are base64; `{"refused": code}` is an error thrown.
 */

import { boxesOf, sheetOf } from "../../src/ropewalk/portal/static/boxes.mjs";
import { fromBase64 } from "../../src/ropewalk/portal/static/encoding.mjs";
import * as issuing from "../../src/ropewalk/portal/static/issuing.mjs";
import * as keys from "../../src/ropewalk/portal/static/keys.mjs";
import * as passes from "../../src/ropewalk/portal/static/passes.mjs";
import { memoryDatabase } from "./memory_database.mjs";

async function termsOr(document, secret) {
  try {
    return await issuing.termsOf(document, secret);
  } catch (error) {
    if (error.code === "client.no_cargo") return undefined;
    throw error;
  }
}

const questions = {
  read(bytes) {
    const { bytes: _, members: __, ...found } = issuing.readTransportDocument(fromBase64(bytes));
    return found;
  },

  /** The boxes of a document's sheet, those that are not empty. */
  sheet: (bytes) =>
    boxesOf(sheetOf(fromBase64(bytes))).flatMap(([key, value]) => (value ? [[key, value]] : [])),

  /** The terms of a document. */
  terms: (bytes, secret) =>
    issuing.termsOf(issuing.readTransportDocument(fromBase64(bytes)), fromBase64(secret)),

  /** The ISSUE of a document, and the title's id. */
  async issue(bytes, told) {
    const document = issuing.readTransportDocument(fromBase64(bytes));
    const { law, parties, network, issuer, onBoard = undefined } = told;
    const terms = await termsOr(document, fromBase64(told.secret));
    const salt = fromBase64(told.salt);
    const body = await issuing.issueBody(document, { salt, law, parties, terms, onBoard });
    return { body, title: await issuing.titleId(network, issuer, body) };
  },

  content: (bytes, salt) => issuing.contentCommitment(fromBase64(bytes), fromBase64(salt)),
  boxTag: (secret, equipment) => issuing.boxTag(fromBase64(secret), equipment),

  async presented(seed, controller, network, asked) {
    globalThis.indexedDB = memoryDatabase();
    const told = { name: "Desk", network, controller, seed: fromBase64(seed) };
    return passes.present(await keys.importDesk(told), asked);
  },

  answered: (text) => passes.readAnswer(text),
  written: (answer) => passes.writeAnswer(answer),
  challenge: () => [passes.newChallenge(), passes.newChallenge()],
};

async function answerAll() {
  const read = [];
  for await (const part of process.stdin) read.push(part);
  const answers = [];
  for (const [name, ...told] of JSON.parse(Buffer.concat(read).toString())) {
    try {
      answers.push((await questions[name](...told)) ?? null);
    } catch (error) {
      answers.push({ refused: error.code ?? error.constructor.name, detail: error.message });
    }
  }
  process.stdout.write(JSON.stringify(answers));
}

await answerAll();
