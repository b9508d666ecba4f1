import { assertEquals, assertRejects } from "@std/assert";
import { confirm } from "./ask.ts";
import { TestIo } from "./testing.ts";

async function answerTo(answers: readonly string[], signal = new AbortController().signal): Promise<[boolean, string]> {
  const io = new TestIo({ answers });
  return [await confirm(io, "Go on?", signal), io.err.text];
}

Deno.test("confirm() takes y and yes in any case, and nothing else", async () => {
  for (const yes of ["y", "Y", "yes", " YES "]) assertEquals(await answerTo([yes]), [true, "Go on? [y/N] "]);
  for (const no of ["", "n", "no", "yep", "y y", "1"]) assertEquals(await answerTo([no]), [false, "Go on? [y/N] "]);
});

Deno.test("confirm() takes the end of the input for a no, and ends the line", async () => {
  assertEquals(await answerTo([]), [false, "Go on? [y/N] \n"]);
});

Deno.test("confirm() stops waiting when it is aborted", async () => {
  const io = new TestIo({ answers: [] });
  const over = new AbortController();
  io.readLine = () => new Promise(() => {});
  const asked = confirm(io, "Go on?", over.signal);
  over.abort();
  await assertRejects(() => asked, DOMException);
  assertEquals(io.err.text, "Go on? [y/N] \n");
});
