import { assertEquals } from "@std/assert";
import { moduleTree } from "./module_tree.ts";

function drawn(imports: Readonly<Record<string, string>>): string[] {
  const modules = Object.entries(imports).map(([url, to]) => ({ url, bytes: 1, sha256: "", imports: [...to] }));
  return moduleTree(modules).map(({ branch, module, isAgain }) => `${branch}${module.url}${isAgain ? " *" : ""}`);
}

Deno.test("moduleTree() draws every module once with its imports, also where they lead back", () => {
  assertEquals(drawn({ a: "bcb", b: "d", c: "da", d: "" }), [
    "a",
    "├─ b",
    "│  └─ d",
    "├─ c",
    "│  ├─ d *",
    "│  └─ a *",
    "└─ b *",
  ]);
});

Deno.test("moduleTree() leaves no module out, and invents none", () => {
  assertEquals(drawn({ a: "x", b: "c", c: "" }), ["a", "b", "└─ c"]);
  assertEquals(drawn({}), []);
});

Deno.test("moduleTree() takes a chain as long as a graph may be", () => {
  const url = (i: number) => `m${i}`;
  const modules = Array.from(
    { length: 1_000 },
    (_, i) => ({ url: url(i), bytes: 1, sha256: "", imports: [url(i + 1)] }),
  );
  assertEquals(moduleTree(modules).at(-1)!.module.url, "m999");
});
