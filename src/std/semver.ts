/** `@std/semver`, from the npm package that carries it; swap for `jsr:@std/semver` in `deno.json`. @module */
// @ts-types="./semver.d.ts"
export { maxSatisfying, satisfies, tryParse, tryParseRange } from "npm:deno-std@1.4.0/semver/mod.js";
