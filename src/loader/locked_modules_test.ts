import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { graphRecord, type LockedGraph, LockedModules, recordIsFresh } from "./mod.ts";
import { TestCache, TestServer } from "./testdata/test_server.ts";

const MODULES = {
  "/mod.ts":
    "import { b } from './b.js'; import c from './c.json' with { type: 'json' }; export const sum: number = b + c;",
  "/b.js": "export const b = 1",
  "/c.json": "2",
};

/** Every file below a folder. */
async function files(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await files(`${folder}/${name}`));
    else found.push(`${folder}/${name}`);
  }
  return found.sort();
}

/** The store's file of a module. */
function stored(cache: TestCache, lock: LockedGraph, url: string): string {
  const { sha256 } = lock.modules[url]!;
  return `${cache.dir}/modules/${sha256.slice(0, 2)}/${sha256.slice(2)}`;
}

async function withoutPrepared(cache: TestCache): Promise<void> {
  await Deno.remove(`${cache.dir}/prepared`, { recursive: true });
}

Deno.test("lockedGraph() holds what LockedModules needs to load the same graph without a network", async () => {
  await using server = TestServer.open({
    ...MODULES,
    "/latest.ts": () => new Response(null, { status: 302, headers: { location: "/mod.ts" } }),
  });
  await using cache = await TestCache.open();
  const url = server.url("/latest.ts");
  const fetched = await cache.fetch(url);
  const asked = server.requests.length;
  const lock = await cache.lock(url);
  assertEquals(Object.keys(lock.modules), ["/b.js", "/c.json", "/mod.ts"].map((path) => server.url(path)));
  assertEquals(lock.redirects, { [url]: server.url("/mod.ts") });
  server.requests.length = 0;
  for (const prepared of [true, false]) {
    if (!prepared) await withoutPrepared(cache);
    const graph = await cache.locked(url, lock);
    assertEquals([graph.digest, [...graph.modules.keys()]], [fetched.digest, [...fetched.modules.keys()]]);
    assertEquals((await cache.run(graph)).sum, 3);
  }
  assertEquals([asked, server.requests.length], [4, 0]);
});

Deno.test("F1: what was hashed is what runs, whatever becomes of the store and the server meanwhile", async () => {
  await using server = TestServer.open({ "/mod.js": "export default 'verified'" });
  await using cache = await TestCache.open();
  const url = server.url("/mod.js");
  const lock = await cache.lock(url);
  await withoutPrepared(cache);
  const graph = await cache.locked(url, lock);
  server.routes["/mod.js"] = "export default 'changed'";
  await Deno.writeTextFile(stored(cache, lock, url), "export default 'changed'");
  const prepared = await cache.prepare(graph);
  assertEquals((await import(prepared.fileOf(url))).default, "verified");
  assert(!prepared.folder.startsWith(cache.dir));
  assertEquals((await Deno.stat(prepared.folder)).mode! & 0o777, 0o700);
  // Whoever reads it next hashes again.
  await withoutPrepared(cache);
  assertEquals((await assertRejects(() => cache.locked(url, lock), NuvomError)).code, "NUVOM_STORE_MISSING");
});

Deno.test("F10: a torn or poisoned entry of the store is dropped and fetched again, or refused without a network", async () => {
  await using server = TestServer.open(MODULES);
  await using cache = await TestCache.open();
  const url = server.url("/mod.ts");
  const lock = await cache.lock(url);
  const path = stored(cache, lock, server.url("/b.js"));
  const poisons: readonly (() => Promise<void>)[] = [
    () => Deno.writeTextFile(path, "export const b = 'poisoned'"),
    () => Deno.writeTextFile(path, "export const"),
    () => Deno.truncate(path),
    () => Deno.truncate(path, 1024 ** 3),
    () => Deno.remove(path),
    async () => {
      await Deno.remove(path);
      await Deno.symlink("/etc/passwd", path);
    },
    async () => {
      await Deno.remove(path);
      await Deno.mkdir(`${path}/x`, { recursive: true });
    },
    async () => {
      // Whoever opens it waits for a writer.
      await Deno.remove(path);
      await new Deno.Command("mkfifo", { args: [path] }).output();
    },
  ];
  for (const poison of poisons) {
    await poison();
    await withoutPrepared(cache);
    const error = await assertRejects(() => cache.locked(url, lock), NuvomError);
    assertEquals(error.code, "NUVOM_STORE_MISSING");
    assertStringIncludes(error.message, `${server.url("/b.js")} is missing`);
    assertStringIncludes(error.message, `imported by ${url}`);
    await poison().catch(() => {});
    await using network = cache.network();
    assertEquals((await cache.run(await cache.locked(url, lock, network))).sum, 3);
    assertEquals((await Deno.lstat(path)).isFile, true);
    assertEquals(await Deno.readTextFile(path), MODULES["/b.js"]);
  }
});

Deno.test("F10: store and images lie in files of mode 0600 in folders of mode 0700, and nothing half-written", async () => {
  await using server = TestServer.open(MODULES);
  await using cache = await TestCache.open();
  await cache.lock(server.url("/mod.ts"));
  const found = await files(cache.dir);
  assertEquals([found.length, found.filter((path) => path.endsWith(".tmp"))], [4, []]);
  for (const path of found) {
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600, path);
    assertEquals((await Deno.stat(path.slice(0, path.lastIndexOf("/")))).mode! & 0o777, 0o700, path);
  }
});

Deno.test("F10: the store replaces an entry as a whole, and never writes into what lies there", async () => {
  await using cache = await TestCache.open();
  const bytes = new TextEncoder().encode("export default 1");
  const hash = cache.store.put(bytes);
  const path = `${cache.dir}/modules/${hash.slice(0, 2)}/${hash.slice(2)}`;
  const before = await Deno.stat(path);
  await Deno.writeTextFile(`${cache.dir}/outside`, "outside");
  cache.store.put(bytes);
  assertNotEquals((await Deno.stat(path)).ino, before.ino);
  await Deno.remove(path);
  await Deno.symlink(`${cache.dir}/outside`, path);
  cache.store.put(bytes);
  assertEquals(await Deno.readTextFile(`${cache.dir}/outside`), "outside");
  assertEquals(cache.store.get(hash), bytes);
});

Deno.test("F10: an image that was changed is not used, and made again from the verified sources", async () => {
  await using server = TestServer.open({ "/mod.js": "export default 'verified'", "/b.js": "export default 'b'" });
  await using cache = await TestCache.open();
  const url = server.url("/mod.js");
  const lock = await cache.lock(url);
  const [image] = (await files(`${cache.dir}/prepared`)) as [string];
  const text = await Deno.readTextFile(image);
  const poisons = [
    text.replaceAll("verified", "poisoned"),
    text.replaceAll("export default", "export  default"),
    text.slice(0, -3),
    text.slice(text.indexOf("\n")),
    `[["__proto__",5]]\n${text}`,
    "",
    "\0".repeat(10_000),
  ];
  for (const poisoned of poisons) {
    await Deno.writeTextFile(image, poisoned);
    assertEquals((await cache.run(await cache.locked(url, lock))).default, "verified");
    assertEquals(await Deno.readTextFile(image), text, "it heals");
  }
  // Whole, and vouched for, but not for what is asked.
  const other = await cache.lock(server.url("/b.js"));
  const { images } = { images: { ...lock.images, ...other.images } };
  await Deno.writeTextFile(
    image,
    await Deno.readTextFile(image.replace(/[^/]+$/, `${Object.keys(other.images)[0]}.image`)),
  );
  assertEquals((await cache.run(await cache.locked(url, { ...lock, images }))).default, "verified");
});

Deno.test("F11: an image counts only where the lock has its hash, and that of all of its modules", async () => {
  await using server = TestServer.open(MODULES);
  await using cache = await TestCache.open();
  const url = server.url("/mod.ts");
  const lock = await cache.lock(url);
  const isFromImage = async (given: LockedGraph) => (await cache.locked(url, given)).modules.get(url)!.parsed === null;
  assertEquals([await isFromImage(lock), await isFromImage({ ...lock, images: {} })], [true, false]);
  const modules = { ...lock.modules, [server.url("/b.js")]: { ...lock.modules[url]! } };
  assertEquals(await isFromImage({ ...lock, modules }).catch((error) => error.code), false);
});

Deno.test("F11: a module that the lock does not know is refused, and nothing is fetched", async () => {
  await using server = TestServer.open({ ...MODULES, "/other.js": "export {}" });
  await using cache = await TestCache.open();
  await using network = cache.network();
  const url = server.url("/mod.ts");
  const lock = await cache.lock(url);
  server.requests.length = 0;
  const modules = { ...lock.modules };
  delete modules[server.url("/b.js")];
  const cut = await assertRejects(() => cache.locked(url, { ...lock, modules }, network), NuvomError);
  const other = await assertRejects(() => cache.locked(server.url("/other.js"), lock, network), NuvomError);
  const odd = await assertRejects(
    () => new LockedModules(lock, { ...cache, network }).load("__proto__", []),
    NuvomError,
  );
  assertEquals([cut.code, other.code, odd.code], ["NUVOM_LOCK_ENTRY", "NUVOM_LOCK_ENTRY", "NUVOM_LOADER_SPECIFIER"]);
  assertStringIncludes(cut.message, `imported by ${url}`);
  assertEquals(server.requests.length, 0);
});

Deno.test("F12: only a whole SHA-256 counts as a hash", async () => {
  await using server = TestServer.open(MODULES);
  await using cache = await TestCache.open();
  await using network = cache.network();
  const url = server.url("/mod.ts");
  const lock = await cache.lock(url);
  const { sha256 } = lock.modules[url]!;
  for (
    const weak of ["", "*", sha256.slice(0, 40), `md5-${sha256.slice(0, 32)}`, sha256.toUpperCase(), `${sha256}00`]
  ) {
    const modules = { ...lock.modules, [url]: { ...lock.modules[url]!, sha256: weak } };
    const error = await assertRejects(() => cache.locked(url, { ...lock, modules }, network), NuvomError);
    assertEquals([weak, error.code], [weak, "NUVOM_LOCK_ENTRY"]);
  }
});

Deno.test("F12: LockedModules refuses what its server has changed since, and says both hashes", async () => {
  await using server = TestServer.open(MODULES);
  await using cache = await TestCache.open();
  const url = server.url("/mod.ts");
  const lock = await cache.lock(url);
  await Deno.remove(cache.dir, { recursive: true });
  await Deno.mkdir(cache.dir);
  server.routes["/b.js"] = "export const b = 'changed'";
  await using network = cache.network();
  const error = await assertRejects(() => cache.locked(url, lock, network), NuvomError);
  assertEquals([error.code, error.exitCode], ["NUVOM_LOCK_HASH", 1]);
  assertStringIncludes(error.message, lock.modules[server.url("/b.js")]!.sha256);
  assertStringIncludes(error.message, server.url("/b.js"));
});

Deno.test("recordIsFresh() asks the lock about modules from URLs, and files about themselves", async () => {
  await using server = TestServer.open(MODULES);
  await using cache = await TestCache.open();
  const url = server.url("/mod.ts");
  const lock = await cache.lock(url);
  await Deno.writeTextFile(`${cache.dir}/local.ts`, `export * from ${JSON.stringify(url)};`);
  const record = graphRecord(await cache.locked(`file://${cache.dir}/local.ts`, lock));
  const known = new LockedModules(lock, { store: cache.store, network: null });
  const fresh = () => recordIsFresh(record, undefined, (each) => known.sha256Of(each));
  assertEquals([record.files.length, await fresh(), await recordIsFresh(record)], [4, true, false]);
  await Deno.writeTextFile(`${cache.dir}/local.ts`, "");
  assertEquals(await fresh(), false);
});
