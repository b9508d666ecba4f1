/** Clients of real services, bundled into plugins: they load and work in a realm with a `net` grant alone. @module */

import { assertEquals, assertMatch } from "@std/assert";
import { install, whyLeftOut } from "../npm_project.ts";
import { Server } from "./server.ts";
import { otelCollector, Services } from "./services.ts";

/** Pinned, so that a run says the same tomorrow. */
const PACKAGES = {
  "@opentelemetry/api": "1.9.1",
  "@opentelemetry/exporter-trace-otlp-http": "0.223.1",
  "@opentelemetry/resources": "2.12.1",
  "@opentelemetry/sdk-trace-base": "2.12.1",
  "ioredis": "6.0.0",
  "nats": "2.29.3",
  "postgres": "3.4.9",
  "prom-client": "15.1.3",
  "redis": "6.3.1",
};

/** What a plugin does in its `start`; `PORT` is that of its service. */
interface Client {
  /** The program that must be there, or null: the test's own server is enough. */
  readonly service: "redis-server" | "postgres" | "nats-server" | null;
  readonly code: string;
  readonly wanted: RegExp;
}

const CLIENTS: Readonly<Record<string, Client>> = {
  ioredis: {
    service: "redis-server",
    code: `import { Redis } from "ioredis";
      const work = async () => {
        const client = new Redis({ host: "127.0.0.1", port: PORT, lazyConnect: true });
        await client.connect(); await client.set("ioredis", "held");
        const found = [await client.get("ioredis"), await client.ping()];
        await client.quit(); return found;
      };`,
    wanted: /\["held","PONG"\]/,
  },
  redis: {
    service: "redis-server",
    code: `import { createClient } from "redis";
      const work = async () => {
        const client = createClient({ socket: { host: "127.0.0.1", port: PORT } });
        await client.connect(); await client.set("redis", "held");
        const found = [await client.get("redis"), await client.ping()];
        await client.close(); return found;
      };`,
    wanted: /\["held","PONG"\]/,
  },
  postgres: {
    service: "postgres",
    code: `import postgres from "postgres";
      const work = async () => {
        const sql = postgres({ host: "127.0.0.1", port: PORT, user: "nuvom", database: "postgres", max: 1 });
        const found = await sql\`select \${40}::int + 2 as sum, \${sql.json({ a: [1] })}::jsonb as doc\`;
        await sql.end(); return [...found];
      };`,
    wanted: /\[\{"sum":42,"doc":\{"a":\[1\]\}\}\]/,
  },
  nats: {
    service: "nats-server",
    code: `import { connect, StringCodec } from "nats";
      const work = async () => {
        const client = await connect({ servers: "127.0.0.1:" + PORT }), codec = StringCodec();
        client.subscribe("sum", { callback: (_, message) => message.respond(codec.encode("got " + codec.decode(message.data))) });
        const answer = await client.request("sum", codec.encode("hello"), { timeout: 5_000 });
        await client.drain(); return [codec.decode(answer.data)];
      };`,
    wanted: /\["got hello"\]/,
  },
  prom_client: {
    service: null,
    code: `import { Counter, Histogram, Registry } from "prom-client";
      const work = async () => {
        const registers = [new Registry()];
        new Counter({ name: "jobs_total", help: "Jobs.", registers }).inc(3);
        new Histogram({ name: "seconds", help: "Time.", buckets: [1], registers }).observe(0.5);
        return (await registers[0].metrics()).split("\\n").filter((line) => line !== "" && line[0] !== "#");
      };`,
    wanted: /\["jobs_total 3","seconds_bucket\{le=\\"1\\"\} 1",.*"seconds_count 1"\]/,
  },
  opentelemetry: {
    service: null,
    code: `import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
      import { resourceFromAttributes } from "@opentelemetry/resources";
      import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
      const work = async () => {
        const exporter = new OTLPTraceExporter({ url: "http://127.0.0.1:PORT/v1/traces" });
        const resource = resourceFromAttributes({ "service.name": "nuvom" });
        const provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
        const span = provider.getTracer("test").startSpan("a job");
        span.setAttribute("queue", "q"); span.end();
        await provider.forceFlush(); await provider.shutdown(); return ["sent"];
      };`,
    wanted: /\["sent"\]/,
  },
};

const plugin = (name: string, code: string, port: number) =>
  `${code.replaceAll("PORT", String(port))}
export default { name: "${name}", provides: ["monitoring"], stop() {}, async start(_, { log }) { log.info(JSON.stringify(await work())); } };`;

const manifest = (names: readonly string[], ports: Readonly<Record<string, number>>, isolation: string) =>
  `[plugins]\nmonitoring = ${JSON.stringify(names.map((name) => `./${name}.js`))}\n` +
  names.map((name) =>
    `[plugin.${name}]\nisolation = "${isolation}"\npermissions = { net = ["127.0.0.1:${ports[name]}"] }\n`
  ).join("");

async function bundle(folder: string, name: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=deno", "--output", `../${name}.js`, `${name}.js`],
    cwd: folder,
    env: { DENO_TLS_CA_STORE: "system,mozilla" },
  }).output();
  if (!success) throw new Error(`${name} could not be bundled:\n${new TextDecoder().decode(stderr)}`);
}

const noRegistry = await whyLeftOut();
const missing = await Services.missing();

for (const [name, { service }] of Object.entries(CLIENTS)) {
  const reason = noRegistry ?? (service !== null && missing.has(service) ? `there is no ${service}` : null);
  if (reason === null) continue;
  Deno.test({ name: `${name} works in a realm (left out: ${reason})`, ignore: true, fn() {} });
}

Deno.test({
  name: `bundled npm clients work in realms with a net grant alone${
    noRegistry === null ? "" : ` (left out: ${noRegistry})`
  }`,
  ignore: noRegistry !== null,
  async fn(t) {
    await using server = await Server.with();
    await using services = await Services.start(missing);
    await using collector = otelCollector();
    const names = Object.keys(CLIENTS).filter((name) => !missing.has(CLIENTS[name]!.service ?? ""));
    const ports: Record<string, number> = {};
    const source = `${server.folder}/source`;
    await Deno.mkdir(source);
    await install(source, "npm", PACKAGES);
    for (const name of names) {
      ports[name] = CLIENTS[name]!.service === null ? collector.port : services.port(CLIENTS[name]!.service!);
      await Deno.writeTextFile(`${source}/${name}.js`, plugin(name, CLIENTS[name]!.code, ports[name]!));
      await bundle(source, name);
    }
    for (const isolation of ["process", "worker"]) {
      await server.write({ ".nuvom_plugins.toml": manifest(names, ports, isolation) });
      const { code, stderr } = await server.run(["runworker", "--drain"]);
      assertEquals(code, 0, stderr);
      for (const name of names) {
        await t.step(`${name}: ${isolation}`, () => {
          assertMatch(stderr, new RegExp(`plugin\\.${name} {2}${CLIENTS[name]!.wanted.source}$`, "m"));
        });
      }
      await t.step(`the collector has the span: ${isolation}`, () => {
        assertMatch(collector.received.shift() ?? "", /"name":"a job".*"key":"queue"/);
      });
    }
  },
});
