// SPDX-License-Identifier: Apache-2.0
/**
 * Many questions to the portal's scripts in one process: a list of `[name, …]` in JSON on stdin,
 * a list of answers on stdout. Bytes are base64; an answer `{"refused": name}` is an error thrown.
 */

import { decode, encode } from "../../src/ropewalk/portal/static/canonical.mjs";
import { purchase } from "../../src/ropewalk/portal/static/compose.mjs";
import * as encoding from "../../src/ropewalk/portal/static/encoding.mjs";
import * as keys from "../../src/ropewalk/portal/static/keys.mjs";
import * as opening from "../../src/ropewalk/portal/static/opening.mjs";
import * as signing from "../../src/ropewalk/portal/static/signing.mjs";
import * as figures from "../../src/ropewalk/portal/static/figures.mjs";
import { told, visible } from "../../src/ropewalk/portal/static/wording.mjs";
import { memoryDatabase } from "./memory_database.mjs";

const { fromBase64, toBase64 } = encoding;
const NETWORK = "ab".repeat(32);

function deskOf(seed, controller = undefined, network = NETWORK) {
  globalThis.indexedDB = memoryDatabase();
  return keys.importDesk({ name: "Desk", network, controller, seed: fromBase64(seed) });
}

/** The errors of reading each private key back: it must not be possible. */
async function exported({ signing: one, exchange }) {
  const formats = ["pkcs8", "jwk", "raw"];
  const tries = [one, exchange].flatMap((key) =>
    formats.map((format) => crypto.subtle.exportKey(format, key)),
  );
  return (await Promise.allSettled(tries)).map(({ status }) => status);
}

const questions = {
  encode: (value) => toBase64(encode(value)),
  decode: (bytes) => toBase64(encode(decode(fromBase64(bytes)))),

  async made(passphrase) {
    globalThis.indexedDB = memoryDatabase();
    const { desk, sealed } = await keys.makeDesk({ name: "Made", network: NETWORK });
    await sealed("").catch(() => {}); // refused, and the key is still there
    const [file, again] = await Promise.all([
      sealed(passphrase),
      sealed(passphrase).catch((error) => error.constructor.name),
    ]);
    const later = await sealed(passphrase).catch((error) => error.constructor.name);
    const states = await exported(desk);
    const { kid, controller } = desk;
    const listed = (await keys.desks()).map((each) => each.controller);
    const found = (await keys.desk(controller)).kid;
    await keys.forgetDesk(controller);
    const left = (await keys.desks()).length;
    return { again, controller, file, found, kid, later, left, listed, states };
  },

  async opened(pem, passphrase) {
    globalThis.indexedDB = memoryDatabase();
    const told = { name: "Opened", network: NETWORK };
    const desk = await keys.importSealed(pem, passphrase, told);
    return { controller: desk.controller, kid: desk.kid, states: await exported(desk) };
  },

  async overwritten(one, other) {
    const first = await deskOf(one);
    const { controller, network } = first;
    return keys.importDesk({ name: "B", network, controller, seed: fromBase64(other) });
  },

  async exchangePublic(seed) {
    const desk = await deskOf(seed);
    const nine = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 9 : 0));
    const base = await crypto.subtle.importKey("raw", nine, "X25519", true, []);
    const how = { name: "X25519", public: base };
    return toBase64(new Uint8Array(await crypto.subtle.deriveBits(how, desk.exchange, 256)));
  },

  async signed(seed, told, consenting) {
    const desk = await deskOf(seed, told.actor, told.network);
    const consents = [];
    for (const { seed: other, until } of consenting) {
      const { content } = signing.draft(told);
      consents.push(
        await signing.consentFor(await deskOf(other, told.actor, told.network), content, until),
      );
    }
    const { bytes } = signing.draft({ ...told, consents });
    const transaction = await signing.signTransaction(desk, bytes);
    return { id: await signing.transactionId(transaction), transaction };
  },

  async signedAs(seed, controller, network, told) {
    const { bytes } = signing.draft(told);
    return signing.signTransaction(await deskOf(seed, controller, network), bytes);
  },

  proposed: (network, actsFor, proposal) => signing.proposedHash(network, actsFor, proposal),

  /** Headers by their names, and the request that they were signed for. */
  async request(seed, controller, network, method, url, sent) {
    const desk = await deskOf(seed, controller, network);
    let asked;
    await signing.signedFetch(desk, network, method, url, sent, (whole, request) => {
      asked = { headers: request.headers, url: whole };
    });
    return asked;
  },

  exchangePublicOf: (kid) => toBase64(opening.exchangePublic(kid)),
  mediaTypeOf: (bytes) => opening.mediaTypeOf(fromBase64(bytes)),

  async sealed(bytes, key) {
    return toBase64(await opening.encrypt(fromBase64(bytes), fromBase64(key)));
  },

  async unsealed(bytes, key) {
    const { content, mediaType } = await opening.decrypt(fromBase64(bytes), fromBase64(key));
    return { content: toBase64(content), mediaType };
  },

  async wrapped(kid, key, payload) {
    return toBase64(await opening.wrapKey(kid, fromBase64(key), fromBase64(payload)));
  },

  async unwrapped(seed, wrapped, payload) {
    const desk = await deskOf(seed);
    return toBase64(await opening.unwrapKey(desk, fromBase64(wrapped), fromBase64(payload)));
  },

  /** A payload of a real node, opened. */
  async fetched(seed, controller, network, url, name) {
    const desk = await deskOf(seed, controller, network);
    const { content, mediaType } = await opening.openPayload(desk, name, fetch, url);
    return { content: toBase64(content), mediaType };
  },

  /** A payload put to a real node. */
  async put(seed, controller, network, url, bytes, readers) {
    const desk = await deskOf(seed, controller, network);
    const payload = await opening.sealPayload(fromBase64(bytes), readers);
    const { hash } = await opening.putPayload(desk, payload, fetch, url);
    return [hash, payload.name];
  },

  decimalsOf: (currency) => figures.decimalsOf(currency),
  figure: (name, ...given) => figures[name](...given),
  visible,
  purchase,

  /** What each of many acts says, to one reader. */
  told: (contents, reader) => contents.map((each) => told(encode(each), reader)),

  /** What `submit` makes of a node that answers one after the other; "broken" is no answer. */
  async submitted(transaction, answers) {
    const asked = [];
    const fetcher = async (url, { method }) => {
      asked.push(`${method} ${url}`);
      const next = answers.shift() ?? "broken";
      if (next === "broken") throw new TypeError("the connection broke");
      const [status, read] = next;
      return { json: async () => read, status };
    };
    const outcome = await signing.submit(transaction, fetcher, async () => {});
    return { asked, outcome };
  },
};

async function answerAll() {
  const read = [];
  for await (const part of process.stdin) read.push(part);
  const answers = [];
  for (const [name, ...told] of JSON.parse(Buffer.concat(read).toString())) {
    try {
      answers.push((await questions[name](...told)) ?? null);
    } catch (error) {
      answers.push({ refused: error.constructor.name, detail: error.message });
    }
  }
  process.stdout.write(JSON.stringify(answers));
}

await answerAll();
