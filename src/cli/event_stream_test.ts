import { assertEquals } from "@std/assert";
import { EventBus } from "../core/mod.ts";
import { openEventStream } from "./event_stream.ts";
import { MAX_BACKLOG } from "./io.ts";
import { TestIo } from "./testing.ts";

const STOPPING = { workerId: "w", reason: "SIGTERM" } as const;

function opened() {
  const bus = new EventBus((error) => {
    throw error;
  });
  const io = new TestIo({ clock: { now: () => 0, monotonic: () => 0, timer: () => () => {} } });
  let closed = 0;
  const stream = openEventStream(bus, io, () => closed++);
  const lines = () => io.out.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  return { bus, io, stream, lines, closed: () => closed };
}

Deno.test("openEventStream() writes a line for each event until it is closed", () => {
  const { bus, stream, lines } = opened();
  bus.emit("worker.stopping", STOPPING);
  bus.emit("plugin.state", { plugin: "p", state: "failed", error: { name: "E", message: "m", code: "C", stack: "s" } });
  bus.emit("jobs.enqueued", { jobs: [{ id: "1", task: "t", queue: "q" }, { id: "2", task: "t", queue: "q" }] });
  stream.close();
  bus.emit("worker.stopping", STOPPING);
  const at = "1970-01-01T00:00:00.000Z";
  assertEquals(lines(), [
    { at, event: "worker.stopping", ...STOPPING },
    { at, event: "plugin.state", plugin: "p", state: "failed", error: { name: "E", message: "m", code: "C" } },
    { at, event: "job.enqueued", id: "1", task: "t", queue: "q" },
    { at, event: "job.enqueued", id: "2", task: "t", queue: "q" },
  ]);
});

Deno.test("openEventStream() drops and counts events while the reader is too slow", () => {
  const { bus, io, lines } = opened();
  io.out.backlog = MAX_BACKLOG + 1;
  bus.emit("worker.stopping", STOPPING);
  bus.emit("worker.stopping", STOPPING);
  assertEquals(io.out.text, "");
  io.out.backlog = 0;
  bus.emit("worker.stopping", STOPPING);
  assertEquals(lines().map(({ event, count }) => [event, count]), [["events.dropped", 2], [
    "worker.stopping",
    undefined,
  ]]);
});

Deno.test("openEventStream() tells when nobody reads any more", () => {
  const { bus, io, closed } = opened();
  io.out.closed = true;
  bus.emit("worker.stopping", STOPPING);
  assertEquals(closed(), 1);
});
