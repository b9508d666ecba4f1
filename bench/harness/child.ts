/** Child processes: every one that the harness starts, ended with it. @module */

/** All that run, so that Ctrl-C leaves nothing behind. */
const running = new Set<Child>();

/** Ends every child at once. */
export async function killAll(): Promise<void> {
  for (const child of running) child.kill();
  await Promise.all([...running].map(({ status }) => status));
}

/** What a child is started with. */
export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another user and group to run as. */
  readonly uid?: number;
  readonly gid?: number;
  /** Which of its streams is read, line by line. */
  readonly read: "stdout" | "stderr";
}

/** A process whose lines are read; what it says on the other stream is kept for the error when it fails. */
export class Child implements AsyncDisposable {
  readonly pid: number;
  readonly status: Promise<Deno.CommandStatus>;
  readonly #process: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #name: string;
  #last = "";

  constructor({ command, args, cwd, env, uid, gid, read }: ChildOptions) {
    this.#process = new Deno.Command(command, {
      args: [...args],
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#name = `${command.slice(command.lastIndexOf("/") + 1)} ${args.join(" ").slice(0, 200)}`;
    this.pid = this.#process.pid;
    this.status = this.#process.status;
    this.#input = this.#process.stdin.getWriter();
    this.#lines = linesOf(this.#process[read]);
    void this.#keepLast(this.#process[read === "stdout" ? "stderr" : "stdout"]);
    running.add(this);
    void this.status.then(() => running.delete(this));
  }

  /** The next line. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#name} ended early (exit code ${(await this.status).code}).\n${this.#last}`);
    return value;
  }

  /** The first line for which there is an answer. */
  async until<T>(find: (line: string) => T | undefined): Promise<T> {
    while (true) {
      const found = find(await this.line());
      if (found !== undefined) return found;
    }
  }

  /** Reads on, so that the child never waits for us. */
  async drain(): Promise<void> {
    while (!(await this.#lines.next()).done);
  }

  /** Writes a line. */
  async write(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  kill(signal: Deno.Signal = "SIGKILL"): void {
    try {
      this.#process.kill(signal);
    } catch {
      // It has ended.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.status;
    await this.#input.close().catch(() => {});
  }

  async #keepLast(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#last = (this.#last + text).slice(-2_000);
    }
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
