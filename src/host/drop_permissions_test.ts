import { assertEquals } from "@std/assert";
import type { PermissionKind, PermissionSet } from "../core/mod.ts";
import { dropPermissions } from "./drop_permissions.ts";
import type { PluginSection } from "./manifest.ts";

/** Plugins with these grants, each as it is isolated. */
function sections(grants: readonly (readonly [PluginSection["isolation"], PermissionSet])[]) {
  const section = ([isolation, permissions]: (typeof grants)[number], i: number) =>
    [`p${i}`, { name: `p${i}`, permissions, optional: false, settings: {}, place: "", isolation }] as const;
  return { sections: new Map(grants.map(section)) };
}

/** This thread's own; asked, never prompted for. */
function state(name: PermissionKind): Deno.PermissionState {
  return Deno.permissions.querySync({ name } as Deno.PermissionDescriptor).state;
}

Deno.test("dropPermissions() keeps what the worker and the plugins beside it need, and drops the rest for good", () => {
  const grant: PermissionSet = { ffi: ["/x.so"], import: ["a.example.com"] };
  assertEquals(dropPermissions(sections([["inline", grant]])), []);
  assertEquals([state("ffi"), state("import")], ["granted", "granted"]);
  assertEquals(dropPermissions(sections([["process", grant], ["worker", { import: ["a.example.com"] }]])), ["ffi"]);
  assertEquals([state("ffi"), state("import")], ["prompt", "granted"]);
  assertEquals(dropPermissions(sections([])), ["ffi", "import"]);
  for (const kind of ["read", "write", "net", "env", "run", "sys"] as const) assertEquals(state(kind), "granted");
});
