import { assert, assertEquals } from "@std/assert";
import { PrivateFolder } from "./private_folder.ts";

const MODULE = new URL("./private_folder.ts", import.meta.url).href;

/** Runs a program in a process of its own, with a temporary folder of its own. */
async function run(temporary: string, code: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `--config=${decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname)}`, code],
    env: { TMPDIR: temporary },
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout).trim() || decoder.decode(stderr);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

async function makeOld(path: string): Promise<void> {
  const old = Date.now() / 1_000 - 120;
  await Deno.utime(path, old, old);
}

Deno.test("PrivateFolder is for this user alone, and gone after remove()", async () => {
  const folder = await PrivateFolder.make();
  assertEquals((await Deno.stat(folder.path)).mode! & 0o777, 0o700);
  await Deno.writeTextFile(`${folder.path}/x`, "x");
  await folder.remove();
  await folder.remove();
  assert(!await exists(folder.path));
});

Deno.test("PrivateFolder.make() removes what a killed process left, and nothing of one that lives", async () => {
  const temporary = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-test-" }));
  try {
    const make = `import { PrivateFolder } from "${MODULE}"; const { path } = await PrivateFolder.make();`;
    const killed = await run(temporary, `${make} console.log(path); Deno.kill(Deno.pid, "SIGKILL");`);
    await makeOld(killed);
    const alive = `${temporary}/nuvom-run-alive`;
    await Deno.mkdir(alive);
    using lock = await Deno.open(`${alive}/lock`, { create: true, write: true });
    await lock.lock(true);
    const young = `${temporary}/nuvom-run-young`;
    await Deno.mkdir(young);
    await Deno.writeTextFile(`${young}/lock`, "");
    await makeOld(alive);
    const unlocked = `${temporary}/nuvom-run-unlocked`;
    await Deno.mkdir(unlocked);
    await makeOld(unlocked);
    await run(temporary, make);
    const left = await Promise.all([killed, unlocked, alive, young].map(exists));
    assertEquals(left, [false, false, true, true]);
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
});

const isRoot = Deno.uid() === 0;
Deno.test({
  name: `PrivateFolder.make() leaves alone what another user has put there${isRoot ? "" : " (left out: needs root)"}`,
  ignore: !isRoot,
  async fn() {
    const temporary = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-test-" }));
    try {
      const foreign = `${temporary}/nuvom-run-foreign`;
      await Deno.mkdir(foreign);
      await Deno.chown(foreign, 65_534, 65_534);
      await makeOld(foreign);
      await run(temporary, `import { PrivateFolder } from "${MODULE}"; await PrivateFolder.make();`);
      assert(await exists(foreign));
    } finally {
      await Deno.remove(temporary, { recursive: true });
    }
  },
});
