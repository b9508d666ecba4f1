/** `nuvom cancel` @module */

import type { CancelStatus } from "../../core/mod.ts";
import type { Run } from "../command.ts";
import type { cancel } from "../commands/cancel.ts";
import { printJobStatuses, type StatusText } from "../job_statuses.ts";
import { withEngine } from "../project.ts";

const TEXTS: Readonly<Record<CancelStatus, StatusText>> = {
  cancelled: { text: "is cancelled", code: 0 },
  requested: { text: "runs, and its worker will be told to end it", code: 0 },
  finished: { text: "had ended already and stays as it is", code: 1 },
  unknown: { text: "is unknown", code: 4 },
};

/** Cancels each job whatever becomes of the others. */
export const run: Run<typeof cancel> = (context) =>
  withEngine(context, async (engine) => {
    const ids = [...new Set(context.args)];
    const { operations } = await engine.client();
    return printJobStatuses(context, ids, await operations.cancel(ids), TEXTS);
  });
