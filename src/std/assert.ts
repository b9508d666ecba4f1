/** `@std/assert`, from the npm package that carries it; swap for `jsr:@std/assert` in `deno.json`. @module */
// @ts-types="./assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
