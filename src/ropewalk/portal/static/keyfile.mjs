// SPDX-License-Identifier: Apache-2.0
/**
 * Key files: an Ed25519 seed as PKCS#8 in PEM, under a passphrase (PBES2).
 *
 *     const pem = await sealedSeed(seed, passphrase);
 *     const again = await openedSeed(pem, passphrase);
 *
 * Written with PBKDF2-HMAC-SHA256 and AES-256-CBC, which browsers have; read with these, and with
 * scrypt in the place of PBKDF2, as the command line writes. Source: RFC 5958, RFC 7914, 7,
 * RFC 8018, 6.2 and A, RFC 8410. Any tool of the trade opens them (`openssl pkey -in FILE`).
 */

import { fromBase64, joined, toBase64, toHex, utf8 } from "./encoding.mjs";
import { scrypt } from "./scrypt.mjs";

export const ROUNDS = 600_000;
const ROUNDS_MAX = 10_000_000;
const SEED_SIZE = 32;
const BEGIN = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
const END = "-----END ENCRYPTED PRIVATE KEY-----";
const [INTEGER, OCTETS, NULL, OID, SEQUENCE] = [0x02, 0x04, 0x05, 0x06, 0x30];
const PBES2 = "2a864886f70d01050d";
const PBKDF2 = "2a864886f70d01050c";
const HMAC_SHA256 = "2a864886f70d0209";
const SCRYPT = "2b06010401da47040b";
const AES_256_CBC = "60864801650304012a";
const ED25519 = "2b6570";

/** A key file can't be used: no key file of ours, or another kind of key. */
export class KeyFileError extends Error {}

/** The file does not open with this passphrase, or is damaged. */
export class PassphraseError extends KeyFileError {}

/**
 * The file of a seed.
 *
 * @param {Uint8Array} seed 32 bytes
 * @param {string} passphrase not empty
 * @returns {Promise<string>} PEM
 */
export async function sealedSeed(seed, passphrase) {
  if (passphrase === "") throw new KeyFileError("a key file needs a passphrase");
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(16));
  const key = await stretched(utf8(passphrase), { salt, rounds: ROUNDS });
  const plain = pkcs8(ED25519, seed);
  const sealed = await crypto.subtle.encrypt({ name: "AES-CBC", iv }, await aes(key), plain);
  plain.fill(0);
  const hash = sequence(oid(HMAC_SHA256), der(NULL, new Uint8Array()));
  const stretching = sequence(der(OCTETS, salt), der(INTEGER, number(ROUNDS)), hash);
  const kdf = sequence(oid(PBKDF2), stretching);
  const cipher = sequence(oid(AES_256_CBC), der(OCTETS, iv));
  const algorithm = sequence(oid(PBES2), sequence(kdf, cipher));
  return pem(sequence(algorithm, der(OCTETS, new Uint8Array(sealed))));
}

/**
 * The seed in a file.
 *
 * @param {string} text PEM
 * @param {string} passphrase
 * @returns {Promise<Uint8Array>} 32 bytes; wipe them
 * @throws {PassphraseError} it does not open
 * @throws {KeyFileError} it is no encrypted Ed25519 key, or under an algorithm not known here
 */
export async function openedSeed(text, passphrase) {
  const { kdf, iv, sealed } = readFile(text);
  const bytes = utf8(passphrase);
  const key = kdf.cost === undefined ? await stretched(bytes, kdf) : await hardened(bytes, kdf);
  let plain;
  try {
    const opened = await crypto.subtle.decrypt({ name: "AES-CBC", iv }, await aes(key), sealed);
    plain = new Uint8Array(opened);
  } catch {
    throw new PassphraseError("wrong passphrase, or the file is damaged");
  }
  try {
    return seedOf(plain);
  } finally {
    plain.fill(0);
  }
}

/** PKCS#8 of a 32-byte private key whose algorithm is an OID alone (RFC 8410). */
export function pkcs8(algorithm, secret) {
  const version = der(INTEGER, Uint8Array.of(0));
  return sequence(version, sequence(oid(algorithm)), der(OCTETS, der(OCTETS, secret)));
}

function stretched(passphrase, { salt, rounds }) {
  return crypto.subtle
    .importKey("raw", passphrase, "PBKDF2", false, ["deriveBits"])
    .then((key) => {
      const how = { name: "PBKDF2", hash: "SHA-256", iterations: rounds, salt };
      return crypto.subtle.deriveBits(how, key, 256);
    });
}

async function hardened(passphrase, { salt, ...parameters }) {
  try {
    return await scrypt(passphrase, salt, parameters, 32);
  } catch (error) {
    if (error instanceof RangeError) throw new KeyFileError(error.message);
    throw error;
  }
}

function aes(key) {
  return crypto.subtle.importKey("raw", key, "AES-CBC", false, ["encrypt", "decrypt"]);
}

/** What stands in a file, its seed still encrypted. */
function readFile(text) {
  const lines = text.trim().split(/\r?\n/);
  if (lines[0] !== BEGIN || lines.at(-1) !== END) throw new KeyFileError("no encrypted key");
  try {
    return readInfo(fromBase64(lines.slice(1, -1).join("")));
  } catch (error) {
    if (error instanceof KeyFileError) throw error;
    throw new KeyFileError("the key file is damaged");
  }
}

function readInfo(bytes) {
  const [algorithm, sealed] = within(only(bytes, SEQUENCE));
  const [scheme, parameters] = within(algorithm);
  expect(scheme, PBES2, "not PBES2");
  const [kdf, cipher] = within(parameters);
  const [name, iv] = within(cipher);
  expect(name, AES_256_CBC, "not AES-256-CBC");
  return { kdf: readKdf(kdf), iv: content(iv, OCTETS), sealed: content(sealed, OCTETS) };
}

function readKdf(part) {
  const [name, parameters] = within(part);
  const [salt, ...rest] = within(parameters);
  const kind = toHex(content(name, OID));
  if (kind === SCRYPT) {
    const [cost, block, parallel] = rest.map((each) => numberOf(each));
    return { salt: content(salt, OCTETS), cost, block, parallel };
  }
  if (kind !== PBKDF2) throw new KeyFileError("neither PBKDF2 nor scrypt");
  const rounds = numberOf(rest[0]);
  if (rounds < 1 || rounds > ROUNDS_MAX) throw new KeyFileError(`${rounds} rounds of PBKDF2`);
  const [hash] = within(rest.at(-1));
  expect(hash, HMAC_SHA256, "PBKDF2 with another hash than SHA-256");
  return { salt: content(salt, OCTETS), rounds };
}

function seedOf(plain) {
  const isOurs = plain.length === 48 && toHex(plain) === toHex(pkcs8(ED25519, plain.slice(16)));
  if (!isOurs) throw new KeyFileError("the file holds another kind of key than Ed25519");
  return plain.slice(48 - SEED_SIZE);
}

function pem(bytes) {
  const lines = toBase64(bytes).match(/.{1,64}/g);
  return `${[BEGIN, ...lines, END].join("\n")}\n`;
}

// ---------------------------------------------------------------------------------------------
// DER, as much of it as a key file is made of

function der(tag, bytes) {
  const size = bytes.length;
  if (size > 0xffff) throw new KeyFileError("longer than any key file");
  if (size < 0x80) return joined(Uint8Array.of(tag, size), bytes);
  if (size < 0x100) return joined(Uint8Array.of(tag, 0x81, size), bytes);
  return joined(Uint8Array.of(tag, 0x82, size >> 8, size & 0xff), bytes);
}

function sequence(...parts) {
  return der(SEQUENCE, joined(...parts));
}

function oid(hex) {
  return der(OID, Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16)));
}

/** A number's bytes, the first bit free for its sign. */
function number(value) {
  const hex = value.toString(16);
  const even = hex.length % 2 ? `0${hex}` : hex;
  const bytes = Uint8Array.from(even.match(/../g), (pair) => Number.parseInt(pair, 16));
  return bytes[0] & 0x80 ? joined(Uint8Array.of(0), bytes) : bytes;
}

/** What stands side by side in bytes. */
function elements(bytes) {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at];
    const short = bytes[at + 1];
    const wide = short < 0x80 ? 0 : short - 0x80;
    if (wide > 2 || short === 0x80) throw new KeyFileError("the key file is damaged");
    const size = bytes.slice(at + 2, at + 2 + wide).reduce((sum, byte) => 256 * sum + byte, 0);
    const from = at + 2 + wide;
    const to = from + (wide ? size : short);
    if (!(to <= bytes.length)) throw new KeyFileError("the key file is damaged");
    found.push({ tag, content: bytes.slice(from, to) });
    at = to;
  }
  return found;
}

function only(bytes, tag) {
  const [first, ...more] = elements(bytes);
  if (more.length > 0 || first.tag !== tag) throw new KeyFileError("the key file is damaged");
  return first;
}

function within(part) {
  return elements(content(part, SEQUENCE));
}

function content(part, tag) {
  if (part === undefined || part.tag !== tag) throw new KeyFileError("the key file is damaged");
  return part.content;
}

function numberOf(part) {
  return content(part, INTEGER).reduce((sum, byte) => 256 * sum + byte, 0);
}

function expect(part, hex, detail) {
  if (toHex(content(part, OID)) !== hex) throw new KeyFileError(`the key file is ${detail}`);
}
