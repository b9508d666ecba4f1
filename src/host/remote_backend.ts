/** What the proxies of queue and result backends share: calls of one opened backend in its guest. @module */

import { type Clock, NuvomError } from "../core/mod.ts";
import type { OpenedBackend } from "../sandbox/mod.ts";
import type { CallOptions, PluginCaller } from "./call.ts";
import { nothing, type Shape } from "./shape.ts";

/** A backend that is open in a realm. */
export interface OpenBackend {
  readonly opened: OpenedBackend;
  readonly caller: Pick<PluginCaller, "call">;
  /** How long one call may take. */
  readonly callMs: number;
}

/** Closes one that was opened and is used by nobody; what becomes of that concerns nobody either. */
export function closeUnused({ caller, opened: { handle }, callMs: timeoutMs }: OpenBackend): void {
  const options = { what: "the close of a backend that was opened in vain", answer: nothing, timeoutMs };
  caller.call("backend.call", { handle, method: "close", args: [] }, options).catch(() => {});
}

/** The way to a backend, whichever realm it is open in. */
export interface BackendLink {
  /** As it was opened first. */
  readonly opened: OpenedBackend;
  /** Where it is open now. @throws {NuvomError} while its plugin is down. */
  reach(): Promise<OpenBackend>;
  /** It is needed no more. @returns where it is still open. */
  release(): Promise<OpenBackend | null>;
}

/** What the proxy of a backend is made of. */
export interface RemoteParts {
  readonly plugin: string;
  /** Of the backend. */
  readonly name: string;
  readonly link: BackendLink;
  readonly clock: Clock;
  /** How long the close may take. */
  readonly closeTimeoutMs: number;
}

/** What of a call is not as usual. */
export interface RemoteCallOptions {
  /** How much longer than other calls it may take, because it waits for something to happen. */
  readonly waitMs?: number;
  /** See {@linkcode CallOptions.signal}. */
  readonly signal?: AbortSignal;
}

/** Calls the methods of one backend. */
export class RemoteBackend {
  readonly parts: RemoteParts;
  #closing: Promise<void> | undefined;

  /** Calls nothing yet. */
  constructor(parts: RemoteParts) {
    this.parts = parts;
  }

  /** Names the store; backends of different plugins never share one, whatever they say. */
  get store(): string | undefined {
    const { plugin, link: { opened } } = this.parts;
    return opened.store === null ? undefined : `plugin ${plugin}: ${opened.store}`;
  }

  /** Calls a method. Arguments that are undefined must be left out at the end: on the way they would become null. */
  async call<T>(
    method: string,
    args: readonly unknown[],
    answer: Shape<T>,
    { waitMs = 0, signal }: RemoteCallOptions = {},
  ): Promise<T> {
    const open = await this.parts.link.reach();
    const options = { answer, timeoutMs: open.callMs + waitMs, waits: waitMs > 0, signal };
    return await this.#callIn(open, method, args, options);
  }

  /** Closes it once; where its realm is gone, it is closed already. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      const open = await this.parts.link.release();
      const { closeTimeoutMs: timeoutMs } = this.parts;
      if (open !== null) await this.#callIn(open, "close", [], { answer: nothing, timeoutMs });
    } catch (error) {
      if (!(error instanceof NuvomError && error.code === "NUVOM_REALM_GONE")) throw error;
    }
  }

  #callIn<T>(
    { caller, opened: { handle } }: OpenBackend,
    method: string,
    args: readonly unknown[],
    options: Omit<CallOptions<T>, "what">,
  ): Promise<T> {
    const what = `${this.parts.name}.${method}`;
    return caller.call("backend.call", { handle, method, args }, { what, ...options });
  }
}
