/** A server as a user has it: the executable, a folder, and nothing else on the `PATH`. @module */

import { executable } from "./executable.ts";

/** What a command printed, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** A folder of the server. @default its top */
  readonly cwd?: string;
}

/** A command that goes on. */
export class Running {
  readonly child: Deno.ChildProcess;
  readonly #log: string[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #read: Promise<void>;

  /** @param child With piped standard error. */
  constructor(child: Deno.ChildProcess) {
    this.child = child;
    this.#read = this.#readLog();
  }

  /** Everything that it wrote to its standard error so far. */
  get log(): string {
    return this.#log.join("");
  }

  /** Resolves when the log holds `text`. @throws when it does not within `timeoutMs`, or the process ends first. */
  async saw(text: string | RegExp, timeoutMs = 20_000): Promise<void> {
    const found = () => typeof text === "string" ? this.log.includes(text) : text.test(this.log);
    const until = Date.now() + timeoutMs;
    while (!found()) {
      const left = until - Date.now();
      const more = Promise.withResolvers<void>();
      const timer = setTimeout(more.resolve, Math.max(0, left));
      this.#waiters.add(more.resolve);
      const ended = await Promise.race([more.promise, this.#read.then(() => true)]);
      clearTimeout(timer);
      this.#waiters.delete(more.resolve);
      if (!found() && (left <= 0 || ended)) throw new Error(`${text} was not logged:\n${this.log}`);
    }
  }

  /** Sends a signal and waits for the end. */
  async end(signal?: Deno.Signal): Promise<Deno.CommandStatus> {
    if (signal !== undefined) this.child.kill(signal);
    const status = await this.child.status;
    await this.#read;
    return status;
  }

  async #readLog(): Promise<void> {
    const chunks = this.child.stderr.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>);
    for await (const text of chunks) {
      this.#log.push(text);
      this.#waiters.forEach((wake) => wake());
    }
  }
}

/** An empty folder with the executable in reach; removed at the end. */
export class Server implements AsyncDisposable {
  readonly folder: string;
  readonly nuvom: string;
  readonly #running: Running[] = [];

  private constructor(folder: string, nuvom: string) {
    this.folder = folder;
    this.nuvom = nuvom;
  }

  /** @param files By path relative to the folder. */
  static async with(files: Readonly<Record<string, string>> = {}): Promise<Server> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom_server_" }));
    const server = new Server(folder, await executable());
    await server.write(files);
    return server;
  }

  /** Writes files, with their folders. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      const target = `${this.folder}/${path}`;
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(target, text);
    }
  }

  /** The text of a file. */
  read(path: string): Promise<string> {
    return Deno.readTextFile(`${this.folder}/${path}`);
  }

  /** Processes whose working folder is in this one: what a command leaves behind. */
  async leftBehind(): Promise<string[]> {
    const found: string[] = [];
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const cwd = await Deno.readLink(`/proc/${name}/cwd`).catch(() => "");
      if (`${cwd}/`.startsWith(`${this.folder}/`)) found.push(name);
    }
    return found;
  }

  /** Runs a command to its end. */
  async run(args: readonly string[], { env = {}, stdin = "", cwd = "." }: RunOptions = {}): Promise<Ran> {
    const child = this.#command(args, env, cwd, "piped", "piped").spawn();
    const writer = child.stdin.getWriter();
    const written = writer.write(new TextEncoder().encode(stdin)).then(() => writer.close()).catch(() => {});
    const { code, stdout, stderr } = await child.output();
    await written;
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /** Runs a command that must succeed, and answers what it printed. */
  async ok(args: readonly string[], options?: RunOptions): Promise<string> {
    const { code, stdout, stderr } = await this.run(args, options);
    if (code !== 0) throw new Error(`nuvom ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** The same, with `--json`, read. */
  // deno-lint-ignore no-explicit-any -- what a command answers is asserted by the test
  async json(args: readonly string[], options?: RunOptions): Promise<any> {
    return JSON.parse(await this.ok([...args, "--json"], options));
  }

  /** Starts a command that goes on; killed at the end of the test if it still runs. */
  start(args: readonly string[], { env = {}, cwd = "." }: RunOptions = {}): Running {
    const running = new Running(this.#command(args, env, cwd, "null", "null").spawn());
    this.#running.push(running);
    return running;
  }

  /**
   * Runs a command on a pseudo-terminal; what it shows comes back.
   * @param type Called with all that was shown so far; what it answers is typed.
   */
  async onTerminal(
    line: string,
    type: (shown: string) => string | undefined,
  ): Promise<{ readonly code: number; readonly shown: string }> {
    // script(1), which every Linux distribution has, opens the terminal; what it reads is typed there.
    const terminal = new Deno.Command("/usr/bin/script", {
      args: ["-qfec", `exec ${this.nuvom} ${line}`, "/dev/null"],
      cwd: this.folder,
      clearEnv: true,
      env: { PATH: "/nonexistent", HOME: this.folder, SHELL: "/bin/sh", TERM: "xterm" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = terminal.stdin.getWriter();
    let shown = "";
    const texts = terminal.stdout.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>);
    for await (const text of texts) {
      shown += text;
      const keys = type(shown);
      if (keys !== undefined) await writer.write(new TextEncoder().encode(keys));
    }
    await writer.close().catch(() => {});
    return { code: (await terminal.status).code, shown };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#running) {
      try {
        running.child.kill("SIGKILL");
      } catch { /* it has ended already */ }
      await running.end();
    }
    await Deno.remove(this.folder, { recursive: true });
  }

  #command(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    cwd: string,
    stdin: "piped" | "null",
    stdout: "piped" | "null",
  ): Deno.Command {
    return new Deno.Command(this.nuvom, {
      args: [...args],
      cwd: `${this.folder}/${cwd}`,
      clearEnv: true,
      // Neither deno nor node is there.
      env: { PATH: "/nonexistent", HOME: this.folder, ...env },
      stdin,
      stdout,
      stderr: "piped",
    });
  }
}
