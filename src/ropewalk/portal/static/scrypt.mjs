// SPDX-License-Identifier: Apache-2.0
/**
 * scrypt (RFC 7914), which browsers lack: key files that the command line wrote are under it.
 *
 *     const key = await scrypt(passphrase, salt, { cost: 16384, block: 8, parallel: 5 }, 32);
 */

const WORK_MAX = 32 << 20;
const PARALLEL_MAX = 16;

/**
 * A key of a passphrase.
 *
 * @param {Uint8Array} passphrase
 * @param {Uint8Array} salt
 * @param {{cost: number, block: number, parallel: number}} parameters N, r and p of RFC 7914
 * @param {number} size bytes that are wanted
 * @returns {Promise<Uint8Array>}
 * @throws {RangeError} parameters that make no scrypt, or more work than a browser should do
 */
export async function scrypt(passphrase, salt, { cost, block, parallel }, size) {
  const isFair = 128 * cost * block <= WORK_MAX && block >= 1 && parallel <= PARALLEL_MAX;
  if (!isFair || parallel < 1 || cost < 2 || (cost & (cost - 1)) !== 0) {
    throw new RangeError("scrypt with parameters that are not taken here");
  }
  const bytes = await once(passphrase, salt, parallel * 128 * block);
  const words = wordsOf(bytes);
  for (let lane = 0; lane < parallel; lane += 1) {
    mix(words.subarray(lane * 32 * block, (lane + 1) * 32 * block), cost, block);
    await new Promise((resume) => setTimeout(resume)); // let the page draw
  }
  return once(passphrase, bytesOf(words), size);
}

/** PBKDF2-HMAC-SHA256 of one round. */
async function once(passphrase, salt, size) {
  const key = await crypto.subtle.importKey("raw", passphrase, "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", iterations: 1, salt };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 8 * size));
}

function wordsOf(bytes) {
  const view = new DataView(bytes.buffer);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(4 * at, true));
}

function bytesOf(words) {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  words.forEach((word, at) => view.setUint32(4 * at, word, true));
  return new Uint8Array(view.buffer);
}

/** ROMix (RFC 7914, 5), in place. */
function mix(words, cost, block) {
  const size = words.length;
  const kept = new Uint32Array(cost * size);
  const other = new Uint32Array(size);
  for (let round = 0; round < cost; round += 1) {
    kept.set(words, round * size);
    blockMix(words, other, block);
  }
  for (let round = 0; round < cost; round += 1) {
    const from = (words[size - 16] & (cost - 1)) * size;
    for (let at = 0; at < size; at += 1) words[at] ^= kept[from + at];
    blockMix(words, other, block);
  }
}

/** BlockMix (RFC 7914, 4): even blocks come first, odd ones after them. */
function blockMix(words, other, block) {
  const sum = words.slice(-16);
  for (let number = 0; number < 2 * block; number += 1) {
    for (let at = 0; at < 16; at += 1) sum[at] ^= words[16 * number + at];
    salsa(sum);
    other.set(sum, 16 * ((number >> 1) + (number & 1) * block));
  }
  words.set(other);
}

const COLUMNS = [0, 4, 8, 12, 5, 9, 13, 1, 10, 14, 2, 6, 15, 3, 7, 11];
const ROWS = [0, 1, 2, 3, 5, 6, 7, 4, 10, 11, 8, 9, 15, 12, 13, 14];
const QUARTERS = [...COLUMNS, ...ROWS];

/** Salsa20/8 (RFC 7914, 3), in place. */
function salsa(words) {
  const mixed = Int32Array.from(words);
  for (let round = 0; round < 4; round += 1) {
    for (let at = 0; at < 32; at += 4) quarter(mixed, at);
  }
  for (let at = 0; at < 16; at += 1) words[at] += mixed[at];
}

function quarter(words, at) {
  const a = QUARTERS[at];
  const b = QUARTERS[at + 1];
  const c = QUARTERS[at + 2];
  const d = QUARTERS[at + 3];
  words[b] ^= turned(words[a] + words[d], 7);
  words[c] ^= turned(words[b] + words[a], 9);
  words[d] ^= turned(words[c] + words[b], 13);
  words[a] ^= turned(words[d] + words[c], 18);
}

function turned(word, by) {
  return (word << by) | (word >>> (32 - by));
}
