import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type MetricsSnapshot, NuvomError, type PluginContext, type PluginSettings } from "nuvom";
import { Prometheus } from "./mod.ts";
import { parseExposition } from "./testing.ts";

const FIGURES: MetricsSnapshot = {
  at: 0,
  families: [{ name: "nuvom_in_flight", help: "Leased.", type: "gauge", samples: [{ labels: {}, value: 7 }] }],
};

/** The plugin on a free port, with a context of the test's own. */
class Started implements AsyncDisposable {
  readonly plugin = new Prometheus();
  readonly logged: string[] = [];
  readonly #stop = new AbortController();

  static async with(
    metrics: () => Promise<MetricsSnapshot> = () => Promise.resolve(FIGURES),
    settings: PluginSettings = {},
  ): Promise<Started> {
    const started = new Started();
    const write = (message: string) => void started.logged.push(message);
    const context = { metrics, log: { info: write, warn: write }, signal: started.#stop.signal };
    await started.plugin.start({ prometheus_port: 0, ...settings }, context as unknown as PluginContext);
    return started;
  }

  /** As the log says it. */
  get address(): string {
    return /http:\/\/\S+(?=\/metrics)/.exec(this.logged[0]!)![0];
  }

  /** Aborts the signal first, as the host does. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.plugin.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

Deno.test("Prometheus serves the figures at /metrics and a pointer at /", async () => {
  await using started = await Started.with();
  const response = await fetch(`${started.address}/metrics`);
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assertEquals(response.headers.get("server"), `nuvom-prometheus (process ${Deno.pid})`);
  assertEquals([...parseExposition(await response.text()).get("nuvom_in_flight")!.series], [["nuvom_in_flight", 7]]);
  const pointer = await fetch(started.address);
  assertEquals(pointer.status, 200);
  assertStringIncludes(await pointer.text(), "/metrics");
  const other = await fetch(`${started.address}/metrics/x`);
  assertEquals(other.status, 404);
  await other.body?.cancel();
});

Deno.test("Prometheus answers 500 and logs why when there are no figures", async () => {
  await using started = await Started.with(() => Promise.reject(new Error("the queue is gone")));
  const response = await fetch(`${started.address}/metrics`);
  assertEquals(response.status, 500);
  await response.body?.cancel();
  assertEquals(started.logged.at(-1), "a scrape failed: the queue is gone");
});

Deno.test("Prometheus serves OpenMetrics to whoever asks for it", async () => {
  await using started = await Started.with();
  const accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
  const response = await fetch(`${started.address}/metrics`, { headers: { accept } });
  assertEquals(response.headers.get("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
  assertEquals((await response.text()).endsWith("# EOF\n"), true);
});

Deno.test("Prometheus.start() says who has the port when it is in use, and names the setting to change", async () => {
  await using first = await Started.with();
  const start = (port: number) => assertRejects(() => Started.with(undefined, { prometheus_port: port }), NuvomError);
  const port = Number(new URL(first.address).port);
  const error = await start(port);
  assertEquals(error.code, "NUVOM_PROMETHEUS_LISTEN");
  assertStringIncludes(error.message, `127.0.0.1:${port}`);
  assertStringIncludes(error.message, `, taken by another worker of nuvom (process ${Deno.pid}).`);
  assertStringIncludes(error.message, "Set prometheus_port");

  const headers = { server: "nginx/1.22" };
  await using other = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("", { headers }),
  );
  assertStringIncludes((await start(other.addr.port)).message, ', taken by the web server "nginx/1.22".');

  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  assertEquals((await start(silent.addr.port)).message.includes("taken by"), false);
});

Deno.test("Prometheus.start() refuses what is no port, and what is no limit", async () => {
  for (const port of [-1, 65_536, 1.5, "9150", null]) {
    const error = await assertRejects(() => Started.with(undefined, { prometheus_port: port }), NuvomError);
    assertEquals(error.code, "NUVOM_PROMETHEUS_PORT");
  }
  for (const max_series of [0, 1.5, "many"]) {
    const error = await assertRejects(() => Started.with(undefined, { max_series }), NuvomError);
    assertEquals(error.code, "NUVOM_PROMETHEUS_MAX_SERIES");
  }
});

Deno.test("Prometheus.start() refuses an address of another machine", async () => {
  const error = await assertRejects(() => Started.with(undefined, { host: "192.0.2.1" }), NuvomError);
  assertEquals(error.code, "NUVOM_PROMETHEUS_LISTEN");
});

Deno.test("Prometheus.stop() turns away requests that wait, frees the port and may be called twice or first", async () => {
  await new Prometheus().stop();
  const asked = Promise.withResolvers<void>();
  const started = await Started.with(() => (asked.resolve(), new Promise(() => {})));
  const waiting = fetch(`${started.address}/metrics`);
  await asked.promise;
  await Promise.all([started.stop(), started.stop()]);
  const response = await waiting;
  assertEquals(response.status, 503);
  await response.body?.cancel();
  const { hostname, port } = new URL(started.address);
  Deno.listen({ hostname, port: Number(port) }).close();
});

Deno.test("Prometheus.stop() does not wait for a client that sends half a request", async () => {
  const started = await Started.with();
  const { hostname, port } = new URL(started.address);
  using client = await Deno.connect({ hostname, port: Number(port) });
  await client.write(new TextEncoder().encode("GET /metrics HTT"));
  const begun = performance.now();
  await started.stop();
  assert(performance.now() - begun < 5_000);
  Deno.listen({ hostname, port: Number(port) }).close();
});
