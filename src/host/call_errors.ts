/** What can go wrong with a plugin that was started. @module */

import { type ErrorCode, formatDuration, NuvomError } from "../core/mod.ts";
import { because } from "./place.ts";
import type { RestartLimit } from "./restart_budget.ts";

function error(code: ErrorCode, what: string, mend?: string, cause?: unknown): NuvomError {
  return new NuvomError(code, { what, mend, cause });
}

/** `NUVOM_PLUGIN_CALL` */
export function callFailed(plugin: string, what: string, thrown: Error, place: string | null): NuvomError {
  return error(
    "NUVOM_PLUGIN_CALL",
    `The plugin "${plugin}" failed in ${what}: ${because(thrown, place)}.`,
    undefined,
    thrown,
  );
}

/** `NUVOM_PLUGIN_CALL_TIMEOUT` */
export function callTimeout(plugin: string, what: string, timeoutMs: number): NuvomError {
  return error(
    "NUVOM_PLUGIN_CALL_TIMEOUT",
    `The plugin "${plugin}" did not answer ${what} within ${formatDuration(timeoutMs)}.`,
    `It may hang or be overloaded; call_timeout in [plugin.${plugin}] gives it more time.`,
  );
}

/** `NUVOM_PLUGIN_ANSWER` */
export function implausibleAnswer(plugin: string, what: string, detail: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_ANSWER",
    `The plugin "${plugin}" answered ${what} with what can't be used: ${detail}.`,
    "This is a bug of the plugin; `nuvom plugin test` shows what a backend must answer.",
  );
}

/** `NUVOM_PLUGIN_ANSWER`: a command answered no exit code. */
export function commandAnswer(plugin: string, command: string, detail: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_ANSWER",
    `The command "${command}" of the plugin "${plugin}" answered what is no exit code: ${detail.trim()}.`,
    "This is a bug of the plugin: its run must answer a whole number from 0 to 255.",
  );
}

/** `NUVOM_PLUGIN_STOP` */
export function stopFailed(plugin: string, thrown: Error, place: string | null): NuvomError {
  return error(
    "NUVOM_PLUGIN_STOP",
    `The plugin "${plugin}" failed in stop(): ${because(thrown, place)}.`,
    "Its realm was ended all the same.",
    thrown,
  );
}

/** `NUVOM_PLUGIN_STOP_TIMEOUT` @param pending Calls that never settled, `stop()` among them. */
export function stopTimeout(plugin: string, timeoutMs: number, pending: readonly string[]): NuvomError {
  return error(
    "NUVOM_PLUGIN_STOP_TIMEOUT",
    `The plugin "${plugin}" did not stop within ${formatDuration(timeoutMs)}; its realm was ended. ` +
      `Calls that never settled: ${pending.join(", ")}.`,
  );
}

/** `NUVOM_PLUGIN_CRASHED` */
export function crashed(plugin: string, detail: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_CRASHED",
    `The realm of the plugin "${plugin}" has ended: ${detail}.`,
    "What it was asked for was not done.",
  );
}

/** `NUVOM_PLUGIN_RESTARTING`: it may be tried again soon. */
export function restarting(plugin: string, cause: unknown): NuvomError {
  return error(
    "NUVOM_PLUGIN_RESTARTING",
    `The plugin "${plugin}" has crashed and is being started again.`,
    "Try again in a moment; the log says why it crashed.",
    cause,
  );
}

/** `NUVOM_PLUGIN_FAILED` @param last Why it crashed the last time. */
export function failed(plugin: string, { max, withinMs }: RestartLimit, last: Error): NuvomError {
  const tried = max === 0
    ? "and is not to be started again"
    : `more than ${max} time${max === 1 ? "" : "s"} within ${formatDuration(withinMs)}, the last time so: ${
      last.message.replace(/\.$/, "")
    }`;
  return error(
    "NUVOM_PLUGIN_FAILED",
    `The plugin "${plugin}" has crashed ${tried}.`,
    `Mend it, then run \`nuvom plugin reload ${plugin}\`; restart in [plugin.${plugin}] says how often it is started again.`,
    last,
  );
}

/** `NUVOM_PLUGIN_BACKEND_CHANGED` */
export function backendChanged(plugin: string, backend: string, what: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_BACKEND_CHANGED",
    `The backend "${backend}" of the plugin "${plugin}" is in use, and now has ${what} than before.`,
    "Start the worker again to use it as it is now.",
  );
}

/** `NUVOM_PLUGIN_STATE` */
export function startedBefore(plugin: string): NuvomError {
  return error("NUVOM_PLUGIN_STATE", `The plugin "${plugin}" was started or stopped before; it starts once.`);
}

/** `NUVOM_PLUGIN_STATE` */
export function stoppedEarly(plugin: string): NuvomError {
  return error("NUVOM_PLUGIN_STATE", `The plugin "${plugin}" was stopped before its start was done.`);
}

/** `NUVOM_PLUGIN_STATE` */
export function notRunning(plugin: string): NuvomError {
  return error("NUVOM_PLUGIN_STATE", `The plugin "${plugin}" is not running.`);
}

/** `NUVOM_PLUGIN_STATE` */
export function hostStopped(): NuvomError {
  return error("NUVOM_PLUGIN_STATE", "The plugins were stopped; none is started any more.");
}

/** `NUVOM_PLUGIN_RELOAD` */
export function reloadFailed(plugin: string, because: Error): NuvomError {
  return error(
    "NUVOM_PLUGIN_RELOAD",
    `The plugin "${plugin}" was not reloaded, and what ran before goes on: ${because.message.replace(/\.$/, "")}.`,
    undefined,
    because,
  );
}

/** `NUVOM_PLUGIN_RELOAD` */
export function reloadLoses(plugin: string, queue: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_RELOAD",
    `The plugin "${plugin}" can't be reloaded: its queue "${queue}" is in use and does not promise to keep its jobs then.`,
    'Start the worker again; a queue that keeps them is no basic one and has the capability "durable".',
  );
}

/** `NUVOM_PLUGIN_RELOAD` */
export function reloadUnknown(plugin: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_RELOAD",
    `The plugin "${plugin}" can't be reloaded: the worker was started without it.`,
    "Start the worker again.",
  );
}
