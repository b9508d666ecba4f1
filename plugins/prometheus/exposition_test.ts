import { assertEquals, assertThrows } from "@std/assert";
import type { Logger, MetricFamily } from "nuvom";
import { renderer } from "./exposition.ts";
import { parseExposition } from "./testing.ts";

/** The text of some families, and what the log was told. */
async function rendered(families: readonly MetricFamily[], times = 1): Promise<{ text: string; warnings: string[] }> {
  const warnings: string[] = [];
  const log = { warn: (message: string) => warnings.push(message) } as unknown as Logger;
  const render = renderer(log);
  let text = "";
  for (let n = 0; n < times; n++) text = await render({ at: 0, families });
  return { text, warnings };
}

Deno.test("renderer() writes counters and gauges with help, type and labels", async () => {
  const { text } = await rendered([
    {
      name: "nuvom_jobs_total",
      help: "Attempts.",
      type: "counter",
      samples: [{ labels: { outcome: "success" }, value: 3 }, { labels: { outcome: "timeout" }, value: 0 }],
    },
    { name: "nuvom_in_flight", help: "Leased.", type: "gauge", samples: [{ labels: {}, value: 1.5 }] },
  ]);
  assertEquals(
    text,
    `# HELP nuvom_jobs_total Attempts.
# TYPE nuvom_jobs_total counter
nuvom_jobs_total{outcome="success"} 3
nuvom_jobs_total{outcome="timeout"} 0

# HELP nuvom_in_flight Leased.
# TYPE nuvom_in_flight gauge
nuvom_in_flight 1.5
`,
  );
});

Deno.test("renderer() writes a histogram with its buckets, sum and count", async () => {
  const { text } = await rendered([{
    name: "took_seconds",
    help: "Time.",
    type: "histogram",
    samples: [{ labels: { task: "a" }, bounds: [0.1, 5], counts: [1, 4, 6], sum: 20.5, count: 6 }],
  }]);
  assertEquals(
    text,
    `# HELP took_seconds Time.
# TYPE took_seconds histogram
took_seconds_bucket{task="a",le="0.1"} 1
took_seconds_bucket{task="a",le="5"} 4
took_seconds_bucket{task="a",le="+Inf"} 6
took_seconds_sum{task="a"} 20.5
took_seconds_count{task="a"} 6
`,
  );
});

Deno.test("renderer() escapes labels and help", async () => {
  const { text } = await rendered([
    { name: "x", help: "a\\b\nc", type: "gauge", samples: [{ labels: { task: 'q"\\\n{}é' }, value: 1 }] },
  ]);
  assertEquals(text, '# HELP x a\\\\b\\nc\n# TYPE x gauge\nx{task="q\\"\\\\\\n{}é"} 1\n');
  assertEquals([...parseExposition(text).get("x")!.series.values()], [1]);
});

Deno.test("renderer() leaves out a family that Prometheus would refuse, and warns once", async () => {
  const good: MetricFamily = { name: "good", help: "h", type: "gauge", samples: [{ labels: {}, value: 1 }] };
  const { text, warnings } = await rendered([
    good,
    { ...good, samples: [{ labels: {}, value: 2 }] },
    { ...good, name: "no name" },
    { ...good, name: "no_label", samples: [{ labels: { "a-b": "" }, value: 1 }] },
  ], 2);
  assertEquals([...parseExposition(text).keys()], ["good"]);
  assertEquals(parseExposition(text).get("good")!.series.get("good"), 1);
  assertEquals(warnings, [
    "good is not exported: A metric with the name good has already been registered.",
    "no name is not exported: Invalid metric name",
    "no_label is not exported: Invalid label name",
  ]);
});

Deno.test("renderer() leaves out what is no number, and writes the infinite", async () => {
  const { text } = await rendered([{
    name: "x",
    help: "h",
    type: "gauge",
    samples: [{ labels: { n: "1" }, value: null as unknown as number }, { labels: { n: "2" }, value: -Infinity }],
  }]);
  assertEquals([...parseExposition(text).get("x")!.series], [['x{n="2"}', -Infinity]]);
});

Deno.test("parseExposition() refuses what Prometheus refuses", () => {
  const head = "# HELP x h\n# TYPE x gauge\n";
  for (
    const bad of [
      "x 1",
      "x 1\n",
      `${head}x 1\n${head}x 1\n`,
      `${head}x one\n`,
      `${head}x{a="b"c="d"} 1\n`,
      `${head}x{a="\n"} 1\n`,
      `${head}x 1\nx 1\n`,
      `${head}y 1\n`,
      "# TYPE x gauge\nx 1\n",
      "# HELP x h\n# TYPE x thing\nx 1\n",
    ]
  ) assertThrows(() => parseExposition(bad), SyntaxError);
});
