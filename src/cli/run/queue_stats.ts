/** `nuvom queue stats` @module */

import { formatDuration, type QueueStats } from "../../core/mod.ts";
import type { Run } from "../command.ts";
import type { queueStats } from "../commands/queue_stats.ts";
import { isoTime } from "../job_view.ts";
import { printJson } from "../print.ts";
import { withEngine } from "../project.ts";
import { styleFor } from "../style.ts";
import { textTable } from "../text_table.ts";

const HEAD = ["QUEUE", "PENDING", "SCHEDULED", "RETRYING", "RUNNING", "LAG", ""] as const;

/** Prints a row for each queue. */
export const run: Run<typeof queueStats> = (context) =>
  withEngine(context, async (engine) => {
    const { io, args: [name], json } = context;
    const client = await engine.client();
    const stats = (await client.stats()).filter(({ queue }) => name === undefined || queue === name);
    const shown = name === undefined || stats.length > 0 ? stats : [empty(name)];
    const rows = shown.toSorted((a, b) => a.queue < b.queue ? -1 : 1);
    if (json) printJson(io, rows.map(document));
    else if (rows.length === 0) io.err.write("No job waits or runs.\n");
    else {
      const now = io.clock.now();
      const head = { head: HEAD, headPaint: styleFor(io.out, io.env).dim };
      io.out.write(textTable({ ...head, rows: rows.map((row) => cells(row, now)), columns: io.out.columns }));
    }
    return 0;
  });

function empty(queue: string): QueueStats {
  return { queue, pending: 0, scheduled: 0, retrying: 0, running: 0, paused: false, oldestAt: null };
}

function document({ oldestAt, ...counts }: QueueStats): Readonly<Record<string, unknown>> {
  return { ...counts, oldestAt: isoTime(oldestAt) };
}

function cells({ queue, pending, scheduled, retrying, running, paused, oldestAt }: QueueStats, now: number): string[] {
  const lag = oldestAt === null ? "" : formatDuration(Math.max(0, now - oldestAt));
  return [queue, ...[pending, scheduled, retrying, running].map(String), lag, paused ? "paused" : ""];
}
