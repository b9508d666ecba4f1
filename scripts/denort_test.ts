import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../src/core/mod.ts";
import { sha256 } from "../src/loader/read.ts";
import { answers, chooseBase, recoverBase, RECOVERY, type Recovery } from "./denort.ts";

const EXECUTABLE = new TextEncoder().encode("base|program");
const SMALL: Recovery = {
  deno: "0.0.0",
  target: "none",
  npmPackage: "a@1.0.0",
  file: "a",
  bytes: 4,
  sha256: await sha256(new TextEncoder().encode("base")),
};

/** Runs a test in a folder of its own; `unpacked` counts how often the package was asked for. */
async function inFolder(
  test: (recover: (file?: Uint8Array) => Promise<string>, folder: string, unpacked: () => number) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "nuvom-test-" });
  let count = 0;
  const recover = (file: Uint8Array = EXECUTABLE) =>
    recoverBase(`${folder}/cache`, SMALL, () => (count++, Promise.resolve(file)));
  try {
    await test(recover, `${folder}/cache`, () => count);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function filesOf(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name);
}

Deno.test("recoverBase() cuts the base off the executable and keeps it", () =>
  inFolder(async (recover, folder, unpacked) => {
    const path = await recover();
    assertEquals(await Deno.readTextFile(path), "base");
    assertEquals(await recover(), path);
    assertEquals(unpacked(), 1);
    assertEquals(filesOf(folder).length, 1);
  }));

Deno.test("recoverBase() refuses a package with another hash, and keeps nothing of it", () =>
  inFolder(async (recover, folder) => {
    const error = await assertRejects(() => recover(new TextEncoder().encode("evil|program")), NuvomError);
    assertEquals(error.code, "NUVOM_BUILD_BASE_HASH");
    assertStringIncludes(error.message, SMALL.sha256);
    await assertRejects(() => Deno.stat(folder), Deno.errors.NotFound);
  }));

Deno.test("recoverBase() replaces a kept base that is torn or changed", () =>
  inFolder(async (recover, folder, unpacked) => {
    const path = await recover();
    for (const damaged of ["bas", "", "evil"]) {
      await Deno.writeTextFile(path, damaged);
      assertEquals(await recover(), path);
      assertEquals(await Deno.readTextFile(path), "base");
    }
    assertEquals(unpacked(), 4);
    assertEquals(filesOf(folder).length, 1);
  }));

Deno.test("recoverBase() may run twice at once", () =>
  inFolder(async (recover, folder) => {
    const [one, two] = await Promise.all([recover(), recover()]);
    assertEquals(one, two);
    assertEquals(await Deno.readTextFile(one!), "base");
    assertEquals(filesOf(folder).length, 1);
  }));

Deno.test("answers() is false for a server that is silent, gone or says no", async () => {
  const silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const started = performance.now();
  assertEquals(await answers(`http://127.0.0.1:${silent.addr.port}/`, 200), false);
  assert(performance.now() - started < 5_000);
  silent.close();
  assertEquals(await answers(`http://127.0.0.1:${silent.addr.port}/`, 5_000), false);
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url }) => new Response(null, { status: url.endsWith("/yes") ? 200 : 403 }),
  );
  assertEquals(await answers(`http://127.0.0.1:${server.addr.port}/no`, 5_000), false);
  assertEquals(await answers(`http://127.0.0.1:${server.addr.port}/yes`, 5_000), true);
});

Deno.test("chooseBase() takes what DENORT_BIN names, and says so when it can't be read", () =>
  inFolder(async (recover, folder) => {
    const request = { target: RECOVERY.target, release: true, env: { DENORT_BIN: await recover() } };
    const running = { deno: Deno.version.deno, command: [Deno.execPath()], env: {} };
    assertEquals(await chooseBase(request), { kind: "official", ...running });
    const missing = { ...request, env: { DENORT_BIN: `${folder}/nothing` } };
    const error = await assertRejects(() => chooseBase(missing), NuvomError);
    assertEquals(error.code, "NUVOM_BUILD_BASE");
    assertStringIncludes(error.message, `${folder}/nothing`);
  }));
