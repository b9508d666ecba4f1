/**
 * The lock file of the executable. `deno compile` embeds every npm package that its lock file names; what only plugins
 * bundle must not be among them (and Deno 2.7 overflows its stack on a package that prom-client needs).
 * @module
 */

import { runCommand, TRUST_MACHINE } from "./run_command.ts";

/** What matters here of a `deno.lock`. */
export interface LockFile {
  /** Version by what is imported, such as `npm:acorn@^8`. */
  readonly specifiers: Readonly<Record<string, string>>;
  /** By `NAME@VERSION`. */
  readonly npm: Readonly<Record<string, unknown>>;
}

/** What matters here of `deno info --json`. */
interface GraphInfo {
  readonly modules: readonly { readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<Record<string, { readonly dependencies: readonly string[] }>>;
}

/**
 * The npm packages (`NAME@VERSION`) that a module needs, directly or not, also for its types.
 * @param config The `deno.json` that it is read with.
 */
export async function npmPackagesOf(entry: string, config: string): Promise<Set<string>> {
  const command = [Deno.execPath(), "info", "--json", `--config=${config}`, entry];
  const info = await runCommand(command, { env: TRUST_MACHINE });
  const { modules, npmPackages } = JSON.parse(info) as GraphInfo;
  const needed = new Set(modules.flatMap(({ npmPackage }) => npmPackage ?? []));
  // A Set hands out what is added to it while it is walked.
  for (const id of needed) for (const dependency of npmPackages[id]!.dependencies) needed.add(dependency);
  return needed;
}

/** A lock file with no other npm packages than these. */
export function lockOf<L extends LockFile>(lock: L, packages: ReadonlySet<string>): L {
  const specifiers = Object.entries(lock.specifiers).filter(([specifier, version]) => {
    const name = /^npm:(.+)@/.exec(specifier)?.[1];
    return name === undefined || packages.has(`${name}@${version}`);
  });
  const npm = Object.entries(lock.npm).filter(([id]) => packages.has(id));
  return { ...lock, specifiers: Object.fromEntries(specifiers), npm: Object.fromEntries(npm) };
}
