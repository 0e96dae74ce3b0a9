// SPDX-License-Identifier: Apache-2.0
/**
 * At the gate: the gate's fresh question, and the answer by whoever holds the right to collect.
 *
 *     const challenge = newChallenge();                                  // the gate's tablet
 *     const presentation = await present(desk, { box, challenge, gate, right });   // the driver
 *     const { collector } = readAnswer(writeAnswer({ collector: desk.controller, presentation }));
 *
 * Byte for byte what the Python client signs (client/passes.py). It is no PIN: it is good for one
 * right as it stands, one gate, one box and five minutes. Source: docs/reference/cargo.md, «The gate».
 */

import { decode, encode } from "./canonical.mjs";
import { fromBase64url, toBase64url, toHex, utf8 } from "./encoding.mjs";

/** How long a question waits for its answer, seconds. */
export const FRESH_S = 300;
const TYPE = "ropewalk-presentation+jws";
const SIZE_MAX = 2_048;
const HASH = /^[0-9a-f]{64}$/;
const CONTROLLER = /^[0-9a-f]{32}$/;
export const GATE = /^[A-Z0-9.-]{1,16}$/;

/** What was scanned or pasted is no answer to a gate. */
export class PassError extends Error {}

/** A question that nobody can have answered before: 32 random bytes, hex. */
export function newChallenge() {
  return toHex(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * Answer a gate's question.
 *
 * @param {object} desk of keys.mjs: whoever holds the right, or drives for who does
 * @param {object} asked
 * @param {string} asked.box tag of the container
 * @param {string} asked.challenge of the gate
 * @param {string} asked.gate its name
 * @param {string} asked.right the right's last act, as the ledger has it
 * @param {number} [asked.nowS] seconds since 1970
 * @returns {Promise<string>} a JWS
 * @throws {PassError} it is no question that a gate asks
 */
export async function present(desk, asked) {
  const { box, challenge, gate, right, nowS = Math.floor(Date.now() / 1000) } = asked;
  const isFair = [box, challenge, right].every((one) => HASH.test(one)) && GATE.test(gate);
  if (!isFair) throw new PassError("this is no question that a gate asks");
  const content = { box, challenge, gate, network: desk.network, right, time: nowS };
  const header = encode({ alg: "Ed25519", kid: desk.kid, typ: TYPE });
  const input = `${toBase64url(header)}.${toBase64url(encode(content))}`;
  const made = await crypto.subtle.sign("Ed25519", desk.signing, utf8(input));
  return `${input}.${toBase64url(new Uint8Array(made))}`;
}

/** An answer as one text, to be shown as a code, sent or pasted. */
export function writeAnswer({ collector, presentation }) {
  return `${collector}~${presentation}`;
}

/**
 * An answer as it was scanned or pasted; its signature is the ledger's to check.
 *
 * @param {string} text
 * @returns {{collector: string, presentation: string, challenge: string, box: string, gate: string}}
 * @throws {PassError} it is none
 */
export function readAnswer(text) {
  const [collector, presentation, ...rest] = text.trim().split("~");
  const isShaped =
    rest.length === 0 && CONTROLLER.test(collector) && presentation?.length <= SIZE_MAX;
  if (!isShaped) throw new PassError("this is no answer to a gate");
  const { box, challenge, gate } = contentOf(presentation);
  return { collector, presentation, box, challenge, gate };
}

function contentOf(presentation) {
  const parts = presentation.split(".");
  try {
    if (parts.length === 3) return decode(fromBase64url(parts[1]));
  } catch {
    // told below
  }
  throw new PassError("this is no answer to a gate");
}
