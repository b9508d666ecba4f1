/** `@std/toml`, from the npm package that carries it; swap for `jsr:@std/toml` in `deno.json`. @module */
// @ts-types="./toml.d.ts"
export { parse, stringify } from "npm:deno-std@1.4.0/toml/mod.js";
