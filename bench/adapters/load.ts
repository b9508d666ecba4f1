/** Imports a package from the folder that the harness installed them into. @module */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** `T` is what the adapter uses of the package: its own types are not at hand here. */
export async function load<T>(packages: string, name: string): Promise<T> {
  const path = createRequire(`${packages}/package.json`).resolve(name);
  return await import(pathToFileURL(path).href) as T;
}
