/** `@std/cli`, from the npm package that carries it; swap for `jsr:@std/cli` in `deno.json`. @module */
// @ts-types="./cli.d.ts"
export { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
