/** A queue of one's own: five methods, a file a job. Use it with `NUVOM_QUEUE_BACKEND=my_custom_queue`. @module */

import { type BackendOptions, BaseJobQueue, type JobRecord, type Plugin, registerQueueBackend } from "nuvom";

/** In the folder of the manifest, where nuvom runs. */
const ROOT = "./queue";
const PAUSE_MS = 20;

/** Of the jobs that this process has enqueued. */
let count = 0;

/** Jobs as files, in the order of their names. What it lacks (leases, retries, delays) nuvom adds in memory. */
class MyQueue extends BaseJobQueue {
  override readonly capabilities = ["durable", "shared", "fifo", "namespace"] as const;
  readonly #folder: string;

  constructor(options: BackendOptions) {
    super(options);
    this.#folder = `${ROOT}/jobs${options.namespace}`;
    Deno.mkdirSync(this.#folder, { recursive: true });
  }

  override enqueue(job: JobRecord): void {
    // The names sort in the order of enqueue; written under another one first, so that nobody reads half a job.
    const name = `${Date.now()}-${String(++count).padStart(9, "0")}-${crypto.randomUUID()}`;
    Deno.writeTextFileSync(`${this.#folder}/${name}.new`, JSON.stringify(job));
    Deno.renameSync(`${this.#folder}/${name}.new`, `${this.#folder}/${name}.json`);
  }

  override async dequeue(timeoutMs: number): Promise<JobRecord | null> {
    for (let waited = 0;; waited += PAUSE_MS) {
      const [job] = this.popBatch(1);
      if (job !== undefined || waited >= timeoutMs) return job ?? null;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  override popBatch(size: number): JobRecord[] {
    const jobs: JobRecord[] = [];
    for (const name of this.#names()) {
      if (jobs.length === size) break;
      const text = this.#take(name);
      if (text !== null) jobs.push(JSON.parse(text));
    }
    return jobs;
  }

  override qsize(): number {
    return this.#names().length;
  }

  override clear(): void {
    for (const name of this.#names()) this.#take(name);
  }

  #names(): string[] {
    return [...Deno.readDirSync(this.#folder)].map(({ name }) => name).filter((name) => name.endsWith(".json")).sort();
  }

  /** Of several workers that want the same file, one can rename it. */
  #take(name: string): string | null {
    const mine = `${this.#folder}/${name}.${crypto.randomUUID()}`;
    try {
      Deno.renameSync(`${this.#folder}/${name}`, mine);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
    const text = Deno.readTextFileSync(mine);
    Deno.removeSync(mine);
    return text;
  }
}

/** Registers the queue under a name. */
export class MyPlugin implements Plugin {
  readonly name = "my_queue";
  readonly provides = ["queue_backend"] as const;
  readonly permissions = { read: ["./queue"], write: ["./queue"] };

  start(): void {
    registerQueueBackend("my_custom_queue", MyQueue);
  }

  stop(): void {}
}
