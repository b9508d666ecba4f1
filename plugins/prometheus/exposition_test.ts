import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { HistogramSample, Logger, MetricFamily } from "nuvom";
import { type Format, Renderer } from "./exposition.ts";
import { parseExposition } from "./testing.ts";

/** Of one renderer's scrapes. */
interface Rendered {
  /** The last text, without the renderer's own figures. */
  readonly text: string;
  readonly own: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

async function rendered(
  scrapes: readonly (readonly MetricFamily[])[],
  { format = "text", maxSeries = 100 }: { format?: Format; maxSeries?: number } = {},
): Promise<Rendered> {
  const warnings: string[] = [];
  const log = { warn: (message: string) => warnings.push(message) } as unknown as Logger;
  const renderer = new Renderer(log, maxSeries);
  let text = "";
  for (const families of scrapes) text = await renderer.render({ at: 0, families }, format);
  const own = [...text.matchAll(/^nuvom_prometheus_(\w+)_total (\d+)$/gm)];
  return {
    text: text.replace(
      format === "text" ? /\n?# HELP nuvom_prometheus_[\s\S]*/ : /# HELP nuvom_prometheus_[\s\S]*(?=# EOF)/,
      "",
    ),
    own: Object.fromEntries(own.map(([, name, value]) => [name, Number(value)])),
    warnings,
  };
}

function gauge(name: string, ...samples: readonly (readonly [Record<string, string>, number])[]): MetricFamily {
  return { name, help: "h", type: "gauge", samples: samples.map(([labels, value]) => ({ labels, value })) };
}

function counter(name: string, value: number, labels: Record<string, string> = {}): MetricFamily {
  return { name, help: "h", type: "counter", samples: [{ labels, value }] };
}

function histogram(name: string, over: Partial<HistogramSample> = {}): MetricFamily {
  const sample = { labels: { task: "a" }, bounds: [0.1, 5], counts: [1, 4, 6], sum: 20.5, count: 6, ...over };
  return { name, help: "Time.", type: "histogram", samples: [sample] };
}

Deno.test("Renderer writes counters and gauges with help, type and labels", async () => {
  const { text } = await rendered([[
    {
      name: "nuvom_jobs_total",
      help: "Attempts.",
      type: "counter",
      samples: [{ labels: { outcome: "success" }, value: 3 }, { labels: { outcome: "timeout" }, value: 0 }],
    },
    { name: "nuvom_in_flight", help: "Leased.", type: "gauge", samples: [{ labels: {}, value: 1.5 }] },
  ]]);
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

Deno.test("Renderer writes a histogram with its buckets, sum and count", async () => {
  const { text } = await rendered([[histogram("took_seconds")]]);
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

Deno.test("Renderer escapes labels and help", async () => {
  const help = "a\\b\nc";
  const { text } = await rendered([[{ ...gauge("x", [{ task: 'q"\\\n{}é' }, 1]), help }]]);
  assertEquals(text, '# HELP x a\\\\b\\nc\n# TYPE x gauge\nx{task="q\\"\\\\\\n{}é"} 1\n');
  assertEquals([...parseExposition(text).get("x")!.series.values()], [1]);
});

Deno.test("Renderer leaves out families that Prometheus would refuse, warns once of each, and counts them", async () => {
  const good = gauge("good", [{}, 1]);
  const families = [
    good,
    gauge("good", [{}, 2]),
    gauge("no name", [{}, 1]),
    gauge("", [{}, 1]),
    gauge("no_label", [{ "a-b": "" }, 1]),
    gauge("reserved", [{ __name__: "x" }, 1]),
    gauge("twice", [{ a: "1", b: "2" }, 1], [{ b: "2", a: "1" }, 1]),
    counter("counts", 1),
    histogram("le_seconds", { labels: { le: "1" } }),
    histogram("falling_seconds", { counts: [4, 1, 6] }),
    histogram("short_seconds", { counts: [1, 6] }),
    histogram("unsorted_seconds", { bounds: [5, 0.1] }),
    histogram("fine_seconds"),
    gauge("fine_seconds_count", [{}, 1]),
  ];
  const { text, warnings, own } = await rendered([families, families]);
  assertEquals([...parseExposition(text).keys()], ["good", "fine_seconds"]);
  assertEquals(parseExposition(text).get("good")!.series.get("good"), 1);
  assertEquals(warnings, [
    "good is not exported: good is there already",
    "no name is not exported: its name is not valid",
    " is not exported: its name is not valid",
    'no_label is not exported: its label "a-b" is not valid',
    'reserved is not exported: its label "__name__" is not valid',
    'twice is not exported: it has two values for the labels [["a","1"],["b","2"]]',
    "counts is not exported: the name of a counter must end with _total",
    'le_seconds is not exported: its label "le" is not valid',
    "falling_seconds is not exported: its buckets are not cumulative",
    "short_seconds is not exported: its buckets are not cumulative",
    "unsorted_seconds is not exported: its buckets are not cumulative",
    "fine_seconds_count is not exported: fine_seconds_count is there already",
  ]);
  assertEquals(own, { refused: 24, overflow: 0 });
});

Deno.test("Renderer takes no figure for one of its own, and no more than a thousand", async () => {
  const many = Array.from({ length: 1_001 }, (_, i) => gauge(`figure_${i}`, [{}, 1]));
  const own: MetricFamily = counter("nuvom_prometheus_refused_total", 7);
  const { text, warnings } = await rendered([[own, ...many]]);
  assertEquals(parseExposition(text).size, 999);
  assertEquals(warnings, [
    "nuvom_prometheus_refused_total is not exported: nuvom_prometheus_refused_total is there already",
    "figure_999 is not exported: there are more than 1000 figures",
    "figure_1000 is not exported: there are more than 1000 figures",
  ]);
});

Deno.test("Renderer leaves out what is no number, and writes the infinite", async () => {
  const { text } = await rendered([[gauge("x", [{ n: "1" }, null as unknown as number], [{ n: "2" }, -Infinity])]]);
  assertEquals([...parseExposition(text).get("x")!.series], [['x{n="2"}', -Infinity]]);
});

Deno.test("Renderer adds series beyond the limit together, and those that had a place keep it", async () => {
  const of = (...tasks: string[]) => gauge("x", ...tasks.map((task) => [{ task }, 1] as const));
  const series = async (...scrapes: (readonly string[])[]) => {
    const { text, own } = await rendered(scrapes.map((tasks) => [of(...tasks)]), { maxSeries: 3 });
    return [...[...parseExposition(text).get("x")!.series].map(([key, value]) => `${key} ${value}`), own.overflow];
  };
  assertEquals(await series(["a", "b", "c"]), ['x{task="a"} 1', 'x{task="b"} 1', 'x{task="c"} 1', 0]);
  assertEquals(await series(["a", "b", "c", "d"]), ['x{task="a"} 1', 'x{task="b"} 1', 'x{task="other"} 2', 2]);
  const moved = await series(["a", "b", "c", "d"], ["d", "c", "b", "a"]);
  assertEquals(moved, ['x{task="b"} 1', 'x{task="a"} 1', 'x{task="other"} 2', 4]);
  const named = await series(["a", "other", "b", "c"], ["other", "c", "b", "a"]);
  assertEquals(named, ['x{task="b"} 1', 'x{task="a"} 1', 'x{task="other"} 2', 4]);
  assertEquals(await series(["a", "b", "c", "d"], ["c", "d"]), ['x{task="c"} 1', 'x{task="d"} 1', 2]);
});

Deno.test("Renderer adds histograms beyond the limit bucket by bucket, where their bounds are alike", async () => {
  const [sample] = histogram("x").samples as readonly HistogramSample[];
  const samples = ["a", "b", "c", "d"].map((task) => ({ ...sample!, labels: { task } }));
  const odd = { ...sample!, labels: { task: "e" }, bounds: [1], counts: [1, 6] };
  const { text } = await rendered([[{ name: "x", help: "h", type: "histogram", samples: [...samples, odd] }]], {
    maxSeries: 2,
  });
  const { series } = parseExposition(text).get("x")!;
  assertEquals([...series].filter(([key]) => key.includes("other")), [
    ['x_bucket{task="other",le="0.1"}', 3],
    ['x_bucket{task="other",le="5"}', 12],
    ['x_bucket{task="other",le="+Inf"}', 18],
    ['x_sum{task="other"}', 61.5],
    ['x_count{task="other"}', 18],
  ]);
});

Deno.test("Renderer writes OpenMetrics: counters without _total in their head, and an end", async () => {
  const jobs: MetricFamily = counter("jobs_total", 3, { a: "b" });
  const { text } = await rendered([[jobs, gauge("size", [{}, 1])]], { format: "openMetrics" });
  assertStringIncludes(text, '# HELP jobs h\n# TYPE jobs counter\njobs_total{a="b"} 3\n');
  assertStringIncludes(text, "# TYPE size gauge\nsize 1\n");
  assertEquals(text.endsWith("# EOF\n"), true);
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
