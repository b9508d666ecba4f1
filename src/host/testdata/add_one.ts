/** Adds one plugin, in a process of its own: FOLDER SPECIFIER. Prints `added`, or the code of the error. @module */

import { NuvomError } from "../../core/mod.ts";
import { loadSettings } from "../../settings/mod.ts";
import { addPlugin, inspectSource } from "../change/mod.ts";

const [folder, specifier] = Deno.args;
const env = { NUVOM_CACHE_DIR: `${folder}/cache`, NUVOM_ALLOW_HTTP_LOOPBACK: "1" };
const parts = { settings: loadSettings({ cwd: folder!, env }) };
try {
  await addPlugin(parts, await inspectSource(parts, { specifier: specifier! }), { permissions: { env: ["A"] } });
  console.log("added");
} catch (error) {
  if (!(error instanceof NuvomError)) throw error;
  console.log(error.code);
}
