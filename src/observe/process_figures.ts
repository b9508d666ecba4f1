/** What this process uses, under the names that all exporters give it. @module */

import process from "node:process";
import type { MetricFamily } from "../core/mod.ts";
import { counter, gauge } from "./families.ts";

const startedAt = Date.now() / 1_000 - performance.now() / 1_000;

/** Of the process that the worker is; its realms have figures of their own. */
export function processFigures(): MetricFamily[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = Deno.memoryUsage();
  const fds = openFiles();
  return [
    counter("process_cpu_seconds_total", "Processor time of the worker's process.", (user + system) / 1e6),
    gauge("process_resident_memory_bytes", "Resident memory of the worker's process.", rss),
    gauge("process_heap_bytes", "Memory that JavaScript of the worker's process uses.", heapUsed),
    gauge("process_start_time_seconds", "When the worker's process was started, since the epoch.", startedAt),
    ...(fds === null ? [] : [gauge("process_open_fds", "Open files and connections of the worker's process.", fds)]),
  ];
}

/** Only where there is a /proc. */
function openFiles(): number | null {
  try {
    return [...Deno.readDirSync("/proc/self/fd")].length;
  } catch {
    return null;
  }
}
