import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { NuvomError } from "../core/mod.ts";
import { MAX_MESSAGE } from "./protocol.ts";
import { type ByteStream, FramedChannel, MAX_FRAME } from "./frames.ts";

const KEY = new Uint8Array(32).fill(7);

/** A stream that gives out bytes in pieces and keeps what is written to it. */
class Pipe implements ByteStream {
  readonly #chunks: Uint8Array[] = [];
  readonly #limit: number;
  #waiting: (() => void) | undefined;
  #ended = false;

  constructor(limit = 70_000) {
    this.#limit = limit;
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#chunks.length === 0) {
      if (this.#ended) return null;
      await new Promise<void>((resolve) => this.#waiting = resolve);
    }
    const first = this.#chunks[0]!;
    const count = Math.min(first.length, into.length, this.#limit);
    into.set(first.subarray(0, count));
    if (count === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(count);
    return count;
  }

  write(bytes: Uint8Array): Promise<number> {
    const count = Math.min(bytes.length, this.#limit);
    this.#chunks.push(bytes.slice(0, count));
    this.#waiting?.();
    return Promise.resolve(count);
  }

  close(): void {
    this.#ended = true;
    this.#waiting?.();
  }

  /** Everything that was written and not read. */
  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks));
  }
}

async function written(
  texts: readonly string[],
  side: "host" | "guest" = "host",
  together = false,
): Promise<Uint8Array> {
  const pipe = new Pipe();
  const channel = new FramedChannel(pipe, KEY, side);
  for (const text of texts) {
    channel.send(text);
    if (!together) await channel.flushed();
  }
  await channel.flushed();
  return pipe.bytes();
}

async function read(bytes: Uint8Array, limit?: number): Promise<string[]> {
  const pipe = new Pipe(limit);
  for (let at = 0; at < bytes.length;) at += await pipe.write(bytes.subarray(at));
  pipe.close();
  const texts: string[] = [];
  await new FramedChannel(pipe, KEY, "guest").receive((text) => void texts.push(text));
  return texts;
}

Deno.test("FramedChannel carries texts of every size, in order, whatever the chunks", async () => {
  const texts = ["", "a", "ünïcödé 🎈", "x".repeat(300_000), "after"];
  const bytes = await written(texts);
  for (const limit of [997, 131_072]) assertEquals(await read(bytes, limit), texts);
  assertEquals(await read(await written(["a", "", "bc"]), 3), ["a", "", "bc"]);
});

Deno.test("FramedChannel puts texts that are sent together into few frames, each as it was", async () => {
  const texts = Array.from({ length: 2_000 }, (_, i) => `${"ü".repeat(i % 300)} ${i}`);
  const together = await written(texts, "host", true);
  assertEquals(await read(together), texts);
  const largest = ["first", "x".repeat(MAX_MESSAGE)];
  assertEquals((await read(await written(largest, "host", true))).map((text) => text.length), [5, MAX_MESSAGE]);
  const apart = await written(texts);
  assert(apart.length - together.length > 1_900 * 20, `${apart.length} ${together.length}`);
});

Deno.test("FramedChannel carries a long text while others follow it", async () => {
  const pipe = new Pipe(100_000);
  const sender = new FramedChannel(pipe, KEY, "host");
  const texts: string[] = [];
  const received = new FramedChannel(pipe, KEY, "guest").receive((text) => void texts.push(text));
  for (let i = 0; i < 5; i++) {
    sender.send("y".repeat(500_000));
    sender.send(`${i}`);
    await sender.flushed();
  }
  sender.close();
  await received;
  assertEquals(texts.map((text) => text.length), Array.from({ length: 10 }, (_, i) => i % 2 === 0 ? 500_000 : 1));
});

Deno.test("FramedChannel refuses what was changed, forged, replayed, reflected or left out", async () => {
  const [one] = [await written(["one"])];
  const both = await written(["one", "two"]);
  const changed = both.slice();
  changed[changed.length - 1]! ^= 1;
  const tag = both.slice();
  tag[6]! ^= 1;
  const cases: Record<string, Uint8Array> = {
    changed,
    tag,
    forged: Uint8Array.from([...one, 30, 0, 0, 0, ...new Uint8Array(30)]),
    replayed: Uint8Array.from([...one, ...one]),
    reflected: await written(["one"], "guest"),
    "left out": both.slice(one.length),
    short: Uint8Array.from([1, 0, 0, 0, 9]),
  };
  for (const [name, bytes] of Object.entries(cases)) {
    const error = await assertRejects(() => read(bytes), NuvomError);
    assertEquals(error.code, "NUVOM_RPC_FRAME", name);
  }
});

Deno.test("FramedChannel refuses a giant by its length, before it is there", async () => {
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, MAX_FRAME + 1, true);
  assertEquals((await assertRejects(() => read(head), NuvomError)).code, "NUVOM_RPC_FRAME");
});

Deno.test("FramedChannel ends quietly when the other side is gone", async () => {
  const gone: ByteStream = {
    read: () => Promise.reject(new Deno.errors.ConnectionReset()),
    write: () => Promise.reject(new Error("any failure of the stream")),
    close: () => {},
  };
  const channel = new FramedChannel(gone, KEY, "host");
  channel.send("to nobody");
  await channel.flushed();
  await channel.receive(() => {});
  channel.close();
});
