import { assertEquals, assertThrows } from "@std/assert";
import { NuvomError, type PluginContext } from "../core/mod.ts";
import type { JobContext } from "./ambient.ts";
import { Discard, jobContext, registerMetricsProvider, registerQueueBackend, Snooze } from "./mod.ts";
import { withAmbient } from "./testdata/with_ambient.ts";

Deno.test("jobContext() answers the job of the calling handler", async () => {
  const job = { id: "1", task: "add", attempt: 2 } as JobContext;
  await withAmbient({ job }, () => assertEquals(jobContext(), job));
});

Deno.test("jobContext() throws NUVOM_NO_JOB outside of a handler, with and without an engine", async () => {
  assertEquals(assertThrows(() => jobContext(), NuvomError).code, "NUVOM_NO_JOB");
  await withAmbient({}, () => assertEquals(assertThrows(() => jobContext(), NuvomError).code, "NUVOM_NO_JOB"));
});

Deno.test("registerQueueBackend() passes on to the plugin that is being started", async () => {
  const registered: string[] = [];
  const plugin = { registerQueueBackend: (name: string) => void registered.push(name) } as unknown as PluginContext;
  await withAmbient({ plugin }, () => registerQueueBackend("mine", () => ({}) as never));
  assertEquals(registered, ["mine"]);
});

Deno.test("registerX() throws NUVOM_NO_START outside of start, with and without an engine", async () => {
  const call = () => registerMetricsProvider(() => []);
  assertEquals(assertThrows(call, NuvomError).code, "NUVOM_NO_START");
  await withAmbient({}, () => assertEquals(assertThrows(call, NuvomError).code, "NUVOM_NO_START"));
});

Deno.test("Snooze() keeps its delay in milliseconds, Discard() its reason", () => {
  assertEquals(new Snooze("10m").delayMs, 600_000);
  assertThrows(() => new Snooze("later"), NuvomError);
  assertEquals([new Discard("no").name, new Discard("no").message], ["Discard", "no"]);
});
