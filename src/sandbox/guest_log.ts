/** A log line of foreign code, checked. @module */

import type { EventTable } from "../core/mod.ts";
import { cleanLine } from "./lines.ts";

/** What a guest's `log` note says. */
export interface GuestLog {
  readonly level: EventTable["log"]["level"];
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Id of the job whose handler wrote it. */
  readonly job?: string;
}

const LEVELS: readonly string[] = ["debug", "info", "warn", "error"];

/** Reads the parameters of a `log` note; whatever does not fit is left out. */
export function readLog(params: unknown): GuestLog {
  const { level, message, fields, job } = (params ?? {}) as Record<string, unknown>;
  return {
    level: LEVELS.includes(level as string) ? level as GuestLog["level"] : "info",
    message: cleanLine(String(message)),
    fields: typeof fields === "object" && fields !== null ? fields as GuestLog["fields"] : {},
    ...(typeof job === "string" ? { job } : {}),
  };
}
