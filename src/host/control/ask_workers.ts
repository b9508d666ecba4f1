/** Asks the running workers of a project. @module */

import { type ErrorData, fromErrorData } from "../../core/mod.ts";
import { workerSilent } from "./errors.ts";
import { readLine } from "./read_line.ts";
import type { ControlRequest } from "./request.ts";
import { isOfThisHost, socketFolder, socketNames, withSocketPath } from "./worker_sockets.ts";

/** Bytes of an answer at most. */
const MAX_ANSWER = 16 * 1024 * 1024;

/** What one worker answered. */
export interface WorkerReply<T> {
  /** Names the worker among the others. */
  readonly worker: string;
  /** Null when it failed. */
  readonly answer: T | null;
  readonly error: Error | null;
}

/**
 * Asks every running worker at once. Those that were killed are forgotten.
 * @param timeoutMs For each of them.
 */
export async function askWorkers<T>(
  stateDir: string,
  request: ControlRequest,
  timeoutMs: number,
): Promise<WorkerReply<T>[]> {
  const folder = socketFolder(stateDir);
  const replies = await Promise.all(
    (await socketNames(folder)).map((name) => askOne<T>(folder, name, request, timeoutMs)),
  );
  return replies.filter((reply) => reply !== null);
}

/** Removes the sockets that nobody listens on. */
export async function removeStale(stateDir: string): Promise<void> {
  const folder = socketFolder(stateDir);
  await Promise.all((await socketNames(folder)).map(async (name) => {
    const connection = await connect(folder, name);
    if (typeof connection === "object") connection.close();
  }));
}

async function askOne<T>(
  folder: string,
  name: string,
  request: ControlRequest,
  timeoutMs: number,
): Promise<WorkerReply<T> | null> {
  const silent = { worker: name.replace(/\.sock$/, ""), answer: null };
  const connection = await connect(folder, name);
  if (connection === "gone") return null;
  if (connection === "silent") return { ...silent, error: workerSilent(silent.worker, timeoutMs) };
  try {
    await connection.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const line = await readLine(connection, MAX_ANSWER, timeoutMs);
    // It ended while it was asked.
    if (line === null) return null;
    const { worker, answer, error } = JSON.parse(line) as { worker: string; answer?: T; error?: ErrorData };
    return { worker, answer: answer ?? null, error: error === undefined ? null : fromErrorData(error) };
  } catch {
    return { ...silent, error: workerSilent(silent.worker, timeoutMs) };
  } finally {
    try {
      connection.close();
    } catch { /* the time was over */ }
  }
}

/** `silent`: so many wait for it that no more may. */
async function connect(folder: string, name: string): Promise<Deno.UnixConn | "gone" | "silent"> {
  try {
    return await withSocketPath(folder, name, (path) => Deno.connect({ transport: "unix", path }));
  } catch (error) {
    if (error instanceof Deno.errors.WouldBlock) return "silent";
    if (error instanceof Deno.errors.ConnectionRefused && isOfThisHost(name)) {
      await Deno.remove(`${folder}/${name}`).catch(() => {});
    }
    return "gone";
  }
}
