/** What a running worker may be asked. @module */

import { readLogLevels } from "../../core/mod.ts";
import { badRequest } from "./errors.ts";

/**
 * A request. `reload` is answered when the new instance has taken over; `levels` of `log` are changes, and written as
 * `readLogLevels()` reads them.
 */
export type ControlRequest =
  | { readonly method: "status" }
  | { readonly method: "reload"; readonly plugin: string }
  | { readonly method: "log"; readonly levels: string };

/** @throws {NuvomError} `NUVOM_CONTROL_REQUEST` */
export function readRequest(line: string): ControlRequest {
  const { method, plugin, levels } = Object(parse(line)) as Readonly<Record<string, unknown>>;
  if (method === "status") return { method };
  if (method === "reload" && typeof plugin === "string") return { method, plugin };
  if (method === "log" && typeof levels === "string" && readLogLevels(levels) !== null) return { method, levels };
  throw badRequest();
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw badRequest();
  }
}
