/** The host of a probe: hears how attempts end, and whether it is given what no host may be given. @module */

import type { Outcome } from "../../core/mod.ts";
import { type AttemptReport, MAX_DEPTH, MAX_LINE, readLog, type RealmHost } from "../../sandbox/mod.ts";
import { BEGUN } from "./kit.ts";

/** What a task returned, as JSON text, or how it ended otherwise; the code is that of its error. */
export type ProbeEnd = { readonly result: string } | { readonly ended: string; readonly code: string | null };

/** What is cut says so. */
const CUT_LINE = MAX_LINE + 100;

/** See {@linkcode RealmHost}. */
export class ProbeHost implements RealmHost {
  readonly begun: PromiseWithResolvers<void> = Promise.withResolvers();
  /** Characters of lines that were printed so far. */
  printed = 0;
  readonly #answers: boolean;
  readonly #ends = new Map<string, (end: ProbeEnd) => void>();
  readonly #seen = new Set<string>();

  /** @param options `answers`: false for a host that leaves all calls open; else it refuses them. */
  constructor({ answers }: { readonly answers: boolean }) {
    this.#answers = answers;
  }

  /** What was given to it that must not be; each kind once. */
  get seen(): readonly string[] {
    return [...this.#seen];
  }

  endOf(id: string): Promise<ProbeEnd> {
    return new Promise((resolve) => this.#ends.set(id, resolve));
  }

  call(method: string, params: unknown): Promise<unknown> {
    this.#look(`a call of ${method}`, params);
    return this.#answers ? Promise.reject(new Error("Nothing is answered here.")) : new Promise(() => {});
  }

  note(method: string, params: unknown): void {
    this.#look(`a note ${method}`, params);
    if (method === "log") this.#lookAt("a line of the log", readLog(params).message);
    if (method !== "executor.report") return;
    for (const [id, outcome] of (params as { ended: readonly AttemptReport[] }).ended) {
      const end = endOf(outcome);
      if ("ended" in end) this.#lookAt("an error", end.ended);
      this.#ends.get(id)?.(end);
    }
  }

  output(_stream: "stdout" | "stderr", line: string): void {
    this.printed += line.length;
    if (line === BEGUN) this.begun.resolve();
    this.#lookAt("a printed line", line);
  }

  #lookAt(what: string, text: string): void {
    if (text.length > CUT_LINE) this.#seen.add(`${what} that is too long`);
  }

  /** Walks without recursion, for what is looked for is what breaks those who recurse. */
  #look(what: string, params: unknown): void {
    for (let level = [params], depth = 0; level.length > 0; depth++) {
      if (depth > MAX_DEPTH) return void this.#seen.add(`${what} that is nested too deep`);
      level = level.flatMap((value) => typeof value === "object" && value !== null ? Object.values(value) : []);
    }
  }
}

function endOf(outcome: Outcome): ProbeEnd {
  if (outcome.kind === "success") return { result: outcome.result ?? "null" };
  if (!("error" in outcome)) return { ended: outcome.kind, code: null };
  const { name, message, code = null } = outcome.error;
  return { ended: `${name}: ${message}`, code };
}
