// SPDX-License-Identifier: Apache-2.0
/**
 * Sign acts, and send them; sign requests to a node.
 *
 *     const { bytes } = draft({ act, actor: desk.controller, body, network: desk.network });
 *     // show `told(bytes, …)` of wording.mjs, and only then
 *     const outcome = await submit(await signTransaction(desk, bytes));
 *
 * Byte for byte what docs/reference/formats.md, 2 and 3, and docs/reference/vault.md, 3 say.
 */

import { decode, encode } from "./canonical.mjs";
import { sha256, sha256Hex, toBase64, toBase64url, utf8 } from "./encoding.mjs";

export const VALIDITY_S = 600;
export const VALIDITY_S_MAX = 3_600;
const SIZE_MAX = 131_072;
const TRANSACTION = "ropewalk-transaction+jws";
const CONSENT = "ropewalk-consent+jws";
const TRANSACTIONS = "/v1/transactions";
const TRIES = 5;
const PAUSE_MS = 500;
const BUSY = new Set([408, 425, 429]);
const UNKNOWN = {
  status: "unknown",
  detail: "the node does not say what became of it; ask again by its id",
};

/** What was to be signed is not for this desk, or can't be signed. */
export class SigningError extends Error {}

/** A node refused what it was asked, and nothing was done. */
export class RefusedError extends Error {
  constructor({ code = "", number = 0, detail = "", status = 0 }) {
    super(detail || code || `the node answered ${status}`);
    Object.assign(this, { code, number, detail, status });
  }
}

/**
 * An act as it will be signed.
 *
 * @param {object} told
 * @param {string} told.act such as `title.TRANSFER`
 * @param {string} told.actor id of the controller that acts
 * @param {object} told.body the act's members
 * @param {string} told.network id of the network
 * @param {number} [told.validityS] seconds until it expires; at most an hour
 * @param {string} [told.represents] in whose name it is, under a mandate
 * @param {number} [told.nowS] seconds since 1970
 * @param {string[]} [told.consents] of the controller's other keys
 * @returns {{content: object, bytes: Uint8Array}}
 */
export function draft(told) {
  const { act, actor, body, network, validityS = VALIDITY_S, represents = "" } = told;
  const { nowS = Math.floor(Date.now() / 1000), consents = [] } = told;
  const valid_until = nowS + Math.min(validityS, VALIDITY_S_MAX);
  const content = { act, actor, body, network, valid_until };
  if (represents) content.represented_party = represents;
  if (consents.length > 0) content.consents = [...consents];
  return { content, bytes: encode(content) };
}

/**
 * Sign an act.
 *
 * @param {object} desk of keys.mjs
 * @param {Uint8Array} bytes of `draft`: the very bytes that were shown
 * @returns {Promise<string>} the transaction, a JWS in compact serialisation
 * @throws {SigningError} it is another controller's act, or for another network
 */
export async function signTransaction(desk, bytes) {
  const { actor, network } = decode(bytes);
  if (network !== desk.network) throw new SigningError("this act is for another network");
  if (actor !== desk.controller) throw new SigningError("this act is another controller's");
  const text = await jws(desk, TRANSACTION, bytes);
  if (text.length > SIZE_MAX) throw new SigningError(`a transaction has at most ${SIZE_MAX} bytes`);
  return text;
}

/**
 * A transaction's id: hex of SHA-256 over what is signed.
 *
 * @param {string} transaction
 * @returns {Promise<string>}
 */
export function transactionId(transaction) {
  return sha256Hex(utf8(transaction.slice(0, transaction.lastIndexOf("."))));
}

/**
 * What consents name: hex of SHA-256 over an act without its consents.
 *
 * @param {object} content of `draft`
 * @returns {Promise<string>}
 */
export function actHash(content) {
  const { consents: _, ...rest } = content;
  return sha256Hex(encode(rest));
}

/**
 * The act hash of a proposal: by it the act is approved.
 *
 * @param {string} network id
 * @param {string} actsFor controller in whose name it is proposed
 * @param {{act: string, body: object, until: number}} proposal
 * @returns {Promise<string>}
 */
export async function proposedHash(network, actsFor, proposal) {
  return sha256Hex(proposedBytes(network, actsFor, proposal));
}

/**
 * The act of a proposal, of which its hash is made: the very act that its approvals carry out.
 *
 * @returns {Uint8Array} canonical
 */
export function proposedBytes(network, actsFor, { act, body, until }) {
  return encode({ act, actor: actsFor, body, network, valid_until: until });
}

/**
 * Consent, by another key of the same controller, to an act.
 *
 * @param {object} desk of keys.mjs: the key that consents
 * @param {object} content of `draft`, without consents
 * @param {number} until when the consent ends, seconds since 1970
 * @returns {Promise<string>} a JWS
 */
export async function consentFor(desk, content, until) {
  const { actor, network } = content;
  if (network !== desk.network) throw new SigningError("this act is for another network");
  if (actor !== desk.controller) throw new SigningError("this act is another controller's");
  const act_hash = await actHash(content);
  return jws(desk, CONSENT, encode({ act_hash, network, until }));
}

async function jws(desk, typ, payload) {
  const header = encode({ alg: "Ed25519", kid: desk.kid, typ });
  const input = `${toBase64url(header)}.${toBase64url(payload)}`;
  return `${input}.${toBase64url(await signed(desk, utf8(input)))}`;
}

async function signed(desk, message) {
  return new Uint8Array(await crypto.subtle.sign("Ed25519", desk.signing, message));
}

// ---------------------------------------------------------------------------------------------
// Sending

/**
 * Send a transaction and wait for its outcome.
 *
 * Where the connection breaks, or the node is at its limit, it is asked what became of the
 * transaction, and where it knows of none the same bytes are sent again: the first outcome counts,
 * so this can't act twice.
 *
 * @param {string} transaction
 * @param {function} [fetcher] such as `fetch`
 * @param {function(number): Promise} [pause] waits so many milliseconds
 * @returns {Promise<{status: string, transaction: string, position: number, height: number,
 *     code: string, number: number, detail: string}>} `status` is committed, refused or unknown,
 *     never a guess
 */
export async function submit(transaction, fetcher = fetch, pause = waited) {
  const id = await transactionId(transaction);
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (attempt > 0) await pause(PAUSE_MS * attempt);
    const before = attempt > 0 ? await asked(id, fetcher) : undefined;
    const found = before ?? (await sent(transaction, fetcher, attempt === 0));
    if (found !== undefined && isDecided(found)) return outcome(id, found);
  }
  return outcome(id, UNKNOWN);
}

function isDecided({ status }) {
  return status === "committed" || status === "refused";
}

function outcome(id, found) {
  const { status, position = 0, height = 0, code = "", number = 0, detail = "" } = found;
  return { status, transaction: id, position, height, code, number, detail };
}

/**
 * What sending gave; undefined where that does not tell.
 *
 * A request that is refused as a whole has done nothing; but where the same bytes went out before,
 * nobody knows of those.
 */
async function sent(transaction, fetcher, isFirst) {
  const headers = { accept: "application/json", "content-type": "application/json" };
  const body = JSON.stringify({ transactions: [transaction] });
  const answer = await answered(fetcher, TRANSACTIONS, { method: "POST", headers, body });
  if (answer === undefined) return undefined;
  if (answer.status === 200) return answer.read?.outcomes?.[0];
  const isRefused = answer.status >= 400 && answer.status < 500 && !BUSY.has(answer.status);
  return isFirst && isRefused ? { ...problemOf(answer), status: "refused" } : undefined;
}

/** What the log holds of a transaction; undefined where it holds none, or does not tell. */
async function asked(id, fetcher) {
  const headers = { accept: "application/json" };
  const answer = await answered(fetcher, `${TRANSACTIONS}/${id}`, { method: "GET", headers });
  if (answer === undefined || answer.status !== 200) return undefined;
  return answer.read?.transaction === id && isDecided(answer.read) ? answer.read : undefined;
}

async function answered(fetcher, url, request) {
  try {
    const answer = await fetcher(url, { cache: "no-store", ...request });
    return { status: answer.status, read: await answer.json() };
  } catch {
    return undefined; // it broke on the way, or what came is no JSON: nobody knows
  }
}

function problemOf({ status, read }) {
  const { code = "", number = 0, detail = "" } = read ?? {};
  return { code, number, detail, status };
}

function waited(milliseconds) {
  return new Promise((resume) => setTimeout(resume, milliseconds));
}

// ---------------------------------------------------------------------------------------------
// Signed requests (RFC 9421; RFC 9530)

/**
 * A request that tells the node who sends it: what is sent is what was signed.
 *
 * @param {object} desk of keys.mjs
 * @param {string} network id
 * @param {string} method
 * @param {string} url whole, or a path of this site
 * @param {object} [sent]
 * @param {Uint8Array|string} [sent.body]
 * @param {object} [sent.headers] further fields, signed too; but `accept` and `content-type`
 * @param {function} [fetcher]
 * @returns {Promise<Response>}
 */
export async function signedFetch(desk, network, method, url, sent = {}, fetcher = fetch) {
  const { headers = {} } = sent;
  const body = typeof sent.body === "string" ? utf8(sent.body) : sent.body;
  const whole = new URL(url, globalThis.location?.href).href;
  const { accept, "content-type": kind, ...fields } = lowered(headers);
  const digest = body === undefined ? undefined : await sha256(body);
  const proof = await signedHeaders(desk, { network, method, url: whole, digest, fields });
  const plain = { accept: accept ?? "application/json", ...(kind && { "content-type": kind }) };
  const request = { method, body, headers: { ...plain, ...proof }, cache: "no-store" };
  return fetcher(whole, { ...request, redirect: "error" });
}

/**
 * The header fields of a signed request, those handed in among them.
 *
 * @param {object} desk
 * @param {{network: string, method: string, url: string, digest: Uint8Array, fields: object,
 *     nowS: number}} told `digest` is SHA-256 of the body, left out where there is none
 * @returns {Promise<object>}
 */
export async function signedHeaders(desk, told) {
  const { network, method, url, digest, fields = {} } = told;
  const { nowS = Math.floor(Date.now() / 1000) } = told;
  const { host, pathname, search } = new URL(url);
  const sent = { "ropewalk-controller": desk.controller, ...fields };
  if (digest !== undefined) sent["content-digest"] = `sha-256=:${toBase64(digest)}:`;
  const covered = {
    "@method": method,
    "@authority": host,
    "@path": pathname,
    "@query": search === "" ? "?" : search,
    ...sent,
  };
  const nonce = toBase64url(crypto.getRandomValues(new Uint8Array(24)));
  const names = Object.keys(covered).map((name) => `"${name}"`);
  const parameters =
    `(${names.join(" ")});created=${nowS};keyid="${desk.kid}";nonce="${nonce}"` +
    `;alg="ed25519";tag="ropewalk/${network}"`;
  const signature = toBase64(await signed(desk, signatureBase(covered, parameters)));
  return {
    ...sent,
    "signature-input": `sig=${parameters}`,
    signature: `sig=:${signature}:`,
  };
}

function signatureBase(covered, parameters) {
  const lines = Object.entries(covered).map(([name, value]) => {
    if (!/^[\x20-\x7e]*$/.test(value)) throw new SigningError(`${name} can't be signed`);
    return `"${name}": ${value}`;
  });
  return utf8([...lines, `"@signature-params": ${parameters}`].join("\n"));
}

function lowered(headers) {
  const entries = Object.entries(headers);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}
