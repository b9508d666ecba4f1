/** The import map of a copy: what imports must mean there so that they mean the same as before. @module */

import { isRemote, type ModuleGraph } from "../../loader/mod.ts";
import { vendorImport } from "./errors.ts";
import { vendorScope } from "./vendor_names.ts";

/** As `deno.json` holds it. */
export interface VendorMap {
  readonly imports: Readonly<Record<string, string>>;
  readonly scopes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

type Addresses = Record<string, string>;

/**
 * Only what would be something else without it.
 *
 * @param paths Paths in the copy by the URLs of modules from URLs.
 * @throws {NuvomError} `NUVOM_VENDOR_IMPORT`
 */
export function vendorMap(graphs: readonly ModuleGraph[], paths: ReadonlyMap<string, string>): VendorMap {
  const imports: Addresses = {};
  const scopes: Record<string, Addresses> = {};
  for (const { from, specifier, to } of edges(graphs)) {
    const target = `./${paths.get(to)!}`;
    const home = isRemote(from) ? `./${paths.get(from)!}` : null;
    const key = home === null ? specifier : keyOf(specifier, home);
    if (key === target) continue;
    const addresses = home === null ? imports : (scopes[vendorScope(home.slice(2))] ??= {});
    if (Object.hasOwn(addresses, key) && addresses[key] !== target) throw vendorImport(specifier, addresses[key]!, to);
    addresses[key] = target;
  }
  return { imports, scopes };
}

/** The imports of modules from URLs. */
function* edges(graphs: readonly ModuleGraph[]) {
  for (const graph of graphs) {
    for (const { url: from, imports } of graph.modules.values()) {
      for (const [site, resolution] of imports) {
        if (resolution.kind !== "module") continue;
        const to = graph.redirects.get(resolution.url) ?? resolution.url;
        // A site is its type, a space, and its specifier.
        if (isRemote(to)) yield { from, specifier: site.slice(site.indexOf(" ") + 1), to };
      }
    }
  }
}

/** What a specifier is to the import map when it stands in a file of the copy. */
function keyOf(specifier: string, home: string): string {
  if (!/^\.{1,2}\//.test(specifier)) return specifier;
  const base = "file:///copy/";
  const { href } = new URL(specifier, new URL(home, base));
  return href.startsWith(base) ? `./${href.slice(base.length)}` : href;
}
