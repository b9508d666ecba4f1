import { assert, assertEquals, assertMatch } from "@std/assert";
import * as sdk from "../src/sdk/mod.ts";
import { sdkTypes } from "./sdk_types.ts";

const FILE = new URL("../src/cli/init/nuvom.d.ts", import.meta.url);
const REASON = await bundlesDeclarations() ? "" : " (left out: this Deno bundles no declarations)";

Deno.test({
  name: `nuvom.d.ts is what \`deno task types\` makes of the sdk${REASON}`,
  ignore: REASON !== "",
  async fn() {
    assert(await Deno.readTextFile(FILE) === await sdkTypes(), "nuvom.d.ts is out of date: run `deno task types`");
  },
});

Deno.test("nuvom.d.ts declares every value of the sdk, and no other", async () => {
  const text = await Deno.readTextFile(FILE);
  const values = [...text.matchAll(/^export declare (?:abstract )?(?:class|function|const) (\w+)/gm)].map(([, name]) =>
    name
  );
  assertEquals(values.sort(), Object.keys(sdk).sort());
  // Without an export list, every declaration would be exported.
  assertMatch(text, /^export (type )?\{.*\};\n$/m);
});

Deno.test("nuvom.d.ts stands alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.copyFile(FILE, `${folder}/nuvom.d.ts`);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--no-config", "nuvom.d.ts"],
      cwd: folder,
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Deno 2.7 can't. */
async function bundlesDeclarations(): Promise<boolean> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["bundle", "--help"] }).output();
  return new TextDecoder().decode(stdout).includes("--declaration");
}
