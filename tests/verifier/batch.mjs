// SPDX-License-Identifier: Apache-2.0
/**
 * Many questions to the JavaScript verifier in one process: JSON on stdin, a list on stdout.
 *
 * `files` holds base64 by name. `checks` of `base`, `trust`, `now`, perhaps `challenge` (where the
 * base is a proof of control) and `flip` (offset and bits) give verdicts; `signatures` of `key`, `message` and `signature` in hex give truths;
 * `hashes` of hex give hex; `trusts` in base64 give truths; `documents` in base64 give checksums
 * in hex, "" for what is no document.
 */

import {
  VerificationError,
  dcsaChecksum,
  readTrust,
  refusal,
  sha256,
  verifyBundle,
  verifyControl,
  verifySignature,
} from "../../verifier/ropewalk-verify.mjs";

const hexOf = (bytes) => Buffer.from(bytes).toString("hex");
const bytesOf = (text, encoding) => new Uint8Array(Buffer.from(text, encoding));

async function judge(files, { base, challenge, flip, trust, now }) {
  const data = bytesOf(files[base], "base64");
  if (flip !== undefined) data[flip[0]] ^= flip[1];
  try {
    const trusted = readTrust(bytesOf(files[trust], "base64"));
    if (challenge === undefined) return await verifyBundle(data, trusted, now);
    return await verifyControl(data, bytesOf(files[challenge], "base64"), trusted, now);
  } catch (error) {
    if (error instanceof VerificationError) return refusal(error);
    throw error;
  }
}

/** What reading gives, or the other value where it refuses. */
function readOr(other, read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof VerificationError) return other;
    throw error;
  }
}

const read = [];
for await (const part of process.stdin) read.push(part);
const asked = JSON.parse(Buffer.concat(read).toString());
const answers = [];
for (const check of asked.checks ?? []) answers.push(await judge(asked.files, check));
for (const { key, message, signature } of asked.signatures ?? []) {
  const parts = [key, message, signature].map((each) => bytesOf(each, "hex"));
  answers.push(await verifySignature(...parts));
}
for (const text of asked.hashes ?? []) answers.push(hexOf(sha256(bytesOf(text, "hex"))));
for (const text of asked.trusts ?? []) {
  answers.push(readOr(false, () => readTrust(bytesOf(text, "base64")) !== null));
}
for (const text of asked.documents ?? []) {
  answers.push(readOr("", () => hexOf(dcsaChecksum(bytesOf(text, "base64")))));
}
process.stdout.write(JSON.stringify(answers));
