// SPDX-License-Identifier: Apache-2.0
/**
 * What every page does: keys and desks, acts that are shown and signed, news as they come, times and
 * sums as the viewer is used to. Without it a page can still be read.
 */

import { watchActs } from "./act.mjs";
import { watchDesks } from "./enter.mjs";
import { watchLedger } from "./live.mjs";
import { localise } from "./locale.mjs";
import { watchNames } from "./names.mjs";
import { showSwitch, watchWaiting } from "./notify.mjs";
import { showProposal } from "./proposals.mjs";
import { watchSheets } from "./sheet.mjs";

localise(document);
watchActs();
watchDesks();
watchNames();
watchSheets();
showProposal().catch(() => {}); // its members stand there as the ledger has them
watchLedger((fresh) => {
  localise(fresh);
  watchSheets();
  showProposal().catch(() => {});
  showSwitch();
});
watchWaiting();
document.documentElement.dataset.ready = "yes";
document.querySelector(".step.next")?.scrollIntoView({ block: "nearest" });
