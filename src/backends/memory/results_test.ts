import { FakeClock, RESULT_CASES, resultSubject, STORE_CASES, storeSubject, testCases } from "../../testing/mod.ts";
import { MemoryQueue } from "./queue.ts";
import { MemoryResults } from "./results.ts";
import { MemoryStore } from "./store.ts";

const clock = new FakeClock();

testCases(
  "memory results",
  RESULT_CASES,
  resultSubject({ clock, open: () => new MemoryResults(), capabilities: ["namespace", "prune"] }),
);

testCases(
  "memory store",
  STORE_CASES,
  storeSubject({
    clock,
    open: () => {
      const store = new MemoryStore({ clock });
      return { queue: new MemoryQueue({ store }), results: new MemoryResults({ store }) };
    },
  }),
);
