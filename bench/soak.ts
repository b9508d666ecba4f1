/**
 * A soak: workers of the executable are killed, stopped and continued at random, their jobs block, eat memory and fail.
 * At the end every job must be in the state that it has to be in, none lost, and every run beyond a job's attempts
 * explained by a lease that ran out or an executor that ended.
 *
 *     deno run -A bench/soak.ts [--minutes 30] [--jobs-per-second 20] [--workers 3] [--harm-every 4] [--seed N]
 *       [--nuvom dist/nuvom]
 *
 * Without `--nuvom` the workers run from source.
 * @module
 */

import { parseArgs } from "@std/cli";
import { resolve } from "@std/path";
import { soak } from "./soak/soak.ts";

const flags = parseArgs(Deno.args, {
  string: ["minutes", "jobs-per-second", "workers", "harm-every", "seed", "nuvom"],
  default: { "minutes": "30", "jobs-per-second": "20", "workers": "3", "harm-every": "4", "seed": `${Date.now()}` },
});
const root = new URL("../", import.meta.url).pathname;
const source = [
  Deno.execPath(),
  "run",
  "-A",
  "--v8-flags=--disallow-code-generation-from-strings",
  `--config=${root}deno.json`,
  `${root}cli.ts`,
];
console.log(`seed ${flags.seed}`);
const report = await soak({
  ms: Number(flags.minutes) * 60_000,
  jobsPerSecond: Number(flags["jobs-per-second"]),
  workers: Number(flags.workers),
  harmEveryMs: Number(flags["harm-every"]) * 1_000,
  command: flags.nuvom === undefined ? source : [resolve(String(flags.nuvom))],
  seed: Number(flags.seed),
  settleMs: 300_000,
  tell: (line) => console.log(`${new Date().toISOString()} ${line}`),
});
console.log(JSON.stringify(report, null, 2));
if (report.wrong.length > 0) Deno.exit(1);
