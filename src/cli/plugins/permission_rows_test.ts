import { assertEquals } from "@std/assert";
import { permissionRows } from "./permission_rows.ts";

Deno.test("permissionRows() shows what is covered, missing, and granted without being asked for", () => {
  const asked = { net: ["a.example.com:443", "b.example.com"], env: ["A"] };
  const granted = { net: ["a.example.com"], env: true, sys: ["hostname"] } as const;
  const rows = permissionRows(asked, granted);
  assertEquals(rows.map((row) => [row.permission, row.asked, row.granted]), [
    ["net a.example.com:443", true, true],
    ["net b.example.com", true, false],
    ["env A", true, true],
    ["net a.example.com", false, true],
    ["env (all)", false, true],
    ["sys hostname", false, true],
  ]);
});
