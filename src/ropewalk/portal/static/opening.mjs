// SPDX-License-Identifier: Apache-2.0
/**
 * Private payloads of the vault, opened and made in this browser: only here they are in clear.
 *
 *     const { content, mediaType } = await openPayload(desk, name);
 *     const { sealed, name, keys } = await sealPayload(bytes, [{ controller, kid }]);
 *
 * The envelope, byte by byte, and how its key is wrapped: docs/reference/vault.md, 1 and 2.
 * Source: NIST SP 800-38D; RFC 9180 (base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
 * AES-256-GCM); RFC 7748, 4.1.
 */

import { decode, encode } from "./canonical.mjs";
import {
  fromBase64,
  fromBase64url,
  fromHex,
  joined,
  sha256Hex,
  toBase64,
  utf8,
} from "./encoding.mjs";
import { RefusedError, signedFetch } from "./signing.mjs";

const MAGIC = joined(utf8("RWVAULT"), Uint8Array.of(1));
const KEY_SIZE = 32;
const WRAPPED_SIZE = 80;
const SEGMENT = 65_536;
const TAG_SIZE = 16;
const HEADER_SIZE = 256;
const PLAINTEXT_MAX = 20 << 20;
const DOMAIN = utf8("ropewalk vault key v1\n");
const MEDIA_TYPE_MAX = 100;

/** A payload was changed, cut or mixed, is under another key, or is none of ours. */
export class OpeningError extends Error {}

/**
 * Fetch a payload and open it.
 *
 * @param {object} desk of keys.mjs
 * @param {string} name of the payload: SHA-256 of its encrypted bytes, hex
 * @param {function} [fetcher] such as `fetch`
 * @param {string} [base] URL of the node; this site's if not given
 * @returns {Promise<{content: Uint8Array, mediaType: string}>} whole; the media type is what
 *     whoever put it said
 * @throws {RefusedError} the node does not hand it out
 * @throws {OpeningError} it is not what its name says, or does not open
 */
export async function openPayload(desk, name, fetcher = fetch, base = "") {
  if (!/^[0-9a-f]{64}$/.test(name)) throw new OpeningError("a payload's name is 64 of hex");
  const path = `${base}/v1/vault/${name}`;
  const { keys } = await (await handed(desk, `${path}/key`, fetcher)).json();
  const wrapped = keys?.[desk.kid];
  if (typeof wrapped !== "string") {
    throw new OpeningError("its key is wrapped to other keys; ask its putter to grant it anew");
  }
  const key = await unwrapKey(desk, fromBase64(wrapped), fromHex(name));
  const answer = await handed(desk, path, fetcher, "application/octet-stream");
  const sealed = new Uint8Array(await answer.arrayBuffer());
  if ((await sha256Hex(sealed)) !== name) throw new OpeningError("the node sent another payload");
  return decrypt(sealed, key);
}

/**
 * Encrypt a payload and wrap its key.
 *
 * @param {Uint8Array} content at most 20 MiB
 * @param {{controller: string, kid: string}[]} readers every active key of everybody who may read
 *     it, whoever puts it among them
 * @returns {Promise<{sealed: Uint8Array, name: string, keys: object[]}>} what to send, its name,
 *     and what the field `Vault-Keys` holds
 */
export async function sealPayload(content, readers) {
  const key = crypto.getRandomValues(new Uint8Array(KEY_SIZE));
  const sealed = await encrypt(content, key);
  const name = await sha256Hex(sealed);
  const keys = [];
  for (const { controller, kid } of readers) {
    const wrapped = toBase64(await wrapKey(kid, key, fromHex(name)));
    keys.push({ controller, kid, wrapped });
  }
  key.fill(0);
  return { sealed, name, keys };
}

/**
 * Put a sealed payload.
 *
 * @param {object} desk whose controller puts it
 * @param {{sealed: Uint8Array, keys: object[]}} payload of `sealPayload`
 * @param {function} [fetcher]
 * @param {string} [base] URL of the node; this site's if not given
 * @returns {Promise<object>} the node's answer: `hash`, `size` and so on
 * @throws {RefusedError} the node does not take it
 */
export async function putPayload(desk, { sealed, keys }, fetcher = fetch, base = "") {
  const fields = new TextDecoder().decode(encode(keys));
  const headers = { "content-type": "application/octet-stream", "vault-keys": fields };
  const sent = { body: sealed, headers };
  const path = `${base}/v1/vault`;
  const answer = await signedFetch(desk, desk.network, "POST", path, sent, fetcher);
  return (await taken(answer)).json();
}

async function handed(desk, url, fetcher, accept = "application/json") {
  const sent = { headers: { accept } };
  return taken(await signedFetch(desk, desk.network, "GET", url, sent, fetcher));
}

/** An answer, if it is no refusal. */
async function taken(answer) {
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new RefusedError({ ...problem, status: answer.status });
}

// ---------------------------------------------------------------------------------------------
// The envelope

/**
 * A payload encrypted.
 *
 * @param {Uint8Array} content
 * @param {Uint8Array} key 32 bytes, never used before
 * @returns {Promise<Uint8Array>}
 */
export async function encrypt(content, key) {
  if (content.length > PLAINTEXT_MAX) {
    throw new OpeningError(`a payload has at most ${PLAINTEXT_MAX} bytes`);
  }
  const header = new Uint8Array(HEADER_SIZE);
  header.set(encode({ media_type: mediaTypeOf(content.subarray(0, 64)) }));
  const plain = joined(header, content);
  const cipher = await aes(key, "encrypt");
  const segments = [MAGIC];
  for (let at = 0; at < plain.length; at += SEGMENT) {
    const segment = plain.subarray(at, at + SEGMENT);
    const how = nonce(at / SEGMENT, at + SEGMENT >= plain.length);
    segments.push(new Uint8Array(await crypto.subtle.encrypt(how, cipher, segment)));
  }
  return joined(...segments);
}

/**
 * A payload opened, whole or not at all.
 *
 * @param {Uint8Array} sealed
 * @param {Uint8Array} key 32 bytes
 * @returns {Promise<{content: Uint8Array, mediaType: string}>}
 * @throws {OpeningError} it was changed, cut, reordered or mixed, or the key is another's
 */
export async function decrypt(sealed, key) {
  const isOurs = MAGIC.every((byte, at) => sealed[at] === byte);
  if (!isOurs) throw new OpeningError("it does not begin as a private payload does");
  const body = sealed.subarray(MAGIC.length);
  const cipher = await aes(key, "decrypt");
  const whole = SEGMENT + TAG_SIZE;
  const plain = [];
  for (let at = 0; at === 0 || at < body.length; at += whole) {
    const isLast = at + whole >= body.length;
    const how = nonce(at / whole, isLast);
    plain.push(await opened(how, cipher, body.subarray(at, at + whole)));
  }
  const all = joined(...plain);
  if (all.length < HEADER_SIZE) throw new OpeningError("it has no header");
  if (all.length > HEADER_SIZE + PLAINTEXT_MAX) {
    throw new OpeningError(`a payload has at most ${PLAINTEXT_MAX} bytes`);
  }
  return { content: all.slice(HEADER_SIZE), mediaType: readHeader(all.subarray(0, HEADER_SIZE)) };
}

async function opened(how, cipher, segment) {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(how, cipher, segment));
  } catch {
    throw new OpeningError("it was changed, cut or mixed, or the key is another's");
  }
}

function aes(key, use) {
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, [use]);
}

function nonce(index, isLast) {
  const iv = new Uint8Array(12);
  new DataView(iv.buffer).setUint32(7, index);
  iv[11] = isLast ? 1 : 0;
  return { name: "AES-GCM", iv, additionalData: MAGIC, tagLength: 8 * TAG_SIZE };
}

function readHeader(bytes) {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  try {
    const { media_type: kind, ...rest } = decode(bytes.slice(0, end));
    const isFair = typeof kind === "string" && kind.length >= 3 && kind.length <= MEDIA_TYPE_MAX;
    if (isFair && Object.keys(rest).length === 0) return kind;
  } catch {
    // told below
  }
  throw new OpeningError("its header can't be read");
}

const KINDS = [
  ["%PDF-", "application/pdf"],
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["\xff\xd8\xff", "image/jpeg"],
  ["II*\0", "image/tiff"],
  ["MM\0*", "image/tiff"],
  ["PK\x03\x04", "application/zip"],
  ["\x1f\x8b", "application/gzip"],
  ["PAR1", "application/vnd.apache.parquet"],
  ["UNA", "application/edifact"],
  ["UNB+", "application/edifact"],
];
const TEXTS = [
  ["<?xml", "application/xml"],
  ["{", "application/json"],
  ["[", "application/json"],
];

/** The media type of a payload by its first bytes, never by its name. */
export function mediaTypeOf(start) {
  const text = String.fromCharCode(...start);
  const bare = text.replace(/^\xef\xbb\xbf/, "").replace(/^[ \t\r\n]+/, "");
  const found =
    [...KINDS, ...TEXTS].find(([magic]) => text.startsWith(magic)) ??
    TEXTS.find(([magic]) => bare.startsWith(magic));
  return found?.[1] ?? "application/octet-stream";
}

// ---------------------------------------------------------------------------------------------
// Its key, wrapped (RFC 9180)

/**
 * A payload's key for the holder of a signing key.
 *
 * @param {string} kid whom it is for
 * @param {Uint8Array} key 32 bytes
 * @param {Uint8Array} payload SHA-256 of the encrypted payload
 * @returns {Promise<Uint8Array>} 80 bytes
 */
export async function wrapKey(kid, key, payload) {
  const theirs = exchangePublic(kid);
  const pair = await crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
  const sent = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const secret = await shared(pair.privateKey, theirs, joined(sent, theirs));
  const { cipher, how } = await scheduled(secret, payload, "encrypt");
  const box = new Uint8Array(await crypto.subtle.encrypt(how, cipher, key));
  return joined(sent, box);
}

/**
 * The payload's key inside.
 *
 * @param {object} desk of keys.mjs
 * @param {Uint8Array} wrapped
 * @param {Uint8Array} payload SHA-256 of the encrypted payload
 * @returns {Promise<Uint8Array>} 32 bytes
 * @throws {OpeningError} wrapped for another key or payload, or changed on the way
 */
export async function unwrapKey(desk, wrapped, payload) {
  if (wrapped.length !== WRAPPED_SIZE) throw new OpeningError("what was wrapped is no key");
  const sent = wrapped.slice(0, 32);
  try {
    const own = exchangePublic(desk.kid);
    const secret = await shared(desk.exchange, sent, joined(sent, own));
    const { cipher, how } = await scheduled(secret, payload, "decrypt");
    return new Uint8Array(await crypto.subtle.decrypt(how, cipher, wrapped.slice(32)));
  } catch {
    throw new OpeningError("it was wrapped for another key or payload, or changed");
  }
}

const KEM = joined(utf8("KEM"), Uint8Array.of(0, 0x20));
const HPKE = joined(utf8("HPKE"), Uint8Array.of(0, 0x20, 0, 1, 0, 2));
const NOTHING = new Uint8Array();

/** The KEM's shared secret (RFC 9180, 4.1). */
async function shared(ours, theirs, context) {
  const point = await crypto.subtle.importKey("raw", theirs, "X25519", true, []);
  const how = { name: "X25519", public: point };
  const agreed = new Uint8Array(await crypto.subtle.deriveBits(how, ours, 256));
  if (agreed.every((byte) => byte === 0)) throw new OpeningError("a point no honest key has");
  const prk = await extract(KEM, NOTHING, "eae_prk", agreed);
  return expand(KEM, prk, "shared_secret", context, 32);
}

/** The one key and nonce of base mode (RFC 9180, 5.1). */
async function scheduled(secret, payload, use) {
  const idHash = await extract(HPKE, NOTHING, "psk_id_hash", NOTHING);
  const infoHash = await extract(HPKE, NOTHING, "info_hash", joined(DOMAIN, payload));
  const context = joined(Uint8Array.of(0), idHash, infoHash);
  const prk = await extract(HPKE, secret, "secret", NOTHING);
  const cipher = await aes(await expand(HPKE, prk, "key", context, 32), use);
  const iv = await expand(HPKE, prk, "base_nonce", context, 12);
  return { cipher, how: { name: "AES-GCM", iv, tagLength: 8 * TAG_SIZE } };
}

function extract(suite, salt, label, material) {
  return hmac(salt, joined(utf8("HPKE-v1"), suite, utf8(label), material));
}

/** At most 32 bytes are ever wanted here: one block of HKDF-Expand. */
async function expand(suite, prk, label, info, size) {
  const head = joined(Uint8Array.of(0, size), utf8("HPKE-v1"), suite, utf8(label), info);
  return (await hmac(prk, joined(head, Uint8Array.of(1)))).slice(0, size);
}

async function hmac(secret, message) {
  const padded = secret.length > 0 ? secret : new Uint8Array(32); // the same, by HMAC's own rule
  const how = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", padded, how, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
}

// ---------------------------------------------------------------------------------------------
// The X25519 key that an Ed25519 key corresponds to

const P = (1n << 255n) - 19n;
const L = (1n << 252n) + 27742317777372353535851937790883648493n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/**
 * The public key that messages to a signing key are sealed to.
 *
 * @param {string} kid
 * @returns {Uint8Array} 32 bytes: u = (1 + y) / (1 - y) of the point
 * @throws {OpeningError} not a key id, or no point that a key could be
 */
export function exchangePublic(kid) {
  const bytes = fromBase64url(kid);
  if (bytes.length !== 32) throw new OpeningError("a key id is base64url of 32 bytes");
  const y = numberOf(bytes) & ((1n << 255n) - 1n);
  const u = modulo((1n + y) * inverse(modulo(1n - y)));
  const isFair = isOnCurve(y) && isOfLargeOrder(u);
  if (!isFair) throw new OpeningError(`${kid}: nothing can be wrapped to it`);
  return bytesOf(u);
}

/** Whether y is canonical, and x^2 = (y^2 - 1) / (d y^2 + 1) a square other than 0. */
function isOnCurve(y) {
  if (y >= P) return false;
  const square = modulo((y * y - 1n) * inverse(modulo(D * y * y + 1n)));
  return power(square, (P - 1n) / 2n) === 1n;
}

/** Whether the group's order takes a point to nothing: RFC 7748's ladder, on a public key. */
function isOfLargeOrder(u) {
  let [one, other] = [
    [1n, 0n],
    [u, 1n],
  ];
  for (const bit of L.toString(2)) {
    const sum = added(one, other, u);
    [one, other] = bit === "0" ? [doubled(one), sum] : [sum, doubled(other)];
  }
  return one[1] === 0n;
}

function doubled([x, z]) {
  const [sum, difference] = [modulo((x + z) ** 2n), modulo((x - z) ** 2n)];
  const between = modulo(sum - difference);
  return [modulo(sum * difference), modulo(between * (sum + 121_665n * between))];
}

/** The sum of two points whose difference has this u. */
function added([x1, z1], [x2, z2], u) {
  const [one, other] = [modulo((x1 - z1) * (x2 + z2)), modulo((x1 + z1) * (x2 - z2))];
  return [modulo((one + other) ** 2n), modulo(u * (one - other) ** 2n)];
}

function numberOf(bytes) {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function bytesOf(number) {
  return Uint8Array.from({ length: 32 }, (_, at) => Number((number >> BigInt(8 * at)) & 0xffn));
}

function modulo(number) {
  return ((number % P) + P) % P;
}

function inverse(number) {
  return power(number, P - 2n);
}

function power(base, exponent) {
  let [result, square] = [1n, base];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
