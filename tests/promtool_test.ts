/** What the plugin `prometheus` exports and brings along, held against Prometheus itself and its `promtool`. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadSettings, openEngine } from "@nuvom/nuvom";
import { task } from "nuvom";
import { bundlePlugins } from "../scripts/bundle_plugins.ts";
import { freePort } from "./servers/free_port.ts";

const FOLDER = new URL("../plugins/prometheus/", import.meta.url);
const REASON = await hasPrometheus() ? "" : ' (left out: there is no "prometheus" command)';

const MANIFEST = `
[plugins]
monitoring = ["./plugins/prometheus.js", "./plugins/figures.ts"]

[plugin.prometheus]
permissions = { net = ["127.0.0.1"] }

[plugin.figures]
isolation = "process"

[tasks]
modules = ["./tasks.ts"]
`;
/** Figures of every kind, good ones and such as no scrape may choke on. */
const FIGURES = `export default {
  name: "figures",
  provides: ["monitoring"],
  start(_settings, context) {
    const labels = { place: 'a "b" \\\\ c\\nd' };
    context.registerMetricsProvider(() => [
      { name: "shop_orders_total", help: "Orders.", type: "counter", samples: [{ labels, value: 3 }] },
      { name: "shop_open_orders", help: "Orders \\\\ that are\\nopen.", type: "gauge", samples: [{ labels, value: 0.5 }] },
      { name: "shop_delivery_seconds", help: "Time.", type: "histogram",
        samples: [{ labels, bounds: [0.5, 1], counts: [1, 2, 3], sum: 4.25, count: 3 }] },
      { name: "shop_wrong_label", help: "Wrong.", type: "gauge", samples: [{ labels: { "a-b": "c" }, value: 1 }] },
      { name: "shop_wrong_counter", help: "Wrong.", type: "counter", samples: [{ labels, value: 1 }] },
      { name: "nuvom_in_flight", help: "Another's.", type: "gauge", samples: [{ labels: {}, value: 1 }] },
    ]);
  },
  stop() {},
};
`;
const TASKS = `import { task } from "nuvom";
export const half = task({ name: "half", retries: 0 }, (n) => {
  if (n % 2 === 1) throw new Error("odd");
  return n / 2;
});
`;
const half = task({ name: "half", retries: 0 }, (n: number) => n / 2);

let bundled: Promise<string> | undefined;

async function bundle(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "nuvom_promtool_" });
  try {
    await bundlePlugins(`${folder}/plugins`);
    return await Deno.readTextFile(`${folder}/plugins/prometheus.js`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A worker that has run six jobs, of which three failed, and is scraped. */
class ScrapedWorker implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  port = 0;

  static async start(): Promise<ScrapedWorker> {
    const started = new ScrapedWorker();
    const folder = await started.folder();
    await Deno.mkdir(`${folder}/plugins`);
    await Deno.writeTextFile(`${folder}/plugins/prometheus.js`, await (bundled ??= bundle()));
    await Deno.writeTextFile(`${folder}/plugins/figures.ts`, FIGURES);
    await Deno.writeTextFile(`${folder}/tasks.ts`, TASKS);
    await Deno.writeTextFile(`${folder}/.nuvom_plugins.toml`, MANIFEST);
    started.port = freePort();
    const env = {
      NUVOM_CACHE_DIR: `${folder}/cache`,
      NUVOM_MAX_WORKERS: "1",
      NUVOM_PLUGIN_START_TIMEOUT_SECS: "60",
      NUVOM_PROMETHEUS_PORT: String(started.port),
    };
    const engine = started.#stack.use(await openEngine({ settings: loadSettings({ cwd: folder, env }) }));
    const worker = await engine.worker();
    await half.map([0, 1, 2, 3, 4, 5].map((n) => [n]));
    await worker.start();
    await worker.drained();
    return started;
  }

  /** A folder that is removed at the end. */
  async folder(): Promise<string> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom_promtool_" }));
    this.#stack.defer(() => Deno.remove(folder, { recursive: true }));
    return folder;
  }

  async scrape(headers: HeadersInit = {}): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.port}/metrics`, { headers })).text();
  }

  /** Prometheus, scraping the worker every second. */
  async prometheus(): Promise<{ query(text: string): Promise<number | null> }> {
    const folder = await this.folder();
    const config = {
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      rule_files: [decodeURIComponent(new URL("alerts.yml", FOLDER).pathname)],
      scrape_configs: [{ job_name: "nuvom", static_configs: [{ targets: [`127.0.0.1:${this.port}`] }] }],
    };
    // JSON is YAML.
    await Deno.writeTextFile(`${folder}/prometheus.yml`, JSON.stringify(config));
    const address = `127.0.0.1:${freePort()}`;
    const child = new Deno.Command("prometheus", {
      args: [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=${address}`,
      ],
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#stack.defer(async () => {
      child.kill("SIGTERM");
      await child.status;
    });
    return {
      async query(text) {
        const response = await fetch(`http://${address}/api/v1/query?${new URLSearchParams({ query: text })}`);
        const [first] = (await response.json()).data.result;
        return first === undefined ? null : Number(first.value[1]);
      },
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

async function hasPrometheus(): Promise<boolean> {
  try {
    await new Deno.Command("promtool", { args: ["--version"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch {
    return false;
  }
}

/** What promtool says, also of what it only does not like. */
async function promtool(args: readonly string[], stdin = ""): Promise<{ code: number; said: string }> {
  const child = new Deno.Command("promtool", {
    args: [...args],
    cwd: FOLDER,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const begun = performance.now(); performance.now() - begun < 30_000;) {
    if (await holds().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Within 30 s it did not come to this: ${what}.`);
}

/** Names of figures in an expression of a dashboard or an alert. */
function figuresIn(text: string): string[] {
  return [...text.matchAll(/\b(?:nuvom|process)_\w+/g)].map(([name]) => name);
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: name + REASON, ignore: REASON !== "", fn });
}

test("promtool check metrics has nothing to say of what a worker exports", async () => {
  await using worker = await ScrapedWorker.start();
  const text = await worker.scrape();
  assertEquals(await promtool(["check", "metrics"], text), { code: 0, said: "" });
  assert(!text.includes("shop_wrong"));
  // It does say something where there is something to be said.
  assertEquals((await promtool(["check", "metrics"], text.replaceAll("shop_orders_total", "shop_orders"))).code, 3);
});

test("Prometheus scrapes a worker and reads its figures, those of other plugins and the alerts", async () => {
  await using worker = await ScrapedWorker.start();
  assertEquals((await worker.scrape({ accept: "application/openmetrics-text" })).endsWith("# EOF\n"), true);
  const server = await worker.prometheus();
  await until("a scrape", async () => await server.query("up") === 1);
  const expected: Record<string, number> = {
    'nuvom_jobs_total{outcome="success"}': 3,
    'nuvom_attempts_total{task="half",queue="default",outcome="failure"}': 3,
    'nuvom_jobs_finished_total{state="failed"}': 3,
    "nuvom_jobs_enqueued_total": 6,
    "nuvom_jobs_started_total": 6,
    "nuvom_job_duration_seconds_count": 6,
    'nuvom_job_wait_seconds_count{queue="default"}': 6,
    'nuvom_queue_size{queue="default",state="pending"}': 0,
    "nuvom_workers": 1,
    'nuvom_plugin_state{plugin="figures",state="running"}': 1,
    'nuvom_plugin_restarts_total{plugin="figures"}': 0,
    'shop_orders_total{place="a \\"b\\" \\\\ c\\nd"}': 3,
    'shop_delivery_seconds_bucket{le="+Inf"}': 3,
    "count(nuvom_executor_memory_bytes > 1e6)": 1,
    'count(nuvom_plugin_memory_bytes{plugin="figures"} > 1e6)': 1,
    'count(nuvom_plugin_calls_total{plugin="figures",outcome="answer"} > 1)': 1,
    "nuvom_queue_oldest_age_seconds": 0,
    "count(process_resident_memory_bytes > 1e6)": 1,
  };
  for (const [query, value] of Object.entries(expected)) {
    assertEquals([query, await server.query(query)], [query, value]);
  }
});

test("dashboard and alerts ask for nothing but what a worker exports", async () => {
  await using worker = await ScrapedWorker.start();
  const text = await worker.scrape();
  const types = [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)];
  const exported = new Set(
    types.flatMap(([, name, type]) => [name, ...(type === "histogram" ? [`${name}_bucket`] : [])]),
  );
  for (const file of ["dashboard.json", "alerts.yml", "alerts_test.yml"]) {
    const asked = figuresIn(await Deno.readTextFile(new URL(file, FOLDER)));
    assert(asked.length > 10, file);
    assertEquals(asked.filter((name) => !exported.has(name)), [], file);
  }
  const readme = await Deno.readTextFile(new URL("README.md", FOLDER));
  for (const [, name] of types) if (!name!.startsWith("shop_")) assertStringIncludes(readme, name!);
});

test("promtool takes the alerts, and each of them fires when it should, and only then", async () => {
  const rules = await promtool(["check", "rules", "alerts.yml"]);
  assertEquals(rules.code, 0, rules.said);
  const names = (text: string) => new Set([...text.matchAll(/alert(?:name)?: (\w+)/g)].map(([, name]) => name));
  const [alerts, tested] = await Promise.all(
    ["alerts.yml", "alerts_test.yml"].map((file) => Deno.readTextFile(new URL(file, FOLDER))),
  );
  assertEquals(names(tested!), names(alerts!));
  const tests = await promtool(["test", "rules", "alerts_test.yml"]);
  assertEquals(tests.code, 0, tests.said);
});

Deno.test("the dashboard is one that Grafana can import", async () => {
  const { title, panels, templating } = JSON.parse(await Deno.readTextFile(new URL("dashboard.json", FOLDER)));
  assertEquals([title, templating.list.map(({ name }: { name: string }) => name)], ["nuvom", ["datasource", "job"]]);
  const ids = panels.map(({ id }: { id: number }) => id);
  assertEquals(new Set(ids).size, ids.length);
  for (const { type, title, targets } of panels) {
    if (type !== "row") assert(targets.length > 0, title);
  }
});
