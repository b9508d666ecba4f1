/** What cases of every kind are given. @module */

import type { QueueBackend, QueueCapability, ResultBackend } from "../core/mod.ts";
import { CaseTime } from "./case_time.ts";
import { timersLeft } from "./errors.ts";
import type { FakeClock } from "./fake_clock.ts";
import { tracked } from "./tracked.ts";

/** How backends are opened for the cases. */
export interface SubjectOptions<B> {
  /**
   * Opens a client of the data of one namespace. Called again for the same namespace it opens another client of the
   * same data (asked of backends that claim `shared`), or the next one after the last was closed (`durable`).
   * A namespace is made of lower case letters, digits and `_`.
   */
  open(namespace: string): B | Promise<B>;
  /** Called when a case is over and its clients are closed: removes what the namespace still holds. */
  remove?(namespace: string): void | Promise<void>;
  /** The clock of the backend; without it the cases wait in real time. */
  readonly clock?: FakeClock;
}

/** A backend to be tested. */
export interface Subject<H> {
  /** Opens the harness of one case, in a fresh namespace. */
  open(): Promise<H>;
}

/** Namespaces, clients and time of one case. */
export abstract class Harness<B extends QueueBackend | ResultBackend> {
  /** What the backend promises. */
  abstract readonly capabilities: ReadonlySet<QueueCapability>;
  readonly #options: SubjectOptions<B>;
  readonly #time: CaseTime;
  readonly #clients = new Set<B>();
  readonly #namespaces = new Set<string>();
  readonly #calls = new Set<{ readonly name: string }>();

  /** Opens nothing. */
  constructor(options: SubjectOptions<B>) {
    this.#options = options;
    this.#time = new CaseTime(options.clock ?? null);
  }

  /** Calls that were not answered yet. */
  get pendingCalls(): readonly string[] {
    return [...this.#calls].map(({ name }) => name);
  }

  /** Milliseconds since some moment. */
  elapsed(): number {
    return this.#time.elapsed();
  }

  /** Lets at least so much time pass: by the fake clock where the backend has one, else it waits. */
  advance(ms: number): Promise<void> {
    return this.#time.advance(ms);
  }

  /** What a promise resolves to; fails when that takes longer than `ms`. */
  within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
    return this.#time.within(ms, what, promise);
  }

  /** Fails when less than `ms` have passed since a moment of {@linkcode Harness.elapsed}. */
  assertElapsed(since: number, ms: number, what: string): void {
    this.#time.assertElapsed(since, ms, what);
  }

  /** Closes every client whatever the others do, and removes the namespaces. */
  async close(): Promise<void> {
    const closed = await Promise.allSettled([...this.#clients].map((client) => this.closeClient(client)));
    for (const namespace of this.#namespaces) await this.#options.remove?.(namespace);
    for (const end of closed) if (end.status === "rejected") throw end.reason;
    const left = this.#options.clock?.pending ?? 0;
    if (left > 0) throw timersLeft(left);
  }

  /** Opens a client; it is closed with the harness at the latest. */
  protected async openClient(namespace: string): Promise<B> {
    this.#namespaces.add(namespace);
    const client = tracked(await this.#options.open(namespace), this.#calls, this.answered);
    this.#clients.add(client);
    return client;
  }

  /** Closes one client. */
  protected async closeClient(client: B): Promise<void> {
    this.#clients.delete(client);
    await client.close();
  }

  /** Told what each call of a client was answered. */
  protected answered: (method: string, args: readonly unknown[], answer: unknown) => void = () => {};
}

/** A name that nothing else has. */
export function randomName(prefix: string): string {
  return `${prefix}_${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;
}
