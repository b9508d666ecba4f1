import { assertEquals } from "@std/assert";
import { topPlace } from "./place.ts";

Deno.test("topPlace() is the first line in the project", () => {
  const stack = [
    "RangeError: no",
    "    at deep (ext:core/00_infra.js:1:2)",
    "    at shim (file:///tmp/nuvom-run-1/shim_process.js:3:4)",
    "    at open (file:///srv/my%20app/plugins/db.ts:12:3)",
    "    at async start (file:///srv/my%20app/plugins/x.ts:5:1)",
  ].join("\n");
  assertEquals(topPlace(stack, "/srv/my app"), "./plugins/db.ts:12:3");
});

Deno.test("topPlace() knows plugins inside the executable, and says when there is nothing to say", () => {
  assertEquals(topPlace("Error\n    at start (nuvom:prometheus:40:7)", "/srv"), "nuvom:prometheus:40:7");
  assertEquals(topPlace("Error: see file:///srvx/a.ts:1:1", "/srv"), null);
  assertEquals(topPlace("Error: no stack", "/srv"), null);
});
