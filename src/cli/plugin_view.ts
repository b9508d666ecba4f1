/** Plugins as commands show them. @module */

import type { ErrorData, PermissionSet } from "../core/mod.ts";
import type { PluginRow } from "../host/mod.ts";
import type { Isolation } from "../sandbox/mod.ts";
import { errorDocument } from "./job_view.ts";

/** `net: api.example.com, 127.0.0.1:9150; read: all`; what is not there is `nothing`. */
export function permissionText(permissions: PermissionSet): string {
  const kinds = Object.entries(permissions).map(([kind, items]) =>
    `${kind}: ${items === true ? "all" : items.join(", ")}`
  );
  return kinds.length === 0 ? "nothing" : kinds.join("; ");
}

/** What a realm holds and what it can't. */
export const REALMS: Readonly<Record<Isolation, string>> = {
  process: "process (a process of its own, holding only what is granted)",
  worker: "worker (a thread holding only what is granted; a busy loop or a full heap in it harms the whole worker)",
  inline: "inline (full trust: no limits of any kind)",
};

/** Whether its code is what was locked; `local` and `built in` need no lock. */
export function lockText({ lock, module, problem }: Pick<PluginRow, "lock" | "module" | "problem">): string {
  switch (lock) {
    case "none":
      return module.startsWith("nuvom:") ? "built in" : "local";
    case "unlocked":
      return problem?.code === "NUVOM_LOCK_ENTRY" ? "not locked" : "changed";
    default:
      return lock;
  }
}

/** A row for programs: the problem without its stack. */
export function pluginDocument<T extends { readonly problem: ErrorData | null }>(
  row: T,
): Readonly<Record<string, unknown>> {
  return { ...row, problem: row.problem === null ? null : errorDocument(row.problem) };
}
