/** An error in words. @module */

import type { ErrorData } from "../core/errors.ts";
import { printableText } from "./text.ts";

/** The message and the code: `There is no job 42. (NUVOM_JOB_UNKNOWN)`; without a code the name stands in front. */
export function errorText({ name, message, code }: Pick<ErrorData, "name" | "message" | "code">): string {
  const text = printableText(message.trimEnd());
  if (code === undefined) return `${name}: ${text}`;
  // Behind lines to copy, the code would be copied too.
  return `${text}${text.includes("\n") ? "\n" : " "}(${code})`;
}

/** With its stack and its causes. */
export function wholeErrorText(error: ErrorData): string {
  const stack = error.stack?.split("\n").filter((line) => /^\s+at /.test(line)).join("\n");
  const cause = error.cause === undefined ? "" : `\nCaused by: ${wholeErrorText(error.cause)}`;
  return `${errorText(error)}${stack ? `\n${stack}` : ""}${cause}`;
}
