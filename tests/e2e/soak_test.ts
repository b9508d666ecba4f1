/** The short form of `bench/soak.ts`, with the executable. @module */

import { assert, assertEquals } from "@std/assert";
import { soak } from "../../bench/soak/soak.ts";
import { executable } from "./executable.ts";

Deno.test("workers that are killed, stopped and abused lose no job, and every double run is explained", async () => {
  const report = await soak({
    ms: 20_000,
    jobsPerSecond: 8,
    workers: 3,
    harmEveryMs: 2_500,
    command: [await executable()],
    seed: 11,
    settleMs: 240_000,
  });
  assertEquals(report.wrong, [], JSON.stringify(report));
  assert(report.jobs > 50 && report.kills + report.stops > 2, JSON.stringify(report));
});
