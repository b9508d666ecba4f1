/**
 * Cold and warm loads of module graphs from a server on this machine, in an executable, next to `deno run` of the same
 * graph with a cache of its own.
 *
 * Run it with TMPDIR on a file system in memory: ext4 passes over inodes that were freed a moment ago, and so makes the
 * private folder of a run dearer the more runs there were before.
 *
 * Run: deno run -A bench/load_graph.ts [runs] [sizes, separated by commas]
 * @module
 */

import { fileURLToPath } from "node:url";
import { compile } from "../scripts/compile.ts";
import { chooseBase } from "../scripts/denort.ts";

const RUNS = Number(Deno.args[0] ?? 9);
const SIZES = (Deno.args[1] ?? "1,10,100,1000").split(",").map(Number);
const ROOT = fileURLToPath(new URL("..", import.meta.url));

type Kind = "js" | "ts";

const folder = await Deno.makeTempDir({ prefix: "nuvom-bench-" });
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
try {
  const executable = await compileChild();
  const starts = await startsOf(executable);
  console.log(
    `${RUNS} runs, the best of them in ms. Taken off is a warm load of one empty module: by nuvom ${
      starts.nuvom.toFixed(0)
    }, of ` +
      `which the start of the program ${starts.program.toFixed(0)} and its realm the rest; by deno ` +
      `${
        starts.deno.toFixed(0)
      }.\nParts of the warm load, from the program's start on: graph read, files written, realm ` +
      `there, modules imported.\n`,
  );
  console.log("modules       cold: nuvom   deno  ratio     warm: nuvom   deno  ratio   parts");
  for (const kind of ["js", "ts"] as const) for (const size of SIZES) await compare(kind, size, executable, starts);
} finally {
  await server.shutdown();
  await Deno.remove(folder, { recursive: true });
}

interface Starts {
  readonly program: number;
  readonly nuvom: number;
  readonly deno: number;
}

async function startsOf(executable: string): Promise<Starts> {
  const cache = `${folder}/empty`;
  const env = { DENO_DIR: `${cache}/deno` };
  await Deno.mkdir(cache);
  const [ours, theirs] = [[executable, urlOf(0, "js"), cache], denoRun(urlOf(0, "js"))];
  const times = { program: [] as number[], nuvom: [] as number[], deno: [] as number[] };
  for (let i = 0; i < RUNS; i++) {
    times.program.push((await run([executable])).ms);
    times.nuvom.push((await run(ours)).ms);
    times.deno.push((await run(theirs, env)).ms);
  }
  return { program: best(times.program), nuvom: best(times.nuvom), deno: best(times.deno) };
}

async function compare(kind: Kind, size: number, executable: string, starts: Starts) {
  const url = urlOf(size, kind);
  const nuvom = { cold: [] as number[], warm: [] as number[] };
  const deno = { cold: [] as number[], warm: [] as number[] };
  const parts: number[][] = [];
  // Side by side, run by run: what else the machine does meets both.
  for (let i = 0; i < RUNS; i++) {
    const cache = `${folder}/${kind}-${size}-${i}`;
    await Deno.mkdir(cache);
    const ours = [executable, url, cache];
    const theirs = denoRun(url);
    const env = { DENO_DIR: `${cache}/deno` };
    nuvom.cold.push((await run(ours)).ms - starts.nuvom);
    deno.cold.push((await run(theirs, env)).ms - starts.deno);
    // The second run of Deno still writes what it knows only since the first.
    await run(theirs, env);
    const warm = await run(ours);
    nuvom.warm.push(warm.ms - starts.nuvom);
    parts.push(JSON.parse(warm.output));
    deno.warm.push((await run(theirs, env)).ms - starts.deno);
  }
  const pair = (ours: number[], theirs: number[]) => {
    const [a, b] = [best(ours), best(theirs)];
    return `${a.toFixed(0).padStart(7)}${b.toFixed(0).padStart(7)}${(a / b).toFixed(2).padStart(7)}`;
  };
  console.log(
    `${String(size).padStart(6)} ${kind}${pair(nuvom.cold, deno.cold).padStart(28)}` +
      `${pair(nuvom.warm, deno.warm).padStart(28)}   ` +
      parts[0]!.map((_, part) => best(parts.map((each) => each[part]!)).toFixed(0)).join(" "),
  );
}

function urlOf(size: number, kind: Kind): string {
  return `http://127.0.0.1:${server.addr.port}/${size}/0.${kind}`;
}

function denoRun(program: string): string[] {
  return [Deno.execPath(), "run", "--allow-all", "--no-check", "--no-lock", "--no-config", program];
}

async function run([program, ...args]: readonly string[], env: Record<string, string> = {}) {
  const started = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(program!, { args, env, cwd: folder }).output();
  const ms = performance.now() - started;
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return { ms, output: new TextDecoder().decode(stdout) };
}

/** On a machine that others use too it says more than the median. */
function best(numbers: readonly number[]): number {
  return Math.min(...numbers);
}

async function compileChild(): Promise<string> {
  const base = await chooseBase({ target: Deno.build.target, release: false, env: Deno.env.toObject() });
  const output = `${folder}/load_graph`;
  await compile({ entry: `${ROOT}bench/load_graph_child.ts`, output, target: Deno.build.target, base });
  return output;
}

/** `/SIZE/INDEX.KIND`: a binary tree of modules of about 2 KB; the first one is a plugin, and with size 0 nothing else. */
function answer(request: Request): Response {
  const [, size, index, kind] = /\/(\d+)\/(\d+)\.(js|ts)$/.exec(request.url) ?? [];
  if (size === undefined) return new Response(null, { status: 404 });
  const type = kind === "ts" ? "application/typescript" : "text/javascript";
  return new Response(source(Number(size), Number(index), kind as Kind), { headers: { "content-type": type } });
}

function source(size: number, index: number, kind: Kind): string {
  if (size === 0) return `export default { name: "bench", provides: ["monitoring"], start() {}, stop() {} };\n`;
  const number = kind === "ts" ? ": number" : "";
  const children = [2 * index + 1, 2 * index + 2].filter((child) => child < size);
  return [
    ...children.map((child) => `import { f${child} } from "./${child}.${kind}";`),
    ...(kind === "ts" ? [`export interface Options${index} { readonly name: string; readonly limit?: number }`] : []),
    ...Array.from({ length: 10 }, (_, i) =>
      [
        `/** Counts thing ${i}. */`,
        `function helper${i}(value${number}, other${number} = 7)${number} {`,
        `  const result = value * ${i} + other;`,
        `  return result % 7 === 0 ? result : result + ${index};`,
        `}`,
      ].join("\n")),
    `export function f${index}()${number} { return helper1(1)${children.map((child) => ` + f${child}()`).join("")}; }`,
    ...(index === 0
      ? [`export default { name: "bench", provides: ["monitoring"], start() {}, stop() {}, sum: f0() };`]
      : []),
  ].join("\n") + "\n";
}
