import {
  FakeClock,
  RESULT_CASES,
  resultSubject,
  STORE_CASES,
  storeSubject,
  type SubjectOptions,
  testCases,
} from "../../testing/mod.ts";
import { SqliteResults } from "./results.ts";
import { openSqlite, type SqliteStore } from "./store.ts";
import { OwnQueue, TempFolder } from "./testing.ts";

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

/** Opens backends on a database in a folder of each namespace. */
function inFolders<B>(open: (path: string) => B): Pick<SubjectOptions<B>, "open" | "remove"> {
  const folders = new Map<string, TempFolder>();
  return {
    open: (namespace) => {
      const folder = folders.get(namespace) ?? new TempFolder();
      folders.set(namespace, folder);
      return open(folder.file("nuvom.db"));
    },
    remove: (namespace) => folders.get(namespace)?.[Symbol.asyncDispose](),
  };
}

testCases(
  "sqlite results",
  RESULT_CASES,
  resultSubject({ ...inFolders((path) => new OwnResults(path)), capabilities: ["durable", "namespace", "prune"] }),
);

const clock = new FakeClock();

testCases(
  "sqlite store",
  STORE_CASES,
  storeSubject({
    ...inFolders((path) => {
      const queue = new OwnQueue({ path, clock });
      return { queue, results: new SqliteResults(queue.sqlite) };
    }),
    clock,
  }),
);
