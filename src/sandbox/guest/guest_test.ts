import { assertEquals, assertRejects } from "@std/assert";
import { NuvomError } from "../../core/mod.ts";
import { SDK_EXPORTS } from "../../loader/mod.ts";
import * as sdk from "../../sdk/mod.ts";
import { PROTOCOL_VERSION } from "../protocol.ts";
import { startGuest } from "./guest.ts";

Deno.test("SDK_EXPORTS names exactly what the sdk exports at run time", () => {
  assertEquals([...SDK_EXPORTS].sort(), Object.keys(sdk).sort());
});

Deno.test("startGuest() refuses a host of another release before anything is imported", async () => {
  const init = {
    version: PROTOCOL_VERSION + 1,
    name: "x",
    role: "plugin",
    isThread: true,
    env: {},
    stubs: ["file:///nowhere.js"],
    processShim: "file:///nowhere.js",
    run: false,
    ffi: false,
  } as const;
  const said: string[] = [];
  const error = await assertRejects(() => startGuest(init, { send: (text) => said.push(text) }), NuvomError);
  assertEquals([error.code, said], ["NUVOM_REALM_PROTOCOL", []]);
});
