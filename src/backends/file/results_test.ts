import { FakeClock, RESULT_CASES, resultSubject, STORE_CASES, storeSubject, testCases } from "../../testing/mod.ts";
import { inFolders } from "../testing.ts";
import { FileResults } from "./results.ts";
import { FileStore } from "./store.ts";
import { OwnFileQueue } from "./testing.ts";

/** Results that have their store to themselves. */
class OwnResults extends FileResults {
  readonly #files: FileStore;

  constructor(path: string) {
    const store = new FileStore({ path });
    super(store);
    this.#files = store;
  }

  override close(): Promise<void> {
    this.#files.close();
    return Promise.resolve();
  }
}

testCases(
  "file results",
  RESULT_CASES,
  resultSubject({ ...inFolders((path) => new OwnResults(path)), capabilities: ["durable", "namespace", "prune"] }),
);

const clock = new FakeClock();

testCases(
  "file store",
  STORE_CASES,
  storeSubject({
    ...inFolders((path) => {
      const queue = new OwnFileQueue({ path, clock });
      return { queue, results: new FileResults(queue.files) };
    }),
    clock,
  }),
);
