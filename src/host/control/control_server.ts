/** A worker's ear: answers other processes of the same user, a request a connection, a line of JSON each way. @module */

import { toErrorData } from "../../core/mod.ts";
import { removeStale } from "./ask_workers.ts";
import { readLine } from "./read_line.ts";
import { type ControlRequest, readRequest } from "./request.ts";
import { socketFolder, socketName, withSocketPath } from "./worker_sockets.ts";

type Answer = (request: ControlRequest) => Promise<unknown>;

interface Socket {
  readonly path: string;
  readonly listener: Deno.UnixListener;
}

/** How long whoever connects has to say what is wanted. */
const REQUEST_MS = 5_000;
const MAX_REQUEST = 4_096;
/** Before it listens again after an error: most pass (too many open files), and come at once while they last. */
const PAUSE_MS = 1_000;

/** Listens until it is closed. */
export class ControlServer implements AsyncDisposable {
  readonly #worker: string;
  readonly #path: string;
  readonly #listener: Deno.UnixListener;
  readonly #answer: Answer;
  readonly #trouble: (error: unknown) => void;
  readonly #open = new Set<Deno.UnixConn>();
  #closed = false;
  #endPause = () => {};

  private constructor(worker: string, socket: Socket, answer: Answer, trouble: (error: unknown) => void) {
    this.#worker = worker;
    this.#path = socket.path;
    this.#listener = socket.listener;
    this.#answer = answer;
    this.#trouble = trouble;
    void this.#accept();
  }

  /**
   * Also removes the sockets of workers that were killed.
   *
   * @param worker Its id, which stands in every reply.
   * @param answer What is answered must be plain data.
   * @param trouble Told why nobody can ask for the time being; once until somebody can again.
   */
  static async open(
    stateDir: string,
    worker: string,
    answer: Answer,
    trouble: (error: unknown) => void = () => {},
  ): Promise<ControlServer> {
    const folder = socketFolder(stateDir);
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    await removeStale(stateDir);
    const name = socketName();
    const listener = await withSocketPath(folder, name, async (path) => {
      const listener = Deno.listen({ transport: "unix", path });
      await Deno.chmod(path, 0o600);
      return listener;
    });
    return new ControlServer(worker, { path: `${folder}/${name}`, listener }, answer, trouble);
  }

  /** Answers nothing more. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#endPause();
    // First the name: nobody must take the worker for one that was killed.
    await Deno.remove(this.#path).catch(() => {});
    for (const resource of [this.#listener, ...this.#open]) close(resource);
  }

  /** The same as {@linkcode ControlServer.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #accept(): Promise<void> {
    let isWell = true;
    while (!this.#closed) {
      try {
        void this.#serve(await this.#listener.accept());
        isWell = true;
      } catch (error) {
        if (this.#closed) return;
        if (isWell) this.#trouble(error);
        isWell = false;
        await this.#pause();
      }
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PAUSE_MS);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
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
