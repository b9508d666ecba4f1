import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { OutputClosed } from "./io.ts";
import { StreamOutput, type TextStream } from "./stream_output.ts";

/** A stream that takes a few bytes at a time, and whose reader is there until it is told to go. */
function slowStream(): TextStream & { text: string; failure: Error | undefined } {
  const decoder = new TextDecoder();
  return {
    text: "",
    failure: undefined,
    isTerminal: () => false,
    write(bytes) {
      if (this.failure !== undefined) return Promise.reject(this.failure);
      this.text += decoder.decode(bytes.subarray(0, 3), { stream: true });
      return Promise.resolve(Math.min(3, bytes.length));
    },
  };
}

Deno.test("write() never waits, keeps the order, and writes everything", async () => {
  const stream = slowStream();
  const output = new StreamOutput(stream, true);
  output.write("hello ");
  output.write("wörld");
  assertEquals([stream.text, output.backlog], ["", 11]);
  await output.flush();
  assertEquals([stream.text, output.backlog], ["hello wörld", 0]);
});

Deno.test("write() throws OutputClosed once the reader is gone, flush() likewise", async () => {
  const stream = slowStream();
  const output = new StreamOutput(stream, true);
  stream.failure = new Deno.errors.BrokenPipe();
  output.write("lost");
  await assertRejects(() => output.flush(), OutputClosed);
  assertThrows(() => output.write("more"), OutputClosed);
  assertEquals(output.backlog, 0);
});

Deno.test("flush() tells of a disk that is full", async () => {
  const stream = slowStream();
  const output = new StreamOutput(stream, true);
  stream.failure = new Error("No space left on device");
  output.write("lost");
  await assertRejects(() => output.flush(), Error, "No space left");
});

Deno.test("an output that does not tell drops what nobody reads", async () => {
  const stream = slowStream();
  const output = new StreamOutput(stream, false);
  stream.failure = new Deno.errors.BrokenPipe();
  output.write("lost");
  await output.flush();
  output.write("lost too");
  await output.flush();
  assertEquals(stream.text, "");
});

Deno.test("nuvom behind a pipe ends quietly when the reader does", async () => {
  const cli = new URL("../../cli.ts", import.meta.url).href;
  const line = `"$0" run -A --no-lock "$1" config --json | head -c 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await new Deno.Command("bash", { args: ["-c", line, Deno.execPath(), cli] }).output();
  assertEquals([stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)), ["{0\n", ""]);
});
