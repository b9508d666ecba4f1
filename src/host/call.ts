/**
 * The one way into a plugin: every call has a time limit, is known while it runs, and fails with an error that names
 * the plugin and the call.
 * @module
 */

import {
  type Clock,
  type EventBus,
  type EventTable,
  formatDuration,
  NuvomError,
  type PermissionSet,
} from "../core/mod.ts";
import { explainPermission, type MissingPermission, type PluginCalls, type Realm } from "../sandbox/mod.ts";
import type { CallFigures } from "./call_figures.ts";
import { callFailed, callTimeout, implausibleAnswer } from "./call_errors.ts";
import { permissionRefused } from "./errors.ts";
import { accessText, grantAdvice } from "./grants.ts";
import { topPlace } from "./place.ts";
import { Mismatch, type Shape } from "./shape.ts";

/** Most pending calls that are named. */
const MAX_NAMED = 10;
const MAX_CAUSES = 5;

/** Where calls go, and what errors say of it. */
export interface CallerParts {
  /** Its name; before that is known, how the manifest writes it. */
  readonly plugin: string;
  readonly realm: Pick<Realm, "call">;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Of the prepared graph. */
  readonly mapStack: (stack: string) => string;
  readonly manifest: { readonly path: string; readonly folder: string };
  /** What the manifest grants now, for the TOML of what it would have to. */
  readonly granted: PermissionSet;
  /** Where the calls are counted. @default nowhere */
  readonly figures?: CallFigures;
  /** Where each of them is told of at its end. @default nowhere */
  readonly bus?: EventBus;
}

/** How one call is made. */
export interface CallOptions<T> {
  /** For messages: `start()`, `my_queue.lease`. */
  readonly what: string;
  /** What a plausible answer is. */
  readonly answer: Shape<T>;
  /** In place of the usual limit. */
  readonly timeoutMs?: number;
  /** How long it takes says nothing of how quick the plugin is: it may wait for something to happen. */
  readonly waits?: boolean;
  /** Tells the plugin to stop; the call is still settled by its answer, or by the limit. */
  readonly signal?: AbortSignal;
  /** In place of `NUVOM_PLUGIN_CALL`, and of errors of nuvom as they are. */
  readonly failed?: (thrown: Error, place: string | null) => NuvomError;
  /** In place of `NUVOM_PLUGIN_CALL_TIMEOUT`. */
  readonly late?: (timeoutMs: number) => NuvomError;
  /** Told an answer that came when the time was over: what was made for it must be put away. */
  unwanted?(answer: T): void;
  /** In place of `NUVOM_PLUGIN_ANSWER`. */
  readonly implausible?: (detail: string) => NuvomError;
}

type CallOutcome = EventTable["plugin.called"]["outcome"];

interface PendingCall {
  readonly what: string;
  readonly since: number;
  readonly settled: Promise<void>;
}

/** Calls one plugin. */
export class PluginCaller {
  readonly #parts: CallerParts;
  readonly #pending = new Set<PendingCall>();

  /** Calls nothing yet. */
  constructor(parts: CallerParts) {
    this.#parts = parts;
  }

  /** @throws {NuvomError} `NUVOM_PLUGIN_…`, `NUVOM_REALM_GONE`, and what the sdk threw in the guest. */
  async call<M extends keyof PluginCalls, T>(
    method: M,
    params: PluginCalls[M]["params"],
    options: CallOptions<T>,
  ): Promise<T> {
    const { plugin } = this.#parts;
    try {
      return options.answer(await this.#answer(method, params, options), "");
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      throw options.implausible?.(error.message) ?? implausibleAnswer(plugin, options.what, error.message);
    }
  }

  /** Calls that have not settled, also those whose time was over: `my_queue.lease (for 12s)`. */
  pending(): string[] {
    const now = this.#parts.clock.now();
    const named = [...this.#pending].slice(0, MAX_NAMED)
      .map(({ what, since }) => `${what} (for ${formatDuration(now - since)})`);
    const more = this.#pending.size - named.length;
    return more === 0 ? named : [...named, `${more} more`];
  }

  /** Resolves when every call has settled. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.race([...this.#pending].map(({ settled }) => settled));
  }

  async #answer<M extends keyof PluginCalls>(
    method: M,
    params: PluginCalls[M]["params"],
    options: CallOptions<unknown>,
  ): Promise<unknown> {
    const { what, timeoutMs = this.#parts.timeoutMs, waits = false, signal, late, failed } = options;
    const { clock, plugin, realm, figures } = this.#parts;
    const counted = figures?.begin(waits);
    const told = this.#telling(what, waits);
    let outcome: CallOutcome = "error";
    const settled = Promise.withResolvers<void>();
    const entry = { what, since: clock.now(), settled: settled.promise };
    const expired = Promise.withResolvers<never>();
    const stop = new AbortController();
    const stopped = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    this.#pending.add(entry);
    // The limit is counted here and not by the realm, so that a call stays pending until it really settles.
    const answer = realm.call(method, params, { timeoutMs: Infinity, signal: stopped })
      .finally(() => {
        this.#pending.delete(entry);
        settled.resolve();
      })
      .catch((error) => Promise.reject(this.#explain(error, what, failed)));
    const expire = () => {
      outcome = "timeout";
      stop.abort();
      expired.reject(late?.(timeoutMs) ?? callTimeout(plugin, what, timeoutMs));
      answer.then((value) => options.unwanted?.(options.answer(value, ""))).catch(() => {});
    };
    const cancel = clock.timer(timeoutMs, expire);
    try {
      const answered = await Promise.race([answer, expired.promise]);
      outcome = "answer";
      return answered;
    } finally {
      cancel();
      counted?.();
      told?.(outcome);
    }
  }

  #telling(what: string, waits: boolean): ((outcome: CallOutcome) => void) | undefined {
    const { bus, clock, plugin } = this.#parts;
    if (!bus?.has("plugin.called")) return undefined;
    const begun = clock.monotonic();
    return (outcome) => {
      const durationMs = clock.monotonic() - begun;
      bus.emit("plugin.called", { plugin, what, durationMs, waits, outcome });
    };
  }

  #explain(thrown: Error, what: string, failed: CallOptions<unknown>["failed"]): Error {
    this.#mapStacks(thrown);
    const { plugin, manifest } = this.#parts;
    const place = topPlace(thrown.stack ?? "", manifest.folder);
    if (thrown instanceof NuvomError) return failed?.(thrown, place) ?? thrown;
    const missing = missingPermission(thrown);
    if (missing !== null) return this.#refused(missing, what, place, thrown);
    return failed?.(thrown, place) ?? callFailed(plugin, what, thrown, place);
  }

  #refused(missing: MissingPermission, what: string, place: string | null, cause: Error): NuvomError {
    const { plugin, manifest, granted } = this.#parts;
    const advice = grantAdvice(plugin, missing, granted, manifest);
    return permissionRefused({ plugin, what }, accessText(missing), place, advice, cause);
  }

  #mapStacks(thrown: Error): void {
    for (const error of causes(thrown)) if (error.stack !== undefined) error.stack = this.#parts.mapStack(error.stack);
  }
}

function missingPermission(thrown: Error): MissingPermission | null {
  for (const error of causes(thrown)) {
    const missing = explainPermission(error);
    if (missing !== null) return missing;
  }
  return null;
}

/** The error and what caused it, outermost first. */
function causes(thrown: Error): Error[] {
  const found: Error[] = [];
  for (let error: unknown = thrown; error instanceof Error && found.length <= MAX_CAUSES; error = error.cause) {
    found.push(error);
  }
  return found;
}
