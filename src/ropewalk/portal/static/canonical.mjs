// SPDX-License-Identifier: Apache-2.0
/**
 * Canonical JSON: one value, one encoding, and nothing else is accepted.
 *
 *     const bytes = encode({ act: "title.SIGN" });
 *     const value = decode(bytes);
 *
 * The values are those of docs/reference/formats.md, 1: objects, arrays, printable ASCII strings,
 * integers up to 2^53 - 1, booleans.
 */

const DEPTH_ENCODED_MAX = 64;
const DEPTH_DECODED_MAX = 12;
const PRINTABLE = /^[\x20-\x7e]*$/;

/** The bytes are not canonical JSON, or the value has no canonical encoding. */
export class CanonicalError extends Error {}

/**
 * The one encoding of a value.
 *
 * @param {*} value what is to be signed or hashed
 * @returns {Uint8Array}
 * @throws {CanonicalError} it holds a fraction, null, text that is not printable ASCII, or an
 *     integer beyond 2^53 - 1
 */
export function encode(value) {
  return new TextEncoder().encode(written(value, 0, DEPTH_ENCODED_MAX));
}

/**
 * The value of canonical bytes.
 *
 * @param {Uint8Array} bytes untrusted
 * @param {number} [depthMax] how deep objects and arrays may nest
 * @returns {*} objects in it have no prototype: every name is one of their own
 * @throws {CanonicalError} encoding again gives other bytes, or the value is none of ours
 */
export function decode(bytes, depthMax = DEPTH_DECODED_MAX) {
  const text = textOf(bytes);
  checkDepth(text, depthMax);
  const value = parsed(text);
  if (written(value, 0, depthMax) !== text) {
    refuse("encoding again gives other bytes: keys sorted? no white space?");
  }
  return value;
}

/** Whether every character lies in U+0020 to U+007E. */
export function isPrintable(text) {
  return PRINTABLE.test(text) && !text.endsWith("\n");
}

function refuse(detail) {
  throw new CanonicalError(detail);
}

function textOf(bytes) {
  if (bytes.some((byte) => byte < 0x20 || byte > 0x7e)) {
    refuse("the bytes are not printable ASCII");
  }
  return new TextDecoder().decode(bytes);
}

/** Refuse deep nesting before any parser that calls itself sees it. */
function checkDepth(text, depthMax) {
  let depth = 0;
  for (const mark of text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, "")) {
    if (mark === "[" || mark === "{") depth += 1;
    if (mark === "]" || mark === "}") depth -= 1;
    if (depth > depthMax) refuse(`nested deeper than ${depthMax} levels`);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text, bare);
  } catch {
    return refuse("this is not JSON");
  }
}

/** An object without a prototype, so that no name in it means anything to the language. */
function bare(_name, value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.setPrototypeOf(value, null);
}

function written(value, depth, depthMax) {
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") return integer(value);
  if (value === null || typeof value !== "object") {
    return refuse(`${value === null ? "null" : typeof value} has no canonical encoding`);
  }
  if (depth >= depthMax) refuse(`nested deeper than ${depthMax} levels`);
  return Array.isArray(value)
    ? `[${Array.from(value, (each) => written(each, depth + 1, depthMax)).join(",")}]`
    : object(value, depth + 1, depthMax);
}

function object(value, depth, depthMax) {
  const prototype = Object.getPrototypeOf(value);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!isPlain) refuse("this kind of object has no canonical encoding");
  const members = Object.keys(value)
    .sort()
    .map((name) => `${quoted(name)}:${written(value[name], depth, depthMax)}`);
  return `{${members.join(",")}}`;
}

function quoted(text) {
  if (!isPrintable(text)) refuse("text holds characters that are not printable ASCII");
  return JSON.stringify(text);
}

function integer(value) {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    refuse("a number is a fraction, or lies beyond 2^53 - 1; write it as a string");
  }
  return String(value);
}
