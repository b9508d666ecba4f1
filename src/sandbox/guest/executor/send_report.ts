/** Reports of an executor: as many messages as it takes, and no end is lost on the way. @module */

import type { ErrorData } from "../../../core/mod.ts";
import type { AttemptReport } from "../../protocol.ts";
import type { GuestPort } from "../role.ts";
import { outcomeUnsendable } from "./errors.ts";
import { failed } from "./outcome.ts";

/** Characters of the ends in one message: six bytes each at most (`\u0000`), and a message has 64 MiB at most. */
const MAX_REPORT = 8 * 1024 * 1024;
/** What an end takes beside its texts. */
const END_SIZE = 256;

/** Tells what has ended, then what starts. */
export function sendReport(port: GuestPort, started: readonly string[], ended: readonly AttemptReport[]): void {
  let from = 0;
  let size = 0;
  for (let to = 0; to < ended.length; to++) {
    const length = sizeOf(ended[to]!);
    if (size + length > MAX_REPORT && to > from) {
      send(port, [], ended.slice(from, to));
      [from, size] = [to, 0];
    }
    size += length;
  }
  send(port, started, from === 0 ? ended : ended.slice(from));
}

/** A handler can throw what JSON refuses (a `Snooze` whose time it has replaced): that end alone is told as a failure. */
function send(port: GuestPort, started: readonly string[], ended: readonly AttemptReport[]): void {
  try {
    port.note("executor.report", { started, ended });
  } catch (error) {
    if (ended.length === 0) throw error;
    for (const end of ended) sendAlone(port, end);
    send(port, started, []);
  }
}

function sendAlone(port: GuestPort, end: AttemptReport): void {
  try {
    port.note("executor.report", { started: [], ended: [end] });
  } catch (error) {
    const [id, , durationMs] = end;
    port.note("executor.report", {
      started: [],
      ended: [[id, failed(outcomeUnsendable(id, error), true), durationMs]],
    });
  }
}

function sizeOf([id, outcome]: AttemptReport): number {
  const own = END_SIZE + id.length;
  if (outcome.kind === "success") return own + (outcome.result?.length ?? 0);
  return outcome.kind === "snoozed" ? own : own + sizeOfError(outcome.error);
}

function sizeOfError({ name, message, code = "", stack = "", cause }: ErrorData): number {
  const own = END_SIZE + name.length + message.length + code.length + stack.length;
  return cause === undefined ? own : own + sizeOfError(cause);
}
