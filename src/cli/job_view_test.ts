import { assertEquals } from "@std/assert";
import { newRecord } from "../core/mod.ts";
import { newJob } from "../testing/new_job.ts";
import { jobDocument, relativeTime } from "./job_view.ts";

Deno.test("relativeTime() speaks of the past, of the future, and of now", () => {
  const cases: [number, string][] = [
    [10_000, "now"],
    [9_500, "now"],
    [5_000, "5s ago"],
    [-3_600_000, "1h 0m ago"],
    [130_000, "in 2m 0s"],
  ];
  assertEquals(cases.map(([at]) => relativeTime(at, 10_000)), cases.map(([, text]) => text));
});

Deno.test("jobDocument() shows what a store answers that is no JSON as it is", () => {
  const { args, result } = jobDocument({ ...newRecord(newJob(), 0), args: "[1, {}]", result: "not json" });
  assertEquals([args, result], [[1, {}], "not json"]);
});
