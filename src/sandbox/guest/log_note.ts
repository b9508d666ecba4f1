/** A line of foreign code's log, as it is told to the host. @module */

import { type Logger, toErrorData } from "../../core/mod.ts";
import type { HostNotes } from "../protocol.ts";

// Taken before foreign code runs: it may replace the globals.
const { parse, stringify } = JSON;
const text = String;

/** Never throws: a log line must fail neither a job nor a plugin. */
export function logNote(
  level: keyof Logger,
  message: unknown,
  fields?: Readonly<Record<string, unknown>>,
): HostNotes["log"]["params"] {
  const note = { level, message: plainMessage(message) };
  return fields === undefined ? note : { ...note, fields: plainFields(fields) };
}

function plainMessage(message: unknown): string {
  try {
    return text(message);
  } catch {
    return "(no text)";
  }
}

function plainFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  try {
    return parse(stringify(fields, plainValue));
  } catch {
    return { fields: "(not JSON)" };
  }
}

function plainValue(_key: string, value: unknown): unknown {
  if (value instanceof Error) return toErrorData(value);
  return typeof value === "bigint" ? text(value) : value;
}
