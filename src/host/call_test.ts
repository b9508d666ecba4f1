import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { type CallOptions, PluginCaller } from "./call.ts";
import { nothing, text } from "./shape.ts";

/** A caller whose realm answers when the test says so. */
class Line {
  readonly clock = new FakeClock();
  readonly calls: { readonly method: string; readonly answer: PromiseWithResolvers<unknown> }[] = [];
  readonly caller = new PluginCaller({
    plugin: "x",
    realm: {
      call: (method) => {
        const answer = Promise.withResolvers<unknown>();
        this.calls.push({ method, answer });
        return answer.promise as Promise<never>;
      },
    },
    clock: this.clock,
    timeoutMs: 1_000,
    mapStack: (stack) => stack.replace("/run/0-x.js", "/srv/plugins/x.ts"),
    manifest: { path: "/srv/.nuvom_plugins.toml", folder: "/srv" },
    granted: { net: ["127.0.0.1:80"] },
  });

  health(options: Partial<CallOptions<unknown>> = {}): Promise<unknown> {
    return this.caller.call("plugin.health", {}, { what: "health()", answer: nothing, ...options });
  }

  /** The error of a call that the guest fails with `thrown`. */
  async failing(thrown: Error, options: Partial<CallOptions<unknown>> = {}): Promise<NuvomError> {
    const call = assertRejects(() => this.health(options), NuvomError);
    this.calls.at(-1)!.answer.reject(thrown);
    return await call;
  }
}

function withStack(error: Error): Error {
  return Object.assign(error, { stack: `${error.name}: ${error.message}\n    at start (file:///run/0-x.js:3:7)` });
}

Deno.test("PluginCaller.call() answers, and forgets the call and its timer", async () => {
  const line = new Line();
  const call = line.caller.call("plugin.health", {}, { what: "health()", answer: text });
  assertEquals(line.caller.pending(), ["health() (for 0ms)"]);
  line.calls[0]!.answer.resolve("well");
  assertEquals(await call, "well");
  assertEquals([line.caller.pending(), line.clock.pending], [[], 0]);
});

Deno.test("PluginCaller.call() rejects when its time is over, and counts the call until it settles", async () => {
  const line = new Line();
  const call = assertRejects(() => line.health(), NuvomError);
  await line.clock.advance(1_500);
  const error = await call;
  assertEquals([error.code, error.exitCode], ["NUVOM_PLUGIN_CALL_TIMEOUT", 1]);
  assertStringIncludes(error.message, 'The plugin "x" did not answer health() within 1s.');
  assertEquals(line.caller.pending(), ["health() (for 1.5s)"]);
  line.calls[0]!.answer.resolve(null);
  await line.clock.advance(0);
  assertEquals(line.caller.pending(), []);
});

Deno.test("PluginCaller.pending() names the oldest and counts the others", async () => {
  const line = new Line();
  const calls = Array.from({ length: 12 }, () => line.health());
  assertEquals(line.caller.pending().length, 11);
  assertEquals(line.caller.pending().at(-1), "2 more");
  for (const { answer } of line.calls) answer.resolve(null);
  await Promise.all(calls);
});

Deno.test("PluginCaller.call() names plugin, call and place of what was thrown", async () => {
  const error = await new Line().failing(withStack(new RangeError("too far.")));
  assertEquals(error.code, "NUVOM_PLUGIN_CALL");
  assertEquals(error.message, 'The plugin "x" failed in health(): too far (./plugins/x.ts:3:7).');
  assert(error.cause instanceof RangeError);
  assertStringIncludes(error.cause.stack!, "file:///srv/plugins/x.ts:3:7");
});

Deno.test("PluginCaller.call() leaves errors with a code as they are", async () => {
  const thrown = new NuvomError("NUVOM_QUEUE_NO_DELAY", { what: "It keeps no delays." });
  assert(await new Line().failing(thrown) === thrown);
});

Deno.test("PluginCaller.call() shows the TOML for a permission that was refused, also as a cause", async () => {
  const refused = new Error('Requires net access to "example.com:443", run again with the --allow-net flag');
  for (const thrown of [refused, new Error("could not connect", { cause: refused })]) {
    const error = await new Line().failing(withStack(thrown));
    assertEquals([error.code, error.exitCode], ["NUVOM_PLUGIN_PERMISSION", 3]);
    assertEquals(
      error.message,
      'The plugin "x" was refused net access to "example.com:443" in health() (./plugins/x.ts:3:7). ' +
        'To grant it, write permissions = { net = ["127.0.0.1:80", "example.com:443"] } under [plugin.x] in ' +
        "/srv/.nuvom_plugins.toml.",
    );
  }
  const whole = await new Line().failing(new Error("Requires sys access, run again with the --allow-sys flag"));
  assertStringIncludes(whole.message, 'permissions = { net = ["127.0.0.1:80"], sys = true }');
});

Deno.test("PluginCaller.call() refuses an answer that makes no sense", async () => {
  const line = new Line();
  const call = assertRejects(() => line.health({ answer: text }), NuvomError);
  line.calls[0]!.answer.resolve({});
  const error = await call;
  assertEquals([error.code, error.exitCode], ["NUVOM_PLUGIN_ANSWER", 1]);
  assertStringIncludes(error.message, "answered health() with what can't be used: it is not a text.");
});
