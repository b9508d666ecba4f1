/** What the proxies of queue and result backends share: calls of one opened backend in its guest. @module */

import { type Clock, NuvomError } from "../core/mod.ts";
import type { OpenedBackend } from "../sandbox/mod.ts";
import type { CallOptions, PluginCaller } from "./call.ts";
import { nothing, type Shape } from "./shape.ts";

/** A backend that is open in a guest. */
export interface RemoteParts {
  readonly plugin: string;
  /** Of the backend. */
  readonly name: string;
  readonly opened: OpenedBackend;
  readonly caller: Pick<PluginCaller, "call">;
  readonly clock: Clock;
  /** How long one call may take. */
  readonly timeoutMs: number;
  /** How long the close may take. */
  readonly closeTimeoutMs: number;
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
    const { plugin, opened } = this.parts;
    return opened.store === null ? undefined : `plugin ${plugin}: ${opened.store}`;
  }

  /** Calls a method. Arguments that are undefined must be left out at the end: on the way they would become null. */
  call<T>(
    method: string,
    args: readonly unknown[],
    answer: Shape<T>,
    options: Partial<CallOptions<T>> = {},
  ): Promise<T> {
    const { caller, name, opened, timeoutMs } = this.parts;
    const params = { handle: opened.handle, method, args };
    return caller.call("backend.call", params, { what: `${name}.${method}`, answer, timeoutMs, ...options });
  }

  /** Closes it once; where its realm is gone, it is closed already. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.call("close", [], nothing, { timeoutMs: this.parts.closeTimeoutMs });
    } catch (error) {
      if (!(error instanceof NuvomError && error.code === "NUVOM_REALM_GONE")) throw error;
    }
  }
}
