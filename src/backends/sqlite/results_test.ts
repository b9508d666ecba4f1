import { FakeClock, RESULT_CASES, resultSubject, STORE_CASES, storeSubject, testCases } from "../../testing/mod.ts";
import { inFolders } from "../testing.ts";
import { SqliteResults } from "./results.ts";
import { openSqlite, type SqliteStore } from "./store.ts";
import { OwnQueue } from "./testing.ts";

/** Results that have their store to themselves. */
class OwnResults extends SqliteResults {
  readonly #store: SqliteStore;

  constructor(path: string) {
    const store = openSqlite({ path });
    super(store);
    this.#store = store;
  }

  override close(): Promise<void> {
    this.#store.close();
    return Promise.resolve();
  }
}

testCases(
  "sqlite results",
  RESULT_CASES,
  resultSubject({
    ...inFolders((folder) => new OwnResults(`${folder}/nuvom.db`)),
    capabilities: ["durable", "namespace", "prune"],
  }),
);

const clock = new FakeClock();

testCases(
  "sqlite store",
  STORE_CASES,
  storeSubject({
    ...inFolders((folder) => {
      const queue = new OwnQueue({ path: `${folder}/nuvom.db`, clock });
      return { queue, results: new SqliteResults(queue.sqlite) };
    }),
    clock,
  }),
);
