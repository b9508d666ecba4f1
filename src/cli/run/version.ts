/** `nuvom version` @module */

import { ROOT } from "../../core/root.ts";
import config from "../../../deno.json" with { type: "json" };
import type { Run } from "../command.ts";
import type { version } from "../commands/version.ts";
import { printJson } from "../print.ts";

/** What the build writes to `dist/build.json`. */
interface Build {
  readonly version: string;
  readonly deno: string;
  readonly base: "official" | "development";
  readonly builtAt: string;
  readonly commit: string | null;
}

const BASES = { official: "", development: " (development base)", source: " (from source)" } as const;

/** Prints versions; loads nothing of the engine. */
export const run: Run<typeof version> = ({ io, json }) => {
  const build = readBuild();
  const { deno, v8, typescript } = Deno.version;
  const document = {
    nuvom: build?.version ?? config.version,
    deno,
    v8,
    typescript,
    platform: Deno.build.target,
    base: build?.base ?? "source",
    builtAt: build?.builtAt ?? null,
    commit: build?.commit ?? null,
  } as const;
  if (json) printJson(io, document);
  else {
    const { nuvom, base, builtAt, commit, ...others } = document;
    const built = build === null ? "" : `built ${[builtAt, commit].filter((part) => part !== null).join(" from ")}\n`;
    const lines = Object.entries(others).map(([name, value]) => `${name} ${value}\n`);
    io.out.write(`nuvom ${nuvom}${BASES[base]}\n${lines.join("")}${built}`);
  }
  return Promise.resolve(0);
};

/** Null in a source run: what lies in `dist` then is of another program. */
function readBuild(): Build | null {
  if (!Deno.build.standalone) return null;
  try {
    return JSON.parse(Deno.readTextFileSync(new URL("dist/build.json", ROOT)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
