import { assert, assertEquals } from "@std/assert";
import { withEngine } from "./project.ts";
import { TestIo, TestProject } from "./testing.ts";

Deno.test("withEngine() answers what the work answers, and listens to signals no more", async () => {
  await using project = await TestProject.with({ ".nuvom_plugins.toml": "" });
  const io = new TestIo({ cwd: project.folder });
  assertEquals(await withEngine({ io, flags: {} }, () => Promise.resolve(7)), 7);
  assertEquals(io.raise("SIGINT"), 0);
});

Deno.test("withEngine() ends with 130 or 143 at a signal, after the engine is closed", async () => {
  await using project = await TestProject.with({ ".nuvom_plugins.toml": "" });
  for (const [signal, expected] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 143]] as const) {
    const io = new TestIo({ cwd: project.folder });
    let over: AbortSignal | undefined;
    const code = await withEngine({ io, flags: {} }, (_engine, signalOfEnd) => {
      over = signalOfEnd;
      io.raise(signal);
      return new Promise(() => {});
    });
    assertEquals(code, expected);
    assert(over!.aborted);
  }
});

Deno.test("withEngine() logs warnings, and more only when it is asked to", async () => {
  await using project = await TestProject.with({ ".nuvom_plugins.toml": "" });
  const logged = async (flags: Record<string, string>) => {
    const io = new TestIo({ cwd: project.folder });
    await withEngine({ io, flags }, (engine) => {
      for (const level of ["info", "warn"] as const) engine.bus.emit("log", { level, category: "x", message: level });
      return Promise.resolve(0);
    });
    return io.err.text.match(/x {2}\w+/g);
  };
  assertEquals(await logged({}), ["x  warn"]);
  assertEquals(await logged({ "log-level": "info" }), ["x  info", "x  warn"]);
});
