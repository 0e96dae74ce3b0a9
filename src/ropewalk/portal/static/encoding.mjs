// SPDX-License-Identifier: Apache-2.0
/**
 * Bytes and their texts: strict base64, base64url and hex, as docs/reference/formats.md has them.
 */

/** The text is not the one encoding of any bytes. */
export class EncodingError extends Error {}

/** Bytes of ASCII or other text, as UTF-8. */
export function utf8(text) {
  return new TextEncoder().encode(text);
}

/** Several arrays of bytes as one. */
export function joined(...parts) {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** SHA-256 of bytes. */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** SHA-256 of bytes, hex. */
export async function sha256Hex(bytes) {
  return toHex(await sha256(bytes));
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Bytes of lower-case hex. */
export function fromHex(text) {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new EncodingError("not lower-case hex");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Base64 with padding. */
export function toBase64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** Bytes of strict base64: no other text than an encoder would write. */
export function fromBase64(text) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(text), (mark) => mark.charCodeAt(0));
  } catch {
    throw new EncodingError("not base64");
  }
  if (toBase64(bytes) !== text) throw new EncodingError("not the one base64 text of its bytes");
  return bytes;
}

/** Base64url without padding. */
export function toBase64url(bytes) {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Bytes of strict base64url without padding. */
export function fromBase64url(text) {
  if (/[+/=]/.test(text)) throw new EncodingError("not base64url");
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(plain + "=".repeat((4 - (plain.length % 4)) % 4));
}
