// SPDX-License-Identifier: Apache-2.0
/**
 * Desks: the keys that are kept in this browser, each with the party it acts for.
 *
 *     const { desk, sealed } = await makeDesk({ name: "Aurora Trading", network });
 *     download(await sealed(passphrase)); // the one time that the key leaves this browser
 *     for (const each of await desks()) console.log(each.name, each.controller);
 *
 * A key rests as CryptoKeys that no script can read: they sign, they open what is private, and
 * that is all. A desk is `{controller, name, network, kid, demo, madeAt, signing, exchange}`.
 */

import { encode } from "./canonical.mjs";
import { joined, sha256Hex, utf8 } from "./encoding.mjs";
import { KeyFileError, openedSeed, pkcs8, sealedSeed } from "./keyfile.mjs";

export { KeyFileError, PassphraseError } from "./keyfile.mjs";

const DATABASE = "ropewalk-desks";
const STORE = "desks";
const SEED_SIZE = 32;
const ED25519 = "2b6570";
const X25519 = "2b656e";
const CONTROLLER = /^[0-9a-f]{32}$/;
const NETWORK = /^[0-9a-f]{64}$/;

/** A desk can't be made, kept or found. */
export class DeskError extends Error {}

/**
 * Draw a key and keep it.
 *
 * @param {object} told
 * @param {string} told.name what the desk is called here
 * @param {string} told.network id of the network, hex
 * @param {string} [told.controller] whom it acts for; the controller of this one key if not given
 * @param {boolean} [told.demo] whether it is for trying things out
 * @returns {Promise<{desk: object, sealed: function(string): Promise<string>, wipe: function()}>}
 *     `sealed` gives the key as a file under a passphrase, once; `wipe` forgoes that
 */
export async function makeDesk({ name, network, controller, demo = false }) {
  const seed = crypto.getRandomValues(new Uint8Array(SEED_SIZE));
  const desk = await kept(await deskOf({ name, network, controller, seed, demo }));
  let state = "kept";
  const wipe = () => {
    state = "wiped";
    seed.fill(0);
  };
  const sealed = async (passphrase) => {
    if (state !== "kept") throw new KeyFileError("the key left this browser already, or was wiped");
    const copy = seed.slice(); // what is being sealed can't be wiped meanwhile
    state = "leaving";
    try {
      const file = await sealedSeed(copy, passphrase);
      wipe();
      return file;
    } finally {
      copy.fill(0);
      if (state === "leaving") state = "kept";
    }
  };
  return { desk, sealed, wipe };
}

/**
 * Keep a key that comes from elsewhere.
 *
 * @param {object} told as for `makeDesk`, and
 * @param {Uint8Array} told.seed 32 bytes; zeros afterwards
 * @returns {Promise<object>} the desk
 */
export async function importDesk({ name, network, controller, seed, demo = false }) {
  try {
    return await kept(await deskOf({ name, network, controller, seed, demo }));
  } finally {
    seed.fill(0);
  }
}

/**
 * Keep a key out of a file: one that `makeDesk` sealed, or that the command line wrote.
 *
 * @param {string} pem
 * @param {string} passphrase
 * @param {object} told as for `makeDesk`
 * @returns {Promise<object>} the desk
 * @throws {PassphraseError} it does not open with this passphrase
 * @throws {KeyFileError} it is no encrypted Ed25519 key
 */
export async function importSealed(pem, passphrase, { name, network, controller, demo = false }) {
  const seed = await openedSeed(pem, passphrase);
  return importDesk({ name, network, controller, seed, demo });
}

/** Every desk of this browser, by name. */
export async function desks() {
  const found = await asked("readonly", (store) => store.getAll());
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The desk of a controller; undefined where there is none. */
export function desk(controller) {
  return asked("readonly", (store) => store.get(controller));
}

/** Forget a desk, its key for good: nobody can bring it back but by its file. */
export async function forgetDesk(controller) {
  await asked("readwrite", (store) => store.delete(controller));
}

/**
 * The id of the controller that consists of one key and no more.
 *
 * @param {string} kid
 * @returns {Promise<string>} hex, 32 characters
 */
export async function controllerOf(kid) {
  const content = encode({ commitment: "", keys: [kid], salt: await saltOf(kid), threshold: 1 });
  const id = await sha256Hex(joined(utf8("ropewalk controller v1\n"), content));
  return id.slice(0, 32);
}

/** The salt with which a controller of one key is registered. */
export function saltOf(kid) {
  return sha256Hex(utf8(`ropewalk controller of one key\n${kid}`));
}

async function deskOf({ name, network, controller, seed, demo }) {
  if (!(seed instanceof Uint8Array) || seed.length !== SEED_SIZE) {
    throw new DeskError("a seed has 32 bytes");
  }
  if (typeof name !== "string" || name.trim() === "") throw new DeskError("a desk has a name");
  if (!NETWORK.test(network)) throw new DeskError("the id of a network is 64 characters of hex");
  const kid = await kidOf(seed);
  const whose = controller || (await controllerOf(kid));
  if (!CONTROLLER.test(whose)) throw new DeskError("a controller's id is 32 characters of hex");
  const signing = await signingKey(seed, false);
  const exchange = await exchangeKey(seed);
  const madeAt = Math.floor(Date.now() / 1000);
  return { controller: whose, name, network, kid, demo: demo === true, madeAt, signing, exchange };
}

/** The key's id: the public key, which WebCrypto tells of a key that can be exported only. */
async function kidOf(seed) {
  const { x } = await crypto.subtle.exportKey("jwk", await signingKey(seed, true));
  return x;
}

async function signingKey(seed, isExtractable) {
  const plain = pkcs8(ED25519, seed);
  try {
    return await crypto.subtle.importKey("pkcs8", plain, "Ed25519", isExtractable, ["sign"]);
  } finally {
    plain.fill(0);
  }
}

/** The X25519 key that an Ed25519 key corresponds to (libsodium's `…_sk_to_curve25519`). */
async function exchangeKey(seed) {
  const hashed = new Uint8Array(await crypto.subtle.digest("SHA-512", seed));
  const plain = pkcs8(X25519, hashed.slice(0, 32)); // X25519 itself clamps it
  try {
    return await crypto.subtle.importKey("pkcs8", plain, "X25519", false, ["deriveBits"]);
  } finally {
    hashed.fill(0);
    plain.fill(0);
  }
}

/** Keep a desk; another key of the same controller is never overwritten. */
async function kept(made) {
  const before = await desk(made.controller);
  if (before !== undefined && before.kid !== made.kid) {
    throw new DeskError("this browser keeps another key for this controller; forget it first");
  }
  await asked("readwrite", (store) => store.put(made));
  return made;
}

/** Ask the database; the answer comes when it is kept. */
async function asked(mode, question) {
  const database = await opened();
  try {
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const request = question(transaction.objectStore(STORE));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(failed(transaction));
      transaction.onerror = () => reject(failed(transaction));
    });
    return request.result;
  } finally {
    database.close();
  }
}

function opened() {
  const { indexedDB } = globalThis;
  if (!indexedDB) return Promise.reject(new DeskError("this browser keeps nothing for a page"));
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { keyPath: "controller" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(failed(request));
    request.onblocked = () => reject(new DeskError("another page of this site holds the desks"));
  });
}

function failed({ error }) {
  return new DeskError(`this browser does not keep it: ${error?.message ?? "it says no more"}`);
}
