// SPDX-License-Identifier: Apache-2.0
/**
 * What a signature says, in plain words: made from the very bytes that will be signed.
 *
 *     const { title, sentence, rows, warnings } = told(bytes, { texts, acts, names });
 *
 * Every member of the bytes has its row, whatever the catalogue knows of it. All that comes out is
 * plain text, never markup; characters that can't be seen, or turn the reading order, are spelt.
 */

import { decode } from "./canonical.mjs";
import { day, decimal, decimalsOf, instant, span, sum } from "./figures.mjs";

const CONTROLLER = /^[0-9a-f]{32}$/;
const HASH = /^[0-9a-f]{64}$/;
const KID = /^[A-Za-z0-9_-]{43}$/;
const SIGNED = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const TIMES = new Set(["deadline", "due", "since", "time", "until", "valid_from", "valid_until"]);
const SUMS = new Set(["amount", "amount_min", "price", "sum"]);
const READINGS = new Set(["least", "most"]);
const ACTS = new Set(["act", "acts"]);
/** Characters that can't be seen, or turn the reading order. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]/gu;
/** Meanings of the rule table that tell a form, not a sense. */
const FORMS = /^(?:SHA-256|Controller id|Seconds since|A sum in minor|YYYY|DCSA |Key ids? )/;
const PROPOSE = "identity.PROPOSE";
/** Members that stand around the act, as the catalogue names their place: one's own, or proposed. */
const ENVELOPE = "envelope";
const PROPOSED = "proposal";
const READING_UNITS = { TEMPERATURE: "\u00b0C", HUMIDITY: "%", SHOCK: "g" };

/**
 * What somebody signs.
 *
 * @param {Uint8Array} bytes of an act, as `draft` of signing.mjs makes them
 * @param {object} reader
 * @param {Object<string, string>} reader.texts the catalogue
 * @param {object[]} reader.acts the rule table, as `/v1/acts` answers it
 * @param {Object<string, string>} [reader.names] names of controllers, by id
 * @param {Object<string, string>} [reader.namers] for names that are a party's word, whose they are
 * @param {boolean} [reader.isProposed] it is an act that was proposed, in the name of whoever it is
 * @param {string[]} [reader.asked] whose approval a proposed act waits for, as the ledger has it now
 * @param {string} [reader.locale] BCP 47
 * @param {string} [reader.zone] IANA name of a time zone; the viewer's own if not given
 * @returns {{title: string, sentence: string,
 *     rows: {label: string, value: string, whole: string, hint: string}[], warnings: string[]}}
 *     `whole` is the member as it stands in the bytes, where `value` shortens or rewrites it
 * @throws {CanonicalError} the bytes are nothing that may be signed
 */
export function told(bytes, known) {
  const { texts, acts, names = {}, namers = {}, locale = "en", zone = undefined } = known;
  const { isProposed = false, asked = [] } = known;
  const content = decode(bytes);
  const table = new Map(acts.map((each) => [each.act, each]));
  const warnings = new Set();
  const reader = {
    ...{ texts, table, locale, zone, warnings },
    names: new Map(Object.entries(names)),
    namers: new Map(Object.entries(namers)),
    signer: isProposed ? "" : content.actor,
    around: isProposed ? PROPOSED : ENVELOPE,
  };
  const { act, body = {}, ...rest } = content;
  const rows = [
    ...envelope(reader, { act }),
    ...envelope(reader, pick(rest, ["actor", "represented_party"])),
    ...(asked.length > 0 ? envelope(reader, { asked }) : []),
    ...bodyRows(reader, act, body),
    ...envelope(reader, omit(rest, ["actor", "represented_party"])),
  ];
  return {
    title: titleOf(reader, act),
    sentence: sentenceOf(reader, act, body),
    rows,
    warnings: [...warnings],
  };
}

/**
 * A text of others' making, with what can't be seen in it spelt out.
 *
 * @param {string} text
 * @returns {string}
 */
export function visible(text) {
  return `${text}`.replace(UNSEEN, (mark) => {
    const code = mark.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    return `\u2039U+${code}\u203a`;
  });
}

/** The beginning and the end of an id, by which people tell it from others. */
export function shortId(id) {
  return id.length > 16 ? `${id.slice(0, 8)}\u2026${id.slice(-4)}` : id;
}

function pick(members, wanted) {
  return Object.fromEntries(Object.entries(members).filter(([name]) => wanted.includes(name)));
}

function omit(members, unwanted) {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !unwanted.includes(name)));
}

/** A text of the catalogue; undefined where it has none. */
function found(reader, key) {
  return Object.hasOwn(reader.texts, key) ? reader.texts[key] : undefined;
}

/** A text that only signing needs; undefined where the catalogue has none. */
function said(reader, key) {
  return found(reader, `script.said.${key}`);
}

/** A text that only signing needs, or its key, so that a gap shows. */
function textOf(reader, key) {
  return said(reader, key) ?? key;
}

/** A text of the catalogue with something put into its places. */
function filled(pattern, fill) {
  return pattern.replace(/\{([a-z0-9_]+)\}/g, (_, name) => fill(name));
}

function worded(reader, key, members = {}) {
  return filled(textOf(reader, key), (name) => members[name] ?? `{${name}}`);
}

function warn(reader, key, members = {}) {
  reader.warnings.add(worded(reader, `warning.${key}`, members));
}

// ---------------------------------------------------------------------------------------------
// The act

function titleOf(reader, act) {
  const name = `${act}`.split(".").at(-1).toLowerCase().replaceAll("_", " ");
  const plain = visible(name.charAt(0).toUpperCase() + name.slice(1));
  return said(reader, `name.${act}`) ?? plain;
}

/** One sentence: the catalogue's, or what the rule table says the act means. */
function sentenceOf(reader, act, body) {
  if (act === PROPOSE && isObject(body.body)) {
    const sentence = sentenceOf(reader, body.act, body.body);
    return worded(reader, "proposed", { sentence });
  }
  const more = Object.keys(isObject(body) ? body : {}).sort().map((name) => found(reader, `with.${act}.${name}`));
  const pattern = found(reader, `act.${act}`) && [found(reader, `act.${act}`), ...more].filter(Boolean).join(" ");
  const meaning = reader.table.get(act)?.meaning ?? `${titleOf(reader, act)}.`;
  if (pattern === undefined) return visible(meaning);
  return filled(pattern, (name) =>
    Object.hasOwn(body, name)
      ? phrase(reader, name, body[name], body)
      : worded(reader, "missing", { member: labelOf(reader, act, name) }),
  );
}

/** A member within a sentence. */
function phrase(reader, name, value, members) {
  if (Array.isArray(value)) {
    return value.length === 0 || value.some((each) => typeof each === "object")
      ? `${value.length}`
      : value.map((each) => scalar(reader, name, each, members)).join(", ");
  }
  return isObject(value) ? "\u2026" : scalar(reader, name, value, members);
}

/** Members around the act: who acts, where, until when. */
function envelope(reader, members) {
  return rowsOf(reader, { members, act: reader.around, label: "", known: new Map() });
}

/** The act's own members, each held to the rule table. */
function bodyRows(reader, act, body, label = "") {
  if (!isObject(body)) return rowsOf(reader, { members: { body }, act, label, known: new Map() });
  const rule = reader.table.get(act);
  if (rule === undefined) warn(reader, "unknown_act", { act: visible(act) });
  const known = new Map((rule?.members ?? []).map((member) => [member.name, member]));
  for (const [name, { required }] of known) {
    if (required && !Object.hasOwn(body, name)) {
      warn(reader, "missing_member", { member: labelOf(reader, act, name) });
    }
  }
  for (const name of Object.keys(body)) {
    if (rule !== undefined && !known.has(name)) {
      warn(reader, "unknown_member", { member: visible(name) });
    }
  }
  if (said(reader, `warning.${act}`) !== undefined) warn(reader, act);
  const order = [...known.keys(), ...Object.keys(body)];
  const there = [...new Set(order)].filter((name) => Object.hasOwn(body, name));
  const members = Object.fromEntries(there.map((name) => [name, body[name]]));
  return rowsOf(reader, { members, act, label, known });
}

// ---------------------------------------------------------------------------------------------
// Rows

function rowsOf(reader, { members, act, label, known, currency }) {
  const money = members.currency ?? currency;
  return Object.entries(members).flatMap(([name, value]) => {
    const place = { name, act, value, members: { ...members, currency: money } };
    const named = joinedLabel(label, labelOf(reader, act, name));
    return memberRows(reader, { ...place, label: named, hint: hintOf(reader, act, name, known) });
  });
}

/** The rows of one member: one, or more where something stands inside it. */
function memberRows(reader, { name, act, value, members, label, hint }) {
  if (name === "body" && act === PROPOSE && isObject(value)) {
    return bodyRows(reader, members.act, value, label);
  }
  if (name === "legs" && isListOfObjects(value)) return legRows(reader, value);
  if (name === "condition" && isObject(value)) return conditionRows(reader, value, label, hint);
  if (isObject(value) && Object.keys(value).length > 0) {
    const { currency } = members;
    return rowsOf(reader, { members: value, act, label, known: new Map(), currency });
  }
  if (isListOfObjects(value)) {
    return value.flatMap((each, at) =>
      memberRows(reader, { name, act, value: each, members, label: `${label} ${at + 1}`, hint }),
    );
  }
  return [row(reader, { name, value, members, label, hint })];
}

function row(reader, { name, value, members, label, hint }) {
  const values = Array.isArray(value) ? value : [value];
  const shown = values.map((each) =>
    typeof each === "object"
      ? textOf(reader, "none")
      : scalar(reader, name, each, members),
  );
  const text = values.length > 0 ? shown.join("\n") : textOf(reader, "none");
  const whole = Array.isArray(value) || isObject(value) ? JSON.stringify(value) : `${value}`;
  return { label, value: text, whole: whole === text ? "" : whole, hint };
}

function joinedLabel(label, name) {
  return label === "" ? name : `${label} \u00b7 ${name}`;
}

/** What a member is called: in this act, anywhere, or by its own name. */
function labelOf(reader, act, name) {
  const plain = visible(name.replaceAll("_", " "));
  return found(reader, `member.${act}.${name}`) ?? found(reader, `member.${name}`) ?? plain;
}

/** What a member means, where the catalogue or the rule table says more than its form. */
function hintOf(reader, act, name, known) {
  const meaning = known.get(name)?.meaning ?? "";
  return (
    said(reader, `hint.${act}.${name}`) ??
    said(reader, `hint.${name}`) ??
    (FORMS.test(meaning) ? "" : visible(meaning))
  );
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isListOfObjects(value) {
  return Array.isArray(value) && value.length > 0 && value.every(isObject);
}

// ---------------------------------------------------------------------------------------------
// What an exchange is made of

/** A row for each leg: a sentence, and after it whatever the sentence leaves out. */
function legRows(reader, legs) {
  return legs.map((leg, at) => ({
    label: worded(reader, "leg", { number: `${at}` }),
    value: inWords(reader, `leg.${leg.asset}`, leg, ["asset", ...saidInSum(reader, leg)]),
    whole: JSON.stringify(leg),
    hint: said(reader, "hint.legs") ?? "",
  }));
}

/** The currency is said where the sum can be told in it. */
function saidInSum(reader, leg) {
  return sum(leg.sum, leg.currency, reader.locale) === undefined ? [] : ["currency"];
}

/** A row for each part of a condition; those of several have a number each. */
function conditionRows(reader, part, label, hint = "") {
  const known = { label, whole: JSON.stringify(part), hint };
  if (part.asks !== "all" && part.asks !== "any") {
    const value = inWords(reader, `condition.${part.asks}`, part, ["asks"]);
    return [{ ...known, value }];
  }
  const inside = Array.isArray(part.of) ? part.of : [];
  const value = inWords(reader, `condition.${part.asks}`, part, ["asks", "of"]);
  const parts = inside.flatMap((each, at) =>
    isObject(each) ? conditionRows(reader, each, `${label} ${at + 1}.`) : [],
  );
  return [{ ...known, value }, ...parts];
}

/** Members as a sentence of the catalogue; what it does not name is said after it. */
function inWords(reader, key, members, namedAlready) {
  const named = new Set(namedAlready);
  const pattern = said(reader, key) ?? "";
  const sentence = filled(pattern, (name) => {
    named.add(name);
    if (!Object.hasOwn(members, name)) return textOf(reader, "none");
    return phrase(reader, name, members[name], members);
  });
  if (pattern === "") named.clear();
  const left = Object.entries(members).filter(([name]) => !named.has(name));
  const rest = left.map(([name, value]) => {
    return `${labelOf(reader, "", name)}: ${phrase(reader, name, value, members)}`;
  });
  return [sentence, ...rest].filter((each) => each !== "").join("\n");
}

// ---------------------------------------------------------------------------------------------
// One value

/** One value as people read it; `members` are those that stand beside it. */
function scalar(reader, name, value, members) {
  if (typeof value === "boolean") return textOf(reader, value ? "yes" : "no");
  if (value === "") return said(reader, `value.${name}.empty`) ?? textOf(reader, "none");
  const special =
    money(reader, name, value, members) ??
    (typeof value === "number" ? figure(reader, name, value, members) : word(reader, name, value));
  return special ?? visible(value);
}

/** A sum, in its currency where the bytes say which. */
function money(reader, name, value, { currency }) {
  const isSum = SUMS.has(name) || (name === "rate" && typeof value === "string");
  if (!isSum || !/^[0-9]{1,24}$/.test(`${value}`)) return undefined;
  const nothing = value === 0 ? said(reader, `value.${name}.0`) : undefined;
  if (nothing !== undefined) return nothing;
  if (currency === undefined || currency === "") {
    return worded(reader, "minor_units", { number: grouped(reader, value) });
  }
  if (decimalsOf(currency) === undefined) {
    warn(reader, "unknown_currency", { currency: visible(currency) });
    const units = { currency: visible(currency), number: grouped(reader, value) };
    return worded(reader, "minor_units_of", units);
  }
  return sum(value, currency, reader.locale);
}

function grouped(reader, value) {
  return decimal(value, 0, reader.locale) ?? `${value}`;
}

/** A number: a time, a measure, a rate, or a count. */
function figure(reader, name, value, members) {
  const { locale, zone } = reader;
  if (TIMES.has(name)) {
    const never = value === 0 ? said(reader, `value.${name}.0`) : undefined;
    const far = { number: `${value}` };
    return never ?? instant(value, locale, zone) ?? worded(reader, "seconds", far);
  }
  if (READINGS.has(name)) {
    const unit = READING_UNITS[members.quantity];
    if (unit === undefined) return undefined;
    return `${decimal(value, 3, locale)} ${unit}`;
  }
  if (name === "weight_g") return `${decimal(value, 3, locale)} kg`;
  if (name === "volume_dm3") return `${decimal(value, 3, locale)} m\u00b3`;
  if (name === "rate") return `${decimal(value, 4, locale)} %`;
  if (name === "delay") return span(value, locale);
  return decimal(value, 0, locale);
}

/** A text: somebody, an act, a day, an id, or a word of a list. */
function word(reader, name, value) {
  if (CONTROLLER.test(value)) return party(reader, value);
  if (HASH.test(value) || KID.test(value) || SIGNED.test(value)) return shortId(value);
  if (ACTS.has(name) && reader.table.has(value)) return `${titleOf(reader, value)} (${value})`;
  return day(value, reader.locale) ?? said(reader, `value.${name}.${value}`);
}

/**
 * A controller by name and short id, and whose word the name is; one without a name by its whole id.
 * Of a name that a party gave, and of none, it is warned: by a name alone nobody is known.
 */
function party(reader, id) {
  const name = nameOf(reader, id);
  if (name === "") {
    warn(reader, "unknown_party", { id });
    return id;
  }
  const plain = { name: visible(name), id: shortId(id) };
  const namer = reader.namers.get(id) ?? "";
  if (namer === "") return `${plain.name} (${plain.id})`;
  const by = namer === id ? textOf(reader, "itself") : namerOf(reader, namer);
  if (id !== reader.signer) warn(reader, "hearsay_party", { name: plain.name, id, by });
  return worded(reader, "hearsay", { ...plain, by });
}

/** What a controller is called here, "" for nothing. */
function nameOf(reader, id) {
  const name = reader.names.get(id) ?? "";
  return name.trim() === "" ? "" : name;
}

/** Whoever gave a name: by this node's own name for it, or else by its whole id. */
function namerOf(reader, id) {
  const name = nameOf(reader, id);
  const isOurs = name !== "" && !reader.namers.get(id);
  return isOurs ? `${visible(name)} (${shortId(id)})` : visible(id);
}
