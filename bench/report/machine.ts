/** What was measured on: the kind of machine and the versions of all. @module */

import { type Packages, VERSIONS } from "../harness/packages.ts";
import { EXECUTABLE } from "../harness/executable.ts";
import { postgresVersion } from "../../tests/servers/postgres.ts";
import { redisVersion } from "../harness/servers.ts";
import { temporaryFolder } from "../harness/temporary.ts";

/** For the head of the report. */
export interface Machine {
  readonly date: string;
  /** Cores, memory, system, file system; no names. */
  readonly kind: string;
  /** Processes that wanted to run in the minute before: more than a little spoils the figures. */
  readonly load: number;
  readonly versions: readonly string[];
}

/** Right before the first measurement. */
export async function describeMachine({ node }: Packages): Promise<Machine> {
  const { nuvom, deno, commit, base } = JSON.parse(await output(EXECUTABLE, "version", "--json"));
  const fileSystem = (await output("df", "--output=fstype", await temporaryFolder())).split("\n")[1];
  const gibibytes = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  return {
    date: new Date().toISOString().slice(0, 10),
    kind: `${navigator.hardwareConcurrency} cores, ${gibibytes} GiB of memory, ${Deno.build.os} ${Deno.build.arch}, ` +
      `temporary files on ${fileSystem}`,
    load: Deno.loadavg()[0]!,
    versions: [
      `nuvom ${nuvom} of commit ${commit} on Deno ${deno}${base === "development" ? " (development base)" : ""}`,
      `its client and the bare loop on Deno ${Deno.version.deno}`,
      `peers on Node ${(await output(node, "--version")).slice(1)}`,
      ...Object.entries(VERSIONS).map(([name, version]) => `${name} ${version}`),
      `Redis ${await redisVersion()}`,
      `Postgres ${await postgresVersion()}`,
    ],
  };
}

async function output(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args }).output();
  return new TextDecoder().decode(stdout).trim();
}
