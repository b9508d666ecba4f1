/**
 * How long a scrape takes, from the request to the last byte: the figures go from this process into the realm of the
 * plugin, which writes them.
 *
 *     deno run -A bench/scrape.ts [--series 1000] [--runs 100]
 *
 * Half of the series are counters; the others are the lines of histograms with twelve buckets.
 * @module
 */

import { parseArgs } from "@std/cli";
import type { MetricFamily } from "../src/core/mod.ts";
import { quantile } from "./realm_rig.ts";
import { ScrapedPlugin } from "./scraped_plugin.ts";

const BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];
/** Buckets, the infinite one, sum and count. */
const LINES = BOUNDS.length + 3;

function families(series: number): MetricFamily[] {
  const labels = (i: number) => ({ task: `shop.task_${i}`, queue: "default" });
  const counters = Array.from({ length: series / 2 }, (_, i) => ({ labels: labels(i), value: i * 1_001 }));
  const histograms = Array.from({ length: series / 2 / LINES }, (_, i) => ({
    labels: labels(i),
    bounds: BOUNDS,
    counts: [...BOUNDS, 0].map((_, bucket) => bucket * 7),
    sum: i / 3,
    count: BOUNDS.length * 7,
  }));
  return [
    { name: "bench_jobs_total", help: "Jobs.", type: "counter", samples: counters },
    { name: "bench_seconds", help: "Time.", type: "histogram", samples: histograms },
  ];
}

const flags = parseArgs(Deno.args, { string: ["series", "runs"], default: { series: "1000", runs: "100" } });
const snapshot = { at: Date.now(), families: families(Number(flags.series)) };
await using plugin = await ScrapedPlugin.start(() => Promise.resolve(snapshot));
for (const accept of ["text/plain", "application/openmetrics-text"]) {
  const times: number[] = [];
  let text = "";
  for (let run = 0; run < Number(flags.runs); run++) {
    const scraped = await plugin.scrape(accept);
    times.push(scraped.ms);
    text = scraped.text;
  }
  const lines = text.split("\n").filter((line) => line.startsWith("bench_")).length;
  const [median, p99] = [0.5, 0.99].map((part) => quantile(times, part).toFixed(1));
  console.log(`${accept}: ${lines} series, ${Math.round(text.length / 1_024)} KiB, median ${median} ms, p99 ${p99} ms`);
}
