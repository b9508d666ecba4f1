/** Starts the worker that foreign code runs in; apart, because the child of a process realm needs little else. @module */

import { IS_BUNDLED, ROOT } from "../core/root.ts";
import type { WorkerPermissions } from "./grant.ts";

const GUEST = IS_BUNDLED
  ? new URL("dist/program/src/sandbox/guest/main.js", ROOT)
  : new URL("src/sandbox/guest/main.ts", ROOT);

/** A worker with exactly these permissions. */
export function startGuestWorker(permissions: WorkerPermissions): Worker {
  return new Worker(
    GUEST,
    { type: "module", deno: { permissions } } as WorkerOptions,
  );
}
