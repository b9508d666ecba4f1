/** What imports and `require` mean in modules of the project and in its packages. @module */

import { builtinName } from "./builtins.ts";
import { jsrRefused } from "./package_errors.ts";
import type { Project } from "./project.ts";
import { isSdk, mapped, type Resolution, resolve, type ResolveRules } from "./resolve.ts";

/** `require` knows no maps and no URLs. */
const REQUIRE_RULES: ResolveRules = { remote: false, imports: {} };

/**
 * Resolves an import: beside what {@linkcode resolve} knows, a module of the project may name packages in its
 * `node_modules`, what its `deno.json` maps, and `#…` of its package.json.
 *
 * @throws {NuvomError} `NUVOM_LOADER_…`
 */
export async function resolveImport(
  specifier: string,
  chain: readonly string[],
  rules: ResolveRules,
  project: Project,
): Promise<Resolution> {
  const referrer = chain.at(-1)!;
  if (!referrer.startsWith("file:")) return resolve(specifier, chain, rules);
  const own = mapped(specifier, rules.imports);
  let meant = own === specifier && !isFixed(specifier) ? project.mapped(specifier, referrer) : own;
  if (meant.startsWith("#")) meant = await project.internal(meant, referrer, "import", chain);
  if (meant.startsWith("jsr:")) throw jsrRefused(meant, chain);
  if (!isPackage(meant)) return resolve(meant, chain, rules);
  return { kind: "module", url: await project.packageFile(meant, referrer, "import", chain) };
}

/** Resolves what a CommonJS module requires. @throws {NuvomError} `NUVOM_LOADER_…` */
export async function resolveRequire(
  specifier: string,
  chain: readonly string[],
  project: Project,
): Promise<Resolution> {
  const referrer = chain.at(-1)!;
  if (/^(\/|\.{1,2}(\/|$))/.test(specifier)) {
    return { kind: "module", url: await project.requiredFile(specifier, referrer, chain) };
  }
  const meant = specifier.startsWith("#") ? await project.internal(specifier, referrer, "require", chain) : specifier;
  if (!isPackage(meant)) return resolve(meant, chain, REQUIRE_RULES);
  return { kind: "module", url: await project.packageFile(meant, referrer, "require", chain) };
}

/** What no map changes. */
function isFixed(specifier: string): boolean {
  return isSdk(specifier) || specifier.startsWith("node:");
}

function isPackage(specifier: string): boolean {
  // What is called nuvom is never looked for among packages: anyone could have put it there.
  if (
    isSdk(specifier.split("/")[0]!) || isSdk(specifier) || builtinName(specifier) !== null ||
    /^\.{0,2}\//.test(specifier)
  ) return false;
  return specifier.startsWith("npm:") || !/^[a-z][a-z0-9+.-]*:/i.test(specifier);
}
