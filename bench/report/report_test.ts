import { assertEquals, assertStringIncludes } from "@std/assert";
import { readOptions } from "../options.ts";
import { chart } from "./chart.ts";
import { markdown } from "./markdown.ts";
import { cellOf } from "./testing.ts";

const MACHINE = { date: "2026-11-24", kind: "2 cores", load: 0.2, versions: ["nuvom 0.1.0"] };
const CELLS = [
  cellOf("C1", "nuvom", { runs: [[52_345], [40_000], [61_000]] }),
  cellOf("C1", "plainjob", { error: "19 of 20 jobs are done.\nat here" }),
  cellOf("I", "plainjob", { note: "30 min, not waited for" }),
  cellOf("F", "nuvom", { runs: [[0.01, 140.2, 0, 0]] }),
];

Deno.test("markdown() shows median and range, and says what is missing and why", () => {
  const options = readOptions(["--scenarios", "C1,F,I", "--peers", "nuvom,plainjob"]);
  const text = markdown(CELLS, { machine: MACHINE, minutes: 12, options });
  const rows = text.split("\n").map((line) => line.replaceAll(/ +/g, " "));
  for (
    const row of [
      "| nuvom, NORMAL | 52,300 (40,000–61,000) | 3 |",
      "| plainjob (better-sqlite3) | failed: 19 of 20 jobs are done. | |",
      "| plainjob (better-sqlite3) | 30 min, not waited for | |",
      "| nuvom, NORMAL | 0.01 | 140 | no server | no server | 1 |",
      "| F | CPU of an idle worker | 0.01 s | ≤ 0.10 s | ≤ 0.02 s | aim |",
    ]
  ) assertEquals(rows.includes(row), true, row);
});

Deno.test("chart() draws a bar for what was measured in jobs per second, and nothing else", () => {
  const svg = chart(CELLS, readOptions([]).sizes);
  assertEquals(svg.match(/<rect /g)?.length, 1);
  assertStringIncludes(svg, "C1: drain 20,000 jobs, jobs/s");
  assertStringIncludes(svg, ">52,300</text>");
});
