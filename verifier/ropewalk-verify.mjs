// SPDX-License-Identifier: Apache-2.0
/**
 * Verify a Ropewalk title bundle, or a proof of control, with no network: in Node (18 or newer) or
 * in a browser.
 *
 *     const trust = readTrust(genesisBytes);
 *     const verdict = await verifyBundle(bundleBytes, trust, nowSeconds);
 *     const shown = await verifyControl(proofBytes, challengeBytes, trust, nowSeconds);
 *
 * Written from docs/reference/formats.md, title.md and identity.md, which the section numbers below refer to.
 * It stands alone: JSON, SHA-256 and all checks are here; only Ed25519's equation is WebCrypto's.
 */

const webcrypto = globalThis.crypto ?? (await import("node:crypto")).webcrypto;

const BUNDLE_SIZE_MAX = 32 << 20;
const DOCUMENT_SIZE_MAX = 20 << 20;
const SHEET_SIZE_MAX = 64 << 20;
const PAGES_UNPROVEN = "what the pages of the PDF show: only the bundle inside it was checked";
const EMBEDDED = "/EmbeddedFile";
const EMBEDDED_REACH = 400; // bytes of a dictionary on either side of that name
const DOCUMENT_DEPTH_MAX = 32;
const DOCUMENT_VALUES_MAX = 1_000_000;
const TRANSACTION_SIZE_MAX = 131_072;
const NOTE_SIZE_MAX = 16_384;
const SIGNATURE_LINES_MAX = 64;
const CHALLENGE_SIZE_MAX = 4_096;
const PROOF_SIZE_MAX = BUNDLE_SIZE_MAX + (1 << 20);
const CLOCK_SKEW_S = 300;
const VALIDATORS_MAX = 64;
const POWER_MAX = 1_000_000;
const CHANGES_MAX = 1_000;
const TIME_S_MAX = 253_402_300_799; // the end of the year 9999

/** A check failed; `item` is its name in formats.md, 8. */
export class VerificationError extends Error {
  constructor(item, detail) {
    super(detail);
    this.item = item;
  }
}

/** What was read is not of its one form, or a check does not hold; `under` says which. */
class Refusal extends Error {}

function refuse(detail) {
  throw new Refusal(detail);
}

function ensure(holds, detail) {
  if (!holds) refuse(detail);
}

/** Run a check; what it refuses fails under its name. */
async function under(item, check) {
  try {
    return await check();
  } catch (error) {
    throw named(item, error);
  }
}

function named(item, error) {
  return error instanceof Refusal ? new VerificationError(item, error.message) : error;
}

// ---------------------------------------------------------------------------------------------
// The checks in their order (8)

/**
 * Check a bundle, all of it or none.
 *
 * @param {Uint8Array} data the file's bytes, hostile until checked
 * @param {object} trust what `readTrust` gave
 * @param {number|null} nowSeconds the verifier's own time, seconds since 1970-01-01T00:00:00Z;
 *     null where it has none, and then freshness is not judged
 * @returns {Promise<{ok: boolean, failed_item: string, proven: string[], not_proven: string[],
 *     detail: string}>}
 */
export async function verifyBundle(data, trust, nowSeconds) {
  try {
    return told(await verified(data, trust, nowSeconds));
  } catch (error) {
    if (error instanceof VerificationError) return refusal(error);
    throw error;
  }
}

/**
 * Check a title's sheet, a PDF/A-3: the bundle inside it, and nothing that its pages show.
 *
 * @param {Uint8Array} data the PDF or a bundle, hostile until checked
 * @param {object} trust what `readTrust` gave
 * @param {number|null} nowSeconds as of `verifyBundle`
 * @returns {Promise<object>} as of `verifyBundle`
 */
export async function verifySheet(data, trust, nowSeconds) {
  if (!isSheet(data)) return verifyBundle(data, trust, nowSeconds);
  try {
    const verdict = await verifyBundle(await attached(data), trust, nowSeconds);
    verdict.not_proven.push(PAGES_UNPROVEN);
    return verdict;
  } catch (error) {
    if (error instanceof VerificationError) return refusal(error);
    throw error;
  }
}

/** The verdict on something that failed a check: nothing is proven. */
export function refusal(error) {
  const nothing = ["anything: the file was not accepted"];
  const { item, message } = error;
  return { ok: false, failed_item: item, proven: [], not_proven: nothing, detail: message };
}

async function verified(data, trust, now) {
  const bundle = await under("bundle", () => readBundle(data));
  await under("network", () => checkNetwork(bundle, trust));
  const sealed = await checkSealed(bundle, trust);
  const { checkpoint } = sealed;
  const block = await under("block", () => checkBlock(bundle, sealed));
  const { controller, party, title } = await checkState(bundle, block);
  const { network, governance } = trust;
  const log = { network, checkpoint, issuer: { id: title.issuer, controller } };
  const acts = await checkActs(bundle, log);
  const setting = { network, governance, title: bundle.title, issuedAt: title.issued_at };
  const chain = await checkChain(acts, setting);
  await under("title", () => checkTitle(chain.family.get(bundle.title), title));
  const disclosed = await under("document", () => checkDocument(bundle, title));
  const asOf = sealed.followed === undefined ? block.time : sealed.followed.header.time_s;
  await under("policy", () => checkPolicy(asOf, trust, now));
  return { bundle, trust, block, asOf, party, title, log, acts, chain, sealed, disclosed, now };
}

function isSheet(data) {
  return latin(data.subarray(0, 5)) === "%PDF-";
}

/** The one file that a sheet carries (ISO 19005-3; ISO 32000-2, 7.11.4). */
async function attached(data) {
  if (data.length > SHEET_SIZE_MAX) throw new VerificationError("sheet", "it is too large");
  const found = embedded(latin(data));
  if (found.size !== 1) {
    throw new VerificationError("sheet", `${found.size} files are attached to it; a sheet has one`);
  }
  const [[start, length]] = found;
  const packed = data.subarray(start, start + length);
  try {
    return await inflated(packed);
  } catch (error) {
    if (error instanceof VerificationError) throw error;
    throw new VerificationError("sheet", "what is attached to it can't be unpacked");
  }
}

/** Where files begin that the PDF carries, and how long each is; two are as bad as more. */
function embedded(text) {
  const found = new Map();
  let at = text.indexOf(EMBEDDED);
  while (at >= 0 && found.size < 2) {
    const around = text.slice(Math.max(0, at - EMBEDDED_REACH), at + EMBEDDED_REACH);
    const here = Math.min(at, EMBEDDED_REACH);
    const begin = around.slice(0, here).lastIndexOf("<<");
    const end = />>\r?\nstream\r?\n/.exec(around.slice(here));
    if (begin >= 0 && end !== null) {
      const known = around.slice(begin, here + end.index);
      const length = /\/Length ([0-9]{1,9})\b/.exec(known);
      const is = /\/Type ?\/EmbeddedFile\b/.test(known) && /\/Filter ?\/FlateDecode\b/.test(known);
      if (is && length !== null) found.set(at + end.index + end[0].length, Number(length[1]));
    }
    at = text.indexOf(EMBEDDED, at + EMBEDDED.length);
  }
  return found;
}

async function inflated(packed) {
  const pieces = [];
  let size = 0;
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > BUNDLE_SIZE_MAX) throw new VerificationError("sheet", "what is attached is too large");
    pieces.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Bytes as the characters of the same numbers. */
function latin(data) {
  const pieces = [];
  for (let at = 0; at < data.length; at += 8_192) {
    pieces.push(String.fromCharCode(...data.subarray(at, at + 8_192)));
  }
  return pieces.join("");
}

function checkNetwork(bundle, trust) {
  ensure(bundle.network === trust.network, "the bundle is of another network than is trusted");
}

/** The log's size and root: by its checkpoint, by what validators signed, or by a successor. */
function checkSealed(bundle, trust) {
  if (bundle.succession !== undefined) return checkSuccessor(bundle, trust);
  return trust.validators === null
    ? under("checkpoint", () => checkCheckpoint(bundle, trust, trust.log))
    : under("consensus", () => checkConsensus(bundle, trust));
}

async function checkConsensus({ consensus }, trust) {
  ensure(consensus !== undefined, "a consortium's bundle carries its validators' votes");
  const cannot = "a quorum of witnesses is asked for, and this bundle can't carry any yet";
  ensure(trust.quorum === 0, cannot);
  return followedTo(consensus, trust);
}

/** What validators signed, and the log that this fixes. */
async function followedTo(consensus, trust) {
  const chainId = `ropewalk-${trust.network.slice(0, 40)}`;
  const followed = await follow(chainId, trust.validators, consensus);
  const hash = fromHex(followed.header.app_hash);
  ensure(hash.length === 40, "an app hash is the log's root and size");
  const size = Number(new DataView(hash.buffer).getBigUint64(32));
  ensure(Number.isSafeInteger(size), "a log cannot have that many entries");
  return { checkpoint: { origin: trust.origin, size, root: hash.slice(0, 32) }, followed };
}

async function checkCheckpoint(bundle, trust, log) {
  ensure(bundle.checkpoint !== undefined, "an embedded ledger's bundle carries a checkpoint");
  const { note, checkpoint } = await readSigned(bundle.checkpoint, log);
  let cosigned = 0;
  for (const witness of trust.witnesses) cosigned += await countCosignature(note, witness);
  ensure(note.lines.length === 1 + cosigned, "a signature line is nobody's whom the policy names");
  ensure(cosigned >= trust.quorum, `${cosigned} of ${trust.quorum} witnesses signed`);
  return { checkpoint, cosigned };
}

/** A note in base64 that the log has signed, and its checkpoint. */
async function readSigned(text, log) {
  const note = readNote(fromBase64(text));
  const checkpoint = readCheckpoint(note.text);
  ensure(checkpoint.origin === log.name, `the origin is not ${log.name}`);
  ensure(log.type === LOG, "the log's key is no log's key");
  ensure(
    await verifySignature(log.key, encodeText(note.text), signatureOf(note, log)),
    "the signature of the log does not hold",
  );
  return { note, checkpoint };
}

/** A successor's checkpoint, and why it may carry on (15). */
async function checkSuccessor(bundle, trust) {
  const { succession } = bundle;
  const { statement, extension } = succession;
  const succeeded = await under("succession", () => checkDecided(succession, trust));
  const log = readVerifierKey(statement.log);
  const sealed = await under("checkpoint", () => checkCheckpoint(bundle, trust, log));
  await under("succession", () => {
    const { checkpoint } = sealed;
    ensure(checkpoint.size > statement.size, "the successor's log has nothing of its own");
    checkConsistency(leftBy(statement), checkpoint, extension);
  });
  return { ...sealed, succeeded };
}

function leftBy({ size, root }) {
  return { size, root: fromHex(root) };
}

/** Those who decided, as many as it takes, on a log that they led. */
async function checkDecided(succession, trust) {
  const { signatures, statement } = succession;
  ensure(statement.network === trust.network, "the statement is of another network");
  const log = readVerifierKey(statement.log);
  ensure(log.name === trust.origin && log.type === LOG, `the log goes on as ${trust.origin}`);
  ensure(trust.log?.hash !== log.hash || !isEqual(trust.log.key, log.key), "a new key is due");
  const expected = encode(statement);
  const kids = [];
  for (const text of signatures) {
    const signed = takeApart(text, "ropewalk-succession+jws");
    ensure(decodeText(signed.payload) === expected, "a signature is for another statement");
    ensure(await holds(signed), `the signature of ${signed.kid} does not hold`);
    kids.push(signed.kid);
  }
  const isSorted = isDistinct(kids) && encode([...kids].sort()) === encode(kids);
  ensure(isSorted, "signatures are sorted by key, each key once");
  const isByVotes = trust.validators !== null;
  const sets = await (isByVotes ? votingOn(succession, trust) : governingOn(succession, trust));
  const isOfThem = kids.every((kid) => sets.some((weights) => weights.has(kid)));
  ensure(isOfThem, "somebody has signed who does not decide");
  const sum = (numbers) => numbers.reduce((one, other) => one + other, 0);
  const tallies = sets.map((weights) => ({
    power: sum(kids.map((kid) => weights.get(kid) ?? 0)),
    total: sum([...weights.values()]),
  }));
  for (const { power, total } of tallies) {
    ensure(3 * power > 2 * total, `${power} of ${total} are not more than two thirds`);
  }
  const signers = kids.filter((kid) => sets[0].has(kid)).length;
  return { size: statement.size, signers, deciding: sets[0].size, ...tallies[0], isByVotes };
}

/** The validators that would have voted next, and every later set shown; else the genesis'. */
async function votingOn({ statement, ...shown }, trust) {
  const isWithout = shown.checkpoint === undefined && shown.governance === undefined;
  ensure(isWithout, "in a consortium validators decide");
  if (shown.consensus === undefined) {
    ensure(shown.consistency === undefined, "a consistency path from nothing");
    ensure(statement.led === statement.height, "no header shows how far consensus led");
    return [weightsOf(trust.validators)];
  }
  const { checkpoint, followed } = await followedTo(shown.consensus, trust);
  const { height, led } = statement;
  const isShown = led === height || (led > height && led < followed.header.height);
  ensure(isShown, "no header shows that consensus led so far");
  const isSame = checkpoint.size === statement.size;
  const isDue = isSame === (shown.consistency === undefined);
  ensure(isDue, "a consistency path is there where the sizes differ, only");
  checkConsistency(checkpoint, leftBy(statement), shown.consistency ?? []);
  const { changes } = shown.consensus;
  const sets = [trust.validators, ...changes.map(changedSet)];
  return sets.slice(changes.filter(({ header }) => header.height <= led).length).map(weightsOf);
}

function weightsOf(validators) {
  return new Map(validators.map(({ key, power }) => [toBase64url(key), power]));
}

/** The keys of who governed when an embedded ledger was left, one as good as another. */
async function governingOn({ statement, governance, ...shown }, trust) {
  const isWithout = shown.consensus === undefined && shown.consistency === undefined;
  ensure(isWithout, "nobody votes on an embedded ledger");
  ensure(statement.led === statement.height, "no consensus leads an embedded ledger");
  const isThere = shown.checkpoint !== undefined && governance !== undefined;
  ensure(isThere, "an embedded ledger's last checkpoint, and who governed then");
  const { note, checkpoint } = await readSigned(shown.checkpoint, trust.log);
  const { size, root } = checkpoint;
  const isLeft = size === statement.size && toHex(root) === statement.root;
  ensure(isLeft && note.lines.length === 1, "the last checkpoint is of another log");
  ensure(governance.block.position === size - 1, "the block's end is not the last entry");
  checkInclusion(governance.block, checkpoint);
  const block = readRecord(governance.block.leaf, BLOCK_ENTRY);
  ensure(block.height === statement.height, "the last entry ends another block");
  const key = `controller/${trust.governance}`;
  const { keys } = checkPresence(governance.controller, key, CONTROLLER, block.state_root);
  return [new Map(keys.filter(({ revoked }) => revoked === 0).map(({ kid }) => [kid, 1]))];
}

function checkBlock(bundle, { checkpoint, followed }) {
  ensure(bundle.block.position === checkpoint.size - 1, "the block is not the last entry");
  checkInclusion(bundle.block, checkpoint);
  const block = readRecord(bundle.block.leaf, BLOCK_ENTRY);
  if (followed !== undefined) {
    const { height, time_s: time } = followed.header;
    const isBefore = block.height < height && block.time <= time;
    ensure(isBefore, "the block does not come before the last header");
  }
  return block;
}

async function checkState(bundle, block) {
  const [controllerProof, partyProof, titleProof] = bundle.state;
  const prove = (proof, key, shape) =>
    under(`state:${key}`, () => checkPresence(proof, key, shape, block.state_root));
  const title = await prove(titleProof, `title/${bundle.title}`, TITLE);
  const controller = await prove(controllerProof, `controller/${title.issuer}`, CONTROLLER);
  return { controller, party: await prove(partyProof, `party/${title.issuer}`, PARTY), title };
}

async function checkActs(bundle, log) {
  const acts = [];
  let before = -1;
  for (const [number, proven] of bundle.acts.entries()) {
    await under(`act:${number}`, async () => {
      ensure(proven.position > before, "positions do not increase");
      acts.push(await carriedOut(proven, log));
    });
    before = proven.position;
  }
  return acts;
}

/** Every act followed from those before it; then, that each is on this title or an ancestor. */
async function checkChain(acts, setting) {
  const family = new Map();
  const changed = [];
  for (const [number, act] of acts.entries()) {
    const changes = await under(`chain:${number}`, () => followed(family, act, setting));
    for (const [title, roles] of changes) family.set(title, roles);
    changed.push(changes);
  }
  const lineage = lineageOf(family, setting.title);
  for (const [number, act] of acts.entries()) {
    await under(`chain:${number}`, () => {
      const isOurs = subjectsOf(act, changed[number]).every((title) => lineage.has(title));
      ensure(isOurs, "the act is on a title of another story");
    });
  }
  const isAncestor = (title) => title !== setting.title && lineage.has(title);
  const ancestors = [...family.keys()].filter(isAncestor);
  return { family, changed, ancestors, others: combinedWith(acts.at(-1), setting.title) };
}

/** The title, if it was issued, and every title whose place it took, however long ago. */
function lineageOf(family, title) {
  const found = new Set();
  const waiting = [title];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (found.has(one) || !family.has(one)) continue;
    found.add(one);
    waiting.push(...(family.get(one).replaces ?? []));
  }
  return found;
}

/** The titles that an act is on: those there were before, or the one that it issued alone. */
function subjectsOf({ body }, changes) {
  const named = [body.title, ...(body.parents ?? []).map((parent) => parent.title)];
  const before = named.filter((title) => changes.has(title));
  return before.length > 0 ? before : [...changes.keys()];
}

/** The titles that this one was combined with, whose acts are another story. */
function combinedWith({ body }, title) {
  const ids = (body.parents ?? []).map((parent) => parent.title);
  return ids.includes(title) ? ids.filter((one) => one !== title) : [];
}

function checkTitle(roles, title) {
  ensure(encode(roles) === encode(title), "the record is not what the acts lead to");
}

function checkDocument(bundle, title) {
  if (bundle.document === undefined) return false;
  const document = fromBase64(bundle.document.bytes);
  const salt = fromBase64(bundle.document.salt);
  ensure(salt.length === 32, "a salt has 32 bytes");
  const commitment = toHex(sha256(salt, sha256(document), checksumOf(document)));
  ensure(commitment === title.commitment, "the document is not the one that was issued");
  return true;
}

function checkPolicy(asOf, trust, now) {
  if (now === null) return;
  ensure(asOf <= now + trust.clockSkew, "the block's time lies in the future");
  const age = now - asOf;
  ensure(trust.ageMax === null || age <= trust.ageMax + trust.clockSkew, `${age} s old`);
}

// ---------------------------------------------------------------------------------------------
// The verdict in plain words

function told(found, ...demonstrated) {
  return {
    ok: true,
    failed_item: "",
    proven: [...provenSentences(found), ...demonstrated],
    not_proven: notProvenSentences(found),
    detail: "",
  };
}

function provenSentences(found) {
  const { bundle, block, asOf, title, party, acts, chain, sealed, disclosed } = found;
  const name = title.document_type === "BOL" ? "bill of lading" : "sea waybill";
  const story = (one) =>
    acts.filter((_, number) => chain.changed[number].has(one)).map(actLine).join("; ");
  const sentences = [
    `whole: ${acts.length} acts, each signed, in the log and linked to the one before`,
    `one record: copy of title ${bundle.title} at height ${block.height}, ` +
      `the only one under ${title.reference}`,
    `issued by ${title.issuer}, registered as ${party.carrier_codes.join(" ")}, ` +
      `as a ${name} under the law of ${title.governing_law}, at ${instant(title.issued_at)}`,
    ...chain.ancestors.map((one) => `before it, title ${one}: ${story(one)}`),
    `passed through: ${story(bundle.title)}`,
    `${holding(title)}, as of ${instant(asOf)}`,
    ...placeSentences(title),
    ...burdenSentences(title),
    ...leaseSentences(found),
  ];
  if (disclosed) {
    sentences.push("the document in this file is, byte for byte, the one that was issued");
  }
  if (sealed.cosigned) sentences.push(`seen alike by ${sealed.cosigned} witnesses`);
  if (sealed.followed !== undefined) sentences.push(signedSentence(sealed.followed));
  if (sealed.succeeded !== undefined) sentences.push(succeededSentence(sealed.succeeded));
  return sentences;
}

/** Who let a successor carry on. */
function succeededSentence({ size, signers, deciding, power, total, isByVotes }) {
  const who = isByVotes
    ? `${signers} of ${deciding} validators with ${power} of ${total} votes`
    : `${signers} of ${deciding} keys of who governed`;
  return `carried on since entry ${size} by a successor, as signed by ${who}`;
}

/** Who signed the last header, and how the verifier came to know them. */
function signedSentence({ header, validators, tally, changes }) {
  const times = changes === 1 ? "1 change" : `${changes} changes`;
  const known = changes === 0 ? "the genesis' own" : `after ${times} of the set since the genesis`;
  return (
    `signed at height ${header.height} by ${tally.validators} of ${validators.length} validators ` +
    `with ${tally.power} of ${votesOf(validators)} votes, ${known}`
  );
}

function actLine({ act, actor, agent, approved }) {
  const through = agent === "" ? "" : ` through ${agent}`;
  const others = [...approved].filter((one) => one !== actor).sort();
  const approval = others.length === 0 ? "" : `, approved by ${joined(others)}`;
  return `${act.replace(/^title\./, "")} by ${actor}${through}${approval}`;
}

function joined(names) {
  return names.join(" and ");
}

/** Until when nobody can have moved it by the verifier's own clock, less what that may be off by. */
function leaseSentences({ title, trust, now }) {
  const { lease_until: until = 0 } = title;
  if (now === null || until <= now + trust.clockSkew) return [];
  return [`leased: nobody can have moved it before ${instant(until - trust.clockSkew)}`];
}

function holding(title) {
  const { issuer, possessor, consignee } = title;
  const nobody = "nobody holds it any more";
  switch (title.status) {
    case "SURRENDERED":
      return `surrendered to the carrier ${issuer}, which has it back; ${nobody}`;
    case "DELIVERED":
      return `delivered to the consignee ${consignee}; it has ended`;
    case "PAPER":
      return `on paper: the paper bill of commitment ${title.paper} took its place; ${nobody}`;
    case "REPLACED":
      return `replaced by ${joined(title.replaced_by)}; ${nobody}`;
    case "VOID":
      return `void: the carrier ${issuer} withdrew it with its holder's consent; ${nobody}`;
    case "SURRENDER_REQUESTED": {
      const reason = title.surrender_reason;
      const purpose = reason === undefined ? "" : ` for amendment, reason ${reason}`;
      const by = title.surrendered_by;
      return `held by the carrier ${issuer}, to which ${by} surrendered it${purpose}`;
    }
  }
  if (title.document_type === "SWB") {
    return `controlled by the shipper ${title.shipper}, consigned to ${consignee}`;
  }
  if (!title.is_to_order) return `held by ${possessor}, consigned to ${consignee}`;
  const order = title.endorsee ? `to the order of ${title.endorsee}` : "endorsed in blank";
  return `held by ${possessor}, ${order}`;
}

/** Whose place it took, or who took its own, as far as `holding` does not say. */
function placeSentences({ status, replaces, from_paper: paper, replaced_by: by, house_of: master }) {
  const sentences = [];
  if (replaces !== undefined) sentences.push(`took the place of ${joined(replaces)}`);
  if (paper !== undefined) {
    sentences.push(`took the place of the paper bill of commitment ${paper}`);
  }
  if (status === "PAPER" && by !== undefined) {
    sentences.push(`that paper bill gave way to title ${by[0]}`);
  }
  if (master !== undefined) sentences.push(`a house bill under the master bill ${master}`);
  return sentences;
}

const BECOMES = {
  ENDORSE_TO_ORDER: "it goes, endorsed, to",
  SURRENDER: "it is surrendered, and the goods claimed by",
  TRANSFER: "it goes to",
};

function burdenSentences({ escrow, freeze, pledge, indemnity }) {
  const sentences = [];
  if (freeze !== undefined) {
    sentences.push(`frozen by the order of a court, commitment ${freeze}: nobody can move it`);
  }
  if (escrow !== undefined) {
    const { exchange, how, to } = escrow;
    sentences.push(
      `in the escrow of exchange ${exchange}: nobody moves it till that is decided; ` +
        `if it settles, ${BECOMES[how]} ${to}`,
    );
  }
  if (pledge !== undefined) sentences.push(...pledgeSentences(pledge));
  if (indemnity !== undefined) {
    const { bank, receiver, requester } = indemnity;
    const by = bank === "" ? "joined by no bank" : `joined by the bank ${bank}`;
    sentences.push(
      `to be delivered to ${receiver} against a letter of indemnity of ${requester}, ${by}`,
    );
  }
  return sentences;
}

function pledgeSentences(pledge) {
  const { amount, beneficiary, currency, due, pledgee } = pledge;
  const secured = amount > 0 ? `${currency} ${amount} in minor units` : "no stated sum";
  const when = due === 0 ? "never due" : `due ${instant(due)}`;
  const sentences = [`pledged by ${beneficiary} to ${pledgee} for ${secured}, ${when}`];
  if (pledge.trust_purpose !== "") {
    sentences.push(
      `under a trust receipt until ${instant(pledge.trust_until)}: ${beneficiary} may ` +
        `do ${pledge.trust_purpose} without ${pledgee}`,
    );
  }
  return sentences;
}

function notProvenSentences(found) {
  const { acts, chain, disclosed, now } = found;
  const elsewhere = "the ledger checked it, an audit does again, this file can't";
  const sentences = [
    "that the goods exist, or are as described: the ledger shows who signed that they are",
    "that the holder is entitled: control is not entitlement",
    `that keys which signed for others than the issuer were theirs: ${elsewhere}`,
    afterSentence(found),
  ];
  if (acts.some(({ agent }) => agent !== "")) {
    sentences.push(`that whoever acted through another had given a mandate: ${elsewhere}`);
  }
  if (chain.others.length > 0) {
    const others = joined(chain.others);
    sentences.push(`how ${others} stood, combined with it: their acts are not in this file`);
  }
  if (!disclosed) sentences.push("what the document says: it is not in this file");
  if (now === null) sentences.push("that this is recent: no time was given to judge it by");
  return [...sentences, ...trustedSentences(found)];
}

/** From where on the bundle says nothing. */
function afterSentence({ block, sealed: { followed } }) {
  if (followed === undefined) return `what happened after ${instant(block.time)}`;
  const { height, time_s: time } = followed.header;
  return `what happened from height ${height} on, at ${instant(time)} and after`;
}

/** Who could together have shown something else. */
function trustedSentences({ trust, sealed }) {
  const sentences = trustedToSign(trust, sealed);
  if (sealed.succeeded === undefined) return sentences;
  return [
    ...sentences,
    "that those who decided on the successor let no other carry on too, and that none of " +
      "their keys leaked: two statements that one key has signed show it",
  ];
}

/** Who could have shown something else by what they sign. */
function trustedToSign(trust, { followed }) {
  if (followed !== undefined) {
    return [
      "anything that validators with more than two thirds of the votes agreed to hide, " +
        "or to show otherwise, together",
      "that no keys of validators leaked: whoever has those of more than two thirds of " +
        "the votes of a set of long ago could have signed another story since",
    ];
  }
  return [
    trust.quorum
      ? "anything that the operator and the witnesses agreed to hide together"
      : "that everybody is shown the same log: trusts the operator, " +
          "since no quorum of witnesses is required",
  ];
}

/** `2026-03-01T08:00:00Z`, by the proleptic Gregorian calendar and any year's number of digits. */
function instant(seconds) {
  const days = Math.floor(seconds / 86_400) + 719_468; // since 0000-03-01
  const era = Math.floor(days / 146_097);
  const day = days - era * 146_097;
  const leaps = Math.floor(day / 1_460) - Math.floor(day / 36_524) + Math.floor(day / 146_096);
  const year = Math.floor((day - leaps) / 365);
  const dayOfYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const marched = Math.floor((5 * dayOfYear + 2) / 153);
  const month = ((marched + 2) % 12) + 1;
  const dayOfMonth = dayOfYear - Math.floor((153 * marched + 2) / 5) + 1;
  const clock = ((seconds % 86_400) + 86_400) % 86_400;
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  const written = String(year + era * 400 + (month <= 2 ? 1 : 0)).padStart(4, "0");
  const time = `${two(clock / 3_600)}:${two((clock / 60) % 60)}:${two(clock % 60)}`;
  return `${written}-${two(month)}-${two(dayOfMonth)}T${time}Z`;
}

// ---------------------------------------------------------------------------------------------
// Trust: genesis or policy (4, 9)

/**
 * Read a genesis or policy file.
 *
 * @param {Uint8Array|string} source the file
 * @throws {VerificationError} item `trust`: it is neither, or asks for what can't be
 */
export function readTrust(source) {
  try {
    return trusted(typeof source === "string" ? source : decodeText(source));
  } catch (error) {
    throw named("trust", error);
  }
}

function trusted(text) {
  const looked = plain(parseStrict(text));
  if (!isObject(looked) || looked.format !== "ropewalk-policy/1") {
    return trustOf(text, { clock_skew_s: CLOCK_SKEW_S, quorum: 0, witnesses: [] });
  }
  const policy = { clock_skew_s: CLOCK_SKEW_S, quorum: 0, witnesses: [], ...looked };
  if (policy.age_s_max === null) delete policy.age_s_max;
  ensure(POLICY(policy), "this is no policy");
  return trustOf(encode(policy.genesis), policy);
}

function trustOf(text, policy) {
  const genesis = decode(text, 8);
  ensure(GENESIS(genesis), "this is no genesis");
  const { keys, threshold } = genesis.governance;
  ensure(keys.every(isKid) && isDistinct(keys), "governance keys must be distinct key ids");
  ensure(threshold <= keys.length, "the threshold asks for more keys than there are");
  const sorted = [...genesis.laws].sort();
  ensure(isDistinct(sorted) && encode(sorted) === encode(genesis.laws), "laws must be sorted");
  const isConsortium = genesis.validators !== undefined;
  if (isConsortium) ensureValidators(genesis);
  const { witnesses, quorum } = policy;
  const isMet = isDistinct(witnesses) && quorum <= witnesses.length;
  ensure(isMet, "the quorum asks for more witnesses than are named");
  return {
    network: toHex(sha256(encodeText(text))),
    governance: controllerId({ commitment: "", keys, salt: genesis.salt, threshold }),
    ...(isConsortium ? consortiumOf(genesis) : embeddedOf(genesis)),
    ageMax: policy.age_s_max ?? null,
    clockSkew: policy.clock_skew_s,
    quorum,
    witnesses: witnesses.map(readVerifierKey),
  };
}

function embeddedOf({ log }) {
  const key = readVerifierKey(log);
  return { origin: key.name, log: key, validators: null };
}

function consortiumOf({ log, validators }) {
  ensure(isKeyName(log), "a consortium's log is its origin alone");
  const named = validators.map(({ key, power }) => ({ key: fromBase64url(key), power }));
  return { origin: log, log: null, validators: named.sort(byRank) };
}

function ensureValidators({ validators, time }) {
  ensure(time <= TIME_S_MAX, "validators vote up to the year 9999");
  const keys = validators.map(({ key }) => key);
  const nodes = validators.map(({ node }) => node);
  ensure([...keys, ...nodes].every(isKid), "key and node of a validator are key ids");
  const isSorted = encode([...keys].sort()) === encode(keys);
  const isEach = isDistinct([...keys, ...nodes]);
  ensure(isSorted && isEach, "validators must be sorted by key, no key named twice");
}

function controllerId(content) {
  return toHex(sha256(encodeText(`ropewalk controller v1\n${encode(content)}`))).slice(0, 32);
}

function isDistinct(values) {
  return new Set(values).size === values.length;
}

// ---------------------------------------------------------------------------------------------
// Shapes: exactly these members, each of this kind

const isText = (value) => typeof value === "string";
const isSaid = (value) => isText(value) && value !== "";
const isFlag = (value) => typeof value === "boolean";
const isWhole = (value) => Number.isSafeInteger(value);
const isCount = (value) => isWhole(value) && value >= 0;
const isHex = (length) => (value) =>
  isText(value) && value.length === length && !/[^0-9a-f]/.test(value);
const isHash = isHex(64);
const isController = isHex(32);
const isOneOf = (...values) => (value) => values.includes(value);
const isBetween = (low, high) => (value) => isWhole(value) && value >= low && value <= high;

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(each, least = 0, most = Infinity) {
  return (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(each);
}

/** Members of one kind, by their names. */
function alike(kind, names) {
  return Object.fromEntries(names.split(" ").map((name) => [name, kind]));
}

/** An object with all of the required members, perhaps the optional ones, and no other. */
function shape(required, optional = {}) {
  const kinds = new Map(Object.entries({ ...required, ...optional }));
  const names = Object.keys(required);
  return (value) =>
    isObject(value) &&
    names.every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, member]) => kinds.get(name)?.(member) ?? false);
}

const STATE_PROOF = shape({
  key: isText,
  path: listOf(shape({ prefix: isText, suffix: isText }), 0, 256),
  value: isText,
});
const PROVEN_ENTRY = shape({ inclusion: listOf(isText, 0, 64), leaf: isText, position: isCount });
const PROVEN_ACT = shape(
  { inclusion: listOf(isText, 0, 64), leaf: isText, position: isCount },
  { approvals: listOf(PROVEN_ENTRY, 1, 1_000) },
);
const isHashOrNone = (value) => value === "" || isHash(value);
const isPower = isBetween(1, POWER_MAX);
const TIME = { time_ns: isBetween(0, 999_999_999), time_s: isBetween(0, TIME_S_MAX) };
const BLOCK_ID = shape({
  ...alike(isHashOrNone, "hash parts_hash"),
  parts_total: isBetween(0, 2 ** 32 - 1),
});
const CHAIN_HEADER = shape({
  ...TIME,
  ...alike(isHash, "consensus_hash next_validators_hash validators_hash"),
  ...alike(isHashOrNone, "data_hash evidence_hash last_commit_hash last_results_hash"),
  ...alike(isCount, "version_app version_block"),
  app_hash: (value) => isText(value) && /^(?:[0-9a-f]{2}){0,64}$/.test(value),
  chain_id: (value) => isSaid(value) && value.length <= 50,
  height: isBetween(1, Infinity),
  last_block_id: BLOCK_ID,
  proposer_address: isHex(40),
});
const VOTE = shape({ ...TIME, signature: isText, validator: isBetween(0, VALIDATORS_MAX - 1) });
const COMMIT = shape({
  block_id: BLOCK_ID,
  round: isBetween(0, 2 ** 31 - 1),
  signatures: listOf(VOTE, 1, VALIDATORS_MAX),
});
const SIGNED = { commit: COMMIT, header: CHAIN_HEADER };
const CHANGE = shape({
  ...SIGNED,
  next: listOf(shape({ key: isText, power: isPower }), 1, VALIDATORS_MAX),
});
const CONSENSUS = shape({ ...SIGNED, changes: listOf(CHANGE, 0, CHANGES_MAX) });
const STATEMENT = shape({
  format: isOneOf("ropewalk-succession/1"),
  ...alike(isHash, "network root"),
  ...alike(isCount, "height led"),
  log: (value) => isSaid(value) && value.length <= 200,
  size: isBetween(1, Infinity),
});
const SUCCESSION = shape(
  {
    extension: listOf(isText, 0, 64),
    signatures: listOf(isText, 1, VALIDATORS_MAX),
    statement: STATEMENT,
  },
  {
    checkpoint: isText,
    consensus: CONSENSUS,
    consistency: listOf(isText, 0, 64),
    governance: shape({ block: PROVEN_ENTRY, controller: STATE_PROOF }),
  },
);
const BUNDLE = shape(
  {
    acts: listOf(PROVEN_ACT, 1, 100_000),
    block: PROVEN_ENTRY,
    format: isOneOf("ropewalk-title-bundle/1"),
    network: isHash,
    state: listOf(STATE_PROOF, 3, 3),
    title: isHash,
  },
  {
    checkpoint: isText,
    consensus: CONSENSUS,
    document: shape({ bytes: isText, salt: isText }),
    succession: SUCCESSION,
  },
);
const POLICY = shape(
  {
    clock_skew_s: isCount,
    format: isOneOf("ropewalk-policy/1"),
    genesis: isObject,
    quorum: isCount,
    witnesses: listOf(isText),
  },
  { age_s_max: isCount },
);
const isMaximum = isBetween(1, Infinity);
const GENESIS = shape(
  {
    format: isOneOf("ropewalk-genesis/1"),
    governance: shape({ keys: listOf(isText, 1, 16), threshold: isBetween(1, 16) }),
    laws: listOf(isText),
    log: isText,
    parameters: shape({ quota_actor_max: isMaximum }, { quota_member_max: isMaximum }),
    protocol: isBetween(1, Infinity),
    salt: isHash,
    time: isCount,
  },
  { validators: listOf(shape({ key: isText, node: isText, power: isPower }), 1, VALIDATORS_MAX) },
);
const TRANSACTION_ENTRY = shape({ code: isText, number: isWhole, transaction: isText });
const BLOCK_ENTRY = shape({ ...alike(isCount, "height protocol time"), state_root: isHash });
const PAYLOAD = shape(
  {
    act: (value) => isText(value) && value.length >= 1 && value.length <= 64,
    actor: isController,
    body: isObject,
    network: isHash,
    valid_until: isCount,
  },
  { consents: listOf(isText, 1, 15), represented_party: isController },
);
const PROPOSAL = shape({ act: isText, body: isObject, until: isCount });
const APPROVAL = shape({ act_hash: isHash, until: isCount });
const CONSENT = shape({ act_hash: isHash, network: isHash, until: isCount });
const CONTROLLER = shape(
  {
    commitment: isText,
    keys: listOf(shape({ added: isWhole, kid: isText, revoked: isWhole })),
    recovery: shape({ controllers: listOf(isText), delay: isWhole, threshold: isWhole }),
    threshold: isWhole,
  },
  {
    recovered_at: (value) => isWhole(value) && value !== 0,
    threshold_since: (value) => isWhole(value) && value !== 0,
  },
);
const PARTY = shape({ carrier_codes: listOf(isText), lei: isText, roles: listOf(isText) });
const FINGERPRINTS = shape({
  items: listOf(shape({ item: isHash, near: listOf(isHash, 0, 4) }), 1, 32),
  scheme: (value) => value === 1,
});
const TITLE = shape(
  {
    ...alike(isText, "commitment consignee document_type endorsee governing_law issuer last_act"),
    ...alike(isText, "possessor prior_endorsee reference refusable_from shipper status"),
    ...alike(isText, "surrendered_by"),
    ...alike(isFlag, "endorsee_may_endorse is_to_order prior_may_endorse"),
    ...alike(isWhole, "issued_at version"),
  },
  {
    ...alike(isSaid, "cargo claimant destination freeze from_paper house_of on_board"),
    ...alike(isSaid, "on_board_override paper shipment surrender_reason"),
    ...alike(listOf(isText, 1), "replaced_by replaces"),
    escrow: shape(alike(isText, "exchange how to")),
    fingerprints: FINGERPRINTS,
    indemnity: shape(alike(isText, "bank receiver requester")),
    lease_until: (value) => isWhole(value) && value !== 0,
    pledge: shape({
      ...alike(isText, "beneficiary currency pledgee trust_purpose"),
      ...alike(isWhole, "amount due trust_until"),
    }),
  },
);

function readBundle(data) {
  ensure(data.length <= BUNDLE_SIZE_MAX, "the file is too large");
  const bundle = decode(decodeText(data), 12);
  ensure(BUNDLE(bundle), "members are missing, surplus or of another kind");
  const isOne = (bundle.checkpoint === undefined) !== (bundle.consensus === undefined);
  ensure(isOne, "a bundle has a checkpoint, or a proof of consensus");
  const isSigned = bundle.succession === undefined || bundle.checkpoint !== undefined;
  ensure(isSigned, "a successor's log signs checkpoints");
  return bundle;
}

/** A record is `[1,{…}]`: its codec version, then its fields (1). */
function readRecord(text, kind) {
  const record = decode(text, 8);
  ensure(Array.isArray(record) && record.length === 2, "a record is its codec version and fields");
  ensure(record[0] === 1, "the record has another codec version");
  ensure(kind(record[1]), "the record's members are not those of its kind");
  return record[1];
}

// ---------------------------------------------------------------------------------------------
// Transactions (2, 3)

const PROPOSE = "identity.PROPOSE";
const APPROVE = "identity.APPROVE";

/** An act, by one transaction or by the proposal and approvals that it took. */
async function carriedOut(proven, log) {
  const last = await readCommitted(proven, log);
  if (![PROPOSE, APPROVE].includes(last.payload.act)) {
    ensure(proven.approvals === undefined, "approvals of an act that was not proposed");
    return directly(last, proven, log);
  }
  const steps = [];
  let before = -1;
  for (const earlier of [...(proven.approvals ?? []), proven]) {
    ensure(earlier.position > before, "positions do not increase");
    steps.push(earlier === proven ? last : await readCommitted(earlier, log));
    before = earlier.position;
  }
  checkThreshold(steps, proven.position, log.issuer);
  return proposed(steps, log.network);
}

/** A committed transaction in its place; the issuer's is signed by keys it had then. */
async function readCommitted(proven, { network, checkpoint, issuer }) {
  checkInclusion(proven, checkpoint);
  const entry = readRecord(proven.leaf, TRANSACTION_ENTRY);
  ensure(entry.code === "committed" && entry.number === 0, "the act was not committed");
  const act = await readTransaction(entry.transaction, network);
  if (isBy(issuer, act)) {
    const isTheirs = act.kids.every((kid) => isValidKey(issuer, kid, proven.position));
    ensure(isTheirs, "a key that signed was not the issuer's at that position");
  }
  return act;
}

function isBy({ id }, { payload }) {
  return payload.actor === id && payload.represented_party === undefined;
}

/** Whether a key is the issuer's at a position of the log. */
function isValidKey({ controller }, kid, position) {
  const holdsAt = ({ added, revoked }) => added < position && (!revoked || position < revoked);
  return controller.keys.some((key) => key.kid === kid && holdsAt(key));
}

/** Where the issuer signed, as many of its keys did as it asks for; revoked ones do not count. */
function checkThreshold(steps, position, issuer) {
  if (position <= (issuer.controller.threshold_since ?? 0)) return; // what it asked for is gone
  if (steps.some(({ payload }) => payload.represented_party === issuer.id)) return; // an agent's
  const signed = steps.filter((step) => isBy(issuer, step));
  const kids = new Set(signed.flatMap((step) => step.kids));
  const counted = [...kids].filter((kid) => isValidKey(issuer, kid, position));
  const isEnough = signed.length === 0 || counted.length >= issuer.controller.threshold;
  ensure(isEnough, "fewer of the issuer's keys signed than it asks for");
}

/** In whose name an act is, and who signed in that name under a mandate, "" for nobody. */
function speakers({ actor, represented_party: represented }) {
  return represented === undefined ? { actor, agent: "" } : { actor: represented, agent: actor };
}

function directly(transaction, { position }, { issuer }) {
  checkThreshold([transaction], position, issuer);
  const { id, payload } = transaction;
  return { act: payload.act, ...speakers(payload), body: payload.body, id, approved: new Set() };
}

/** What was proposed first, approved by the rest, and carried out by the last (identity.md). */
function proposed(steps, network) {
  const [{ payload: first }, ...others] = steps;
  ensure(first.act === PROPOSE && PROPOSAL(first.body), "nothing was proposed before approvals");
  const { act, body, until } = first.body;
  const { actor, agent } = speakers(first);
  const content = { act, actor, body, network, valid_until: until };
  const actHash = toHex(sha256(encodeText(encode(content))));
  for (const { payload } of others) {
    const isApproval = payload.act === APPROVE && APPROVAL(payload.body);
    ensure(isApproval && payload.represented_party === undefined, "this is no approval");
    ensure(payload.body.act_hash === actHash, "another act was approved than was proposed");
  }
  const approved = new Set(others.map(({ payload }) => payload.actor));
  return { act, actor, agent, body, id: steps.at(-1).id, approved };
}

/** A committed transaction, every signature on it verified. */
async function readTransaction(text, network) {
  const signed = takeApart(text, "ropewalk-transaction+jws");
  const payload = decode(decodeText(signed.payload), 12);
  ensure(PAYLOAD(payload), "the payload's members are not those of a transaction");
  ensure(payload.represented_party !== payload.actor, "nobody represents itself");
  ensure(payload.network === network, "the act was signed for another network");
  ensure(await holds(signed), "the signature does not hold");
  const { consents = [], ...content } = payload;
  const actHash = toHex(sha256(encodeText(encode(content))));
  const kids = [signed.kid];
  for (const consent of consents) kids.push(await checkConsent(consent, actHash, network));
  ensure(new Set(kids).size === kids.length, "a key signs or consents twice");
  return { id: toHex(sha256(signed.input)), payload, kids };
}

async function checkConsent(text, actHash, network) {
  const signed = takeApart(text, "ropewalk-consent+jws");
  const consent = decode(decodeText(signed.payload), 8);
  ensure(CONSENT(consent), "the payload's members are not those of a consent");
  const isOfThis = consent.act_hash === actHash && consent.network === network;
  ensure(isOfThis, "a consent is for another act or network");
  ensure(await holds(signed), "a consent's signature does not hold");
  return signed.kid;
}

/** A signed object's parts; the signature is not verified here. */
function takeApart(text, type) {
  ensure(text.length <= TRANSACTION_SIZE_MAX, "the signed object is too large");
  const parts = text.split(".");
  ensure(parts.length === 3, "three parts joined by dots are expected");
  const [header, payload, signature] = parts.map(fromBase64url);
  const fields = decode(decodeText(header), 8);
  ensure(HEADER(fields) && fields.typ === type, "another algorithm, type or key form, or more");
  const input = encodeText(text.slice(0, text.lastIndexOf(".")));
  return { kid: fields.kid, key: fromBase64url(fields.kid), payload, input, signature };
}

const HEADER = shape({ alg: isOneOf("Ed25519"), kid: isKid, typ: isText });

function isKid(value) {
  try {
    return isText(value) && value.length === 43 && fromBase64url(value).length === 32;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function holds({ key, input, signature }) {
  return verifySignature(key, input, signature);
}

// ---------------------------------------------------------------------------------------------
// Bodies of acts (title.md)

const isTag = isHash;
const isPackageCode = (value) => isText(value) && /^(?:[0-9A-Z]{2})?$/.test(value);
const isCurrency = (value) => isText(value) && /^(?:[A-Z]{3})?$/.test(value);
const CARGO = shape({
  equipments: listOf(isTag, 0, 100),
  items: listOf(
    shape({
      ...alike(isCount, "packages volume_dm3 weight_g"),
      item: isTag,
      package_code: isPackageCode,
    }),
    1,
    32,
  ),
});
const ON_BOARD = shape(
  { boxes: listOf(isTag, 1, 100), date: (value) => isText(value) && value.length <= 10, items: isHash },
  { override: isHash },
);
const ISSUE = shape(
  {
    ...alike(isText, "carrier_code carrier_code_list_provider governing_law"),
    ...alike(isText, "transport_document_reference"),
    commitment: isHash,
    document_type: isOneOf("BOL", "SWB"),
    is_to_order: isFlag,
    shipper: isController,
  },
  {
    ...alike(isController, "consignee endorsee issue_to"),
    ...alike(isHash, "cargo destination draft house_of shipment"),
    fingerprints: FINGERPRINTS,
    on_board: ON_BOARD,
  },
);
const SHARE = shape({ cargo: CARGO, issue: ISSUE });
const LINK = { last_act: isHash, title: isHash };
const PARENT = shape({ ...LINK, cargo: CARGO });

/** A body that names one title and its last act, with these members besides. */
const linkedBody = (named = {}, optional = {}) => shape({ ...LINK, ...named }, optional);

const BARE = linkedBody();
const TO_RECIPIENT = linkedBody({ recipient: isController });
const OF_COURT = shape({ order: isHash, title: isHash });
const PURPOSES = ["SURRENDER_FOR_AMENDMENT", "SURRENDER_FOR_DELIVERY"];
const DEMONSTRATION = linkedBody({ challenge: isHash });

// ---------------------------------------------------------------------------------------------
// Roles: title.md's table, told once more. An act's effect is a map of titles that it changes or
// issues to their roles; a field of a record that says nothing is not in it.

const ENDED = ["SURRENDERED", "DELIVERED", "PAPER", "REPLACED", "VOID"];

function followed(family, told, setting) {
  const { isBody, effect } = ACTS.get(told.act) ?? refuse(`${told.act} is no act of a bundle`);
  ensure(isBody(told.body), `${told.act} with another body than it has`);
  return effect(told, family, setting);
}

/** The effect of an act that is on one title, by whoever saw its last act. */
function onTitle(change) {
  return (told, family) => {
    const { title, last_act: lastAct } = told.body;
    return new Map([[title, change(linked(family, title, lastAct), told, told.body)]]);
  };
}

/** The effect of an act by others than the holder: it names no last act. */
function byOthers(change) {
  return (told, family, setting) => {
    const { title } = told.body;
    return new Map([[title, change(known(family, title), told, told.body, setting)]]);
  };
}

function known(family, title) {
  return family.get(title) ?? refuse(`title ${title} was not issued before`);
}

function linked(family, title, lastAct) {
  const roles = known(family, title);
  ensure(roles.last_act === lastAct, "the act does not follow the one before");
  ensure(roles.freeze === undefined, "the title is frozen");
  ensure(roles.escrow === undefined, "the title is in escrow");
  return roles;
}

/** Roles after an act that changes only what it says; undefined leaves a field out. */
function acted(roles, told, changes) {
  const after = { ...roles, ...changes, last_act: told.id, version: roles.version + 1 };
  return Object.fromEntries(Object.entries(after).filter(([, value]) => value !== undefined));
}

/** Roles after an act: its actor accepts an endorsement to it, refusal and lease end. */
function moved(roles, told, changes = {}) {
  const accepts = told.actor === roles.endorsee && told.act !== "title.REFUSE_TRANSFER";
  const accepted = accepts ? accepting(roles) : {};
  return acted(roles, told, { ...accepted, refusable_from: "", lease_until: undefined, ...changes });
}

function accepting({ endorsee, endorsee_may_endorse: may }) {
  return { prior_endorsee: endorsee, prior_may_endorse: may };
}

function holderOf(roles) {
  return roles.surrendered_by || roles.possessor;
}

function creditorsOf({ pledge }) {
  return pledge === undefined ? [] : [pledge.pledgee, pledge.beneficiary];
}

function ensureApproved({ actor, approved }, controllers) {
  const isDone = (one) => one === "" || one === actor || approved.has(one);
  const missing = controllers.filter((one) => !isDone(one));
  ensure(missing.length === 0, `${missing.join(", ")} did not approve it`);
}

function ensureInterestedApproved(roles, told) {
  ensureApproved(told, [roles.issuer, holderOf(roles), ...creditorsOf(roles)]);
}

/** A pledged bill moves with pledgee and beneficiary, but for what a trust receipt is for. */
function ensureCreditorsApproved(roles, told) {
  const { beneficiary, trust_purpose: purpose } = roles.pledge ?? {};
  const isTrusted = told.actor === beneficiary && told.act === `title.${purpose}`;
  if (!isTrusted) ensureApproved(told, creditorsOf(roles));
}

function ensureLiveBill(roles) {
  ensure(roles.document_type === "BOL", "a waybill has no possession");
  ensure(roles.status === "ISSUED", `the title is ${roles.status}`);
}

function ensureBillInHand(roles, { actor }) {
  ensureLiveBill(roles);
  ensure(roles.possessor === actor, `${actor} is not the possessor`);
}

function ensureLiveWaybill(roles) {
  ensure(roles.document_type === "SWB", "this is no waybill");
  ensure(roles.status === "ISSUED", `the waybill is ${roles.status}`);
}

function ensureIssuer(roles, { actor }) {
  ensure(roles.issuer === actor, `${actor} is not the issuer`);
}

function ensureAwaitingAnswer(roles, told) {
  ensureIssuer(roles, told);
  ensure(roles.status === "SURRENDER_REQUESTED", "no surrender waits for an answer");
}

function ensureStraightRecipient(roles, { actor }, recipient) {
  const named = [roles.shipper, roles.consignee];
  const mayMove = roles.is_to_order || named.includes(recipient) || named.includes(actor);
  ensure(mayMove, "a straight bill moves between shipper, consignee and a bank");
}

function ensureMayClaim(roles, { actor }) {
  const claimants = [actor, ...creditorsOf(roles)];
  const named = roles.is_to_order ? [roles.endorsee] : [roles.shipper, roles.consignee];
  const isBlank = roles.is_to_order && roles.endorsee === "";
  const mayClaim = isBlank || named.some((one) => claimants.includes(one));
  ensure(mayClaim, `${actor} may not claim under it`);
}

function transfer(roles, told, { recipient }) {
  ensureBillInHand(roles, told);
  ensure(recipient !== told.actor, "the recipient is the possessor");
  ensureStraightRecipient(roles, told, recipient);
  ensureCreditorsApproved(roles, told);
  return moved(roles, told, { possessor: recipient, refusable_from: told.actor });
}

function refuseTransfer(roles, told) {
  const { refusable_from: giver, pledge } = roles;
  ensureBillInHand(roles, told);
  ensure(giver !== "", "there is no transfer to refuse");
  const changes = { possessor: giver };
  if (roles.endorsee === told.actor) {
    changes.endorsee = roles.prior_endorsee;
    changes.endorsee_may_endorse = roles.prior_may_endorse;
  }
  if (pledge?.pledgee === told.actor && pledge.beneficiary === giver) changes.pledge = undefined;
  return moved(roles, told, changes);
}

function endorse(roles, told, endorsee, mayEndorse) {
  ensureBillInHand(roles, told);
  ensure(roles.is_to_order, "only a bill to order is endorsed");
  ensure(["", told.actor].includes(roles.endorsee), `${told.actor} is not the endorsee`);
  ensure(roles.endorsee_may_endorse, `${told.actor} may not endorse on`);
  ensureCreditorsApproved(roles, told);
  return moved(roles, told, {
    prior_endorsee: told.actor,
    prior_may_endorse: roles.endorsee_may_endorse,
    endorsee,
    endorsee_may_endorse: mayEndorse,
  });
}

function sign(roles, told) {
  ensureBillInHand(roles, told);
  return moved(roles, told);
}

function lease(roles, told, { until }) {
  ensureBillInHand(roles, told);
  ensure(until > 0, "a lease ends after the block's time");
  return moved(roles, told, { lease_until: until });
}

function surrender(roles, told, reason) {
  ensureBillInHand(roles, told);
  ensure(told.body.addressee === roles.issuer, "a surrender goes to the issuer");
  ensureMayClaim(roles, told);
  ensureCreditorsApproved(roles, told);
  return moved(roles, told, {
    status: "SURRENDER_REQUESTED",
    surrender_reason: reason,
    surrendered_by: told.actor,
    possessor: roles.issuer,
  });
}

const ANSWERED = { surrendered_by: "", surrender_reason: undefined };

function accept(roles, told) {
  ensureAwaitingAnswer(roles, told);
  ensure(roles.surrender_reason === undefined, "it was surrendered for amendment");
  const claimant = roles.surrendered_by;
  return moved(roles, told, { ...ANSWERED, claimant, status: "SURRENDERED", indemnity: undefined });
}

function reject(roles, told) {
  ensureAwaitingAnswer(roles, told);
  const possessor = roles.surrendered_by;
  return moved(roles, told, { ...ANSWERED, status: "ISSUED", possessor });
}

function redirect(roles, told, { consignee }) {
  ensureLiveWaybill(roles);
  ensure(roles.shipper === told.actor, `${told.actor} is not the shipper`);
  ensure(roles.consignee !== consignee, "the consignee does not change");
  return moved(roles, told, { consignee });
}

function deliver(roles, told) {
  ensureLiveWaybill(roles);
  ensureIssuer(roles, told);
  return moved(roles, told, { status: "DELIVERED" });
}

const NO_TRUST = { trust_purpose: "", trust_until: 0 };

function pledge(roles, told, { amount, currency, due, pledgee }) {
  const beneficiary = told.actor;
  ensureBillInHand(roles, told);
  ensure(roles.pledge === undefined, "it is pledged already");
  ensure(pledgee !== beneficiary, "the pledgee is the possessor");
  ensureStraightRecipient(roles, told, pledgee);
  ensure(amount > 0 === (currency !== ""), "a sum has a currency, none has none");
  return moved(roles, told, {
    pledge: { amount, beneficiary, currency, due, pledgee, ...NO_TRUST },
    possessor: pledgee,
    refusable_from: beneficiary,
  });
}

function pledgeOf(roles, { actor }) {
  ensureLiveBill(roles);
  ensure(roles.pledge !== undefined, "it is not pledged");
  ensure(roles.pledge.pledgee === actor, `${actor} is not the pledgee`);
  return roles.pledge;
}

function releasePledge(roles, told) {
  const { beneficiary } = pledgeOf(roles, told);
  const changes = { pledge: undefined };
  if (roles.possessor === told.actor) changes.possessor = beneficiary;
  if (roles.endorsee === told.actor) changes.endorsee = beneficiary;
  return moved(roles, told, changes);
}

function trustReceipt(roles, told, { purpose, until }) {
  const found = pledgeOf(roles, told);
  ensureBillInHand(roles, told);
  ensure(until > 0, "a trust receipt ends after the block's time");
  return moved(roles, told, {
    pledge: { ...found, trust_purpose: purpose, trust_until: until },
    possessor: found.beneficiary,
  });
}

function reclaim(roles, told) {
  const found = pledgeOf(roles, told);
  ensure(found.trust_purpose !== "", "it is under no trust receipt");
  ensure(roles.possessor === found.beneficiary, "its beneficiary does not have it");
  return moved(roles, told, { pledge: { ...found, ...NO_TRUST }, possessor: told.actor });
}

function enforcePledge(roles, told, { recipient }) {
  const { beneficiary, due } = pledgeOf(roles, told);
  ensureBillInHand(roles, told);
  ensure(due !== 0, "the pledge is never due");
  ensure(recipient !== told.actor, "the recipient is the pledgee");
  ensureStraightRecipient(roles, told, recipient);
  const changes = { pledge: undefined, possessor: recipient };
  if (roles.is_to_order && [told.actor, beneficiary].includes(roles.endorsee)) {
    Object.assign(changes, { prior_endorsee: told.actor, prior_may_endorse: true });
    Object.assign(changes, { endorsee: recipient, endorsee_may_endorse: true });
  }
  return moved(roles, told, changes);
}

function freeze(roles, told, { order }, { governance }) {
  ensure(told.actor === governance, `${told.actor} does not govern`);
  ensure(roles.freeze === undefined, "it is frozen already");
  ensure(!ENDED.includes(roles.status), `the title is ${roles.status}`);
  return acted(roles, told, { freeze: order });
}

function unfreeze(roles, told, _, { governance }) {
  ensure(told.actor === governance, `${told.actor} does not govern`);
  ensure(roles.freeze !== undefined, "it is not frozen");
  return acted(roles, told, { freeze: undefined });
}

function letterOfIndemnity(roles, told, { bank = "", receiver }) {
  ensure(roles.freeze === undefined, "the title is frozen");
  ensure(roles.escrow === undefined, "the title is in escrow");
  ensureLiveBill(roles);
  ensure(roles.indemnity === undefined, "there is a letter of indemnity already");
  ensureApproved(told, [roles.issuer, bank]);
  return acted(roles, told, { indemnity: { bank, receiver, requester: told.actor } });
}

function voided(roles, told) {
  ensureIssuer(roles, told);
  if (roles.surrender_reason === undefined) ensureLiveBill(roles);
  ensureInterestedApproved(roles, told);
  return moved(roles, told, { ...ANSWERED, status: "VOID" });
}

function switchToPaper(roles, told, { paper }) {
  ensure(roles.possessor === told.actor, `${told.actor} is not the possessor`);
  if (roles.surrender_reason !== "SWTP") {
    ensureLiveBill(roles);
    ensureMayClaim(roles, told);
  }
  ensureInterestedApproved(roles, told);
  return moved(roles, told, { ...ANSWERED, status: "PAPER", paper });
}

// ---------------------------------------------------------------------------------------------
// Titles in the escrow of an exchange; whether it was due to settle, the ledger judged

const HOWS = ["ENDORSE_TO_ORDER", "SURRENDER", "TRANSFER"];
const ESCROWED = linkedBody({
  exchange: isHash,
  how: isOneOf(...HOWS),
  leg: isLeg,
  to: isController,
});
const DECIDED = shape({ exchange: isHash, titles: listOf(BARE, 0, 16) });
const PAID = shape({ exchange: isHash, leg: isLeg, titles: listOf(BARE, 0, 16) });

function isLeg(value) {
  return isCount(value) && value < 16;
}

function escrowTitle(roles, told, { exchange, how, to }) {
  ensureBillInHand(roles, told);
  ensure(to !== told.actor, "the taker is the possessor");
  if (how === "SURRENDER") {
    ensureMayClaim(roles, told);
    const isNamed = roles.is_to_order || [roles.shipper, roles.consignee].includes(to);
    ensure(isNamed, "the goods of a straight bill are claimed by its shipper or consignee");
  } else {
    ensureStraightRecipient(roles, told, to);
  }
  if (how === "ENDORSE_TO_ORDER") {
    ensure(roles.is_to_order, "only a bill to order is endorsed");
    ensure(["", told.actor].includes(roles.endorsee), `${told.actor} is not the endorsee`);
    ensure(roles.endorsee_may_endorse, `${told.actor} may not endorse on`);
  }
  if (!isOnPayment(roles, to)) ensureCreditorsApproved(roles, told);
  return moved(roles, told, { escrow: { exchange, how, to } });
}

/** Whether a pledgee gives the beneficiary its bill back. */
function isOnPayment({ pledge, possessor }, to) {
  return pledge !== undefined && pledge.pledgee === possessor && pledge.beneficiary === to;
}

function settle(told, family) {
  return decided(told, family, (roles) => {
    ensure(roles.freeze === undefined, "the title is frozen");
    const { how, to } = roles.escrow;
    const changes = how === "SURRENDER" ? surrenderedTo(roles, to) : { possessor: to };
    if (how === "ENDORSE_TO_ORDER") Object.assign(changes, endorsedTo(roles, to, true));
    const isTheirs = roles.is_to_order && roles.endorsee === roles.possessor;
    const may = roles.endorsee_may_endorse;
    if (isOnPayment(roles, to) && how === "TRANSFER" && isTheirs) {
      Object.assign(changes, endorsedTo(roles, to, may));
    }
    return { ...changes, pledge: undefined };
  });
}

function surrenderedTo({ issuer }, claimant) {
  return { claimant, indemnity: undefined, possessor: issuer, status: "SURRENDERED" };
}

function endorsedTo({ endorsee_may_endorse: before, possessor }, endorsee, may) {
  return {
    endorsee,
    endorsee_may_endorse: may,
    prior_endorsee: possessor,
    prior_may_endorse: before,
  };
}

/** A court's freeze stays on what comes back. */
function giveBack(told, family) {
  return decided(told, family, () => ({}));
}

function decided(told, family, changesOf) {
  const { exchange, titles } = told.body;
  const isSorted = titles.every(({ title }, i) => i === 0 || titles[i - 1].title < title);
  ensure(isSorted, "titles are not sorted, each once");
  const after = new Map();
  for (const { title, last_act: lastAct } of titles.filter((one) => family.has(one.title))) {
    const roles = family.get(title);
    ensure(roles.last_act === lastAct, "the act does not follow the one before");
    ensure(roles.escrow?.exchange === exchange, "it is in no such escrow");
    const cleared = { escrow: undefined, refusable_from: "", lease_until: undefined };
    after.set(title, acted(roles, told, { ...cleared, ...changesOf(roles) }));
  }
  ensure(after.size > 0, "the act is on none of these titles");
  return after;
}

// ---------------------------------------------------------------------------------------------
// Titles issued, and in the place of others

function issue(told, family, setting) {
  const { body } = told;
  ensureRolesOfDocument(body);
  const isStraight = body.document_type === "BOL" && !body.is_to_order;
  ensure(!isStraight || body.issue_to === body.shipper, "a straight bill goes to its shipper");
  const items = (body.fingerprints?.items ?? []).map(({ item }) => item);
  const rises = items.every((one, index) => index === 0 || items[index - 1] < one);
  ensure(rises, "fingerprints are not sorted, each once");
  return new Map([issued(family, told, setting, told.actor, body)]);
}

/** Which roles a document of its kind names. */
function ensureRolesOfDocument(body) {
  const isBill = body.document_type === "BOL";
  ensure(isBill || !body.is_to_order, "a waybill is never to order");
  ensure(isBill === (body.issue_to !== undefined), "a bill has a first possessor, a waybill none");
  if (body.is_to_order) return;
  const isToConsignee = body.consignee !== undefined && body.endorsee === undefined;
  ensure(isToConsignee, "a document not to order names a consignee and no endorsee");
}

/** A new title's id, which its content gives, and its first record. */
function issued(family, told, { network, title, issuedAt }, issuer, body, more = {}) {
  const content = encode({ content: body, issuer, network });
  const id = toHex(sha256(encodeText(`ropewalk title v1\n${content}`)));
  const record = firstRecord(issuer, body, told.id, id === title ? issuedAt : 0);
  ensure(!family.has(id), `title ${id} was issued before`);
  const isUsed = [...family.values()].some(({ reference }) => reference === record.reference);
  ensure(!isUsed, `${record.reference} was used before`);
  return [id, stripped({ ...record, ...more })];
}

function firstRecord(issuer, body, id, issuedAt) {
  const { carrier_code_list_provider: provider, carrier_code: code } = body;
  const endorsee = body.endorsee ?? "";
  return {
    cargo: body.cargo,
    commitment: body.commitment,
    consignee: body.consignee ?? "",
    destination: body.destination,
    document_type: body.document_type,
    endorsee,
    endorsee_may_endorse: true,
    fingerprints: body.fingerprints,
    governing_law: body.governing_law,
    house_of: body.house_of,
    is_to_order: body.is_to_order,
    issued_at: issuedAt,
    issuer,
    last_act: id,
    ...onBoard(body),
    possessor: body.issue_to ?? "",
    prior_endorsee: endorsee,
    prior_may_endorse: true,
    reference: `${provider}:${code}:${body.transport_document_reference}`,
    refusable_from: "",
    shipment: body.shipment,
    shipper: body.shipper,
    status: "ISSUED",
    surrendered_by: "",
    version: 1,
  };
}

/** What a record says of the on-board date; boxes and items shown are the cargo named. */
function onBoard({ cargo, on_board: told }) {
  if (told === undefined) return {};
  const { boxes, date, items, override } = told;
  const rises = boxes.every((one, index) => index === 0 || boxes[index - 1] < one);
  ensure(rises, "boxes are not sorted, each once");
  ensure(cargo === boxesHash(boxes, items), "the boxes are not the cargo's");
  return { on_board: date, on_board_override: override };
}

function stripped(record) {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/** A title in the place of others: `replaced` maps them to their roles, which agree. */
function replacement(family, told, setting, body, replaced, { replaces, ...more } = {}) {
  const [first] = replaced.values();
  ensure(body.house_of === undefined, "a replacement's master bill is not given");
  ensure(body.on_board === undefined, "a replacement's on-board date is not given");
  ensure(body.draft === undefined, "a replacement issues no draft");
  ensure(body.fingerprints === undefined, "a replacement shows no fingerprints");
  ensureRolesOfDocument(body);
  const [id, record] = issued(family, told, setting, first.issuer, body, {
    ...Object.fromEntries(PASSED_ON.map((name) => [name, first[name]])),
    replaces: replaces ?? [...replaced.keys()].sort(),
    ...more,
  });
  ensureSame(KEPT, record, first);
  return [id, record];
}

function ensureSame(names, one, other) {
  for (const name of names) {
    const [here, there] = [one[name], other[name]].map((value) => encode([value ?? ""]));
    ensure(here === there, `${name} is not the same`);
  }
}

function replacedBy(roles, told, ids) {
  return moved(roles, told, { ...ANSWERED, status: "REPLACED", replaced_by: ids });
}

function reissue(told, family, setting) {
  const { title, last_act: lastAct, replacement: body } = told.body;
  const roles = linked(family, title, lastAct);
  ensureAwaitingAnswer(roles, told);
  ensure(roles.surrender_reason !== undefined, "it was not surrendered for amendment");
  const [id, record] = replacement(family, told, setting, body, new Map([[title, roles]]));
  ensure(record.possessor === holderOf(roles), "it is not issued to the holder");
  ensureInterestedApproved(roles, told);
  return new Map([[title, replacedBy(roles, told, [id])], [id, record]]);
}

const KEPT = ["document_type", "shipment"];
const PASSED_ON = ["house_of", "indemnity", "on_board", "on_board_override", "pledge"];
const TERMS = ["consignee", "destination", "endorsee", "governing_law", "is_to_order", "shipper"];
const ENDORSEMENT = ["endorsee_may_endorse", "prior_endorsee", "prior_may_endorse"];

function split(told, family, setting) {
  const { title, last_act: lastAct, cargo, children } = told.body;
  const roles = linked(family, title, lastAct);
  ensureBillInHand(roles, told);
  ensureMayClaim(roles, told);
  ensureCargo(cargo, roles.cargo);
  ensureConserved([cargo], children.map((child) => child.cargo));
  const made = new Map();
  for (const child of children) {
    const before = new Map([...family, ...made]);
    made.set(...part(before, told, setting, child, new Map([[title, roles]])));
  }
  ensureInterestedApproved(roles, told);
  return new Map([[title, replacedBy(roles, told, [...made.keys()])], ...made]);
}

/** In the bundle of a title combined with others, only that title is followed. */
function combine(told, family, setting) {
  const { parents, replacement: whole } = told.body;
  const replaces = parents.map(({ title }) => title);
  const isSorted = replaces.every((one, index) => index === 0 || replaces[index - 1] < one);
  ensure(isSorted, "the parents are not in the order of their titles, each once");
  ensureConserved(parents.map(({ cargo }) => cargo), [whole.cargo]);
  const isEnd = replaces.includes(setting.title);
  const replaced = new Map();
  for (const { title, last_act: lastAct, cargo } of parents) {
    if (isEnd && title !== setting.title) continue;
    const roles = linked(family, title, lastAct);
    ensureBillInHand(roles, told);
    ensureMayClaim(roles, told);
    ensureCargo(cargo, roles.cargo);
    ensureInterestedApproved(roles, told);
    replaced.set(title, roles);
  }
  const [first] = replaced.values();
  for (const roles of replaced.values()) {
    ensureSame([...KEPT, ...TERMS, ...PASSED_ON, "issuer"], roles, first);
    ensureSame(ENDORSEMENT, moved(roles, told), moved(first, told));
  }
  const [id, record] = part(family, told, setting, whole, replaced, { replaces });
  const after = [...replaced].map(([title, roles]) => [title, replacedBy(roles, told, [id])]);
  return new Map([...after, [id, record]]);
}

/** A title that has its own cargo, and all else from what it takes the place of. */
function part(family, told, setting, { cargo, issue: body }, replaced, more = {}) {
  const [roles] = replaced.values();
  const first = moved(roles, told);
  const endorsement = Object.fromEntries(ENDORSEMENT.map((name) => [name, first[name]]));
  ensureCargo(cargo, body.cargo);
  const made = replacement(family, told, setting, body, replaced, { ...endorsement, ...more });
  ensureSame(TERMS, made[1], first);
  ensure(made[1].possessor === told.actor, "it is not issued to the holder");
  return made;
}

function switchToElectronic(told, family, setting) {
  const { paper, replacement: body, title } = told.body;
  ensure(body.house_of === undefined, "a replacement's master bill is not given");
  ensure(body.on_board === undefined, "a replacement's on-board date is not given");
  ensure(body.draft === undefined, "a replacement issues no draft");
  ensure(body.fingerprints === undefined, "a replacement shows no fingerprints");
  ensure(body.document_type === "BOL", "only a bill takes a paper bill's place");
  ensureRolesOfDocument(body);
  ensureApproved(told, [body.issue_to ?? ""]);
  const more = { from_paper: paper };
  if (title === undefined) {
    return new Map([issued(family, told, setting, told.actor, body, more)]);
  }
  const roles = known(family, title);
  ensureIssuer(roles, told);
  ensure(roles.paper === paper, "this paper is not in the title's place");
  ensure(roles.replaced_by === undefined, "the title is back from paper already");
  ensureApproved(told, creditorsOf(roles));
  const replaced = new Map([[title, roles]]);
  const [id, record] = replacement(family, told, setting, body, replaced, more);
  return new Map([[title, acted(roles, told, { replaced_by: [id] })], [id, record]]);
}

/** A cargo list in its one form, with this hash. */
function ensureCargo(cargo, expected) {
  const kinds = cargo.items.map(kindOf);
  for (const values of [cargo.equipments, kinds]) {
    const rises = values.every((one, index) => index === 0 || values[index - 1] < one);
    ensure(rises, "a cargo list is not sorted, each once");
  }
  const isSomething = cargo.items.every((item) => item.packages > 0 || item.weight_g > 0);
  ensure(isSomething, "an item has neither packages nor weight");
  const items = toHex(sha256(encodeText(encode(cargo.items))));
  ensure(boxesHash(cargo.equipments, items) === expected, "the cargo is not the title's");
}

/** The cargo hash that boxes and the hash of the items give. */
function boxesHash(equipments, items) {
  return toHex(sha256(encodeText(`ropewalk cargo v1\n${encode({ equipments, items })}`)));
}

/** The tag has one length, so that tag and code, joined, sort as the pair does. */
function kindOf({ item, package_code: code }) {
  return item + code;
}

/** Packages, volume and weight of each kind add up alike, and all boxes are the same. */
function ensureConserved(one, other) {
  const [sums, others] = [one, other].map(summed);
  const isSame = sums.size === others.size && [...sums].every(([kind, sum]) => sum === others.get(kind));
  ensure(isSame, "the cargo does not add up");
  const [boxes, otherBoxes] = [one, other].map(boxesOf);
  ensure(encode(boxes) === encode(otherBoxes), "the equipments are not the same");
}

function boxesOf(lists) {
  return [...new Set(lists.flatMap(({ equipments }) => equipments))].sort();
}

function summed(lists) {
  const totals = new Map();
  for (const item of lists.flatMap(({ items }) => items)) {
    const before = totals.get(kindOf(item)) ?? [0n, 0n, 0n];
    const measures = [item.packages, item.volume_dm3, item.weight_g];
    totals.set(kindOf(item), measures.map((measure, index) => before[index] + BigInt(measure)));
  }
  return new Map([...totals].map(([kind, sums]) => [kind, sums.join()]));
}

const ON_EXCHANGES = [
  ["exchange.ESCROW_DEPOSIT", { isBody: PAID, effect: settle }],
  ["exchange.ESCROW_TITLE", { isBody: ESCROWED, effect: onTitle(escrowTitle) }],
  ["exchange.RETURN", { isBody: DECIDED, effect: giveBack }],
  ["exchange.SETTLE", { isBody: DECIDED, effect: settle }],
];
const ACTS = new Map([
  ...ON_EXCHANGES,
  ...Object.entries({
    BLANK_ENDORSE: { isBody: BARE, effect: onTitle((r, told) => endorse(r, told, "", true)) },
    COMBINE: {
      isBody: shape({ parents: listOf(PARENT, 2, 20), replacement: SHARE }),
      effect: combine,
    },
    DELIVER: { isBody: BARE, effect: onTitle(deliver) },
    ENDORSE: {
      isBody: TO_RECIPIENT,
      effect: onTitle((r, told, { recipient }) => endorse(r, told, recipient, false)),
    },
    ENDORSE_TO_ORDER: {
      isBody: TO_RECIPIENT,
      effect: onTitle((r, told, { recipient }) => endorse(r, told, recipient, true)),
    },
    ENFORCE_PLEDGE: { isBody: TO_RECIPIENT, effect: onTitle(enforcePledge) },
    FREEZE: { isBody: OF_COURT, effect: byOthers(freeze) },
    ISSUE: { isBody: ISSUE, effect: issue },
    LEASE: { isBody: linkedBody({ until: isCount }), effect: onTitle(lease) },
    LETTER_OF_INDEMNITY: {
      isBody: shape({ receiver: isController, title: isHash }, { bank: isController }),
      effect: byOthers(letterOfIndemnity),
    },
    PLEDGE: {
      isBody: linkedBody({
        ...alike(isCount, "amount due"),
        currency: isCurrency,
        pledgee: isController,
      }),
      effect: onTitle(pledge),
    },
    RECLAIM: { isBody: BARE, effect: onTitle(reclaim) },
    REDIRECT: { isBody: linkedBody({ consignee: isController }), effect: onTitle(redirect) },
    REFUSE_TRANSFER: { isBody: BARE, effect: onTitle(refuseTransfer) },
    REISSUE: { isBody: linkedBody({ replacement: ISSUE }), effect: reissue },
    RELEASE_PLEDGE: { isBody: BARE, effect: onTitle(releasePledge) },
    SACC: { isBody: BARE, effect: onTitle(accept) },
    SIGN: { isBody: BARE, effect: onTitle(sign) },
    SPLIT: {
      isBody: linkedBody({ cargo: CARGO, children: listOf(SHARE, 2, 20) }),
      effect: split,
    },
    SREJ: { isBody: linkedBody({}, { comment: isHash }), effect: onTitle(reject) },
    SURRENDER_FOR_AMENDMENT: {
      isBody: linkedBody({ addressee: isController }, { reason_code: isOneOf("SWTP", "COD", "SWI") }),
      effect: onTitle((r, told, { reason_code: code }) => surrender(r, told, code ?? "AMENDMENT")),
    },
    SURRENDER_FOR_DELIVERY: {
      isBody: linkedBody({ addressee: isController }),
      effect: onTitle((r, told) => surrender(r, told, undefined)),
    },
    SWITCH_TO_ELECTRONIC: {
      isBody: shape({ paper: isHash, replacement: ISSUE }, { title: isHash }),
      effect: switchToElectronic,
    },
    SWITCH_TO_PAPER: { isBody: linkedBody({ paper: isHash }), effect: onTitle(switchToPaper) },
    TRANSFER: { isBody: TO_RECIPIENT, effect: onTitle(transfer) },
    TRUST_RECEIPT: {
      isBody: linkedBody({ purpose: isOneOf(...PURPOSES), until: isCount }),
      effect: onTitle(trustReceipt),
    },
    UNFREEZE: { isBody: OF_COURT, effect: byOthers(unfreeze) },
    VOID: { isBody: BARE, effect: onTitle(voided) },
  }).map(([name, act]) => [`title.${name}`, act]),
]);

// ---------------------------------------------------------------------------------------------
// Proof of control (10)

const CHALLENGE = shape({
  ...alike(isCount, "issued_at until"),
  ...alike(isHash, "network nonce title"),
  format: isOneOf("ropewalk-challenge/1"),
  verifier: (value) => isText(value) && value.length <= 100,
});
const PROOF = shape({
  bundle: isObject,
  challenge: isObject,
  demonstration: PROVEN_ENTRY,
  format: isOneOf("ropewalk-control-proof/1"),
});

/**
 * Check a proof of control, all of it or none.
 *
 * @param {Uint8Array} data the proof's bytes, hostile until checked
 * @param {Uint8Array} challenge the verifier's own file, as the holder got it
 * @param {object} trust what `readTrust` gave
 * @param {number|null} nowSeconds as for `verifyBundle`
 * @returns {Promise<object>} a verdict as of `verifyBundle`
 */
export async function verifyControl(data, challenge, trust, nowSeconds) {
  try {
    const proof = await under("proof", () => readProof(data));
    const found = await verified(encodeText(encode(proof.bundle)), trust, nowSeconds);
    const asked = await under("challenge", () => checkChallenge(proof, challenge, found));
    const act = await under("demonstration", () => checkDemonstration(proof, challenge, found));
    await under("fresh", () => checkFresh(asked, found));
    return told(found, demonstrationSentence(act, asked, found));
  } catch (error) {
    if (error instanceof VerificationError) return refusal(error);
    throw error;
  }
}

function readProof(data) {
  ensure(data.length <= PROOF_SIZE_MAX, "the file is too large");
  const proof = decode(decodeText(data), 14);
  ensure(PROOF(proof), "members are missing, surplus or of another kind");
  return proof;
}

function checkChallenge(proof, data, { bundle }) {
  ensure(data.length <= CHALLENGE_SIZE_MAX, "the challenge is too large");
  const text = decodeText(data);
  const asked = decode(text, 12);
  ensure(CHALLENGE(asked), "this is no challenge");
  ensure(encode(proof.challenge) === text, "another challenge was answered");
  const isOfThis = asked.network === bundle.network && asked.title === bundle.title;
  ensure(isOfThis, "the challenge is of another network or title");
  return asked;
}

async function checkDemonstration({ demonstration }, challenge, { bundle, title, log }) {
  const act = directly(await readCommitted(demonstration, log), demonstration, log);
  ensure(act.act === "title.DEMONSTRATE_CONTROL", `${act.act} shows no control`);
  ensure(DEMONSTRATION(act.body), "the act has another body than it has");
  ensure(act.body.title === bundle.title, "it is on another title");
  ensure(act.body.challenge === toHex(sha256(challenge)), "it answers another challenge");
  ensure(act.body.last_act === title.last_act, "another act came after it, or it is older");
  const { position } = bundle.acts.at(-1);
  ensure(demonstration.position > position, "it stands before the last act");
  ensure(!ENDED.includes(title.status), `the title is ${title.status}`);
  const controls = title.document_type === "BOL" ? title.possessor : title.shipper;
  ensure(act.actor === controls, `${act.actor} is not in control`);
  return act;
}

function checkFresh(asked, { block, trust, now }) {
  const isAnswered = asked.issued_at <= block.time && block.time <= asked.until;
  ensure(isAnswered, "the answer's block is not of the challenge's time");
  ensure(now === null || now <= asked.until + trust.clockSkew, "the challenge has ended");
}

function demonstrationSentence({ actor, agent }, { verifier, issued_at: issuedAt }, { asOf }) {
  const through = agent === "" ? "" : ` through ${agent}`;
  return (
    `control demonstrated: ${actor}${through} answered the challenge that ${verifier} issued at ` +
    `${instant(issuedAt)}, and was in control as of ${instant(asOf)}`
  );
}

// ---------------------------------------------------------------------------------------------
// Checkpoints: C2SP signed notes (7, 9)

const LOG = 0x01;
const COSIGNATURE = 0x04;
const DASH = "\u2014 ";

/** `<name>+<hex key hash>+<base64 of type ‖ public key>`. */
function readVerifierKey(text) {
  const [name, hash, ...rest] = text.split("+");
  const typed = fromBase64(rest.join("+"));
  ensure(isKeyName(name) && isHex(8)(hash), "a verifier key is name, key hash and key");
  const isKnown = typed.length === 33 && [LOG, COSIGNATURE].includes(typed[0]);
  ensure(isKnown, "the verifier key is of no type known here");
  const expected = toHex(sha256(encodeText(`${name}\n`), typed)).slice(0, 8);
  ensure(hash === expected, "the key hash is another key's");
  return { name, hash, type: typed[0], key: typed.slice(1) };
}

function isKeyName(name) {
  return name !== "" && !/[^\x21-\x7e]|\+/.test(name);
}

function readNote(data) {
  ensure(data.length <= NOTE_SIZE_MAX, "the note is too large");
  const content = decodeText(data);
  ensure(!/[\x00-\x09\x0b-\x1f]/.test(content), "a note holds no control character");
  const end = content.lastIndexOf("\n\n");
  const isWhole = end > 0 && end + 2 < content.length && content.endsWith("\n");
  ensure(isWhole, "a note is text, an empty line and signature lines");
  const lines = content.slice(end + 2, -1).split("\n");
  ensure(lines.length <= SIGNATURE_LINES_MAX, "a note has at most 64 signature lines");
  const read = lines.map(readSignatureLine);
  ensure(isDistinct(read.map(({ name, hash }) => `${name}+${hash}`)), "two lines are of one key");
  return { text: content.slice(0, end + 1), lines: read };
}

function readSignatureLine(line) {
  ensure(line.startsWith(DASH), "a signature line begins with an em dash and a space");
  const [name, ...rest] = line.slice(DASH.length).split(" ");
  const bytes = fromBase64(rest.join(" "));
  ensure(isKeyName(name) && bytes.length > 4, "a signature line names its key");
  return { name, hash: toHex(bytes.slice(0, 4)), signature: bytes.slice(4) };
}

function readCheckpoint(text) {
  const lines = text.split("\n");
  ensure(lines.length === 4, "a checkpoint has exactly three lines");
  const [origin, size, root] = lines;
  ensure(origin !== "" && !/[^\x20-\x7e]/.test(origin), "an origin is printable ASCII");
  const isSize = /^(0|[1-9][0-9]{0,15})$/.test(size) && Number.isSafeInteger(Number(size));
  ensure(isSize, "a size is decimal, without leading zero");
  const hash = fromBase64(root);
  ensure(hash.length === 32, "a root has 32 bytes");
  return { origin, size: Number(size), root: hash };
}

function signatureOf(note, { name, hash }) {
  const line = note.lines.find((each) => each.name === name && each.hash === hash);
  return line?.signature ?? refuse(`no signature line of ${name}+${hash}`);
}

/** 1 where a witness cosigned, 0 where no line has its name (C2SP cosignature/v1). */
async function countCosignature(note, witness) {
  if (note.lines.every(({ name }) => name !== witness.name)) return 0;
  ensure(witness.type === COSIGNATURE, "a witness' key is of the cosignature type");
  const signature = signatureOf(note, witness);
  ensure(signature.length === 72, "a cosignature is 8 bytes of time and a signature");
  const time = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0));
  const message = encodeText(`cosignature/v1\ntime ${time}\n${note.text}`);
  const isHeld = await verifySignature(witness.key, message, signature.slice(8));
  ensure(Number.isSafeInteger(time) && isHeld, `the cosignature of ${witness.name} does not hold`);
  return 1;
}

// ---------------------------------------------------------------------------------------------
// Consensus: what validators signed (11)

/** The last header, and the set that signed it, after every change since the first set. */
async function follow(chainId, firstSet, { changes, ...last }) {
  let [validators, before] = [firstSet, 0];
  for (const change of changes) {
    await checkSigned(change, chainId, validators, before);
    validators = changedSet(change);
    before = change.header.height;
  }
  const tally = await checkSigned(last, chainId, validators, before);
  return { header: last.header, validators, tally, changes: changes.length };
}

/** How many signed a header, with how many votes: more than two thirds of the set's. */
async function checkSigned({ header, commit }, chainId, validators, before) {
  const { block_id: block, signatures } = commit;
  ensure(header.height > before, `height ${header.height} stands behind height ${before}`);
  ensure(header.chain_id === chainId, `the header is not of the chain ${chainId}`);
  ensure(header.validators_hash === setHash(validators), "the header names another set");
  const isOfThis = block.hash === headerHash(header) && block.parts_hash && block.parts_total;
  ensure(isOfThis, "the votes are for another block than the header's");
  let [place, power] = [-1, 0];
  for (const vote of signatures) {
    const isSomebody = vote.validator > place && vote.validator < validators.length;
    ensure(isSomebody, "a vote is of nobody, or stands where it should not");
    place = vote.validator;
    const { key, power: votes } = validators[place];
    const message = voteBytes(chainId, header.height, commit, vote);
    const isHeld = await verifySignature(key, message, fromBase64(vote.signature));
    ensure(isHeld, `vote ${place} at ${header.height} does not hold`);
    power += votes;
  }
  ensure(3 * power > 2 * votesOf(validators), `${power} votes are not more than two thirds`);
  return { validators: signatures.length, power };
}

/** The next set, as the header of the change names it. */
function changedSet({ header, next }) {
  const { next_validators_hash: hash } = header;
  ensure(hash !== header.validators_hash, "the header changes no set of validators");
  ensure(next.every(({ key }) => isKid(key)), "a validator's key is a key id");
  const validators = next.map(({ key, power }) => ({ key: fromBase64url(key), power }));
  ensure(isDistinct(next.map(({ key }) => key)), "a validator stands twice in the set");
  const isOrdered = validators.every((one, at) => at === 0 || byRank(validators[at - 1], one) < 0);
  ensure(isOrdered, "validators are not in the order of their votes");
  ensure(setHash(validators) === hash, "the header names another next set");
  return validators;
}

/** CometBFT's order: most votes first, among equals by rising address. */
function byRank(one, other) {
  if (one.power !== other.power) return other.power - one.power;
  return addressOf(one) < addressOf(other) ? -1 : 1;
}

function addressOf({ key }) {
  return toHex(sha256(key)).slice(0, 40);
}

function votesOf(validators) {
  return validators.reduce((sum, { power }) => sum + power, 0);
}

function setHash(validators) {
  const written = ({ key, power }) =>
    joinBytes(messageField(1, bytesField(1, key)), numberField(2, power));
  return toHex(rootOf(validators.map(written)));
}

function headerHash(header) {
  const hex = (name) => bytesField(1, fromHex(header[name]));
  const { version_block: block, version_app: app } = header;
  const fields = [
    joinBytes(numberField(1, block), numberField(2, app)),
    bytesField(1, encodeText(header.chain_id)),
    numberField(1, header.height),
    timeBytes(header),
    blockIdBytes(header.last_block_id),
    hex("last_commit_hash"),
    hex("data_hash"),
    hex("validators_hash"),
    hex("next_validators_hash"),
    hex("consensus_hash"),
    hex("app_hash"),
    hex("last_results_hash"),
    hex("evidence_hash"),
    hex("proposer_address"),
  ];
  return toHex(rootOf(fields));
}

/** What a validator signs to vote for a block. */
function voteBytes(chainId, height, { block_id: block, round }, vote) {
  return behindLength(
    joinBytes(
      numberField(1, 2), // a precommit
      fixedField(2, height),
      fixedField(3, round),
      messageField(4, blockIdBytes(block)),
      messageField(5, timeBytes(vote)),
      bytesField(6, encodeText(chainId)),
    ),
  );
}

function blockIdBytes({ hash, parts_hash: partsHash, parts_total: total }) {
  const parts = joinBytes(numberField(1, total), bytesField(2, fromHex(partsHash)));
  return joinBytes(bytesField(1, fromHex(hash)), messageField(2, parts));
}

function timeBytes({ time_s: seconds, time_ns: nanoseconds }) {
  return joinBytes(numberField(1, seconds), numberField(2, nanoseconds));
}

/** Root of an RFC 9162 tree over leaves (2.1.1). */
function rootOf(leaves) {
  if (leaves.length === 1) return sha256(ZERO, leaves[0]);
  let left = 1;
  while (2 * left < leaves.length) left *= 2;
  return sha256(ONE, rootOf(leaves.slice(0, left)), rootOf(leaves.slice(left)));
}

// Protobuf's fields: nought and no bytes are left out, a message never is.

function numberField(field, number) {
  return number === 0 ? new Uint8Array() : joinBytes([field << 3], varint(number));
}

function fixedField(field, number) {
  if (number === 0) return new Uint8Array();
  const written = new DataView(new ArrayBuffer(8));
  written.setBigInt64(0, BigInt(number), true);
  return joinBytes([(field << 3) | 1], new Uint8Array(written.buffer));
}

function bytesField(field, bytes) {
  return bytes.length === 0 ? bytes : messageField(field, bytes);
}

function messageField(field, bytes) {
  return joinBytes([(field << 3) | 2], behindLength(bytes));
}

function behindLength(bytes) {
  return joinBytes(varint(bytes.length), bytes);
}

function varint(number) {
  const groups = [];
  for (; number > 127; number = Math.floor(number / 128)) groups.push((number % 128) + 128);
  return [...groups, number];
}

function joinBytes(...parts) {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

// ---------------------------------------------------------------------------------------------
// Proofs: RFC 9162 inclusion (6), ICS-23 presence (5)

const ZERO = Uint8Array.of(0);
const ONE = Uint8Array.of(1);

/** RFC 9162, 2.1.3.2, with the steps' numbers. */
function checkInclusion({ inclusion, leaf, position }, { size, root }) {
  ensure(position < size, "no such position in the log"); // 1
  let [first, last, node] = [position, size - 1, sha256(ZERO, encodeText(leaf))]; // 2, 3
  for (const sibling of inclusion.map(fromHashText)) {
    ensure(last > 0, "the path is too long for this size"); // 4
    const isRight = first % 2 === 1 || first === last;
    node = isRight ? sha256(ONE, sibling, node) : sha256(ONE, node, sibling);
    while (isRight && first > 0 && first % 2 === 0) [first, last] = [half(first), half(last)];
    [first, last] = [half(first), half(last)];
  }
  ensure(last === 0, "the path is too short for this size"); // 5
  ensure(isEqual(node, root), "the path leads to another root");
}

/** RFC 9162, 2.1.4.2, with the steps' numbers. */
function checkConsistency(old, grown, texts) {
  ensure(old.size >= 1 && old.size <= grown.size, "the newer log is not the larger one");
  const path = texts.map(fromHashText);
  if (old.size === grown.size) {
    const isSame = path.length === 0 && isEqual(old.root, grown.root);
    return ensure(isSame, "one size has one root and needs no path");
  }
  ensure(path.length > 0, "the path is empty"); // 1
  let [first, last] = [old.size - 1, grown.size - 1]; // 3
  while (first % 2 === 1) [first, last] = [half(first), half(last)]; // 4
  if (first === 0) path.unshift(old.root); // 2
  let [before, after] = [path[0], path[0]]; // 5
  for (const sibling of path.slice(1)) {
    ensure(last > 0, "the path is too long for these sizes"); // 6
    const isRight = first % 2 === 1 || first === last;
    if (isRight) before = sha256(ONE, sibling, before);
    after = isRight ? sha256(ONE, sibling, after) : sha256(ONE, after, sibling);
    while (isRight && first > 0 && first % 2 === 0) [first, last] = [half(first), half(last)];
    [first, last] = [half(first), half(last)];
  }
  ensure(last === 0, "the path is too short for these sizes");
  ensure(isEqual(before, old.root), "the path leads to another root of the older log"); // 7
  ensure(isEqual(after, grown.root), "the path leads to another root of the newer log");
}

function half(number) {
  return Math.floor(number / 2);
}

function fromHashText(text) {
  const hash = fromBase64(text);
  ensure(hash.length === 32, "a hash has 32 bytes");
  return hash;
}

/** The record of a key, proven to stand under the state root where the key's hash puts it. */
function checkPresence({ key, path, value }, expected, kind, root) {
  ensure(key === expected, `a proof of ${key} stands in its place`);
  const place = sha256(encodeText(key));
  let node = sha256(ZERO, place, sha256(encodeText(value)));
  path.forEach((step, index) => {
    const [prefix, suffix] = [fromBase64(step.prefix), fromBase64(step.suffix)];
    const isRight = prefix.length === 33 && suffix.length === 0;
    const isLeft = prefix.length === 1 && suffix.length === 32;
    ensure((isRight || isLeft) && prefix[0] === 1, "a step is 0x01 and one sibling");
    const depth = path.length - 1 - index;
    const bit = (place[depth >> 3] >> (7 - (depth & 7))) & 1;
    ensure(isRight === (bit === 1), "the path is not the one of the hashed key");
    node = sha256(prefix, node, suffix);
  });
  ensure(toHex(node) === root, "the path leads to another root");
  return readRecord(value, kind);
}

// ---------------------------------------------------------------------------------------------
// JSON: canonical (1), and strangers' documents by RFC 8259, 7493 and 8785

/** The value of canonical text, which encoding again must give. */
function decode(text, depthMax) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    refuse("this is not JSON");
  }
  ensure(encode(value, depthMax) === text, "this is not canonical JSON");
  return value;
}

function encode(value, levels = 64) {
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    ensure(Number.isSafeInteger(value), "a number is no integer up to 2**53 - 1");
    return String(value);
  }
  if (typeof value === "string") {
    ensure(!/[^\x20-\x7e]/.test(value), "text holds characters that are not printable ASCII");
    return `"${value.replace(/["\\]/g, "\\$&")}"`;
  }
  ensure(value !== null && typeof value === "object", "null has no canonical encoding");
  ensure(levels > 0, "nested too deep");
  if (Array.isArray(value)) return `[${value.map((each) => encode(each, levels - 1)).join()}]`;
  const member = (name) => `${encode(name, 0)}:${encode(value[name], levels - 1)}`;
  return `{${Object.keys(value).sort().map(member).join()}}`;
}

/**
 * The checksum by which platforms compare documents: SHA-256 over the RFC 8785 form.
 *
 * @throws {VerificationError} item `document`: it is no object that all readers read alike
 */
export function dcsaChecksum(data) {
  try {
    return checksumOf(data);
  } catch (error) {
    throw named("document", error);
  }
}

function checksumOf(data) {
  ensure(data.length <= DOCUMENT_SIZE_MAX, "the document is too large");
  const value = parseStrict(decodeText(data));
  ensure(value instanceof Map, "a transport document is a JSON object");
  return sha256(encodeText(writeJcs(value)));
}

/**
 * A document's value: its objects are maps, its numbers keep their text.
 *
 * @throws {VerificationError} item `document`: it is no JSON that all readers read alike
 */
export function readDocument(data) {
  try {
    ensure(data.length <= DOCUMENT_SIZE_MAX, "the document is too large");
    return parseStrict(decodeText(data));
  } catch (error) {
    throw named("document", error);
  }
}

/** The RFC 8785 form of a value of `readDocument`. */
export function writeJcs(value) {
  if (Array.isArray(value)) return `[${value.map(writeJcs).join()}]`;
  if (value instanceof Map) {
    const member = (key) => `${JSON.stringify(key)}:${writeJcs(value.get(key))}`;
    return `{${[...value.keys()].sort().map(member).join()}}`; // by UTF-16 code units
  }
  return value instanceof Numeral ? String(value.number) : JSON.stringify(value);
}

/** A number with its text: `1.0` is no integer where only integers may stand. */
export class Numeral {
  constructor(text) {
    this.text = text;
    this.number = Number(text);
    this.isInteger = !/[.eE]/.test(text);
    ensure(Number.isFinite(this.number), "a number lies beyond what an IEEE 754 double holds");
  }
}

/** Strictly parsed JSON as plain values, fractions refused. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, member]) => [key, plain(member)]));
  }
  if (!(value instanceof Numeral)) return value;
  ensure(value.isInteger, "a number is no integer");
  return value.number;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const LITERALS = new Map([
  ["t", ["true", true]],
  ["f", ["false", false]],
  ["n", ["null", null]],
]);

/** JSON without duplicate keys, lone surrogates or more depth than 32; objects become maps. */
function parseStrict(text) {
  let [at, values] = [0, 0];

  const skip = () => {
    while (" \t\n\r".includes(text[at] ?? "x")) at += 1;
  };
  const take = (mark) => {
    ensure(text[at] === mark, `character ${at} is not JSON`);
    at += 1;
  };
  const string = () => {
    const start = at;
    take('"');
    for (; text[at] !== '"'; at += 1) {
      ensure(at < text.length, "a text has no end");
      if (text[at] === "\\") at += 1;
    }
    at += 1;
    try {
      const read = JSON.parse(text.slice(start, at));
      ensure(!/\p{Cs}/u.test(read), "a lone surrogate stands in a text");
      return read;
    } catch (error) {
      return error instanceof Refusal ? refuse(error.message) : refuse("a text is not JSON");
    }
  };
  const items = (close, read) => {
    at += 1;
    values += 1;
    skip();
    if (text[at] === close) return take(close);
    for (;;) {
      read();
      skip();
      ensure(values <= DOCUMENT_VALUES_MAX, "too many values");
      if (text[at] === close) return take(close);
      take(",");
      values += 1;
      skip();
    }
  };
  const object = (depth) => {
    const members = new Map();
    items("}", () => {
      const key = string();
      ensure(!members.has(key), "a key stands twice in one object");
      skip();
      take(":");
      members.set(key, value(depth));
    });
    return members;
  };
  const array = (depth) => {
    const elements = [];
    items("]", () => elements.push(value(depth)));
    return elements;
  };
  const scalar = () => {
    const [word, meant] = LITERALS.get(text[at]) ?? [];
    if (word !== undefined && text.startsWith(word, at)) {
      at += word.length;
      return meant;
    }
    NUMBER.lastIndex = at;
    const found = NUMBER.exec(text);
    ensure(found !== null, `character ${at} is not JSON`);
    at = NUMBER.lastIndex;
    return new Numeral(found[0]);
  };
  const value = (depth) => {
    skip();
    if (text[at] === '"') return string();
    if (text[at] !== "{" && text[at] !== "[") return scalar();
    ensure(depth < DOCUMENT_DEPTH_MAX, "nested too deep");
    return text[at] === "{" ? object(depth + 1) : array(depth + 1);
  };

  const whole = value(0);
  skip();
  ensure(at === text.length, "something follows the value");
  return whole;
}

// ---------------------------------------------------------------------------------------------
// Bytes and text

function encodeText(text) {
  return new TextEncoder().encode(text);
}

/** The text of UTF-8 bytes; a byte order mark stays, for the reader after it to refuse. */
function decodeText(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse("this is not UTF-8");
  }
}

/** Strict base64 (RFC 4648, 4): only the one text that an encoder would write. */
function fromBase64(text) {
  let binary = "";
  try {
    binary = atob(text);
  } catch {
    refuse("this is not base64");
  }
  ensure(btoa(binary) === text, "this is not the one base64 text of its bytes");
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** Strict base64url without padding (RFC 4648, 5). */
function fromBase64url(text) {
  ensure(!/[^A-Za-z0-9_-]/.test(text), "this is not base64url");
  const padded = text + "=".repeat((4 - (text.length % 4)) % 4);
  return fromBase64(padded.replace(/-/g, "+").replace(/_/g, "/"));
}

/** Bytes of hex whose form was checked before. */
function fromHex(text) {
  const byte = (_, index) => Number.parseInt(text.slice(2 * index, 2 * index + 2), 16);
  return Uint8Array.from({ length: text.length / 2 }, byte);
}

function toBase64url(bytes) {
  const text = btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
  return text.replace(/\+/g, "-").replace(/\//g, "_");
}

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function isEqual(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

// ---------------------------------------------------------------------------------------------
// Ed25519 as libsodium decides it (2)

const FIELD_PRIME = littleEndian(2n ** 255n - 19n);
const GROUP_ORDER = littleEndian(2n ** 252n + 27742317777372353535851937790883648493n);
const SMALL_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

function littleEndian(number) {
  const byte = (_, index) => Number((number >> BigInt(8 * index)) & 255n);
  return Uint8Array.from({ length: 32 }, byte);
}

function isBelow(bytes, limit) {
  for (let index = 31; index >= 0; index -= 1) {
    if (bytes[index] !== limit[index]) return bytes[index] < limit[index];
  }
  return false;
}

/** Whether a point is canonically encoded and of no small order; the sign bit does not matter. */
function isGoodPoint(bytes) {
  const unsigned = bytes.slice();
  unsigned[31] &= 0x7f;
  return isBelow(unsigned, FIELD_PRIME) && !SMALL_ORDER.has(toHex(unsigned));
}

/**
 * Whether libsodium would accept an Ed25519 signature: its own checks on key, R and S, then the
 * equation without cofactor, as WebCrypto has it.
 */
export async function verifySignature(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  if (!isGoodPoint(key) || !isGoodPoint(signature.slice(0, 32))) return false;
  if (!isBelow(signature.slice(32), GROUP_ORDER)) return false;
  const { subtle } = webcrypto;
  if (subtle === undefined) throw new Error("WebCrypto is not available on this page's origin");
  const algorithm = { name: "Ed25519" };
  try {
    const imported = await subtle.importKey("raw", key, algorithm, false, ["verify"]);
    return await subtle.verify(algorithm, imported, signature, message);
  } catch (error) {
    if (["DataError", "OperationError"].includes(error.name)) return false; // no point at all
    throw error;
  }
}

// ---------------------------------------------------------------------------------------------
// SHA-256 (FIPS 180-4), here because WebCrypto's is asynchronous and slow for short texts

const PRIMES = firstPrimes(64);
const ROUND_CONSTANTS = Uint32Array.from(PRIMES, (prime) => fractionBits(prime, 3n));
const INITIAL_HASH = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fractionBits(prime, 2n));

function firstPrimes(count) {
  const primes = [];
  for (let number = 2; primes.length < count; number += 1) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  }
  return primes;
}

/** The first 32 bits of the fraction of a prime's square or cube root. */
function fractionBits(prime, degree) {
  const scaled = BigInt(prime) << (32n * degree);
  let [low, high] = [0n, 1n << 40n];
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= scaled) low = middle;
    else high = middle;
  }
  return Number(low & 0xffffffffn);
}

/** SHA-256 over the parts, joined. */
export function sha256(...parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const padded = new Uint8Array((Math.floor((length + 8) / 64) + 1) * 64);
  let at = 0;
  for (const part of parts) {
    padded.set(part, at);
    at += part.length;
  }
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(length) * 8n);
  const hash = INITIAL_HASH.slice();
  const words = new Uint32Array(64);
  for (let block = 0; block < padded.length; block += 64) compress(hash, words, view, block);
  const digest = new DataView(new ArrayBuffer(32));
  hash.forEach((word, index) => digest.setUint32(4 * index, word));
  return new Uint8Array(digest.buffer);
}

function compress(hash, w, view, block) {
  for (let t = 0; t < 16; t += 1) w[t] = view.getUint32(block + 4 * t);
  for (let t = 16; t < 64; t += 1) {
    const s0 = rotated(w[t - 15], 7) ^ rotated(w[t - 15], 18) ^ (w[t - 15] >>> 3);
    const s1 = rotated(w[t - 2], 17) ^ rotated(w[t - 2], 19) ^ (w[t - 2] >>> 10);
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = hash;
  for (let t = 0; t < 64; t += 1) {
    const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND_CONSTANTS[t] + w[t]) | 0;
    const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    hash[index] += word;
  });
}

function rotated(word, count) {
  return (word >>> count) | (word << (32 - count));
}
