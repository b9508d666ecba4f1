/** `plugin add` in the executable, interrupted and killed: manifest, lock and store are always whole. @module */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sha256 } from "../../src/loader/mod.ts";
import { TestServer } from "../../src/loader/testdata/test_server.ts";
import { filesUnder, LOOPBACK } from "./remote_site.ts";
import { type Ran, Server } from "./server.ts";

const MANIFEST = ".nuvom_plugins.toml";
const LOCK = ".nuvom_plugins.lock";
/** Set NUVOM_TEST_KILLS=200 for a long look. */
const KILLS = Number(Deno.env.get("NUVOM_TEST_KILLS") ?? "60");
/** So many projects are worked on at a time. */
const LANES = 2;

const MODULES = {
  "/first.ts": 'export default { name: "first", provides: ["cli"], start() {}, stop() {} };\n',
  "/mod.ts": `import { version } from "./lib/version.ts";
import words from "./words.json" with { type: "json" };
enum Name { Killed = "killed" }
export default { name: Name.Killed as string, version, provides: words, start() {}, stop() {} };
`,
  "/lib/version.ts": 'export { version } from "./text.ts";\n',
  "/lib/text.ts": 'export const version: string = "1.0.0";\n',
  "/words.json": '["monitoring", "lifecycle_hook"]\n',
};

/** A project with one plugin from a URL, whose cache and temporary files are its own. */
class Project implements AsyncDisposable {
  readonly server: Server;
  readonly #args: readonly string[];

  private constructor(server: Server, modules: TestServer) {
    this.server = server;
    this.#args = ["plugin", "add", modules.url("/mod.ts"), "--yes"];
  }

  static async open(modules: TestServer): Promise<Project> {
    const server = await Server.with({ [MANIFEST]: "# mine\n\n[tasks] # none\nmodules = []\n" });
    await Deno.mkdir(`${server.folder}/tmp`);
    const project = new Project(server, modules);
    await server.ok(["plugin", "add", modules.url("/first.ts"), "--yes"], project.options);
    return project;
  }

  get options() {
    return { env: { ...LOOPBACK, TMPDIR: `${this.server.folder}/tmp` } };
  }

  /** Adds the plugin, and lets it end. */
  add(): Promise<Ran> {
    return this.server.run(this.#args, this.options);
  }

  /** Adds the plugin, with a signal on the way. */
  start() {
    return this.server.start(this.#args, this.options);
  }

  async files(): Promise<readonly [manifest: string, lock: string]> {
    return [await this.server.read(MANIFEST), await this.server.read(LOCK)];
  }

  /** As it was, also the cache when that is asked for. */
  async reset([manifest, lock]: readonly [string, string], cold: boolean): Promise<void> {
    await this.server.write({ [MANIFEST]: manifest, [LOCK]: lock });
    if (cold) await Deno.remove(`${this.server.folder}/.cache`, { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

/** What a project is before and after `plugin add`, and how long that takes. */
interface Known {
  readonly before: readonly [string, string];
  readonly after: readonly [string, string];
  readonly medianMs: number;
}

async function learn(project: Project): Promise<Known> {
  const before = await project.files();
  const times: number[] = [];
  for (const cold of [true, false, true, false, true]) {
    await project.reset(before, cold);
    const started = performance.now();
    assertEquals((await project.add()).code, 0);
    times.push(performance.now() - started);
  }
  return { before, after: await project.files(), medianMs: times.sort((a, b) => a - b)[times.length >> 1]! };
}

/** When it is killed: after so many milliseconds, or when so much has happened in the folder of the project. */
type Moment = { readonly ms: number } | { readonly events: number };

/** A random moment of all the time that it takes; or, since files are written in few milliseconds of that, one of those. */
function momentOf(run: number, medianMs: number): Moment {
  return run % 3 === 2 ? { events: 1 + (run % 17) } : { ms: (run + Math.random()) / KILLS * medianMs };
}

async function kill(project: Project, moment: Moment): Promise<void> {
  using watcher = Deno.watchFs(project.server.folder, { recursive: false });
  const running = project.start();
  const shoot = () => {
    try {
      running.child.kill("SIGKILL");
    } catch { /* it has ended */ }
  };
  const timer = "ms" in moment ? setTimeout(shoot, moment.ms) : undefined;
  const watching = (async () => {
    let seen = 0;
    for await (const _ of watcher) if ("events" in moment && ++seen === moment.events) shoot();
  })();
  await running.end();
  clearTimeout(timer);
  watcher.close();
  await watching;
}

/** What had been written by then. */
type Written = "nothing" | "lock" | "all";

async function killOnce(project: Project, { before, after, medianMs }: Known, run: number): Promise<Written> {
  // Half of them have nothing in the cache.
  await project.reset(before, run % 4 < 2);
  const moment = momentOf(run, medianMs);
  await kill(project, moment);
  const found = await project.files();
  const where = `killed at ${JSON.stringify(moment)}`;
  for (const i of [0, 1]) assert(found[i] === before[i] || found[i] === after[i], `${where}: ${found[i]}`);
  assert(found[0] === before[0] || found[1] === after[1], `${where}: what is listed is not locked`);
  for (const path of await filesUnder(`${project.server.folder}/.cache/nuvom/modules`)) {
    const [hash] = /\w\w\/\w{62}$/.exec(path) ?? [];
    if (hash === undefined) assert(path.endsWith(".tmp"), path);
    else assertEquals(sha256(await Deno.readFile(path)), hash.replace("/", ""), where);
  }
  const names = found[0] === after[0] ? ["first", "killed"] : ["first"];
  const rows: { name: string; problem: unknown }[] = await project.server.json(["plugin", "list"], project.options);
  assertEquals(rows.map(({ name, problem }) => [name, problem]), names.map((name) => [name, null]), where);
  const again = await project.add();
  assertEquals(again.code, 0, `${where}: ${again.stderr}`);
  assertEquals(await project.files(), after, where);
  return found[1] === before[1] ? "nothing" : found[0] === before[0] ? "lock" : "all";
}

/** What killed processes left: nothing runs, and what lies about is removed by the next one when it is old enough. */
async function checkLeftovers(project: Project, known: Known): Promise<void> {
  const { folder } = project.server;
  for (const { name } of Deno.readDirSync(`${folder}/tmp`)) await Deno.utime(`${folder}/tmp/${name}`, 0, 0);
  await project.reset(known.before, true);
  assertEquals((await project.add()).code, 0);
  assertEquals([...Deno.readDirSync(`${folder}/tmp`)], []);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assertEquals(names, [".cache", ".nuvom", LOCK, MANIFEST, "tmp"]);
  assertEquals(await project.server.leftBehind(), []);
}

Deno.test(`plugin add killed at ${KILLS} points leaves manifest, lock and store whole, and can be run again`, async () => {
  await using modules = TestServer.open(MODULES);
  const points: Written[] = [];
  const lane = async (which: number) => {
    await using project = await Project.open(modules);
    const known = await learn(project);
    for (let run = which; run < KILLS; run += LANES) {
      points.push(await killOnce(project, known, run));
    }
    await checkLeftovers(project, known);
  };
  const lanes = await Promise.allSettled(Array.from({ length: LANES }, (_, which) => lane(which)));
  for (const one of lanes) if (one.status === "rejected") throw one.reason;
  assertEquals(points.length, KILLS);
  assert(points.filter((point) => point === "nothing").length > KILLS / 4, `hardly anything was killed: ${points}`);
});

for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
  Deno.test(`plugin add from a server that is slow ends at once on ${signal}, and changes nothing`, async () => {
    const asked = Promise.withResolvers<void>();
    await using modules = TestServer.open({
      ...MODULES,
      "/lib/text.ts": async (_request, _count, closing) => {
        asked.resolve();
        await closing;
        return new Response(null, { status: 500 });
      },
    });
    await using project = await Project.open(modules);
    const before = await project.files();
    const running = project.start();
    await asked.promise;
    const started = performance.now();
    assertEquals((await running.end(signal)).code, code);
    assert(performance.now() - started < 4_000);
    assertStringIncludes(running.log, "Nothing was changed.\n");
    assertEquals(await project.files(), before);
    assertEquals([...Deno.readDirSync(`${project.server.folder}/tmp`)], []);
    assertEquals(await project.server.leftBehind(), []);
  });
}
