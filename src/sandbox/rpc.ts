/** Calls and notes both ways over a channel of texts. @module */

import { type ErrorData, fromErrorData, toErrorData } from "../core/mod.ts";
import { rpcTimeout, unknownMethod } from "./errors.ts";
import { packNote, unpackNote } from "./packed_notes.ts";

// Taken at import: in a guest, foreign code may change the globals later.
const { parse, stringify } = JSON;
const setTimer = setTimeout;
const clearTimer = clearTimeout;

/** Errors are written five causes deep. */
const MAX_CAUSES = 6;
/** Longer timers of the platform fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** What this side answers to. */
export interface RpcHandlers {
  /** May throw or reject; the other side gets the error with its code. */
  call(method: string, params: unknown): unknown;
  note(method: string, params: unknown): void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  readonly timer: ReturnType<typeof setTimeout>;
}

type Message =
  | readonly ["call", id: number, method: string, params: unknown]
  | readonly ["answer", id: number, result: unknown]
  | readonly ["error", id: number, error: ErrorData]
  | readonly ["note", method: string, params: unknown];

/** One end of a conversation. */
export class RpcPeer {
  readonly #name: string;
  readonly #send: (text: string) => void;
  readonly #handlers: RpcHandlers;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #closed: Error | undefined;

  /** @param name What the other side is called in errors. */
  constructor(name: string, send: (text: string) => void, handlers: RpcHandlers) {
    this.#name = name;
    this.#send = send;
    this.#handlers = handlers;
  }

  /** @throws {NuvomError} `NUVOM_RPC_TIMEOUT`, `NUVOM_REALM_GONE`, and what the other side threw. */
  call(method: string, params: unknown, timeoutMs: number): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const expire = () => {
        this.#pending.delete(id);
        reject(rpcTimeout(this.#name, method, timeoutMs));
      };
      this.#pending.set(id, { resolve, reject, timer: setTimer(expire, Math.min(timeoutMs, LONGEST_TIMER_MS)) });
      this.#post(["call", id, method, params]);
    });
  }

  /** Tells the other side something; after the close it goes nowhere. */
  note(method: string, params: unknown): void {
    this.#post(["note", method, packNote(method, params)]);
  }

  /** Takes a text that came from the other side; throws what can't be read. */
  receive(text: string): void {
    const message = parse(text) as Message;
    switch (message[0]) {
      case "call":
        return void this.#answer(message[1], message[2], message[3]);
      case "note":
        return this.#handlers.note(message[1], unpackNote(message[1], message[2]));
      case "answer":
        return this.#take(message[1])?.resolve(message[2]);
      case "error": {
        // Read first: a call that was taken off the list and then not rejected would wait for ever.
        const error = readError(message[2]);
        return this.#take(message[1])?.reject(error);
      }
    }
  }

  /** Rejects all that waits, and every later call. */
  close(error: Error): void {
    this.#closed ??= error;
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(error);
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    try {
      this.#post(["answer", id, await this.#handlers.call(method, params)]);
    } catch (error) {
      this.#post(["error", id, describe(error)]);
    }
  }

  /** An answer that comes late, or twice, finds nobody. */
  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    clearTimer(pending.timer);
    return pending;
  }

  #post(message: Message): void {
    if (this.#closed === undefined) this.#send(stringify(message));
  }
}

/** Even an error whose own getters throw must be answered. */
function describe(thrown: unknown): ErrorData {
  try {
    return toErrorData(thrown);
  } catch {
    return { name: "Error", message: "It threw a value that can't be described." };
  }
}

function readError(data: unknown): Error {
  return fromErrorData(plainError(data, 0) ?? { name: "Error", message: "The other side failed and did not say how." });
}

/** Only what an error may hold, and not deeper than errors are written. */
function plainError(data: unknown, depth: number): ErrorData | undefined {
  if (typeof data !== "object" || data === null || depth > MAX_CAUSES) return undefined;
  const { name, message, code, stack, cause } = data as Record<string, unknown>;
  const inner = plainError(cause, depth + 1);
  return {
    name: typeof name === "string" ? name : "Error",
    message: typeof message === "string" ? message : "",
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof stack === "string" ? { stack } : {}),
    ...(inner === undefined ? {} : { cause: inner }),
  };
}

/** Looks a method up in a role's table. */
export function fromTable<F>(table: ReadonlyMap<string, F>, method: string): F {
  const found = table.get(method);
  if (found === undefined) throw unknownMethod(method);
  return found;
}
