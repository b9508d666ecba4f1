/** Compares what was locked with what is there: in the store, and where the modules came from. @module */

import { type ErrorData, NuvomError, toErrorData } from "../../core/mod.ts";
import type { RemoteModules } from "../../loader/mod.ts";
import { CodeLoader } from "../code_loader.ts";
import { examinePlugins } from "../examine.ts";
import type { Lock } from "../lock.ts";
import type { Manifest } from "../manifest.ts";
import { readProject } from "./change_project.ts";
import { fromNetwork } from "./code_source.ts";
import type { ChangeParts } from "./parts.ts";

/** One module of the lock. */
export interface VerifiedModule {
  readonly url: string;
  readonly bytes: number;
  /** As it was locked. */
  readonly sha256: string;
  /** False: the store has lost it, or had something else in its place; it is fetched when it is needed. */
  readonly stored: boolean;
  /** What its source gives now; null when it was not asked. */
  readonly source: "same" | "changed" | "unreachable" | null;
  /** Of what its source gives now, where that is something else. */
  readonly found: string | null;
  /** Why its source could not be asked. */
  readonly problem: ErrorData | null;
}

/** What was found. */
export interface VerifyReport {
  readonly modules: readonly VerifiedModule[];
  /** Plugins of the manifest that may not run as things are, for the sake of the lock. */
  readonly plugins: readonly { readonly specifier: string; readonly problem: ErrorData }[];
  /** Whether everything is as it was locked. */
  readonly ok: boolean;
}

/** So many modules are looked at at a time. */
const AT_ONCE = 8;

/**
 * Nothing of the project is changed; a bad entry of the store is dropped, and mended when its source was asked.
 *
 * @param options `remote`: asks the sources, too.
 * @throws {NuvomError} `NUVOM_LOCK_…`, `NUVOM_MANIFEST_…`
 */
export async function verifyAll(
  parts: ChangeParts,
  { remote = false }: { readonly remote?: boolean } = {},
): Promise<VerifyReport> {
  const { manifest, lock } = await readProject(parts);
  const code = new CodeLoader(parts.settings.values, lock);
  await using network = code.openNetwork(parts.signal);
  const source = fromNetwork(network, parts);
  const modules: VerifiedModule[] = [];
  const urls = Object.keys(lock.code.modules);
  for (let at = 0; at < urls.length; at += AT_ONCE) {
    const some = urls.slice(at, at + AT_ONCE);
    modules.push(
      ...await Promise.all(some.map(async (url) => {
        const { sha256, bytes } = lock.code.modules[url]!;
        const stored = await code.stored(sha256) !== null;
        const answer = remote ? await ask(askedFor(url, lock), sha256, source) : NOT_ASKED;
        return { url, bytes, sha256, stored, ...answer };
      })),
    );
    const bytes = modules.reduce((sum, module) => sum + module.bytes, 0);
    parts.onProgress?.({ step: "verify", what: some[0]!, done: modules.length, known: urls.length, bytes });
  }
  const plugins = await faults(parts, manifest, code);
  const ok = plugins.length === 0 &&
    modules.every(({ stored, source }) => stored && (source === null || source === "same"));
  return { modules, plugins, ok };
}

type Answer = Pick<VerifiedModule, "source" | "found" | "problem">;

const NOT_ASKED: Answer = { source: null, found: null, problem: null };

/** A URL that leads somewhere else now, or to something else, has changed. */
async function ask(
  asked: readonly string[],
  sha256: string,
  source: RemoteModules,
): Promise<Answer> {
  try {
    for (const from of asked) {
      const module = await source.load(from, []);
      if (module.sha256 !== sha256) return { source: "changed", found: module.sha256, problem: null };
    }
    return { source: "same", found: null, problem: null };
  } catch (error) {
    if (!(error instanceof NuvomError)) throw error;
    const { stack: _, ...problem } = toErrorData(error);
    return { source: "unreachable", found: null, problem };
  }
}

/** What was asked for when it was locked; its own URL where nothing led to it. */
function askedFor(url: string, { code: { redirects } }: Lock): string[] {
  const asked = Object.keys(redirects).filter((from) => redirects[from] === url);
  return asked.length === 0 ? [url] : asked;
}

async function faults(
  { settings }: ChangeParts,
  manifest: Manifest,
  code: CodeLoader,
): Promise<VerifyReport["plugins"]> {
  const examined = await examinePlugins({ manifest, settings, code });
  return examined.flatMap(({ entry, fault, unready }) => {
    const problem = [fault, unready].find((one) => one?.code.startsWith("NUVOM_LOCK_"));
    if (problem === undefined || problem === null) return [];
    const { stack: _, ...data } = toErrorData(problem);
    return [{ specifier: entry.specifier, problem: data }];
  });
}
