import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { codeOf, newJobs, OwnQueue, REQUEST, TempFolder, withQueue } from "./testing.ts";
import { SqliteQueue } from "./queue.ts";
import { SqliteStore } from "./store.ts";

Deno.test("openSqlite() makes the folders of a new database", async () => {
  await using folder = new TempFolder();
  await new OwnQueue({ path: folder.file("a/b/nuvom.db") }).close();
  assert((await Deno.stat(folder.file("a/b/nuvom.db"))).isFile);
});

Deno.test("openSqlite() throws NUVOM_SQLITE_OPEN when the folder can't be made or the path is a folder", async () => {
  await using folder = new TempFolder();
  await Deno.writeTextFile(folder.file("in_the_way"), "");
  assertEquals(await codeOf(() => new OwnQueue({ path: folder.file("in_the_way/nuvom.db") })), "NUVOM_SQLITE_OPEN");
  assertEquals(await codeOf(() => new OwnQueue({ path: folder.path })), "NUVOM_SQLITE_OPEN");
});

Deno.test("openSqlite() throws NUVOM_SQLITE_CORRUPT for a file that is no database, and leaves it as it is", async () => {
  await using folder = new TempFolder();
  const text = "These are the notes of someone.\n".repeat(100);
  await Deno.writeTextFile(folder.file("notes.txt"), text);
  assertEquals(await codeOf(() => new OwnQueue({ path: folder.file("notes.txt") })), "NUVOM_SQLITE_CORRUPT");
  assertEquals(await Deno.readTextFile(folder.file("notes.txt")), text);
});

Deno.test("SqliteQueue rejects with NUVOM_SQLITE_CORRUPT when the database is damaged", async () => {
  await using folder = new TempFolder();
  const path = folder.file("nuvom.db");
  const queue = new OwnQueue({ path });
  await queue.enqueue(newJobs(500));
  await queue.close();
  const bytes = await Deno.readFile(path);
  const whole = bytes.slice();
  // Behind the header, the schema is damaged too.
  await Deno.writeFile(path, bytes.fill(0x5a, 4_096));
  assertEquals(await codeOf(() => new OwnQueue({ path })), "NUVOM_SQLITE_CORRUPT");
  await Deno.writeFile(path, whole.fill(0x5a, whole.length / 2));
  const damaged = new OwnQueue({ path });
  try {
    assertEquals(await codeOf(() => damaged.lease(REQUEST)), "NUVOM_SQLITE_CORRUPT");
    assertEquals(await codeOf(() => damaged.enqueue(newJobs(1))), "NUVOM_SQLITE_CORRUPT");
  } finally {
    await damaged.close();
  }
});

Deno.test("SqliteQueue rejects with NUVOM_SQLITE_LOCKED while another program writes, and goes on after it", async () => {
  await using folder = new TempFolder();
  const path = folder.file("nuvom.db");
  const queue = new OwnQueue({ path, busyTimeoutMs: 20 });
  const other = new DatabaseSync(path);
  try {
    other.exec("BEGIN IMMEDIATE");
    assertEquals(await codeOf(() => queue.enqueue(newJobs(1))), "NUVOM_SQLITE_LOCKED");
    assertEquals(await queue.qsize(), 0, "reading goes on");
    assertEquals(await codeOf(() => new OwnQueue({ path, busyTimeoutMs: 20 }).close()), "no error");
    other.exec("ROLLBACK");
    await queue.enqueue(newJobs(1));
    assertEquals(await queue.qsize(), 1);
  } finally {
    other.close();
    await queue.close();
  }
});

Deno.test("openSqlite() throws NUVOM_SQLITE_LOCKED when another program has the whole file", async () => {
  await using folder = new TempFolder();
  const path = folder.file("nuvom.db");
  const other = new DatabaseSync(path);
  try {
    other.exec("BEGIN EXCLUSIVE");
    assertEquals(await codeOf(() => new OwnQueue({ path, busyTimeoutMs: 20 })), "NUVOM_SQLITE_LOCKED");
  } finally {
    other.close();
  }
});

Deno.test("SqliteQueue rejects with NUVOM_SQLITE_READONLY when the database may not be written", async () => {
  await using folder = new TempFolder();
  const path = folder.file("nuvom.db");
  await new OwnQueue({ path }).close();
  await using _protected = await writeProtected(path);
  if (await isWritable(path)) {
    console.log("not tested: this user may write any file, and no file can be made immutable here");
    return;
  }
  const queue = new OwnQueue({ path });
  try {
    assertEquals(await queue.qsize(), 0, "reading goes on");
    assertEquals(await codeOf(() => queue.enqueue(newJobs(1))), "NUVOM_SQLITE_READONLY");
  } finally {
    await queue.close();
  }
});

Deno.test("SqliteQueue rejects with NUVOM_SQLITE_FULL when the disk is full, and loses nothing", () =>
  withQueue(async (queue, clock, path) => {
    const kept = newJobs(10);
    await queue.enqueue(kept);
    const db = new DatabaseSync(path);
    const { page_count } = db.prepare("PRAGMA page_count").get() as { page_count: number };
    db.exec(`PRAGMA max_page_count = ${page_count + 2}`);
    const store = new SqliteStore(db, { path, clock });
    const full = new SqliteQueue(store);
    const large = newJobs(50, { args: JSON.stringify(["x".repeat(4_000)]) });
    assertEquals(await codeOf(() => full.enqueue(large)), "NUVOM_SQLITE_FULL");
    assertEquals((await full.lease(REQUEST)).map(({ id }) => id), kept.map(({ id }) => id));
    store.close();
  }));

Deno.test("SqliteStore says in full sentences what is wrong, and keeps the cause", async () => {
  await using folder = new TempFolder();
  await Deno.writeTextFile(folder.file("notes.txt"), "no database ".repeat(100));
  let thrown: Error | undefined;
  try {
    new OwnQueue({ path: folder.file("notes.txt") });
  } catch (error) {
    thrown = error as Error;
  }
  assertEquals(
    thrown?.message,
    `The database ${folder.file("notes.txt")} is not an SQLite database, or is damaged at its start. ` +
      "Move the file away, or set NUVOM_SQLITE_PATH to another.",
  );
  assertStringIncludes(String(thrown?.cause), "file is not a database");
});

/** Takes the right to write away, from root too where that is possible. */
async function writeProtected(path: string): Promise<AsyncDisposable> {
  await Deno.chmod(path, 0o444);
  const immutable = await isWritable(path) && await chattr("+i", path);
  return {
    async [Symbol.asyncDispose]() {
      if (immutable) await chattr("-i", path);
    },
  };
}

async function isWritable(path: string): Promise<boolean> {
  try {
    (await Deno.open(path, { write: true })).close();
    return true;
  } catch {
    return false;
  }
}

async function chattr(flag: string, path: string): Promise<boolean> {
  try {
    return (await new Deno.Command("chattr", { args: [flag, path], stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}
