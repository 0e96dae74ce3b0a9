#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
/**
 * node cli.mjs FILE --trust GENESIS-OR-POLICY [--challenge FILE] [--at TIME] [--json]
 *
 * Opens no network. Exit codes: 0 accepted, 1 refused, 2 wrong use.
 */

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import {
  VerificationError,
  readTrust,
  refusal,
  verifyControl,
  verifySheet,
} from "./ropewalk-verify.mjs";

const USAGE = `usage: node cli.mjs FILE --trust GENESIS-OR-POLICY [--challenge FILE] [--at TIME] [--json]

  FILE         a title bundle, <title-id>.ropewalk.json, a sheet that carries it (PDF), or with --challenge a proof of control
  --trust      the network's genesis file, or a policy (docs/reference/formats.md, 9)
  --challenge  your own challenge, which FILE has to answer (docs/reference/formats.md, 10)
  --at         judge as of this time, 2026-03-01T08:00:00Z or seconds since 1970; now if unset
  --json       print the verdict as JSON
`;

class UsageError extends Error {}

async function main(words) {
  const { file, trust, challenge, at, json } = readWords(words);
  const now = at === undefined ? Math.floor(Date.now() / 1000) : secondsOf(at);
  const asked = challenge === undefined ? null : await read(challenge);
  const verdict = await judged(await read(file), asked, await read(trust), now);
  process.stdout.write(json ? `${JSON.stringify(verdict, null, 2)}\n` : told(verdict));
  return verdict.ok ? 0 : 1;
}

function readWords(words) {
  const options = {
    trust: { type: "string" },
    challenge: { type: "string" },
    at: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  };
  let parsed;
  try {
    parsed = parseArgs({ args: words, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
  const { positionals, values } = parsed;
  if (values.help) throw new UsageError("");
  if (positionals.length !== 1) throw new UsageError("one FILE is expected");
  if (values.trust === undefined) throw new UsageError("--trust is missing");
  return { file: positionals[0], ...values };
}

function secondsOf(text) {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text);
  const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text);
  const time = isInstant ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw new UsageError(`${text} is no time such as 2026-03-01T08:00:00Z`);
  return Math.floor(time / 1000);
}

async function read(path) {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`${path} can't be read: ${error.code}`);
  }
}

async function judged(data, challenge, trust, now) {
  try {
    const trusted = readTrust(trust);
    if (challenge === null) return await verifySheet(data, trusted, now);
    return await verifyControl(data, challenge, trusted, now);
  } catch (error) {
    if (error instanceof VerificationError) return refusal(error);
    throw error;
  }
}

function told({ ok, failed_item: item, detail, proven, not_proven: notProven }) {
  const lines = [
    ok ? "accepted" : `refused at ${item}: ${detail}`,
    ...proven.map((sentence) => `proven      ${sentence}`),
    ...notProven.map((sentence) => `not proven  ${sentence}`),
  ];
  return `${lines.map((line) => line.replace(/[^\x20-\x7e]/g, "?")).join("\n")}\n`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(error.message ? `${error.message}\n${USAGE}` : USAGE);
  process.exitCode = 2;
}
