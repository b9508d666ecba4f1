/** The `deno.json` of a copy: the project's own, and what vendored modules need to find each other. @module */

import { parse } from "@std/jsonc";
import { vendorMapElsewhere } from "./errors.ts";
import type { VendorMap } from "./vendor_map.ts";

/** The project's own map goes first into one file with what the copy needs. */
export async function writeConfig(copy: string, folder: string, { imports, scopes }: VendorMap): Promise<void> {
  const own = await ownMap(folder);
  const merged = {
    ...own.config,
    imports: { ...own.imports, ...imports },
    scopes: { ...own.scopes, ...scopes },
  };
  for (const name of ["deno.json", "deno.jsonc"]) await Deno.remove(`${copy}/${name}`).catch(() => {});
  await Deno.writeTextFile(`${copy}/deno.json`, `${JSON.stringify(merged, null, 2)}\n`);
}

interface OwnMap {
  readonly config: Readonly<Record<string, unknown>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly scopes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

async function ownMap(folder: string): Promise<OwnMap> {
  for (const name of ["deno.json", "deno.jsonc"]) {
    const config = await readJsonc(`${folder}/${name}`);
    if (config === null) continue;
    const { importMap, imports, scopes, ...rest } = config;
    if (imports !== undefined || scopes !== undefined || typeof importMap !== "string") {
      return { config: rest, imports: imports ?? {}, scopes: scopes ?? {} } as OwnMap;
    }
    // The addresses in it start from where it lies.
    if (/\//.test(importMap.replace(/^\.\//, ""))) throw vendorMapElsewhere(importMap);
    const map = await readJsonc(`${folder}/${importMap}`) ?? {};
    return { config: rest, imports: map.imports ?? {}, scopes: map.scopes ?? {} } as OwnMap;
  }
  return { config: {}, imports: {}, scopes: {} };
}

async function readJsonc(path: string): Promise<Record<string, unknown> | null> {
  try {
    const text = await Deno.readTextFile(path);
    return text.trim() === "" ? {} : parse(text) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
