import { assert, assertEquals, assertRejects } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { MAX_DEPTH } from "./message_depth.ts";
import { costOf, MAX_WAITING, WINDOW } from "./outbox.ts";
import { MAX_MESSAGE } from "./protocol.ts";
import { type CallContext, MAX_CALLS, type RpcHandlers, RpcPeer } from "./rpc.ts";

const NOTHING: RpcHandlers = { call: () => null, note: () => {} };
const SOON = { timeoutMs: 60_000 };

function lone(handlers: RpcHandlers = NOTHING) {
  const sent: string[] = [];
  const peer = new RpcPeer("b", (text) => void sent.push(text), handlers);
  return { peer, sent, id: (at = -1) => JSON.parse(sent.filter((text) => text.startsWith('["call"')).at(at)!)[1] };
}

function pair(left: RpcHandlers, right: RpcHandlers) {
  const a: RpcPeer = new RpcPeer("b", (text) => queueMicrotask(() => b.receive(text)), left);
  const b: RpcPeer = new RpcPeer("a", (text) => queueMicrotask(() => a.receive(text)), right);
  return { a, b };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => work, NuvomError)).code;
}

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("RpcPeer drops lines while the other side does not keep up, and says how many", () => {
  const { peer, sent } = lone();
  const line = { stream: "stdout", text: "x".repeat(1_000) };
  for (let i = 0; i < 1_200_000; i++) peer.note("output", line);
  const underWay = sent.reduce((sum, text) => sum + costOf(text), 0);
  assert(underWay < WINDOW + 2_000, `${underWay}`);
  const before = sent.length;
  peer.receive(`["grant",${underWay}]`);
  assertEquals(sent.slice(before), [`["note","lost",{"count":${1_200_000 - before}}]`]);
  peer.note("output", line);
  assertEquals(sent.length, before + 2);
});

Deno.test("RpcPeer loses no report, whatever the other side does", () => {
  const { peer, sent } = lone();
  peer.note("plugin.registered", "x".repeat(WINDOW));
  for (let i = 0; i < 100; i++) peer.note("executor.abort", [{ id: `${i}`, reason: "timeout" }]);
  assertEquals(sent.length, 1);
  peer.receive(`["grant",${WINDOW}]`);
  assertEquals(sent.slice(1).map((text) => JSON.parse(text)[2][0].id), Array.from({ length: 100 }, (_, i) => `${i}`));
});

Deno.test("RpcPeer goes on for ever between two sides that keep up", async () => {
  let notes = 0;
  const { a, b } = pair(NOTHING, { call: (_method, params) => params, note: () => void notes++ });
  const text = "x".repeat(WINDOW / 5);
  for (let i = 0; i < 40; i++) {
    a.note("executor.run", []);
    assertEquals(await a.call("echo", text, SOON), text);
    await b.call("echo", text, SOON);
  }
  assertEquals(notes, 40);
});

Deno.test("RpcPeer.call() refuses at once what would be too much under way", async () => {
  const { peer, sent } = lone();
  const calls = Array.from({ length: MAX_CALLS }, () => peer.call("x", null, SOON).catch(() => {}));
  assertEquals(await codeOf(peer.call("x", null, SOON)), "NUVOM_RPC_BUSY");
  assertEquals(sent.length, MAX_CALLS);
  peer.close(new Error("gone"));
  await Promise.all(calls);
});

Deno.test("RpcPeer.call() refuses at once when a side that reads nothing is sent too much", async () => {
  const { peer, sent } = lone();
  const text = "x".repeat(WINDOW / 4);
  const calls: Promise<unknown>[] = [];
  const refused: string[] = [];
  for (let i = 0; i < 40; i++) {
    calls.push(peer.call("x", text, SOON).catch((error) => void refused.push(error.code)));
  }
  await turn();
  assertEquals(new Set(refused), new Set(["NUVOM_RPC_BUSY"]));
  assert(sent.length <= 4 && refused.length >= 19, `${sent.length} ${refused.length}`);
  peer.close(new Error("gone"));
  await Promise.all(calls);
});

Deno.test("RpcPeer answers what is too much with an error, and ends with who goes on all the same", async () => {
  const { peer, sent } = lone({ ...NOTHING, call: () => new Promise(() => {}) });
  for (let i = 0; i < MAX_CALLS; i++) peer.receive(`["call",${i},"x",null]`);
  await turn();
  assertEquals(sent, []);
  peer.receive(`["call",${MAX_CALLS},"x",null]`);
  await turn();
  assertEquals(JSON.parse(sent[0]!)[2].code, "NUVOM_RPC_BUSY");
});

Deno.test("RpcPeer keeps no answers without end for a side that takes none", async () => {
  const { peer, sent } = lone({ ...NOTHING, call: (_, size) => "x".repeat(size as number) });
  const flood = async () => {
    for (let i = 0; i < 1_200_000; i++) {
      peer.receive(`["call",${i},"x",${i < 20 ? WINDOW / 4 : 10}]`);
      if (i % 1_000 === 0) await turn();
    }
  };
  const error = await assertRejects(flood, NuvomError, "calls are under way");
  assertEquals(error.code, "NUVOM_RPC_FRAME");
  assert(sent.length < MAX_WAITING, `${sent.length}`);
});

Deno.test("RpcPeer answers a call that comes twice with its end", () => {
  const { peer } = lone({ ...NOTHING, call: () => new Promise(() => {}) });
  peer.receive('["call",1,"x",null]');
  assertEquals(
    (() => {
      try {
        return peer.receive('["call",1,"x",null]');
      } catch (error) {
        return (error as NuvomError).code;
      }
    })(),
    "NUVOM_RPC_FRAME",
  );
});

Deno.test("a message that is too large is an error of its call, on the way there and back", async () => {
  const large = "x".repeat(MAX_MESSAGE + 1);
  const { a } = pair(NOTHING, { ...NOTHING, call: (method, params) => method === "large" ? large : params });
  assertEquals(await codeOf(a.call("echo", large, SOON)), "NUVOM_RPC_TOO_LARGE");
  assertEquals(await codeOf(a.call("large", null, SOON)), "NUVOM_RPC_TOO_LARGE");
  assertEquals(await a.call("echo", 1, SOON), 1);
  const bytes = "€".repeat(MAX_MESSAGE / 3);
  assertEquals(await codeOf(a.call("echo", bytes, SOON)), "NUVOM_RPC_TOO_LARGE");
});

Deno.test("a message that is nested too deep is an error of its call, on the way there and back", async () => {
  const { peer, sent, id } = lone();
  const call = peer.call("x", null, SOON);
  peer.receive(`["answer",${id()},${nested(MAX_DEPTH)}]`);
  assertEquals(await codeOf(call), "NUVOM_RPC_TOO_DEEP");
  peer.receive(`["call",5,"x",${nested(1_000_000)}]`);
  await turn();
  assertEquals(JSON.parse(sent.at(-1)!).slice(0, 2), ["error", 5]);
  assertEquals(JSON.parse(sent.at(-1)!)[2].code, "NUVOM_RPC_TOO_DEEP");
  peer.receive(`["note","log",${nested(1_000_000)}]`);
  assertEquals(peer.counts.refusedNotes, 1);
  const good = peer.call("x", null, SOON);
  peer.receive(`["answer",${id()},${nested(MAX_DEPTH - 1)}]`);
  assertEquals(JSON.stringify(await good), nested(MAX_DEPTH - 1));
});

Deno.test("RpcPeer.call() tells the other side when its signal is aborted, and takes the answer that comes", async () => {
  const aborted = Promise.withResolvers<void>();
  const wait = async (_method: string, _params: unknown, { signal }: CallContext) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    aborted.resolve();
    return "what there was";
  };
  const { a } = pair(NOTHING, { ...NOTHING, call: wait });
  const stop = new AbortController();
  const call = a.call("lease", null, { timeoutMs: 60_000, signal: stop.signal });
  await turn();
  stop.abort();
  await aborted.promise;
  assertEquals(await call, "what there was");
  const early = a.call("lease", null, { timeoutMs: 60_000, signal: stop.signal });
  assertEquals(await early, "what there was");
});

Deno.test("RpcPeer.call() tells the other side when its time is over", async () => {
  const aborted = Promise.withResolvers<void>();
  const wait = (_method: string, _params: unknown, { signal }: CallContext) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve(aborted.resolve())));
  const { a } = pair(NOTHING, { ...NOTHING, call: wait });
  assertEquals(await codeOf(a.call("x", null, { timeoutMs: 5 })), "NUVOM_RPC_TIMEOUT");
  await aborted.promise;
});

Deno.test("RpcPeer.close() aborts what is being answered", () => {
  let seen: AbortSignal | undefined;
  const { peer } = lone({ ...NOTHING, call: (_method, _params, { signal }) => (seen = signal, new Promise(() => {})) });
  peer.receive('["call",1,"x",null]');
  peer.close(new Error("gone"));
  assert(seen!.aborted);
});
