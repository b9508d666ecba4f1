/** The escape list, and what becomes of it in a realm. Apart from the rest of the room: few commands need it. @module */

export type { EscapeTarget } from "./probe_guest.ts";
export type { EscapeOutcome, EscapeReport } from "./run_probe.ts";
export { tryEscapes } from "./try_escapes.ts";
