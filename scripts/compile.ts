/** Builds the executable: `deno task compile [--output PATH] [--target TARGET] [--release]`. @module */

import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "@std/cli";
import { NuvomError } from "../src/core/mod.ts";
import config from "../deno.json" with { type: "json" };
import { bundlePlugins, BUNDLES } from "./bundle_plugins.ts";
import { denoBundle } from "./deno_bundle.ts";
import { type Base, chooseBase } from "./denort.ts";
import { badOption } from "./errors.ts";
import { runCommand, TRUST_MACHINE } from "./run_command.ts";

const USAGE = "deno task compile [--output PATH] [--target TARGET] [--release]";
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const GUEST = `${ROOT}src/sandbox/guest/main.ts`;
const BUILD_INFO = `${ROOT}dist/build.json`;
const PROGRAM = `${ROOT}dist/program`;
/** What no import leads to: the entry of realms, and what is read as a file. */
const INCLUDED = [bundleOf(GUEST), `${ROOT}src/cli/init/nuvom.d.ts`, BUNDLES, BUILD_INFO];

/** What the executable knows of its making: the embedded `dist/build.json`, for `nuvom version`. */
export interface BuildInfo {
  /** Of nuvom. */
  readonly version: string;
  /** The version of Deno inside. */
  readonly deno: string;
  readonly base: Base["kind"];
  readonly target: string;
  /** ISO 8601. */
  readonly builtAt: string;
  /** Short hash, with `-dirty` where files had been changed; null outside of a git repository. */
  readonly commit: string | null;
}

/** What is compiled, and into what. Paths are absolute. */
export interface CompileOptions {
  readonly entry: string;
  readonly output: string;
  readonly target: string;
  readonly base: Base;
}

/**
 * Compiles an entry together with what nuvom reads from inside of its executable.
 * @throws {NuvomError} `NUVOM_BUILD_…`
 */
export async function compile({ entry, output, target, base }: CompileOptions): Promise<void> {
  await bundlePlugins();
  await writeJson(BUILD_INFO, await buildInfo(base, target));
  await bundleProgram([entry, GUEST]);
  const flags = [
    "--quiet",
    `--config=${ROOT}deno.json`,
    // All packages are in the bundles; the lock was kept when those were made.
    "--no-lock",
    // Types are checked by `deno task ok`.
    "--no-check",
    "--allow-all",
    "--no-prompt",
    // It would be read from a file in the temporary folder whose name everyone knows: another user could plant code.
    "--no-code-cache",
    "--unstable-worker-options",
    "--v8-flags=--disallow-code-generation-from-strings",
    ...INCLUDED.map((path) => `--include=${path}`),
    ...(target === Deno.build.target ? [] : [`--target=${target}`]),
    `--output=${output}`,
  ];
  await runCommand([...base.command, "compile", ...flags, bundleOf(entry)], {
    cwd: ROOT,
    env: { ...TRUST_MACHINE, ...base.env },
  });
}

/** A few large files in place of hundreds of small ones, each of which would cost every start its share. */
async function bundleProgram(entries: readonly string[]): Promise<void> {
  await Deno.remove(PROGRAM, { recursive: true }).catch(() => {});
  await denoBundle(entries, [`--outdir=${PROGRAM}`, "--code-splitting"]);
}

/** Entries lie below the folder as they lie in the repository, what they share at its top. */
function bundleOf(entry: string): string {
  return `${PROGRAM}/${relative(ROOT, entry).replace(/\.ts$/, ".js")}`;
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

async function buildInfo(base: Base, target: string): Promise<BuildInfo> {
  return {
    version: config.version,
    deno: base.deno,
    base: base.kind,
    target,
    builtAt: new Date().toISOString(),
    commit: await gitCommit(),
  };
}

async function gitCommit(): Promise<string | null> {
  try {
    const options = { cwd: ROOT, env: { GIT_OPTIONAL_LOCKS: "0" } };
    return (await runCommand(["git", "describe", "--always", "--dirty", "--exclude=*"], options)).trim();
  } catch {
    return null;
  }
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseArgs(args, {
    boolean: ["release"],
    string: ["output", "target"],
    default: { output: "dist/nuvom", target: Deno.build.target },
    unknown: (option) => {
      throw badOption(option, USAGE);
    },
  }) as unknown as { output: string; target: string; release: boolean };
  const base = await chooseBase({ ...options, env: Deno.env.toObject() });
  await compile({ ...options, entry: `${ROOT}cli.ts`, output: resolve(options.output), base });
  console.log(`${options.output}: nuvom ${config.version} on Deno ${base.deno} (${base.kind} base)`);
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    if (!(error instanceof NuvomError)) throw error;
    console.error(error.message);
    Deno.exit(error.exitCode);
  }
}
