import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type Hook, NuvomError } from "../../../core/mod.ts";
import { checkHook } from "./check_hook.ts";

Deno.test("checkHook() takes objects and classes with what a hook has", () => {
  class Watch {
    name = "watch";
    seen = 0;
    afterJob() {
      this.count();
    }
    count() {
      this.seen++;
    }
  }
  class Quiet extends Watch {
    onError() {}
  }
  for (const hook of [{ beforeJob() {} }, { tasks: ["a"], queues: [], onRetry() {} }, new Watch(), new Quiet()]) {
    checkHook("p", hook);
  }
});

Deno.test("checkHook() refuses what would never be called, with the nearest name", () => {
  class Misspelt {
    afterJob() {}
    onErorr() {}
  }
  const cases: [unknown, string][] = [
    [{ beforejob() {} }, 'it has "beforejob". Did you mean "beforeJob"?'],
    [{ beforeJob() {}, task: ["a"] }, 'it has "task". Did you mean "tasks"?'],
    [{ beforeJob() {}, unrelatedThing: 1 }, 'it has "unrelatedThing". A hook has any of: beforeJob, '],
    [new Misspelt(), 'it has "onErorr". Did you mean "onError"?'],
    [{}, "it has none of its methods. A hook has any of: beforeJob, "],
    [{ afterJob: 5 }, "its afterJob is not a function"],
    [{ afterJob() {}, tasks: "a" }, "its tasks is not a list of names"],
    [null, "it is no object"],
  ];
  for (const [hook, text] of cases) {
    const error = assertThrows(() => checkHook("p", hook as Hook), NuvomError);
    assertEquals(error.code, "NUVOM_PLUGIN_HOOK");
    assertStringIncludes(error.message, text);
  }
});
