// SPDX-License-Identifier: Apache-2.0
/**
 * Put the verifier into verifier/index.html, and the hashes of script and style into its policy.
 *
 *     node tests/verifier/make_page.mjs [--check]
 *
 * A page opened as a file may not import a module beside it, so the page carries its own copy.
 * With --check nothing is written, and the exit code is 1 when something would be.
 */

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";

const folder = new URL("../../verifier/", import.meta.url);
const page = new URL("index.html", folder);
const [before, verifier] = await Promise.all([
  readFile(page, "utf8"),
  readFile(new URL("ropewalk-verify.mjs", folder), "utf8"),
]);

const carried = verifier
  .replace(/^\/\/ SPDX.*\n/, "")
  .replace(/^const webcrypto = .*$/m, "const webcrypto = globalThis.crypto;")
  .replace(/^export /gm, "");
if (/<\/script|<!--/i.test(carried)) throw new Error("the verifier would end the page's script");

const marked = /(\/\/ Begin of ropewalk-verify\.mjs\n)[^]*(\/\/ End of ropewalk-verify\.mjs\n)/;
let made = before.replace(marked, (_, begin, end) => `${begin}${carried}${end}`);
for (const element of ["script", "style"]) {
  const [, text] = new RegExp(`<${element}[^>]*>([^]*)</${element}>`).exec(made);
  const hash = createHash("sha256").update(text).digest("base64");
  made = made.replace(new RegExp(`${element}-src '[^']*'`), `${element}-src 'sha256-${hash}'`);
}

if (process.argv.includes("--check")) {
  if (made !== before) process.stderr.write("verifier/index.html: run make_page.mjs\n");
  process.exitCode = made === before ? 0 : 1;
} else {
  await writeFile(page, made);
}
