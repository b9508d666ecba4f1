import { FakeClock, QUEUE_CASES, queueSubject, testCases } from "../../testing/mod.ts";
import { OwnFileQueue } from "./testing.ts";

const clock = new FakeClock();
const folders = new Map<string, string>();

testCases(
  "file queue",
  QUEUE_CASES,
  queueSubject({
    clock,
    open: (namespace) => {
      const path = folders.get(namespace) ?? Deno.makeTempDirSync({ prefix: "nuvom_file_" });
      folders.set(namespace, path);
      return new OwnFileQueue({ path, clock });
    },
    remove: (namespace) => Deno.remove(folders.get(namespace)!, { recursive: true }),
  }),
);
