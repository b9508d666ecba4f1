import { assertEquals, assertRejects } from "@std/assert";
import { writeAtomically } from "./write_atomically.ts";

Deno.test("writeAtomically() makes the folder, replaces the file, and leaves nothing else", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/a/b/file.json`;
    await writeAtomically(path, "one");
    await writeAtomically(path, "two".repeat(100_000));
    assertEquals(await Deno.readTextFile(path), "two".repeat(100_000));
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
    assertEquals((await Array.fromAsync(Deno.readDir(`${folder}/a/b`))).map(({ name }) => name), ["file.json"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("writeAtomically() leaves no temporary file when it fails", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/taken/x`, { recursive: true });
    await assertRejects(() => writeAtomically(`${folder}/taken`, "text"));
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["taken"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
