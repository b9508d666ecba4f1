/** The log: lines for people or JSON lines for programs. The only file that knows the logging library. @module */

import {
  configureSync,
  type FormattedValues,
  getJsonLinesFormatter,
  getLogger,
  getTextFormatter,
  type LogLevel,
  type LogRecord,
  resetSync,
  type TextFormatter,
} from "@logtape/logtape";
import type { EventBus, EventTable, LogLevel as Level, LogLevels } from "../core/mod.ts";
import { logEvents } from "./event_lines.ts";

/** How a log is opened. */
export interface LogOptions {
  readonly format: "text" | "json";
  /** Takes one line with its line break. */
  readonly write: (line: string) => void;
}

/** An open log. */
export interface Log {
  /** Listens to nothing any more. May be called twice. */
  close(): void;
}

const LEVELS: Readonly<Record<Level, LogLevel>> = { debug: "debug", info: "info", warn: "warning", error: "error" };
const SHOWN: Readonly<Record<LogLevel, string>> = {
  trace: "TRACE",
  debug: "DEBUG",
  info: "INFO ",
  warning: "WARN ",
  error: "ERROR",
  fatal: "FATAL",
};

/**
 * Has what happens on the bus logged, in the categories below `nuvom`, by the logging library of the process. Where its
 * lines go is for whoever configures that: an application, or {@linkcode openLog} for the command line.
 *
 * @param levels The least level that is told at all, by category; `log.levels` changes it.
 * @returns ends it.
 */
export function logEventsOf(bus: EventBus, levels: LogLevels): () => void {
  return logEvents(bus, levels, emit);
}

/** Configures the log of the whole process; only for the command line, whose process is its own. */
export function openLog({ format, write }: LogOptions): Log {
  const toText = format === "json" ? getJsonLinesFormatter({ properties: "nest:fields" }) : textFormatter();
  configureSync({
    reset: true,
    sinks: { lines: (record) => write(toText(record)) },
    loggers: [
      { category: "nuvom", sinks: ["lines"], lowestLevel: "debug" },
      { category: ["logtape", "meta"], sinks: ["lines"], lowestLevel: "error" },
    ],
  });
  return { close: resetSync };
}

/** As a finished record: a message of foreign code must not be read as a template. */
function emit({ level, category, message, fields = {} }: EventTable["log"]): void {
  getLogger(["nuvom", ...category.split(".")]).emit({
    level: LEVELS[level],
    message: [message],
    rawMessage: message,
    timestamp: Date.now(),
    properties: { ...fields },
  });
}

function textFormatter(): TextFormatter {
  return getTextFormatter({
    timestamp: "time",
    level: (level) => SHOWN[level],
    category: (category) => category.slice(1).join("."),
    format: ({ timestamp, level, category, message, record }: FormattedValues) =>
      `${timestamp} ${level} ${category}  ${printable(message)}${fieldsOf(record)}`,
  });
}

function fieldsOf({ properties }: LogRecord): string {
  return Object.entries(properties).map(([name, value]) => `  ${printable(name)}=${shown(value)}`).join("");
}

/** Quoted where it would be read as something else. */
function shown(value: unknown): string {
  if (typeof value !== "string") return printable(JSON.stringify(value) ?? String(value));
  // deno-lint-ignore no-control-regex
  return printable(/[\s"=\x00-\x1f\x7f-\x9f]/.test(value) ? JSON.stringify(value) : value);
}

// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/g;

/** Control characters are escaped, and further lines indented: foreign text must not look like a line of the log. */
function printable(text: string): string {
  const escaped = text.replace(CONTROL, (char) => `\\u00${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return escaped.replaceAll("\n", "\n    ");
}
