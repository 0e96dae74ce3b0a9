// SPDX-License-Identifier: Apache-2.0
/** Passkeys: they log somebody in, for reading; they never sign an act. */

import { fromBase64url, toBase64url } from "./encoding.mjs";
import { me, myDesk, network, notice, refusal, text } from "./page.mjs";
import { signedFetch } from "./signing.mjs";

const JSON_TYPE = { "content-type": "application/json" };

async function asked(url, body) {
  const answer = await fetch(url, { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) });
  if (!answer.ok) throw await refusal(answer);
  return answer.status === 204 ? undefined : answer.json();
}

/** A question that the desk's key signs: a cookie alone makes no passkey. */
async function signedAsked(url, body) {
  const desk = await myDesk();
  if (desk === undefined) throw new Error(await text(me ? "act.no_key" : "act.no_desk"));
  const sent = { body: JSON.stringify(body), headers: JSON_TYPE };
  const answer = await signedFetch(desk, network, "POST", url, sent);
  if (!answer.ok) throw await refusal(answer);
  return answer.status === 204 ? undefined : answer.json();
}

/** Log in by a passkey of this device. */
export async function logInByPasskey() {
  const options = await asked("/passkeys/login", {});
  const publicKey = { ...options, challenge: fromBase64url(options.challenge) };
  publicKey.allowCredentials = (options.allowCredentials ?? []).map(withBytes);
  const found = await navigator.credentials.get({ publicKey });
  await asked("/passkeys/session", credential(found));
  location.assign("/desk");
}

/** Make a passkey for whoever has the desk's key. */
export async function makePasskey() {
  const options = await signedAsked("/passkeys/options", {});
  const publicKey = {
    ...options,
    challenge: fromBase64url(options.challenge),
    user: { ...options.user, id: fromBase64url(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(withBytes),
  };
  const made = await navigator.credentials.create({ publicKey });
  await signedAsked("/passkeys", credential(made));
  await notice(await text("passkey.made", { network: network.slice(0, 8) }));
  dispatchEvent(new Event("ropewalk-refresh"));
}

/** Take away a passkey, or a key that asks to be let in. */
export async function taken(address) {
  const answer = await fetch(address, { method: "DELETE" });
  if (!answer.ok) throw await refusal(answer);
  dispatchEvent(new Event("ropewalk-refresh"));
}

function withBytes(one) {
  return { ...one, id: fromBase64url(one.id) };
}

/** A credential as JSON, its bytes in base64url. */
function credential({ id, rawId, type, response }) {
  const told = {};
  for (const name of ["attestationObject", "authenticatorData", "clientDataJSON", "signature", "userHandle"]) {
    if (response[name]) told[name] = toBase64url(new Uint8Array(response[name]));
  }
  return { id, rawId: toBase64url(new Uint8Array(rawId)), type, response: told };
}
