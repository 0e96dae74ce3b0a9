// SPDX-License-Identifier: Apache-2.0
/** Acts that a form composes: an exchange of a bill against money, from the few things people say. */

const DAY_S = 86_400;
const WINDOW_DAYS = 5;

/** A bill that was pledged for a sum is bought in that sum's currency alone. */
export class OtherCurrencyError extends Error {
  constructor(currency) {
    super(`the pledge is in ${currency}`);
    this.currency = currency;
  }
}

/**
 * The body of an OPEN by which a bill is bought from who has it: a bank that lent on it gets what it
 * lent, who pledged it the rest; the carrier releases the boxes to the buyer.
 *
 * @param {object} deal what the page knows, and what was filled in
 * @param {number} nowS seconds since 1970
 * @returns {object}
 * @throws {OtherCurrencyError} what was lent on it is in another currency
 */
export function purchase(deal, nowS) {
  const { bank, buyer, currency, holder, price, title, last_act, how } = deal;
  const { beneficiary = "", boxes = [], carrier, days, secured = "0" } = deal;
  const { secured_currency: lentIn = "" } = deal;
  const pay = (taker, sum) => ({ asset: "deposit", bank, currency, giver: buyer, sum: String(sum), taker });
  const isLent = beneficiary !== "" && BigInt(secured) > 0n;
  if (isLent && lentIn !== "" && lentIn !== currency) throw new OtherCurrencyError(lentIn);
  const lent = beneficiary ? smaller(BigInt(secured), BigInt(price)) : 0n;
  const rest = BigInt(price) - lent;
  const legs = [{ asset: "title", giver: holder, how, last_act, taker: buyer, title }];
  if (lent > 0n) legs.push(pay(holder, lent));
  if (rest > 0n) legs.push(pay(beneficiary || holder, rest));
  if (boxes.length > 0) {
    const window = { valid_from: nowS - DAY_S, valid_until: nowS + (days + WINDOW_DAYS) * DAY_S };
    legs.push({ asset: "release", boxes: [...boxes].sort(), giver: carrier, taker: buyer, title, ...window });
  }
  return { deadline: nowS + days * DAY_S, legs };
}

function smaller(one, other) {
  return one < other ? one : other;
}
