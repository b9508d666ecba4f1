/** `@std/jsonc`, from the npm package that carries it; swap for `jsr:@std/jsonc` in `deno.json`. @module */
// @ts-types="./jsonc.d.ts"
export { parse } from "npm:deno-std@1.4.0/jsonc/mod.js";
