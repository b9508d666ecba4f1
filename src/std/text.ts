/** `@std/text`, from the npm package that carries it; swap for `jsr:@std/text` in `deno.json`. @module */
// @ts-types="./text.d.ts"
export { levenshteinDistance } from "npm:deno-std@1.4.0/text/levenshtein_distance.js";
