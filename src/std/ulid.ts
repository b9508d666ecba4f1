/** `@std/ulid`, from the npm package that carries it; swap for `jsr:@std/ulid` in `deno.json`. @module */
// @ts-types="./ulid.d.ts"
export { monotonicUlid, ulid } from "npm:deno-std@1.4.0/ulid/mod.js";
