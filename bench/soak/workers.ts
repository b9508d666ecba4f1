/** The workers of the soak, and what is done to them. @module */

import { SOAK_ENV } from "./project.ts";

/** What happened to the workers. */
export interface ChaosCounts {
  kills: number;
  stops: number;
}

const CONTINUE_MS = { least: 300, most: 6_000 };

/** Several workers of one project; one that ends is started again. */
export class SoakWorkers {
  readonly counts: ChaosCounts = { kills: 0, stops: 0 };
  /** How often a job was in an executor that ended. */
  readonly executorEnds = new Map<string, number>();
  readonly #command: readonly string[];
  readonly #folder: string;
  readonly #random: () => number;
  readonly #children = new Set<Deno.ChildProcess>();
  readonly #loops: Promise<void>[] = [];
  #over = false;

  /** @param command The program and its first arguments. */
  constructor(command: readonly string[], folder: string, random: () => number) {
    this.#command = command;
    this.#folder = folder;
    this.#random = random;
  }

  /** Starts so many. */
  start(count: number): void {
    for (let i = 0; i < count; i++) this.#loops.push(this.#run());
  }

  /** Kills one of them, or stops it for a while that may be longer than its leases. */
  async harm(): Promise<void> {
    const children = [...this.#children];
    const child = children[Math.floor(this.#random() * children.length)];
    if (child === undefined) return;
    if (this.#random() < 0.5) {
      this.counts.kills++;
      return signal(child, "SIGKILL");
    }
    this.counts.stops++;
    signal(child, "SIGSTOP");
    const { least, most } = CONTINUE_MS;
    await new Promise((resolve) => setTimeout(resolve, least + this.#random() * (most - least)));
    signal(child, "SIGCONT");
  }

  /** Stops all of them in good order. */
  async end(): Promise<void> {
    this.#over = true;
    for (const child of this.#children) signal(child, "SIGTERM");
    await Promise.all(this.#loops);
  }

  async #run(): Promise<void> {
    const [program, ...args] = this.#command;
    while (!this.#over) {
      const child = new Deno.Command(program!, {
        args: [...args, "runworker", "--workers", "2", "--concurrency", "5", "--json"],
        cwd: this.#folder,
        env: { ...SOAK_ENV },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      this.#children.add(child);
      await Promise.all([
        readLines(child.stdout, (line) => line.includes('"executor.ended"') && this.#executorEnded(line)),
        // Jobs that are meant to fail are no news.
        readLines(child.stderr, (line) => line.includes("failed for good") || console.error(line)),
        child.status,
      ]);
      this.#children.delete(child);
    }
  }

  #executorEnded(line: string): void {
    const { jobs, unstarted } = JSON.parse(line) as Readonly<Record<"jobs" | "unstarted", readonly string[]>>;
    for (const id of [...jobs, ...unstarted]) this.executorEnds.set(id, (this.executorEnds.get(id) ?? 0) + 1);
  }
}

function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    child.kill(name);
  } catch { /* it has ended already */ }
}

async function readLines(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)) {
    const lines = (text + chunk).split("\n");
    text = lines.pop()!;
    lines.forEach(take);
  }
}
