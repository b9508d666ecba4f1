import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../src/core/mod.ts";
import { bundlePlugins } from "./bundle_plugins.ts";

/** Runs a test in a folder of its own. */
async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "nuvom-test-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function filesOf(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

Deno.test("bundlePlugins() makes the same bytes each time and leaves nothing else in the folder", () =>
  inFolder(async (folder) => {
    const names = await bundlePlugins(`${folder}/plugins`);
    const first = await Deno.readTextFile(`${folder}/plugins/prometheus.js`);
    await Deno.writeTextFile(`${folder}/plugins/gone.js`, "");
    assertEquals(await bundlePlugins(`${folder}/plugins`), names);
    assertEquals(await Deno.readTextFile(`${folder}/plugins/prometheus.js`), first);
    assertEquals(filesOf(`${folder}/plugins`), names.map((name) => `${name}.js`));
    assertEquals(filesOf(folder), ["plugins"]);
  }));

Deno.test("bundlePlugins() leaves nuvom to the loader and tells no path of this machine", () =>
  inFolder(async (folder) => {
    await bundlePlugins(`${folder}/plugins`);
    const text = await Deno.readTextFile(`${folder}/plugins/prometheus.js`);
    assertStringIncludes(text, 'from "nuvom"');
    const places = text.matchAll(/^(?:\/\/ | {2}")(\S+\.[mc]?[jt]s)\b/gm).map(([, place]) => place!).toArray();
    assert(places.length > 10);
    assertEquals(places.filter((place) => !/^(npm:|plugins\/prometheus\/)/.test(place)), []);
  }));

for (
  const [why, source, code] of [
    ["imports what a realm does not have", `import "node:vm";`, "NUVOM_LOADER_BUILTIN_REFUSED"],
    ["would import it later", `export const vm = () => import("node:vm");`, "NUVOM_BUILD_PLUGIN"],
    ["does not parse", `export default {`, "NUVOM_BUILD_COMMAND"],
  ] as const
) {
  Deno.test(`bundlePlugins() refuses a plugin that ${why}, and changes nothing`, () =>
    inFolder(async (folder) => {
      await Deno.mkdir(`${folder}/source/bad`, { recursive: true });
      await Deno.writeTextFile(`${folder}/source/bad/mod.ts`, source);
      await Deno.mkdir(`${folder}/plugins`);
      await Deno.writeTextFile(`${folder}/plugins/bad.js`, "as it was");
      const error = await assertRejects(() => bundlePlugins(`${folder}/plugins`, `${folder}/source`), NuvomError);
      assertEquals(error.code, code);
      assertEquals(await Deno.readTextFile(`${folder}/plugins/bad.js`), "as it was");
      assertEquals(filesOf(folder), ["plugins", "source"]);
    }));
}
