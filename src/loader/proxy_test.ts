import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import type { NetworkOptions } from "./mod.ts";
import { proxyFor } from "./proxy.ts";
import { TestProxy } from "./testdata/test_proxy.ts";
import { TEST_AUTHORITY, TestCache, TestServer } from "./testdata/test_server.ts";

/** Nobody else may be asked for a name. */
const DEAF = { caCerts: [TEST_AUTHORITY], lookup: (host: string) => Promise.reject(new Error(`asked for ${host}`)) };

async function failure(url: string, options: Partial<NetworkOptions>): Promise<NuvomError> {
  await using cache = await TestCache.open();
  return await assertRejects(() => cache.fetch(url, { ...DEAF, ...options }), NuvomError);
}

Deno.test("load() fetches through a tunnel of the proxy, which alone resolves the name", async () => {
  await using server = TestServer.secure({ "/mod.ts": "import './lib.ts'", "/lib.ts": "export {}" });
  await using proxy = new TestProxy();
  await using cache = await TestCache.open();
  const url = `http://me:p%40ss%C3%A9@${proxy.host}`;
  const graph = await cache.fetch(server.url("/mod.ts", "one.test"), { ...DEAF, proxy: { url, except: "" } });
  assertEquals(graph.modules.size, 2);
  const [first, ...more] = proxy.requests;
  assertEquals(first!.line, `CONNECT one.test:${server.port} HTTP/1.1`);
  assertEquals(first!.authorization, `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode("me:p@ssé")))}`);
  // A tunnel is kept for the next module.
  assertEquals(more, []);
});

Deno.test("load() sends a token through the tunnel, and not to the proxy", async () => {
  await using server = TestServer.secure({ "/mod.ts": "export {}" });
  await using proxy = new TestProxy();
  await using cache = await TestCache.open();
  const tokens = new Map([[`one.test:${server.port}`, "Bearer secret"]]);
  const options = { ...DEAF, tokens, proxy: { url: proxy.host, except: "" } };
  await cache.fetch(server.url("/mod.ts", "one.test"), options);
  assertEquals(server.requests.map(({ authorization }) => authorization), ["Bearer secret"]);
  assertEquals(proxy.requests.map(({ authorization }) => authorization), [null]);
});

Deno.test("load() still checks the certificate of a server behind a proxy", async () => {
  await using server = TestServer.secure({ "/mod.ts": "export {}" });
  await using proxy = new TestProxy();
  const options = { proxy: { url: proxy.host, except: "" } };
  const other = await failure(server.url("/mod.ts", "three.test"), options);
  const unknown = await failure(server.url("/mod.ts", "one.test"), { ...options, caCerts: [] });
  assertEquals([other.code, unknown.code], ["NUVOM_FETCH_TLS", "NUVOM_FETCH_TLS"]);
});

Deno.test("load() reaches this machine and what NO_PROXY names without the proxy", async () => {
  await using plain = TestServer.open({ "/mod.ts": "export {}" });
  await using secure = TestServer.secure({ "/mod.ts": "export {}" });
  await using proxy = new TestProxy();
  await using cache = await TestCache.open();
  const options = { ...DEAF, lookup: () => Promise.resolve(["127.0.0.1"]) };
  await cache.fetch(plain.url("/mod.ts"), { ...options, proxy: { url: proxy.host, except: "" } });
  await cache.fetch(secure.url("/mod.ts", "one.test"), { ...options, proxy: { url: proxy.host, except: "one.test" } });
  assertEquals(proxy.requests, []);
});

const INNER = [
  "169.254.169.254",
  "10.0.0.1",
  "0x7f000001",
  "[::ffff:10.0.0.1]",
  "[::ffff:127.0.0.1]",
  "localhost",
  "localhost.",
  "a.localhost",
  "metadata",
  "metadata.google.internal",
  "printer.local",
];

for (const host of INNER) {
  Deno.test(`F4: ${host} is refused behind a proxy too`, async () => {
    await using proxy = new TestProxy();
    const options = { proxy: { url: proxy.host, except: "" }, allowHttpLoopback: false };
    // A name that is this machine is never asked of a proxy.
    const lookup = () => Promise.resolve(["127.0.0.1"]);
    const error = await failure(`https://${host}/mod.ts`, { ...options, lookup });
    assertEquals([error.code, error.exitCode], ["NUVOM_FETCH_ADDRESS", 3]);
    assertEquals(proxy.requests, []);
  });
}

Deno.test("F4: a host that is allowed by name is asked of the proxy", async () => {
  await using server = TestServer.secure({ "/mod.ts": "export {}" });
  await using proxy = new TestProxy();
  const options = { proxy: { url: proxy.host, except: "" }, allowHosts: ["inner.internal"] };
  // The tunnel leads to a server with another name.
  assertEquals((await failure(server.url("/mod.ts", "inner.internal"), options)).code, "NUVOM_FETCH_TLS");
  assertEquals(proxy.requests.length, 1);
});

const REFUSALS = [
  ["HTTP/1.1 407 Proxy Authentication Required", "status 407", "user:password@host:port"],
  ["HTTP/1.1 403 Forbidden", "status 403", "Let its operator allow plugins.example.com"],
  ["HTTP/1.1 502 Bad Gateway", "status 502", "Check that the proxy reaches plugins.example.com"],
  ["HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK", "before the tunnel was used", "Check HTTPS_PROXY"],
  ["SSH-2.0-OpenSSH", "not HTTP/1.1", "Check HTTPS_PROXY"],
] as const;

for (const [answer, what, mend] of REFUSALS) {
  Deno.test(`load() says so when a proxy answers ${JSON.stringify(answer)}`, async () => {
    await using proxy = new TestProxy(answer);
    const url = `http://me:secret@${proxy.host}`;
    const error = await failure("https://plugins.example.com/mod.ts", { proxy: { url, except: "" } });
    assertEquals(error.code, "NUVOM_FETCH_PROXY");
    for (const part of [what, mend, proxy.host]) assertStringIncludes(error.message, part);
    assert(!error.message.includes("secret"), error.message);
  });
}

Deno.test("load() says so when there is no proxy, or it never answers", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  const mute = await failure("https://plugins.example.com/mod.ts", { proxy: { url, except: "" }, connectMs: 50 });
  assertEquals(mute.code, "NUVOM_FETCH_CONNECT");
  assertStringIncludes(mute.message, `through the proxy 127.0.0.1:${listener.addr.port} within 50 ms`);
  listener.close();
  const gone = await failure("https://plugins.example.com/mod.ts", { proxy: { url, except: "" } });
  assertEquals(gone.code, "NUVOM_FETCH_PROXY");
  assertStringIncludes(gone.message, "Connection refused");
});

for (const url of ["https://proxy.example.com:3128", "socks5://me:secret@127.0.0.1:1080", "http://", "http://a b"]) {
  Deno.test(`load() refuses a proxy of ${url}`, async () => {
    const error = await failure("https://plugins.example.com/mod.ts", { proxy: { url, except: "" } });
    assertEquals([error.code, error.exitCode], ["NUVOM_FETCH_PROXY", 3]);
    assert(!error.message.includes("secret"), error.message);
  });
}

Deno.test("proxyFor() knows the forms of NO_PROXY", () => {
  const isDirect = (url: string, except: string) => proxyFor(new URL(url), { url: "p:1", except }) === null;
  const at = "https://a.example.com/x.ts";
  for (
    const except of ["*", "example.com", ".example.com", "*.example.com", "x, A.Example.com:443", "b a.example.com"]
  ) {
    assert(isDirect(at, except), except);
  }
  for (const except of ["", " ,", "ample.com", "a.example.com:8443", "b.example.com", "."]) {
    assert(!isDirect(at, except), except);
  }
  assert(isDirect("https://[2001:db8::1]:8443/x.ts", "2001:db8::1"));
  assert(isDirect("https://[2001:db8::1]:8443/x.ts", "[2001:db8::1]:8443"));
  assert(!isDirect("https://[2001:db8::1]/x.ts", "[2001:db8::1]:8443"));
  assert(isDirect("https://192.0.2.7/x.ts", "192.0.2.7"));
});
