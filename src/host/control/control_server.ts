/** A worker's ear: answers other processes of the same user, a request a connection, a line of JSON each way. @module */

import { toErrorData } from "../../core/mod.ts";
import { removeStale } from "./ask_workers.ts";
import { readLine } from "./read_line.ts";
import { type ControlRequest, readRequest } from "./request.ts";
import { socketFolder, socketName, withSocketPath } from "./worker_sockets.ts";

type Answer = (request: ControlRequest) => Promise<unknown>;

/** How long whoever connects has to say what is wanted. */
const REQUEST_MS = 5_000;
const MAX_REQUEST = 4_096;

/** Listens until it is closed. */
export class ControlServer implements AsyncDisposable {
  readonly #worker: string;
  readonly #path: string;
  readonly #listener: Deno.UnixListener;
  readonly #answer: Answer;
  readonly #open = new Set<Deno.UnixConn>();

  private constructor(worker: string, path: string, listener: Deno.UnixListener, answer: Answer) {
    this.#worker = worker;
    this.#path = path;
    this.#listener = listener;
    this.#answer = answer;
    void this.#accept();
  }

  /**
   * Also removes the sockets of workers that were killed.
   *
   * @param worker Its id, which stands in every reply.
   * @param answer What is answered must be plain data.
   */
  static async open(stateDir: string, worker: string, answer: Answer): Promise<ControlServer> {
    const folder = socketFolder(stateDir);
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    await removeStale(stateDir);
    const name = socketName();
    const listener = await withSocketPath(folder, name, async (path) => {
      const listener = Deno.listen({ transport: "unix", path });
      await Deno.chmod(path, 0o600);
      return listener;
    });
    return new ControlServer(worker, `${folder}/${name}`, listener, answer);
  }

  /** Answers nothing more. May be called twice. */
  async close(): Promise<void> {
    // First the name: nobody must take the worker for one that was killed.
    await Deno.remove(this.#path).catch(() => {});
    for (const resource of [this.#listener, ...this.#open]) close(resource);
  }

  /** The same as {@linkcode ControlServer.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener) void this.#serve(connection);
    } catch { /* it was closed */ }
  }

  async #serve(connection: Deno.UnixConn): Promise<void> {
    this.#open.add(connection);
    try {
      const line = await readLine(connection, MAX_REQUEST, REQUEST_MS);
      if (line !== null) await send(connection, await this.#reply(line));
    } catch {
      /* whoever asked is gone */
    } finally {
      this.#open.delete(connection);
      close(connection);
    }
  }

  async #reply(line: string): Promise<Record<string, unknown>> {
    try {
      return { worker: this.#worker, answer: await this.#answer(readRequest(line)) };
    } catch (error) {
      const { stack: _, ...data } = toErrorData(error);
      return { worker: this.#worker, error: data };
    }
  }
}

async function send(connection: Deno.UnixConn, reply: unknown): Promise<void> {
  const writer = connection.writable.getWriter();
  await writer.write(new TextEncoder().encode(`${JSON.stringify(reply)}\n`));
  writer.releaseLock();
}

function close(resource: { close(): void }): void {
  try {
    resource.close();
  } catch { /* it is closed */ }
}
