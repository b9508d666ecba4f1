import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { loadGraph, type NetworkOptions } from "./mod.ts";
import { RawServer, type Route, TEST_AUTHORITY, TestCache, TestServer } from "./testdata/test_server.ts";

const to = (location: string, status = 302) => () => new Response(null, { status, headers: { location } });
const sent = (body: BodyInit, headers: Record<string, string> = {}) => () => new Response(body, { headers });

/** The error of loading one URL. */
async function failure(url: string, options: Partial<NetworkOptions> = {}): Promise<NuvomError> {
  await using cache = await TestCache.open();
  const error = await assertRejects(() => cache.fetch(url, options), NuvomError);
  assert(!error.message.includes("\n"), error.message);
  return error;
}

async function failureOf(route: Route, options: Partial<NetworkOptions> = {}): Promise<NuvomError> {
  await using server = TestServer.open({ "/mod.ts": route });
  const error = await failure(server.url("/mod.ts"), options);
  assertStringIncludes(error.message, server.url("/mod.ts"));
  return error;
}

async function failureOfRaw(answer: string | Uint8Array | null): Promise<NuvomError> {
  await using server = new RawServer(() => answer);
  return await failure(server.url("/mod.ts"));
}

Deno.test("F2: five redirects are followed, and the last URL is what the module is known by", async () => {
  await using server = TestServer.open({
    "/a/1.ts": to("2.ts", 301),
    "/a/2.ts": to("/b/3.ts", 302),
    "/b/3.ts": to("?x=4", 303),
    "/b/": () => new Response(null, { status: 500 }),
    "/b/5.ts": to("//127.0.0.1:PORT/c/6.ts", 308),
    "/c/6.ts": "import { x } from './x.ts'; export { x }; export default import.meta.url",
    "/c/x.ts": "export const x: number = 6",
  });
  const { port } = server;
  server.routes["/b/3.ts"] = (request) => new URL(request.url).search === "" ? to("?x=4", 303)() : to("/b/5.ts", 307)();
  server.routes["/b/5.ts"] = to(`//127.0.0.1:${port}/c/6.ts#fragment`, 308);
  await using cache = await TestCache.open();
  const graph = await cache.fetch(server.url("/a/1.ts"));
  assertEquals([...graph.redirects], [[server.url("/a/1.ts"), server.url("/c/6.ts")]]);
  assertEquals([...graph.modules.keys()], [server.url("/c/6.ts"), server.url("/c/x.ts")]);
  const m = await cache.run(graph);
  assertEquals([m.x, m.default], [6, server.url("/c/6.ts")]);
});

Deno.test("F2: a sixth redirect, a loop and one to nowhere are refused", async () => {
  const chain = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`/${i}`, to(`/${i + 1}`)]));
  await using server = TestServer.open({ ...chain, "/6": "export default 6", "/a": to("/b"), "/b": to("/a") });
  const errors = await Promise.all(["/0", "/a"].map((path) => failure(server.url(path))));
  errors.push(await failureOf(() => new Response(null, { status: 302 })));
  assertEquals(errors.map(({ code }) => code), Array(3).fill("NUVOM_FETCH_REDIRECT"));
  assertStringIncludes(errors[0]!.message, "more than 5");
  assertStringIncludes(errors[1]!.message, `come back to ${server.url("/a")}`);
  assertEquals(server.count("/6"), 0);
  await using cache = await TestCache.open();
  assertEquals((await cache.run(await cache.fetch(server.url("/1")))).default, 6);
});

Deno.test("F2: every step of a redirect is checked again: scheme, user info, address", async () => {
  const steps: readonly (readonly [location: string, code: string])[] = [
    ["http://example.com/x.ts", "NUVOM_FETCH_SCHEME"],
    ["file:///etc/passwd", "NUVOM_FETCH_SCHEME"],
    ["data:text/javascript,1", "NUVOM_FETCH_SCHEME"],
    ["https://user:secret@example.com/x.ts", "NUVOM_FETCH_URL"],
    ["https://example.com\\@evil.test/x.ts", "NUVOM_FETCH_URL"],
    ["https://169.254.169.254/latest/meta-data", "NUVOM_FETCH_ADDRESS"],
    ["https://[::ffff:10.0.0.1]/x.ts", "NUVOM_FETCH_ADDRESS"],
    ["https://inner.test/x.ts", "NUVOM_FETCH_ADDRESS"],
  ];
  for (const [location, code] of steps) {
    const error = await failureOfStep(location);
    assertEquals([error.code, error.exitCode], [code, 3], location);
    assert(!error.message.includes("secret"), error.message);
  }
});

async function failureOfStep(location: string): Promise<NuvomError> {
  await using server = TestServer.open({ "/mod.ts": to(location) });
  return await failure(server.url("/mod.ts"), { lookup: () => Promise.resolve(["192.168.0.7"]) });
}

Deno.test("F2: a token goes to its own host over https, and not along with a redirect", async () => {
  await using two = TestServer.secure({ "/lib.ts": "export default 2" });
  await using one = TestServer.secure({
    "/mod.ts": to(two.url("/lib.ts", "two.test")),
    "/own.ts": to("/lib.ts"),
    "/lib.ts": "export default 1",
  });
  await using plain = TestServer.open({ "/lib.ts": "export default 3" });
  const host = `one.test:${one.port}`;
  const options = {
    caCerts: [TEST_AUTHORITY],
    lookup: () => Promise.resolve(["127.0.0.1"]),
    tokens: new Map([[host, "Bearer secret"], [`127.0.0.1:${plain.port}`, "Bearer other"]]),
  };
  await using cache = await TestCache.open();
  for (const url of [one.url("/mod.ts", "one.test"), one.url("/own.ts", "one.test"), plain.url("/lib.ts")]) {
    await cache.fetch(url, options);
  }
  const authorization = (server: TestServer) => server.requests.map(({ authorization }) => authorization);
  assertEquals(authorization(one), Array(3).fill("Bearer secret"));
  assertEquals(authorization(two), [null]);
  assertEquals(authorization(plain), [null]);
});

Deno.test("F3: plain http is refused, to this machine too unless it is asked for", async () => {
  await using server = TestServer.open({ "/mod.ts": "export default 1" });
  const codes: string[] = [];
  for (const url of ["http://example.com/x.ts", "http://10.0.0.1/x.ts", "http://localhost.example.com/x.ts"]) {
    codes.push((await failure(url)).code);
  }
  const error = await failure(server.url("/mod.ts"), { allowHttpLoopback: false });
  assertEquals([...codes, error.code], Array(4).fill("NUVOM_FETCH_SCHEME"));
  assertStringIncludes(error.message, "--allow-http-loopback");
  assertEquals(server.requests.length, 0);
  const elsewhere = await failure(server.url("/mod.ts", "localhost"), { lookup: () => Promise.resolve(["8.8.8.8"]) });
  assertEquals(elsewhere.code, "NUVOM_FETCH_ADDRESS");
});

Deno.test("F3: no step leads from https to http, neither a redirect nor an import", async () => {
  await using plain = TestServer.open({ "/lib.ts": "export default 1" });
  await using secure = TestServer.secure({
    "/redirect.ts": to(plain.url("/lib.ts")),
    "/import.ts": `import "${plain.url("/lib.ts")}"`,
  });
  for (const path of ["/redirect.ts", "/import.ts"]) {
    const error = await failure(secure.url(path), { caCerts: [TEST_AUTHORITY] });
    assertEquals([path, error.code], [path, "NUVOM_FETCH_SCHEME"]);
    assertStringIncludes(error.message, "leads from https to it");
  }
  assertEquals(plain.requests.length, 0);
});

const INNER: readonly (readonly [host: string, addresses: readonly string[], is: string])[] = [
  ["127.0.0.1", [], "loopback"],
  ["2130706433", [], "loopback"],
  ["[::1]", [], "loopback"],
  ["10.1.2.3", [], "private"],
  ["[fd00::1]", [], "private"],
  ["169.254.169.254", [], "link-local"],
  ["[::ffff:169.254.169.254]", [], "link-local"],
  ["[64:ff9b::a9fe:a9fe]", [], "link-local"],
  ["rebound.test", ["127.0.0.1"], "loopback"],
  ["mixed.test", ["1.1.1.1", "192.168.0.1"], "private"],
  ["cloud.test", ["fe80::1"], "link-local"],
  ["odd.test", ["not-an-address"], "reserved"],
];

for (const [host, addresses, is] of INNER) {
  Deno.test(`F4: https://${host} ${addresses} is refused as ${is}`, async () => {
    const lookup = () => Promise.resolve(addresses);
    const error = await failure(`https://${host}/x.ts`, { allowHttpLoopback: false, lookup });
    assertEquals([error.code, error.exitCode], ["NUVOM_FETCH_ADDRESS", 3]);
    assertStringIncludes(error.message, `the ${is} address`);
  });
}

Deno.test("F4: a host that is allowed by name may have a private address, and no other host", async () => {
  const lookup = () => Promise.resolve(["240.0.0.1"]);
  const options = { allowHosts: ["inner.test"], lookup, connectMs: 50 };
  // No server of modules is there: what matters is that it was tried.
  assertMatch((await failure("https://inner.test/x.ts", options)).code, /^NUVOM_FETCH_(CONNECT|TLS)$/);
  assertEquals((await failure("https://sub.inner.test/x.ts", options)).code, "NUVOM_FETCH_ADDRESS");
  const loopback = { ...options, lookup: () => Promise.resolve(["127.0.0.1"]), allowHttpLoopback: false };
  assertEquals((await failure("https://inner.test/x.ts", loopback)).code, "NUVOM_FETCH_ADDRESS");
});

Deno.test("F4: the address that was checked is the one that is connected to, whatever the name says next", async () => {
  await using server = TestServer.secure({ "/mod.ts": "export default 1" });
  await using cache = await TestCache.open();
  const answers = [["127.0.0.1"], ["10.0.0.1"]];
  const lookup = () => Promise.resolve(answers.shift()!);
  // The system knows no one.test: only the answer of this lookup leads to the server.
  const graph = await cache.fetch(server.url("/mod.ts", "one.test"), { lookup, caCerts: [TEST_AUTHORITY] });
  assertEquals([graph.modules.size, answers], [1, [["10.0.0.1"]]]);
});

const NOT_MODULES: readonly (readonly [body: string | Uint8Array, type: string | null, received: string])[] = [
  ["<!DOCTYPE html><p>Not found", "text/html; charset=utf-8", "HTML"],
  ["export default 1", "text/html", "HTML"],
  ["export default 1", "application/xhtml+xml", "HTML"],
  ["\n <html lang=en>", "text/plain", "HTML"],
  ["", "application/json", "an empty body"],
  ["", "text/html", "an empty body"],
  ["export default 1", "text/javascript; charset=iso-8859-1", "iso-8859-1"],
  ["export default 1", 'text/javascript; charset="UTF-16"', "utf-16"],
  [new Uint8Array([0xff, 0xfe, 0x31, 0]), "text/javascript", "not UTF-8"],
  [new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0xff]), "application/wasm", "not UTF-8"],
];

for (const [body, type, received] of NOT_MODULES) {
  Deno.test(`F7: ${JSON.stringify(String(body).slice(0, 20))} as ${type} is refused with what was received`, async () => {
    const error = await failureOf(sent(body as BodyInit, type === null ? {} : { "content-type": type }));
    assertEquals(error.code, "NUVOM_FETCH_TYPE");
    assertStringIncludes(error.message, received);
    assertStringIncludes(error.message, JSON.stringify(type));
  });
}

Deno.test("F7: an empty body is a module by its type or its ending, and without both it is refused", async () => {
  const typed = (type: string) => () => new Response(null, { headers: { "content-type": type } });
  await using server = TestServer.open({
    "/": "import './typed'; import './types.ts'; export default 1",
    "/typed": typed("text/javascript"),
    "/types.ts": typed("video/mp2t"),
    "/nothing": typed("text/plain"),
  });
  await using cache = await TestCache.open();
  const graph = await cache.fetch(server.url("/"));
  assertEquals([graph.modules.size, (await cache.run(graph)).default], [3, 1]);
  const error = await failure(server.url("/nothing"));
  assertEquals(error.code, "NUVOM_FETCH_TYPE");
  assertStringIncludes(error.message, "an empty body");
});

const TYPES: readonly (readonly [path: string, type: string | null, typescript: boolean])[] = [
  ["/x.ts", "video/mp2t", true],
  ["/x.ts", "text/plain; charset=utf-8", true],
  ["/x.ts", "application/octet-stream", true],
  ["/x.mts", null, true],
  ["/x", "application/typescript", true],
  ["/x.js", "text/typescript; charset=UTF-8", true],
  ["/x.ts?target=es2022", "text/plain", true],
  ["/x.ts", "application/javascript; charset=utf-8", false],
  ["/x", "text/plain", false],
  ["/x.js", null, false],
];

for (const [path, type, typescript] of TYPES) {
  Deno.test(`F7: ${path} as ${type} is read as ${typescript ? "TypeScript" : "JavaScript"}`, async () => {
    const text = "export default typeof generic<number>(1); function generic(x) { return x } var number = 0;";
    const headers: Record<string, string> = type === null ? {} : { "content-type": type };
    await using server = TestServer.open({ [path.split("?")[0]!]: () => new Response(new Blob([text]), { headers }) });
    await using cache = await TestCache.open();
    const m = await cache.run(await cache.fetch(server.url(path)));
    assertEquals(m.default, typescript ? "number" : false);
  });
}

const MEGABYTE = 1024 * 1024;

/** Bytes without end. */
function endless(first = "// "): ReadableStream<Uint8Array> {
  const chunk = new TextEncoder().encode("x".repeat(MEGABYTE));
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(first)),
    pull: (controller) => controller.enqueue(chunk),
  });
}

Deno.test("F8: a module over 4 MiB is refused while it arrives, one of 4 MiB is taken", async () => {
  const fits = `/${"/".repeat(4 * MEGABYTE - 1)}`;
  await using server = TestServer.open({
    "/fits.js": sent(fits),
    "/large.js": sent(`${fits}/`),
    "/endless.js": () => new Response(endless()),
  });
  await using cache = await TestCache.open();
  assertEquals((await cache.fetch(server.url("/fits.js"))).modules.size, 1);
  for (const path of ["/large.js", "/endless.js"]) {
    const error = await failure(server.url(path));
    assertEquals([path, error.code], [path, "NUVOM_FETCH_TOO_LARGE"]);
    assertStringIncludes(error.message, server.url(path));
  }
});

Deno.test("F8: a compressed bomb is refused by what it unpacks to", async () => {
  const zeros = new Blob([new Uint8Array(64 * MEGABYTE)]).stream().pipeThrough(new CompressionStream("gzip"));
  const bomb = await new Response(zeros).arrayBuffer();
  assert(bomb.byteLength < 100_000);
  const error = await failureOf(sent(bomb, { "content-encoding": "gzip" }));
  assertEquals(error.code, "NUVOM_FETCH_TOO_LARGE");
});

Deno.test("F8: a compressed module is taken, a torn one and other codings are refused", async () => {
  const packed = new Uint8Array(
    await new Response(new Blob(["export default 1"]).stream().pipeThrough(new CompressionStream("gzip")))
      .arrayBuffer(),
  );
  const gzip = { "content-encoding": "gzip" };
  await using server = TestServer.open({ "/mod.js": sent(packed, gzip) });
  await using cache = await TestCache.open();
  assertEquals((await cache.run(await cache.fetch(server.url("/mod.js")))).default, 1);
  assertEquals((await failureOf(sent(packed.slice(0, 20), gzip))).code, "NUVOM_FETCH_BROKEN");
  assertEquals((await failureOf(sent(packed, { "content-encoding": "br" }))).code, "NUVOM_FETCH_BROKEN");
});

Deno.test("F8: a server that takes too long is given up, before its head and within its body", async () => {
  const drip = () => new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([47])) });
  const silent: Route = (_request, _count, closing) => closing.then(() => new Response());
  for (const body of [silent, () => new Response(drip())]) {
    const error = await failureOf(body, { totalMs: 60 });
    assertEquals(error.code, "NUVOM_FETCH_TIMEOUT");
    assertStringIncludes(error.message, "60 ms");
  }
});

Deno.test("F8: a name that does not resolve in time is given up", async () => {
  const lookup = () => new Promise<readonly string[]>(() => {});
  const error = await failure("https://slow.test/x.ts", { lookup, connectMs: 30 });
  assertEquals(error.code, "NUVOM_FETCH_CONNECT");
  assertStringIncludes(error.message, "30 ms");
});

Deno.test("F8: a graph of over 1,000 modules or over 32 MiB is refused", async () => {
  await using server = TestServer.open({});
  for (let i = 0; i <= 1_000; i++) server.routes[`/m${i}.js`] = `import "./m${i + 1}.js";`;
  for (let i = 0; i < 9; i++) server.routes[`/large${i}.js`] = sent(`//${"x".repeat(4 * MEGABYTE - 2)}`);
  server.routes["/wide.js"] = Array.from({ length: 9 }, (_, i) => `import "./large${i}.js";`).join("");
  for (const path of ["/m0.js", "/wide.js"]) {
    assertEquals((await failure(server.url(path))).code, "NUVOM_LOADER_TOO_LARGE", path);
  }
  assertEquals([server.count("/m999.js"), server.count("/m1000.js")], [1, 0]);
});

Deno.test("F8: limits are what the options say, for a module and for a graph", async () => {
  await using server = TestServer.open({
    "/large.js": sent(`//${"x".repeat(5 * MEGABYTE)}`),
    "/two.js": "import './a.js';",
    "/a.js": "export default 1;",
  });
  const limits = (modules: number, bytes: number) => ({ remoteLimits: { modules, bytes } });
  await using cache = await TestCache.open();
  const large = await cache.fetch(server.url("/large.js"), { maxBytes: 6 * MEGABYTE });
  for (const { sha256, bytes } of large.modules.values()) assertEquals(cache.store.get(sha256)?.length, bytes);
  assertEquals((await cache.fetch(server.url("/two.js"), {}, limits(2, 33))).modules.size, 2);
  for (const [modules, bytes, setting] of [[1, 33, "MODULES"], [2, 32, "MB"]] as const) {
    const error = await assertRejects(() => cache.fetch(server.url("/two.js"), {}, limits(modules, bytes)), NuvomError);
    assertEquals(error.code, "NUVOM_LOADER_TOO_LARGE");
    assertStringIncludes(error.message, `NUVOM_FETCH_MAX_GRAPH_${setting}`);
  }
});

Deno.test("F8: a limit is that of one entry, however many there are, and names the one that is over it", async () => {
  await using server = TestServer.open({ "/shared.js": "export default 1;" });
  for (const name of ["a", "b", "c"]) {
    server.routes[`/${name}.js`] = `import "./${name}1.js"; import "./shared.js";`;
    server.routes[`/${name}1.js`] = "";
  }
  server.routes["/c1.js"] = "import './c2.js';";
  server.routes["/c2.js"] = "import './c3.js';";
  server.routes["/c3.js"] = "";
  await using cache = await TestCache.open();
  const load = async (...names: readonly string[]) => {
    await using remote = cache.network();
    const remoteLimits = { modules: 3, bytes: MEGABYTE };
    return await loadGraph(names.map((name) => server.url(`/${name}.js`)), { root: cache.dir, remote, remoteLimits });
  };
  assertEquals((await load("a", "b")).modules.size, 5);
  const error = await assertRejects(() => load("a", "b", "c"), NuvomError);
  assertStringIncludes(error.message, `${server.url("/c.js")} is too large`);
});

Deno.test("F13: user info, control and bidi characters and backslashes in URLs are refused, and secrets not shown", async () => {
  const urls = [
    ...["https://user@example.com/x.ts", "https://user:secret@example.com/x.ts", "https://:secret@example.com/x.ts"],
    ...["https://example.com/a\nb.ts", "https://exa\tmple.com/x.ts", "https://example.com/\u202egpj.ts"],
    ...["https://example.com/\u200bx.ts", "https://example.com\\x.ts", " https://example.com/x.ts"],
    ...["https://example.com/x.ts\u2028", "https://example.com/\0x.ts"],
  ];
  await using cache = await TestCache.open();
  await using remote = cache.network();
  for (const url of urls) {
    const entry = await assertRejects(() => loadGraph([url], { root: cache.dir, remote }), Error);
    const imported = await failureOf(`import ${JSON.stringify(url)};`);
    for (const error of [entry, imported] as NuvomError[]) {
      assertEquals(error.code, "NUVOM_FETCH_URL", url);
      assert(!/secret|[\p{Cc}\p{Cf}\u2028]/u.test(error.message), error.message);
    }
  }
});

Deno.test("F13: a host in other letters is shown as punycode", async () => {
  const lookup = () => Promise.reject(new Error("no such host"));
  const error = await failure("https://аpple.test/x.ts", { lookup });
  assertEquals(error.code, "NUVOM_FETCH_DNS");
  assertStringIncludes(error.message, "https://xn--pple-43d.test/x.ts");
});

Deno.test("F15: what sourceMappingURL names is never fetched, neither by the loader nor by the runtime", async () => {
  const throwing = (comment: string) => `export function fail() { throw new Error("x") }\n${comment}`;
  await using server = TestServer.open({ "/spoof.ts": "", "/map": sent("{}") });
  const map = server.url("/map");
  const data = btoa(
    JSON.stringify({ version: 3, sources: [server.url("/spoof.ts")], names: [], mappings: "AAAA;AAAA" }),
  );
  const comments = [`//# sourceMappingURL=${map}`, `//@ sourceMappingURL=${map}`, `/*# sourceMappingURL=${map} */`]
    .concat([`//# sourceMappingURL=data:application/json;base64,${data}`, `//# sourceURL=${server.url("/spoof.ts")}`]);
  await using cache = await TestCache.open();
  for (const [i, comment] of comments.entries()) {
    for (const name of [`/${i}.js`, `/${i}.ts`]) {
      server.routes[name] = throwing(comment);
      const prepared = await cache.prepare(await cache.fetch(server.url(name)));
      const m = await import(prepared.fileOf(server.url(name)));
      let stack = "";
      try {
        m.fail();
      } catch (error) {
        stack = prepared.mapStack((error as Error).stack!);
      }
      assertStringIncludes(stack, `${server.url(name)}:1:`);
    }
  }
  assertEquals([server.count("/map"), server.count("/spoof.ts")], [0, 0]);
});

Deno.test("load() tries again when the server is busy, and not when it says no", async () => {
  await using cache = await TestCache.open();
  for (const status of [429, 500, 502, 503, 504]) {
    await using server = TestServer.open({
      "/mod.js": (_, count) => count < 3 ? new Response("busy", { status }) : new Response("export default 1"),
    });
    await cache.fetch(server.url("/mod.js"), { attempts: 3 });
    assertEquals([status, server.count("/mod.js")], [status, 3]);
  }
  for (const status of [204, 304, 400, 401, 403, 404, 410, 501]) {
    await using server = TestServer.open({ "/mod.js": () => new Response(null, { status }) });
    const error = await failure(server.url("/mod.js"), { attempts: 3 });
    assertEquals([error.code, server.count("/mod.js")], ["NUVOM_FETCH_STATUS", 1], String(status));
    assertEquals(error.exitCode, status === 404 ? 4 : 1);
    assertStringIncludes(error.message, String(status));
  }
});

Deno.test("load() fails with the last answer when the server stays busy, and names the chain of imports", async () => {
  await using server = TestServer.open({
    "/mod.js": "import './b.js'",
    "/b.js": "export * from './c.js'",
    "/c.js": () => new Response(null, { status: 503 }),
  });
  const error = await failure(server.url("/mod.js"), { attempts: 2 });
  assertEquals([error.code, server.count("/c.js")], ["NUVOM_FETCH_STATUS", 2]);
  assertStringIncludes(
    error.message,
    `(imported by ${server.url("/b.js")}, imported by ${server.url("/mod.js")})`,
  );
});

Deno.test("load() waits as long as Retry-After says, unless that is beyond its limit", async () => {
  const busy = (after: string): Route => (_, count) =>
    count === 1
      ? new Response(null, { status: 503, headers: { "retry-after": after } })
      : new Response("export default 1");
  await using cache = await TestCache.open();
  for (const after of ["0", new Date(Date.now() - 1_000).toUTCString(), "soon"]) {
    await using server = TestServer.open({ "/mod.js": busy(after) });
    await cache.fetch(server.url("/mod.js"), { attempts: 2 });
  }
  const started = performance.now();
  const error = await failureOf(busy("3600"), { attempts: 2 });
  assertEquals(error.code, "NUVOM_FETCH_STATUS");
  assert(performance.now() - started < 30_000);
});

Deno.test("load() tries again when the connection breaks, and says that it can't be reached when it stays so", async () => {
  const body = "export default 1";
  const whole = `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  await using cache = await TestCache.open();
  for (const broken of [null, whole.slice(0, 30), whole.slice(0, -3)]) {
    await using server = new RawServer((connection) => connection < 3 ? broken : whole);
    assertEquals((await cache.fetch(server.url("/mod.js"), { attempts: 3 })).modules.size, 1);
    assertEquals(server.connections, 3);
  }
  const port = await freePort();
  const error = await failure(`http://127.0.0.1:${port}/mod.js`, { attempts: 2 });
  assertEquals([error.code, error.exitCode], ["NUVOM_FETCH_CONNECT", 1]);
  assertStringIncludes(error.message, "refused");
});

async function freePort(): Promise<number> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return await Promise.resolve((listener.addr as Deno.NetAddr).port);
}

Deno.test("load() refuses answers that are shorter than announced or no HTTP", async () => {
  const head = "HTTP/1.1 200 OK\r\n";
  const answers: readonly (readonly [answer: string | null, message: string])[] = [
    [null, ""],
    ["", "ended before its answer did"],
    [head, "ended before its answer did"],
    [`${head}content-length: 10\r\n\r\n123`, "7 of 10 bytes early"],
    [`${head}content-length: 1, 2\r\n\r\n1`, "its length is 1, 2"],
    [`${head}content-length: -1\r\n\r\n1`, "its length is -1"],
    [`${head}content-length: 0x1\r\n\r\n1`, "its length is 0x1"],
    [`${head}transfer-encoding: chunked\r\n\r\n3\r\n1`, "2 of 3 bytes early"],
    [`${head}transfer-encoding: chunked\r\n\r\n1\r\n123\r\n0\r\n\r\n`, "longer than announced"],
    [`${head}transfer-encoding: chunked\r\n\r\nx\r\n`, "no size"],
    [`${head}transfer-encoding: chunked\r\n\r\n3\r\n123\r\n`, "ended before its answer did"],
    [`${head}transfer-encoding: gzip\r\n\r\nx`, "its transfer encoding is gzip"],
    [`${head}no header\r\n\r\nx`, "header"],
    [`${head}x: ${"y".repeat(70_000)}\r\n\r\n`, "longer than 65536"],
    ["SSH-2.0-OpenSSH_9.9\r\n", "not HTTP/1.1"],
    ["HTTP/2 200\r\n\r\n", "not HTTP/1.1"],
    ["HTTP/1.1 2000 OK\r\n\r\n", "not HTTP/1.1"],
  ];
  for (const [answer, message] of answers) {
    const error = await failureOfRaw(answer);
    assert(["NUVOM_FETCH_BROKEN", "NUVOM_FETCH_CONNECT"].includes(error.code), `${answer} ${error.message}`);
    assertStringIncludes(error.message, message);
  }
});

Deno.test("load() takes chunks, interim answers, old servers, and headers in any case", async () => {
  const body = "export default 1";
  const answers = [
    `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200\r\nTransfer-Encoding: Chunked\r\n\r\n1;a=b\r\ne\r\nF\r\n${
      body.slice(1)
    }\r\n0\r\ntrailer: x\r\n\r\n`,
    `HTTP/1.0 200 OK\nCONTENT-type:text/javascript\n\n${body}`,
    `HTTP/1.1 200 OK\r\nContent-Length: 16, 16\r\n\r\n${body}and more`,
  ];
  await using cache = await TestCache.open();
  for (const answer of answers) {
    await using server = new RawServer(() => answer);
    assertEquals((await cache.run(await cache.fetch(server.url("/mod.js")))).default, 1);
  }
});

Deno.test("load() uses connections again, and opens another when a kept one has gone", async () => {
  await using server = TestServer.open({});
  for (let i = 0; i < 50; i++) server.routes[`/m${i}.js`] = i < 49 ? `import "./m${i + 1}.js"` : "";
  server.routes["/m49.js"] = "export {}";
  await using cache = await TestCache.open();
  assertEquals((await cache.fetch(server.url("/m0.js"))).modules.size, 50);
  assertEquals(server.peers.size, 1);
  // Each connection answers once and hangs up without having said so.
  const body = (n: number) => n < 3 ? `import "./${n + 1}.js"` : "export default 3";
  const answer = (n: number) => `HTTP/1.1 200 OK\r\ncontent-length: ${body(n).length}\r\n\r\n${body(n)}`;
  await using hasty = new RawServer((connection) => answer(connection - 1));
  assertEquals((await cache.fetch(hasty.url("/0.js"))).modules.size, 4);
  assertEquals(hasty.connections, 4);
});

Deno.test("load() says why a server over TLS is not trusted", async () => {
  await using server = TestServer.secure({ "/mod.ts": "export default 1" });
  const unknown = await failure(server.url("/mod.ts"));
  const lookup = () => Promise.resolve(["127.0.0.1"]);
  const other = await failure(server.url("/mod.ts", "other.test"), { lookup, caCerts: [TEST_AUTHORITY] });
  await using plain = TestServer.open({ "/mod.ts": "export default 1" });
  const noTls = await failure(plain.url("/mod.ts").replace("http:", "https:"), { attempts: 3 });
  assertEquals([unknown.code, other.code, noTls.code], Array(3).fill("NUVOM_FETCH_TLS"));
  assertStringIncludes(unknown.message, "UnknownIssuer");
  assertStringIncludes(other.message, "other.test");
});

Deno.test("load() fetches a URL once, so that all see the same bytes of a server that changes them", async () => {
  await using server = TestServer.open({
    "/mod.js": `import * as a from "./changing.js"; import * as b from "./other.js"; import * as c from "./same.js";
      export { a, b, c };`,
    "/changing.js": (_, count) => new Response(`export const n = ${count}`),
    "/other.js": to("/changing.js"),
    "/same.js": "export * from './other.js'",
  });
  await using cache = await TestCache.open();
  const graph = await cache.fetch(server.url("/mod.js"));
  const { a, b, c } = await cache.run(graph);
  assertEquals([a === b, a.n, c.n, server.count("/changing.js"), graph.modules.size], [true, 1, 1, 1, 3]);
});

Deno.test("load() does not keep a failure", async () => {
  await using server = TestServer.open({
    "/mod.js": (_, count) => count === 1 ? new Response(null, { status: 404 }) : new Response("export default 1"),
  });
  await using cache = await TestCache.open();
  await using network = cache.network();
  await assertRejects(() => network.load(server.url("/mod.js"), []), NuvomError);
  assertEquals((await network.load(server.url("/mod.js"), [])).bytes, 16);
});

Deno.test("load() gives up what is under way when its signal says so, with the reason of that", async () => {
  const reached = Promise.withResolvers<void>();
  await using server = TestServer.open({
    "/mod.js": (_request, _count, closing) => {
      reached.resolve();
      return closing.then(() => new Response());
    },
  });
  await using cache = await TestCache.open();
  const over = new AbortController();
  await using network = cache.network({ signal: over.signal });
  const loading = assertRejects(() => network.load(server.url("/mod.js"), []), Error, "enough");
  await reached.promise;
  over.abort(new Error("enough"));
  await loading;
});

Deno.test("dispose() gives up what is under way", async () => {
  const reached = Promise.withResolvers<void>();
  await using server = TestServer.open({
    "/mod.js": (_request, _count, closing) => {
      reached.resolve();
      return closing.then(() => new Response());
    },
  });
  await using cache = await TestCache.open();
  const network = cache.network();
  const loading = assertRejects(() => network.load(server.url("/mod.js"), []), DOMException);
  await reached.promise;
  await network[Symbol.asyncDispose]();
  await loading;
});

Deno.test("load() says when the store can't be written", async () => {
  await using server = TestServer.open({ "/mod.js": "export default 1" });
  await using cache = await TestCache.open();
  await Deno.writeTextFile(`${cache.dir}/modules`, "in the way");
  const error = await assertRejects(() => cache.fetch(server.url("/mod.js")), NuvomError);
  assertEquals(error.code, "NUVOM_STORE_WRITE");
  assertStringIncludes(error.message, "NUVOM_CACHE_DIR");
  assertNotEquals(error.cause, undefined);
});
