/** `nuvom plugin status` @module */

import { formatDuration } from "../../core/duration.ts";
import { askWorkers, type WorkerReply } from "../../host/control/ask_workers.ts";
import { noWorker } from "../../host/control/errors.ts";
import { pluginUnknown } from "../../host/errors.ts";
import type { PluginStatus, WorkerStatus } from "../../host/plugin_status.ts";
import { byteSize } from "../byte_size.ts";
import type { Run } from "../command.ts";
import type { pluginStatus } from "../commands/plugin_status.ts";
import type { Io } from "../io.ts";
import { printJson } from "../print.ts";
import { settingsOf } from "../settings.ts";
import { type Style, styleFor } from "../style.ts";
import { type Cell, textTable } from "../text_table.ts";

/** A plugin may need two seconds to say whether it is well. */
const ANSWER_MS = 5_000;
const HEAD = ["NAME", "STATE", "SINCE", "PID", "RESTARTS", "MEMORY", "CPU", "CALLS", "P99", "LAST ERROR"] as const;

/** Asks the running workers; loads no plugin and no engine. */
export const run: Run<typeof pluginStatus> = async (context) => {
  const { io, args: [name], json } = context;
  const { values } = settingsOf(context);
  const replies = await askWorkers<WorkerStatus>(values.stateDir, { method: "status" }, ANSWER_MS);
  if (replies.length === 0) throw noWorker(values.projectDir);
  const workers = replies.map((reply) => only(name, reply));
  const known = replies.flatMap(({ answer }) => answer?.plugins ?? []);
  if (name !== undefined && replies.every(({ answer }) => answer !== null) && !known.some((row) => row.name === name)) {
    throw pluginUnknown(name, known.map((row) => row.name), values.manifestPath);
  }
  if (json) printJson(io, { workers: workers.map(document) });
  else io.out.write(workers.map((worker) => table(worker, io)).join("\n"));
  return workers.every(isWell) ? 0 : 1;
};

function only(name: string | undefined, reply: WorkerReply<WorkerStatus>): WorkerReply<WorkerStatus> {
  const { answer } = reply;
  if (answer === null || name === undefined) return reply;
  return { ...reply, answer: { ...answer, plugins: answer.plugins.filter((row) => row.name === name) } };
}

function isWell({ answer }: WorkerReply<WorkerStatus>): boolean {
  return answer !== null && answer.plugins.every(({ state, unwell }) => state === "running" && unwell === null);
}

function document({ worker, answer, error }: WorkerReply<WorkerStatus>): unknown {
  return answer ?? { id: worker, error: { code: (error as { code?: string }).code, message: error!.message } };
}

function table({ worker, answer, error }: WorkerReply<WorkerStatus>, io: Io): string {
  const style = styleFor(io.out, io.env);
  if (answer === null) return `${style.red(worker)}: ${error!.message}\n`;
  const { id, pid, startedAt, inFlight, plugins } = answer;
  const now = io.clock.now();
  const title = `${style.bold(`Worker ${id}`)}, process ${pid}, for ${formatDuration(now - startedAt)}, ` +
    `${inFlight} job${inFlight === 1 ? "" : "s"} in flight\n`;
  if (plugins.length === 0) return `${title}  no plugins\n`;
  const rows = plugins.map((row) => cells(row, now, style));
  return title + textTable({ head: HEAD, rows, columns: io.out.columns, headPaint: style.dim });
}

function cells(row: PluginStatus, now: number, style: Style): Cell[] {
  const { name, state, since, pid, restarts, memoryBytes, cpuMs, calls, p99Ms, lastError, unwell } = row;
  const isGood = state === "running" && unwell === null;
  const shown = state === "running" && unwell !== null ? "unwell" : state;
  return [
    { text: name, paint: style.bold },
    { text: shown, paint: isGood ? (text) => text : style.red },
    formatDuration(now - since),
    pid === null ? "-" : String(pid),
    String(restarts),
    memoryBytes === null ? "-" : byteSize(memoryBytes),
    cpuMs === null ? "-" : formatDuration(cpuMs),
    String(calls),
    p99Ms === null ? "-" : `${Number(p99Ms.toPrecision(2))}ms`,
    unwell ?? lastError?.message ?? "",
  ];
}
