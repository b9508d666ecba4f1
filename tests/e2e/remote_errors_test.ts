/** What `plugin add` in the executable says to bad input: one paragraph with its code, and nothing is changed. @module */

import { assert, assertEquals, assertNotMatch, assertStringIncludes } from "@std/assert";
import { RawServer, type Route, TestServer } from "../../src/loader/testdata/test_server.ts";
import { LOOPBACK } from "./remote_site.ts";
import { type Ran, Server } from "./server.ts";

const plugin = (name: string, more = "") =>
  `export default { name: "${name}", provides: ["monitoring"], start() {}, stop() {} };\n${more}`;
const to = (location: string): Route => () => new Response(null, { status: 302, headers: { location } });
const sent = (body: BodyInit, type: string, more: Record<string, string> = {}): Route => () =>
  new Response(body, { headers: { "content-type": type, ...more } });
const zeros = await new Response(
  new Blob([new Uint8Array(64 * 1024 * 1024)]).stream().pipeThrough(new CompressionStream("gzip")),
).bytes();

interface Case {
  /** What `/mod.ts` answers. */
  readonly serves?: Route;
  /** In place of the URL of `/mod.ts`. */
  readonly url?: (server: TestServer) => string;
  readonly env?: Readonly<Record<string, string>>;
  readonly exitCode: number;
  readonly code: string;
  /** What the paragraph must hold, besides the code. */
  readonly says?: readonly string[];
  readonly hides?: string;
}

const refused = (code: string, more: Omit<Case, "exitCode" | "code">): Case => ({ exitCode: 3, code, ...more });
const failed = (code: string, more: Omit<Case, "exitCode" | "code">): Case => ({ exitCode: 1, code, ...more });

const CASES: Readonly<Record<string, Case>> = {
  "a URL that is not there": { exitCode: 4, code: "NUVOM_FETCH_STATUS", says: ["/mod.ts", "404"] },
  "a server in trouble": failed("NUVOM_FETCH_STATUS", {
    serves: () => new Response("no", { status: 500 }),
    says: ["500", "Try again later"],
  }),
  "a web page": failed("NUVOM_FETCH_TYPE", { serves: sent("<!doctype html><p>hi", "text/html"), says: ["HTML"] }),
  "a web page that is sent as a module": failed("NUVOM_FETCH_TYPE", {
    serves: sent("<!DOCTYPE html><p>hi", "text/javascript"),
    says: ["HTML", "text/javascript"],
  }),
  "a picture": failed("NUVOM_FETCH_TYPE", {
    serves: sent(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff]), "image/png"),
    says: ["not UTF-8", "image/png"],
  }),
  "a compressed bomb": failed("NUVOM_FETCH_TOO_LARGE", {
    serves: sent(zeros, "text/javascript", { "content-encoding": "gzip" }),
    says: ["4194304 bytes"],
  }),
  "redirects in a circle": failed("NUVOM_FETCH_REDIRECT", { serves: to("/mod.ts"), says: ["come back to"] }),
  "a redirect to where machines keep their secrets": refused("NUVOM_FETCH_ADDRESS", {
    serves: to("https://169.254.169.254/latest"),
    says: ["link-local"],
  }),
  "a host that does not resolve": failed("NUVOM_FETCH_DNS", {
    url: () => "https://nuvom-test.invalid/mod.ts",
    says: ["nuvom-test.invalid"],
  }),
  "a server that is not there": failed("NUVOM_FETCH_CONNECT", {
    url: () => "http://127.0.0.1:1/mod.ts",
    says: ["refused"],
  }),
  "plain http without the switch": refused("NUVOM_FETCH_SCHEME", {
    env: { NUVOM_ALLOW_HTTP_LOOPBACK: "0" },
    says: ["--allow-http-loopback"],
  }),
  "plain http to another machine": refused("NUVOM_FETCH_SCHEME", {
    url: () => "http://plugins.example.com/mod.ts",
    says: ["https only"],
  }),
  "a password in a URL": refused("NUVOM_FETCH_URL", {
    url: () => "https://me:hush@plugins.example.com/mod.ts",
    says: ["NUVOM_AUTH_TOKENS"],
    hides: "hush",
  }),
  "an export that is not there": refused("NUVOM_PLUGIN_EXPORT_MISSING", {
    serves: "export const Right = 1;",
    url: (server) => server.url("/mod.ts#Rihgt"),
    says: ["Rihgt", "Right"],
  }),
  "a module that is no plugin": refused("NUVOM_PLUGIN_SHAPE", {
    serves: 'export default { name: "p", provides: ["monitoring"], start() {} };',
    says: ["stop is not a function"],
  }),
  "a module that throws": refused("NUVOM_PLUGIN_IMPORT", {
    serves: plugin("p", 'const why: string = "at import";\nthrow new Error(why);'),
    says: ["at import", "/mod.ts:3:7"],
  }),
  "decorators": refused("NUVOM_LOADER_SYNTAX", {
    serves: plugin("p", "const d = (c: unknown) => c;\n@d class A {}\n"),
    says: ["/mod.ts:3:1", "decorators", "bundle"],
  }),
  "JSX, far from the entry": refused("NUVOM_LOADER_SYNTAX", {
    serves: plugin("p", 'import "./view.tsx";'),
    says: ["/view.tsx:1:", "JSX", "bundle"],
  }),
  "a package name": refused("NUVOM_LOADER_BARE_SPECIFIER", {
    serves: plugin("p", 'import "zod";'),
    says: ['"zod"', "deno bundle", "/mod.ts"],
  }),
  "a name that is taken": refused("NUVOM_PLUGIN_NAME", { serves: plugin("first", "export {};"), says: ['"first"'] }),
  "a fetch that is forbidden": failed("NUVOM_OFFLINE", {
    serves: plugin("p"),
    env: { NUVOM_OFFLINE: "1" },
    says: ["--offline"],
  }),
  "a store that can't be written": failed("NUVOM_STORE_WRITE", {
    serves: plugin("p"),
    env: { NUVOM_CACHE_DIR: "/proc/nuvom" },
    says: ["/proc/nuvom"],
  }),
};

/** A project with a plugin from a URL and a comment of its own. */
async function project(modules: TestServer): Promise<Server> {
  const server = await Server.with({
    ".nuvom_plugins.toml": '# mine\n[tasks]\nmodules = ["./tasks.ts"]\n',
    "tasks.ts": 'import { task } from "nuvom";\nexport const none = task({ name: "none" }, () => null);\n',
  });
  await Deno.mkdir(`${server.folder}/tmp`);
  modules.routes["/first.ts"] = plugin("first");
  const { code, stderr } = await add(server, modules.url("/first.ts"));
  assertEquals(code, 0, stderr);
  return server;
}

function nuvom(server: Server, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  return server.run(args, { env: { ...LOOPBACK, TMPDIR: `${server.folder}/tmp`, ...env } });
}

function add(server: Server, url: string, env?: Readonly<Record<string, string>>): Promise<Ran> {
  return nuvom(server, ["plugin", "add", url, "--yes"], env);
}

/** Manifest, lock, temporary files, processes: what must be as it was. */
async function state(server: Server): Promise<unknown[]> {
  const files = [".nuvom_plugins.toml", ".nuvom_plugins.lock"].map((name) => server.read(name));
  const names = (folder: string) => [...Deno.readDirSync(`${server.folder}/${folder}`)].map(({ name }) => name).sort();
  return [...await Promise.all(files), names("."), names("tmp"), await server.leftBehind()];
}

/** One paragraph, the exit code, and nothing else. */
function explained(
  { code: exit, stdout, stderr }: Ran,
  { exitCode, code, says = [], hides }: Omit<Case, "serves">,
): void {
  const paragraph = stderr.trimEnd().split("\n\n").at(-1)!;
  assert(paragraph.endsWith(`(${code})`), stderr);
  for (const part of says) assertStringIncludes(paragraph, part);
  assertEquals([exit, stdout, paragraph.includes("\n")], [exitCode, "", false], stderr);
  assertNotMatch(stderr, /^\s+at /m);
  assert(hides === undefined || !stderr.includes(hides), stderr);
}

Deno.test("the executable explains what can't be added, and changes nothing", async (t) => {
  await using modules = TestServer.open({ "/view.tsx": "export default <div>1</div>;" });
  await using server = await project(modules);
  const before = await state(server);
  for (const [name, one] of Object.entries(CASES)) {
    await t.step(name, async () => {
      delete modules.routes["/mod.ts"];
      if (one.serves !== undefined) modules.routes["/mod.ts"] = one.serves;
      explained(await add(server, one.url?.(modules) ?? modules.url("/mod.ts"), one.env), one);
      assertEquals(await state(server), before);
    });
  }
  await t.step("a body that ends too early", async () => {
    await using raw = new RawServer(() => "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nexport");
    explained(await add(server, raw.url("/mod.ts")), failed("NUVOM_FETCH_BROKEN", { says: ["93 of 99 bytes"] }));
    assertEquals(await state(server), before);
  });
  await t.step("a certificate that nobody vouches for", async () => {
    await using secure = TestServer.secure({ "/mod.ts": plugin("p") });
    explained(
      await add(server, secure.url("/mod.ts", "localhost")),
      failed("NUVOM_FETCH_TLS", { says: ["certificate"] }),
    );
    assertEquals([secure.requests, await state(server)], [[], before]);
  });
  await t.step("code that nobody consents to", async () => {
    const asked = modules.requests.length;
    explained(await nuvom(server, ["plugin", "add", modules.url("/mod.ts")]), {
      exitCode: 2,
      code: "NUVOM_PLUGIN_CONSENT",
      says: ["--yes"],
    });
    assertEquals([modules.requests.length, await state(server)], [asked, before]);
  });
});

Deno.test("the executable explains a lock that can't be used, and leaves it as it is", async (t) => {
  await using modules = TestServer.open({ "/mod.ts": plugin("p") });
  await using server = await project(modules);
  const good = await server.read(".nuvom_plugins.lock");
  const cases = {
    NUVOM_LOCK_CONFLICT: `<<<<<<< ours\n${good}=======\n${good}>>>>>>> theirs\n`,
    NUVOM_LOCK_DIGEST: good.replace('"bytes": ', '"bytes": 1'),
    NUVOM_LOCK_VERSION: good.replace(/"version": 1\n\}\n$/, '"version": 2\n}\n'),
    NUVOM_LOCK_SYNTAX: good.slice(0, -20),
  };
  for (const [code, text] of Object.entries(cases)) {
    await t.step(code, async () => {
      assert(text !== good);
      await server.write({ ".nuvom_plugins.lock": text });
      const before = await state(server);
      explained(await add(server, modules.url("/mod.ts")), refused(code, { says: [".nuvom_plugins.lock"] }));
      explained(await nuvom(server, ["runworker", "--drain"]), refused(code, { says: [".nuvom_plugins.lock"] }));
      assertEquals(await state(server), before);
    });
  }
});

Deno.test("the executable refuses code that its server changed after it was locked", async () => {
  await using modules = TestServer.open({});
  await using server = await project(modules);
  const before = await state(server);
  modules.routes["/first.ts"] = plugin("first", 'throw new Error("never");');
  await Deno.remove(`${server.folder}/.cache`, { recursive: true });
  explained(
    await nuvom(server, ["runworker", "--drain"]),
    failed("NUVOM_LOCK_HASH", { says: ["/first.ts", "nuvom plugin update"] }),
  );
  assertEquals(await state(server), before);
});
