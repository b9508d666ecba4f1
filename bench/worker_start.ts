/**
 * From the start of a worker until it is ready, and the memory that it then takes with all of its processes: without
 * plugins, and with ten that came from URLs, were locked, and are taken from the cache.
 *
 * Run: deno task compile && deno run -A bench/worker_start.ts [runs] [executable]
 * @module
 */

import { fileURLToPath } from "node:url";

const RUNS = Number(Deno.args[0] ?? 5);
const EXECUTABLE = Deno.args[1] ?? fileURLToPath(new URL("../dist/nuvom", import.meta.url));
const PLUGINS = 10;

const folder = await Deno.makeTempDir({ prefix: "nuvom-bench-" });
const env = { XDG_CACHE_HOME: `${folder}/cache`, NUVOM_ALLOW_HTTP_LOOPBACK: "1", NO_COLOR: "1" };
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
try {
  console.log(
    `${RUNS} runs: the best time, which says more on a machine that others use too, and the median of the memory\n\nplugins      ready   memory (PSS) of all processes`,
  );
  await writeProject("");
  await report("none");
  for (let i = 0; i < PLUGINS; i++) {
    await nuvom("plugin", "add", `http://127.0.0.1:${server.addr.port}/${i}/mod.ts`, "--yes");
  }
  const manifest = await Deno.readTextFile(`${folder}/.nuvom_plugins.toml`);
  for (const kind of ["process", "worker", "inline"]) {
    await writeProject(manifest.replace(/^\[plugin\..*\]$/gm, (section) => `${section}\nisolation = "${kind}"`));
    await report(`${PLUGINS} ${kind}`);
  }
} finally {
  await server.shutdown();
  await Deno.remove(folder, { recursive: true });
}

async function report(what: string): Promise<void> {
  // The first start also learns what plugins say of themselves.
  await start();
  const starts = [];
  for (let i = 0; i < RUNS; i++) starts.push(await start());
  const ms = Math.min(...starts.map(({ ms }) => ms)).toFixed(0).padStart(5);
  const mib = middle(starts.map(({ bytes }) => bytes / 1024 / 1024)).toFixed(0).padStart(5);
  console.log(
    `${what.padEnd(10)} ${ms} ms   ${mib} MiB in ${middle(starts.map(({ processes }) => processes))} processes`,
  );
}

/** Starts a worker, waits until it says that it is ready, looks at its processes, and stops it. */
async function start(): Promise<{ ms: number; bytes: number; processes: number }> {
  const started = performance.now();
  const worker = new Deno.Command(EXECUTABLE, {
    args: ["runworker"],
    cwd: folder,
    env,
    stdout: "null",
    stderr: "piped",
  })
    .spawn();
  const printed: string[] = [];
  for await (const text of worker.stderr.pipeThrough(new TextDecoderStream())) {
    printed.push(text);
    if (!/ ready: \d+ executor/.test(printed.join(""))) continue;
    const ms = performance.now() - started;
    const pids = tree(worker.pid);
    const bytes = pids.reduce((sum, pid) => sum + pssOf(pid), 0);
    worker.kill("SIGTERM");
    await worker.status;
    return { ms, bytes, processes: pids.length };
  }
  throw new Error(`the worker ended before it was ready:\n${printed.join("")}`);
}

/** A process and all below it. */
function tree(pid: number): number[] {
  // A child belongs to the thread that started it.
  const children = [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name: thread }) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${thread}/children`).split(" ").filter((text) => text !== "")
  );
  return [pid, ...children.flatMap((child) => tree(Number(child)))];
}

/** Memory of a process; what it shares counts in equal parts for those that share it. */
function pssOf(pid: number): number {
  return Number(/^Pss:\s*(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`))![1]) * 1024;
}

async function writeProject(manifest: string): Promise<void> {
  await Deno.mkdir(`${folder}/tasks`, { recursive: true });
  const task = 'import { task } from "nuvom";\nexport const hello = task({ name: "hello" }, () => "hello");\n';
  await Deno.writeTextFile(`${folder}/tasks/hello.ts`, task);
  const tasks = manifest.includes("[tasks]") ? "" : '\n[tasks]\nmodules = ["./tasks/*.ts"]\n';
  await Deno.writeTextFile(`${folder}/.nuvom_plugins.toml`, `${manifest}${tasks}`);
}

async function nuvom(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(EXECUTABLE, { args, cwd: folder, env }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

/** `/NUMBER/mod.ts` is a plugin with a module of its own beside it. */
function answer(request: Request): Response {
  const [, number, name] = /\/(\d+)\/(\w+)\.ts$/.exec(request.url) ?? [];
  const headers = { "content-type": "application/typescript" };
  if (name === "count") {
    return new Response("export const count = (values: number[]): number => values.length;", { headers });
  }
  if (name !== "mod") return new Response(null, { status: 404 });
  return new Response(
    `import { count } from "./count.ts";
    export default {
      name: "bench${number}", provides: ["monitoring"], permissions: {},
      start(): void { count([1, 2, 3]); },
      stop(): void {},
    };`,
    { headers },
  );
}
