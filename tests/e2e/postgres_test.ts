/** The plugin `postgres` as its users have it: inside the executable, in a realm with nothing but its `net` grant. */

import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { findPostgres, PostgresServer } from "../servers/postgres.ts";
import { executable } from "./executable.ts";

const LEFT_OUT = await findPostgres() === null ? " (left out: there is no PostgreSQL)" : "";
const JOBS = 3_000;
/** From the moment that the server answers again, or that the connections were cut. */
const GOES_ON_MS = 5_000;

const TASKS = `
import { task } from "nuvom";
export const pause = task({ name: "pause", retries: 3 }, async (n) => {
  await new Promise((resolve) => setTimeout(resolve, 10));
  return n;
});
`;

/** A project on a server of its own. */
class Project implements AsyncDisposable {
  readonly folder: string;
  readonly server: PostgresServer;
  readonly #nuvom: string;

  private constructor(folder: string, server: PostgresServer, nuvom: string) {
    this.folder = folder;
    this.server = server;
    this.#nuvom = nuvom;
  }

  /** @param net What the plugin is granted. @default the server */
  static async make(net?: string): Promise<Project> {
    const nuvom = await executable();
    const server = await PostgresServer.start();
    const folder = await Deno.makeTempDir({ prefix: "nuvom-test-" });
    await Deno.writeTextFile(`${folder}/tasks.ts`, TASKS);
    await Deno.writeTextFile(`${folder}/.env`, "NUVOM_QUEUE_BACKEND=postgres\nNUVOM_RESULT_BACKEND=postgres\n");
    await Deno.writeTextFile(
      `${folder}/.nuvom_plugins.toml`,
      `[plugins]
queue_backend = ["nuvom:postgres"]

[plugin.postgres]
isolation = "process"
permissions = { net = ["${net ?? `127.0.0.1:${server.port}`}"] }
settings = { url = "${server.url()}" }

[tasks]
modules = ["./tasks.ts"]
`,
    );
    return new Project(folder, server, nuvom);
  }

  start(...args: string[]): Deno.ChildProcess {
    const options = { args, cwd: this.folder, stdin: "null", stdout: "piped", stderr: "piped" } as const;
    return new Deno.Command(this.#nuvom, options).spawn();
  }

  async run(...args: string[]): Promise<{ code: number; text: string }> {
    return await ended(this.start(...args));
  }

  async enqueue(): Promise<void> {
    const lines = Array.from({ length: JOBS }, (_, n) => JSON.stringify({ task: "pause", args: [n] }));
    await Deno.writeTextFile(`${this.folder}/jobs.txt`, lines.join("\n"));
    const { code, text } = await this.run("enqueue", "--from", "jobs.txt");
    assertEquals(code, 0, text);
  }

  /** Waits until so many jobs are done. */
  async done(count: number): Promise<void> {
    while (await this.number("SELECT count(*) FROM nuvom.jobs WHERE state = 3") < count) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async number(sql: string): Promise<number> {
    return Number(await this.server.sql(sql));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function ended(child: Deno.ChildProcess): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name}${LEFT_OUT}`, ignore: LEFT_OUT !== "", fn });
}

test("nuvom:postgres passes all cases of nuvom plugin test, and leaves nothing behind", async () => {
  await using project = await Project.make();
  const { code, text } = await project.run("plugin", "test", "postgres");
  assertEquals(code, 0, text);
  assertStringIncludes(text, "0 failed, 0 not promised");
  assertEquals(await project.server.sql("SELECT nspname FROM pg_namespace WHERE nspname ~ 'nuvom'"), "");
});

test("nuvom:postgres shows the TOML to add when net is not granted", async () => {
  await using project = await Project.make("127.0.0.1:1");
  const { code, text } = await project.run("queue", "stats");
  assertEquals(code, 3, text);
  assertStringIncludes(text, 'The plugin "postgres"');
  assertStringIncludes(text, `"127.0.0.1:${project.server.port}"`);
});

for (
  const [what, disturb] of [
    ["its server is started again", async ({ server }: Project) => {
      await server.stop();
      await server.start();
    }],
    ["its server crashes and recovers", async ({ server }: Project) => {
      await server.stop("SIGQUIT");
      await server.start();
    }],
    ["all of its connections are cut", async ({ server }: Project) => {
      await server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nuvom'");
    }],
  ] as const
) {
  test(`a worker on nuvom:postgres loses no job and goes on when ${what} in the middle of a drain`, async () => {
    await using project = await Project.make();
    await project.enqueue();
    const worker = ended(project.start("runworker", "--drain"));
    await project.done(200);
    await disturb(project);
    const before = await project.number("SELECT count(*) FROM nuvom.jobs WHERE state = 3");
    const since = Date.now();
    assertLess(before, JOBS, "the drain was over too soon");
    await project.done(before + 1);
    const pausedMs = Date.now() - since;
    const { code, text } = await worker;
    assertEquals(code, 0, text);
    const ends =
      "SELECT string_agg(state || ':' || n, ',') FROM (SELECT state, count(*) AS n FROM nuvom.jobs GROUP BY 1) AS s";
    assertEquals(await project.server.sql(ends), `3:${JOBS}`);
    assertEquals(await project.number("SELECT count(*) FROM nuvom.live"), 0);
    // Every job has its own result, and an attempt more than one only where its lease was lost.
    assertEquals(await project.number("SELECT count(*) FROM nuvom.jobs WHERE args::json ->> 0 <> result"), 0);
    assertEquals(await project.number("SELECT count(*) FROM nuvom.jobs WHERE attempts <> 1"), 0);
    assert(pausedMs < GOES_ON_MS, `it went on after ${pausedMs} ms`);
  });
}
