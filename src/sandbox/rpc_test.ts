import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { type RpcHandlers, RpcPeer } from "./rpc.ts";

const NOTHING: RpcHandlers = { call: () => null, note: () => {} };

/** Two peers, joined; texts arrive in later turns, as they would over a channel. */
function pair(left: RpcHandlers, right: RpcHandlers): { readonly a: RpcPeer; readonly b: RpcPeer } {
  const a: RpcPeer = new RpcPeer("b", (text) => queueMicrotask(() => b.receive(text)), left);
  const b: RpcPeer = new RpcPeer("a", (text) => queueMicrotask(() => a.receive(text)), right);
  return { a, b };
}

/** A peer whose other side is the test. */
function lone(handlers: RpcHandlers = NOTHING) {
  const sent: string[] = [];
  const peer = new RpcPeer("b", (text) => void sent.push(text), handlers);
  const lastId = () => JSON.parse(sent.findLast((text) => text.startsWith('["call"'))!)[1] as number;
  return { peer, sent, lastId };
}

Deno.test("RpcPeer.call() carries values both ways", async () => {
  const { a, b } = pair(
    { ...NOTHING, call: (method, params) => ({ method, params }) },
    { ...NOTHING, call: (_method, params) => (params as number[]).map((n) => n * 2) },
  );
  assertEquals(await a.call("double", [1, 2], { timeoutMs: 1_000 }), [2, 4]);
  assertEquals(await b.call("echo", { x: null }, { timeoutMs: 1_000 }), { method: "echo", params: { x: null } });
});

Deno.test("RpcPeer.call() rejects with the other side's error: code, cause and stack", async () => {
  const thrown = new NuvomError("NUVOM_JOB_UNKNOWN", { what: "There is no job.", cause: new RangeError("inner") });
  const { a } = pair(NOTHING, { ...NOTHING, call: () => Promise.reject(thrown) });
  const error = await assertRejects(() => a.call("x", null, { timeoutMs: 1_000 }), NuvomError);
  assertEquals([error.code, error.message, error.stack], ["NUVOM_JOB_UNKNOWN", "There is no job.", thrown.stack]);
  assertEquals((error.cause as Error).message, "inner");
});

Deno.test("RpcPeer.call() answers also where a hostile value was thrown or returned", async () => {
  const hostile = Object.defineProperty(new Error("x"), "message", {
    get() {
      throw new Error("got you");
    },
  });
  const { a } = pair(NOTHING, {
    ...NOTHING,
    call: (method) => method === "throw" ? Promise.reject(hostile) : { big: 1n },
  });
  await assertRejects(() => a.call("throw", null, { timeoutMs: 1_000 }), Error, "can't be described");
  await assertRejects(() => a.call("return", null, { timeoutMs: 1_000 }), Error, "BigInt");
});

Deno.test("RpcPeer.call() is settled by every answer, however malformed its error", async () => {
  for (const error of ["null", "1", '"text"', "[]", '{"code":5,"message":{},"cause":{"cause":7}}', '{"cause":null}']) {
    const { peer, lastId } = lone();
    const call = assertRejects(() => peer.call("x", null, { timeoutMs: 60_000 }), Error);
    peer.receive(`["error",${lastId()},${error}]`);
    await call;
  }
  const deep = lone();
  const call = assertRejects(() => deep.peer.call("x", null, { timeoutMs: 60_000 }), Error, "outer");
  deep.peer.receive(`["error",${deep.lastId()},${'{"message":"outer","cause":'.repeat(50)}{}${"}".repeat(50)}]`);
  await call;
});

Deno.test("RpcPeer.call() rejects when its time is over and drops the late and the doubled answer", async () => {
  const { peer, sent, lastId } = lone();
  const error = await assertRejects(() => peer.call("slow", null, { timeoutMs: 1 }), NuvomError);
  assertEquals(error.code, "NUVOM_RPC_TIMEOUT");
  const late = lastId();
  assertEquals(sent.at(-1), `["cancel",${late}]`);
  peer.receive(`["answer",${late},"late"]`);
  const second = peer.call("quick", null, { timeoutMs: 60_000 });
  peer.receive(`["answer",${lastId()},"first"]`);
  peer.receive(`["answer",${lastId()},"doubled"]`);
  peer.receive('["answer",77,"made up"]');
  assertEquals(await second, "first");
  assertEquals(peer.counts, { calls: 2, lateAnswers: 3, refusedNotes: 0 });
});

Deno.test("RpcPeer takes no answer that was meant for another realm", () => {
  const [old, now] = [lone(), lone()];
  void old.peer.call("x", null, { timeoutMs: Infinity });
  void now.peer.call("x", null, { timeoutMs: Infinity });
  now.peer.receive(`["answer",${old.lastId()},"stale"]`);
  assertEquals(now.peer.counts.lateAnswers, 1);
});

Deno.test("RpcPeer.close() rejects what waits and what follows, and sends nothing more", async () => {
  const sent: string[] = [];
  const peer = new RpcPeer("b", (text) => void sent.push(text), NOTHING);
  const waiting = assertRejects(() => peer.call("x", null, { timeoutMs: 60_000 }), Error, "gone");
  peer.close(new Error("gone"));
  await waiting;
  await assertRejects(() => peer.call("y", null, { timeoutMs: 60_000 }), Error, "gone");
  peer.note("z", null);
  assertEquals(sent.length, 1);
});

Deno.test("RpcPeer.call() takes a time limit that no timer of the platform can hold", async () => {
  const { a } = pair(NOTHING, { ...NOTHING, call: () => new Promise((resolve) => setTimeout(resolve, 20, "done")) });
  assertEquals(await a.call("x", null, { timeoutMs: 10_000_000_000 }), "done");
  assertEquals(await a.call("x", null, { timeoutMs: Infinity }), "done");
});

Deno.test("RpcPeer.receive() throws what can't be read", () => {
  const peer = new RpcPeer("b", () => {}, NOTHING);
  for (const text of ["", "{", "null", "undefined", '{"a":1}']) assertThrows(() => peer.receive(text));
  for (const text of ['["answer"]', '["call","1","x",null]', '["no such",1]', '["grant","much"]', '["grant",-1]']) {
    assertEquals(assertThrows(() => peer.receive(text), NuvomError).code, "NUVOM_RPC_FRAME", text);
  }
});

// Deno takes the accessor `__proto__` away from Object.prototype, so that such a key is one like any other; should that
// change, messages would have to be read with more care.
Deno.test("RpcPeer.receive() keeps a __proto__ of the other side off the prototypes", () => {
  const seen: object[] = [];
  const peer = new RpcPeer("b", () => {}, { ...NOTHING, note: (_method, params) => void seen.push(params as object) });
  peer.receive('["note","x",{"__proto__":{"polluted":1},"a":1}]');
  peer.receive('["note","x",{"\\u005f_proto__":{"polluted":1},"a":1}]');
  assertEquals(seen.length, 2);
  for (const params of seen) {
    for (const copy of [params, Object.assign({}, params), { ...params }]) {
      assertEquals((copy as Record<string, unknown>).polluted, undefined);
      assertEquals(Object.getPrototypeOf(copy), Object.prototype);
    }
  }
});
