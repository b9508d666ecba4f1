/**
 * `deno task demo`: runs the example project in a temporary folder, one job for each file that git tracks here, with the
 * commands that a user would type.
 * @module
 */

import { projectFiles } from "../src/cli/init/files.ts";
import { bundlePlugins } from "./bundle_plugins.ts";

const ROOT = decodeURIComponent(new URL("..", import.meta.url).pathname).replace(/\/$/, "");
const EXAMPLE = `${ROOT}/examples/files`;
/** Of a new project: what makes an editor know "nuvom". */
const FOR_EDITORS = ["nuvom.d.ts", "deno.json", "tsconfig.json"];
/** Code from strings is off in the executable; so it is here. */
const NO_EVAL = "--v8-flags=--disallow-code-generation-from-strings";
const MOST_JOBS = 100_000;

interface Job {
  readonly state: string;
  readonly args: readonly [path: string];
  readonly result: Row | null;
  readonly error: { readonly message: string } | null;
}

interface Row {
  readonly path: string;
  readonly bytes: number;
  readonly lines: number;
  readonly words: number;
  readonly sha256: string;
}

async function main(): Promise<number> {
  const started = performance.now();
  say("Bundling the plugins that nuvom brings along …");
  await bundlePlugins();
  const files = await trackedFiles();
  const project = await Deno.makeTempDir({ prefix: "nuvom-demo-" });
  await copyProject(project, files);
  say(`The example project is in ${project}`);

  say(`\n$ nuvom enqueue --from -        # ${files.length} jobs, one for each file that git tracks here`);
  const orders = files.map((path) => JSON.stringify({ task: "fingerprint", args: [path] })).join("\n");
  const ids = JSON.parse(await nuvom(project, ["enqueue", "--from", "-", "--json"], orders));
  say("$ nuvom runworker --drain");
  const working = performance.now();
  await nuvom(project, ["runworker", "--drain"]);
  const seconds = (performance.now() - working) / 1_000;
  say(`$ nuvom history recent --json --limit ${MOST_JOBS}\n`);
  const jobs: Job[] = JSON.parse(await nuvom(project, ["history", "recent", "--json", "--limit", String(MOST_JOBS)]));

  printTable(jobs);
  const failed = jobs.filter(({ state }) => state !== "SUCCESS").length;
  say(
    `\n${jobs.length} of ${ids.length} jobs ended, ${failed} failed; the worker ran ${
      seconds.toFixed(1)
    } s, start included.`,
  );
  sayNext(project, performance.now() - started);
  return failed === 0 && jobs.length === files.length ? 0 : 1;
}

async function trackedFiles(): Promise<string[]> {
  const { success, stdout } = await new Deno.Command("git", { args: ["ls-files", "-z"], cwd: ROOT, stderr: "null" })
    .output();
  if (!success) throw new Error(`${ROOT} is no git checkout; the demo takes its jobs from \`git ls-files\`.`);
  const paths = new TextDecoder().decode(stdout).split("\0").filter((path) => path !== "");
  const here = await Promise.all(paths.map(async (path) => (await isFile(`${ROOT}/${path}`)) ? [path] : []));
  return here.flat();
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function copyProject(project: string, files: readonly string[]): Promise<void> {
  for (const path of [".nuvom_plugins.toml", "plugins/my_queue.ts", "plugins/tally.ts", "tasks/files.ts"]) {
    await copy(`${EXAMPLE}/${path}`, `${project}/${path}`);
  }
  for (const path of files) await copy(`${ROOT}/${path}`, `${project}/files/${path}`);
  for (const { path, text } of await projectFiles()) {
    if (FOR_EDITORS.includes(path)) await Deno.writeTextFile(`${project}/${path}`, text);
  }
  // Another demo, or a real Prometheus exporter, may hold the usual port.
  await Deno.writeTextFile(`${project}/.env`, `NUVOM_PROMETHEUS_PORT=${freePort()}\n`);
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  await Deno.copyFile(from, to);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Runs a command of nuvom in the project; its log goes to the terminal, its data comes back. */
async function nuvom(project: string, args: readonly string[], input = ""): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", NO_EVAL, `--config=${ROOT}/deno.json`, `${ROOT}/cli.ts`, ...args],
    cwd: project,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  const written = writer.write(new TextEncoder().encode(input)).then(() => writer.close()).catch(() => {});
  const { code, stdout } = await child.output();
  await written;
  if (code !== 0) throw new Error(`nuvom ${args.join(" ")} ended with exit code ${code}.`);
  return new TextDecoder().decode(stdout);
}

function printTable(jobs: readonly Job[]): void {
  const rows = jobs.map(rowOf).sort((a, b) => a.path < b.path ? -1 : 1);
  const width = Math.max(4, ...rows.map(({ path }) => path.length));
  say(`${"file".padEnd(width)}  ${"bytes".padStart(9)} ${"lines".padStart(7)} ${"words".padStart(7)}  sha256`);
  for (const { path, bytes, lines, words, sha256 } of rows) {
    const figures = `${String(bytes).padStart(9)} ${String(lines).padStart(7)} ${String(words).padStart(7)}`;
    say(`${path.padEnd(width)}  ${figures}  ${sha256.slice(0, 16)}`);
  }
}

function rowOf({ args, result, error }: Job): Row {
  if (result !== null) return result;
  return { path: args[0], bytes: 0, lines: 0, words: 0, sha256: error?.message ?? "no result" };
}

function sayNext(project: string, ms: number): void {
  const cli = `${Deno.execPath()} run -A ${NO_EVAL} --config=${ROOT}/deno.json ${ROOT}/cli.ts`;
  say(`
All in ${(ms / 1_000).toFixed(1)} s. What to try next, in ${project}:
  alias nuvom='${cli}'
  nuvom plugin list                                   # what the manifest loads
  nuvom plugin test my_queue                          # the conformance cases, on the example's own queue
  nuvom enqueue fingerprint '["README.md"]'           # one more job; then: nuvom status ID
  export NUVOM_QUEUE_BACKEND=my_custom_queue           # from here on: on the plugin's queue
  nuvom enqueue fingerprint '["README.md"]' && nuvom runworker --drain
  nuvom runworker                                     # works until Ctrl-C; its figures are on /metrics
and in ${ROOT}:
  ${Deno.execPath()} task compile   # all of it in one executable, dist/nuvom`);
}

function say(line: string): void {
  console.log(line);
}

if (import.meta.main) Deno.exit(await main());
