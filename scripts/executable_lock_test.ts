import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { lockOf, npmPackagesOf } from "./executable_lock.ts";

Deno.test("npmPackagesOf() finds what a module needs, directly or not, and nothing else", async () => {
  const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
  const found = [...await npmPackagesOf(path("plugins/prometheus/exposition.ts"), path("deno.json"))];
  const names = found.map((id) => id.replace(/@[^@]*$/, ""));
  assertEquals(["prom-client", "tdigest", "bintrees"].filter((name) => !names.includes(name)), []);
  assertEquals(names.includes("@swc/wasm-typescript"), false);
});

Deno.test("lockOf() keeps the packages that are named and all that is not of npm", () => {
  const lock = {
    version: "5",
    specifiers: { "npm:a@^1.0.0": "1.2.0", "npm:@s/b@2.0.0": "2.0.0", "npm:c@3": "3.0.0", "jsr:@std/d@1": "1.0.0" },
    npm: { "a@1.2.0": {}, "@s/b@2.0.0": { integrity: "sha512-x" }, "c@3.0.0": {} },
    workspace: { dependencies: ["npm:c@3"] },
  };
  assertEquals(
    lockOf(lock, new Set(["a@1.2.0", "@s/b@2.0.0"])),
    {
      version: "5",
      specifiers: { "npm:a@^1.0.0": "1.2.0", "npm:@s/b@2.0.0": "2.0.0", "jsr:@std/d@1": "1.0.0" },
      npm: { "a@1.2.0": {}, "@s/b@2.0.0": { integrity: "sha512-x" } },
      workspace: { dependencies: ["npm:c@3"] },
    } as unknown as typeof lock,
  );
});
