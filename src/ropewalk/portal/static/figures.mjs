// SPDX-License-Identifier: Apache-2.0
/**
 * Sums, times, days and measures as people read them, exact to the last digit.
 *
 *     sum("101212", "EUR", "en"); // "EUR 1,012.12"
 *     instant(1_767_225_608, "en", "Europe/Paris");
 *     // "1 Jan 2026, 01:00:08 GMT+1 (2026-01-01 00:00:08 UTC)"
 *
 * No number goes through a fraction of the language: a sum of 18 digits is shown with all of them.
 * Source of the currencies: ISO 4217 list one as published 2026-01-01; codes without a minor unit
 * are left out, since no sum can be stated in them.
 */

const MINOR_UNITS = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
    CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
    GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK
    LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO
    NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS
    SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST
    XAD XCD XCG YER ZAR ZMW ZWG`,
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
};
const DECIMALS = new Map(
  Object.entries(MINOR_UNITS).flatMap(([decimals, currencies]) =>
    currencies.split(/\s+/).map((currency) => [currency, Number(decimals)]),
  ),
);
const TIME_S_MAX = 253_402_300_799; // the end of the year 9999
const INTEGER = /^-?[0-9]{1,24}$/;
const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** How many decimals a currency's minor unit has; undefined where no sum can be stated in it. */
export function decimalsOf(currency) {
  return DECIMALS.get(currency);
}

/**
 * A sum of money.
 *
 * @param {string|number} minor in the currency's minor unit
 * @param {string} currency ISO 4217
 * @param {string} locale BCP 47
 * @returns {string|undefined} undefined where it is no sum of a currency known here
 */
export function sum(minor, currency, locale) {
  const decimals = decimalsOf(currency);
  if (decimals === undefined || !INTEGER.test(`${minor}`)) return undefined;
  const how = { style: "currency", currency, currencyDisplay: "code" };
  return exactly(`${minor}`, decimals, decimals, locale, how);
}

/**
 * A whole number of the smallest unit as a decimal number, no digit lost.
 *
 * @param {string|number} smallest
 * @param {number} decimals how many of its digits are behind the point
 * @param {string} locale
 * @returns {string|undefined}
 */
export function decimal(smallest, decimals, locale) {
  if (!INTEGER.test(`${smallest}`)) return undefined;
  const behind = `${smallest}`.replace("-", "").padStart(decimals + 1, "0").slice(-decimals);
  const needed = decimals === 0 ? 0 : behind.replace(/0+$/, "").length;
  return exactly(`${smallest}`, decimals, needed, locale, {});
}

/** Digits in a locale's dress; those behind the point are put in as they are. */
function exactly(digits, decimals, shown, locale, how) {
  const isNegative = digits.startsWith("-");
  const padded = digits.replace("-", "").padStart(decimals + 1, "0");
  const whole = BigInt(padded.slice(0, padded.length - decimals));
  const behind = padded.slice(padded.length - decimals).slice(0, shown);
  const fraction = { minimumFractionDigits: shown, maximumFractionDigits: shown };
  const format = formatter(Intl.NumberFormat, locale, { ...how, ...fraction });
  const parts = format.formatToParts(whole).map(({ type, value }) =>
    type === "fraction" ? inDigitsOf(locale, behind) : value,
  );
  return `${isNegative ? "-" : ""}${parts.join("")}`;
}

/** Digits as the locale writes them. */
function inDigitsOf(locale, digits) {
  const format = formatter(Intl.NumberFormat, locale, { useGrouping: false });
  return Array.from(digits, (digit) => format.format(Number(digit))).join("");
}

/**
 * A time to the second, in the viewer's zone, and in UTC where that is another.
 *
 * @param {number} seconds since 1970-01-01T00:00:00Z
 * @param {string} locale
 * @param {string} [zone] IANA name; the viewer's own if not given
 * @returns {string|undefined} undefined where no calendar reaches it
 */
export function instant(seconds, locale, zone = undefined) {
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > TIME_S_MAX) return undefined;
  const date = new Date(1_000 * seconds);
  const utc = `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const how = {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
    timeZone: zone,
  };
  const format = formatter(Intl.DateTimeFormat, locale, how);
  const isUtc = format.resolvedOptions().timeZone === "UTC";
  return isUtc ? format.format(date) : `${format.format(date)} (${utc})`;
}

/**
 * A day of the calendar.
 *
 * @param {string} text YYYY-MM-DD
 * @param {string} locale
 * @returns {string|undefined} undefined where there is no such day
 */
export function day(text, locale) {
  if (!DAY.test(text)) return undefined;
  const date = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text) return undefined;
  const how = {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  };
  return `${formatter(Intl.DateTimeFormat, locale, how).format(date)} (${text})`;
}

/**
 * A span of time in days, or in seconds where it is no whole number of days.
 *
 * @param {number} seconds
 * @param {string} locale
 * @returns {string}
 */
export function span(seconds, locale) {
  const [count, unit] = seconds % 86_400 === 0 ? [seconds / 86_400, "day"] : [seconds, "second"];
  const how = { style: "unit", unit, unitDisplay: "long" };
  return formatter(Intl.NumberFormat, locale, how).format(count);
}

const KEPT = new Map();

/** A formatter of the language; it is costly to make. */
function formatter(kind, locale, how) {
  const name = `${kind.name} ${locale} ${JSON.stringify(how)}`;
  if (!KEPT.has(name)) KEPT.set(name, new kind(locale, how));
  return KEPT.get(name);
}
