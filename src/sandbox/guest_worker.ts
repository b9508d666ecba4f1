/** Starts the worker that foreign code runs in; apart, because the child of a process realm needs little else. @module */

import type { WorkerPermissions } from "./grant.ts";

/** A worker with exactly these permissions. */
export function startGuestWorker(permissions: WorkerPermissions): Worker {
  return new Worker(
    new URL("./guest/main.ts", import.meta.url),
    { type: "module", deno: { permissions } } as WorkerOptions,
  );
}
