/** Calls and notes both ways over a channel of texts. @module */

import { type ErrorData, fromErrorData, NuvomError, toErrorData } from "../core/mod.ts";
import { badFrame, rpcBusy, rpcTimeout, tooDeep, tooLarge, unknownMethod } from "./errors.ts";
import { deeperThan, MAX_DEPTH } from "./message_depth.ts";
import { Outbox, Taken } from "./outbox.ts";
import { packNote, unpackNote } from "./packed_notes.ts";
import { LOSSY_NOTES, MAX_MESSAGE } from "./protocol.ts";

// Taken at import: in a guest, foreign code may change the globals later.
const { parse, stringify } = JSON;
const setTimer = setTimeout;
const clearTimer = clearTimeout;
const encoder = new TextEncoder();

/** Errors are written five causes deep. */
const MAX_CAUSES = 6;
/** Longer timers of the platform fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;
/** Calls of one side that have no answer yet. */
export const MAX_CALLS = 10_000;
/** Characters of calls that are being answered. */
const MAX_SERVED_SIZE = 128 * 1024 * 1024;
/** Calls that were refused in one turn of the loop, after which {@linkcode RpcHandlers.flooded} is told. */
export const MAX_REFUSED = 20_000;
/** What a caller can't have under way, not even where answers and time limits cross. */
const FLOOD = 2 * MAX_CALLS;

/** A call as the side sees it that answers. */
export interface CallContext {
  /** Aborted when the caller no longer wants the answer; the call is answered all the same. */
  readonly signal: AbortSignal;
}

/** What this side answers to. */
export interface RpcHandlers {
  /** May throw or reject; the other side gets the error with its code. */
  call(method: string, params: unknown, context: CallContext): unknown;
  note(method: string, params: unknown): void;
  /** This side goes on calling within one turn although it is refused; each refusal takes memory until the turn ends. */
  flooded?(): void;
}

/** How a call is made. */
export interface CallOptions {
  /** The call rejects then, and the other side is told to stop. */
  readonly timeoutMs: number;
  /** Tells the other side to stop. The call is still settled by its answer: what it did until then must not be lost. */
  readonly signal?: AbortSignal;
}

/** What has passed a {@linkcode RpcPeer}. */
export interface RpcCounts {
  /** Calls to the other side. */
  readonly calls: number;
  /** Answers that nobody waited for: late, doubled or made up. */
  readonly lateAnswers: number;
  /** Notes of the other side that were nested too deep. */
  readonly refusedNotes: number;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  readonly method: string;
  readonly timer: ReturnType<typeof setTimeout> | undefined;
  readonly unlisten: () => void;
}

type Message =
  | readonly ["call", id: number, method: string, params: unknown]
  | readonly ["cancel", id: number]
  | readonly ["answer", id: number, result: unknown]
  | readonly ["error", id: number, error: ErrorData]
  | readonly ["note", method: string, params: unknown];

/** One end of a conversation. */
export class RpcPeer {
  readonly #name: string;
  readonly #send: (text: string) => void;
  readonly #handlers: RpcHandlers;
  readonly #outbox: Outbox;
  readonly #taken = new Taken();
  readonly #pending = new Map<number, Pending>();
  readonly #serving = new Map<number, Served>();
  readonly #counts = { calls: 0, lateAnswers: 0, refusedNotes: 0 };
  #servedSize = 0;
  /** Calls of this turn. */
  #refused = 0;
  /** Notes that found no credit, since the other side was last told. */
  #lost = 0;
  /** By chance, so that an answer of another realm finds nobody. */
  #nextId = crypto.getRandomValues(new Uint32Array(1))[0]!;
  #closed: Error | undefined;

  /** @param name What the other side is called in errors. */
  constructor(name: string, send: (text: string) => void, handlers: RpcHandlers) {
    this.#name = name;
    this.#send = send;
    this.#handlers = handlers;
    this.#outbox = new Outbox(send);
  }

  /** So far. */
  get counts(): RpcCounts {
    return { ...this.#counts };
  }

  /**
   * @throws {NuvomError} `NUVOM_RPC_TIMEOUT`, `NUVOM_RPC_BUSY`, `NUVOM_RPC_TOO_LARGE`, `NUVOM_REALM_GONE`, and what the
   *   other side threw.
   */
  call(method: string, params: unknown, { timeoutMs, signal }: CallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) throw this.#closed;
      if (this.#pending.size >= MAX_CALLS || !this.#outbox.room) throw this.#refuse(method);
      const id = this.#nextId++;
      const text = encode(["call", id, method, params], method);
      const timer = timeoutMs === Infinity ? undefined : setTimer(
        () => this.#giveUp(id, rpcTimeout(this.#name, method, timeoutMs)),
        Math.min(timeoutMs, LONGEST_TIMER_MS),
      );
      this.#pending.set(id, { resolve, reject, method, timer, unlisten: this.#listen(signal, id) });
      this.#counts.calls++;
      this.#post(text);
      if (signal?.aborted) this.#cancel(id);
    });
  }

  /**
   * Tells the other side something; after the close it goes nowhere. Output and the like is dropped while the other side
   * does not keep up, and the other side is told how much.
   */
  note(method: string, params: unknown): void {
    if (this.#closed !== undefined) return;
    const lossy = LOSSY_NOTES.has(method);
    if (lossy && (!this.#outbox.open || hasLongText(params))) return void this.#lost++;
    try {
      this.#post(encode(["note", method, packNote(method, params)], method));
    } catch (error) {
      if (!lossy || !(error instanceof NuvomError)) throw error;
      this.#lost++;
    }
    this.#tellLost();
  }

  /** Takes a text that came from the other side; throws for what breaks the rules of the conversation. */
  receive(text: string): void {
    this.#grant(text);
    if (deeperThan(text, MAX_DEPTH)) return this.#refuseDeep(text);
    const message = parse(text);
    if (!Array.isArray(message)) throw badFrame("it is no list");
    // Not taken apart: that asks the iterator of arrays, which foreign code may have replaced.
    const kind = message[0], id = message[1], first = message[2];
    if (kind === "note") return this.#handlers.note(String(id), unpackNote(String(id), first));
    if (kind === "grant") return this.#granted(id);
    if (!Number.isSafeInteger(id)) throw badFrame("it has no id");
    switch (kind) {
      case "call":
        return this.#serve(
          id,
          String(first),
          text.length,
          (context) => this.#handlers.call(String(first), message[3], context),
        );
      case "cancel":
        return this.#serving.get(id)?.abort();
      case "answer":
        return this.#take(id)?.resolve(first);
      case "error": {
        // Read first: a call that was taken off the list and then not rejected would wait for ever.
        const error = readError(first);
        return this.#take(id)?.reject(error);
      }
      default:
        throw badFrame("its kind is not known");
    }
  }

  /** Rejects all that waits, and every later call; aborts what is being answered. */
  close(error: Error): void {
    if (this.#closed !== undefined) return;
    this.#closed = error;
    this.#outbox.clear();
    for (const id of [...this.#pending.keys()]) this.#take(id)?.reject(error);
    for (const served of this.#serving.values()) served.abort();
  }

  #refuse(method: string): NuvomError {
    if (this.#refused === 0) setTimer(() => this.#refused = 0, 0);
    if (++this.#refused > MAX_REFUSED) this.#handlers.flooded?.();
    return rpcBusy(this.#name, method);
  }

  /** Nobody waits for the answer any more. */
  #giveUp(id: number, error: Error): void {
    this.#cancel(id);
    this.#take(id)?.reject(error);
  }

  #cancel(id: number): void {
    if (this.#pending.has(id)) this.#post(textOf(["cancel", id]));
  }

  #listen(signal: AbortSignal | undefined, id: number): () => void {
    if (signal === undefined) return () => {};
    const cancel = () => this.#cancel(id);
    signal.addEventListener("abort", cancel);
    return () => signal.removeEventListener("abort", cancel);
  }

  /** Its place is free again when the answer is sent: who takes no answers may not ask for ever. */
  #serve(id: number, method: string, size: number, work: (context: CallContext) => unknown): void {
    if (this.#serving.has(id)) throw badFrame(`two calls have the id ${id}`);
    if (this.#serving.size >= FLOOD) throw badFrame(`more than ${FLOOD} calls are under way`);
    const served = new Served();
    this.#serving.set(id, served);
    this.#servedSize += size;
    const sent = () => {
      this.#serving.delete(id);
      this.#servedSize -= size;
    };
    void this.#answer(id, method, () => work(served), sent);
  }

  async #answer(id: number, method: string, work: () => unknown, sent: () => void): Promise<void> {
    try {
      this.#refuseTooMuch(method);
      const text = encode(["answer", id, await work()], method);
      // Others were answered meanwhile.
      this.#refuseTooMuch(method);
      this.#post(text, sent);
    } catch (error) {
      this.#post(textOf(["error", id, describe(error)]), sent);
    }
  }

  #refuseTooMuch(method: string): void {
    if (this.#serving.size > MAX_CALLS || this.#servedSize > MAX_SERVED_SIZE || !this.#outbox.room) {
      throw rpcBusy("The other side", method);
    }
  }

  #post(text: string, sent?: () => void): void {
    if (this.#closed === undefined) this.#outbox.post(text, sent);
  }

  /** Only the call that it belongs to fails. */
  #refuseDeep(text: string): void {
    const [, kind, id] = /^\["(call|answer)",(\d{1,15}),/.exec(text) ?? [];
    if (kind === "call") return this.#serve(Number(id), "a call", 0, () => Promise.reject(tooDeep("The call")));
    if (kind === "answer") return this.#take(Number(id))?.reject(tooDeep(`The answer of ${this.#name}`));
    this.#counts.refusedNotes++;
  }

  /** Grants what was taken; grants themselves are free, for they are few. */
  #grant(text: string): void {
    const cost = this.#taken.count(text);
    if (cost > 0 && this.#closed === undefined) this.#send(textOf(["grant", cost]));
  }

  #granted(cost: unknown): void {
    if (!Number.isSafeInteger(cost) || (cost as number) < 0) throw badFrame("it grants what is no number");
    this.#outbox.granted(cost as number);
    this.#tellLost();
  }

  #tellLost(): void {
    if (this.#lost === 0 || !this.#outbox.open) return;
    const count = this.#lost;
    this.#lost = 0;
    this.#post(textOf(["note", "lost", { count }]));
  }

  /** An answer that comes late, or twice, finds nobody. */
  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return void this.#counts.lateAnswers++;
    this.#pending.delete(id);
    clearTimer(pending.timer);
    pending.unlisten();
    return pending;
  }
}

/** A call that is being answered. Few ask for the signal, so it is made when one does. */
class Served implements CallContext {
  #controller: AbortController | undefined;
  #aborted = false;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  abort(): void {
    this.#aborted = true;
    this.#controller?.abort();
  }
}

/** @throws {NuvomError} `NUVOM_RPC_TOO_LARGE`, and what `JSON.stringify` throws. */
function encode(message: Message, method: string): string {
  let text: string;
  try {
    text = textOf(message);
  } catch (error) {
    // "Invalid string length", or nested deeper than the stack is.
    throw error instanceof RangeError ? tooLarge(method, error) : error;
  }
  if (isTooLarge(text)) throw tooLarge(method);
  return text;
}

/** The list itself is not given to JSON: that would ask a `toJSON` which foreign code may have put on all of them. */
function textOf(message: readonly unknown[]): string {
  let text = "[";
  for (let i = 0; i < message.length; i++) text += `${i === 0 ? "" : ","}${stringify(message[i]) ?? "null"}`;
  return `${text}]`;
}

/** V8 ends the process when it writes a text of 256 MiB, so what is too large anyway is not written first. */
function hasLongText(params: unknown): boolean {
  for (const key in params as Record<string, unknown>) {
    const value = (params as Record<string, unknown>)[key];
    if (typeof value === "string" && value.length > MAX_MESSAGE) return true;
  }
  return false;
}

/** Counted in bytes only where it may matter: a character has three at most. */
function isTooLarge(text: string): boolean {
  if (text.length * 3 <= MAX_MESSAGE) return false;
  return text.length > MAX_MESSAGE || encoder.encode(text).length > MAX_MESSAGE;
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
