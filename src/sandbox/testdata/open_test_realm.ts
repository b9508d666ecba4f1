/** A realm with a task module of the test's own in it. @module */

import type { Outcome, PermissionSet } from "../../core/mod.ts";
import { loadGraph, type PreparedGraph, prepareGraph } from "../../loader/mod.ts";
import {
  type AttemptReport,
  type DiscoveredTask,
  type Isolation,
  openRealm,
  type Realm,
  type RealmRole,
} from "../mod.ts";

/** What a test asks for; all of it is optional. */
export interface TestRealmOptions {
  /** @default "executor" */
  readonly role?: RealmRole;
  readonly grant?: PermissionSet;
  readonly env?: Readonly<Record<string, string>>;
  readonly memoryMb?: number;
  readonly startTimeoutMs?: number;
  /** Answers calls of the guest. */
  readonly call?: (method: string, params: unknown) => unknown;
}

/** What a {@linkcode TestRealm} is made of. */
interface TestRealmParts extends Pick<TestRealm, "realm" | "graph" | "folder" | "url" | "lines" | "notes"> {
  readonly waiting: Map<string, (outcome: Outcome) => void>;
}

/** A realm, and what it said. */
export class TestRealm implements AsyncDisposable {
  readonly realm: Realm;
  readonly graph: PreparedGraph;
  readonly folder: string;
  readonly url: string;
  /** Lines that the guest printed. */
  readonly lines: string[];
  /** Notes other than reports. */
  readonly notes: { readonly method: string; readonly params: unknown }[];
  readonly #waiting: Map<string, (outcome: Outcome) => void>;
  #last = 0;

  /** Use {@linkcode openTestRealm}. */
  constructor(parts: TestRealmParts) {
    this.realm = parts.realm;
    this.graph = parts.graph;
    this.folder = parts.folder;
    this.url = parts.url;
    this.lines = parts.lines;
    this.notes = parts.notes;
    this.#waiting = parts.waiting;
  }

  /** Imports the task module. */
  load(): Promise<readonly DiscoveredTask[]> {
    const entries = [this.graph.entryRef(this.url)];
    return this.realm.call("executor.load", { entries, concurrency: 10 }, { timeoutMs: 20_000 });
  }

  /** Imports the module as a plugin and starts it. */
  async startPlugin(): Promise<void> {
    const params = { entry: this.graph.entryRef(this.url), exportName: null };
    await this.realm.call("plugin.load", params, { timeoutMs: 20_000 });
    await this.realm.call("plugin.start", { settings: {} }, { timeoutMs: 20_000 });
  }

  /** Runs one attempt of a task. */
  run(task: string, ...args: unknown[]): Promise<Outcome> {
    const id = `job-${++this.#last}`;
    const ended = new Promise<Outcome>((resolve) => this.#waiting.set(id, resolve));
    this.realm.note("executor.run", [[id, task, 1, JSON.stringify(args)]]);
    return ended;
  }

  /** What a task returned; its error's message where it threw. */
  async value(task: string, ...args: unknown[]): Promise<unknown> {
    const outcome = await this.run(task, ...args);
    if (outcome.kind === "success") return outcome.result === null ? undefined : JSON.parse(outcome.result);
    return outcome.kind === "failure" ? `${outcome.error.name}: ${outcome.error.message}` : outcome.kind;
  }

  /** Waits until a line or note contains the text. */
  async heard(text: string, withinMs = 10_000): Promise<string> {
    for (const until = Date.now() + withinMs; Date.now() < until;) {
      const found = [...this.lines, ...this.notes.map((note) => JSON.stringify(note))].find((it) => it.includes(text));
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`"${text}" was not heard, only:\n${this.lines.join("\n")}\n${JSON.stringify(this.notes)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.realm.stop(2_000);
    await this.graph.dispose();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Opens a realm around one module, of tasks where nothing else is said; it is imported by `load`. */
export async function openTestRealm(
  kind: Isolation,
  source: string,
  options: TestRealmOptions = {},
): Promise<TestRealm> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-test-" }));
  await Deno.writeTextFile(`${folder}/tasks.ts`, `import { jobContext, task } from "nuvom";\n${source}`);
  const url = new URL(`file://${folder}/tasks.ts`).href;
  const graph = await prepareGraph(await loadGraph([url], { root: folder }));
  const lines: string[] = [];
  const notes: { method: string; params: unknown }[] = [];
  const waiting = new Map<string, (outcome: Outcome) => void>();
  const realm = await openRealm(
    {
      name: `test ${kind}`,
      kind,
      role: options.role ?? "executor",
      graph,
      grant: options.grant ?? {},
      env: options.env ?? {},
      memoryMb: options.memoryMb,
      startTimeoutMs: options.startTimeoutMs ?? 20_000,
    },
    {
      call: async (method, params) => await options.call?.(method, params),
      note(method, params) {
        if (method !== "executor.report") return void notes.push({ method, params });
        for (const [id, outcome] of (params as { ended: readonly AttemptReport[] }).ended) waiting.get(id)?.(outcome);
      },
      output: (stream, line) => void lines.push(`${stream}: ${line}`),
    },
  );
  return new TestRealm({ realm, graph, folder, url, lines, notes, waiting });
}
