import { assertEquals, assertMatch } from "@std/assert";
import { type NewJob, NuvomError, type QueueBackend } from "../core/mod.ts";
import { newJob } from "../testing/new_job.ts";
import { OwnFileQueue } from "./file/testing.ts";
import { OwnQueue } from "./sqlite/testing.ts";
import { SmallDisk } from "./testing.ts";

const MIB = 1024 * 1024;
const REQUEST = { limit: 20, leaseMs: 60_000, queues: null, waitMs: 0, workerId: "w" } as const;
const RESULT = JSON.stringify("r".repeat(3_000));

const STORES: Readonly<Record<string, (folder: string) => QueueBackend>> = {
  SqliteQueue: (folder) => new OwnQueue({ path: `${folder}/nuvom.db` }),
  FileQueue: (folder) => new OwnFileQueue({ path: `${folder}/jobs` }),
};
const FULL = /^NUVOM_(SQLITE_FULL|FILE_STORE)$/;
/** A database in WAL mode can't even be opened there. */
const READONLY = /^NUVOM_(SQLITE_OPEN|SQLITE_READONLY|FILE_STORE)$/;

async function failure(call: () => Promise<unknown>): Promise<string | null> {
  try {
    await call();
    return null;
  } catch (error) {
    return error instanceof NuvomError ? error.code : String(error);
  }
}

/** What a worker does: a call that fails is made again, after `mend` once. */
async function insist<T>(call: () => Promise<T>, mend: () => void, codes: string[]): Promise<T> {
  for (let round = 0; round < 5; round++) {
    try {
      return await call();
    } catch (error) {
      codes.push(error instanceof NuvomError ? error.code : String(error));
      mend();
    }
  }
  throw new Error(`it goes on failing: ${codes.join(", ")}`);
}

async function statesOf(queue: QueueBackend, jobs: readonly NewJob[]): Promise<Record<string, number>> {
  const records = await queue.inspect(jobs.map(({ id }) => id));
  const states = Map.groupBy(records, (record) => record?.state ?? "LOST");
  return Object.fromEntries([...states].map(([state, some]) => [state, some.length]));
}

for (const [name, open] of Object.entries(STORES)) {
  Deno.test(`${name} loses nothing when the disk is full in the middle of a drain, and goes on when there is room`, async () => {
    await using disk = await SmallDisk.mount(6 * MIB);
    if (disk === null) return;
    const queue = open(disk.path);
    const jobs = Array.from({ length: 200 }, () => newJob());
    await queue.enqueue(jobs);
    const filler = disk.fill();
    const codes: string[] = [];
    const mend = () => {
      try {
        Deno.removeSync(filler);
      } catch { /* it was mended before */ }
    };
    const large = newJob({ args: JSON.stringify(["x".repeat(500_000)]) });
    assertMatch(String(await failure(() => queue.enqueue([large]))), FULL);
    for (let done = 0; done < jobs.length;) {
      const leased = await insist(() => queue.lease(REQUEST), mend, codes);
      if (leased.length === 0) break;
      const ends = leased.map(({ id, token }) => ({ id, token, action: "succeed", result: RESULT } as const));
      const statuses = await insist(() => queue.settle(ends), mend, codes);
      assertEquals(statuses.filter((status) => status !== "settled"), []);
      done += leased.length;
    }
    assertMatch(codes[0] ?? "it was never full", FULL);
    assertEquals(await statesOf(queue, jobs), { SUCCESS: jobs.length });
    assertEquals(await queue.inspect([large.id]), [null], "what was refused is not there");
    await queue.close();
  });

  Deno.test(`${name} says that a disk is read-only, and goes on when it is not any more`, async () => {
    await using disk = await SmallDisk.mount(6 * MIB);
    if (disk === null) return;
    const jobs = Array.from({ length: 20 }, () => newJob());
    const first = open(disk.path);
    await first.enqueue(jobs);
    await first.close();
    await disk.writable(false);
    let code: string | null = null;
    try {
      const queue = open(disk.path);
      code = await failure(() => queue.lease(REQUEST));
      await queue.close();
    } catch (error) {
      code = (error as NuvomError).code;
    }
    assertMatch(String(code), READONLY);
    await disk.writable(true);
    const queue = open(disk.path);
    assertEquals((await queue.lease(REQUEST)).length, 20);
    await queue.close();
  });
}
