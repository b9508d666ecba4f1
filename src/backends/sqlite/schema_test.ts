import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Child, codeOf, newJobs, OwnQueue, TempFolder } from "./testing.ts";

/** Everything that a database is made of, its mode included. */
function contentsOf(path: string): unknown {
  const db = new DatabaseSync(path);
  const pragma = (name: string) => db.prepare(`PRAGMA ${name}`).get();
  const tables = db.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY name").all();
  const contents = [pragma("user_version"), pragma("application_id"), pragma("journal_mode"), tables];
  db.close();
  return contents;
}

Deno.test("migrate() works when several processes open a new database at the same moment", async () => {
  await using folder = new TempFolder();
  const [rounds, gapMs] = [60, 30];
  const moment = String(Date.now() + 1_500);
  const children = [1, 2, 3, 4].map(() => new Child("open_at.ts", folder.path, moment, String(gapMs), String(rounds)));
  const codes = await Promise.all(children.map((child) => child.code()));
  for (const child of children) await child[Symbol.asyncDispose]();
  assertEquals(codes, [0, 0, 0, 0]);
  for (let round = 0; round < rounds; round++) {
    const queue = new OwnQueue({ path: folder.file(`${round}.db`) });
    assertEquals(await queue.qsize(), 4);
    await queue.close();
  }
});

Deno.test("migrate() refuses a newer schema and changes nothing", async () => {
  await using folder = new TempFolder();
  const path = folder.file("nuvom.db");
  await new OwnQueue({ path }).close();
  const db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = DELETE; PRAGMA user_version = 999");
  db.close();
  const before = contentsOf(path);
  assertEquals(await codeOf(() => new OwnQueue({ path })), "NUVOM_SQLITE_NEWER");
  assertEquals(contentsOf(path), before);
});

Deno.test("migrate() refuses the database of another program and changes nothing", async () => {
  await using folder = new TempFolder();
  const path = folder.file("app.db");
  const db = new DatabaseSync(path);
  db.exec("CREATE TABLE jobs (title TEXT)");
  db.close();
  const before = contentsOf(path);
  assertEquals(await codeOf(() => new OwnQueue({ path })), "NUVOM_SQLITE_FOREIGN");
  assertEquals(contentsOf(path), before);
});

Deno.test("migrate() leaves tables of others alone in a database of its own", async () => {
  await using folder = new TempFolder();
  const path = folder.file("nuvom.db");
  await new OwnQueue({ path }).close();
  const db = new DatabaseSync(path);
  db.exec("CREATE TABLE orders (title TEXT)");
  db.close();
  assertEquals(await codeOf(() => new OwnQueue({ path }).close()), "no error");
});

Deno.test("migrate() brings an older database up to date, with its jobs", async () => {
  await using folder = new TempFolder();
  const [path, fresh] = [folder.file("old.db"), folder.file("new.db")];
  await new OwnQueue({ path: fresh }).close();
  const first = new OwnQueue({ path });
  await first.enqueue(newJobs(3));
  await first.close();
  const db = new DatabaseSync(path);
  db.exec("DROP INDEX jobs_retrying_by_queue; PRAGMA user_version = 3");
  db.close();
  const queue = new OwnQueue({ path });
  assertEquals(await queue.qsize(), 3);
  await queue.close();
  assertEquals(contentsOf(path), contentsOf(fresh));
});
