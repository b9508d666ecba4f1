/** How an error that ends a command is told. @module */

import { NuvomError } from "../core/errors.ts";
import type { Io } from "./io.ts";
import { errorText } from "./error_text.ts";

/**
 * Writes one paragraph to standard error: the message and the code, with `--json` as
 * `{ "error": { "code", "message" } }`. With `--log-level debug` the stack and the causes follow.
 *
 * @returns the exit code
 */
export function reportError(io: Io, thrown: unknown): number {
  const error = thrown instanceof NuvomError ? thrown : unexpected(thrown);
  const { code, message, exitCode } = error;
  const options = io.args.slice(0, io.args.includes("--") ? io.args.indexOf("--") : undefined);
  const debug = wantsDebug(options, io.env);
  const stack = debug ? { stack: stackOf(error) } : {};
  if (options.includes("--json")) io.err.write(`${JSON.stringify({ error: { code, message, ...stack } })}\n`);
  else io.err.write(`${errorText(error)}\n${debug ? `\n${stackOf(error)}\n` : ""}`);
  return exitCode;
}

function unexpected(thrown: unknown): NuvomError {
  const { message, code } = thrown instanceof Error
    ? thrown as Error & { code?: unknown }
    : { message: String(thrown) };
  const detail = message.replace(/\.$/, "");
  if (typeof code === "string" && /^E[A-Z]+$/.test(code)) {
    return new NuvomError("NUVOM_SYSTEM", {
      what: `The operating system refused something: ${detail}.`,
      mend: "Check the permissions of the project's folder and the space on its disk.",
      cause: thrown,
    });
  }
  return new NuvomError("NUVOM_INTERNAL", {
    what: `nuvom met an error that it does not know: ${detail}.`,
    mend: "Please report it, with what the command prints with --log-level debug.",
    cause: thrown,
  });
}

function wantsDebug(options: readonly string[], env: Io["env"]): boolean {
  const level = options.find((option, i) => options[i - 1] === "--log-level" || option.startsWith("--log-level="));
  return (level?.replace("--log-level=", "") ?? env.NUVOM_LOG_LEVEL ?? "").toLowerCase() === "debug";
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\nCaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
