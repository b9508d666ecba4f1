import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Isolation } from "../mod.ts";
import { openTestRealm } from "../testdata/open_test_realm.ts";

const ISOLATED: readonly Isolation[] = ["process", "worker"];
const TASKS = `
import * as fs from "node:fs";
import * as fsp from "node:fs/promises";
import { EventEmitter } from "node:events";
import { Buffer } from "node:buffer";
const seen = async (fn: () => unknown) => { try { return await fn() ?? "done"; } catch { return "refused"; } };
const bytes = new TextEncoder().encode("RAW");
export const raw = task({ name: "raw" }, async (folder: string) => {
  const file = await Deno.open(folder + "/file", { write: true, create: true, read: true });
  const handle = await fsp.open(folder + "/file", "r+");
  const File = file.constructor as any, Handle = handle.constructor as any;
  const ways: (() => unknown)[] = [];
  for (const fd of [0, 1, 2]) {
    ways.push(
      () => fs.writeSync(fd, "RAW"), () => fs.writeFileSync(fd, "RAW"), () => fs.appendFileSync(fd, "RAW"), () => fs.readFileSync(fd),
      () => fs.readSync(fd, Buffer.alloc(4)), () => fs.fstatSync(fd),
      () => new Promise((resolve, reject) => fs.write(fd, "RAW", (error) => error ? reject(error) : resolve(1))),
      () => new Promise((resolve, reject) => fs.createWriteStream("", { fd }).on("error", reject).write("RAW", (error) => error ? reject(error) : resolve(1))),
      () => new File(fd, Symbol.for("Deno.internal.FsFile")).writeSync(bytes), () => new Handle(fd).write("RAW"),
    );
  }
  const found = [];
  for (const [i, way] of ways.entries()) if (await seen(way) !== "refused") found.push(i + ": " + way);
  file.close(); await handle.close();
  return found;
});
export const own = task({ name: "own" }, async (folder: string) => {
  const fd = fs.openSync(folder + "/own", "w+");
  fs.writeSync(fd, "mine");
  fs.closeSync(fd);
  const stream = fs.createWriteStream(folder + "/stream");
  await new Promise((resolve) => stream.end("streamed", () => resolve(1)));
  return [fs.readFileSync(folder + "/own", "utf8"), await fsp.readFile(folder + "/stream", "utf8")];
});
export const warned = task({ name: "warned" }, () => { const all = new EventEmitter(); for (let i = 0; i < 12; i++) all.on("x", () => {}); (Buffer as any)(4); });
export const ran = task({ name: "ran" }, async () => {
  const sh = (script: string, options = {}) => new Deno.Command("/bin/sh", { args: ["-c", script], ...options });
  const { code } = await sh("echo RAW; echo RAW >&2; exit 3").spawn().status;
  const mixed = sh("echo kept; echo RAW >&2", { stdout: "piped", stderr: "inherit" }).spawn();
  const { stdout } = await sh("cat; echo out", { stdin: "inherit" }).output();
  const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return [code, await new Response(mixed.stdout).text(), read(stdout)];
});
export const served = task({ name: "served" }, async () => {
  const answers = [];
  const failing = [{}, { onError: () => new Response("told", { status: 501 }) }, { onError: () => { throw new Error("twice"); } }, { onError: () => 5 }];
  for (const options of failing as any[]) {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", ...options }, () => { throw new Error("handler failed"); });
    const answer = await fetch("http://127.0.0.1:" + server.addr.port);
    answers.push(answer.status + " " + await answer.text());
    await server.shutdown();
  }
  const short = Deno.serve({ port: 0, hostname: "127.0.0.1", handler: () => new Response("fine"), onListen: ({ port }) => console.log("mine " + (port > 0)) } as any);
  answers.push(await (await fetch("http://127.0.0.1:" + short.addr.port)).text());
  await short.shutdown();
  return answers;
});
`;

for (const kind of ISOLATED) {
  Deno.test(`a guest has its own descriptors, and none of the process's: ${kind}`, async () => {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-test-" }));
    try {
      await using test = await openTestRealm(kind, TASKS, { grant: { read: [folder], write: [folder] } });
      await test.load();
      assertEquals(await test.value("raw", folder), []);
      assertEquals(await test.value("own", folder), ["mine", "streamed"]);
      assert(!test.lines.join().includes("RAW"));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });

  Deno.test(`programs that a guest starts have no streams to inherit: ${kind}`, async () => {
    await using test = await openTestRealm(kind, TASKS, { grant: { run: ["/bin/sh"] } });
    await test.load();
    assertEquals(await test.value("ran"), [3, "kept\n", "out\n"]);
    assert(!test.lines.join().includes("RAW"));
  });

  Deno.test(`warnings and Deno.serve() speak through the guest's console: ${kind}`, async () => {
    await using test = await openTestRealm(kind, TASKS, { grant: { net: ["127.0.0.1"] } });
    await test.load();
    await test.value("warned");
    for (const warning of ["stderr: Possible EventEmitter memory leak", "stderr: Buffer() is deprecated"]) {
      assertStringIncludes(await test.heard(warning), warning);
    }
    assertEquals(await test.value("served"), [
      "500 Internal Server Error",
      "501 told",
      "500 Internal Server Error",
      "500 Internal Server Error",
      "fine",
    ]);
    await test.heard("mine true");
    const text = test.lines.join("\n");
    assertEquals(text.match(/stdout: Listening on http:\/\/127\.0\.0\.1:\d+\/$/mg)?.length, 4);
    assert(/stderr: Error: handler failed/.test(text) && /stderr: Error: twice/.test(text));
    assert(!text.includes("Exception in onError"));
  });
}
