/** What a running worker may be asked. @module */

import { badRequest } from "./errors.ts";

/** A request; `reload` is answered when the new instance has taken over. */
export type ControlRequest =
  | { readonly method: "status" }
  | { readonly method: "reload"; readonly plugin: string };

/** @throws {NuvomError} `NUVOM_CONTROL_REQUEST` */
export function readRequest(line: string): ControlRequest {
  const { method, plugin } = Object(parse(line)) as { method?: unknown; plugin?: unknown };
  if (method === "status") return { method };
  if (method === "reload" && typeof plugin === "string") return { method, plugin };
  throw badRequest();
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw badRequest();
  }
}
