/**
 * Texts as authenticated frames on a byte stream: length, tag, sequence number, then each text's length and UTF-8. A
 * frame that is out of order or whose tag does not fit ends the conversation. What is sent while a frame is written
 * shares the next one: a tag costs more than a short text.
 * @module
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { badFrame } from "./errors.ts";
import { MAX_MESSAGE } from "./protocol.ts";

const TAG = 16;
const HEAD = 4;
const SEQUENCE = 4;
const LENGTH = 4;
/** Characters after which a frame takes no more texts. */
const FULL = 256 * 1024;
/** Largest frame, in bytes: refused by its length, before it is read. The largest text may follow smaller ones. */
export const MAX_FRAME: number = MAX_MESSAGE + 4 * FULL;
const READ_SIZE = 128 * 1024;

/** Which side wrote a frame; part of what is authenticated, so that a frame can't be sent back. */
export type Side = "host" | "guest";

/** A duplex stream of bytes. */
export interface ByteStream {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

function tagOf(key: Uint8Array, side: Side, body: Uint8Array): Buffer {
  return createHmac("sha256", key).update(side).update(body).digest().subarray(0, TAG);
}

/** Sends and receives texts. */
export class FramedChannel {
  readonly #stream: ByteStream;
  readonly #key: Uint8Array;
  readonly #mine: Side;
  readonly #theirs: Side;
  #sent = 0;
  #received = 0;
  #queue: string[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;

  /** @param key 32 bytes that only host and child know. */
  constructor(stream: ByteStream, key: Uint8Array, mine: Side) {
    this.#stream = stream;
    this.#key = key;
    this.#mine = mine;
    this.#theirs = mine === "host" ? "guest" : "host";
  }

  /** Queues a text; all that is queued in one turn is written at once. */
  send(text: string): void {
    if (this.#closed) return;
    if (text.length * 3 > MAX_MESSAGE && Buffer.byteLength(text) > MAX_MESSAGE) throw badFrame("it is too large");
    this.#queue.push(text);
    this.#writing ??= Promise.resolve().then(() => this.#flush());
  }

  /** Hands on every text until the stream ends; throws `NUVOM_RPC_FRAME` on a frame that does not fit. */
  async receive(onText: (text: string) => void): Promise<void> {
    const chunk = new Uint8Array(READ_SIZE);
    let held: Buffer = Buffer.alloc(0);
    while (true) {
      const count = await this.#read(chunk);
      if (count === null) return;
      held = held.length === 0
        ? Buffer.from(chunk.subarray(0, count))
        : Buffer.concat([held, chunk.subarray(0, count)]);
      held = await this.#takeFrames(held, onText);
    }
  }

  /** Resolves when everything that was sent is written. */
  async flushed(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  /** Ends the stream; may be called twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#stream.close();
    } catch { /* it was closed by the other side */ }
  }

  async #takeFrames(bytes: Buffer, onText: (text: string) => void): Promise<Buffer> {
    let at = 0;
    while (bytes.length - at >= HEAD) {
      const length = bytes.readUInt32LE(at);
      if (length > MAX_FRAME || length < TAG + SEQUENCE) throw badFrame(`its length is ${length}`);
      if (bytes.length - at < HEAD + length) {
        if (length > READ_SIZE) return await this.#readLong(bytes.subarray(at), HEAD + length, onText);
        break;
      }
      this.#open(bytes.subarray(at + HEAD, at + HEAD + length), onText);
      at += HEAD + length;
    }
    return bytes.subarray(at);
  }

  /** A long frame is gathered in one buffer of its size: joining chunk by chunk would copy it over and over. */
  async #readLong(start: Buffer, size: number, onText: (text: string) => void): Promise<Buffer> {
    const whole = Buffer.allocUnsafe(size);
    whole.set(start);
    for (let filled = start.length; filled < size;) {
      const count = await this.#read(whole.subarray(filled));
      if (count === null) return Buffer.alloc(0);
      filled += count;
    }
    this.#open(whole.subarray(HEAD), onText);
    return Buffer.alloc(0);
  }

  #open(frame: Buffer, onText: (text: string) => void): void {
    const body = frame.subarray(TAG);
    if (!timingSafeEqual(frame.subarray(0, TAG), tagOf(this.#key, this.#theirs, body))) throw badFrame("it is forged");
    if (body.readUInt32LE(0) !== this.#received++ >>> 0) throw badFrame("it is out of order");
    for (let at = SEQUENCE; at < body.length;) {
      const end = at + LENGTH + body.readUInt32LE(at);
      onText(body.toString("utf8", at + LENGTH, end));
      at = end;
    }
  }

  async #read(into: Uint8Array): Promise<number | null> {
    try {
      return await this.#stream.read(into);
    } catch (error) {
      if (this.#closed || isDisconnect(error)) return null;
      throw error;
    }
  }

  /** As many of the texts that wait as go into one frame. */
  #nextFrame(): Buffer {
    let count = 0;
    let size = 0;
    for (let length = 0; count < this.#queue.length && length < FULL; count++) {
      length += LENGTH + this.#queue[count]!.length;
      size += LENGTH + Buffer.byteLength(this.#queue[count]!);
    }
    const frame = Buffer.allocUnsafe(HEAD + TAG + SEQUENCE + size);
    frame.writeUInt32LE(TAG + SEQUENCE + size, 0);
    frame.writeUInt32LE(this.#sent++ >>> 0, HEAD + TAG);
    let at = HEAD + TAG + SEQUENCE;
    for (const text of this.#queue.splice(0, count)) {
      const written = frame.write(text, at + LENGTH);
      frame.writeUInt32LE(written, at);
      at += LENGTH + written;
    }
    frame.set(tagOf(this.#key, this.#mine, frame.subarray(HEAD + TAG)), HEAD);
    return frame;
  }

  async #flush(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const bytes = this.#nextFrame();
        for (let at = 0; at < bytes.length;) at += await this.#stream.write(bytes.subarray(at));
      }
    } catch {
      this.#queue = [];
      // The reader sees the end of the stream and says so; thrown here, it would reach nobody.
      this.close();
    } finally {
      this.#writing = undefined;
    }
  }
}

function isDisconnect(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.NotConnected;
}
