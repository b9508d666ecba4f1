/** The world as commands see it in tests. @module */

import { type Clock, systemClock } from "../core/mod.ts";
import { type Io, type Output, OutputClosed, type StopSignal } from "./io.ts";
import { main } from "./main.ts";
import { COMMANDS } from "./table.ts";

/** What a test may choose. */
export interface TestIoOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: ReadableStream<Uint8Array> | string;
  /** Width of the terminal that both outputs are. @default no terminal */
  readonly columns?: number;
  /** What someone at a terminal types, a line each; then the input ends. @default there is nobody to ask */
  readonly answers?: readonly string[];
  readonly clock?: Clock;
}

/** An Io that remembers. */
export class TestIo implements Io {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly out: TestOutput;
  readonly err: TestOutput;
  readonly clock: Clock;
  readonly canAsk: boolean;
  readonly #answers: string[];
  readonly #stdin: ReadableStream<Uint8Array> | string;
  readonly #listeners = new Map<StopSignal, Set<() => void>>();
  readonly #listening = Promise.withResolvers<void>();

  constructor(
    { args = [], env = {}, cwd = "/nowhere", stdin = "", columns, answers, clock = systemClock }: TestIoOptions = {},
  ) {
    this.args = args;
    this.canAsk = answers !== undefined;
    this.#answers = [...answers ?? []];
    this.env = env;
    this.cwd = cwd;
    this.clock = clock;
    this.#stdin = stdin;
    this.out = new TestOutput(columns ?? null);
    this.err = new TestOutput(columns ?? null);
  }

  /** Tests name files by absolute paths: nothing is left to find. */
  enter(): void {}

  stdin(): ReadableStream<Uint8Array> {
    return typeof this.#stdin === "string" ? ReadableStream.from([new TextEncoder().encode(this.#stdin)]) : this.#stdin;
  }

  readLine(): Promise<string | null> {
    return Promise.resolve(this.#answers.shift() ?? null);
  }

  onSignal(signal: StopSignal, listener: () => void): () => void {
    const listeners = this.#listeners.get(signal) ?? new Set();
    this.#listeners.set(signal, listeners.add(listener));
    this.#listening.resolve();
    return () => void listeners.delete(listener);
  }

  /** Resolves when signals are heard. */
  get listening(): Promise<void> {
    return this.#listening.promise;
  }

  /** Sends a signal; answers how many heard it. */
  raise(signal: StopSignal): number {
    const listeners = [...this.#listeners.get(signal) ?? []];
    listeners.forEach((listener) => listener());
    return listeners.length;
  }
}

/** Keeps what is written. */
export class TestOutput implements Output {
  readonly isTerminal: boolean;
  readonly columns: number | null;
  backlog = 0;
  text = "";
  /** Whether nobody reads any more. */
  closed = false;
  readonly #waiters = new Set<() => void>();

  constructor(columns: number | null) {
    this.columns = columns;
    this.isTerminal = columns !== null;
  }

  write(text: string): void {
    if (this.closed) throw new OutputClosed();
    this.text += text;
    this.#waiters.forEach((wake) => wake());
  }

  flush(): Promise<void> {
    return this.closed ? Promise.reject(new OutputClosed()) : Promise.resolve();
  }

  /** Resolves when the text holds this one. */
  async saw(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiters.add(resolve);
      await promise;
      this.#waiters.delete(resolve);
    }
  }
}

/** What a command printed, and how it ended. */
export interface TestRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process. */
export async function nuvom(args: readonly string[], options: Omit<TestIoOptions, "args"> = {}): Promise<TestRun> {
  const io = new TestIo({ ...options, args });
  const code = await main(io, COMMANDS);
  return { code, out: io.out.text, err: io.err.text };
}

/** A temporary folder with files, removed at the end. */
export class TestProject implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param files Texts by path in the folder. */
  static async with(files: Readonly<Record<string, string>>): Promise<TestProject> {
    const project = new TestProject(await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-cli-" })));
    await project.write(files);
    return project;
  }

  /** Writes files, with their folders. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      const target = `${this.folder}/${path}`;
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(target, text);
    }
  }

  /** Runs a command line in the folder. */
  nuvom(args: readonly string[], options: Omit<TestIoOptions, "args" | "cwd"> = {}): Promise<TestRun> {
    return nuvom(args, {
      ...options,
      cwd: this.folder,
      env: { NUVOM_CACHE_DIR: `${this.folder}/cache`, ...options.env },
    });
  }

  /** Runs a command that must succeed with `--json`, and reads what it printed. */
  async json<T>(args: readonly string[], options: Omit<TestIoOptions, "args" | "cwd"> = {}): Promise<T> {
    const { code, out, err } = await this.nuvom([...args, "--json"], options);
    if (code !== 0) throw new Error(`nuvom ${args.join(" ")} ended with ${code}: ${err}`);
    return JSON.parse(out);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** A project with a few tasks. */
export const PROJECT: Readonly<Record<string, string>> = {
  ".nuvom_plugins.toml": '[tasks]\nmodules = ["./tasks/*.ts"]\n',
  "tasks/math.ts": `import { Discard, jobContext, task } from "nuvom";
export const add = task({ name: "add" }, (a: number, b: number) => a + b);
export const fail = task({ name: "fail", retries: 1, retryDelay: 1, queue: "bad" }, (why: string) => {
  throw new TypeError(why);
});
export const discard = task({ name: "discard" }, (why: string) => {
  throw new Discard(why);
});
export const slow = task({ name: "slow", timeout: "1m", priority: 3 }, (ms: number) =>
  new Promise((resolve) => {
    jobContext().log.info("slow one started");
    setTimeout(resolve, ms, "slept");
  }));
`,
};
