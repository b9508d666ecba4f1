import { assert, assertEquals } from "@std/assert";
import { cpuMs } from "./process_time.ts";

Deno.test({
  name: `cpuMs() grows while a process works${Deno.build.os === "linux" ? "" : " (left out: there is no /proc)"}`,
  ignore: Deno.build.os !== "linux",
  async fn() {
    const before = await cpuMs(Deno.pid);
    for (const end = Date.now() + 100; Date.now() < end;);
    assert((await cpuMs(Deno.pid))! > before!);
    assertEquals(await cpuMs(2 ** 30), null);
  },
});
