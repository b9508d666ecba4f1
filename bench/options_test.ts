import { assertEquals, assertThrows } from "@std/assert";
import { readOptions } from "./options.ts";

const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

Deno.test("readOptions() takes all that begins with a name", () => {
  const { scenarios, peers, rounds } = readOptions(["--scenarios", "c,E2", "--peers", "bullmq", "--runs", "2"]);
  assertEquals(ids(scenarios), ["C1", "C2", "E2"]);
  assertEquals(ids(peers), ["bullmq", "bullmq-always"]);
  assertEquals(rounds, 2);
});

Deno.test("readOptions() lets only a whole run replace the report in the repository", () => {
  assertEquals(readOptions([]).out?.endsWith("/bench/"), true);
  assertEquals(readOptions(["--quick"]).out, null);
  assertEquals(readOptions(["--peers", "nuvom"]).out, null);
  assertEquals(readOptions(["--runs", "1"]).out, null);
  assertEquals(readOptions(["--quick", "--out", "/somewhere"]).out, "/somewhere");
});

Deno.test("readOptions() names what there is when it is asked for something else", () => {
  assertThrows(() => readOptions(["--peers", "celery"]), Error, 'There is no peer "celery". Known: nuvom,');
  assertThrows(() => readOptions(["--runs", "none"]), Error, "--runs none is no number of runs");
  assertThrows(() => readOptions(["--fast"]), Error, "There is no option --fast");
});
