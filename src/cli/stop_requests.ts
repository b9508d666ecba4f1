/** Signals as a worker understands them: the first one asks for a stop, the second one forces it. @module */

import { type Io, SIGNAL_CODES, type StopSignal } from "./io.ts";

/** Listens from its construction until `forget`. */
export class StopRequests {
  readonly #requested = Promise.withResolvers<string>();
  readonly #forced = Promise.withResolvers<void>();
  readonly #offs: readonly (() => void)[];
  #reason: string | undefined;
  #forcedCode: number | undefined;

  constructor(io: Io) {
    const names = Object.keys(SIGNAL_CODES) as StopSignal[];
    this.#offs = names.map((name) => io.onSignal(name, () => this.#signal(name)));
  }

  /** Resolves with the reason of the first request. */
  get requested(): Promise<string> {
    return this.#requested.promise;
  }

  /** Whether a stop was asked for. */
  get isRequested(): boolean {
    return this.#reason !== undefined;
  }

  /** Resolves with the second signal. */
  get forced(): Promise<void> {
    return this.#forced.promise;
  }

  /** The exit code once it was forced. */
  get forcedCode(): number | undefined {
    return this.#forcedCode;
  }

  /** Asks for a stop, as a first signal does. */
  request(reason: string): void {
    this.#reason ??= reason;
    this.#requested.resolve(reason);
  }

  /** Listens no more: a signal has its usual effect again. */
  forget(): void {
    this.#offs.forEach((off) => off());
  }

  #signal(name: StopSignal): void {
    if (!this.isRequested) return this.request(name);
    this.#forcedCode ??= SIGNAL_CODES[name];
    this.#forced.resolve();
  }
}
