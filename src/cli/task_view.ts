/** Tasks as commands show them. @module */

import { formatDuration } from "../core/mod.ts";
import type { Manifest } from "../host/mod.ts";
import type { DiscoveredTask } from "../sandbox/mod.ts";
import type { CommandContext } from "./command.ts";
import { shownFile } from "./file_view.ts";
import { printJson } from "./print.ts";
import { styleFor } from "./style.ts";
import { textTable } from "./text_table.ts";

const HEAD = ["TASK", "QUEUE", "PRIORITY", "RETRIES", "TIMEOUT", "MODULE"] as const;

/** Prints a table with a row a task. */
export function printTasks(
  { io, json }: Pick<CommandContext, "io" | "json">,
  { path, folder, tasks: section }: Manifest,
  tasks: readonly DiscoveredTask[],
): void {
  if (json) return printJson(io, tasks.map((task) => ({ ...task, source: shownFile(task.source, null) })));
  if (tasks.length === 0) {
    const where = section.modules.length === 0
      ? `${path} names no task modules; add [tasks] modules = ["./tasks/*.ts"].`
      : `The modules of [tasks] in ${path} (${section.modules.map(({ text }) => text).join(", ")}) export none.`;
    io.err.write(`There are no tasks. ${where}\n`);
    return;
  }
  const sorted = [...tasks].sort((a, b) => a.name < b.name ? -1 : 1);
  const rows = sorted.map(({ name, queue, priority, retries, timeoutMs, source }) => [
    name,
    queue,
    String(priority),
    String(retries),
    timeoutMs === null ? "default" : timeoutMs === 0 ? "none" : formatDuration(timeoutMs),
    shownFile(source, folder),
  ]);
  io.out.write(textTable({ head: HEAD, rows, columns: io.out.columns, headPaint: styleFor(io.out, io.env).dim }));
}
