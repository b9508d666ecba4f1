import { assertEquals, assertThrows } from "@std/assert";
import { packNote, unpackNote } from "./packed_notes.ts";

/** What arrives of a note. */
function sent(method: string, params: unknown): unknown {
  return unpackNote(method, JSON.parse(JSON.stringify(packNote(method, params))));
}

Deno.test("unpackNote() gives back what packNote() was given", () => {
  const orders = [["a", "t", 1, "[]"], ["b", "t", 2, '["\ud83d"]'], ["c", "u", 1, '["\\u0000👍"]'], ["d", "u", 1, ""]];
  assertEquals(sent("executor.run", orders), orders);
  const report = {
    started: ["e"],
    ended: [
      ["a", { kind: "success", result: "12" }, 0.5],
      ["b", { kind: "success", result: null }, 1],
      ["c", { kind: "failure", error: { name: "Error", message: "3" }, retryable: true }, 0],
      ["d", { kind: "success", result: '"\udc4d"' }, 2],
    ],
  };
  assertEquals(sent("executor.report", report), report);
  assertEquals(sent("executor.report", { started: [], ended: [] }), { started: [], ended: [] });
});

Deno.test("packNote() leaves other notes as they are", () => {
  const params = { id: "a", value: 1, note: null };
  assertEquals(packNote("job.progress", params), params);
  assertEquals(unpackNote("job.progress", params), params);
});

Deno.test("packNote() lets no short text of an attempt stand alone", () => {
  const packed = packNote("executor.report", { started: [], ended: [["id", { kind: "success", result: "12" }, 1]] });
  assertEquals(packed, { started: [], ended: [["id", 2, 1]], texts: "12" });
});

Deno.test("unpackNote() throws for what packNote() never makes", () => {
  assertThrows(() => unpackNote("executor.report", null), TypeError);
  assertThrows(() => unpackNote("executor.run", { orders: [[]] }), TypeError);
});
