import { assertEquals, assertRejects } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { embeddedPlugin } from "./embedded.ts";

async function withFolder(
  files: Readonly<Record<string, string>>,
  test: (folder: URL) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "nuvom-test-" });
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${path}/${name}`, text);
    await test(new URL(`file://${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("embeddedPlugin() reads a bundle", async () => {
  await withFolder({ "prometheus.js": "export {};" }, async (folder) => {
    assertEquals(await embeddedPlugin("prometheus", folder), "export {};");
  });
});

Deno.test("embeddedPlugin() names the nearest of the bundles", async () => {
  await withFolder({ "prometheus.js": "", "postgres.js": "" }, async (folder) => {
    const error = await assertRejects(() => embeddedPlugin("promtheus", folder), NuvomError, 'mean "prometheus"?');
    assertEquals([error.code, error.exitCode], ["NUVOM_PLUGIN_EMBEDDED", 3]);
  });
});

Deno.test("embeddedPlugin() says how bundles are made when there are none", async () => {
  await withFolder({}, async (folder) => {
    for (const where of [folder, new URL("missing/", folder)]) {
      await assertRejects(() => embeddedPlugin("prometheus", where), NuvomError, "deno task bundle:plugins");
    }
  });
});

Deno.test("embeddedPlugin() takes no paths", async () => {
  await withFolder({ "a.js": "", "secret.js": "" }, async (folder) => {
    for (const name of ["../a", "./a", "", "A", "a.js", "%2e%2e/a"]) {
      await assertRejects(() => embeddedPlugin(name, new URL("deeper/", folder)), NuvomError);
    }
  });
});
